"""Pictures of activation functions and of the weights of a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu import activations, ops
from cornu.core.tape import GradientTape
from cornu.drawing.axes import MUTED, SERIES, axes_for, legend, panels_for, tidy
from cornu.visualization._targets import as_array

_USUAL = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "softplus", "gelu", "silu")


def activation_functions(
    functions: Sequence[str | Callable[..., Any]] | str | Callable[..., Any] = _USUAL,
    extent: float = 4.0,
    derivative: bool = True,
    ax: Any = None,
) -> Any:
    """Draws activation functions and their derivatives.

    Args:
        functions: Names or functions of one number, or one of them.
        extent: They are drawn from -extent to extent.
        derivative: Whether the derivatives, by automatic differentiation, are drawn too.
        ax: Axes for all of them, or one for each; a new figure with a plot for each when None.

    Returns:
        The Axes; an array of them for several functions.

    Raises:
        ValueError: For a name that is no activation.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = activation_functions("relu", ax=Figure().add_subplot())
        >>> [line.get_label() for line in ax.lines[-2:]]
        ['relu', 'derivative']
    """
    who = "activation_functions"
    chosen = [functions] if isinstance(functions, str) or callable(functions) else list(functions)
    x = np.linspace(-extent, extent, 401).astype("float32")
    axes = panels_for(ax, len(chosen), who, (3.0, 2.5), across=3)
    for item, panel in zip(chosen, axes):
        function = activations.get(item)
        name = getattr(function, "__name__", type(function).__name__)
        tensor = ops.convert_to_tensor(x)
        with GradientTape() as tape:
            tape.watch(tensor)
            y = function(tensor)
        panel.axhline(0, color=MUTED, linewidth=0.6)
        panel.axvline(0, color=MUTED, linewidth=0.6)
        panel.plot(x, as_array(y), color=SERIES[0], linewidth=1.8, label=name)
        if derivative:
            slope = as_array(tape.gradient(y, tensor))
            panel.plot(x, slope, color=SERIES[1], linewidth=1.4, label="derivative")
        panel.set_title(name, fontsize=10)
        panel.set_ylim(-1.6, 2.4)
        tidy(panel)
    legend(axes[0], fontsize=8)
    return axes[0] if len(chosen) == 1 else axes


def weight_histograms(model: Any, bins: int = 50, count: int | None = None, ax: Any = None) -> Any:
    """Draws how the weights of each layer are distributed.

    Args:
        model: A built model.
        bins: Number of bars.
        count: How many weights are drawn at most, the first ones; all when None.
        ax: One Axes for each weight with more than one axis; a new figure when None.

    Returns:
        An array of Axes, one for each weight with more than one axis.

    Raises:
        ValueError: When the model has no such weights.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> import cornu as keras
        >>> from matplotlib.figure import Figure
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="only")])
        >>> weight_histograms(model, ax=Figure().add_subplot())[0].get_title()
        'only/kernel'
    """
    who = "weight_histograms"
    weights = weight_matrices(model)[:count]
    if not weights:
        raise ValueError(f"{who}: model {model.name!r} has no weights yet; build it first.")
    axes = panels_for(ax, len(weights), who, (3.0, 2.3), across=3)
    for weight, panel in zip(weights, axes):
        values = as_array(weight).reshape(-1)
        panel.hist(values, bins=bins, color=SERIES[0], alpha=0.85)
        panel.axvline(0, color=MUTED, linewidth=0.8)
        panel.set_title("/".join(weight.path.split("/")[-2:]), fontsize=10, parse_math=False)
        panel.set_yticks([])
        tidy(panel, grid="")
        panel.spines["left"].set_visible(False)
    return axes


def weight_matrices(model: Any) -> list[Any]:
    """Returns the trainable weights that have more than one axis.

    Args:
        model: A model.

    Returns:
        Variables.
    """
    return [weight for weight in model.trainable_weights if len(weight.shape) > 1]


def loss_along_line(
    model: Any, start: Sequence[Any], x: Any, y: Any, points: int = 25, ax: Any = None
) -> Any:
    """Draws the loss along the straight line from some weights to the model's own.

    With the weights before training as start it shows how the loss falls along the way, and what
    lies beyond. The model keeps its weights.

    Source: Goodfellow, Vinyals, Saxe, "Qualitatively characterizing neural network optimization
    problems", 2015.

    Args:
        model: A compiled model.
        start: Weights as `model.get_weights()` gave them.
        x: Inputs.
        y: Targets.
        points: How many points of the line are evaluated.
        ax: Axes; a new figure when None.

    Returns:
        The Axes.

    Raises:
        ValueError: When the weights at the start do not fit.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> import cornu as keras
        >>> from matplotlib.figure import Figure
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> start = [0 * weight for weight in model.get_weights()]
        >>> x = np.ones((4, 1))
        >>> ax = loss_along_line(model, start, x, x, points=3, ax=Figure().add_subplot())
        >>> len(ax.lines[0].get_xdata())
        3
    """
    who = "loss_along_line"
    end = model.get_weights()
    shapes = [np.shape(weight) for weight in start]
    if shapes != [weight.shape for weight in end]:
        raise ValueError(
            f"{who}: the start must hold the model's weights, as model.get_weights() returns them, "
            f"of shapes {[weight.shape for weight in end]}; got {shapes}."
        )
    ax = axes_for(ax, who, (5.6, 3.6))
    places = np.linspace(-0.25, 1.5, points)
    losses = []
    try:
        for place in places:
            model.set_weights([(1 - place) * a + place * b for a, b in zip(start, end)])
            losses.append(model.evaluate(x, y, verbose=0, return_dict=True)["loss"])
    finally:
        model.set_weights(end)
    ax.plot(places, losses, color=SERIES[0], linewidth=1.8, marker="o", markersize=3)
    for place, name in ((0, "start"), (1, "trained")):
        ax.axvline(place, color=MUTED, linewidth=1, linestyle=":")
        ax.annotate(name, (place, 1), xycoords=("data", "axes fraction"), xytext=(4, -10),
                    textcoords="offset points", color=MUTED, fontsize=9)  # fmt: skip
    ax.set_xlabel("place on the line from start to trained weights")
    ax.set_ylabel("loss")
    tidy(ax)
    return ax
