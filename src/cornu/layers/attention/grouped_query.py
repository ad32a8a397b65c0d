"""GroupedQueryAttention: several heads of queries share one head of keys and values."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.attention.projected import ProjectedAttention
from cornu.layers.core.dense import positive_int


@registry.builtin("layer", "GroupQueryAttention")
class GroupedQueryAttention(ProjectedAttention):
    """Attention with several heads, where groups of queries share the heads of keys and values.

    With one head of keys and values for all it is multi-query attention, with one for each head of
    queries multi-head attention. It is called as `MultiHeadAttention` is. Keras calls it
    `GroupQueryAttention`.

    Args:
        head_dim: Size of each head.
        num_query_heads: How many heads of queries.
        num_key_value_heads: How many heads of keys and values; divides `num_query_heads`.
        dropout: Share of the weights that are set to 0 while training.
        use_bias: Whether the projections have biases.
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
        ValueError: For sizes that are no positive ints or no multiples, or shapes that do not fit.

    Reference:
        Ainslie et al., "GQA: training generalized multi-query transformer models from multi-head
        checkpoints" (2023).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.GroupedQueryAttention(4, num_query_heads=4, num_key_value_heads=2)
        >>> x = keras.ops.ones((1, 3, 8))
        >>> layer(x, x, use_causal_mask=True).shape
        (1, 3, 8)
    """

    _dot_product_equation = "bquh,bkuh->buqk"
    _combine_equation = "buqk,bkuh->bquh"

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
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
        self.head_dim = positive_int(head_dim, "head_dim", who)
        self.num_query_heads = positive_int(num_query_heads, "num_query_heads", who)
        self.num_key_value_heads = positive_int(num_key_value_heads, "num_key_value_heads", who)
        if num_query_heads % num_key_value_heads:
            raise ValueError(
                f"{who}: num_query_heads must be a multiple of num_key_value_heads; got "
                f"{num_query_heads} and {num_key_value_heads}."
            )
        super().__init__(
            head_size=head_dim,
            heads=num_query_heads,
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
        self.num_repeats = num_query_heads // num_key_value_heads
        self.dropout = dropout
        self.use_bias = use_bias
        self.use_gate = use_gate
        self.sliding_window = sliding_window

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """Makes the projections."""
        key_shape = value_shape if key_shape is None else key_shape
        self._check_shapes(value_shape, key_shape)
        own = (None, self.num_query_heads, self.head_dim)
        shared = (None, self.num_key_value_heads, self.head_dim)
        self._query_dense = self._projection("query", "bqm,muh->bquh", own, "uh")
        self._query_dense.build(query_shape)
        self._key_dense = self._projection("key", "bkm,mvh->bkvh", shared, "vh")
        self._key_dense.build(key_shape)
        if self.use_gate:
            self._gate_dense = self._projection(
                "gate", "bqm,muh->bquh", own, "uh", activation="sigmoid"
            )
            self._gate_dense.build(query_shape)
        self._value_dense = self._projection("value", "bkm,mvh->bkvh", shared, "vh")
        self._value_dense.build(value_shape)
        self._build_attention(-1)
        self._output_dense = self._projection(
            "attention_output", "bquh,uhm->bqm", (None, query_shape[-1]), "m"
        )
        self._output_dense.build((None, *own))

    def _repeated(self, query: Any, key: Any, value: Any) -> tuple[Any, Any, Any]:
        if self.num_repeats == 1:
            return query, key, value
        key, value = (ops.repeat(x, self.num_repeats, axis=2) for x in (key, value))
        return query, key, value

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Any:
        """Returns the query's shape."""
        self._check_shapes(value_shape, value_shape if key_shape is None else key_shape)
        if query_shape[-1] != value_shape[-1]:
            raise ValueError(
                f"{self._who()}: query and value must have one number of features; got shapes "
                f"{tuple(query_shape)} and {tuple(value_shape)}."
            )
        return tuple(query_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "head_dim": self.head_dim,
            "num_query_heads": self.num_query_heads,
            "num_key_value_heads": self.num_key_value_heads,
            "use_bias": self.use_bias,
            "use_gate": self.use_gate,
            "sliding_window": self.sliding_window,
            "dropout": self.dropout,
            **self._settings_config(),
            "seed": self.seed,
        }
