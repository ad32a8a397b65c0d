"""Scaled dot-product attention."""

from __future__ import annotations

import math
from typing import Any

from cornu.core import shapes
from cornu.core.primitives import dot as d
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout
from cornu.core.primitives import reduce as r
from cornu.core.tensor import Tensor
from cornu.ops._operands import (
    LARGEST,
    as_tensor,
    boolean,
    cast,
    differentiated,
    expand,
    like,
    op,
    spread,
    together,
)
from cornu.ops.joining import repeat
from cornu.ops.shaping import permute

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
        q, k, v = (cast(x, "float32") for x in (q, k, v))
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
    return cast(_means(scores, v), dtype)


def _means(scores: Tensor, values: Tensor) -> Tensor:
    """Means of values (batch, sources, heads, size), weighted by the softmax of their scores.

    The weights are never divided by their sum, which is longer work than dividing the means; nor
    are they in the derivative, where the mean of the weights' derivatives is that of the results'
    (Dao et al., "FlashAttention", 2022).
    """

    def powers_of(scores: Tensor) -> tuple[Tensor, Tensor]:
        highest = spread(r.reduce_max(scores, axes=(3,)), scores.shape, (3,))
        powers: Tensor = e.exp(e.sub(scores, highest))
        total = permute(r.reduce_sum(powers, axes=(3,)), [0, 2, 1])
        shape = (*total.shape, values.shape[3])
        return powers, layout.broadcast(total, shape=shape, dims=(0, 1, 2))

    def forward(scores: Tensor, values: Tensor) -> Tensor:
        powers, total = powers_of(scores)
        sums = d.dot_general(powers, values, contract=((3,), (1,)), batch=((0, 1), (0, 2)))
        result: Tensor = e.div(permute(sums, [0, 2, 1, 3]), total)
        return result

    def backward(g: Tensor, out: Tensor, scores: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        powers, total = powers_of(scores)
        g = e.div(g, total)
        mean = permute(r.reduce_sum(e.mul(g, out), axes=(3,)), [0, 2, 1])
        change = d.dot_general(g, values, contract=((3,), (3,)), batch=((0, 2), (0, 2)))
        by_scores = e.mul(e.sub(change, spread(mean, scores.shape, (3,))), powers)
        by_values = d.dot_general(powers, g, contract=((2,), (1,)), batch=((0, 1), (0, 2)))
        return by_scores, permute(by_values, [0, 2, 1, 3])

    return differentiated(forward, backward, scores, values)


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
