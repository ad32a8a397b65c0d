"""MultiHeadAttention: several attentions side by side, each on a projection of its own."""

from __future__ import annotations

import string
from typing import Any

from cornu.core import registry
from cornu.layers.attention.projected import ProjectedAttention
from cornu.layers.core.dense import positive_int


@registry.builtin("layer")
class MultiHeadAttention(ProjectedAttention):
    """Several attentions side by side, each on learned projections of queries, keys and values.

    It is called as `layer(query, value, key=None)`, each of shape (batch, steps, features); `key`
    is `value` when there is none. Further arguments of the call: `attention_mask` of shape (batch,
    targets, sources), True where a target may attend to a source; `use_causal_mask`, for no source
    after the target; `return_attention_scores`, to get the weights too; masks of the inputs.

    Args:
        num_heads: How many attentions.
        key_dim: Size of queries and keys in each head.
        value_dim: Size of values in each head; `key_dim` when None.
        dropout: Share of the weights that are set to 0 while training.
        use_bias: Whether the projections have biases.
        output_shape: Sizes of the outputs behind the steps; that of the query when None.
        attention_axes: Axes that are attended over; all but the batch, heads and features when
            None.
        sliding_window: Targets attend only to sources less than this away; all when None.
        flash_attention: Accepted for Keras's signature: excludes dropout and scores, and changes
            nothing else.
        kernel_initializer: For the kernels.
        bias_initializer: For the biases.
        kernel_regularizer: Penalty on the kernels.
        bias_regularizer: Penalty on the biases.
        activity_regularizer: Penalty on the outputs of all projections.
        kernel_constraint: Applied to the kernels after each step.
        bias_constraint: Applied to the biases after each step.
        use_gate: Whether the result of each head is multiplied by a sigmoid of a further
            projection of the query.
        seed: For a repeatable dropout.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For sizes that are no positive ints, or shapes that do not fit.

    Reference:
        Vaswani et al., "Attention is all you need" (2017).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.MultiHeadAttention(num_heads=2, key_dim=4)
        >>> query, value = keras.ops.ones((1, 3, 8)), keras.ops.ones((1, 5, 8))
        >>> out, weights = layer(query, value, return_attention_scores=True)
        >>> out.shape, weights.shape
        ((1, 3, 8), (1, 2, 3, 5))
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        who = type(self).__name__
        num_heads = positive_int(num_heads, "num_heads", who)
        key_dim = positive_int(key_dim, "key_dim", who)
        value_dim = key_dim if value_dim is None else positive_int(value_dim, "value_dim", who)
        super().__init__(
            head_size=key_dim,
            heads=num_heads,
            dropout=dropout,
            use_bias=use_bias,
            use_gate=use_gate,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            seed=seed,
            settings={
                "kernel_initializer": kernel_initializer,
                "bias_initializer": bias_initializer,
                "kernel_regularizer": kernel_regularizer,
                "bias_regularizer": bias_regularizer,
                "activity_regularizer": activity_regularizer,
                "kernel_constraint": kernel_constraint,
                "bias_constraint": bias_constraint,
            },
            **kwargs,
        )
        self._value_dim = value_dim
        self._output_sizes = _sizes(output_shape, who)
        if isinstance(attention_axes, int):
            attention_axes = (attention_axes,)
        elif attention_axes is not None and not isinstance(attention_axes, (list, tuple)):
            raise ValueError(
                f"{who}: attention_axes is an int or several; got "
                f"attention_axes={attention_axes!r}."
            )
        self._attention_axes = tuple(attention_axes) if attention_axes else None

    @property
    def num_heads(self) -> int:
        """How many attentions there are."""
        return self._heads

    @property
    def key_dim(self) -> int:
        """Size of queries and keys in each head."""
        return self._head_size

    @property
    def value_dim(self) -> int:
        """Size of values in each head."""
        return self._value_dim

    @property
    def dropout(self) -> float:
        """Share of the weights that are set to 0 while training."""
        return self._rate

    @property
    def use_bias(self) -> bool:
        """Whether the projections have biases."""
        return self._bias

    @property
    def attention_axes(self) -> tuple[int, ...] | None:
        """Axes that are attended over."""
        return self._attention_axes

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """Makes the projections."""
        key_shape = value_shape if key_shape is None else key_shape
        self._check_shapes(value_shape, key_shape)
        key_size, value_size = [self._heads, self._head_size], [self._heads, self._value_dim]
        self._query_dense = self._into_heads("query", query_shape, key_size)
        self._key_dense = self._into_heads("key", key_shape, key_size)
        if self._gate:
            self._gate_dense = self._into_heads("gate", query_shape, value_size, "sigmoid")
        self._value_dense = self._into_heads("value", value_shape, value_size)
        rank = len(value_shape) + 1
        axes = self._attention_axes
        if axes is None:
            axes = tuple(range(1, rank - 2))
        self._attention_axes = tuple(axis if axis >= 0 else rank - 1 + axis for axis in axes)
        self._dot_product_equation, self._combine_equation, scores_rank = _attention_equations(
            rank, self._attention_axes
        )
        self._build_attention(tuple(range(scores_rank - len(axes), scores_rank)))
        sizes = self._output_sizes or (query_shape[-1],)
        steps = len(query_shape) - 1
        leading, rest = string.ascii_lowercase[:steps], string.ascii_lowercase[steps:]
        new = rest[2 : 2 + len(sizes)]
        self._output_dense = self._projection(
            "attention_output",
            f"{leading}{rest[:2]},{rest[:2]}{new}->{leading}{new}",
            [None] * (steps - 1) + list(sizes),
            new,
        )
        self._output_dense.build((*query_shape[:-1], self._heads, self._value_dim))

    def _into_heads(
        self, name: str, shape: Any, sizes: list[int], activation: str | None = None
    ) -> Any:
        steps = len(shape) - 1
        leading, rest = string.ascii_lowercase[:steps], string.ascii_lowercase[steps:]
        old, heads = rest[:1], rest[1:3]
        equation = f"{leading}{old},{old}{heads}->{leading}{heads}"
        output_shape = [None] * (steps - 1) + sizes
        dense = self._projection(name, equation, output_shape, heads, activation=activation)
        dense.build(shape)
        return dense

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Any:
        """Returns the query's shape, with the sizes of `output_shape` where these are given."""
        self._check_shapes(value_shape, value_shape if key_shape is None else key_shape)
        if self._output_sizes:
            return (*query_shape[:-1], *self._output_sizes)
        return tuple(query_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "num_heads": self._heads,
            "key_dim": self._head_size,
            "value_dim": self._value_dim,
            "dropout": self._rate,
            "use_bias": self._bias,
            "use_gate": self._gate,
            "output_shape": self._output_sizes,
            "attention_axes": self._attention_axes,
            "sliding_window": self._sliding_window,
            **self._settings_config(),
            "seed": self.seed,
        }


