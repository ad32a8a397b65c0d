"""Reverse-mode differentiation: a tape of applied primitives, walked backwards.

Every derivative rule is written in primitives, so what a tape computes can itself be watched by an
outer tape (higher derivatives) or recorded by a graph capture (compiled training steps).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from cornu.core import dtypes, settings, tree
from cornu.core.primitive import REGISTRY, Primitive
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable

Backward = Callable[[list[Tensor | None], Sequence[bool]], Sequence[Tensor | None]]


class _Record:
    """One step on the tape: operands, results, and how cotangents flow from these to those."""

    __slots__ = ("backward", "inputs", "outputs")

    def __init__(
        self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], backward: Backward
    ) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.backward = backward


class GradientTape:
    """Records what is computed inside its `with` block, to differentiate it afterwards.

    Args:
        persistent: Whether `gradient` may be called more than once.
        watch_accessed_variables: Whether trainable variables that are read are watched.

    Example:
        >>> import cornu
        >>> x = cornu.Variable(3.0)
        >>> with GradientTape() as tape:
        ...     y = x * x
        >>> float(tape.gradient(y, x))
        6.0
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watch_variables = watch_accessed_variables
        self.reset()

    def __enter__(self) -> GradientTape:
        if any(tape is self for tape in settings.state.tapes):
            raise ValueError("This GradientTape is already recording; make a new one.")
        settings.state.tapes.append(self)
        return self

    def __exit__(self, *exception: object) -> None:
        tapes = settings.state.tapes
        settings.state.tapes = [tape for tape in tapes if tape is not self]

    def reset(self) -> None:
        """Forgets everything recorded."""
        self._records: list[_Record] = []
        self._tracked: dict[int, Tensor] = {}
        self._reads: dict[Variable, list[Tensor]] = {}
        self._used = False

    def watch(self, tensor: Any) -> None:
        """Makes the tape follow a tensor, or every tensor and variable in a structure.

        Args:
            tensor: A float Tensor or Variable, or a nested structure of them.

        Raises:
            TypeError: For something that is neither.
            ValueError: For a tensor that is not of a float dtype.
        """
        for leaf in tree.flatten(tensor):
            if isinstance(leaf, Variable):
                self._follow(leaf, leaf.value)
                continue
            if not isinstance(leaf, Tensor):
                raise TypeError(
                    f"GradientTape.watch expects tensors; got {type(leaf).__name__}. Convert it "
                    f"with ops.convert_to_tensor first."
                )
            if not dtypes.is_float(leaf.dtype):
                raise ValueError(
                    f"GradientTape.watch expects a float tensor; got dtype {leaf.dtype}. "
                    f"Cast it first: derivatives with respect to whole numbers do not exist."
                )
            self._tracked[id(leaf)] = leaf

    def _follow(self, variable: Variable, tensor: Tensor) -> None:
        self._tracked[id(tensor)] = tensor
        known = self._reads.setdefault(variable, [])
        if not any(tensor is other for other in known):
            known.append(tensor)

    def read(self, variable: Variable, tensor: Tensor) -> None:
        """Notes that a variable was read as the given tensor."""
        wanted = (self._watch_variables and variable.trainable) or variable in self._reads
        if wanted and dtypes.is_float(tensor.dtype):
            self._follow(variable, tensor)

    def watched_variables(self) -> tuple[Variable, ...]:
        """Returns the variables read so far, in order."""
        return tuple(self._reads)

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Pauses the tape inside a `with` block."""
        tapes = settings.state.tapes
        settings.state.tapes = [tape for tape in tapes if tape is not self]
        try:
            yield
        finally:
            settings.state.tapes = tapes

    def follows(self, tensors: Sequence[Tensor]) -> bool:
        """Whether any of the tensors depends on something watched."""
        tracked = self._tracked
        return any(id(tensor) in tracked for tensor in tensors)

    def add(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], backward: Backward) -> None:
        """Records one step whose operands include something watched."""
        self._records.append(_Record(inputs, outputs, backward))
        for tensor in outputs:
            if dtypes.is_float(tensor.dtype):
                self._tracked[id(tensor)] = tensor

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """Returns the derivatives of (the sum of) a target with respect to sources.

        Args:
            target: Tensor or nested structure of tensors computed inside the block.
            sources: Variables and watched tensors, in any nested structure.
            output_gradients: Weights of the target's elements, in the target's form; ones when None.
            unconnected_gradients: "none" gives None for a source the target does not depend on,
                "zero" gives zeros.

        Returns:
            Derivatives in the form of `sources`, each of the shape of its source.

        Raises:
            RuntimeError: When a tape that is not persistent is used twice.
            ValueError: For a bad `unconnected_gradients`.
            TypeError: For a source that is neither a Tensor nor a Variable.
        """
        if self._used and not self._persistent:
            raise RuntimeError(
                "This GradientTape was used already. Make it with persistent=True to ask for "
                "several gradients."
            )
        unconnected = getattr(unconnected_gradients, "value", unconnected_gradients)
        if unconnected not in ("none", "zero"):
            raise ValueError(
                f"unconnected_gradients is 'none' or 'zero'; got {unconnected_gradients!r}."
            )
        self._used = True
        targets = [_as_tensor(leaf) for leaf in tree.flatten(target)]
        weights: list[Any] = [None] * len(targets)
        if output_gradients is not None:
            weights = [None if w is None else _as_tensor(w) for w in tree.flatten(output_gradients)]
        leaves = tree.flatten(sources)
        for leaf in leaves:
            if not isinstance(leaf, (Tensor, Variable)):
                raise TypeError(
                    f"GradientTape.gradient: sources are tensors or variables; "
                    f"got {type(leaf).__name__}."
                )
        with self.stop_recording(), settings.name_scope("gradients"):
            flow = self._walk_back(targets, weights, leaves)
            results = [self._source_gradient(leaf, flow, unconnected) for leaf in leaves]
        if not self._persistent:
            self._records = []
            self._tracked = {}
            self._reads = {}
        return tree.pack_sequence_as(sources, results)

    def _walk_back(
        self, targets: list[Tensor], weights: list[Any], sources: list[Any]
    ) -> dict[int, Tensor]:
        wanted = self._depends_on_sources(sources)
        flow: dict[int, Tensor] = {}
        for tensor, weight in zip(targets, weights, strict=True):
            if id(tensor) in self._tracked:
                seed = _filled_like(tensor, 1.0) if weight is None else weight
                _accumulate(flow, tensor, seed)
        for record in reversed(self._records):
            cotangents = [flow.get(id(tensor)) for tensor in record.outputs]
            if all(cotangent is None for cotangent in cotangents):
                continue
            needed = [id(tensor) in wanted for tensor in record.inputs]
            if not any(needed):
                continue
            with _gradient_scope(record.outputs[0]):
                found = record.backward(cotangents, needed)
            for tensor, cotangent in zip(record.inputs, found, strict=False):
                if cotangent is not None and id(tensor) in wanted:
                    _accumulate(flow, tensor, cotangent)
        return flow

    def _depends_on_sources(self, sources: list[Any]) -> set[int]:
        wanted: set[int] = set()
        for source in sources:
            reads = self._reads.get(source, []) if isinstance(source, Variable) else [source]
            wanted.update(id(tensor) for tensor in reads)
        for record in self._records:
            if any(id(tensor) in wanted for tensor in record.inputs):
                wanted.update(id(tensor) for tensor in record.outputs)
        return wanted

    def _source_gradient(
        self, source: Any, flow: dict[int, Tensor], unconnected: str
    ) -> Tensor | None:
        total: Tensor | None = None
        reads = self._reads.get(source, []) if isinstance(source, Variable) else [source]
        for tensor in reads:
            part = flow.get(id(tensor))
            if part is not None:
                total = part if total is None else REGISTRY["add"](total, part)
        if total is None and unconnected == "zero":
            return _filled_like(source, 0.0)
        return total

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: str = "none",
        parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """Returns the matrix of derivatives of each target element with respect to the sources.

        Args:
            target: A tensor computed inside the block.
            sources: Variables and watched tensors, in any nested structure.
            unconnected_gradients: As in `gradient`.
            parallel_iterations: Accepted for TensorFlow's signature; has no effect.
            experimental_use_pfor: Accepted for TensorFlow's signature; has no effect.

        Returns:
            In the form of `sources`: tensors of shape `target.shape + source.shape`.
        """
        del parallel_iterations, experimental_use_pfor
        target = _as_tensor(target)
        leaves = tree.flatten(sources)
        persistent, self._persistent = self._persistent, True
        rows: list[list[Tensor | None]] = []
        try:
            for position in range(target.size):
                with self.stop_recording():
                    weight = _one_hot_like(target, position)
                rows.append(self.gradient(target, leaves, weight, unconnected_gradients))
        finally:
            self._persistent = persistent
        results: list[Tensor | None] = []
        with self.stop_recording():
            for source, column in zip(leaves, zip(*rows, strict=True), strict=True):
                parts = [part for part in column if part is not None]
                if len(parts) < len(column):
                    parts = [_filled_like(source, 0.0) if p is None else p for p in column]
                    if all(part is None for part in column):
                        results.append(None)
                        continue
                flat = [REGISTRY["reshape"](part, shape=(1, *part.shape)) for part in parts]
                stacked = REGISTRY["concatenate"](*flat, axis=0)
                shape = (*target.shape, *source.shape)
                results.append(REGISTRY["reshape"](stacked, shape=shape))
        return tree.pack_sequence_as(sources, results)


def _gradient_scope(output: Tensor) -> AbstractContextManager[None]:
    """Puts derivatives beside what they are derivatives of; eager tensors have no scope."""
    node = None if output._value is None else output._value.node
    if node is None or not node.scope:
        return _NO_SCOPE
    return settings.name_scope(node.scope.removeprefix("gradients/"))


_NO_SCOPE = nullcontext()


def record_primitive(
    primitive: Primitive,
    operands: Sequence[Tensor],
    outputs: Sequence[Tensor],
    params: dict[str, Any],
) -> None:
    """Puts an applied primitive on every open tape that follows one of its operands."""
    for tape in settings.state.tapes:
        if tape.follows(operands):
            tape.add(operands, outputs, _primitive_backward(primitive, operands, outputs, params))


def _primitive_backward(
    primitive: Primitive,
    operands: Sequence[Tensor],
    outputs: Sequence[Tensor],
    params: dict[str, Any],
) -> Backward:
    def backward(cotangents: list[Tensor | None], needed: Sequence[bool]) -> list[Tensor | None]:
        flow: Any = tuple(cotangents) if primitive.multiple else cotangents[0]
        out: Any = tuple(outputs) if primitive.multiple else outputs[0]
        results: list[Tensor | None] = []
        for position, is_needed in enumerate(needed):
            rule = primitive.vjp_of(position) if is_needed else None
            if rule is None:
                results.append(None)
            elif primitive.indexed:
                results.append(rule(flow, out, *operands, position=position, **params))
            else:
                results.append(rule(flow, out, *operands, **params))
        return results

    return backward


def _accumulate(flow: dict[int, Tensor], tensor: Tensor, cotangent: Tensor) -> None:
    known = flow.get(id(tensor))
    flow[id(tensor)] = cotangent if known is None else REGISTRY["add"](known, cotangent)


def _filled_like(tensor: Any, value: float) -> Tensor:
    full: Tensor = REGISTRY["full"](shape=tensor.shape, dtype=tensor.dtype, value=value)
    return full


def _one_hot_like(tensor: Tensor, position: int) -> Tensor:
    places = REGISTRY["iota"](shape=(tensor.size,), dtype="int32", axis=0)
    chosen = REGISTRY["full"](shape=(tensor.size,), dtype="int32", value=position)
    flat = REGISTRY["cast"](REGISTRY["eq"](places, chosen), dtype=tensor.dtype)
    result: Tensor = REGISTRY["reshape"](flat, shape=tensor.shape)
    return result


def _as_tensor(value: Any) -> Tensor:
    if isinstance(value, Variable):
        return value.value
    if not isinstance(value, Tensor):
        raise TypeError(
            f"GradientTape.gradient expects a tensor as target; got {type(value).__name__}."
        )
    return value


def count_followers(tensors: Sequence[Tensor]) -> int:
    """Returns how many open tapes follow one of the tensors."""
    return sum(tape.follows(tensors) for tape in settings.state.tapes)


def alias(tensor: Tensor) -> Tensor:
    """Returns the same value as a new tensor that no tape follows."""
    kind = tensor.flavour
    return kind(tensor.shape, tensor.dtype, tensor._buffer, tensor._engine, tensor._value)


@contextmanager
def no_tape() -> Iterator[None]:
    """Pauses all tapes of the thread inside a `with` block."""
    tapes, settings.state.tapes = settings.state.tapes, []
    try:
        yield
    finally:
        settings.state.tapes = tapes


def stop_gradient(tensor: Tensor) -> Tensor:
    """Returns the tensor as a constant: no derivative flows through it."""
    return alias(tensor)


def custom_gradient(function: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a function with a derivative of its own.

    Args:
        function: `function(*tensors)` returns `(result, grad)`; `grad(*cotangents)` takes one
            cotangent per result tensor and returns one derivative per argument.

    Returns:
        A function that returns the result alone.

    Example:
        >>> import cornu
        >>> @custom_gradient
        ... def clipped(x):
        ...     return x, lambda g: cornu.ops.clip(g, -1.0, 1.0)
    """

    def wrapped(*arguments: Any, **keywords: Any) -> Any:
        with no_tape():
            result, grad = function(*arguments, **keywords)
        outputs = [alias(_as_tensor(leaf)) for leaf in tree.flatten(result)]
        inputs = [
            leaf.value if isinstance(leaf, Variable) else leaf
            for leaf in tree.flatten(list(arguments))
            if isinstance(leaf, (Tensor, Variable))
        ]
        add_record(inputs, outputs, grad)
        return tree.pack_sequence_as(result, outputs)

    return wrapped


def add_record(
    inputs: Sequence[Tensor], outputs: Sequence[Tensor], grad: Callable[..., Any]
) -> None:
    """Records a step whose derivative is `grad(*cotangents)` on every tape that follows it."""

    def backward(cotangents: list[Tensor | None], needed: Sequence[bool]) -> list[Tensor | None]:
        filled = [
            _filled_like(tensor, 0.0) if cotangent is None else cotangent
            for tensor, cotangent in zip(outputs, cotangents, strict=True)
        ]
        return list(tree.flatten(grad(*filled)))

    for tape in settings.state.tapes:
        if tape.follows(inputs):
            tape.add(inputs, outputs, backward)
