"""KerasTensor, Operation and CallNode: the functional way of building models.

A KerasTensor has a shape (sizes may be None) and a dtype but never a value. Calling an operation (a
layer, or a function of `cornu.ops`) on one records a node; a functional model later runs the nodes.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cornu.core import dtypes, settings, tree
from cornu.core.graph import capture
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor

# Two sizes that stand for None while shapes are inferred; primes unlikely to be sizes in a model.
STAND_INS = (83, 89)


class KerasHistory(NamedTuple):
    """Where a KerasTensor comes from.

    Attributes:
        operation: The layer or function that made it.
        node_index: Which of its calls.
        tensor_index: Which of the call's outputs.
    """

    operation: Any
    node_index: int
    tensor_index: int


class KerasTensor:
    """A placeholder for a tensor in a functional model.

    Args:
        shape: Sizes; None where any size fits (the batch, for one).
        dtype: Element type.
        sparse: Accepted for Keras's signature; sparse tensors do not exist here.
        ragged: Accepted for Keras's signature; ragged tensors do not exist here.
        record_history: Whether operations on it are recorded.
        name: Name; made unique when None.

    Example:
        >>> KerasTensor((None, 3)).shape
        (None, 3)
    """

    __array_priority__ = 100

    def __init__(
        self,
        shape: Sequence[int | None],
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
    ) -> None:
        self.shape = tuple(shape)
        self.dtype = dtypes.canonical(dtype)
        self.sparse = sparse
        self.ragged = ragged
        self.record_history = record_history
        self.name = name or settings.unique_name("keras_tensor")
        self._keras_history: KerasHistory | None = None
        self._keras_node: CallNode | None = None
        self._keras_mask: Any = None

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def __bool__(self) -> bool:
        raise TypeError(self._no_value("has no truth value"))

    def __array__(self, *arguments: Any, **keywords: Any) -> Any:
        raise ValueError(self._no_value("cannot become a NumPy array"))

    def __int__(self) -> int:
        raise ValueError(self._no_value("cannot become a number"))

    __float__ = __int__

    def __iter__(self) -> Any:
        raise TypeError(self._no_value("cannot be iterated over"))

    def __len__(self) -> int:
        raise TypeError(self._no_value("has no length"))

    def _no_value(self, what: str) -> str:
        return (
            f"A KerasTensor (shape {self.shape}, dtype {self.dtype}) {what}: it only stands for "
            f"data in a functional model. Use keras.layers or keras.ops on it, and call the "
            f"finished model on real data."
        )

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    if TYPE_CHECKING:  # attached by cornu.ops at import

        def __getitem__(self, key: Any) -> KerasTensor: ...


def any_symbolic(*structures: Any) -> bool:
    """Whether a KerasTensor is among the leaves."""
    for structure in structures:
        if isinstance(structure, KerasTensor):
            return True
        if isinstance(structure, (list, tuple)):
            if any_symbolic(*structure):
                return True
        elif isinstance(structure, dict) and any_symbolic(*structure.values()):
            return True
    return False


class CallNode:
    """One call of an operation on KerasTensors.

    Ownership goes one way, so that a deleted model is freed at once: a KerasTensor keeps its node,
    a node keeps its operation and its inputs; operations and nodes know what hangs on them weakly.

    Attributes:
        operation: What was called.
        arguments: Positional arguments as given.
        keywords: Keyword arguments as given.
        inputs: The KerasTensors among the arguments, in order.
        index: Which of the operation's calls it is.
    """

    def __init__(
        self,
        operation: Operation,
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        result: Any,
    ) -> None:
        self.operation = operation
        self.arguments = arguments
        self.keywords = keywords
        leaves = tree.flatten([list(arguments), keywords])
        self.inputs = [leaf for leaf in leaves if isinstance(leaf, KerasTensor)]
        self.index = len(operation._node_references)
        operation._node_references.append(weakref.ref(self))
        self._made: list[tuple[Any, Sequence[int | None], str, str]] = []

        def adopt(leaf: Any) -> Any:
            if not isinstance(leaf, KerasTensor):
                return leaf
            leaf._keras_history = KerasHistory(operation, self.index, len(self._made))
            leaf._keras_node = self
            self._made.append((weakref.ref(leaf), leaf.shape, leaf.dtype, leaf.name))
            return _Place(len(self._made) - 1)

        self._form = tree.map_structure(adopt, result)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The KerasTensors made, in order."""
        return [self._output(position) for position in range(len(self._made))]

    @property
    def result(self) -> Any:
        """What the call returned."""
        return tree.map_structure(
            lambda leaf: self._output(leaf.position) if isinstance(leaf, _Place) else leaf,
            self._form,
        )

    @property
    def parents(self) -> list[CallNode]:
        """The nodes that made the inputs."""
        return [tensor._keras_node for tensor in self.inputs if tensor._keras_node is not None]

    def _output(self, position: int) -> KerasTensor:
        reference, shape, dtype, name = self._made[position]
        tensor: KerasTensor | None = reference()
        if tensor is None:
            tensor = KerasTensor(shape, dtype, name=name)
            tensor._keras_history = KerasHistory(self.operation, self.index, position)
            tensor._keras_node = self
            self._made[position] = (weakref.ref(tensor), shape, dtype, name)
        return tensor


