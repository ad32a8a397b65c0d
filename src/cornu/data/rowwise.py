"""A captured function of one element, made into one of many elements at once.

Only primitives are taken whose results are the same to the bit for one element and for many; a
graph with any other one (sums and products of floats, whose rounding depends on how they are cut
into blocks, or anything that assigns variables, as random numbers do) is run element by element.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu.core import dtypes
from cornu.core.graph import Graph, Node, Value, capture
from cornu.core.primitive import Primitive, Spec
from cornu.core.primitives import elementwise, layout
from cornu.core.tensor import Tensor

_ELEMENTWISE = frozenset(
    item.name for item in vars(elementwise).values() if isinstance(item, Primitive)
) - {"full", "iota", "bitcast"}
_EXACT_REDUCTIONS = frozenset({"reduce_max", "reduce_min"})
_AXIS = frozenset({"argmax", "argmin", "sort", "argsort"})


class _NotRowwise(Exception):
    """There is no version for many elements."""


def for_rows(graph: Graph, rows: int) -> Graph | None:
    """Returns a graph that does for `rows` elements what a graph does for one.

    Args:
        graph: The captured function.
        rows: How many elements.

    Returns:
        A graph whose inputs and outputs have a new first axis; None when there is none that gives
        the same values.
    """
    if graph.writes:
        return None

    def body(*tensors: Tensor) -> list[Tensor]:
        known: dict[Value, tuple[Tensor, bool]] = {
            value: (tensor, True) for value, tensor in zip(graph.inputs, tensors, strict=True)
        }
        known.update({value: (tensor, False) for value, tensor in graph.constants.items()})
        known.update({value: (variable.value, False) for variable, value in graph.reads.items()})
        for node in graph.nodes:
            _apply(node, known, rows)
        return [_spread(*known[value], rows) for value in graph.outputs]

    try:
        made, _ = capture(body, *(Spec((rows, *v.shape), v.dtype) for v in graph.inputs))
    except _NotRowwise:
        return None
    return made


def _apply(node: Node, known: dict[Value, tuple[Tensor, bool]], rows: int) -> None:
    given = [known[value] for value in node.inputs]
    tensors = [tensor for tensor, _ in given]
    many = [batched for _, batched in given]
    if any(many):
        result = _batched(node, tensors, many, rows)
    else:
        result = node.primitive(*tensors, **node.params)
    results = result if node.primitive.multiple else (result,)
    for value, tensor in zip(node.outputs, results, strict=True):
        known[value] = (tensor, any(many))


def _spread(tensor: Tensor, batched: bool, rows: int) -> Tensor:
    """Returns a tensor with the axis of elements; repeated when it is the same for all."""
    if batched:
        return tensor
    result: Tensor = layout.broadcast(
        tensor, shape=(rows, *tensor.shape), dims=tuple(range(1, tensor.ndim + 1))
    )
    return result


def _batched(node: Node, tensors: Sequence[Tensor], many: list[bool], rows: int) -> Any:
    primitive, params = node.primitive, node.params
    name = primitive.name
    if name in _ELEMENTWISE:
        return primitive(*_all_spread(tensors, many, rows), **params)
    if name in _AXIS:
        return primitive(*tensors, **{**params, "axis": params["axis"] + 1})
    if name in _EXACT_REDUCTIONS or (name == "reduce_sum" and not _is_float(tensors[0])):
        return primitive(*tensors, axes=_shifted(params["axes"]))
    change = _LAYOUT.get(name)
    if change is None:
        raise _NotRowwise
    return change(primitive, list(tensors), many, rows, params)


def _is_float(tensor: Tensor) -> bool:
    return dtypes.is_float(tensor.dtype)


def _all_spread(tensors: Sequence[Tensor], many: list[bool], rows: int) -> list[Tensor]:
    return [_spread(tensor, flag, rows) for tensor, flag in zip(tensors, many, strict=True)]


def _shifted(axes: Sequence[int]) -> tuple[int, ...]:
    return tuple(axis + 1 for axis in axes)


def _reshape(
    primitive: Any, tensors: Any, many: list[bool], rows: int, params: dict[str, Any]
) -> Any:
    return primitive(*tensors, shape=(rows, *params["shape"]))


def _transpose(
    primitive: Any, tensors: Any, many: list[bool], rows: int, params: dict[str, Any]
) -> Any:
    return primitive(*tensors, permutation=(0, *_shifted(params["permutation"])))


def _broadcast(
    primitive: Any, tensors: Any, many: list[bool], rows: int, params: dict[str, Any]
) -> Any:
    return primitive(*tensors, shape=(rows, *params["shape"]), dims=(0, *_shifted(params["dims"])))


def _concatenate(
    primitive: Any, tensors: Any, many: list[bool], rows: int, params: dict[str, Any]
) -> Any:
    return primitive(*_all_spread(tensors, many, rows), axis=params["axis"] + 1)


def _slice(
    primitive: Any, tensors: Any, many: list[bool], rows: int, params: dict[str, Any]
) -> Any:
    return primitive(
        *tensors,
        start=(0, *params["start"]),
        limit=(rows, *params["limit"]),
        strides=(1, *params["strides"]),
    )


def _pad(primitive: Any, tensors: Any, many: list[bool], rows: int, params: dict[str, Any]) -> Any:
    if many[1]:
        raise _NotRowwise
    widened = {name: (0, *params[name]) for name in ("low", "high", "interior")}
    return primitive(*tensors, **widened)


def _reverse(
    primitive: Any, tensors: Any, many: list[bool], rows: int, params: dict[str, Any]
) -> Any:
    return primitive(*tensors, axes=_shifted(params["axes"]))


def _take(primitive: Any, tensors: Any, many: list[bool], rows: int, params: dict[str, Any]) -> Any:
    axis = params["axis"]
    if many == [True, False]:
        return primitive(*tensors, axis=axis + 1)
    if many == [False, True] and axis == 0:
        return primitive(*tensors, axis=0)
    raise _NotRowwise


_LAYOUT: dict[str, Callable[..., Any]] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "broadcast": _broadcast,
    "concatenate": _concatenate,
    "slice": _slice,
    "pad": _pad,
    "reverse": _reverse,
    "take": _take,
}