def _sizes(output_shape: Any, who: str) -> tuple[int, ...] | None:
    if not output_shape:
        return None
    if isinstance(output_shape, int):
        return (output_shape,)
    if not isinstance(output_shape, (list, tuple)):
        raise ValueError(
            f"{who}: output_shape is an int or several; got output_shape={output_shape!r}."
        )
    return tuple(output_shape)


def _attention_equations(rank: int, axes: tuple[int, ...]) -> tuple[str, str, int]:
    """Returns the Einstein sums for scores and result, and the rank of the scores.

    Queries, keys and values have batch, steps in one or more axes, heads and features. Axes of
    steps that are not attended over count as batch.
    """
    letters = iter(string.ascii_lowercase)
    query = [next(letters) for _ in range(rank)]
    key = [next(letters) if axis in (*axes, rank - 1) else query[axis] for axis in range(rank)]
    key[-1] = query[-1]
    value = [*key[:-1], next(letters)]
    shared = [query[axis] for axis in range(rank - 1) if axis not in axes]
    scores = [*shared, *(query[axis] for axis in axes), *(key[axis] for axis in axes)]
    result = [*query[:-1], value[-1]]
    first = f"{''.join(query)},{''.join(key)}->{''.join(scores)}"
    second = f"{''.join(scores)},{''.join(value)}->{''.join(result)}"
    return first, second, len(scores)
