"""Scaled dot-product attention."""

from __future__ import annotations

import math
from typing import Any

from cornu.core import shapes
from cornu.core.primitives import dot as d
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout
from cornu.core.tensor import Tensor
from cornu.ops._operands import LARGEST, as_tensor, boolean, cast, expand, like, op, together
from cornu.ops.joining import repeat
from cornu.ops.shaping import permute
from cornu.ops.softmax import softmax

_HALVES = ("float16", "bfloat16")


@op
def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Tensor:
    """Returns `softmax(scale * query @ key + bias) @ value`, for each head on its own.

    The softmax of float16 and bfloat16 is taken in float32. A query that may attend to nothing gets
    the mean of all values.

    Args:
        query: Float array-like of shape (batch, targets, heads, size).
        key: Float array-like of shape (batch, sources, groups, size); `heads` is a multiple of
            `groups`, and each key serves `heads / groups` heads in a row.
        value: Float array-like of shape (batch, sources, groups, value size).
        bias: Added to the scores; broadcasts to (batch, heads, targets, sources).
        mask: True where a query may attend to a key; broadcasts likewise.
        scale: Factor of the scores; `1 / sqrt(size)` when None.
        is_causal: Whether target i attends only to sources 0 to i.
        flash_attention: Accepted for Keras's signature; there is one way of computing.
        attn_logits_soft_cap: Accepted for Keras's signature; must be None.

    Returns:
        A tensor of shape (batch, targets, heads, value size).

    Raises:
        ValueError: When the shapes do not fit, or a soft cap is asked for.

    Reference:
        Vaswani et al., "Attention is all you need" (2017); Ainslie et al., "GQA" (2023).

    Example:
        >>> from cornu import ops
        >>> x = ops.ones((1, 3, 2, 4))
        >>> dot_product_attention(x, x, x, is_causal=True).shape
        (1, 3, 2, 4)
    """
    del flash_attention
    if attn_logits_soft_cap is not None:
        raise ValueError(
            f"dot_product_attention: a soft cap of the scores is only for TPUs; got "
            f"attn_logits_soft_cap={attn_logits_soft_cap!r}, expected None."
        )
    q, k, v = together([query, key, value])
    _check(q, k, v)
    dtype = q.dtype
    if dtype in _HALVES:
        q, k = cast(q, "float32"), cast(k, "float32")
    groups = k.shape[2]
    if groups != q.shape[2]:
        k, v = (repeat(x, q.shape[2] // groups, axis=2) for x in (k, v))
    q = e.mul(q, like(q, 1.0 / math.sqrt(q.shape[-1]) if scale is None else scale))
    scores = d.dot_general(q, k, contract=((3,), (3,)), batch=((0, 2), (0, 2)))
    if bias is not None:
        scores = e.add(scores, _spread(cast(as_tensor(bias), scores.dtype), scores, "bias"))
    allowed = None if mask is None else _spread(boolean(mask), scores, "mask")
    if is_causal:
        earlier = causal_mask(*scores.shape[2:])
        earlier = layout.broadcast(earlier, shape=scores.shape, dims=(2, 3))
        allowed = earlier if allowed is None else e.and_(allowed, earlier)
    if allowed is not None:
        # Not the lowest number: a row of it must not become infinite when its maximum is taken off.
        scores = e.select(allowed, scores, like(scores, -0.7 * LARGEST[scores.dtype]))
    shares = cast(softmax(scores, axis=-1), dtype)
    result = d.dot_general(shares, v, contract=((3,), (1,)), batch=((0, 1), (0, 2)))
    return permute(result, [0, 2, 1, 3])


def causal_mask(targets: int, sources: int) -> Tensor:
    """A bool tensor of shape (targets, sources): True where the source is not after the target."""
    rows = e.iota(shape=(targets, sources), dtype="int32", axis=0)
    columns = e.iota(shape=(targets, sources), dtype="int32", axis=1)
    result: Tensor = e.ge(rows, columns)
    return result


def _check(q: Tensor, k: Tensor, v: Tensor) -> None:
    fits = q.ndim == k.ndim == v.ndim == 4
    fits = fits and q.shape[0] == k.shape[0] == v.shape[0] and k.shape[1:3] == v.shape[1:3]
    fits = fits and q.shape[3] == k.shape[3] and k.shape[2] > 0 and q.shape[2] % k.shape[2] == 0
    if not fits:
        raise ValueError(
            f"dot_product_attention: expected a query of shape (batch, targets, heads, size), a "
            f"key of shape (batch, sources, groups, size) and a value of shape (batch, sources, "
            f"groups, value size), heads being a multiple of groups; got {q.shape}, {k.shape} and "
            f"{v.shape}."
        )


def _spread(x: Tensor, scores: Tensor, role: str) -> Tensor:
    shape = shapes.broadcast(x.shape, scores.shape, who=role)
    if shape != scores.shape:
        raise ValueError(
            f"dot_product_attention: {role} of shape {x.shape} must broadcast to (batch, heads, "
            f"targets, sources) = {scores.shape}."
        )
    return expand(x, shape)