class _Place:
    """Stands for an output in the stored form of a node's result."""

    __slots__ = ("position",)

    def __init__(self, position: int) -> None:
        self.position = position


def get_mask(value: Any) -> Any:
    """Returns the mask of valid positions that travels with a tensor, or None."""
    return getattr(value, "_keras_mask", None)


def set_mask(tensor: Any, mask: Any) -> None:
    """Makes a mask travel with a tensor."""
    tensor._keras_mask = mask


def node_of(tensor: KerasTensor) -> CallNode:
    """Returns the call that made a KerasTensor."""
    if tensor._keras_node is None:
        raise ValueError(f"{tensor!r} was not made by an Input or a layer.")
    return tensor._keras_node


class Operation:
    """What may be called on KerasTensors: the base of layers and of recorded functions.

    Args:
        name: Name; made from the class's name when None.

    Example:
        >>> Operation(name="mix").name
        'mix'
    """

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = settings.unique_name(settings.snake_case(type(self).__name__))
        if "/" in str(name):
            raise ValueError(f"{type(self).__name__}: a name must not contain '/'; got {name!r}.")
        self.name = str(name)
        self._node_references: list[Any] = []

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if any_symbolic(arguments, keywords):
            return self.symbolic_call(*arguments, **keywords)
        return self.call(*arguments, **keywords)

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        """Computes the result from tensors."""
        raise NotImplementedError(f"{type(self).__name__} has no call().")

    def symbolic_call(self, *arguments: Any, **keywords: Any) -> Any:
        """Records a node and returns the KerasTensors that stand for the result."""
        result = self.compute_output_spec(*arguments, **keywords)
        CallNode(self, arguments, keywords, result)
        return result

    def compute_output_spec(self, *arguments: Any, **keywords: Any) -> Any:
        """Returns KerasTensors with the shapes and dtypes of the result."""
        return infer_output_spec(self.call, *arguments, **keywords)

    @property
    def _inbound_nodes(self) -> list[CallNode]:
        """The calls whose results are still in use, in order."""
        nodes = [reference() for reference in self._node_references]
        return [node for node in nodes if node is not None]

    @property
    def input(self) -> Any:
        """The input of the first call, in the form in which it was given."""
        return self._tensors_of("input")

    @property
    def output(self) -> Any:
        """The output of the first call."""
        return self._tensors_of("output")

    def _tensors_of(self, side: str) -> Any:
        nodes = self._inbound_nodes
        if not nodes:
            raise AttributeError(
                f"Layer {self.name!r} has not been called on an Input (or the result of the call "
                f"was not kept), so it has no {side}. Call it on a keras.Input (or the model on "
                f"data of known shape) first."
            )
        node = nodes[0]
        if side == "output":
            return node.result
        return node.inputs[0] if len(node.inputs) == 1 else node.inputs


class FunctionOperation(Operation):
    """A function of `cornu.ops` in a functional model.

    Args:
        function: The function.
        name: Name; made from the function's name when None.
    """

    def __init__(self, function: Callable[..., Any], name: str | None = None) -> None:
        super().__init__(name or settings.unique_name(function.__name__.strip("_")))
        self.function = function
        # Keyword arguments that the config of a model keeps apart from those of the call.
        self.settings: dict[str, Any] = {}

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        """Computes the result from tensors."""
        return self.function(*arguments, **keywords)


def _tell_none(error: Exception, stand_in: int) -> None:
    """Makes an error's message say None, which the user wrote, where it has the stand-in."""
    if error.args and isinstance(error.args[0], str):
        text = re.sub(rf"(?<![\w.]){stand_in}(?![\w.]*\w)", "None", error.args[0])
        error.args = (text, *error.args[1:])


def infer_output_spec(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """Returns what a function would make of KerasTensors, without computing anything.

    The function is captured twice with different sizes in place of None; sizes that differ between
    the two results are None in the result.

    Args:
        function: Takes tensors where KerasTensors are given.
        *arguments: Structures with KerasTensors among the leaves.
        **keywords: Likewise.

    Returns:
        The function's result with KerasTensors in place of tensors.
    """
    structure = (list(arguments), keywords)
    leaves = tree.flatten(structure)
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, KerasTensor)]
    has_none = any(None in leaves[i].shape for i in places)

    def run(stand_in: int) -> Any:
        specs = [
            Spec(tuple(stand_in if d is None else d for d in leaves[i].shape), leaves[i].dtype)
            for i in places
        ]

        def body(*tensors: Tensor) -> Any:
            filled = list(leaves)
            for place, tensor in zip(places, tensors, strict=True):
                filled[place] = tensor
            positional, named = tree.pack_sequence_as(structure, filled)
            return function(*positional, **named)

        tapes, settings.state.tapes = settings.state.tapes, []
        try:
            return capture(body, *specs)[1]
        except Exception as error:
            if has_none:
                _tell_none(error, stand_in)
            raise
        finally:
            settings.state.tapes = tapes

    first = run(STAND_INS[0])
    second = run(STAND_INS[1]) if has_none else first

    def merge(a: Any, b: Any) -> Any:
        if not isinstance(a, Tensor):
            return a
        shape = tuple(x if x == y else None for x, y in zip(a.shape, b.shape, strict=True))
        return KerasTensor(shape, a.dtype)

    return tree.map_structure(merge, first, second)
