"""A picture of a chain of layers in plain characters."""

from __future__ import annotations

from typing import Any

from cornu.layers.core.input_layer import InputLayer
from cornu.models.graph import graph_of
from cornu.models.summary import is_chain

_HEAD = ("OPERATION", "", "    DATA DIMENSIONS", "WEIGHTS (N)", "WEIGHTS (%)")
_TENSOR = "#####"
_RULE = 19 * "-"
_OTHER = "....."
# What a layer does to the tensor above it: the sign of the first word its class name begins with.
_SIGNS = {
    "Conv": r" \|/ ",
    "Depthwise": r" \|/ ",
    "Separable": r" \|/ ",
    "MaxPool": "Y max",
    "GlobalMaxPool": "Y max",
    "AdaptiveMaxPool": "Y max",
    "AveragePool": "Y mean",
    "GlobalAveragePool": "Y mean",
    "AdaptiveAveragePool": "Y mean",
    "UpSampling": "/|||\\",
    "ZeroPadding": "/|||\\",
    "Flatten": "|||||",
    "Reshape": "|||||",
    "Permute": "|||||",
    "Dense": "XXXXX",
    "Dropout": " | ||",
    "SpatialDropout": " | ||",
    "Embedding": "emb |",
    "SimpleRNN": "LLLLL",
    "LSTM": "LLLLL",
    "GRU": "LLLLL",
    "BatchNormalization": "norm |",
    "LayerNormalization": "norm |",
}


def sequential_ascii(model: Any) -> str:
    r"""Returns a picture of a chain of layers: what is done, to how much data, with how many weights.

    A row of `#` is a tensor with its sizes (without the batch, `?` where a size is not fixed), named
    after the activation that made it; between two of them stands the layer with its weights and
    their share of all, in whole percents, rounded down.

    Args:
        model: A built model whose layers follow one upon the other.

    Returns:
        The lines as one string.

    Raises:
        ValueError: For a model that is not built or that branches.

    Example:
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((9,)), keras.layers.Dense(4, "relu")])
        >>> print(keras.utils.sequential_ascii(model))
                     OPERATION             DATA DIMENSIONS   WEIGHTS (N)   WEIGHTS (%)
        <BLANKLINE>
                         Input   #####                   9
                         Dense   XXXXX -------------------            40        100.0%
                          relu   #####                   4
    """
    graph = graph_of(model)
    if graph is None:
        raise ValueError(
            f"sequential_ascii: the shapes in {type(model).__name__} {getattr(model, 'name', '')!r} "
            f"are not known; expected a Sequential or functional model that begins with "
            f"keras.Input(...) or is built."
        )
    if not is_chain(graph):
        raise ValueError(
            f"sequential_ascii: the layers of {model.name!r} do not follow one upon the other, so "
            f"they make no column; use model.summary()."
        )
    total = model.count_params()
    shape = model.input_shape
    lines = [_line(*_HEAD), "", _tensor_line("Input", shape)]
    for layer in model.layers:
        if isinstance(layer, InputLayer):
            continue
        shape = layer.compute_output_shape(shape)
        name, count = type(layer).__name__, layer.count_params()
        share = f"{100 * count // total if total else 0}.0%"
        lines += [
            _line(name, _sign(name), _RULE, str(count), share),
            _tensor_line(_activation(layer), shape),
        ]
    return "\n".join(lines)


def _line(operation: str, sign: str, data: str, count: str = "", share: str = "") -> str:
    return f"{operation:>22}   {sign:<6}{data:<19}{count:>14}{share:>14}".rstrip()


def _tensor_line(operation: str, shape: Any) -> str:
    sizes = "".join(f"{'?' if size is None else size:>6}" for size in shape[1:])
    return _line(operation, _TENSOR, f"{sizes:>19}")


def _sign(name: str) -> str:
    return next((sign for word, sign in _SIGNS.items() if name.startswith(word)), _OTHER)


def _activation(layer: Any) -> str:
    """Returns the name of a layer's activation, "" for none."""
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    return "" if name == "linear" else name
