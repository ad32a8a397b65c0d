"""Sums and maxima over moving windows, with derivatives that are primitives too.

Images are (batch, *spatial, channels). `window_sum` is linear and `window_sum_back` its transpose.
The maximum passes its cotangent to the first largest element of each window: `window_max_back`
scatters along that choice and `window_max_pick` gathers along it, and they are transposes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cornu.core.primitive import Primitive, Spec
from cornu.core.primitives.convolution import output_size
from cornu.core.primitives.elementwise import constant
from cornu.core.primitives.rules import FLOATS, NUMBERS, check_dtype


class Pool(NamedTuple):
    """How a window moves over an image; one entry per spatial axis.

    Attributes:
        size: Sizes of the window.
        strides: Steps of the window.
        padding: Places before and after that hold nothing, as pairs.
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]


def _pooled(name: str, shape: Any, pool: Pool) -> tuple[int, ...]:
    rank = len(shape) - 2
    if not 1 <= rank <= 3 or any(len(part) != rank for part in pool):
        raise ValueError(
            f"{name}: shape {tuple(shape)} and {pool} do not fit: expected (batch, *spatial, "
            f"channels) and one entry per spatial axis."
        )
    fits = min(*pool.size, *pool.strides) >= 1 and all(
        0 <= low < size and 0 <= high < size
        for (low, high), size in zip(pool.padding, pool.size, strict=True)
    )
    if not fits:
        raise ValueError(f"{name}: sizes and strides are 1 or more, padding smaller; got {pool}.")
    spatial = [
        output_size(size, window, stride, padding, 1)
        for size, window, stride, padding in zip(
            shape[1:-1], pool.size, pool.strides, pool.padding, strict=True
        )
    ]
    return (shape[0], *spatial, shape[-1])


def _reduce_rule(name: str) -> Any:
    def rule(x: Any, *, pool: Pool) -> Spec:
        check_dtype(name, x.dtype, NUMBERS)
        return Spec(_pooled(name, x.shape, pool), x.dtype)

    return rule


def _check_cotangent(name: str, g: Any, expected: Any, dtype: str) -> None:
    check_dtype(name, g.dtype, FLOATS)
    if g.shape != expected or g.dtype != dtype:
        raise ValueError(
            f"{name}: expected {dtype} of shape {expected}; got {g.dtype} of shape {g.shape}."
        )


def _sum_back_rule(g: Any, *, shape: Any, pool: Pool) -> Spec:
    _check_cotangent("window_sum_back", g, _pooled("window_sum_back", shape, pool), g.dtype)
    return Spec(tuple(shape), g.dtype)


def _max_back_rule(x: Any, g: Any, *, pool: Pool) -> Spec:
    _check_cotangent("window_max_back", g, _pooled("window_max_back", x.shape, pool), x.dtype)
    return Spec(x.shape, x.dtype)


def _max_pick_rule(x: Any, values: Any, *, pool: Pool) -> Spec:
    _check_cotangent("window_max_pick", values, x.shape, x.dtype)
    return Spec(_pooled("window_max_pick", x.shape, pool), x.dtype)


window_sum: Primitive = Primitive(
    "window_sum",
    _reduce_rule("window_sum"),
    (lambda g, out, x, pool: window_sum_back(g, shape=x.shape, pool=pool),),
)
window_sum_back: Primitive = Primitive(
    "window_sum_back",
    _sum_back_rule,
    (lambda ct, out, g, shape, pool: window_sum(ct, pool=pool),),
)
window_max: Primitive = Primitive(
    "window_max",
    _reduce_rule("window_max"),
    (lambda g, out, x, pool: window_max_back(x, g, pool=pool),),
)
window_max_back: Primitive = Primitive(
    "window_max_back",
    _max_back_rule,
    (
        lambda ct, out, x, g, pool: constant(x, 0),
        lambda ct, out, x, g, pool: window_max_pick(x, ct, pool=pool),
    ),
)
window_max_pick: Primitive = Primitive(
    "window_max_pick",
    _max_pick_rule,
    (
        lambda g, out, x, values, pool: constant(x, 0),
        lambda g, out, x, values, pool: window_max_back(x, g, pool=pool),
    ),
)
