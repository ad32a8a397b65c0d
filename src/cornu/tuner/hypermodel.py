"""HyperModel: how models are built and trained for given hyperparameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.tuner.hyperparameters import HyperParameters


class HyperModel:
    """Builds and trains models for hyperparameters; derive a class and define `build`.

    Args:
        name: A name for people.
        tunable: Whether hyperparameters that `build` declares are searched; else defaults.

    Example:
        >>> import cornu as keras
        >>> class Net(HyperModel):
        ...     def build(self, hp):
        ...         model = keras.Sequential([keras.layers.Dense(hp.Int("units", 4, 16))])
        ...         model.compile(loss="mse")
        ...         return model
        >>> Net().build(HyperParameters()).layers[0].units
        4
    """

    def __init__(self, name: str | None = None, tunable: bool = True) -> None:
        self.name = name
        self.tunable = tunable

    def build(self, hp: HyperParameters) -> Any:
        """Returns a compiled model.

        Args:
            hp: The hyperparameters; calls such as `hp.Int("units", 4, 16)` declare them.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no build() method. Define build(self, hp), which returns a "
            f"compiled model."
        )

    def fit(self, hp: HyperParameters, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Trains a model; may be overridden, and may use further hyperparameters.

        Args:
            hp: The hyperparameters.
            model: The model that `build` has returned.
            *args: What `search` was given.
            **kwargs: Likewise; `callbacks` must go on to the model's `fit`.

        Returns:
            A History, the value of the objective, or a dict of values by name.
        """
        return model.fit(*args, **kwargs)


class BuildFunction(HyperModel):
    """A HyperModel made of a function.

    Args:
        function: Takes a HyperParameters and returns a compiled model.
    """

    def __init__(self, function: Callable[[HyperParameters], Any]) -> None:
        super().__init__(name=getattr(function, "__name__", None))
        self._function = function

    def build(self, hp: HyperParameters) -> Any:
        """Returns a compiled model."""
        return self._function(hp)
