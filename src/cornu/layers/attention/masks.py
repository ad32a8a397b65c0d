"""Masks of attention: which target may look at which source."""

from __future__ import annotations

from typing import Any

from cornu import ops


def causal_mask(targets: int, sources: int) -> Any:
    """Returns a bool tensor of shape (1, targets, sources): the source is not after the target."""
    return ops.greater_equal(_steps(targets, -1), _steps(sources, -2))


def window_mask(targets: int, sources: int, width: int) -> Any:
    """Returns a bool tensor of shape (1, targets, sources): they are less than `width` apart."""
    distance = ops.abs(ops.subtract(_steps(targets, -1), _steps(sources, -2)))
    return ops.less(distance, width)


def _steps(count: int, axis: int) -> Any:
    return ops.expand_dims(ops.expand_dims(ops.arange(count, dtype="int32"), axis), 0)


def both(first: Any, second: Any) -> Any:
    """Returns where two masks, either of which may be None, are True."""
    if first is None or second is None:
        return second if first is None else first
    return ops.logical_and(first, second)


def with_heads(mask: Any, rank: int, attention_rank: int) -> Any:
    """Returns a mask with axes of size 1 where scores of a rank have heads and leading axes.

    Args:
        mask: Its last `2 * attention_rank` axes are targets and sources.
        rank: Rank of the scores.
        attention_rank: How many axes are attended over.

    Returns:
        A mask of the rank of the scores.
    """
    for _ in range(rank - len(mask.shape)):
        mask = ops.expand_dims(mask, -2 * attention_rank - 1)
    return mask
