"""What normalizing layers share: scale and offset weights, axes, and their config."""

from __future__ import annotations

from typing import Any

from cornu import constraints, initializers, regularizers
from cornu.core.errors import InvalidArgumentError
from cornu.layers.layer import Layer


class ScaledNormalization(Layer):
    """Base of layers that normalize, then multiply by gamma and add beta."""

    def _set_scaling(self, epsilon: float, center: bool, scale: bool, **arguments: Any) -> None:
        """Takes what is said of gamma and beta, by the names of the arguments."""
        self.epsilon = check_epsilon(epsilon, type(self).__name__)
        self.center = center
        self.scale = scale
        for name in ("beta", "gamma"):
            setattr(self, f"{name}_initializer", initializers.get(arguments[f"{name}_initializer"]))
            setattr(self, f"{name}_regularizer", regularizers.get(arguments[f"{name}_regularizer"]))
            setattr(self, f"{name}_constraint", constraints.get(arguments[f"{name}_constraint"]))
        self.gamma: Any = None
        self.beta: Any = None
        self.supports_masking = True

    def _build_scaling(self, shape: tuple[int, ...], *, gamma: bool, beta: bool) -> None:
        """Makes gamma and beta where they are wanted."""
        for name, wanted in (("gamma", gamma), ("beta", beta)):
            if wanted:
                weight = self.add_weight(
                    name=name,
                    shape=shape,
                    initializer=getattr(self, f"{name}_initializer"),
                    regularizer=getattr(self, f"{name}_regularizer"),
                    constraint=getattr(self, f"{name}_constraint"),
                    autocast=False,
                )
                setattr(self, name, weight)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
        }


def check_epsilon(epsilon: Any, who: str) -> float:
    """Returns the number that keeps divisions by zero away.

    Raises:
        ValueError: Unless it is a number of at least 0.
    """
    if isinstance(epsilon, bool) or not isinstance(epsilon, (int, float)) or epsilon < 0:
        raise ValueError(f"{who}: epsilon must be a number >= 0; got {epsilon!r}.")
    return float(epsilon)


def check_axis(axis: Any, who: str, *, several: bool = True) -> Any:
    """Returns an axis, or a list of axes.

    Raises:
        TypeError: For anything else.
    """
    if hasattr(axis, "__index__") and not isinstance(axis, bool):
        return int(axis)
    if several and isinstance(axis, (list, tuple)) and all(hasattr(a, "__index__") for a in axis):
        return [int(a) for a in axis]
    wanted = "an int or a list of ints" if several else "an int"
    raise TypeError(f"{who}: axis must be {wanted}; got axis={axis!r}.")


def places_of(axis: Any, input_shape: Any, who: str) -> tuple[int, ...]:
    """Returns axes as sorted non-negative numbers, after a check that their sizes are known.

    Raises:
        ValueError: For an axis that the inputs do not have, or whose size is unknown.
    """
    rank = len(input_shape)
    axes = axis if isinstance(axis, (list, tuple)) else [axis]
    for place in axes:
        if not -rank <= place < rank:
            raise ValueError(
                f"{who}: axis {place} does not exist in inputs of shape {tuple(input_shape)}."
            )
        if input_shape[place] is None:
            raise InvalidArgumentError(
                f"{who} cannot make weights for axis {place} of inputs of shape "
                f"{tuple(input_shape)}: its size is unknown. Give it in keras.Input(shape=...)."
            )
    return tuple(sorted(place % rank for place in axes))
