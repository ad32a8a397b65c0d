"""Pictures of what hidden neurons detect: their weights, the inputs they like, what they say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import ops
from cornu.core.tape import GradientTape
from cornu.drawing.axes import axes_for, draw_tiles
from cornu.models import Model
from cornu.visualization._targets import as_array, as_images

_MOST = 64


def layer_weights(
    model: Any,
    layer: Any = None,
    image_shape: tuple[int, ...] | None = None,
    count: int = _MOST,
    ax: Any = None,
) -> Any:
    """Draws the weights of each neuron as a picture: what it looks for in its input.

    Blue pixels speak for the neuron's feature, red ones against it, white ones do not matter. Filters
    of a convolution over three colours are drawn in these colours.

    Args:
        model: A built model, or a layer.
        layer: A layer of it, or its name or place; the first with a kernel when None.
        image_shape: Height and width (and channels) of the pictures that a dense layer reads; found
            from the model's input, or a square, when None.
        count: How many neurons are drawn at most, the first ones.
        ax: Axes; a new figure when None.

    Returns:
        The Axes.

    Raises:
        ValueError: When the layer has no kernel, or its inputs make no picture.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> import cornu as keras
        >>> from matplotlib.figure import Figure
        >>> model = keras.Sequential(
        ...     [keras.Input((8, 8)), keras.layers.Flatten(), keras.layers.Dense(5)]
        ... )
        >>> len(layer_weights(model, ax=Figure().add_subplot()).images)
        5
    """
    who = "layer_weights"
    chosen = _layer_of(model, layer, who, needs_kernel=True)
    kernel = as_array(chosen.kernel).astype(float)
    if kernel.ndim == 2:
        shape = image_shape or _image_shape(model, len(kernel))
        if shape is None or math.prod(shape) != len(kernel):
            raise ValueError(
                f"{who}: layer {chosen.name!r} reads {len(kernel)} numbers, which make no picture of "
                f"shape {shape}. Give image_shape=(height, width)."
            )
        tiles = kernel.T.reshape(-1, *shape)
    elif kernel.ndim == 4:
        tiles = np.moveaxis(kernel, -1, 0)
        if tiles.shape[-1] not in (1, 3):  # of many channels the mean is shown
            tiles = tiles.mean(axis=-1, keepdims=True)
    else:
        raise ValueError(
            f"{who}: layer {chosen.name!r} has a kernel of shape {kernel.shape}; expected that of a "
            f"dense layer or of a convolution of pictures."
        )
    tiles = tiles[:count]
    most = float(np.abs(tiles).max()) or 1.0
    limits = None if tiles.shape[-1] == 3 and tiles.ndim == 4 else (-most, most)
    ax = axes_for(ax, who, (6.0, 6.0))
    return draw_tiles(ax, list(tiles), limits=limits, cmap="RdBu")


def strongest_inputs(
    model: Any,
    layer: Any,
    units: Sequence[int] | None = None,
    steps: int = 60,
    limits: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
) -> np.ndarray:
    """Finds the inputs that make neurons say most, by gradient ascent.

    Each input starts as faint noise and moves along the gradient of its neuron's output, within
    limits and at a fixed distance from the middle between them. Of a convolution's filter the mean
    over the picture is raised.

    Source: Erhan, Bengio, Courville, Vincent, "Visualizing higher-layer features of a deep network",
    2009.

    Args:
        model: A built model with one input.
        layer: A layer of it, or its name or place.
        units: Which neurons; the first 64 when None.
        steps: Number of steps.
        limits: Smallest and largest value of an input.
        seed: Seed of the noise.

    Returns:
        One input for each neuron.

    Raises:
        ValueError: When the model or layer has no graph, or a unit does not exist.

    Example:
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="last")])
        >>> model.set_weights([np.array([[1.0], [-1.0]]), np.zeros(1)])
        >>> strongest_inputs(model, "last").round(2).tolist()
        [[0.75, 0.25]]
    """
    who = "strongest_inputs"
    until = _until(model, _layer_of(model, layer, who), who)
    shape = until.input_shape
    if not isinstance(shape, tuple) or None in shape[1:]:
        raise ValueError(f"{who}: needs a model with one input of fixed shape; got {shape}.")
    total = until.output_shape[-1]
    chosen = list(range(min(total, _MOST))) if units is None else [int(unit) for unit in units]
    if any(not 0 <= unit < total for unit in chosen):
        raise ValueError(f"{who}: the layer has {total} units, numbered from 0; got {chosen}.")
    low, high = limits
    middle, reach = (low + high) / 2, (high - low) / 4
    draw = np.random.default_rng(seed)
    offsets = draw.normal(0, 0.05 * reach, (len(chosen), *shape[1:]))
    mask = np.eye(total, dtype="float32")[chosen]
    axes = tuple(range(1, offsets.ndim))
    for step in range(steps):
        tensor = ops.convert_to_tensor((middle + offsets).astype("float32"))
        with GradientTape() as tape:
            tape.watch(tensor)
            said = until(tensor, training=False)
            if said.ndim > 2:
                said = ops.mean(said, axis=tuple(range(1, said.ndim - 1)))
            # A softmax is flat where it is sure; its logarithm is not.
            if _is_softmax(until):
                said = ops.log(said + 1e-7)
            wanted = ops.sum(said * mask)
        slope = as_array(tape.gradient(wanted, tensor)).astype(float)
        size = np.sqrt(np.mean(slope**2, axis=axes, keepdims=True))
        # A relu that says nothing has no slope: its search begins elsewhere.
        lost = (size < 1e-12) & (step < steps // 2)
        offsets = np.where(lost, draw.normal(0, reach, offsets.shape), offsets)
        offsets = offsets + 0.4 * reach * slope / np.maximum(size, 1e-12)
        far = np.sqrt(np.mean(offsets**2, axis=axes, keepdims=True))
        offsets = np.clip(
            offsets * np.minimum(1, reach / np.maximum(far, 1e-12)), low - middle, high - middle
        )
    inputs: np.ndarray = (middle + offsets).astype("float32")
    return inputs


def feature_detectors(
    model: Any,
    layer: Any,
    units: Sequence[int] | None = None,
    steps: int = 60,
    limits: tuple[float, float] = (0.0, 1.0),
    ax: Any = None,
) -> Any:
    """Draws the pictures that make the neurons of a layer say most.

    Args:
        model: A built model that reads pictures, flat ones as well when they are square.
        layer: A layer of it, or its name or place.
        units: Which neurons; the first 64 when None.
        steps: Number of steps of the gradient ascent.
        limits: Smallest and largest value of a pixel.
        ax: Axes; a new figure when None.

    Returns:
        The Axes.

    Raises:
        ValueError: When the model reads no pictures, or a unit does not exist.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> import cornu as keras
        >>> from matplotlib.figure import Figure
        >>> model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(3)])
        >>> len(feature_detectors(model, 0, steps=2, ax=Figure().add_subplot()).images)
        3
    """
    who = "feature_detectors"
    found = strongest_inputs(model, layer, units, steps, limits)
    if found.ndim == 2:
        shape = _image_shape(model, found.shape[1])
        if shape is None:
            raise ValueError(f"{who}: inputs of {found.shape[1]} numbers make no square picture.")
        found = found.reshape(-1, *shape)
    pictures = as_images(found, who)
    captions = [str(unit) for unit in units] if units is not None else []
    ax = axes_for(ax, who, (6.0, 6.0))
    return draw_tiles(ax, list(pictures), captions, limits=limits)


def layer_outputs(model: Any, layer: Any, image: Any, count: int = _MOST, ax: Any = None) -> Any:
    """Draws what the filters of a layer say about a picture, where in it.

    Args:
        model: A built model.
        layer: A layer of it, or its name or place; of a dense layer all outputs make one picture.
        image: One input, without the axis of samples.
        count: How many filters are drawn at most, the first ones.
        ax: Axes; a new figure when None.

    Returns:
        The Axes.

    Raises:
        ValueError: When the layer is not in the model's graph.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> import cornu as keras
        >>> from matplotlib.figure import Figure
        >>> model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3)])
        >>> len(layer_outputs(model, 0, np.ones((8, 8, 1)), ax=Figure().add_subplot()).images)
        4
    """
    who = "layer_outputs"
    until = _until(model, _layer_of(model, layer, who), who)
    said = as_array(until.predict(as_array(image)[None].astype("float32"), verbose=0))[0]
    if said.ndim == 3:
        tiles = list(np.moveaxis(said, -1, 0)[:count])
    else:
        flat = said.reshape(-1)
        across = math.ceil(math.sqrt(len(flat)))
        padded = np.pad(flat, (0, across * -(-len(flat) // across) - len(flat)))
        tiles = [padded.reshape(-1, across)]
    return draw_tiles(axes_for(ax, who, (6.0, 6.0)), tiles, cmap="viridis")


def _layer_of(model: Any, layer: Any, who: str, *, needs_kernel: bool = False) -> Any:
    layers = getattr(model, "layers", None)
    if layers is None:  # the layer itself
        layers, layer = [model], model
    if layer is None:
        layer = next((one for one in layers if hasattr(one, "kernel")), None)
        if layer is None:
            raise ValueError(f"{who}: no layer of {model.name!r} has a kernel.")
    elif isinstance(layer, str):
        layer = model.get_layer(layer)
    elif isinstance(layer, int):
        layer = model.get_layer(index=layer)
    if needs_kernel and not hasattr(layer, "kernel"):
        raise ValueError(
            f"{who}: layer {getattr(layer, 'name', layer)!r} ({type(layer).__name__}) has no kernel "
            f"yet; expected a built Dense or Conv2D layer."
        )
    return layer


def _until(model: Any, layer: Any, who: str) -> Model:
    """Returns the model from the inputs to a layer's output."""
    if getattr(model, "inputs", None) is None or layer not in model.layers:
        raise ValueError(
            f"{who}: layer {getattr(layer, 'name', layer)!r} must be one of the layers of a model "
            f"made with keras.Input(...), so that the model can be cut there."
        )
    return Model(model.inputs, layer.output)


def _is_softmax(model: Any) -> bool:
    activation = getattr(model.layers[-1], "activation", None)
    return getattr(activation, "__name__", "") == "softmax"


def _image_shape(model: Any, size: int) -> tuple[int, ...] | None:
    """Returns the shape of the pictures that a model reads, if flat they have `size` numbers."""
    shape = getattr(model, "input_shape", None) if hasattr(model, "layers") else None
    if isinstance(shape, tuple) and len(shape) in (3, 4) and math.prod(shape[1:]) == size:
        return shape[1:]
    side = math.isqrt(size)
    return (side, side) if side * side == size else None
