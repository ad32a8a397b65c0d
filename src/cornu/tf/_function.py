"""`tf.function`: a Python function captured once for each kind of arguments, then run as a graph.

The rule. A call whose arguments are of a new kind (other shapes or dtypes of tensors, other Python
values) runs the Python code once on symbolic tensors and captures what it computes; later calls of
that kind run the graph, and no Python. Code that asks for the value of a tensor (`if` and `while` on
tensors, `.numpy()`, `tf.print`, text) cannot be captured: such a function runs step by step at each
call, with the same results. So functions need no source code, and may be defined anywhere. Calls
while a tape records around the function run step by step too, as derivatives belong to the steps;
calls inside another capture become part of it.
"""

from __future__ import annotations

import functools
import inspect
import weakref
from typing import Any

import numpy as np

from cornu.core import dtypes as core
from cornu.core import settings
from cornu.core.errors import SymbolicTensorError, UnsupportedError
from cornu.core.graph import Graph
from cornu.core.keras_tensor import any_symbolic
from cornu.core.primitive import Spec
from cornu.tf._concrete import ConcreteFunction, prints_held_back
from cornu.tf._convert import convert
from cornu.tf._specs import Same, TensorSpec, as_results, is_plain, put_together, take_apart
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
        self.__name__ = getattr(python_function, "__name__", type(python_function).__name__)
        self._function = python_function
        self._signature = None if input_signature is None else list(input_signature)
        self._owner = None if owner is None else weakref.ref(owner)
        self._bound: weakref.WeakKeyDictionary[Any, Function] = weakref.WeakKeyDictionary()
        self._traces: dict[Any, ConcreteFunction | None] = {}
        self._forms: dict[Any, Any] = {}

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
        """Returns what the function returns, from its graph where there is one.

        Raises:
            ValueError: When the function makes variables at each call, or the arguments do not have
                its `input_signature`.
        """
        state = settings.state
        if any_symbolic(arguments, keywords):
            return self._plain(*arguments, **keywords)
        if self._signature is not None:
            arguments, keywords = self._checked(arguments, keywords)
        if _eagerly[0] or state.captures or state.tapes:
            return as_results(self._plain(*arguments, **keywords))
        if keywords:
            arguments, keywords = self._by_position(arguments, keywords)
        form, tensors, key = take_apart((arguments, keywords))
        trace = self._trace_of(form, tensors, key)
        if trace is None:
            return as_results(self._plain(*arguments, **keywords))
        return trace.run(tensors)

    def _by_position(
        self, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Returns arguments with those that were named at their places; f(x=1) is f(1)."""
        try:
            signature = inspect.signature(self._function)
            leading = () if self._owner is None else (None,)
            bound = signature.bind(*leading, *arguments, **keywords)
        except (TypeError, ValueError):  # calling the function says what is wrong
            return arguments, keywords
        return bound.args[len(leading) :], bound.kwargs

    def _trace(self, form: Any, tensors: list[Any]) -> ConcreteFunction | None:
        """Returns the function captured for one kind of arguments; None if it cannot be."""
        if any(tensor.dtype == "string" for tensor in tensors):
            return None
        specs = [Spec(tuple(t.shape), str.__str__(t.dtype)) for t in tensors]
        first = not self._traces
        try:
            with prints_held_back():
                trace = ConcreteFunction(self._plain, form, specs, self.__name__)
                if trace.variables_made and first:
                    # What makes its variables at the first call only makes none now.
                    trace = ConcreteFunction(self._plain, form, specs, self.__name__)
        except (SymbolicTensorError, UnsupportedError):
            return None
        if trace.variables_made:
            raise ValueError(
                f"tf.function only supports singleton tf.Variables created on the first call; "
                f"{self.__name__}() made {trace.variables_made} again. Make them outside of the "
                f"function, or only when they do not exist yet (if self.v is None: self.v = ...)."
            )
        return trace

    def _checked(
        self, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        signature = self._signature or []
        parameters = list(inspect.signature(self._function).parameters.values())
        if self._owner is not None:
            parameters = parameters[1:]
        given = list(arguments)
        for parameter in parameters[len(arguments) : len(signature)]:
            if parameter.name in keywords:
                given.append(keywords[parameter.name])
            elif parameter.default is not inspect.Parameter.empty:
                given.append(parameter.default)
        unknown = set(keywords) - {parameter.name for parameter in parameters}
        if len(given) != len(signature) or unknown:
            raise TypeError(
                f"{self.__name__}() takes {len(signature)} arguments by its input_signature; got "
                f"{len(arguments) + len(keywords)}."
            )
        pairs = zip(signature, given, strict=True)
        return tuple(self._against(spec, value) for spec, value in pairs), {}

    def _against(self, spec: Any, value: Any) -> Any:
        """Returns a value as tensors of the given specs."""
        if isinstance(spec, dict):
            return {name: self._against(spec[name], value[name]) for name in spec}
        if isinstance(spec, (list, tuple)):
            return type(spec)(self._against(*pair) for pair in zip(spec, value, strict=True))
        if not isinstance(spec, TensorSpec):
            return value
        try:
            tensor = convert(value, hint=spec.dtype)
        except (TypeError, ValueError):
            tensor = None
        if tensor is None or not spec.is_compatible_with(tensor):
            shown = f"{value!r}" if tensor is None else TensorSpec.from_tensor(tensor)
            raise InvalidArgumentError(
                f"{self.__name__}(): Python inputs incompatible with input_signature: expected "
                f"{spec}, got {shown}."
            )
        return tensor

    def get_concrete_function(self, *arguments: Any, **keywords: Any) -> SpecializedFunction:
        """Returns the function for arguments of one kind.

        Args:
            *arguments: Values or TensorSpecs; none with an `input_signature`.
            **keywords: Likewise.

        Returns:
            A function of arguments of that kind.
        """
        wanted = (arguments or tuple(self._signature or ()), keywords)
        return SpecializedFunction(self, *wanted)

    def _captured(self, structure: Any) -> ConcreteFunction | None:
        """Returns what is captured for specs or values; unknown sizes count as 1."""

        def example(leaf: Any) -> Any:
            if not isinstance(leaf, TensorSpec):
                return leaf
            sizes = tuple(1 if size is None else size for size in leaf.shape)
            if leaf.dtype == "string":
                return convert(np.full(sizes, "", object))
            return convert(np.zeros(sizes, core.to_numpy(leaf.dtype.name)))

        form, tensors, key = take_apart(put_together(structure, example))
        return self._trace_of(form, tensors, key)

    def _trace_of(self, form: Any, tensors: list[Any], key: Any) -> ConcreteFunction | None:
        if key not in self._traces:
            self._traces[key] = self._trace(form, tensors)
            # Objects are told apart, not kept alive.
            self._forms[key] = put_together(
                form, lambda leaf: leaf if is_plain(leaf) else Same(leaf)
            )
        return self._traces[key]

    def captured_graphs(self) -> list[Graph]:
        """Returns the graphs captured so far, one for each kind of arguments."""
        return [trace.graph for trace in self._traces.values() if trace is not None]

    @property
    def argument_names(self) -> list[str]:
        """Names of the function's arguments, without `self`."""
        names = list(inspect.signature(self._function).parameters)
        return names if self._owner is None else names[1:]

    @property
    def captured(self) -> list[tuple[Any, ConcreteFunction]]:
        """The forms of the arguments for which there are graphs, and these."""
        return [(self._forms[key], trace) for key, trace in self._traces.items() if trace]

    def experimental_get_tracing_count(self) -> int:
        """Returns for how many kinds of arguments the function was captured."""
        return len(self._traces)

    def pretty_printed_concrete_signatures(self, verbose: bool = True) -> str:
        """Returns what the function was captured for, as text.

        Args:
            verbose: Accepted for TensorFlow's signature.
        """
        lines = []
        for trace in self._traces.values():
            if trace is not None:
                inputs = ", ".join(str(value.spec) for value in trace.graph.inputs)
                lines.append(f"{self.__name__}({inputs}) -> {trace.structured_outputs}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<tf.function {self.__name__}>"


class SpecializedFunction:
    """A `tf.function` for arguments of one kind; what `get_concrete_function` returns.

    Attributes:
        concrete: What was captured; None for a function that cannot be captured.

    Args:
        function: The function.
        arguments: Values or TensorSpecs.
        keywords: Likewise.
    """

    def __init__(
        self, function: Function, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> None:
        def spec(leaf: Any) -> Any:
            if isinstance(leaf, TensorSpec) or not hasattr(leaf, "shape"):
                return leaf
            return TensorSpec.from_tensor(convert(leaf))

        self._function = function
        self._arguments, self._keywords = put_together((arguments, keywords), spec)
        self.concrete = function._captured((arguments, keywords))

    @property
    def name(self) -> str:
        """Name of the function."""
        return self._function.__name__

    @property
    def argument_names(self) -> list[str]:
        """Names of the tensors among the arguments, in their order."""
        parameters = self._function.argument_names
        names = []
        for position, spec in enumerate(self._arguments):
            if isinstance(spec, TensorSpec):
                names.append(spec.name or parameters[position])
        return [*names, *self._keywords]

    @property
    def structured_input_signature(self) -> Any:
        """The arguments, with specs for tensors."""
        return self._arguments, self._keywords

    @property
    def structured_outputs(self) -> Any:
        """The result, with specs for tensors; None for a function that cannot be captured."""
        return None if self.concrete is None else self.concrete.structured_outputs

    @property
    def graph(self) -> Any:
        """What was captured; None for a function that cannot be."""
        return None if self.concrete is None else self.concrete.graph

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Returns what the function returns.

        Raises:
            InvalidArgumentError: For a tensor of another shape or dtype.
        """
        taken = iter(arguments)
        full = []
        names = self._function.argument_names
        for position, spec in enumerate(self._arguments):
            name = names[position] if position < len(names) else ""
            if not isinstance(spec, (TensorSpec, list, tuple, dict)):
                full.append(spec)  # a Python value that belongs to the kind
            elif name in keywords:
                full.append(self._function._against(spec, keywords.pop(name)))
            else:
                full.append(self._function._against(spec, next(taken, None)))
        rest = {
            name: self._function._against(spec, keywords.get(name, spec))
            for name, spec in self._keywords.items()
        }
        return self._function(*full, **rest)

    def pretty_printed_signature(self, verbose: bool = True) -> str:
        """Returns arguments and results as text.

        Args:
            verbose: Accepted for TensorFlow's signature.
        """
        return f"{self.name}{self._arguments} -> {self.structured_outputs}"

    def __repr__(self) -> str:
        return f"<ConcreteFunction {self.pretty_printed_signature()}>"


def function(
    func: Any = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: Any = None,
    reduce_retracing: Any = None,
    **keywords: Any,
) -> Any:
    """Makes a function that is captured once for each kind of arguments and runs as a graph.

    Code that asks for the value of a tensor, such as `if` on a tensor, runs step by step instead,
    with the same results.

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
        ...     print("captured for", x.shape)
        ...     return x * 2
        >>> int(double(tf.constant(4)))
        captured for ()
        8
        >>> int(double(tf.constant(5)))
        10
    """
    del autograph, jit_compile, reduce_retracing, keywords
    if func is None:
        return lambda inner: Function(inner, input_signature)
    return Function(func, input_signature)
