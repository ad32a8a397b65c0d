"""Matrices: `tf.linalg`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import shapes
from cornu.tf._clipping import global_norm as global_norm
from cornu.tf._convert import axes_of, convert, operands, public
from cornu.tf._creation import eye as eye
from cornu.tf._decompositions import cholesky as cholesky
from cornu.tf._decompositions import det as det
from cornu.tf._decompositions import inv as inv
from cornu.tf._decompositions import pinv as pinv
from cornu.tf._decompositions import qr as qr
from cornu.tf._decompositions import solve as solve
from cornu.tf._decompositions import svd as svd
from cornu.tf._elementwise import _FLOATS, _NUMBERS, refuse_dtype
from cornu.tf._tensor import Tensor
from cornu.tf.errors import InvalidArgumentError

__all__ = [
    "band_part", "cholesky", "cross", "det", "diag", "diag_part", "einsum", "eye",
    "global_norm", "inv",
    "l2_normalize", "matmul", "matrix_transpose", "matvec", "norm", "normalize", "pinv", "qr",
    "set_diag", "solve", "svd", "tensordot", "trace",
]  # fmt: skip


def _matrices(a: Any, b: Any) -> tuple[Tensor, Tensor]:
    try:
        return operands("MatMul", a, b)
    except InvalidArgumentError as error:
        if "Incompatible shapes" not in str(error):
            raise
    first = convert(a, hint=getattr(b, "dtype", None))
    return first, convert(b, hint=first.dtype)


@public
def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, adjoint_a: bool = False, adjoint_b: bool = False, name: Any = None) -> Any:  # fmt: skip
    """Returns the matrix product, what the operator @ does; leading axes are a batch.

    Args:
        a: Matrix or batch of matrices of shape (..., rows, inner).
        b: Matrix or batch of matrices of shape (..., inner, columns) and of the same dtype.
        transpose_a: Whether `a` is turned first.
        transpose_b: Whether `b` is turned first.
        adjoint_a: As `transpose_a`.
        adjoint_b: As `transpose_b`.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor of shape (..., rows, columns).

    Raises:
        InvalidArgumentError: When the inner sizes differ, for vectors, and for two dtypes.

    Example:
        >>> import cornu.tf as tf
        >>> tf.matmul([[1, 2]], [[3], [4]]).numpy().tolist()
        [[11]]
    """
    x, y = _matrices(a, b)
    if x.ndim < 2 or y.ndim < 2:
        raise InvalidArgumentError(
            f"matmul: In[0] and In[1] must have at least 2 dimensions: got shapes {list(x.shape)} "
            f"and {list(y.shape)}. Use tf.linalg.matvec or tf.tensordot(a, b, 1) for vectors, or "
            f"tf.expand_dims."
        )
    refuse_dtype("tf.matmul", x, _NUMBERS)
    left = matrix_transpose(x) if transpose_a or adjoint_a else x
    right = matrix_transpose(y) if transpose_b or adjoint_b else y
    if left.shape[-1] != right.shape[-2]:
        raise InvalidArgumentError(
            f"Matrix size-incompatible: In[0]: {list(left.shape)}, In[1]: {list(right.shape)}. The "
            f"last size of the first must equal the one before the last of the second; "
            f"tf.transpose turns a matrix, tf.reshape rearranges it."
        )
    try:
        shapes.broadcast(tuple(left.shape[:-2]), tuple(right.shape[:-2]))
    except ValueError:
        raise InvalidArgumentError(
            f"matmul: Incompatible batch shapes: In[0]: {list(left.shape)}, In[1]: "
            f"{list(right.shape)}."
        ) from None
    return ops.matmul(left, right)


@public
def matvec(a: Any, b: Any, transpose_a: bool = False, name: Any = None) -> Any:
    """Returns the product of a matrix and a vector.

    Args:
        a: Matrix or batch of matrices.
        b: Vector or batch of vectors.
        transpose_a: Whether `a` is turned first.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.matvec([[1, 2], [3, 4]], [1, 1]).numpy().tolist()
        [3, 7]
    """
    vector = ops.expand_dims(convert(b, hint=getattr(a, "dtype", None)), -1)
    return ops.squeeze(matmul(a, vector, transpose_a=transpose_a), -1)


@public
def matrix_transpose(a: Any, name: Any = None) -> Any:
    """Returns matrices with rows and columns exchanged (the last two axes).

    Args:
        a: Tensor with at least two axes.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.matrix_transpose([[1, 2]]).numpy().tolist()
        [[1], [2]]
    """
    x = convert(a)
    if x.ndim < 2:
        raise InvalidArgumentError(
            f"matrix_transpose: expected at least two axes; got shape {x.shape}."
        )
    return ops.swapaxes(x, -1, -2)


@public
def tensordot(a: Any, b: Any, axes: Any, name: Any = None) -> Any:
    """Returns sums of products over chosen axes of two tensors.

    Args:
        a: Tensor.
        b: Tensor of the same dtype.
        axes: How many last axes of `a` meet the first of `b`, or the two lists of axes.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> float(tf.tensordot([1.0, 2.0], [3.0, 4.0], 1))
        11.0
    """
    x, y = _matrices(a, b)
    chosen = axes_of(axes) if not isinstance(axes, (list, tuple)) else axes
    return ops.tensordot(x, y, axes=chosen)


@public
def einsum(equation: str, *inputs: Any, **keywords: Any) -> Any:
    """Returns sums of products named by letters for axes, such as "ij,jk->ik".

    Args:
        equation: The letters.
        *inputs: Tensors of one dtype.
        **keywords: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.einsum("ij,jk->ik", [[1, 2]], [[3], [4]]).numpy().tolist()
        [[11]]
    """
    del keywords
    first = convert(inputs[0])
    return ops.einsum(equation, first, *(convert(x, hint=first.dtype) for x in inputs[1:]))


@public
def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False, name: Any = None) -> Any:  # fmt: skip
    """Returns lengths of vectors or matrices.

    Args:
        tensor: Float tensor.
        ord: "euclidean", 1, 2, any positive number, or infinity.
        axis: Axis of the vectors; the whole tensor is one vector when None.
        keepdims: Whether the axis stays, with size 1.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> float(tf.norm([3.0, 4.0]))
        5.0
    """
    x, place = convert(tensor), axes_of(axis)
    refuse_dtype("tf.norm", x, _FLOATS)
    size = ops.abs(x)
    if ord in ("euclidean", "fro", 2):
        return ops.sqrt(ops.sum(ops.square(x), axis=place, keepdims=keepdims))
    if ord in (np.inf, "inf"):
        return ops.max(size, axis=place, keepdims=keepdims)
    if ord == 1:
        return ops.sum(size, axis=place, keepdims=keepdims)
    if not isinstance(ord, (int, float)) or ord <= 0:
        raise InvalidArgumentError(
            f"norm: ord is 'euclidean', a positive number or np.inf; got {ord!r}."
        )
    return ops.power(ops.sum(ops.power(size, float(ord)), axis=place, keepdims=keepdims), 1.0 / ord)


@public
def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: Any = None) -> Any:
    """Returns vectors divided by their length.

    Args:
        x: Float tensor.
        axis: Axis of the vectors; the whole tensor is one vector when None.
        epsilon: The least square of a length.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.math.l2_normalize([0.0, 4.0]).numpy().tolist()
        [0.0, 1.0]
    """
    tensor = convert(x)
    refuse_dtype("tf.linalg.l2_normalize", tensor, _FLOATS)
    squares = ops.sum(ops.square(tensor), axis=axes_of(axis), keepdims=True)
    return ops.multiply(tensor, ops.rsqrt(ops.maximum(squares, epsilon)))


@public
def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None, name: Any = None) -> Any:
    """Returns vectors divided by their length, and the lengths.

    Args:
        tensor: Float tensor.
        ord: As in `norm`.
        axis: Axis of the vectors.
        name: Accepted for TensorFlow's signature.

    Returns:
        `(vectors, lengths)`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.normalize([3.0, 4.0])[1].numpy().tolist()
        [5.0]
    """
    x = convert(tensor)
    length = norm(x, ord, axis, keepdims=True)
    return (ops.divide(x, length), length)


@public
def diag(diagonal: Any, name: Any = "diag") -> Any:
    """Returns matrices with the given diagonals and zeros elsewhere.

    Args:
        diagonal: Tensor; the last axis holds a diagonal.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor with one axis more.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.diag([1, 2]).numpy().tolist()
        [[1, 0], [0, 2]]
    """
    x = convert(diagonal)
    unit = ops.eye(x.shape[-1], dtype=str.__str__(x.dtype))
    return ops.multiply(ops.expand_dims(x, -1), unit)


@public
def diag_part(input: Any, name: Any = "diag_part") -> Any:
    """Returns the diagonals of matrices.

    Args:
        input: Tensor with at least two axes.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor with one axis less.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.diag_part([[1, 2], [3, 4]]).numpy().tolist()
        [1, 4]
    """
    return ops.diagonal(convert(input), axis1=-2, axis2=-1)


@public
def trace(x: Any, name: Any = None) -> Any:
    """Returns sums of the diagonals of matrices.

    Args:
        x: Tensor with at least two axes.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.linalg.trace([[1, 2], [3, 4]]))
        5
    """
    tensor = convert(x)
    return ops.cast(ops.trace(tensor, axis1=-2, axis2=-1), str.__str__(tensor.dtype))


@public
def cross(a: Any, b: Any, name: Any = None) -> Any:
    """Returns cross products of vectors with three numbers.

    Args:
        a: Tensor whose last size is 3.
        b: Likewise.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.cross([1, 0, 0], [0, 1, 0]).numpy().tolist()
        [0, 0, 1]
    """
    return ops.cross(*operands("Cross", a, b))


@public
def set_diag(input: Any, diagonal: Any, name: Any = "set_diag") -> Any:
    """Returns matrices with another main diagonal.

    Args:
        input: Tensor with at least two axes.
        diagonal: The diagonals.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.set_diag([[1, 2], [3, 4]], [9, 9]).numpy().tolist()
        [[9, 2], [3, 9]]
    """
    x = convert(input)
    wanted = convert(diagonal, hint=x.dtype)
    rows, columns = np.ogrid[: x.shape[-2], : x.shape[-1]]
    margin = x.shape[-1] - wanted.shape[-1]
    if margin > 0:
        wanted = convert(ops.pad(wanted, [(0, 0)] * (wanted.ndim - 1) + [(0, margin)]))
    line = ops.expand_dims(wanted[..., : x.shape[-1]], -2)
    return ops.where(convert(rows == columns), line, x)


@public
def band_part(input: Any, num_lower: Any, num_upper: Any, name: Any = None) -> Any:
    """Returns matrices with zeros outside a band around the diagonal.

    Args:
        input: Tensor with at least two axes.
        num_lower: How many diagonals below the main one stay; all when negative.
        num_upper: How many above stay; all when negative.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.band_part([[1, 2], [3, 4]], -1, 0).numpy().tolist()
        [[1, 0], [3, 4]]
    """
    x, below, above = convert(input), int(num_lower), int(num_upper)
    rows, columns = np.ogrid[: x.shape[-2], : x.shape[-1]]
    kept = np.ones((x.shape[-2], x.shape[-1]), bool)
    if below >= 0:
        kept &= rows - columns <= below
    if above >= 0:
        kept &= columns - rows <= above
    return ops.where(convert(kept), x, ops.zeros_like(x))
