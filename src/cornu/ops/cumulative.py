"""Running sums and products along an axis."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes, shapes
from cornu.core.primitive import Primitive
from cornu.core.primitives import layout
from cornu.core.primitives import reduce as r
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, cast, op


def _running(primitive: Primitive, x: Any, axis: int | None, dtype: Any) -> Tensor:
    x = as_tensor(x)
    if dtype is not None:
        x = cast(x, dtypes.canonical(dtype))
    if x.dtype == "bool":
        x = cast(x, "int32")
    if axis is None:
        x = layout.reshape(x, shape=(x.size,))
        axis = 0
    place = shapes.normalize_axis(axis, len(x.shape), primitive.name)
    result: Tensor = primitive(x, axis=place, reverse=False)
    return result


@op
def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """Returns the running sum along an axis.

    Args:
        x: Array-like.
        axis: Axis; the flattened array when None.
        dtype: Dtype to add in; that of `x` when None (int32 for booleans).

    Returns:
        A tensor of the shape of `x`.

    Example:
        >>> cumsum([1, 2, 3]).tolist()
        [1, 3, 6]
    """
    return _running(r.cumsum, x, axis, dtype)


@op
def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """Returns the running product along an axis.

    Args:
        x: Array-like.
        axis: Axis; the flattened array when None.
        dtype: Dtype to multiply in; that of `x` when None (int32 for booleans).

    Returns:
        A tensor of the shape of `x`.

    Example:
        >>> cumprod([1, 2, 3]).tolist()
        [1, 2, 6]
    """
    return _running(r.cumprod, x, axis, dtype)
