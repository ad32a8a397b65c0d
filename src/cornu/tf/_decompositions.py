"""Decompositions of matrices, their inverses and determinants, by NumPy's LAPACK."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes as core
from cornu.tf._convert import convert, public
from cornu.tf._elementwise import _FLOATS, refuse_dtype
from cornu.tf._gathering import known
from cornu.tf.errors import InvalidArgumentError


def _by_numpy(name: str, function: Any, *arguments: Any) -> Any:
    arrays = []
    for argument in arguments:
        tensor = convert(argument)
        refuse_dtype(f"tf.linalg.{name}", tensor, _FLOATS)
        arrays.append(known(tensor, f"linalg.{name}"))
    try:
        return function(*arrays)
    except (np.linalg.LinAlgError, ValueError) as error:
        shown = " and ".join(str(array.shape) for array in arrays)
        raise InvalidArgumentError(f"tf.linalg.{name} of shape {shown}: {error}") from None


def _differentiable(name: str, forward: Any, backward: Any, *arguments: Any) -> Any:
    """Returns a result that NumPy computes, with its derivative."""

    @ops.custom_gradient
    def computed(*tensors: Any) -> Any:
        out = convert(_by_numpy(name, forward, *tensors))
        return out, lambda upstream: backward(upstream, out, *tensors)

    return computed(*(convert(argument) for argument in arguments))


def _turned(x: Any) -> Any:
    return ops.swapaxes(x, -1, -2)


@public
def inv(input: Any, adjoint: bool = False, name: Any = None) -> Any:
    """Returns inverse matrices.

    Args:
        input: Float tensor of shape (..., n, n).
        adjoint: Whether to invert the turned matrix.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Raises:
        InvalidArgumentError: For a matrix that has no inverse.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.inv([[2.0, 0.0], [0.0, 4.0]]).numpy().tolist()
        [[0.5, 0.0], [0.0, 0.25]]
    """

    def backward(g: Any, out: Any, x: Any) -> Any:
        return ops.negative(ops.matmul(ops.matmul(_turned(out), g), _turned(out)))

    result = _differentiable("inv", np.linalg.inv, backward, input)
    return _turned(result) if adjoint else result


@public
def det(input: Any, name: Any = None) -> Any:
    """Returns determinants.

    Args:
        input: Float tensor of shape (..., n, n).
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> round(float(tf.linalg.det([[1.0, 2.0], [3.0, 4.0]])), 4)
        -2.0
    """

    def backward(g: Any, out: Any, x: Any) -> Any:
        scale = ops.expand_dims(ops.multiply(g, out), (-1, -2))
        return ops.multiply(scale, _turned(inv(x)))

    return _differentiable("det", lambda a: np.asarray(np.linalg.det(a), a.dtype), backward, input)


@public
def solve(matrix: Any, rhs: Any, adjoint: bool = False, name: Any = None) -> Any:
    """Returns x with `matrix @ x == rhs`.

    Args:
        matrix: Float tensor of shape (..., n, n).
        rhs: Float tensor of shape (..., n, k).
        adjoint: Whether to turn the matrix first.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor of the shape of `rhs`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [[2.0], [4.0]]).numpy().tolist()
        [[1.0], [1.0]]
    """

    def backward(g: Any, out: Any, a: Any, b: Any) -> Any:
        part = solve(a, g, adjoint=True)
        return ops.negative(ops.matmul(part, _turned(out))), part

    left = _turned(convert(matrix)) if adjoint else matrix
    return _differentiable("solve", np.linalg.solve, backward, left, rhs)


@public
def cholesky(input: Any, name: Any = None) -> Any:
    """Returns lower triangular matrices whose product with their turned selves is the input.

    Args:
        input: Float tensor of symmetric positive definite matrices.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.cholesky([[4.0, 0.0], [0.0, 9.0]]).numpy().tolist()
        [[2.0, 0.0], [0.0, 3.0]]
    """
    return convert(_by_numpy("cholesky", np.linalg.cholesky, input))


@public
def pinv(a: Any, rcond: float | None = None, name: Any = None) -> Any:
    """Returns Moore-Penrose inverses.

    Args:
        a: Float tensor of shape (..., rows, columns).
        rcond: Singular values below this share of the greatest count as zero.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.pinv([[2.0, 0.0]]).numpy().tolist()
        [[0.5], [0.0]]
    """
    x = convert(a)
    limit = rcond or 10.0 * max(x.shape[-2:]) * float(np.finfo(core.to_numpy(str.__str__(x.dtype))).eps)  # fmt: skip
    return convert(_by_numpy("pinv", lambda array: np.linalg.pinv(array, limit), x))


@public
def qr(input: Any, full_matrices: bool = False, name: Any = None) -> Any:
    """Returns orthogonal and upper triangular factors.

    Args:
        input: Float tensor of shape (..., rows, columns).
        full_matrices: Whether the orthogonal factor is square.
        name: Accepted for TensorFlow's signature.

    Returns:
        `(q, r)`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.qr([[1.0, 0.0], [0.0, 1.0]])[0].shape
        TensorShape([2, 2])
    """
    mode: Any = "complete" if full_matrices else "reduced"
    return tuple(map(convert, _by_numpy("qr", lambda array: np.linalg.qr(array, mode), input)))


@public
def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: Any = None) -> Any:
    """Returns singular values, and the factors around them.

    Args:
        tensor: Float tensor of shape (..., rows, columns).
        full_matrices: Whether the factors are square.
        compute_uv: Whether the factors are wanted.
        name: Accepted for TensorFlow's signature.

    Returns:
        `(s, u, v)` with `tensor == u @ diag(s) @ transpose(v)`, or `s`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linalg.svd([[3.0, 0.0], [0.0, 4.0]], compute_uv=False).numpy().tolist()
        [4.0, 3.0]
    """
    if not compute_uv:
        return convert(_by_numpy("svd", lambda a: np.linalg.svd(a, compute_uv=False), tensor))
    u, s, v = _by_numpy("svd", lambda a: np.linalg.svd(a, full_matrices), tensor)
    return convert(s), convert(u), convert(np.swapaxes(v, -1, -2))
