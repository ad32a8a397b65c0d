"""ProjectedAttention: what attention layers with heads and learned projections share."""

from __future__ import annotations

from typing import Any

from cornu import constraints, initializers, ops, regularizers
from cornu.core.keras_tensor import KerasTensor
from cornu.core.settings import is_flash_attention_enabled
from cornu.layers.activation import Softmax
from cornu.layers.attention.masks import both, causal_mask, window_mask, with_heads
from cornu.layers.core.einsum_dense import EinsumDense
from cornu.layers.layer import Layer
from cornu.layers.regularization import Dropout, check_share


class ProjectedAttention(Layer):
    """Projects query, key and value, attends for each head, and projects the result.

    Subclasses say how heads and sizes are called, and build the projections.
    """

    _attention_axes: tuple[int, ...] | None = (1,)
    _sliding_window: int | None
    # Einstein sums of (key or query) for the scores and of (scores, value) for the result.
    _dot_product_equation: str
    _combine_equation: str
    # Settings that the projections get, as they were given.
    _settings: dict[str, Any]

    def __init__(
        self,
        *,
        head_size: int,
        heads: int,
        dropout: float,
        use_bias: bool,
        use_gate: bool,
        sliding_window: int | None,
        flash_attention: bool | None,
        seed: int | None,
        settings: dict[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        who = type(self).__name__
        self.supports_masking = True
        self._rate = check_share(dropout, "dropout", who)
        self._bias = use_bias
        self._gate = use_gate
        if sliding_window is not None and (
            not isinstance(sliding_window, int) or sliding_window <= 0
        ):
            raise ValueError(
                f"{who}: sliding_window must be None or a positive int; got "
                f"sliding_window={sliding_window!r}."
            )
        self._sliding_window = sliding_window
        self._flash_attention = flash_attention or is_flash_attention_enabled()
        if self._flash_attention and self._rate > 0:
            raise ValueError(
                f"{who}: flash_attention=True keeps no scores, so it cannot drop any; got "
                f"dropout={dropout}. Leave one of the two out."
            )
        self.seed = seed
        self._head_size, self._heads = head_size, heads
        self._scale = head_size**-0.5
        parts = {
            "initializer": initializers,
            "regularizer": regularizers,
            "constraint": constraints,
        }
        self._settings = {
            key: parts[key.rpartition("_")[2]].get(value) for key, value in settings.items()
        }

    def _projection(
        self, name: str, equation: str, output_shape: Any, bias_axes: str, **kwargs: Any
    ) -> EinsumDense:
        settings = dict(self._settings)
        for key in ("kernel_initializer", "bias_initializer"):
            # Each projection starts from numbers of its own.
            settings[key] = type(settings[key]).from_config(settings[key].get_config())
        dense = EinsumDense(
            equation,
            output_shape=output_shape,
            bias_axes=bias_axes if self._bias else None,
            name=name,
            dtype=self.dtype_policy,
            **settings,
            **kwargs,
        )
        dense.supports_masking = True  # it treats each step on its own
        return dense

    def _build_attention(self, axes: int | tuple[int, ...]) -> None:
        self._softmax = Softmax(axis=axes, dtype=self.dtype_policy)
        self._dropout_layer = Dropout(self._rate, dtype=self.dtype_policy, seed=self.seed)

    @property
    def query_dense(self) -> EinsumDense:
        """The projection of queries."""
        return self._query_dense

    @property
    def key_dense(self) -> EinsumDense:
        """The projection of keys."""
        return self._key_dense

    @property
    def value_dense(self) -> EinsumDense:
        """The projection of values."""
        return self._value_dense

    @property
    def output_dense(self) -> EinsumDense:
        """The projection of the result."""
        return self._output_dense

    # ---------------------------------------------------------------- calling

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Attends; with `return_attention_scores` returns the weights of the values as well."""
        key = value if key is None else key
        mask = self._compute_attention_mask(
            query, value, query_mask, value_mask, key_mask, attention_mask, use_causal_mask
        )
        gate = self._gate_dense(query) if self._gate else None
        heads = self._repeated(
            self._query_dense(query), self._key_dense(key), self._value_dense(value)
        )
        outputs, scores = self._compute_attention(*heads, mask, training, return_attention_scores)
        if gate is not None:
            outputs = ops.multiply(outputs, gate)
        outputs = self._output_dense(outputs)
        return (outputs, scores) if return_attention_scores else outputs

    def _repeated(self, query: Any, key: Any, value: Any) -> tuple[Any, Any, Any]:
        """Returns the projections with as many heads of keys and values as of queries."""
        return query, key, value

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: Any = None,
        return_attention_scores: bool = False,
    ) -> tuple[Any, Any]:
        """Returns the result of all heads, and the weights where they are kept."""
        if self._flash_attention and return_attention_scores:
            raise ValueError(
                f"{self._who()}: flash_attention=True keeps no scores; leave it out to get them "
                f"with return_attention_scores=True."
            )
        rank = len(query.shape)
        axes = len(self._attention_axes or ())
        if self._rate == 0 and not return_attention_scores and rank == 4:
            if attention_mask is not None:
                attention_mask = with_heads(attention_mask, rank, axes)
            outputs = ops.dot_product_attention(
                query, key, value, mask=attention_mask, scale=self._scale
            )
            return outputs, None
        query = ops.multiply(query, self._scale)
        scores = ops.einsum(self._dot_product_equation, query, key)
        scores = self._masked_softmax(scores, attention_mask)
        kept = self._dropout_layer(scores, training=training) if self._rate > 0 else scores
        return ops.einsum(self._combine_equation, kept, value), scores

    def _masked_softmax(self, scores: Any, attention_mask: Any = None) -> Any:
        if attention_mask is not None:
            axes = len(self._attention_axes or ())
            attention_mask = with_heads(attention_mask, len(scores.shape), axes)
        return self._softmax(scores, mask=attention_mask)

    # ---------------------------------------------------------------- masks

    def _compute_attention_mask(
        self,
        query: Any,
        value: Any,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Returns all masks in one of shape (batch, targets, sources); None without any."""
        merged = None
        if query_mask is not None:
            merged = ops.expand_dims(ops.cast(query_mask, "bool"), -1)
        for mask in (value_mask, key_mask):
            if mask is not None:
                merged = both(merged, ops.expand_dims(ops.cast(mask, "bool"), -2))
        if use_causal_mask:
            merged = both(merged, self._compute_causal_mask(query, value))
        if self._sliding_window is not None:
            merged = both(merged, self._compute_sliding_window_mask(query, value))
        if attention_mask is not None:
            attention_mask = ops.cast(attention_mask, "bool")
        return both(attention_mask, merged)

    def _compute_causal_mask(self, query: Any, value: Any = None) -> Any:
        return causal_mask(query.shape[1], (query if value is None else value).shape[1])

    def _compute_sliding_window_mask(self, query: Any, value: Any = None) -> Any:
        assert self._sliding_window is not None
        sources = (query if value is None else value).shape[1]
        return window_mask(query.shape[1], sources, self._sliding_window)

    # ---------------------------------------------------------------- shapes

    def _check_shapes(self, value_shape: Any, key_shape: Any) -> None:
        if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise ValueError(
                f"{self._who()}: value and key must agree in all sizes but the last; got shapes "
                f"{tuple(value_shape)} and {tuple(key_shape)}."
            )

    def _scores_shape(self, query: Any, key: Any) -> tuple[Any, ...]:
        return (query[0], self._heads, query[1], key[1])

    def compute_output_spec(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Returns KerasTensors like the outputs."""
        key_shape = tuple((value if key is None else key).shape)
        shapes: Any = tuple(query.shape), tuple(value.shape), key_shape
        outputs = KerasTensor(self.compute_output_shape(*shapes), self.compute_dtype)
        if not return_attention_scores:
            return outputs
        return outputs, KerasTensor(self._scores_shape(shapes[0], key_shape), self.compute_dtype)

    def _settings_config(self) -> dict[str, Any]:
        """Initializers, regularizers and constraints as `get_config` writes them."""
        parts = {
            "initializer": initializers,
            "regularizer": regularizers,
            "constraint": constraints,
        }
        return {
            key: parts[key.rpartition("_")[2]].serialize(value)
            for key, value in self._settings.items()
        }
