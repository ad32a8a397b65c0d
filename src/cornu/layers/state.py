"""LayerState: the variables, sublayers and other state that a layer owns, and how it finds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.core import settings, shapes
from cornu.core.variable import Variable
from cornu.layers.tracking import wrap

_PLAIN = frozenset({int, float, str, bool, type(None), bytes, np.ndarray, type(len)})
_LOCKED = (
    "{who} is built already, so it cannot get new variables or sublayers. Make all of them in "
    "__init__() or build()."
)


class LayerState:
    """Finds variables and sublayers in the attributes of a layer and answers for all of them."""

    # Attributes that are never searched for state.
    _untracked_attributes: frozenset[str] = frozenset()

    name: str
    built: bool
    _trainable: bool
    _locked: bool
    _trainable_variables: list[Variable]
    _non_trainable_variables: list[Variable]
    _layers: list[Any]
    _metrics: list[Any]
    _seed_generators: list[Any]

    def __new__(cls, *arguments: Any, **keywords: Any) -> Any:
        layer = object.__new__(cls)
        # Attributes may be set before super().__init__() is called.
        layer.__dict__.update(
            _trainable_variables=[],
            _non_trainable_variables=[],
            _layers=[],
            _metrics=[],
            _seed_generators=[],
            _locked=False,
            _trainable=True,
        )
        return layer

    def __setattr__(self, name: str, value: Any) -> None:
        hidden = name in self._untracked_attributes or settings.state.attributes.get("untracked")
        if type(value) not in _PLAIN and not hidden:
            value = self._track(value)
            old = self.__dict__.get(name)
            if isinstance(old, (Variable, LayerState)) and old is not value:
                self._forget(name, old)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        old = self.__dict__.get(name)
        object.__delattr__(self, name)
        if isinstance(old, (Variable, LayerState)):
            self._forget(name, old)

    def _forget(self, name: str, old: Any) -> None:
        others = (value for key, value in self.__dict__.items() if key != name)
        if not any(value is old for value in others):
            self._untrack(old)

    def _track(self, value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if isinstance(value, Variable):
            known = self._trainable_variables + self._non_trainable_variables
            if not any(value is variable for variable in known):
                self._track_variable(value)
        elif isinstance(value, LayerState):
            if not any(value is layer for layer in self._layers):
                self._check_unlocked()
                self._layers.append(value)
        elif isinstance(value, (list, tuple, dict, set)):
            return wrap(value, self)
        elif hasattr(kind, "update_state") and hasattr(kind, "reset_state"):
            self._add_once(self._metrics, value)
        elif isinstance(getattr(value, "state", None), Variable) and hasattr(kind, "next"):
            self._add_once(self._seed_generators, value)
        return value

    @staticmethod
    def _add_once(store: list[Any], value: Any) -> None:
        if not any(value is known for known in store):
            store.append(value)

    def _track_variable(self, variable: Variable) -> None:
        self._check_unlocked()
        if variable.trainable:
            self._trainable_variables.append(variable)
        else:
            self._non_trainable_variables.append(variable)
        if not self.trainable:
            variable.trainable = False

    def _untrack(self, value: Any) -> None:
        for store in (
            self._layers,
            self._trainable_variables,
            self._non_trainable_variables,
            self._metrics,
            self._seed_generators,
        ):
            for position, item in enumerate(store):
                if item is value:
                    del store[position]
                    break

    def _check_unlocked(self) -> None:
        if self._locked:
            raise ValueError(_LOCKED.format(who=self._who()))

    def _who(self) -> str:
        return f"{type(self).__name__} layer {getattr(self, 'name', '(unnamed)')!r}"

    @property
    def trainable(self) -> bool:
        """Whether training may change the weights; setting it sets all sublayers too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        value = bool(value)
        object.__setattr__(self, "_trainable", value)
        for variable in self._trainable_variables:
            variable.trainable = value
        for layer in self._layers:
            layer.trainable = value

    def _collect(self, found: dict[int, Variable], *, seeds: bool) -> dict[int, Variable]:
        for variable in self._trainable_variables:
            found.setdefault(id(variable), variable)
        for variable in self._non_trainable_variables:
            found.setdefault(id(variable), variable)
        if seeds:
            for generator in self._seed_generators:
                found.setdefault(id(generator.state), generator.state)
        for layer in self._layers:
            layer._collect(found, seeds=seeds)
        return found

    @property
    def weights(self) -> list[Variable]:
        """All weights: own trainable, own non-trainable, then the sublayers', each once."""
        return list(self._collect({}, seeds=False).values())

    @property
    def variables(self) -> list[Variable]:
        """All state: the weights and the seeds of random generators (not metrics)."""
        return list(self._collect({}, seeds=True).values())

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [v for v in self.weights if not v.trainable] if self.trainable else self.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training changes."""
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training leaves alone, seeds among them."""
        return [v for v in self.variables if not v.trainable] if self.trainable else self.variables

    @property
    def metrics(self) -> list[Any]:
        """The metrics of the layer and its sublayers."""
        return [*self._metrics, *self._metrics_inside()]

    def _metrics_inside(self) -> list[Any]:
        """Returns the sublayers' metrics; what a model among them was compiled with stays its own."""
        found: list[Any] = []
        for layer in self._layers:
            is_model = hasattr(layer, "train_step")
            found.extend(layer._metrics_inside() if is_model else layer.metrics)
        return found

    @property
    def metrics_variables(self) -> list[Variable]:
        """The variables of the metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def _flatten_layers(self, *, include_self: bool = True, recursive: bool = True) -> list[Any]:
        found = [self] if include_self else []
        seen: set[int] = set()
        stack = list(reversed(self._layers))
        while stack:
            layer = stack.pop()
            if id(layer) not in seen:
                seen.add(id(layer))
                found.append(layer)
                if recursive:
                    stack.extend(reversed(layer._layers))
        return found

    def get_weights(self) -> list[np.ndarray[Any, Any]]:
        """Returns the values of `weights` as NumPy arrays (copies).

        Returns:
            One array per weight, in the order of `weights`.

        Example:
            >>> import cornu
            >>> layer = cornu.layers.Dense(2)
            >>> layer.build((None, 3))
            >>> [w.shape for w in layer.get_weights()]
            [(3, 2), (2,)]
        """
        return [variable.numpy() for variable in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Sets the values of `weights`; either all of them or, with an error, none.

        Args:
            weights: One array per weight, as `get_weights()` returns them.

        Raises:
            ValueError: When the number of arrays or a shape differs.

        Example:
            >>> import cornu, numpy as np
            >>> layer = cornu.layers.Dense(1)
            >>> layer.build((None, 2))
            >>> layer.set_weights([np.ones((2, 1)), np.zeros(1)])
        """
        variables = self.weights
        weights = list(weights)
        if len(weights) != len(variables):
            listed = ", ".join(f"{v.path} {v.shape}" for v in variables) or "none"
            hint = "" if self.built else " The layer is not built yet: call it on data first."
            raise ValueError(
                f"set_weights: {self._who()} has {len(variables)} weights ({listed}), but "
                f"{len(weights)} arrays were given.{hint}"
            )
        arrays = [np.asarray(value) for value in weights]
        for position, (variable, array) in enumerate(zip(variables, arrays, strict=True)):
            if array.shape != variable.shape:
                raise ValueError(
                    f"set_weights: array {position} has shape {array.shape}, but weight "
                    f"{variable.path!r} of {self._who()} has shape {variable.shape}. No weight "
                    f"was changed."
                )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def count_params(self) -> int:
        """Returns how many numbers the weights hold.

        Returns:
            The count.

        Raises:
            ValueError: When the layer is not built.

        Example:
            >>> import cornu
            >>> layer = cornu.layers.Dense(2)
            >>> layer.build((None, 3))
            >>> layer.count_params()
            8
        """
        if not self.built:
            raise ValueError(
                f"count_params: {self._who()} is not built, so it has no weights yet. Call it on "
                f"data or call build(input_shape) first."
            )
        return sum(shapes.size(variable.shape) for variable in self.weights)

    def save_own_variables(self, store: Any) -> None:
        """Puts the layer's own variables (not those of sublayers) into a mapping.

        Args:
            store: Gets one array for each of "0", "1", ...
        """
        own = [*self._trainable_variables, *self._non_trainable_variables]
        for position, variable in enumerate(own):
            store[str(position)] = variable

    def load_own_variables(self, store: Any) -> None:
        """Sets the layer's own variables from a mapping that `save_own_variables` filled.

        Args:
            store: Holds one array for each of "0", "1", ...

        Raises:
            ValueError: When the number of arrays differs.
        """
        own = [*self._trainable_variables, *self._non_trainable_variables]
        if len(store.keys()) != len(own):
            listed = ", ".join(f"{v.name} {v.shape}" for v in own) or "none"
            hint = "" if self.built else " The layer is not built: build it before loading."
            raise ValueError(
                f"{self._who()} has {len(own)} variables ({listed}), but the file holds "
                f"{len(store.keys())} for it.{hint}"
            )
        arrays = [store[str(position)] for position in range(len(own))]
        wrong = [
            f"{variable.name} has shape {variable.shape}, but the file holds {np.shape(array)}"
            for variable, array in zip(own, arrays, strict=True)
            if np.shape(array) != variable.shape
        ]
        if wrong:
            raise ValueError(f"{self._who()}: {'; '.join(wrong)}.")
        for variable, array in zip(own, arrays, strict=True):
            variable.assign(array)
