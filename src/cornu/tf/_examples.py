"""Messages of `tf.train.Example`, and reading them into tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import dtypes as core
from cornu.core.tensor import Tensor as CoreTensor
from cornu.data.examples import decode_example, encode_example
from cornu.data.lines import texts
from cornu.tf._convert import convert
from cornu.tf._image_files import bytes_of
from cornu.tf.dtypes import as_dtype
from cornu.tf.errors import InvalidArgumentError

_KIND_OF = {"string": "bytes", "float32": "float", "int64": "int64"}


class _List:
    def __init__(self, value: Any = ()) -> None:
        self.value = list(value)

    def __repr__(self) -> str:
        return "".join(f"value: {item!r}\n" for item in self.value)


class BytesList(_List):
    """A list of bytes.

    Args:
        value: The items.

    Example:
        >>> BytesList(value=[b"a"]).value
        [b'a']
    """

    def __init__(self, value: Any = ()) -> None:
        super().__init__(bytes(item) for item in value)


class FloatList(_List):
    """A list of floats.

    Args:
        value: The items.

    Example:
        >>> FloatList(value=[1]).value
        [1.0]
    """

    def __init__(self, value: Any = ()) -> None:
        super().__init__(float(item) for item in value)


class Int64List(_List):
    """A list of whole numbers.

    Args:
        value: The items.

    Example:
        >>> Int64List(value=[1]).value
        [1]
    """

    def __init__(self, value: Any = ()) -> None:
        super().__init__(int(item) for item in value)


class Feature:
    """One of three lists.

    Args:
        bytes_list: A BytesList.
        float_list: A FloatList.
        int64_list: An Int64List.

    Example:
        >>> Feature(int64_list=Int64List(value=[3])).int64_list.value
        [3]
    """

    def __init__(self, bytes_list: Any = None, float_list: Any = None, int64_list: Any = None) -> None:  # fmt: skip
        self.bytes_list = BytesList() if bytes_list is None else bytes_list
        self.float_list = FloatList() if float_list is None else float_list
        self.int64_list = Int64List() if int64_list is None else int64_list
        given = {"bytes": bytes_list, "float": float_list, "int64": int64_list}
        self._kind = next((kind for kind, part in given.items() if part is not None), "bytes")

    def WhichOneof(self, name: str = "kind") -> str:
        """Returns which list is set."""
        return f"{self._kind}_list"

    @property
    def content(self) -> tuple[str, list[Any]]:
        """Kind and items."""
        part: _List = getattr(self, self.WhichOneof())
        return self._kind, part.value


class Features:
    """Features by name.

    Args:
        feature: Dict of Feature.

    Example:
        >>> sorted(Features(feature={"a": Feature()}).feature)
        ['a']
    """

    def __init__(self, feature: Any = None) -> None:
        self.feature: dict[str, Feature] = dict(feature or {})


class Example:
    """Features of one sample, as TFRecord files hold them.

    Args:
        features: The Features.

    Example:
        >>> example = Example(Features({"a": Feature(int64_list=Int64List([3]))}))
        >>> again = Example.FromString(example.SerializeToString())
        >>> again.features.feature["a"].int64_list.value
        [3]
    """

    def __init__(self, features: Any = None) -> None:
        self.features = Features() if features is None else features

    def SerializeToString(self) -> bytes:
        """Returns the message's bytes."""
        return encode_example({k: part.content for k, part in self.features.feature.items()})

    def ParseFromString(self, serialized: Any) -> int:
        """Replaces the features by those of a message's bytes, and returns their number."""
        data = serialized if isinstance(serialized, bytes) else bytes_of(serialized, "Example")
        lists = {"bytes": BytesList, "float": FloatList, "int64": Int64List}
        self.features = Features(
            {
                name: Feature(**({f"{kind}_list": lists[kind](values)} if kind else {}))
                for name, (kind, values) in decode_example(data).items()
            }
        )
        return len(data)

    @classmethod
    def FromString(cls, serialized: Any) -> Example:
        """Returns the example of a message's bytes."""
        example = cls()
        example.ParseFromString(serialized)
        return example


class FixedLenFeature:
    """A feature that every example has, with equally many items.

    Args:
        shape: Shape of its tensor.
        dtype: tf.string, tf.float32 or tf.int64.
        default_value: What stands where it is missing; None requires it.

    Example:
        >>> import cornu.tf as tf
        >>> tf.io.FixedLenFeature([], tf.int64).dtype
        tf.int64
    """

    def __init__(self, shape: Any, dtype: Any, default_value: Any = None) -> None:
        self.shape = tuple(int(n) for n in ([shape] if isinstance(shape, int) else shape))
        self.dtype = as_dtype(dtype)
        self.default_value = default_value


class FixedLenSequenceFeature(FixedLenFeature):
    """A feature with any number of items.

    Args:
        shape: Shape of one item.
        dtype: tf.string, tf.float32 or tf.int64.
        allow_missing: Must be True: a missing one has no items.
        default_value: What pads shorter ones in `parse_example`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.io.FixedLenSequenceFeature([], tf.int64, allow_missing=True).shape
        ()
    """

    def __init__(self, shape: Any, dtype: Any, allow_missing: bool = False, default_value: Any = None) -> None:  # fmt: skip
        super().__init__(shape, dtype, default_value)
        if not allow_missing:
            raise InvalidArgumentError("FixedLenSequenceFeature needs allow_missing=True.")


