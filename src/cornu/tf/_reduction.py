"""Sums, means, extremes over axes, running sums, and where extremes are."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import dtypes as core
from cornu.tf._convert import axes_of, convert, public
from cornu.tf._elementwise import _ALL, _BOOL, _FLOATS, _NUMBERS, refuse_dtype
from cornu.tf.errors import DtypeError, InvalidArgumentError


def _checked_axes(x: Any, axis: Any) -> Any:
    axes = axes_of(axis)
    for one in () if axes is None else (axes if isinstance(axes, tuple) else (axes,)):
        if not -x.ndim <= one < x.ndim:
            raise InvalidArgumentError(
                f"Invalid reduction dimension ({one} for input with {x.ndim} dimension(s), shape "
                f"{x.shape})."
            )
    return axes


def _reduced(name: str, text: str, compute: Any, allowed: frozenset[str], shown: str) -> Any:
    def function(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Any:  # fmt: skip
        x = convert(input_tensor)
        if x.dtype not in allowed:
            refuse_dtype(function.__name__, x, allowed, "bool" if allowed == _BOOL else "float32")
        axes = _checked_axes(x, axis)
        if axes == ():
            return x
        result = compute(x, axis=axes, keepdims=bool(keepdims))
        keeps = allowed is not _ALL and result.dtype != x.dtype
        return ops.cast(result, x.dtype) if keeps else result

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{text}\n\nArgs:\n    input_tensor: Tensor.\n    axis: One axis, several, or all when None."
        f"\n    keepdims: Whether the axes stay, with size 1.\n    name: Accepted for TensorFlow's "
        f"signature.\n\nReturns:\n    A tensor of the dtype of the input.\n\nRaises:\n    "
        f"InvalidArgumentError: For an axis or a dtype that does not fit.\n\nExample:\n"
        f"    >>> import cornu.tf as tf\n    >>> tf.math.{name}({shown}).numpy().tolist()\n"
    )
    return function


def _mean(x: Any, axis: Any, keepdims: bool) -> Any:
    if core.is_float(x.dtype):
        return ops.mean(x, axis=axis, keepdims=keepdims)
    # Whole numbers stay whole: the sum divided and cut, as TensorFlow does.
    total = ops.sum(x, axis=axis, keepdims=keepdims)
    count = x.size // max(total.size, 1)
    wide = ops.divide(ops.cast(total, "float64"), float(max(count, 1)))
    return ops.trunc(wide)


def _spread(function: Any) -> Any:
    def compute(x: Any, axis: Any, keepdims: bool) -> Any:
        if not core.is_float(x.dtype):
            raise DtypeError(
                f"Input must be either real or complex. Received integer type "
                f"{str.__str__(x.dtype)}; cast first: tf.cast(x, tf.float32)."
            )
        return function(x, axis=axis, keepdims=keepdims)

    return compute


def _norm(x: Any, axis: Any, keepdims: bool) -> Any:
    return ops.sqrt(ops.sum(ops.square(x), axis=axis, keepdims=keepdims))


_FLAT = "[[1.0, 2.0], [3.0, 5.0]], axis=0"
_ROWS: dict[str, tuple[str, Any, frozenset[str], str, str]] = {
    "reduce_sum": ("Returns sums.", ops.sum, _NUMBERS, _FLAT, "[4.0, 7.0]"),
    "reduce_mean": ("Returns means; of whole numbers cut to whole numbers.", _mean, _NUMBERS, _FLAT, "[2.0, 3.5]"),
    "reduce_prod": ("Returns products.", ops.prod, _NUMBERS, _FLAT, "[3.0, 10.0]"),
    "reduce_max": ("Returns the greatest elements.", ops.max, _NUMBERS, _FLAT, "[3.0, 5.0]"),
    "reduce_min": ("Returns the least elements.", ops.min, _NUMBERS, _FLAT, "[1.0, 2.0]"),
    "reduce_std": ("Returns standard deviations.", _spread(ops.std), _ALL, _FLAT, "[1.0, 1.5]"),
    "reduce_variance": ("Returns variances.", _spread(ops.var), _ALL, _FLAT, "[1.0, 2.25]"),
    "reduce_logsumexp": ("Returns log(sum(exp(x))) without overflow.", ops.logsumexp, _FLOATS, "[[0.0]], axis=0", "[0.0]"),
    "reduce_euclidean_norm": ("Returns Euclidean lengths.", _norm, _NUMBERS, "[[3.0], [4.0]], axis=0", "[5.0]"),
    "reduce_all": ("Returns whether all are true.", ops.all, _BOOL, "[True, False]", "False"),
    "reduce_any": ("Returns whether any is true.", ops.any, _BOOL, "[True, False]", "True"),
}  # fmt: skip


def _made() -> dict[str, Any]:
    made = {}
    for name, (text, compute, allowed, call, shown) in _ROWS.items():
        function = _reduced(name, text, compute, allowed, call)
        function.__doc__ += f"    {shown}\n"
        made[name] = public(function)
    return made


functions = _made()


def _extreme(compute: Any, input: Any, axis: Any, output_type: Any, name: str) -> Any:
    x = convert(input)
    refuse_dtype(name, x, _ALL)
    place = 0 if axis is None else axes_of(axis)
    if x.ndim == 0:
        raise InvalidArgumentError(f"{name}: expected at least one axis; got a scalar.")
    _checked_axes(x, place)
    return ops.cast(compute(x, axis=place), core.canonical(output_type))


@public
def argmax(input: Any, axis: Any = None, output_type: Any = "int64", name: Any = None) -> Any:
    """Returns where the greatest elements are along an axis.

    Args:
        input: Tensor.
        axis: The axis; 0 when None.
        output_type: Integer dtype of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        An int64 tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.argmax([[1, 5], [7, 2]])
        <tf.Tensor: shape=(2,), dtype=int64, numpy=array([1, 0])>
    """
    return _extreme(ops.argmax, input, axis, output_type, "argmax")


@public
def argmin(input: Any, axis: Any = None, output_type: Any = "int64", name: Any = None) -> Any:
    """Returns where the least elements are along an axis.

    Args:
        input: Tensor.
        axis: The axis; 0 when None.
        output_type: Integer dtype of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        An int64 tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.argmin([[1, 5], [7, 2]]).numpy().tolist()
        [0, 1]
    """
    return _extreme(ops.argmin, input, axis, output_type, "argmin")


def _running(compute: Any, x: Any, axis: Any, exclusive: bool, reverse: bool, start: float) -> Any:
    tensor, place = convert(x), axes_of(axis)
    _checked_axes(tensor, place)
    turned = ops.flip(tensor, place) if reverse else tensor
    result = compute(turned, axis=place)
    if exclusive:
        place %= tensor.ndim
        first = ops.get_item(result, (*(slice(None),) * place, slice(0, 1)))
        rest = ops.get_item(result, (*(slice(None),) * place, slice(0, -1)))
        result = ops.concatenate([ops.full_like(first, start), rest], place)
    return ops.cast(ops.flip(result, place) if reverse else result, tensor.dtype)


@public
def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: Any = None) -> Any:  # fmt: skip
    """Returns running sums along an axis.

    Args:
        x: Tensor.
        axis: The axis.
        exclusive: Whether each sum leaves out its own element.
        reverse: Whether to sum from the end.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor of the shape of `x`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.cumsum([1, 2, 3]).numpy().tolist()
        [1, 3, 6]
    """
    return _running(ops.cumsum, x, axis, exclusive, reverse, 0)


@public
def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: Any = None) -> Any:  # fmt: skip
    """Returns running products along an axis.

    Args:
        x: Tensor.
        axis: The axis.
        exclusive: Whether each product leaves out its own element.
        reverse: Whether to go from the end.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor of the shape of `x`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.math.cumprod([1, 2, 3]).numpy().tolist()
        [1, 2, 6]
    """
    return _running(ops.cumprod, x, axis, exclusive, reverse, 1)


@public
def count_nonzero(input: Any, axis: Any = None, keepdims: bool = False, dtype: Any = "int64", name: Any = None) -> Any:  # fmt: skip
    """Returns how many elements are not zero.

    Args:
        input: Tensor.
        axis: Axes to count over; all when None.
        keepdims: Whether the axes stay, with size 1.
        dtype: Dtype of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        An integer tensor.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.math.count_nonzero([0, 3, 4]))
        2
    """
    x = convert(input)
    held = ops.cast(ops.not_equal(x, ops.zeros_like(x)), core.canonical(dtype))
    return ops.cast(ops.sum(held, axis=_checked_axes(x, axis), keepdims=keepdims), core.canonical(dtype))  # fmt: skip
