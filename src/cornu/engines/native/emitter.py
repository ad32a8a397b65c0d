"""From a schedule to a plan: where every value lives, and the instructions of each cluster."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cornu import _native
from cornu.core import dtypes, shapes
from cornu.core.graph import Graph, Node, Value
from cornu.core.passes.clusters import Cluster, Schedule, squeezed
from cornu.core.shapes import Shape
from cornu.core.variable import Variable
from cornu.engines.native.arena import ArenaPlanner
from cornu.engines.native.codes import DTYPE


class Place(NamedTuple):
    """Where the elements of a value are: what the native module calls a view.

    Attributes:
        buffer: Number of the plan's buffer.
        offset: Of the first element, in bytes.
        strides: Distance of neighbours along each axis, in elements.
    """

    buffer: int
    offset: int
    strides: Shape


Lowering = Callable[["Emitter", Cluster], None]
# The clusters (or names) of a plan's instructions, in a list of its own after an instruction those
# of each body that it runs.
Instructions = list[Any]


@functools.lru_cache(maxsize=4096)
def dense_strides(shape: Shape) -> Shape:
    """Returns the strides of a C-contiguous array."""
    strides = []
    stride = 1
    for dim in reversed(shape):
        strides.append(stride)
        stride *= dim
    return tuple(reversed(strides))


def byte_size(value: Value) -> int:
    """Returns how much memory a value takes."""
    return shapes.size(value.shape) * dtypes.item_size(value.dtype)


class Emitter:
    """Builds the plan of one graph.

    Args:
        graph: What to run.
        schedule: Its clusters.
        lowerings: By name of a cluster's root: what emits its instructions; "" is for clusters
            without root, None for roots without a lowering of their own.
        emit_body: Makes the finished emitter of a body, given its graph and the strides of its
            inputs.
        strides: Of the inputs; None for C-contiguous ones.

    Attributes:
        plan: The native plan; finished after `emit`.
        variables: The variables that a run binds, with whether it writes them.
        instructions: What the plan's instructions belong to.
        emit_body: As given.
    """

    def __init__(
        self,
        graph: Graph,
        schedule: Schedule,
        lowerings: dict[str | None, Lowering],
        emit_body: Callable[[Graph, Sequence[Shape]], Emitter],
        strides: Sequence[Shape] | None = None,
    ) -> None:
        self.graph = graph
        self.schedule = schedule
        self.plan = _native.Plan()
        self.variables: dict[Variable, bool] = {}
        self.instructions: Instructions = []
        self.emit_body = emit_body
        self._bodies: dict[int, list[Instructions]] = {}  # by number of the instruction
        self._lowerings = lowerings
        self._places: dict[Value, Place] = {}
        self._arena = ArenaPlanner()
        self._offsets: dict[Value, int] = {}  # values in the arena
        self._buffers: dict[Variable, int] = {}
        self._temporaries: list[int] = []
        self._dying: list[Value] = []
        self._ends: dict[Value, int] = {}
        self._last_only = False
        self._outputs: list[int] = []
        self._readers: dict[Value, list[Node]] | None = None
        self._reordered: set[Value] = set()  # values that are not dense
        self._direct: dict[Value, int] = {}
        self._within: dict[Value, tuple[Value, int]] = {}  # parts of concatenations
        self._bind(strides)

    def _bind(self, given: Sequence[Shape] | None) -> None:
        graph, plan = self.graph, self.plan
        for position, value in enumerate(graph.inputs):
            strides = dense_strides(value.shape)
            if given is None or given[position] == strides:
                rows = value.shape[0] if value.shape else 1
                buffer = plan.input(DTYPE[value.dtype], rows, shapes.size(value.shape[1:]))
            else:
                strides = given[position]
                reach = sum((dim - 1) * s for dim, s in zip(value.shape, strides, strict=True))
                buffer = plan.input(DTYPE[value.dtype], 1, 0 if 0 in value.shape else reach + 1)
            self._places[value] = Place(buffer, 0, strides)
        for variable in (*graph.reads, *graph.writes):
            if variable not in self._buffers:
                nbytes = shapes.size(variable.shape) * dtypes.item_size(variable.dtype)
                self._buffers[variable] = plan.variable(nbytes)
                self.variables[variable] = variable in graph.writes
        for variable, value in graph.reads.items():
            buffer = self._buffers[variable]
            self._places[value] = Place(buffer, 0, dense_strides(value.shape))
        self._outputs = [plan.output(byte_size(value)) for value in graph.outputs]

    def emit(self) -> None:
        """Emits all clusters, the copies at the end, and finishes the plan."""
        self._find_ends()
        for position, cluster in enumerate(self.schedule.clusters):
            self._set_last_only(last_only=cluster.last_only)
            self._dying = [v for v, end in self._ends_at.get(position, ()) if v in self._offsets]
            name = "" if cluster.root is None else cluster.root.primitive.name
            before = self.plan.instruction_count
            (self._lowerings.get(name) or self._lowerings[None])(self, cluster)
            for number in range(before, self.plan.instruction_count):
                self.instructions += [cluster, *self._bodies.get(number, ())]
            for offset in self._temporaries:
                self._arena.release(offset)
            self._temporaries.clear()
            for value in self._dying:
                self._arena.release(self._offsets.pop(value))
        self._copy_results()
        self.plan.finalize(self._arena.size)

    def add_bodies(self, *bodies: Emitter) -> None:
        """Tells which bodies the latest instruction runs."""
        self._bodies[self.plan.instruction_count - 1] = [body.instructions for body in bodies]

    def _find_ends(self) -> None:
        """Finds after which cluster the memory of each value is free."""
        base = self.schedule.base
        in_place: set[Value] = set()
        for position, cluster in enumerate(self.schedule.clusters):
            in_place.update(cluster.in_place)
            nodes = [*cluster.members, *cluster.tails]
            if cluster.root is not None:
                nodes.append(cluster.root)
            for node in nodes:
                for value in node.inputs:
                    self._ends[base.get(value, (value, True))[0]] = position
        forever = len(self.schedule.clusters)
        for value in (*self.graph.outputs, *self.graph.writes.values()):
            self._ends[base.get(value, (value, True))[0]] = forever
        self._find_parts(in_place)
        self._ends_at: dict[int, list[tuple[Value, int]]] = {}
        for value, end in self._ends.items():
            self._ends_at.setdefault(end, []).append((value, end))
        for value, buffer in zip(self.graph.outputs, self._outputs, strict=True):
            made = value.node is not None and value not in base
            if made and value not in in_place and value not in self._direct:
                self._direct[value] = buffer

    def _find_parts(self, in_place: set[Value]) -> None:
        """Finds values that can be written to their place in a concatenation right away."""
        free = {
            value for cluster in self.schedule.clusters if cluster.root is None
            for value in cluster.stores
        } - in_place - set(self.graph.outputs)  # fmt: skip
        for cluster in self.schedule.clusters:
            node = cluster.root
            if node is None or node.primitive.name != "concatenate":
                continue
            result, axis = node.outputs[0], node.params["axis"]
            step = dense_strides(result.shape)[axis] * dtypes.item_size(result.dtype)
            offset = 0
            for x in node.inputs:
                if x in free and node.inputs.count(x) == 1 and x.shape != result.shape:
                    free.discard(x)
                    self._within[x] = (result, offset)
                    self._ends[result] = max(self._ends.get(result, -1), self._ends[x])
                offset += x.shape[axis] * step

    def _set_last_only(self, *, last_only: bool) -> None:
        if last_only != self._last_only:
            self.plan.last_only(last_only)
            self._last_only = last_only

    # ------------------------------------------------------------------------------- where to read

    def is_placed(self, value: Value) -> bool:
        """Whether the value is in memory already."""
        return value in self._places

    def locate(self, value: Value) -> Place:
        """Returns where to read a value, following layout nodes."""
        place = self._places.get(value)
        if place is not None:
            return place
        if value in self.graph.constants:
            tensor = self.graph.constants[value]
            array = tensor._engine.to_numpy(tensor._buffer)
            place = Place(self.plan.constant(array), 0, dense_strides(value.shape))
        else:
            node = value.node
            assert node is not None, f"A value {value.spec} has no maker and no place."
            place = _VIEWS[node.primitive.name](self, node.inputs[0], value, node.params)
        if value in self.schedule.base and self.schedule.base[value][0] in self._offsets:
            return place  # its memory will hold something else later
        self._places[value] = place
        return place

    def dense(self, value: Value) -> Place:
        """Returns where to read a value as a C-contiguous array; copies it when it is not one."""
        place = self.locate(value)
        if is_dense(value.shape, place.strides):
            return Place(place.buffer, place.offset, dense_strides(value.shape))
        return self.copy_of(value.shape, value.dtype, place)

    def copy_of(self, shape: Shape, dtype: str, place: Place) -> Place:
        """Copies strided elements into a dense temporary of the current cluster."""
        target = self.temporary(shape, dtype)
        self.copy(shape, dtype, place, target)
        return target

    def copy(self, shape: Shape, dtype: str, source: Place, target: Place) -> None:
        """Emits a copy between two layouts of one shape."""
        kept = [i for i, dim in enumerate(shape) if dim != 1]
        self.plan.copy(
            dtypes.item_size(dtype),
            [shape[i] for i in kept],
            (source.buffer, source.offset, [source.strides[i] for i in kept]),
            (target.buffer, target.offset, [target.strides[i] for i in kept]),
        )

    # ------------------------------------------------------------------------------ where to write

    def temporary(self, shape: Shape, dtype: str) -> Place:
        """Returns dense memory that is free again after the current cluster."""
        nbytes = shapes.size(shape) * dtypes.item_size(dtype)
        offset = self._arena.allocate(nbytes)
        self._temporaries.append(offset)
        return Place(self.plan.arena(offset, nbytes), 0, dense_strides(shape))

    def parts_of(self, whole: Value) -> set[Value]:
        """Returns the operands of a concatenation that have been written into its result."""
        return {part for part, (around, _) in self._within.items() if around is whole}

    def readers(self, value: Value) -> list[Node]:
        """Returns the nodes that take a value as an operand."""
        if self._readers is None:
            self._readers = {}
            for node in self.graph.nodes:
                for operand in dict.fromkeys(node.inputs):
                    self._readers.setdefault(operand, []).append(node)
        return self._readers.get(value, [])

    def is_kept(self, value: Value, cluster: Cluster) -> bool:
        """Whether a value that a cluster makes is an output or a state, which are dense."""
        kept = (*self.graph.outputs, *self.graph.writes.values(), *cluster.in_place)
        return (
            value in self._direct or value in self._within or any(value is other for other in kept)
        )

    def allocate(
        self,
        value: Value,
        cluster: Cluster,
        reusable: Sequence[Value] | None = None,
        strides: Shape | None = None,
    ) -> Place:
        """Returns the place of a value that the current cluster makes.

        Args:
            value: A stored value, or a result of the root or a tail.
            cluster: The cluster.
            reusable: Operands, read element by element at the place that is written, whose memory
                the value may take over; those taken are removed from the list.
            strides: Another layout than the dense one, for a value that is not kept.
        """
        if value in self._within:
            whole, offset = self._within[value]
            around = self._places.get(whole) or self.allocate(whole, cluster)
            place = Place(around.buffer, around.offset + offset, around.strides)
            self._places[value] = place
            return place
        if strides is None:
            strides = dense_strides(value.shape)
        else:
            self._reordered.add(value)
        variable = cluster.in_place.get(value)
        if variable is not None:
            place = Place(self._buffers[variable], 0, strides)
        elif value in self._direct:
            place = Place(self._direct[value], 0, strides)
        else:
            place = Place(self._arena_buffer(value, reusable), 0, strides)
        self._places[value] = place
        return place

    def _arena_buffer(self, value: Value, reusable: Sequence[Value] | None) -> int:
        nbytes = byte_size(value)
        for old in reusable or ():
            alike = old not in self._reordered
            if (
                alike
                and old in self._dying
                and byte_size(old) == nbytes
                and old.dtype == value.dtype
            ):
                self._dying.remove(old)
                offset = self._offsets.pop(old)
                break
        else:
            offset = self._arena.allocate(nbytes)
        self._offsets[value] = offset
        if value not in self._ends:
            self._dying.append(value)  # an output nobody reads
        buffer: int = self.plan.arena(offset, nbytes)
        return buffer

    # ----------------------------------------------------------------------------------- the end

    def _copy_results(self) -> None:
        graph = self.graph
        self._set_last_only(last_only=True)
        for value, buffer in zip(graph.outputs, self._outputs, strict=True):
            if self._direct.get(value) != buffer:
                target = Place(buffer, 0, dense_strides(value.shape))
                self.copy(value.shape, value.dtype, self.locate(value), target)
                self.instructions.append("output")
        self._set_last_only(last_only=False)
        in_place = {
            variable: value
            for cluster in self.schedule.clusters
            for value, variable in cluster.in_place.items()
        }
        copies = [
            (value, self.locate(value), self._buffers[variable])
            for variable, value in graph.writes.items()
            if in_place.get(variable) is not value
        ]
        targets = {buffer for _, _, buffer in copies}
        # A state that goes into another variable is saved before either is overwritten.
        for i, (value, source, buffer) in enumerate(copies):
            if source.buffer in targets:
                copies[i] = (value, self.copy_of(value.shape, value.dtype, source), buffer)
                self.instructions.append("save")
        for value, source, buffer in copies:
            target = Place(buffer, 0, dense_strides(value.shape))
            self.copy(value.shape, value.dtype, source, target)
            self.instructions.append("write")


def is_dense(shape: Shape, strides: Shape) -> bool:
    """Whether strides are those of a C-contiguous array."""
    expected = 1
    for dim, stride in zip(reversed(shape), reversed(strides), strict=True):
        if dim != 1:
            if stride != expected and 0 not in shape:
                return False
            expected *= dim
    return True


# ------------------------------------------------------------------------------------ layout nodes

View = Callable[[Emitter, Value, Value, dict[str, Any]], Place]


def _reshape(emitter: Emitter, x: Value, output: Value, params: dict[str, Any]) -> Place:
    place = emitter.locate(x)
    if squeezed(x.shape) == squeezed(output.shape):
        kept = iter([s for dim, s in zip(x.shape, place.strides, strict=True) if dim != 1])
        strides = tuple(next(kept) if dim != 1 else 0 for dim in output.shape)
        return Place(place.buffer, place.offset, strides)
    place = emitter.dense(x)
    return Place(place.buffer, place.offset, dense_strides(output.shape))


def _transpose(emitter: Emitter, x: Value, output: Value, params: dict[str, Any]) -> Place:
    place = emitter.locate(x)
    strides = tuple(place.strides[axis] for axis in params["permutation"])
    return Place(place.buffer, place.offset, strides)


def _broadcast(emitter: Emitter, x: Value, output: Value, params: dict[str, Any]) -> Place:
    place = emitter.locate(x)
    strides = [0] * len(output.shape)
    for axis, dim in enumerate(params["dims"]):
        if x.shape[axis] == output.shape[dim]:
            strides[dim] = place.strides[axis]
    return Place(place.buffer, place.offset, tuple(strides))


def _slice(emitter: Emitter, x: Value, output: Value, params: dict[str, Any]) -> Place:
    place = emitter.locate(x)
    begin = sum(s * first for s, first in zip(place.strides, params["start"], strict=True))
    offset = place.offset + begin * dtypes.item_size(x.dtype) if 0 not in output.shape else 0
    strides = tuple(s * step for s, step in zip(place.strides, params["strides"], strict=True))
    return Place(place.buffer, offset, strides)


def _reverse(emitter: Emitter, x: Value, output: Value, params: dict[str, Any]) -> Place:
    place = emitter.locate(x)
    if 0 in x.shape:
        return place
    strides = list(place.strides)
    begin = 0
    for axis in params["axes"]:
        begin += strides[axis] * (x.shape[axis] - 1)
        strides[axis] = -strides[axis]
    return Place(place.buffer, place.offset + begin * dtypes.item_size(x.dtype), tuple(strides))


_VIEWS: dict[str, View] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "broadcast": _broadcast,
    "slice": _slice,
    "reverse": _reverse,
}
VIEWS = frozenset(_VIEWS)
