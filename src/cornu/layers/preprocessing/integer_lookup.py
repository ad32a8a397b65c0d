"""IntegerLookup: integer categories as consecutive numbers or vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import engine, registry
from cornu.core.tensor import Tensor
from cornu.layers.preprocessing.encoding import encode
from cornu.layers.preprocessing.index_lookup import IndexLookup


@registry.builtin("layer")
class IntegerLookup(IndexLookup):
    """Numbers categories given as whole numbers; unknown ones share the first number.

    Args:
        max_tokens: Most tokens that `adapt` keeps, reserved ones included; all when None.
        num_oov_indices: How many numbers unknown tokens share (by the remainder of a division);
            with 0 they are an error.
        mask_token: Token with number 0; none when None.
        oov_token: What stands for unknown tokens in `get_vocabulary()` and with `invert`.
        vocabulary: The tokens, or the path of a text file with one a line; otherwise call
            `adapt(data)`.
        vocabulary_dtype: Only "int64".
        idf_weights: Weight of each token of `vocabulary`, for output_mode="tf_idf".
        invert: Whether numbers become tokens instead.
        output_mode: "int", "one_hot", "multi_hot", "count" or "tf_idf", as of `StringLookup`.
        sparse: Accepted for Keras's signature; must be False.
        pad_to_max_tokens: Whether vectors have `max_tokens` columns however many tokens there are.
        oov_method: "floormod" (the remainder) or "farmhash" (a hash) shares out unknown tokens.
        salt: One or two ints; another hash for unknown tokens.
        name: Name of the layer.
        **kwargs: `trainable`.

    Raises:
        ValueError: For arguments that contradict each other.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.IntegerLookup(vocabulary=[12, 36, 1138])
        >>> layer([[12, 1138], [42, 36]]).tolist()
        [[1, 3], [0, 2]]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if vocabulary_dtype != "int64":
            raise ValueError(
                f"IntegerLookup: vocabulary_dtype must be 'int64'; got {vocabulary_dtype!r}."
            )
        if salt is not None and oov_method != "farmhash":
            raise ValueError("IntegerLookup: salt is used with oov_method='farmhash' only.")
        super().__init__(
            max_tokens, num_oov_indices, mask_token, oov_token, "int64", vocabulary, idf_weights,
            invert, output_mode, sparse, pad_to_max_tokens, oov_method, salt, name, **kwargs,
        )  # fmt: skip

    def call(self, inputs: Any) -> Any:
        """Looks tokens up (numbers, with `invert`)."""
        plain = self.num_oov_indices == 1 and not self.invert and len(self._vocabulary)
        if not plain or not isinstance(inputs, Tensor) or not inputs.is_symbolic:
            return super().call(inputs)
        return self._compiled(inputs)

    def _compiled(self, inputs: Tensor) -> Any:
        """Looks up with operations that engines compile."""
        keys, numbers = self._vocabulary.sorted_keys()
        tokens = ops.cast(inputs, "int64")
        place = ops.minimum(ops.searchsorted(engine.tensor_from_numpy(keys), tokens), len(keys) - 1)
        hit = ops.equal(ops.take(engine.tensor_from_numpy(keys), place), tokens)
        known = ops.take(engine.tensor_from_numpy(numbers.astype(np.int64)), place)
        found = ops.where(hit, known, self._oov_start())
        if self.mask_token is not None:
            found = ops.where(ops.equal(tokens, self.mask_token), self._mask_number(), found)
        if self.output_mode == "int":
            return ops.cast(found, "int64")
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        vectors = encode(ops.cast(found, "int32"), mode, self._known_depth(), self._output_dtype())
        return vectors if self.output_mode != "tf_idf" else ops.multiply(vectors, self._idf)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "vocabulary_dtype": self.vocabulary_dtype}
