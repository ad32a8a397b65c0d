"""Functions of users, applied to elements: captured once where possible, and run as graphs."""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.core.engine import Executable, current_engine
from cornu.core.graph import Graph, capture, eager_scope
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor
from cornu.data.elements import (
    Array,
    Block,
    ComponentSpec,
    Element,
    Table,
    components,
    map_components,
    pack_components,
    spec_of,
)
from cornu.data.manners import Manners
from cornu.data.parallel import in_threads
from cornu.data.rowwise import for_rows
from cornu.data.stage import Derived, Ordered, Stage

# For so many numbers of rows a graph is compiled exactly; for others, for the next power of two.
_EXACT_SIZES = 4
_CANNOT_CAPTURE = frozenset({"string", "bfloat16"})


class _Program:
    """A captured function of elements of one spec.

    Args:
        graph: Its graph.
        form: Its result, with numbers of outputs as components.
    """

    def __init__(self, graph: Graph, form: Any) -> None:
        self._graph = graph
        self._form = form
        self._lock = threading.Lock()  # a plan has one memory, and a graph may assign variables
        self._single: Executable | None = None
        self._sizes: dict[int, Executable] = {}
        self.rowwise = for_rows(graph, 2) is not None

    @property
    def spec(self) -> Any:
        """The spec of the results."""
        outputs = self._graph.outputs
        return map_components(
            lambda place: ComponentSpec(tuple(outputs[place].shape), outputs[place].dtype),
            self._form,
        )

    def run(self, leaves: list[Array]) -> Element:
        """Returns the result for the components of one element."""
        with self._lock:
            if self._single is None:
                self._single = current_engine().compile(self._graph)
            outputs = self._single.run(leaves)
        return map_components(lambda place: outputs[place], self._form)

    def run_rows(self, leaves: list[Array], rows: int) -> Any:
        """Returns the stacked results for the stacked components of many elements."""
        with self._lock:
            size = rows
            if rows not in self._sizes and len(self._sizes) >= _EXACT_SIZES:
                size = 1 << (rows - 1).bit_length()
            if size not in self._sizes:
                graph = for_rows(self._graph, size)
                assert graph is not None
                self._sizes[size] = current_engine().compile(graph)
            if size != rows:
                leaves = [_lengthened(leaf, size) for leaf in leaves]
            outputs = self._sizes[size].run(leaves)
        return map_components(lambda place: outputs[place][:rows], self._form)


def _lengthened(leaf: Array, rows: int) -> Array:
    longer = np.empty((rows, *leaf.shape[1:]), leaf.dtype)
    longer[: len(leaf)] = leaf
    longer[len(leaf) :] = leaf[-1:]
    return longer


