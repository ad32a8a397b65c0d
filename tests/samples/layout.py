"""Samples of primitives that only move elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from tests.samples.sample import ALL, Case, Refused, Sample, distinct, draw, f32, special_values


def _layout(
    name: str, calls: Any, oracle: Any, refused: tuple[Refused, ...], order: int = 2
) -> None:
    """Enters a primitive; `calls` lists (shapes of the operands, params)."""

    def cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
        for shapes, params in calls:
            operands = tuple(distinct(rng, shape, dtype) for shape in shapes)
            small = sum(x.size for x in operands) < 80 and min(x.size for x in operands) > 0
            yield Case(operands, params, small and dtype == "float64")

    Sample(name, ALL, cases, oracle, order, signed_zeros=True, stored=True, refused=refused)


_layout(
    "reshape",
    [
        (((),), {"shape": ()}),
        (((),), {"shape": (1, 1)}),
        (((1,),), {"shape": ()}),
        (((6,),), {"shape": (2, 3)}),
        (((2, 3, 4),), {"shape": (4, 6)}),
        (((0, 3),), {"shape": (5, 0)}),
        (((1027, 3),), {"shape": (3, 1027)}),
    ],
    lambda x, shape: np.array(x.ravel().tolist(), x.dtype).reshape(shape),
    (Refused((f32(2, 3),), {"shape": (5,)}, ValueError, r"reshape: \(2, 3\) and \(5,\)"),),
)


def _transposed(x: np.ndarray, permutation: Any) -> np.ndarray:
    labels = "abcdefgh"[: x.ndim]
    target = "".join(labels[axis] for axis in permutation)
    places = np.arange(x.size).reshape(x.shape)
    return x.ravel()[np.einsum(f"{labels}->{target}", places)]


_layout(
    "transpose",
    [
        (((),), {"permutation": ()}),
        (((5,),), {"permutation": (0,)}),
        (((3, 4),), {"permutation": (0, 1)}),
        (((3, 4),), {"permutation": (1, 0)}),
        (((1, 9),), {"permutation": (1, 0)}),
        (((0, 4),), {"permutation": (1, 0)}),
        (((33, 65),), {"permutation": (1, 0)}),
        (((129, 131),), {"permutation": (1, 0)}),
        (((2, 3, 4),), {"permutation": (2, 0, 1)}),
        (((2, 3, 4),), {"permutation": (1, 0, 2)}),
        (((2, 33, 17),), {"permutation": (0, 2, 1)}),
        (((2, 3, 4, 5),), {"permutation": (3, 1, 2, 0)}),
        (((2, 1, 2, 1, 3),), {"permutation": (4, 3, 2, 1, 0)}),
    ],
    _transposed,
    (
        Refused((f32(2, 3),), {"permutation": (0, 0)}, ValueError, r"transpose: \(0, 0\) does not"),
        Refused((f32(2, 3),), {"permutation": (0,)}, ValueError, "does not order the axes"),
    ),
)


def _broadcast_oracle(x: np.ndarray, shape: Any, dims: Any) -> np.ndarray:
    index = np.indices(shape)
    places = tuple(index[axis] * (size > 1) for size, axis in zip(x.shape, dims, strict=True))
    return np.broadcast_to(x[places] if dims else x, shape)


_layout(
    "broadcast",
    [
        (((),), {"shape": (), "dims": ()}),
        (((),), {"shape": (7,), "dims": ()}),
        (((),), {"shape": (33, 65), "dims": ()}),
        (((5,),), {"shape": (3, 5), "dims": (1,)}),
        (((3,),), {"shape": (3, 5), "dims": (0,)}),
        (((1, 5),), {"shape": (3, 5), "dims": (0, 1)}),
        (((3, 1),), {"shape": (3, 5), "dims": (0, 1)}),
        (((2, 3),), {"shape": (2, 4, 3), "dims": (0, 2)}),
        (((1, 1),), {"shape": (2, 4, 3), "dims": (0, 2)}),
        (((1,),), {"shape": (0,), "dims": (0,)}),
        (((3,),), {"shape": (0, 3), "dims": (1,)}),
        (((1027,),), {"shape": (5, 1027), "dims": (1,)}),
        (((1027,),), {"shape": (1027, 5), "dims": (0,)}),
    ],
    _broadcast_oracle,
    (
        Refused((f32(2),), {"shape": (3,), "dims": (0,)}, ValueError, r"broadcast: shape \(2,\)"),
        Refused((f32(2),), {"shape": (2,), "dims": (1,)}, ValueError, "does not fit"),
        Refused((f32(2, 2),), {"shape": (2, 2), "dims": (1, 0)}, ValueError, "does not fit"),
        Refused((f32(2, 2),), {"shape": (2, 2), "dims": (0,)}, ValueError, "does not fit"),
    ),
)


def _concatenate_oracle(*operands: np.ndarray, axis: int) -> np.ndarray:
    rows = [row for x in operands for row in np.moveaxis(x, axis, 0)]
    shape = list(operands[0].shape)
    shape[axis] = len(rows)
    if not rows:
        return np.zeros(shape, operands[0].dtype)
    return np.moveaxis(np.stack(rows), 0, axis)


_layout(
    "concatenate",
    [
        (((3,),), {"axis": 0}),
        (((3,), (1,), (0,), (4,)), {"axis": 0}),
        (((2, 3), (4, 3)), {"axis": 0}),
        (((2, 3), (2, 1)), {"axis": 1}),
        (((2, 3, 2), (2, 1, 2), (2, 2, 2)), {"axis": 1}),
        (((0, 3), (0, 3)), {"axis": 0}),
        (((0, 3), (0, 2)), {"axis": 1}),
        (((33, 65), (33, 7), (33, 1)), {"axis": 1}),
        (((1027, 3), (5, 3)), {"axis": 0}),
    ],
    _concatenate_oracle,
    (
        Refused((f32(2, 3), f32(2, 4)), {"axis": 0}, ValueError, "concatenate along axis 0"),
        Refused((f32(2), np.ones(2)), {"axis": 0}, ValueError, r"float32\(2,\), float64\(2,\)"),
        Refused((f32(2), f32(2, 2)), {"axis": 0}, ValueError, "do not fit together"),
    ),
)


def _slice_oracle(x: np.ndarray, start: Any, limit: Any, strides: Any) -> np.ndarray:
    for axis, (first, last, stride) in enumerate(zip(start, limit, strides, strict=True)):
        x = np.take(x, np.arange(first, last, stride), axis=axis)
    return x


_layout(
    "slice",
    [
        (((),), {"start": (), "limit": (), "strides": ()}),
        (((7,),), {"start": (0,), "limit": (7,), "strides": (1,)}),
        (((7,),), {"start": (2,), "limit": (5,), "strides": (1,)}),
        (((7,),), {"start": (1,), "limit": (7,), "strides": (3,)}),
        (((7,),), {"start": (0,), "limit": (6,), "strides": (4,)}),
        (((7,),), {"start": (3,), "limit": (3,), "strides": (2,)}),
        (((0,),), {"start": (0,), "limit": (0,), "strides": (1,)}),
        (((4, 5),), {"start": (1, 0), "limit": (4, 5), "strides": (2, 2)}),
        (((3, 4, 5),), {"start": (0, 1, 2), "limit": (3, 2, 5), "strides": (1, 1, 2)}),
        (((1027, 3),), {"start": (5, 1), "limit": (1020, 3), "strides": (7, 1)}),
    ],
    _slice_oracle,
    (
        Refused(
            (f32(3),), {"start": (0,), "limit": (4,), "strides": (1,)}, ValueError, "outside shape"
        ),
        Refused(
            (f32(3),), {"start": (0,), "limit": (3,), "strides": (0,)}, ValueError, "outside shape"
        ),
        Refused(
            (f32(3),), {"start": (2,), "limit": (1,), "strides": (1,)}, ValueError, "outside shape"
        ),
    ),
)


def _pad_oracle(x: np.ndarray, value: np.ndarray, low: Any, high: Any, interior: Any) -> np.ndarray:
    sizes = [
        n + a + b + max(n - 1, 0) * i
        for n, a, b, i in zip(x.shape, low, high, interior, strict=True)
    ]
    result = np.full(sizes, value)
    for index in np.ndindex(*x.shape):
        place = tuple(a + k * (i + 1) for k, a, i in zip(index, low, interior, strict=True))
        if all(0 <= k < n for k, n in zip(place, sizes, strict=True)):
            result[place] = x[index]
    return result


def _pad(low: Any, high: Any, interior: Any) -> dict[str, Any]:
    return {"low": low, "high": high, "interior": interior}


_layout(
    "pad",
    [
        (((), ()), _pad((), (), ())),
        (((3,), ()), _pad((0,), (0,), (0,))),
        (((3,), ()), _pad((1,), (2,), (0,))),
        (((3,), ()), _pad((0,), (0,), (2,))),
        (((5,), ()), _pad((-2,), (1,), (0,))),
        (((5,), ()), _pad((-1,), (-2,), (0,))),
        (((5,), ()), _pad((-6,), (3,), (1,))),
        (((5,), ()), _pad((3,), (-7,), (0,))),
        (((0,), ()), _pad((1,), (2,), (3,))),
        (((1,), ()), _pad((1,), (0,), (3,))),
        (((2, 3), ()), _pad((1, 0), (0, 2), (0, 1))),
        (((2, 3), ()), _pad((-1, 2), (3, -1), (2, 0))),
        (((0, 3), ()), _pad((1, 1), (1, 1), (0, 0))),
        (((33, 17), ()), _pad((2, 3), (1, 5), (0, 1))),
    ],
    _pad_oracle,
    (
        Refused((f32(2), f32(1)), _pad((0,), (0,), (0,)), ValueError, "must be a float32 scalar"),
        Refused((f32(2), np.ones(())), _pad((0,), (0,), (0,)), ValueError, "got float64"),
        Refused((f32(2), f32()), _pad((-3,), (0,), (0,)), ValueError, "exceeds shape"),
    ),
)


def _reverse_oracle(x: np.ndarray, axes: Any) -> np.ndarray:
    for axis in axes:
        x = np.take(x, np.arange(x.shape[axis] - 1, -1, -1), axis=axis)
    return x


_layout(
    "reverse",
    [
        (((),), {"axes": ()}),
        (((7,),), {"axes": (0,)}),
        (((0,),), {"axes": (0,)}),
        (((3, 4),), {"axes": ()}),
        (((3, 4),), {"axes": (0,)}),
        (((3, 4),), {"axes": (1,)}),
        (((3, 4),), {"axes": (0, 1)}),
        (((2, 3, 4),), {"axes": (0, 2)}),
        (((5, 1027),), {"axes": (1,)}),
    ],
    _reverse_oracle,
    (Refused((f32(2, 3),), {"axes": (2,)}, ValueError, "reverse: axis 2"),),
)


def _clamped(x: np.ndarray, starts: np.ndarray, sizes: Any) -> tuple[slice, ...]:
    places = []
    for n, first, size in zip(x.shape, starts.tolist(), sizes, strict=True):
        begin = min(max(first, 0), n - size)
        places.append(slice(begin, begin + size))
    return tuple(places)


def _starts(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


_WINDOWS: tuple[tuple[Any, np.ndarray, Any], ...] = (
    ((), _starts(), ()),
    ((7,), _starts(2), (3,)),
    ((7,), _starts(-3), (3,)),
    ((7,), _starts(100), (3,)),
    ((7,), _starts(0), (0,)),
    ((3, 4), _starts(1, 2), (2, 2)),
    ((3, 4), _starts(2, 3), (2, 3)),
    ((33, 65), _starts(4, 9), (20, 51)),
    ((0, 3), _starts(0, 1), (0, 2)),
)


def _dynamic_slice_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape, starts, sizes in _WINDOWS:
        x = distinct(rng, shape, dtype)
        yield Case((x, starts), {"sizes": sizes}, dtype == "float64" and 0 < x.size < 50)
    yield Case((special_values(dtype), _starts(1)), {"sizes": (len(special_values(dtype)) - 1,)})


Sample(
    "dynamic_slice",
    ALL,
    _dynamic_slice_cases,
    lambda x, starts, sizes: x[_clamped(x, starts, sizes)],
    order=2,
    signed_zeros=True,
    stored=True,
    refused=(
        Refused((f32(3), _starts(0)), {"sizes": (4,)}, ValueError, r"sizes \(4,\) do not fit"),
        Refused((f32(3), _starts(0, 0)), {"sizes": (2,)}, ValueError, "starts of shape"),
        Refused(
            (f32(3), np.zeros(1, np.int64)), {"sizes": (2,)}, TypeError, "starts must be int32"
        ),
    ),
)


def _update_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape, starts, sizes in _WINDOWS:
        x, update = distinct(rng, shape, dtype), draw(rng, sizes, dtype, -9.0, 9.0)
        smooth = dtype == "float64" and 0 < x.size < 50 and update.size > 0
        yield Case((x, update, starts), {}, smooth)


def _update_oracle(x: np.ndarray, update: np.ndarray, starts: np.ndarray) -> np.ndarray:
    result = x.copy()
    result[_clamped(x, starts, update.shape)] = update
    return result


Sample(
    "dynamic_update_slice",
    ALL,
    _update_cases,
    _update_oracle,
    order=2,
    signed_zeros=True,
    stored=True,
    refused=(
        Refused((f32(3), f32(4), _starts(0)), {}, ValueError, "does not fit into"),
        Refused((f32(3), np.ones(2), _starts(0)), {}, ValueError, "float64"),
        Refused((f32(3), f32(2), np.zeros(1)), {}, TypeError, "starts must be int32"),
    ),
)
