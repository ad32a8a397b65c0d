"""The workloads as plain PyTorch training loops.

Written for speed within what is usual: losses on logits, no synchronisation inside an epoch,
optimizers that update all parameters at once (`fused` for SGD and Adam, `foreach` for RMSprop, which
has no fused form on CPUs). `torch.compile` is left out because it makes each of these steps slower
on a CPU.
"""

import time

import torch
import torch.nn.functional as functional
from torch import Tensor

from benchmarks import torch_networks
from benchmarks.arrays import Data
from benchmarks.workloads import LOSS_WEIGHTS, Workload


class Training:
    """A model with its data, trained by a loop."""

    def __init__(self, workload: Workload, data: Data) -> None:
        self._workload = workload
        self.model = torch_networks.build(workload)
        self._inputs = self.model.prepare([torch.from_numpy(part) for part in data[0]])
        self._targets = [torch.from_numpy(part) for part in data[1]]
        if workload.task == "classes":
            self._targets = [self._targets[0].long()]
        elif workload.task == "reconstruction":
            self._targets = self._inputs
        self._optimizer = self._make_optimizer()
        self._accurate = workload.task in ("classes", "one_hot", "binary")

    @property
    def parameters(self) -> int:
        """How many numbers are trained."""
        return sum(part.numel() for part in self.model.parameters() if part.requires_grad)

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

    def losses(self, count: int) -> list[float]:
        """The mean loss of each of `count` epochs."""
        return [self._epoch()[0] for _ in range(count)]

    def predict(self, rows: int) -> None:
        """The outputs for the first rows, as NumPy arrays."""
        if self.model.training:
            self.model.eval()
        with torch.inference_mode():
            outputs = self.model(*[part[:rows] for part in self._inputs])
        for output in outputs if isinstance(outputs, tuple) else (outputs,):
            output.numpy()

    def _make_optimizer(self) -> torch.optim.Optimizer:
        parameters = [part for part in self.model.parameters() if part.requires_grad]
        rate = self._workload.learning_rate
        if self._workload.optimizer == "sgd":
            return torch.optim.SGD(parameters, lr=rate, fused=True)
        if self._workload.optimizer == "adam":
            return torch.optim.Adam(parameters, lr=rate, eps=1e-7, fused=True)
        # Keras adds 1e-7 below the square root; beside the root, its own root comes nearest to that.
        return torch.optim.RMSprop(parameters, lr=rate, alpha=0.9, eps=1e-7**0.5, foreach=True)

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
                    right += self._right(outputs, targets[0])
            if ends is not None and not ends:
                ends.append(time.perf_counter())
        return total.item() / self._workload.rows, right.item() / self._workload.rows

    def _right(self, outputs: Tensor, target: Tensor) -> Tensor:
        if self._workload.task == "binary":
            return ((outputs > 0) == (target > 0.5)).sum()
        labels = target if target.ndim == 1 else target.argmax(1)
        return (outputs.argmax(1) == labels).sum()

    def _loss(self, outputs: Tensor | tuple[Tensor, Tensor], targets: list[Tensor]) -> Tensor:
        if isinstance(outputs, tuple):
            main, auxiliary = map(functional.mse_loss, outputs, targets)
            return LOSS_WEIGHTS[0] * main + LOSS_WEIGHTS[1] * auxiliary
        loss = {
            "regression": functional.mse_loss,
            "classes": functional.cross_entropy,
            "one_hot": functional.cross_entropy,
            "binary": functional.binary_cross_entropy_with_logits,
            "reconstruction": functional.binary_cross_entropy_with_logits,
        }[self._workload.task]
        return loss(outputs, targets[0])
