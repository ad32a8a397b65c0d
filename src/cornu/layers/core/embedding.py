"""Embedding: a learned vector for each of a number of symbols."""

from __future__ import annotations

from typing import Any

from cornu import constraints, initializers, ops, regularizers
from cornu.core import dtypes, registry
from cornu.core.keras_tensor import KerasTensor
from cornu.layers.call import set_mask
from cornu.layers.core.dense import positive_int
from cornu.layers.core.lora import LowRankAdaptation


@registry.builtin("layer")
class Embedding(LowRankAdaptation):
    """Turns whole numbers into vectors: row `i` of a learned table for the number `i`.

    Args:
        input_dim: How many numbers there are; inputs are from 0 to `input_dim - 1`.
        output_dim: Size of the vectors.
        embeddings_initializer: For the table of shape `(input_dim, output_dim)`.
        embeddings_regularizer: Penalty on the table.
        embeddings_constraint: Applied to the table after each step.
        mask_zero: Whether 0 is padding: layers behind that know masks then leave it out.
        weights: First value of the table: an array, or a list with one array.
        lora_rank: Rank of a change to a frozen table; see `enable_lora`. None trains the table.
        lora_alpha: The change counts `lora_alpha / lora_rank`.
        **kwargs: `name`, `dtype`, `trainable`, `activity_regularizer`; Keras 2's `input_length`
            is accepted and not needed.

    Raises:
        ValueError: When a size is no positive int, or `weights` has another shape.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.Embedding(10, 4, mask_zero=True)
        >>> layer(keras.ops.array([[1, 2, 0]])).shape
        (1, 3, 4)
        >>> layer.compute_mask(keras.ops.array([[1, 2, 0]])).numpy().tolist()
        [[True, True, False]]
    """

    _adapted_weight = "embeddings"

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        **kwargs: Any,
    ) -> None:
        input_length = kwargs.pop("input_length", None)
        super().__init__(**kwargs)
        self.input_length = input_length
        self.input_dim = positive_int(input_dim, "input_dim", type(self).__name__)
        self.output_dim = positive_int(output_dim, "output_dim", type(self).__name__)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False
        self._set_lora(lora_rank, lora_alpha)
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) else [weights])

    @property
    def embeddings(self) -> Any:
        """The table, with the change of low rank where there is one."""
        return self._adapted()

    def build(self, input_shape: Any = None) -> None:
        """Makes the table."""
        if "_embeddings" in self.__dict__:
            return
        self._embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        if self.lora_rank:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def call(self, inputs: Any) -> Any:
        """Looks the rows up."""
        if inputs.dtype not in ("int32", "int64"):
            inputs = ops.cast(inputs, "int32")
        return ops.cast(ops.take(self.embeddings, inputs, axis=0), self.compute_dtype)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns where the inputs are not 0, with `mask_zero`; None otherwise."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape with `output_dim` behind."""
        return (*input_shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": regularizers.serialize(self.embeddings_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "embeddings_constraint": constraints.serialize(self.embeddings_constraint),
            "mask_zero": self.mask_zero,
            **self._lora_config(),
        }


@registry.builtin("layer")
class ReversibleEmbedding(Embedding):
    """An Embedding that can also turn vectors back into a score for each number.

    Args:
        input_dim: How many numbers there are.
        output_dim: Size of the vectors.
        tie_weights: Whether the way back uses the same table, transposed.
        embeddings_initializer: For the tables.
        embeddings_regularizer: Penalty on the table.
        embeddings_constraint: Applied to the table after each step.
        mask_zero: Whether 0 is padding.
        reverse_dtype: Dtype in which the way back is computed; that of the layer when None.
        logit_soft_cap: Scores are squeezed to between plus and minus this by a tanh; None leaves
            them.
        **kwargs: As of Embedding.

    Raises:
        ValueError: When a size is no positive int.

    Reference:
        Press and Wolf, "Using the output embedding to improve language models" (2017).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.ReversibleEmbedding(10, 4)
        >>> hidden = layer(keras.ops.array([[1, 2, 0]]))
        >>> layer(hidden, reverse=True).shape
        (1, 3, 10)
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ) -> None:
        # Before the base class, which may build at once.
        self.tie_weights = tie_weights
        self.reverse_dtype = None if reverse_dtype is None else dtypes.canonical(reverse_dtype)
        self.logit_soft_cap = logit_soft_cap
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer,
            embeddings_regularizer,
            embeddings_constraint,
            mask_zero,
            **kwargs,
        )

    def build(self, input_shape: Any = None) -> None:
        """Makes the table, and that of the way back unless they are tied."""
        if "_embeddings" in self.__dict__:
            return
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                name="reverse_embeddings",
                shape=(self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer,
            )

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Looks the rows up, or with `reverse` multiplies with them."""
        if not reverse:
            outputs = super().call(inputs)
            mask = super().compute_mask(inputs)
            if mask is not None:
                set_mask(outputs, mask)
            return outputs
        kernel = ops.transpose(self.embeddings) if self.tie_weights else self.reverse_embeddings
        if self.reverse_dtype is not None:
            inputs, kernel = (ops.cast(x, self.reverse_dtype) for x in (inputs, kernel))
        scores = ops.matmul(inputs, kernel)
        if self.logit_soft_cap is not None:
            cap = self.logit_soft_cap
            scores = ops.multiply(ops.tanh(ops.divide(scores, cap)), cap)
        return scores

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns None: the call itself sets the mask, as only one of its ways has one."""
        return None

    def compute_output_shape(self, input_shape: Any, reverse: bool = False) -> Any:
        """Returns the shape of the vectors, or with `reverse` that of the scores."""
        if reverse:
            return (*input_shape[:-1], self.input_dim)
        return super().compute_output_shape(input_shape)

    def compute_output_spec(self, inputs: Any, reverse: bool = False) -> Any:
        """Returns a KerasTensor like the outputs."""
        shape = self.compute_output_shape(tuple(inputs.shape), reverse)
        return KerasTensor(shape, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "tie_weights": self.tie_weights,
            "reverse_dtype": self.reverse_dtype,
            "logit_soft_cap": self.logit_soft_cap,
        }