class Transform:
    """A user's function of elements.

    The function is called once with symbolic tensors. If it can be captured, its graph is run from
    then on, on many elements at once where that gives the same values. If not, because it needs
    values in Python or handles text, it is called for each element.

    Args:
        function: The function. Elements that are tuples are its arguments.
        manners: Of the tensors that it gets.
        stage_of: Returns the stage of a dataset that the function returned, or None.
        show_stage: Returns a stage among the components as a dataset.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        manners: Manners,
        stage_of: Callable[[Any], Stage | None],
        show_stage: Callable[[Stage], Any],
    ) -> None:
        self._function = function
        self._manners = manners
        self._stage_of = stage_of
        self._show_stage = show_stage
        self._programs: dict[Any, _Program | None] = {}
        self._lock = threading.RLock()

    def __call__(self, element: Element) -> Element:
        """Returns the result for one element."""
        leaves = components(element)
        program = self._program(element, leaves, 0)
        if program is not None:
            return program.run(leaves)
        with eager_scope():
            return map_components(
                self._absorbed, self._called(map_components(self._shown, element))
            )

    def rows(self, block: Block) -> Block | None:
        """Returns the results for a block, or None when it must be done element by element."""
        leaves = components(block.stacked)
        program = self._program(block.stacked, leaves, 1)
        if program is None or not program.rowwise:
            return None
        return Block(block.rows, program.run_rows(leaves, block.rows))

    def block(self, block: Block) -> Block:
        """Returns the results for a block of one element."""
        (element,) = block.elements()
        return Block.of(self(element))

    def is_rowwise(self, spec: Any) -> bool:
        """Whether many elements of a spec can be done at once."""
        program = self._of_spec(_sized(spec, 2))
        return program is not None and program.rowwise

    def result_spec(self, spec: Any) -> Any:
        """Returns the spec of the results for elements of a spec; None when it cannot be told."""
        first = self._of_spec(_sized(spec, 2))
        if first is None:
            return None
        if all(leaf.is_static for leaf in components(spec)):
            return first.spec
        second = self._of_spec(_sized(spec, 3))
        if second is None:
            return None
        return map_components(_varying, first.spec, second.spec)

    # -- calling the function ----------------------------------------------------------------

    def _called(self, element: Any) -> Any:
        unpacked = type(element) is tuple or hasattr(element, "_fields")
        result = self._function(*element) if unpacked else self._function(element)
        # Functions such as numpy_function return lists of what need not be stackable.
        return tuple(result) if isinstance(result, list) else result

    def _shown(self, leaf: Any) -> Any:
        if isinstance(leaf, Stage):
            return self._show_stage(leaf)
        return self._manners.show(leaf)

    def _absorbed(self, leaf: Any) -> Any:
        stage = self._stage_of(leaf)
        return self._manners.absorb(leaf) if stage is None else stage

    # -- capturing it ------------------------------------------------------------------------

    def _program(self, form: Any, leaves: list[Any], axis: int) -> _Program | None:
        key = tuple((leaf.shape[axis:], leaf.dtype) if isinstance(leaf, np.ndarray) else None for leaf in leaves)  # fmt: skip
        if key not in self._programs:
            with self._lock:
                if key not in self._programs:
                    first = map_components(
                        lambda leaf: leaf[0, ...] if axis and isinstance(leaf, np.ndarray) else leaf,
                        form,
                    )  # fmt: skip
                    self._programs[key] = None if None in key else self._of_spec(spec_of(first))
        return self._programs[key]

    def _of_spec(self, spec: Any) -> _Program | None:
        leaves = components(spec)
        for leaf in leaves:
            if not isinstance(leaf, ComponentSpec) or not leaf.is_static:
                return None
            if leaf.dtype in _CANNOT_CAPTURE:
                return None
        key = ("spec", *leaves)
        with self._lock:
            if key not in self._programs:
                self._programs[key] = self._captured(spec, leaves)
            return self._programs[key]

    def _captured(self, spec: Any, leaves: list[ComponentSpec]) -> _Program | None:
        def body(*symbols: Tensor) -> Any:
            tensors = [self._manners.adopt(symbol) for symbol in symbols]
            result = self._called(pack_components(spec, tensors))
            made.append(map_components(self._converted, result))
            return components(made[0])

        made: list[Any] = []
        try:
            with self._manners.tracing():
                graph, _ = capture(body, *map(_exact, leaves))
        except Exception:  # what is really wrong will show when it is called with values
            return None
        if any(value.dtype in _CANNOT_CAPTURE for value in (*graph.outputs, *graph.constants)):
            return None
        places = iter(range(len(graph.outputs)))
        listed = {id(tensor): next(places) for tensor in components(made[0])}
        return _Program(graph, map_components(lambda tensor: listed[id(tensor)], made[0]))

    def _converted(self, leaf: Any) -> Tensor:
        if self._stage_of(leaf) is not None:
            raise TypeError("A dataset is not a tensor.")
        return self._manners.convert(leaf)


def _sized(spec: Any, size: int) -> Any:
    """Returns a spec with a size in place of those that vary."""

    def fill(leaf: Any) -> Any:
        if not isinstance(leaf, ComponentSpec) or leaf.shape is None:
            return leaf
        return ComponentSpec(tuple(size if n is None else n for n in leaf.shape), leaf.dtype)

    return map_components(fill, spec)


def _exact(spec: ComponentSpec) -> Spec:
    sizes: Any = spec.shape
    return Spec(sizes, spec.dtype)


def _varying(a: ComponentSpec, b: ComponentSpec) -> ComponentSpec:
    if a.shape is None or b.shape is None or len(a.shape) != len(b.shape):
        return ComponentSpec(None, a.dtype)
    sizes = (n if n == m else None for n, m in zip(a.shape, b.shape, strict=True))
    return ComponentSpec(tuple(sizes), a.dtype)


class Map(Derived):
    """A function's results for the elements.

    Args:
        parent: Whose elements.
        transform: The function.
        workers: Threads that call a function which cannot be captured.
    """

    def __init__(self, parent: Stage, transform: Transform, workers: int = 1) -> None:
        super().__init__(parent)
        self._transform = transform
        self._workers = workers

    def spec(self) -> Any:
        """Returns the spec of the results; it may take a look at the first element."""
        below = self.parent.spec()
        found = self._transform.result_spec(below)
        if found is not None:
            return found
        first = next(self.elements(), None)
        if first is None:
            raise ValueError("The spec of the elements cannot be told: there are none.")

        def vague(leaf: Any) -> Any:
            if not isinstance(leaf, ComponentSpec):
                return leaf
            return ComponentSpec((None,) * len(leaf.shape or ()), leaf.dtype)

        return map_components(vague, spec_of(first))

    def table(self) -> Table | None:
        """Returns the results as a table, where they can be computed for any rows."""
        table = self.parent.table()
        if table is None or not self._transform.is_rowwise(self.parent.spec()):
            return None
        return _MappedTable(table, self._transform)

    def ordered(self) -> Ordered | None:
        """Returns the results as a table, and the row numbers of a new pass."""
        if self.parent.runs_python():
            return None
        found = self.parent.ordered()
        if found is None or not self._transform.is_rowwise(self.parent.spec()):
            return None
        return _MappedTable(found[0], self._transform), found[1]

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the results."""
        blocks = self.parent.blocks(rows)
        for block in blocks:
            done = self._transform.rows(block) if block.rows > 1 else None
            if done is not None:
                yield done
                continue
            elements = block.elements()
            if self._workers > 1:
                rest = (element for later in blocks for element in later.elements())
                elements = itertools.chain(elements, rest)
            for result in in_threads(self._transform, elements, self._workers, self._workers):
                yield Block.of(result)

    def attempts(self) -> Iterator[Callable[[], Element]]:
        """Yields functions that return the results one by one, or raise what went wrong."""
        for element in self.parent.elements():
            yield functools.partial(self._transform, element)

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code for that element alone."""
        return self.parent.runs_python() or not self._transform.is_rowwise(self.parent.spec())


class _MappedTable(Table):
    def __init__(self, table: Table, transform: Transform) -> None:
        self._table = table
        self._transform = transform
        self.count = table.count

    def take(self, index: Array) -> Any:
        return self._applied(self._table.take(index), len(index))

    def take_range(self, first: int, stop: int) -> Any:
        return self._applied(self._table.take_range(first, stop), stop - first)

    def _applied(self, stacked: Any, rows: int) -> Any:
        done = self._transform.rows(Block(rows, stacked))
        assert done is not None
        return done.stacked
