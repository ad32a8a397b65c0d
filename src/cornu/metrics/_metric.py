"""Metric, the base class: numbers that gather over batches and are read at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import ops
from cornu.core import dtypes, settings
from cornu.core.graph import eager_scope
from cornu.core.variable import Variable


class Metric:
    """Base of metrics: override `update_state` and `result`.

    Args:
        dtype: Element type of the state; float32 when None.
        name: Name; the class's own when None.

    Example:
        >>> class Largest(Metric):
        ...     def __init__(self, name="largest", **kwargs):
        ...         super().__init__(name=name, **kwargs)
        ...         self.value = self.add_variable((), initializer="zeros", name="value")
        ...
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.value.assign(ops.maximum(self.value, ops.max(y_pred)))
        ...
        ...     def result(self):
        ...         return self.value
        >>> metric = Largest()
        >>> metric.update_state([0.0], [3.0])
        >>> float(metric.result())
        3.0
    """

    # "up" when larger values are better, "down" when smaller ones are; callbacks look at it.
    _direction: str | None = None

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or settings.unique_name(settings.snake_case(type(self).__name__))
        self._dtype = getattr(dtype, "compute_dtype", None) or dtypes.canonical(dtype)
        self._own: list[tuple[Variable, Any]] = []

    @property
    def dtype(self) -> str:
        """Element type of the state."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """The state, with that of metrics among the attributes."""
        found = [variable for variable, _ in self._own]
        for value in vars(self).values():
            if isinstance(value, Metric):
                found += value.variables
        return found

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """Returns a new state variable.

        Args:
            shape: Its shape.
            initializer: "zeros", "ones", a number, or a function `f(shape, dtype=...)`.
            dtype: Element type; the metric's own when None.
            aggregation: How replicas are combined.
            name: Its name.

        Returns:
            A Variable that is not trainable; `reset_state` sets it back.
        """
        wanted = dtype or self._dtype
        start = (
            {"zeros": 0.0, "ones": 1.0}.get(initializer, initializer)
            if isinstance(initializer, str)
            else initializer
        )
        scopes, settings.state.scopes = settings.state.scopes, [self.name]
        try:
            with eager_scope():
                if not callable(start):
                    # A tensor is immutable: the very same one serves every reset.
                    start = ops.full(tuple(shape), start, dtype=wanted)
                variable = Variable(
                    start, tuple(shape), wanted, trainable=False, aggregation=aggregation, name=name
                )
        finally:
            settings.state.scopes = scopes
        self._own.append((variable, start))
        return variable

    def add_weight(
        self,
        shape: Sequence[int] = (),
        initializer: Any = "zeros",
        dtype: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Returns a new state variable (another name of `add_variable`)."""
        if isinstance(shape, str):
            shape, name = (), shape
        return self.add_variable(shape, initializer, dtype, name=name)

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Takes a batch into account."""
        raise NotImplementedError(f"{type(self).__name__} must define update_state().")

    def result(self) -> Any:
        """Returns the present value as a scalar tensor, or a dict of them."""
        raise NotImplementedError(f"{type(self).__name__} must define result().")

    def reset_state(self) -> None:
        """Sets the state back to its start."""
        if type(self).reset_states is Metric.reset_states:
            self._start_anew()
        else:  # a metric written for Keras 2
            self.reset_states()

    def reset_states(self) -> None:
        """Sets the state back to its start (Keras 2's name, which subclasses may define too)."""
        if type(self).reset_states is Metric.reset_states:
            self.reset_state()
        else:  # asked for by such a subclass
            self._start_anew()

    def _start_anew(self) -> None:
        for variable, start in self._own:
            if callable(start):
                start = start(variable.shape, dtype=variable.dtype)
            variable.assign(start)
        for value in vars(self).values():
            if isinstance(value, Metric):
                value.reset_state()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"name": self.name, "dtype": self._dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Returns a metric with the given arguments."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"
