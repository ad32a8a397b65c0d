"""`tf.function`: a Python function captured once for each kind of arguments, then run as a graph.

Capturing fails for what needs the values of tensors in Python (`if` on a tensor, `.numpy()`,
printing); such a function runs plainly, which gives the same results. It also runs plainly while a
tape records around it, because derivatives belong to the steps of the function, and inside another
capture, which then holds its steps.
"""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core import dtypes as core
from cornu.core import settings, tree
from cornu.core.engine import current_engine
from cornu.core.errors import SymbolicTensorError, UnsupportedError
from cornu.core.graph import Graph, capture
from cornu.core.keras_tensor import any_symbolic
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor as CoreTensor
from cornu.core.variable import Variable as CoreVariable
from cornu.tf._convert import convert
from cornu.tf._seeds import Trace
from cornu.tf._shapes import TensorShape
from cornu.tf._tensor import Tensor, adopt
from cornu.tf.dtypes import as_dtype
from cornu.tf.errors import InvalidArgumentError

_eagerly = [False]


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Makes every `tf.function` run as plain Python, for debugging, or ends that.

    Args:
        run_eagerly: Whether to.

    Example:
        >>> import cornu.tf as tf
        >>> tf.config.run_functions_eagerly(False)
    """
    _eagerly[0] = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """Returns whether every `tf.function` runs as plain Python.

    Example:
        >>> import cornu.tf as tf
        >>> tf.config.functions_run_eagerly()
        False
    """
    return _eagerly[0]


class TensorSpec:
    """Shape and dtype of a tensor, without a value.

    Args:
        shape: Sizes; None for those that vary.
        dtype: Element type.
        name: Name.

    Example:
        >>> import cornu.tf as tf
        >>> tf.TensorSpec([None, 2], tf.int32)
        TensorSpec(shape=(None, 2), dtype=tf.int32, name=None)
    """

    def __init__(self, shape: Any, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape = TensorShape(shape)
        self.dtype = as_dtype(dtype)
        self.name = name

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """Returns the spec of a tensor."""
        return cls(tensor.shape, tensor.dtype, name)

    def is_compatible_with(self, other: Any) -> bool:
        """Returns whether a tensor or spec agrees."""
        return bool(self.dtype == other.dtype and self.shape.is_compatible_with(other.shape))

    def __eq__(self, other: object) -> bool:
        mine = (self.shape, self.dtype)
        return isinstance(other, TensorSpec) and mine == (other.shape, other.dtype)

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"


class _Place(int):
    """Stands for a tensor in the form of arguments or results."""


class ConcreteFunction:
    """A function captured for one kind of arguments.

    Attributes:
        graph: What was captured.
        name: Of the function.

    Args:
        function: Called once with symbolic tensors.
        form: The arguments, with places for tensors.
        specs: Shapes and dtypes of the tensors.
    """

    def __init__(self, function: Callable[..., Any], form: Any, specs: list[Spec]) -> None:
        def body(*symbols: Any) -> Any:
            def fill(leaf: Any) -> Any:
                return adopt(symbols[leaf]) if type(leaf) is _Place else leaf

            arguments, keywords = tree.map_structure(fill, form)
            return function(*arguments, **keywords)

        attributes = settings.state.attributes
        attributes["tf_trace"] = Trace()
        try:
            graph, result = capture(body, *specs)
        finally:
            del attributes["tf_trace"]
        if any(value.dtype == "string" for value in graph.constants):
            raise UnsupportedError("Text is not part of captured functions.")
        self.graph: Graph = graph
        self._engine = current_engine()
        self._executable = self._engine.compile(graph)
        self._executable.name = self.name = getattr(function, "__name__", "function")
        self._outputs = [value.spec for value in graph.outputs]
        places = iter(range(len(self._outputs)))
        self._result = tree.map_structure(
            lambda leaf: _Place(next(places)) if isinstance(leaf, CoreTensor) else leaf, result
        )

    def run(self, tensors: list[Any]) -> Any:
        """Returns the result for tensors in the order of the places."""
        arrays = [np.asarray(CoreTensor.numpy(tensor)) for tensor in tensors]
        buffers = self._executable.run(arrays)

        def fill(leaf: Any) -> Any:
            if type(leaf) is not _Place:
                return leaf
            spec = self._outputs[leaf]
            return Tensor(spec.shape, spec.dtype, buffers[leaf], self._engine)

        return tree.map_structure(fill, self._result)


class Function:
    """What `tf.function` makes of a Python function.

    Args:
        python_function: The function.
        input_signature: Specs that the arguments must have; None allows any.
        owner: The object whose method it is, or None.

    Example:
        >>> import cornu.tf as tf
        >>> int(Function(lambda x: x + 1)(tf.constant(1)))
        2
    """

    def __init__(
        self, python_function: Any, input_signature: Any = None, owner: Any = None
    ) -> None:
        functools.update_wrapper(self, python_function)
        self._function = python_function
        self._signature = None if input_signature is None else list(input_signature)
        self._owner = None if owner is None else weakref.ref(owner)
        self._bound: weakref.WeakKeyDictionary[Any, Function] = weakref.WeakKeyDictionary()
        self._traces: dict[Any, ConcreteFunction | None] = {}

    @property
    def python_function(self) -> Any:
        """The Python function."""
        return self._function

    @property
    def input_signature(self) -> Any:
        """The specs that the arguments must have, or None."""
        return None if self._signature is None else tuple(self._signature)

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        if owner is None:
            return self
        try:
            bound = self._bound.get(owner)
            if bound is None:
                bound = self._bound[owner] = Function(self._function, self._signature, owner)
        except TypeError:  # the object cannot be held weakly, or has no hash
            return functools.partial(self._function, owner)
        return bound

    def _plain(self, *arguments: Any, **keywords: Any) -> Any:
        if self._owner is None:
            return self._function(*arguments, **keywords)
        return self._function(self._owner(), *arguments, **keywords)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Returns what the function returns, from its graph where there is one."""
        state = settings.state
        if self._signature is not None:
            arguments, keywords = self._checked(arguments, keywords)
        if _eagerly[0] or state.captures or state.tapes or any_symbolic(arguments, keywords):
            return self._plain(*arguments, **keywords)
        form, tensors, key = _taken_apart((arguments, keywords))
        if key is None:
            return self._plain(*arguments, **keywords)
        if key not in self._traces:
            self._traces[key] = self._trace(form, tensors)
        trace = self._traces[key]
        return self._plain(*arguments, **keywords) if trace is None else trace.run(tensors)

    def _trace(self, form: Any, tensors: list[Any]) -> ConcreteFunction | None:
        if any(tensor.dtype == "string" for tensor in tensors):
            return None
        specs = [Spec(tuple(t.shape), str.__str__(t.dtype)) for t in tensors]
        try:
            return ConcreteFunction(self._plain, form, specs)
        except (SymbolicTensorError, UnsupportedError):
            return None

    def _checked(
        self, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        signature = self._signature or []
        names = [n for n in inspect.signature(self._function).parameters if n != "self"]
        given = [
            *arguments,
            *(keywords[name] for name in names[len(arguments) :] if name in keywords),
        ]
        if len(given) != len(signature):
            raise TypeError(
                f"{self.__name__}() takes {len(signature)} arguments by its input_signature; got "  # type: ignore[attr-defined]
                f"{len(given)}."
            )
        converted = [
            tree.map_structure(self._against, spec, value)
            if not isinstance(spec, TensorSpec)
            else self._against(spec, value)
            for spec, value in zip(signature, given, strict=True)
        ]
        return tuple(converted), {}

    def _against(self, spec: Any, value: Any) -> Any:
        tensor = convert(value, hint=spec.dtype)
        if not spec.is_compatible_with(tensor):
            raise InvalidArgumentError(
                f"{self.__name__}(): Python inputs incompatible with input_signature: expected "  # type: ignore[attr-defined]
                f"{spec}, got a tensor of shape {tensor.shape} and dtype "
                f"{str.__str__(tensor.dtype)}."
            )
        return tensor

    def get_concrete_function(self, *arguments: Any, **keywords: Any) -> Callable[..., Any]:
        """Returns the function for arguments of one kind.

        Args:
            *arguments: Values, or TensorSpecs with all sizes; none with an `input_signature`.
            **keywords: Likewise.

        Returns:
            A function of arguments of that kind.
        """

        def example(leaf: Any) -> Any:
            if not isinstance(leaf, TensorSpec):
                return leaf
            sizes = tuple(1 if size is None else size for size in leaf.shape)
            kind = object if leaf.dtype == "string" else core.to_numpy(leaf.dtype.name)
            return convert(
                np.zeros(sizes, kind) if kind is not object else np.full(sizes, "", object)
            )

        wanted = arguments or tuple(self._signature or ())
        examples = tree.map_structure(example, (wanted, keywords))
        form, tensors, key = _taken_apart(examples)
        if key is not None and key not in self._traces:
            self._traces[key] = self._trace(form, tensors)
        return self

    def experimental_get_tracing_count(self) -> int:
        """Returns for how many kinds of arguments the function was captured."""
        return len(self._traces)

    def __repr__(self) -> str:
        return f"<tf.function {self.__name__}>"  # type: ignore[attr-defined]


def _taken_apart(structure: Any) -> tuple[Any, list[Any], Any]:
    """Returns arguments with places for tensors, the tensors, and a key of their kind (or None)."""
    tensors: list[Any] = []
    key: list[Any] = []

    def place(leaf: Any) -> Any:
        if isinstance(leaf, (CoreTensor, np.ndarray)):
            tensor = convert(leaf)
            tensors.append(tensor)
            key.append((tuple(tensor.shape), str.__str__(tensor.dtype)))
            return _Place(len(tensors) - 1)
        if isinstance(leaf, (CoreVariable, type)) or callable(leaf):
            key.append(("id", id(leaf)))
        else:
            key.append((type(leaf), leaf))
        return leaf

    try:
        form = tree.map_structure(place, structure)
        made = (repr(_outline(structure)), tuple(key))
        hash(made)
    except TypeError:
        return None, [], None
    return form, tensors, made


def _outline(structure: Any) -> Any:
    if isinstance(structure, dict):
        return {name: _outline(value) for name, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure).__name__, [_outline(value) for value in structure]
    return None


def function(
    func: Any = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: Any = None,
    reduce_retracing: Any = None,
    **keywords: Any,
) -> Any:
    """Makes a function that is captured once for each kind of arguments and runs as a graph.

    Args:
        func: The function; None for `@tf.function(...)` with arguments.
        input_signature: Specs of its arguments.
        autograph: Accepted for TensorFlow's signature; control flow on tensors always works.
        jit_compile: Accepted for TensorFlow's signature.
        reduce_retracing: Likewise.
        **keywords: Older and experimental arguments of TensorFlow, likewise.

    Returns:
        A Function, called as `func` is.

    Example:
        >>> import cornu.tf as tf
        >>> @tf.function
        ... def double(x):
        ...     return x * 2
        >>> int(double(tf.constant(4)))
        8
    """
    del autograph, jit_compile, reduce_retracing, keywords
    if func is None:
        return lambda inner: Function(inner, input_signature)
    return Function(func, input_signature)
