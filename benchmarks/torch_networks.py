"""The networks of the workloads as PyTorch modules, started from the common weights."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from benchmarks.weights import HEADS, Floats, Weights, initial
from benchmarks.workloads import WIDE_FEATURES, WORDS, Workload

# Keras's defaults where PyTorch's differ.
_EPSILON = 1e-3
_NEW_SHARE = 0.01

_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "selu": nn.SELU,
    "tanh": nn.Tanh,
}


def build(workload: Workload) -> nn.Module:
    """The network; its outputs are logits where the task has classes."""
    module = _NETWORKS[workload.network](workload)
    with torch.no_grad():
        module.load(initial(workload))
    return module


class Network(nn.Module):  # type: ignore[misc,unused-ignore]
    """A module that can take the common weights."""

    def load(self, weights: Weights) -> None:
        for name, arrays in weights.items():
            _load(getattr(self, name), arrays)

    def prepare(self, inputs: list[Tensor]) -> list[Tensor]:
        """What is done to the data once before training."""
        return inputs


def _load(layer: nn.Module, arrays: Sequence[Floats]) -> None:
    if isinstance(layer, nn.Linear):
        values = [arrays[0].T, arrays[1]]
    elif isinstance(layer, nn.Conv2d):
        values = [arrays[0].transpose(3, 2, 0, 1), *arrays[1:]]
    elif isinstance(layer, nn.LSTM):
        # The second bias is the same as more of the first: fixed at zero, as in Keras.
        values = [arrays[0].T, arrays[1].T, arrays[2], np.zeros_like(arrays[2])]
        layer.bias_hh_l0.requires_grad_(False)
    elif isinstance(layer, nn.GRU):
        # Keras orders the gates update, reset, new; PyTorch reset, update, new.
        units = layer.hidden_size
        gates = [array.reshape(-1, 3, units)[:, [1, 0, 2]] for array in arrays]
        kernel, recurrent, bias = (array.reshape(-1, 3 * units) for array in gates)
        values = [kernel.T, recurrent.T, bias[0], bias[1]]
    elif isinstance(layer, nn.MultiheadAttention):
        width = layer.embed_dim
        kernels = [array.reshape(width, width).T for array in arrays[0:6:2]]
        biases = [array.reshape(-1) for array in arrays[1:6:2]]
        values = [np.concatenate(kernels), np.concatenate(biases)]
        values += [arrays[6].reshape(width, width).T, arrays[7]]
    else:
        values = list(arrays)
    tensors = [*layer.parameters(), *(b for b in layer.buffers() if b.is_floating_point())]
    for tensor, value in zip(tensors, values, strict=True):
        tensor.copy_(torch.from_numpy(np.array(value)))


class Stack(Network):
    """Dense layers."""

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        widths = workload.widths
        for index, (before, after) in enumerate(pairwise(widths)):
            dense = nn.Linear(before, after)
            setattr(self, f"dense{index + 1}", dense)
            layers.append(dense)
            if workload.task == "two_outputs" or index < len(widths) - 2:
                layers.append(_ACTIVATIONS[workload.activation]())
                if workload.dropout:
                    layers.append(nn.Dropout(workload.dropout))
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class WideAndDeep(Stack):
    """The network with a short and a deep way and two outputs."""

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        self.main = nn.Linear(WIDE_FEATURES + workload.widths[-1], 1)
        self.auxiliary = nn.Linear(workload.widths[-1], 1)

    def forward(self, wide: Tensor, deep: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        hidden = self.layers(deep)
        return self.main(torch.cat([wide, hidden], dim=1)), self.auxiliary(hidden)


class CifarCnn(Network):
    """The CIFAR-10 network, in the channels_last memory format."""

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 32, 3)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.conv4 = nn.Conv2d(64, 64, 3)
        self.dense = nn.Linear(2304, 512)
        self.output = nn.Linear(512, 10)
        self.rate = workload.dropout
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        x = x.permute(0, 3, 1, 2)
        for first, second in ((self.conv1, self.conv2), (self.conv3, self.conv4)):
            x = functional.relu(second(functional.relu(first(x))))
            x = functional.dropout(functional.max_pool2d(x, 2), self.rate, self.training)
        x = functional.relu(self.dense(x.permute(0, 2, 3, 1).flatten(1)))
        return self.output(functional.dropout(x, 2 * self.rate, self.training))


class CnnBn(Network):
    """The residual network with batch normalization, in the channels_last memory format."""

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        shapes = ((1, 32, 1), (32, 64, 2), (64, 64, 2), (64, 64, 1))
        for index, (before, after, stride) in enumerate(shapes):
            conv = nn.Conv2d(before, after, 3, stride, padding=1, bias=False)
            norm = nn.BatchNorm2d(after, eps=_EPSILON, momentum=_NEW_SHARE)
            setattr(self, f"conv{index + 1}", conv)
            setattr(self, f"norm{index + 1}", norm)
        self.output = nn.Linear(64, 10)
        self.to(memory_format=torch.channels_last)

    # With stride 2, Keras pads the end of a row of even length and PyTorch its beginning. Pictures
    # and kernels are mirrored here, which makes the two networks the same at no cost.
    def load(self, weights: Weights) -> None:
        super().load(
            {
                name: [arrays[0][::-1, ::-1]] if name.startswith("conv") else arrays
                for name, arrays in weights.items()
            }
        )

    def prepare(self, inputs: list[Tensor]) -> list[Tensor]:
        return [part.flip(1, 2) for part in inputs]

    def forward(self, x: Tensor) -> Tensor:
        x = x.permute(0, 3, 1, 2)
        x = functional.relu(self.norm1(self.conv1(x)))
        x = functional.relu(self.norm2(self.conv2(x)))
        x = functional.relu(self.norm3(self.conv3(x)))
        x = functional.relu(x + self.norm4(self.conv4(x)))
        return self.output(x.mean((2, 3)))


class Lstm(Network):
    """Two recurrent layers over a series."""

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        self.lstm1 = nn.LSTM(1, 20, batch_first=True)
        self.lstm2 = nn.LSTM(20, 20, batch_first=True)
        self.output = nn.Linear(20, 1)

    def forward(self, x: Tensor) -> Tensor:
        every, _ = self.lstm1(x)
        _, (last, _) = self.lstm2(every)
        return self.output(last[0])


class GruText(Network):
    """Word vectors read by a recurrent layer."""

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        self.embedding = nn.Embedding(WORDS, 64)
        self.gru = nn.GRU(64, 64, batch_first=True)
        self.output = nn.Linear(64, 1)

    def forward(self, x: Tensor) -> Tensor:
        _, last = self.gru(self.embedding(x))
        return self.output(last[0])


class EmbedPool(Network):
    """The mean of the word vectors."""

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        self.embedding = nn.EmbeddingBag(WORDS, 16, mode="mean")
        self.output = nn.Linear(16, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.embedding(x))


class Attention(Network):
    """One transformer encoder block with the normalization after each half."""

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(64, HEADS, batch_first=True)
        self.norm1 = nn.LayerNorm(64, eps=_EPSILON)
        self.dense1 = nn.Linear(64, 128)
        self.dense2 = nn.Linear(128, 64)
        self.norm2 = nn.LayerNorm(64, eps=_EPSILON)
        self.output = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        attended, _ = self.attention(x, x, x, need_weights=False)
        x = self.norm1(x + attended)
        x = self.norm2(x + self.dense2(functional.relu(self.dense1(x))))
        return self.output(x.mean(1))


def _dense(workload: Workload) -> Network:
    return WideAndDeep(workload) if workload.task == "two_outputs" else Stack(workload)


_NETWORKS: dict[str, Callable[[Workload], Network]] = {
    "dense": _dense,
    "cifar_cnn": CifarCnn,
    "cnn_bn": CnnBn,
    "lstm": Lstm,
    "gru_text": GruText,
    "embed_pool": EmbedPool,
    "attention": Attention,
}
