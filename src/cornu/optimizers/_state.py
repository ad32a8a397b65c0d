"""OptimizerState: the variables of an optimizer: step count, learning rate, slots."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cornu import ops
from cornu.core import settings
from cornu.core.graph import eager_scope
from cornu.core.tape import GradientTape
from cornu.core.variable import Variable
from cornu.optimizers.schedules import LearningRateSchedule


class OptimizerState:
    """Makes and keeps the variables of an optimizer."""

    slot_names: Sequence[str] = ()
    # Whether the slots of one variable stand together in `variables` (m, v, m, v, ...).
    interleaved_slots = True

    name: str
    use_ema: bool
    gradient_accumulation_steps: int | None
    apply_gradients: Callable[..., Any]
    _iterations: Variable
    _rate: Variable
    _schedule: LearningRateSchedule | None

    def __init__(self) -> None:
        self.built = False
        self._variables: list[Variable] = []
        self._trainable: list[Variable] = []
        self._slots: dict[str, dict[Variable, Variable]] = {}

    @property
    def iterations(self) -> Any:
        """How many updates have been made; with gradient accumulation fewer than steps."""
        if self.gradient_accumulation_steps:
            return ops.floor_divide(self._iterations, self.gradient_accumulation_steps)
        return self._iterations

    @iterations.setter
    def iterations(self, variable: Any) -> None:
        self._iterations.assign(variable)

    @property
    def learning_rate(self) -> Any:
        """The present learning rate: a Variable, or a tensor when a schedule gives it."""
        if self._schedule is not None:
            return self._schedule(self._iterations)
        return self._rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(value, LearningRateSchedule):
            self._schedule = value
            return
        if self._schedule is not None:
            raise TypeError(
                f"{type(self).__name__} takes its learning rate from a schedule "
                f"({type(self._schedule).__name__}), so it cannot be set. Make the optimizer with "
                f"a number as learning_rate to change it during training."
            )
        self._rate.assign(value)

    @property
    def lr(self) -> Any:
        """The learning rate (Keras 2's name)."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = value

    def minimize(self, loss: Any, var_list: Any, grad_loss: Any = None, name: Any = None, tape: Any = None) -> Any:  # fmt: skip
        """Makes one step down a loss (Keras 2).

        Args:
            loss: Function without arguments that computes it; with `tape` also the loss itself.
            var_list: The variables, or a function that returns them.
            grad_loss: Weights of the elements of a loss that is no scalar.
            name: Accepted for Keras 2's signature.
            tape: The GradientTape under which the loss was computed.

        Returns:
            The step counter.

        Raises:
            ValueError: For a loss that is a tensor, without a tape.
        """
        if tape is None and not callable(loss):
            raise ValueError(
                "minimize: `tape` is required when a tensor is passed as loss. Pass a function "
                "that computes the loss, or the GradientTape that saw it computed."
            )
        if callable(loss):
            with tape if tape is not None else GradientTape() as tape:
                loss = loss()
        variables = var_list() if callable(var_list) else var_list
        gradients = tape.gradient(loss, variables, grad_loss)
        return self.apply_gradients(zip(gradients, variables, strict=True))

    @property
    def weights(self) -> list[Variable]:
        """The optimizer's own variables (Keras 2's name)."""
        return self.variables

    @property
    def variables(self) -> list[Variable]:
        """The optimizer's own variables: step count, learning rate, slots."""
        return list(self._variables)

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str | None = None,
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Returns a new variable of the optimizer.

        Args:
            shape: Its shape.
            initializer: "zeros", "ones", a number, or a function `f(shape, dtype=...)`.
            dtype: Element type; float32 when None.
            aggregation: How replicas are combined.
            layout: Accepted for Keras's signature.
            name: Its name.

        Returns:
            A Variable that is not trainable.
        """
        del layout
        dtype = dtype or "float32"
        value: Any = initializer
        if initializer == "zeros" or initializer == "ones":
            value = float(initializer == "ones")
        scopes, settings.state.scopes = settings.state.scopes, [self.name]
        try:
            with eager_scope():
                if not callable(value):
                    value = ops.full(tuple(shape), value, dtype=dtype)
                variable = Variable(
                    value, tuple(shape), dtype, trainable=False, aggregation=aggregation, name=name
                )
        finally:
            settings.state.scopes = scopes
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Returns a new variable of another one's shape and dtype.

        Args:
            reference_variable: Gives shape, dtype and the first part of the name.
            name: Last part of the name.
            initializer: As in `add_variable`.

        Returns:
            A Variable that is not trainable.
        """
        full_name = f"{reference_variable.path.replace('/', '_')}_{name or 'var'}"
        return self.add_variable(
            reference_variable.shape, initializer, reference_variable.dtype, name=full_name
        )

    def build(self, variables: Sequence[Variable]) -> None:
        """Makes the state for variables; those known already keep theirs.

        Args:
            variables: The variables to be trained.
        """
        known = {id(variable) for variable in self._trainable}
        new = [variable for variable in variables if id(variable) not in known]
        self.built = True
        if not new:
            return
        self._trainable += new
        if self.use_ema:
            self._add_slots(["average"], new)
        if self.gradient_accumulation_steps:
            self._add_slots(["gradient_accumulator"], new)
        if self.interleaved_slots:
            for variable in new:
                self._add_slots(self.slot_names, [variable])
        else:
            for name in self.slot_names:
                self._add_slots([name], new)
        for action in self.__dict__.pop("_when_built", ()):  # values that waited for the slots
            action()

    def _add_slots(self, names: Iterable[str], variables: Sequence[Variable]) -> None:
        for variable in variables:
            for name in names:
                slot = self.add_variable_from_reference(
                    variable, name, self.slot_initial(name, variable)
                )
                self._slots.setdefault(name, {})[variable] = slot

    def slot_initial(self, name: str, variable: Variable) -> Any:
        """Returns what a slot begins with: "zeros", a number or a function."""
        del name, variable
        return "zeros"

    def slot(self, name: str, variable: Variable) -> Variable:
        """Returns the state of a name for a variable."""
        return self._slots[name][variable]

    def get_weights(self) -> list[Any]:
        """Returns the values of `variables` as NumPy arrays."""
        return [variable.numpy() for variable in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Sets the values of `variables`.

        Raises:
            ValueError: When the number of arrays differs.
        """
        if len(weights) != len(self.variables):
            raise ValueError(
                f"{type(self).__name__}.set_weights: got {len(weights)} arrays for "
                f"{len(self.variables)} variables. Build the optimizer first."
            )
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(value)

    def save_own_variables(self, store: Any) -> None:
        """Puts the values of `variables` into a store under "0", "1", ..."""
        for number, variable in enumerate(self.variables):
            store[str(number)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Takes the values of `variables` from a store; warns when their number differs."""
        if len(store.keys()) != len(self.variables):
            warnings.warn(
                f"The state of optimizer {self.name!r} was not loaded: the file has "
                f"{len(store.keys())} variables, the optimizer {len(self.variables)}.",
                UserWarning,
                stacklevel=2,
            )
            return
        for number, variable in enumerate(self.variables):
            variable.assign(store[str(number)])
