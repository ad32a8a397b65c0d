"""Text: `tf.strings`, computed by Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu.core import dtypes as core
from cornu.core.tensor import Tensor as CoreTensor
from cornu.tf._convert import convert, public
from cornu.tf._names import no_such_name
from cornu.tf.errors import InvalidArgumentError

__all__ = [
    "as_string", "bytes_split", "join", "length", "lower", "reduce_join", "regex_full_match",
    "regex_replace", "split", "strip", "substr", "to_number", "upper",
]  # fmt: skip


def _texts(value: Any, who: str) -> np.ndarray[Any, Any]:
    tensor = convert(value)
    if tensor.dtype != "string":
        raise InvalidArgumentError(
            f"tf.strings.{who}: expected text; got {str.__str__(tensor.dtype)}. Use "
            f"tf.strings.as_string first."
        )
    # The texts themselves, as the core keeps them (numpy() gives bytes).
    return np.asarray(CoreTensor.numpy(tensor))


def _each(array: np.ndarray[Any, Any], function: Callable[[str], Any], dtype: Any = object) -> Any:
    result = np.empty(array.shape, dtype)
    for place in np.ndindex(array.shape):
        result[place] = function(array[place])
    return convert(result)


@public
def lower(input: Any, encoding: str = "", name: Any = None) -> Any:
    """Returns texts in lower case.

    Args:
        input: Texts.
        encoding: Accepted for TensorFlow's signature.
        name: Likewise.

    Returns:
        A string tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.lower("ABC").numpy()
        b'abc'
    """
    return _each(_texts(input, "lower"), str.lower)


@public
def upper(input: Any, encoding: str = "", name: Any = None) -> Any:
    """Returns texts in upper case.

    Args:
        input: Texts.
        encoding: Accepted for TensorFlow's signature.
        name: Likewise.

    Returns:
        A string tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.upper("abc").numpy()
        b'ABC'
    """
    return _each(_texts(input, "upper"), str.upper)


@public
def strip(input: Any, name: Any = None) -> Any:
    """Returns texts without white space around them.

    Args:
        input: Texts.
        name: Accepted for TensorFlow's signature.

    Returns:
        A string tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.strip(" a ").numpy()
        b'a'
    """
    return _each(_texts(input, "strip"), str.strip)


@public
def length(input: Any, unit: str = "BYTE", name: Any = None) -> Any:
    """Returns how long texts are.

    Args:
        input: Texts.
        unit: "BYTE" or "UTF8_CHAR".
        name: Accepted for TensorFlow's signature.

    Returns:
        An int32 tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.length(["abc", "d"]).numpy().tolist()
        [3, 1]
    """
    by_bytes = unit.upper() == "BYTE"

    def measure(text: str) -> int:
        return len(text.encode("utf-8", "surrogateescape")) if by_bytes else len(text)

    return _each(_texts(input, "length"), measure, np.int32)


@public
def split(input: Any, sep: str | None = None, maxsplit: int = -1, name: Any = None) -> Any:
    """Returns a text cut at separators.

    Args:
        input: One text, or texts that all have the same number of parts.
        sep: Separator; white space when None.
        maxsplit: Cut at most so often; everywhere when -1.
        name: Accepted for TensorFlow's signature.

    Returns:
        A string tensor with one axis more.

    Raises:
        InvalidArgumentError: For texts with different numbers of parts.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.split("a b").numpy().tolist()
        [b'a', b'b']
    """
    texts = _texts(input, "split")
    parts = [text.split(sep or None, maxsplit) for text in texts.ravel()]
    widths = {len(part) for part in parts}
    if len(widths) > 1:
        raise InvalidArgumentError(
            f"tf.strings.split: the texts have {min(widths)} to {max(widths)} parts, and there are "
            f"no ragged tensors; split them one by one."
        )
    cells = np.empty((len(parts), widths.pop() if widths else 0), object)
    for row, part in enumerate(parts):
        cells[row, :] = part
    return convert(cells.reshape(*texts.shape, cells.shape[1]))


@public
def bytes_split(input: Any, name: Any = None) -> Any:
    """Returns a text cut into single characters.

    Args:
        input: One text.
        name: Accepted for TensorFlow's signature.

    Returns:
        A string tensor with one axis.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.bytes_split("ab").numpy().tolist()
        [b'a', b'b']
    """
    texts = _texts(input, "bytes_split")
    if texts.ndim:
        raise InvalidArgumentError("tf.strings.bytes_split: expected one text.")
    return convert(np.array(list(texts[()]), object))


@public
def join(inputs: Sequence[Any], separator: str = "", name: Any = None) -> Any:
    """Returns texts put together, element by element.

    Args:
        inputs: String tensors whose shapes broadcast.
        separator: What stands between them.
        name: Accepted for TensorFlow's signature.

    Returns:
        A string tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.join(["a", "b"], separator="-").numpy()
        b'a-b'
    """
    arrays = np.broadcast_arrays(*(_texts(text, "join") for text in inputs))
    result = np.empty(arrays[0].shape, object)
    for place in np.ndindex(result.shape):
        result[place] = separator.join(array[place] for array in arrays)
    return convert(result)


@public
def reduce_join(inputs: Any, axis: int | None = None, keepdims: bool = False, separator: str = "", name: Any = None) -> Any:  # fmt: skip
    """Returns texts along an axis put together.

    Args:
        inputs: String tensor.
        axis: The axis; all when None.
        keepdims: Whether the axis stays, with size 1.
        separator: What stands between them.
        name: Accepted for TensorFlow's signature.

    Returns:
        A string tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.reduce_join(["a", "b"]).numpy()
        b'ab'
    """
    texts = _texts(inputs, "reduce_join")
    if axis is None:
        joined = np.array(separator.join(texts.ravel()), object)
        return convert(joined.reshape((1,) * texts.ndim) if keepdims else joined)
    joined = np.apply_along_axis(lambda row: np.array(separator.join(row), object), axis, texts)
    return convert(np.expand_dims(joined, axis) if keepdims else joined)


@public
def regex_replace(input: Any, pattern: str, rewrite: str, replace_global: bool = True, name: Any = None) -> Any:  # fmt: skip
    r"""Returns texts with what a regular expression matches replaced.

    Args:
        input: Texts.
        pattern: Regular expression.
        rewrite: What to put there; `\1` stands for the first group.
        replace_global: Whether to replace every match, not only the first.
        name: Accepted for TensorFlow's signature.

    Returns:
        A string tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.regex_replace("a<br/>b", "<br/>", " ").numpy()
        b'a b'
    """
    compiled = re.compile(pattern)
    count = 0 if replace_global else 1
    texts = _texts(input, "regex_replace")
    return _each(texts, lambda text: compiled.sub(rewrite.replace(r"\0", r"\g<0>"), text, count))


@public
def regex_full_match(input: Any, pattern: str, name: Any = None) -> Any:
    """Returns where a regular expression matches a whole text.

    Args:
        input: Texts.
        pattern: Regular expression.
        name: Accepted for TensorFlow's signature.

    Returns:
        A bool tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.regex_full_match(["ab", "b"], "a.*").numpy().tolist()
        [True, False]
    """
    compiled = re.compile(pattern)
    texts = _texts(input, "regex_full_match")
    return _each(texts, lambda text: compiled.fullmatch(text) is not None, bool)


@public
def substr(input: Any, pos: int, len: int, unit: str = "BYTE", name: Any = None) -> Any:
    """Returns part of each text.

    Args:
        input: Texts.
        pos: Where the part begins; from the end when negative.
        len: Its length.
        unit: "BYTE" or "UTF8_CHAR".
        name: Accepted for TensorFlow's signature.

    Returns:
        A string tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.substr("hello", 1, 3).numpy()
        b'ell'
    """
    by_bytes = unit.upper() == "BYTE"

    def part(text: str) -> Any:
        whole: Any = text.encode("utf-8", "surrogateescape") if by_bytes else text
        size = whole.__len__()
        if not -size <= pos <= size:
            raise InvalidArgumentError(
                f"tf.strings.substr: pos {pos} is out of range for {text!r}."
            )
        start = pos if pos >= 0 else size + pos
        return whole[start : start + len]

    return _each(_texts(input, "substr"), part)


@public
def to_number(input: Any, out_type: Any = "float32", name: Any = None) -> Any:
    """Returns the numbers that texts spell.

    Args:
        input: Texts.
        out_type: Dtype of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Raises:
        InvalidArgumentError: For a text that is no number.

    Example:
        >>> import cornu.tf as tf
        >>> float(tf.strings.to_number("1.5"))
        1.5
    """
    kind = core.canonical(out_type)

    def read(text: str) -> Any:
        try:
            return float(text) if core.is_float(kind) else int(text)
        except ValueError:
            raise InvalidArgumentError(
                f"StringToNumberOp could not correctly convert string: {text}"
            ) from None

    return _each(_texts(input, "to_number"), read, core.to_numpy(kind))


@public
def as_string(input: Any, precision: int = -1, name: Any = None) -> Any:
    """Returns numbers as texts.

    Args:
        input: Tensor.
        precision: Digits after the point; 6 for floats when negative.
        name: Accepted for TensorFlow's signature.

    Returns:
        A string tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.strings.as_string([1, 2]).numpy().tolist()
        [b'1', b'2']
    """
    tensor = convert(input)
    if tensor.dtype == "string":
        return tensor
    digits = 6 if precision < 0 else precision

    def spell(number: Any) -> str:
        if isinstance(number, (bool, np.bool_)):
            return "true" if number else "false"
        return f"{number:.{digits}f}" if isinstance(number, np.floating) else str(number)

    return _each(np.asarray(tensor), spell)


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.strings", name, __all__)
