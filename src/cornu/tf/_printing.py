"""tf.print, which shows values in TensorFlow's way."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from cornu.core import tree
from cornu.core.errors import SymbolicTensorError
from cornu.core.tensor import Tensor as CoreTensor
from cornu.core.variable import Variable as CoreVariable
from cornu.tf._convert import convert
from cornu.tf._elementwise import in_capture


def print(*inputs: Any, output_stream: Any = sys.stderr, summarize: int = 3, sep: str = " ", end: str = "\n", name: Any = None) -> None:  # fmt: skip
    """Writes values to the error stream, tensors as arrays with the middle left out.

    Args:
        *inputs: Anything.
        output_stream: A stream, or "file://" and a path.
        summarize: How many elements to show at each end of an axis; all when -1.
        sep: What stands between the values.
        end: What stands at the end.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import sys
        >>> import cornu.tf as tf
        >>> tf.print(tf.constant([1, 2]), "a", output_stream=sys.stdout)
        [1 2] a
    """
    if in_capture():
        raise SymbolicTensorError(
            "tf.print shows values, which do not exist while a step is captured; compile the model "
            "with run_eagerly=True."
        )
    text = sep.join(_shown(value, summarize) for value in inputs) + end
    if isinstance(output_stream, str) and output_stream.startswith("file://"):
        with open(output_stream.removeprefix("file://"), "a", encoding="utf-8") as file:
            file.write(text)
        return
    stream = output_stream
    if stream is _AT_IMPORT:
        # The stream of now: notebooks and test runners exchange it.
        stream = sys.stderr
    stream.write(text)


_AT_IMPORT = sys.stderr


def _shown(value: Any, summarize: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (CoreTensor, CoreVariable)):
        return _array(value, summarize)
    if tree.is_nested(value):
        form = tree.map_structure(lambda leaf: _Text(_inner(leaf, summarize)), value)
        return repr(form)
    return str(value)


def _inner(leaf: Any, summarize: int) -> str:
    return f"'{leaf}'" if isinstance(leaf, str) else _shown(leaf, summarize)


class _Text(str):
    """Text that shows without quotes."""

    def __repr__(self) -> str:
        return str(self)


def _array(value: Any, summarize: int) -> str:
    array = np.asarray(convert(value))
    if array.dtype == object:
        array = np.vectorize(lambda b: b.decode("utf-8", "replace"), otypes=[object])(array)
        if not array.shape:
            return f'"{array[()]}"'
    return _rows(array, summarize, 0)


def _number(number: Any) -> str:
    if isinstance(number, (bool, np.bool_)):
        return "1" if number else "0"
    if isinstance(number, np.floating):
        text = np.format_float_positional(number, trim="-", unique=True)
        return text if 1e-4 <= abs(number) < 1e16 or number == 0 else _scientific(number)
    return f'"{number}"' if isinstance(number, str) else str(number)


def _scientific(number: Any) -> str:
    return str(np.format_float_scientific(number, trim="-", exp_digits=2))


def _rows(array: Any, summarize: int, depth: int) -> str:
    if not array.shape:
        return _number(array[()])
    parts = [_rows(part, summarize, depth + 1) for part in _ends(array, summarize)]
    if summarize >= 0 and len(array) > 2 * summarize:
        parts.insert(summarize, "...")
    gap = " " if array.ndim == 1 else "\n" * (array.ndim - 1) + " " * (depth + 1)
    return "[" + gap.join(parts) + "]"


def _ends(array: Any, summarize: int) -> Any:
    if summarize < 0 or len(array) <= 2 * summarize:
        return array
    return [*array[:summarize], *array[len(array) - summarize :]]