class VarLenFeature:
    """Refuses: there are no sparse tensors.

    Args:
        dtype: Not used.

    Raises:
        NotImplementedError: Always; it names FixedLenSequenceFeature.

    Example:
        >>> import cornu.tf as tf
        >>> issubclass(tf.io.VarLenFeature, object)
        True
    """

    def __init__(self, dtype: Any) -> None:
        raise NotImplementedError(
            "VarLenFeature makes sparse tensors, which cornu does not have. Write "
            "tf.io.FixedLenSequenceFeature([], dtype, allow_missing=True) for a dense one."
        )


def parse_single_example(serialized: Any, features: Any, example_names: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns the tensors of one Example message.

    Args:
        serialized: The message, a scalar string.
        features: FixedLenFeature or FixedLenSequenceFeature by name.
        example_names: Accepted for TensorFlow's signature.
        name: Likewise.

    Returns:
        Tensors by name.

    Raises:
        ValueError: For a damaged message, or a feature that is missing or of another kind or size.

    Example:
        >>> import cornu.tf as tf
        >>> message = Example(Features({"a": Feature(int64_list=Int64List([3]))}))
        >>> specs = {"a": tf.io.FixedLenFeature([], tf.int64)}
        >>> int(tf.io.parse_single_example(message.SerializeToString(), specs)["a"])
        3
    """
    found = decode_example(_message(serialized))
    return {key: convert(_column(found, key, features[key])) for key in features}


def parse_example(serialized: Any, features: Any, example_names: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns the tensors of a batch of Example messages; sequences are padded to the longest.

    Args:
        serialized: The messages, strings.
        features: FixedLenFeature or FixedLenSequenceFeature by name.
        example_names: Accepted for TensorFlow's signature.
        name: Likewise.

    Returns:
        Tensors by name, with an axis of examples in front.

    Raises:
        ValueError: As in `parse_single_example`.

    Example:
        >>> import cornu.tf as tf
        >>> message = Example(Features({"a": Feature(int64_list=Int64List([3]))}))
        >>> specs = {"a": tf.io.FixedLenFeature([], tf.int64)}
        >>> batch = [message.SerializeToString()] * 2
        >>> tf.io.parse_example(batch, specs)["a"].numpy().tolist()
        [3, 3]
    """
    tensor = convert(serialized)
    if tensor.ndim == 0:
        return parse_single_example(tensor, features)
    lines = np.asarray(CoreTensor.numpy(tensor)).reshape(-1).tolist()
    messages = [decode_example(line.encode("utf-8", "surrogateescape")) for line in lines]
    result = {}
    for key, feature in features.items():
        columns = [_column(found, key, feature) for found in messages]
        if isinstance(feature, FixedLenSequenceFeature):
            columns = _padded(columns, feature)
        result[key] = convert(np.stack(columns))
    return result


def _message(serialized: Any) -> bytes:
    return serialized if isinstance(serialized, bytes) else bytes_of(serialized, "parse_example")


def _column(found: Any, key: str, feature: Any) -> Any:
    if not isinstance(feature, FixedLenFeature):
        raise TypeError(f"parse_example: {key!r} must be a FixedLenFeature; got {feature!r}.")
    wanted = _KIND_OF.get(feature.dtype.name)
    if wanted is None:
        raise InvalidArgumentError(
            f"Key: {key}. Features are tf.string, tf.float32 or tf.int64, not "
            f"{feature.dtype.name}; cast afterwards."
        )
    kind, values = found.get(key, ("", []))
    sequence = isinstance(feature, FixedLenSequenceFeature)
    if not kind and not sequence:
        if feature.default_value is None:
            raise InvalidArgumentError(f"Feature: {key} (data type: {feature.dtype.name}) is required but could not be found.")  # fmt: skip
        default = convert(feature.default_value, hint=feature.dtype)
        array = np.asarray(CoreTensor.numpy(default))
        return np.broadcast_to(array, feature.shape)
    if kind and kind != wanted:
        raise InvalidArgumentError(
            f"Key: {key}. Data types don't match. Expected type: {feature.dtype.name}, the "
            f"example has {kind}."
        )
    if wanted == "bytes":
        flat = texts([value.decode("utf-8", "surrogateescape") for value in values])
    else:
        flat = np.array(values, core.to_numpy(feature.dtype.name))
    try:
        return flat.reshape((-1, *feature.shape) if sequence else feature.shape)
    except ValueError:
        raise InvalidArgumentError(
            f"Key: {key}. Number of {wanted} values != expected. Values size: {len(values)} but "
            f"output shape: {list(feature.shape)}"
        ) from None


def _padded(columns: list[Any], feature: Any) -> list[Any]:
    longest = max(len(column) for column in columns)
    fill = feature.default_value
    if fill is None:
        fill = "" if feature.dtype == "string" else 0
    result = []
    for column in columns:
        whole = np.full((longest, *column.shape[1:]), fill, column.dtype)
        whole[: len(column)] = column
        result.append(whole)
    return result
