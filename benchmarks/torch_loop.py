"""The workloads as plain PyTorch training loops.

Written for speed within what is usual: losses on logits, no synchronisation inside an epoch,
optimizers that update all parameters at once (`fused` for SGD, `foreach` for RMSprop, which has no
fused form on CPUs). `torch.compile` is left out because it makes each of these steps slower on a CPU.
"""

import time
from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from benchmarks.arrays import Data
from benchmarks.workloads import LOSS_WEIGHTS, WIDE_FEATURES, Workload

_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "selu": nn.SELU,
    "tanh": nn.Tanh,
}


class WideAndDeep(nn.Module):  # type: ignore[misc,unused-ignore]
    """The network with a short and a deep way and two outputs."""

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        self.hidden = _stack(workload.widths, workload, last=True)
        self.main = nn.Linear(WIDE_FEATURES + workload.widths[-1], 1)
        self.auxiliary = nn.Linear(workload.widths[-1], 1)

    def forward(self, wide: Tensor, deep: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.hidden(deep)
        return self.main(torch.cat([wide, hidden], dim=1)), self.auxiliary(hidden)


def _stack(widths: tuple[int, ...], workload: Workload, *, last: bool) -> nn.Sequential:
    """Dense layers; the last one without activation unless `last`."""
    layers: list[nn.Module] = []
    for index, (before, after) in enumerate(pairwise(widths)):
        layers.append(nn.Linear(before, after))
        if last or index < len(widths) - 2:
            layers.append(_ACTIVATIONS[workload.activation]())
            if workload.dropout:
                layers.append(nn.Dropout(workload.dropout))
    return nn.Sequential(*layers)


class Training:
    """A model with its data, trained by a loop."""

    def __init__(self, workload: Workload, data: Data) -> None:
        self._workload = workload
        self._inputs = [torch.from_numpy(part) for part in data[0]]
        self._targets = [torch.from_numpy(part) for part in data[1]]
        if workload.task == "classes":
            self._targets = [self._targets[0].long()]
        if workload.task == "two_outputs":
            self.model: nn.Module = WideAndDeep(workload)
        else:
            self.model = _stack(workload.widths, workload, last=False)
        parameters = self.model.parameters()
        self._optimizer: torch.optim.Optimizer
        if workload.optimizer == "sgd":
            self._optimizer = torch.optim.SGD(parameters, lr=workload.learning_rate, fused=True)
        else:
            self._optimizer = torch.optim.RMSprop(
                parameters, lr=workload.learning_rate, alpha=0.9, eps=1e-7, foreach=True
            )
        self._accurate = workload.task in ("classes", "one_hot")
        self._row = [part[:1].numpy() for part in self._inputs]

    def first_step(self) -> float:
        """Seconds from the start of the first epoch to the end of its first step."""
        start = time.perf_counter()
        first: list[float] = []
        self._epoch(first)
        return first[0] - start

    def epochs(self, count: int) -> list[float]:
        """Seconds of each of `count` epochs after one that is not counted."""
        self._epoch()
        seconds = []
        for _ in range(count):
            start = time.perf_counter()
            self._epoch()
            seconds.append(time.perf_counter() - start)
        return seconds

    def predict_row(self) -> None:
        """The outputs for one row, as NumPy arrays."""
        self.model.eval()
        with torch.inference_mode():
            outputs = self.model(*[torch.from_numpy(part) for part in self._row])
        for output in outputs if isinstance(outputs, tuple) else (outputs,):
            output.numpy()

    def _epoch(self, ends: list[float] | None = None) -> tuple[float, float]:
        model, optimizer = self.model.train(), self._optimizer
        total, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for rows in torch.randperm(self._workload.rows).split(self._workload.batch):
            inputs = [part[rows] for part in self._inputs]
            targets = (
                inputs
                if self._workload.task == "reconstruction"
                else [part[rows] for part in self._targets]
            )
            optimizer.zero_grad()
            outputs = model(*inputs)
            loss = self._loss(outputs, targets)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                total += loss.detach() * len(rows)
                if self._accurate:
                    labels = targets[0] if targets[0].ndim == 1 else targets[0].argmax(1)
                    right += (outputs.argmax(1) == labels).sum()
            if ends is not None and not ends:
                ends.append(time.perf_counter())
        return total.item() / self._workload.rows, right.item() / self._workload.rows

    def _loss(self, outputs: Tensor | tuple[Tensor, Tensor], targets: list[Tensor]) -> Tensor:
        if isinstance(outputs, tuple):
            main, auxiliary = map(functional.mse_loss, outputs, targets)
            return LOSS_WEIGHTS[0] * main + LOSS_WEIGHTS[1] * auxiliary
        loss = {
            "regression": functional.mse_loss,
            "classes": functional.cross_entropy,
            "one_hot": functional.cross_entropy,
            "reconstruction": functional.binary_cross_entropy_with_logits,
        }[self._workload.task]
        return loss(outputs, targets[0])
