"""Hashing and HashedCrossing: categories as numbers by a hash, without a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import registry, settings
from cornu.core.host import on_host
from cornu.core.keras_tensor import KerasTensor
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor
from cornu.layers.layer import Layer
from cornu.layers.preprocessing.encoding import MODES, checked_mode, encode, encoded_shape
from cornu.layers.preprocessing.fingerprints import (
    bucket_of,
    checked_salt,
    farm_hash,
    joined_fingerprints,
)
from cornu.layers.preprocessing.tokens import Array, like, token_array

# Where the fingerprint of a cross begins.
_CROSS_START = 0xDECAFCAFFE


@registry.builtin("layer")
class Hashing(Layer):
    """Numbers categories by a hash of them; different ones may share a number.

    Args:
        num_bins: How many numbers there are.
        mask_value: Category with number 0, which no other then gets.
        salt: One or two ints; SipHash with that key in place of FarmHash.
        output_mode: "int", or a vector mode of `CategoryEncoding`.
        sparse: Accepted for Keras's signature; must be False.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For no number of bins, or an unknown mode.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Hashing(num_bins=5)([["a"], ["bb"]]).tolist()
        [[4], [2]]
    """

    takes_text = True

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else settings.floatx()
        super().__init__(**kwargs)
        if not isinstance(num_bins, (int, np.integer)) or num_bins <= 0:
            raise ValueError(
                f"Hashing: num_bins, how many numbers there are, must be 1 or more; got {num_bins}."
            )
        if sparse:
            raise ValueError("Hashing: sparse=True is not supported; results are dense.")
        self.num_bins = int(num_bins)
        self.mask_value = mask_value
        self.output_mode = checked_mode(output_mode, ("int", *MODES), "Hashing")
        self.sparse = sparse
        if self.output_mode == "int" and self.dtype not in ("int32", "int64"):
            raise ValueError(
                f"Hashing: with output_mode='int' the dtype is 'int32' or 'int64'; got "
                f"{self.dtype!r}."
            )
        pair = checked_salt(salt, "Hashing")
        self.salt = None if pair is None else list(pair)
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape, or for vectors that of `CategoryEncoding`."""
        if self.output_mode == "int":
            return tuple(input_shape)
        return encoded_shape(input_shape, self.output_mode, self.num_bins)

    def compute_output_spec(self, inputs: Any) -> Any:
        """Returns a KerasTensor like the output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=self.dtype)

    def call(self, inputs: Any) -> Any:
        """Hashes."""
        if not isinstance(inputs, Tensor):
            bins = self._bins(inputs)
        else:
            spec = Spec(tuple(inputs.shape), "int64")
            bins = on_host(self._bins, inputs, spec=spec, rowwise=True, name=self._who())
        if self.output_mode == "int":
            return ops.cast(bins, self.dtype)
        return encode(ops.cast(bins, "int32"), self.output_mode, self.num_bins, self.dtype)

    def _bins(self, inputs: Any) -> Tensor:
        given = Tensor.numpy(inputs) if isinstance(inputs, Tensor) else np.asarray(inputs)
        text = given.dtype.kind in "OUS"
        if given.dtype.kind == "f":
            given = given.astype(np.int64)
        array = token_array(given, "string" if text else "int64", self._who())
        masked = self.mask_value is not None and self.num_bins > 1
        bins = self.num_bins - 1 if masked else self.num_bins
        salt = None if self.salt is None else (self.salt[0], self.salt[1])
        found = [
            0
            if masked and item == self.mask_value
            else bucket_of(str(item), bins, salt) + int(masked)
            for item in array.ravel().tolist()
        ]
        return like(inputs, np.array(found, np.int64).reshape(array.shape))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "num_bins": self.num_bins,
            "salt": self.salt,
            "mask_value": self.mask_value,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }


@registry.builtin("layer")
class HashedCrossing(Layer):
    """Numbers the combinations of several categories by a hash of them.

    Args:
        num_bins: How many numbers there are.
        output_mode: "int" or "one_hot".
        sparse: Accepted for Keras's signature; must be False.
        name: Name of the layer.
        dtype: Dtype of the result; int64 for "int" when None.
        **kwargs: `trainable`.

    Raises:
        ValueError: For an unknown mode.

    Example:
        >>> import cornu as keras, numpy as np
        >>> layer = keras.layers.HashedCrossing(num_bins=7)
        >>> layer((np.array(["a", "b"]), np.array([3, 4]))).tolist()
        [3, 3]
    """

    takes_text = True

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        mode = checked_mode(output_mode, ("int", "one_hot"), "HashedCrossing")
        if mode == "int" and dtype is None:
            dtype = "int64"
        super().__init__(name=name, dtype=dtype, **kwargs)
        if sparse:
            raise ValueError("HashedCrossing: sparse=True is not supported; results are dense.")
        self.num_bins = int(num_bins)
        self.output_mode = mode
        self.sparse = sparse
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape of one input, with `num_bins` last for "one_hot"."""
        first = tuple(input_shape[0])
        return (
            first if self.output_mode == "int" else encoded_shape(first, "one_hot", self.num_bins)
        )

    def compute_output_spec(self, inputs: Any) -> Any:
        """Returns a KerasTensor like the output."""
        shape = self.compute_output_shape([tensor.shape for tensor in inputs])
        return KerasTensor(shape, dtype=self.dtype)

    def call(self, inputs: Any) -> Any:
        """Hashes the combinations."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(
                f"{self._who()} crosses two or more categories; pass a list of arrays of one shape."
            )
        inputs = tuple(inputs)
        if all(isinstance(item, Tensor) for item in inputs):
            spec = Spec(tuple(inputs[0].shape), "int64")
            bins = on_host(self._bins, *inputs, spec=spec, rowwise=True, name=self._who())
        else:
            bins = self._bins(*inputs)
        if self.output_mode == "int":
            return ops.cast(bins, self.dtype)
        return encode(ops.cast(bins, "int32"), "one_hot", self.num_bins, self.dtype)

    def _bins(self, *inputs: Any) -> Tensor:
        columns = [self._fingerprints(item) for item in inputs]
        shapes = {column.shape for column in columns}
        if len(shapes) > 1 or columns[0].ndim > 2 or columns[0].shape[1:] not in ((), (1,)):
            listed = ", ".join(str(column.shape) for column in columns)
            raise ValueError(
                f"{self._who()} takes arrays of equal shape (batch,) or (batch, 1); got {listed}."
            )
        found = []
        for row in zip(*(column.ravel().tolist() for column in columns)):
            cross = _CROSS_START
            for fingerprint in row:
                cross = joined_fingerprints(cross, fingerprint)
            found.append(cross % self.num_bins)
        return like(inputs[0], np.array(found, np.int64).reshape(columns[0].shape))

    def _fingerprints(self, value: Any) -> Array:
        given = Tensor.numpy(value) if isinstance(value, Tensor) else np.asarray(value)
        if given.dtype.kind not in "OUS":
            return token_array(given, "int64", self._who()).astype(np.uint64)
        texts = token_array(given, "string", self._who())
        hashed = [farm_hash(text.encode("utf-8", "surrogateescape")) for text in texts.ravel()]
        return np.array(hashed, np.uint64).reshape(texts.shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            "num_bins": self.num_bins,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }
