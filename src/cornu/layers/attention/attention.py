"""Attention and AdditiveAttention: one head, without projections."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.core.keras_tensor import KerasTensor
from cornu.layers.attention.masks import causal_mask
from cornu.layers.layer import Layer
from cornu.layers.regularization import check_share
from cornu.ops import random

_SCORE_MODES = ("dot", "concat")


@registry.builtin("layer")
class Attention(Layer):
    """Means of values, weighted by the softmax of the products of queries and keys.

    It is called on a list: a query of shape (batch, targets, size), a value of shape (batch,
    sources, size), and a key of the value's shape; the value is the key when there is none. `mask`
    is a list of the masks of query and value: outputs are 0 where the query is masked, and masked
    values do not count.

    Args:
        use_scale: Whether the scores are multiplied by a learned number.
        score_mode: "dot" for products, "concat" for sums of `tanh(query + key)` times a learned
            number.
        dropout: Share of the weights that are set to 0 while training.
        seed: For a repeatable dropout.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For another score mode, a dropout outside of 0 to 1, or inputs that are no list
            of two or three.

    Reference:
        Luong et al., "Effective approaches to attention-based neural machine translation" (2015).

    Example:
        >>> import cornu as keras
        >>> query, value = keras.ops.ones((1, 2, 4)), keras.ops.ones((1, 3, 4))
        >>> layer = keras.layers.Attention()
        >>> out, weights = layer([query, value], return_attention_scores=True)
        >>> out.shape, weights.shape
        ((1, 2, 4), (1, 2, 3))
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if score_mode not in _SCORE_MODES:
            raise ValueError(
                f"{type(self).__name__}: score_mode is 'dot' or 'concat'; got "
                f"score_mode={score_mode!r}."
            )
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = check_share(dropout, "dropout", type(self).__name__)
        self.seed = seed
        if self.dropout > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Makes the learned numbers."""
        self._check_inputs_list(input_shape)
        self.scale = None
        self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                name="concat_score_weight", shape=(), initializer="ones"
            )

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -2, -1))
            return scores if self.scale is None else ops.multiply(scores, self.scale)
        sums = ops.add(ops.expand_dims(query, -2), ops.expand_dims(key, -3))
        if self.scale is not None:
            sums = ops.multiply(self.scale, sums)
        return ops.multiply(self.concat_score_weight, ops.sum(ops.tanh(sums), axis=-1))

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: Any = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Computes the means; with `return_attention_scores` returns the weights as well."""
        self._check_inputs_list(inputs, mask)
        query, value = inputs[0], inputs[1]
        key = inputs[2] if len(inputs) > 2 else value
        query_mask, value_mask = (None, None) if mask is None else (mask[0], mask[1])
        scores = self._calculate_scores(query, key)
        allowed = None if value_mask is None else ops.expand_dims(ops.cast(value_mask, "bool"), -2)
        if use_causal_mask:
            earlier = causal_mask(*scores.shape[-2:])
            allowed = earlier if allowed is None else ops.logical_and(allowed, earlier)
        if allowed is not None:
            lowered = ops.subtract(scores, 65504.0 if scores.dtype == "float16" else 1e9)
            scores = ops.where(allowed, scores, lowered)
        weights = ops.softmax(scores, axis=-1)
        if training and self.dropout > 0:
            weights = random.dropout(weights, self.dropout, seed=self.seed_generator)
        outputs = ops.matmul(weights, value)
        if query_mask is not None:
            outputs = ops.where(ops.expand_dims(ops.cast(query_mask, "bool"), -1), outputs, 0.0)
        return (outputs, weights) if return_attention_scores else outputs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns the mask of the query."""
        self._check_inputs_list(inputs, mask)
        return None if mask is None else mask[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the query's shape with the size of the values."""
        self._check_inputs_list(input_shape)
        return (*input_shape[0][:-1], input_shape[1][-1])

    def compute_output_spec(
        self,
        inputs: Any,
        mask: Any = None,
        training: Any = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Returns KerasTensors like the outputs."""
        self._check_inputs_list(inputs, mask)
        shapes = [tuple(tensor.shape) for tensor in inputs]
        outputs = KerasTensor(self.compute_output_shape(shapes), self.compute_dtype)
        if not return_attention_scores:
            return outputs
        return outputs, KerasTensor((*shapes[0][:-1], shapes[-1][-2]), self.compute_dtype)

    def _check_inputs_list(self, inputs: Any, mask: Any = None) -> None:
        is_list = isinstance(inputs, (list, tuple)) and not isinstance(inputs[0], (int, type(None)))
        if not is_list or len(inputs) not in (2, 3):
            got = f"{len(inputs)} inputs" if is_list else f"{getattr(inputs, 'shape', inputs)}"
            raise ValueError(
                f"{self._who()} is called on a list of tensors, [query, value] or [query, value, "
                f"key]; got {got}."
            )
        if mask is not None and (not isinstance(mask, (list, tuple)) or len(mask) not in (2, 3)):
            raise ValueError(
                f"{self._who()}: mask is a list like the inputs, [query_mask, value_mask]; got "
                f"{mask!r}."
            )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "use_scale": self.use_scale,
            "score_mode": self.score_mode,
            "dropout": self.dropout,
            "seed": self.seed,
        }


@registry.builtin("layer")
class AdditiveAttention(Attention):
    """Means of values, weighted by the softmax of sums over `scale * tanh(query + key)`.

    It is called on a list and takes masks as `Attention` does.

    Args:
        use_scale: Whether `scale` is learned, one number for each feature; 1 otherwise.
        dropout: Share of the weights that are set to 0 while training.
        **kwargs: `seed`, `name` and `dtype`.

    Raises:
        ValueError: For a dropout outside of 0 to 1, or inputs that are no list of two or three.

    Reference:
        Bahdanau et al., "Neural machine translation by jointly learning to align and translate"
        (2015).

    Example:
        >>> import cornu as keras
        >>> query, value = keras.ops.ones((1, 2, 4)), keras.ops.ones((1, 3, 4))
        >>> keras.layers.AdditiveAttention()([query, value]).shape
        (1, 2, 4)
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Makes the scale."""
        self._check_inputs_list(input_shape)
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight(
                name="scale", shape=(input_shape[0][-1],), initializer="glorot_uniform"
            )

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        terms = ops.tanh(ops.add(ops.expand_dims(query, -2), ops.expand_dims(key, -3)))
        return ops.sum(terms if self.scale is None else ops.multiply(self.scale, terms), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = super().get_config()
        del config["score_mode"]
        return config
