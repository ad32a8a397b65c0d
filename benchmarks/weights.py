"""The numbers every contender's network starts from, by layer, in Keras's layouts and order.

Each framework's file turns them into its own layouts; so all start from equal networks.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from benchmarks.workloads import WIDE_FEATURES, WORDS, Workload

Floats = npt.NDArray[np.float32]
Weights = dict[str, list[Floats]]

HEADS = 4
_SEED = 7


def initial(workload: Workload) -> Weights:
    """Layer name to arrays, as the Keras layer's `set_weights` takes them."""
    random = np.random.default_rng(_SEED)
    layers = _NETWORKS[workload.network]
    return {name: list(arrays) for name, arrays in layers(_Drawer(random), workload)}


class _Drawer:
    """Draws the arrays of one layer."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random

    def uniform(self, shape: tuple[int, ...], fans: tuple[int, int] | None = None) -> Floats:
        """Glorot's uniform distribution; fans from the shape unless given."""
        receptive = int(np.prod(shape[:-2]))
        fan_in, fan_out = fans or (receptive * shape[-2], receptive * shape[-1])
        limit = (6 / (fan_in + fan_out)) ** 0.5
        return self._random.uniform(-limit, limit, shape).astype(np.float32)

    def dense(self, before: int, after: int) -> list[Floats]:
        return [self.uniform((before, after)), _zeros(after)]

    def convolution(self, before: int, after: int, *, bias: bool) -> list[Floats]:
        return [self.uniform((3, 3, before, after))] + ([_zeros(after)] if bias else [])

    def embedding(self, units: int) -> list[Floats]:
        return [self._random.uniform(-0.05, 0.05, (WORDS, units)).astype(np.float32)]

    def attention(self, width: int) -> list[Floats]:
        each = width // HEADS
        kernels = [self.uniform((width, HEADS, each), (width, width)) for _ in range(3)]
        arrays = [part for kernel in kernels for part in (kernel, _zeros(HEADS, each))]
        return [*arrays, self.uniform((HEADS, each, width), (width, width)), _zeros(width)]


def _zeros(*shape: int) -> Floats:
    return np.zeros(shape, np.float32)


def _scale_and_shift(units: int) -> list[Floats]:
    return [np.ones(units, np.float32), _zeros(units)]


_Layers = Iterator[tuple[str, list[Floats]]]


def _dense(draw: _Drawer, workload: Workload) -> _Layers:
    widths = workload.widths
    for index, (before, after) in enumerate(pairwise(widths)):
        yield f"dense{index + 1}", draw.dense(before, after)
    if workload.task == "two_outputs":
        yield "main", draw.dense(WIDE_FEATURES + widths[-1], 1)
        yield "auxiliary", draw.dense(widths[-1], 1)


def _cifar_cnn(draw: _Drawer, workload: Workload) -> _Layers:
    for index, (before, after) in enumerate(((3, 32), (32, 32), (32, 64), (64, 64))):
        yield f"conv{index + 1}", draw.convolution(before, after, bias=True)
    yield "dense", draw.dense(2304, 512)
    yield "output", draw.dense(512, 10)


def _cnn_bn(draw: _Drawer, workload: Workload) -> _Layers:
    for index, (before, after) in enumerate(((1, 32), (32, 64), (64, 64), (64, 64))):
        yield f"conv{index + 1}", draw.convolution(before, after, bias=False)
        moving = [_zeros(after), np.ones(after, np.float32)]
        yield f"norm{index + 1}", _scale_and_shift(after) + moving
    yield "output", draw.dense(64, 10)


def _lstm(draw: _Drawer, workload: Workload) -> _Layers:
    for name, before in (("lstm1", 1), ("lstm2", 20)):
        bias = _zeros(80)
        bias[20:40] = 1  # the forget gate starts open
        yield name, [draw.uniform((before, 80)), draw.uniform((20, 80)), bias]
    yield "output", draw.dense(20, 1)


def _gru_text(draw: _Drawer, workload: Workload) -> _Layers:
    yield "embedding", draw.embedding(64)
    yield "gru", [draw.uniform((64, 192)), draw.uniform((64, 192)), _zeros(2, 192)]
    yield "output", draw.dense(64, 1)


def _embed_pool(draw: _Drawer, workload: Workload) -> _Layers:
    yield "embedding", draw.embedding(16)
    yield "output", draw.dense(16, 1)


def _attention(draw: _Drawer, workload: Workload) -> _Layers:
    yield "attention", draw.attention(64)
    yield "norm1", _scale_and_shift(64)
    yield "dense1", draw.dense(64, 128)
    yield "dense2", draw.dense(128, 64)
    yield "norm2", _scale_and_shift(64)
    yield "output", draw.dense(64, 10)


_NETWORKS = {
    "dense": _dense,
    "cifar_cnn": _cifar_cnn,
    "cnn_bn": _cnn_bn,
    "lstm": _lstm,
    "gru_text": _gru_text,
    "embed_pool": _embed_pool,
    "attention": _attention,
}
