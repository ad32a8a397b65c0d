"""Norms of gradients, and gradients made smaller by them."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.tf._convert import axes_of, convert, public


@public
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: Any = None) -> Any:
    """Returns a tensor made smaller where its Euclidean norm exceeds a limit.

    Args:
        t: Tensor.
        clip_norm: The limit.
        axes: Axes over which norms are taken; all when None.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.clip_by_norm([3.0, 4.0], 1.0).numpy().round(1).tolist()
        [0.6000000238418579, 0.800000011920929]
    """
    x = convert(t)
    limit = convert(clip_norm, hint=x.dtype)
    total = ops.sum(ops.square(x), axes_of(axes), keepdims=True)
    length = ops.sqrt(ops.where(total > 0, total, ops.ones_like(total)))
    return ops.divide(ops.multiply(x, limit), ops.maximum(length, limit))


def global_norm(t_list: Any, name: Any = None) -> Any:
    """Returns the Euclidean norm of all elements of several tensors together.

    Args:
        t_list: Tensors; None is left out.
        name: Accepted for TensorFlow's signature.

    Returns:
        A scalar tensor.

    Example:
        >>> import cornu.tf as tf
        >>> float(tf.linalg.global_norm([3.0, None, 4.0]))
        5.0
    """
    parts = [ops.sum(ops.square(convert(tensor))) for tensor in t_list if tensor is not None]
    return convert(ops.sqrt(sum(parts[1:], parts[0])) if parts else 0.0)


def clip_by_global_norm(t_list: Any, clip_norm: Any, use_norm: Any = None, name: Any = None) -> Any:
    """Returns tensors made smaller together where their common norm exceeds a limit.

    Args:
        t_list: Tensors; None stays None.
        clip_norm: The limit.
        use_norm: Their common norm, if it is known.
        name: Accepted for TensorFlow's signature.

    Returns:
        `(tensors, norm)`.

    Example:
        >>> import cornu.tf as tf
        >>> clipped, norm = tf.clip_by_global_norm([tf.constant([3.0]), tf.constant([4.0])], 1.0)
        >>> float(norm), clipped[1].numpy().round(1).tolist()
        (5.0, [0.800000011920929])
    """
    norm = global_norm(t_list) if use_norm is None else convert(use_norm)
    limit = convert(clip_norm, hint=norm.dtype)
    scale = ops.divide(limit, ops.maximum(norm, limit))
    tensors = [None if tensor is None else convert(tensor) for tensor in t_list]
    clipped = [
        None if x is None else convert(ops.multiply(x, ops.cast(scale, str.__str__(x.dtype))))
        for x in tensors
    ]
    return clipped, norm
