"""The workloads as plain JAX training loops: one jit-compiled step with donated state.

Batches are gathered on the host and handed to the step, which was measured to be quicker on a CPU
than gathering inside the compiled step. With `scan=True` a whole epoch is one compiled `lax.scan`.
"""

import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks import jax_networks
from benchmarks.arrays import Data
from benchmarks.jax_networks import Tree
from benchmarks.workloads import LOSS_WEIGHTS, Workload


class Training:
    """Parameters with their data, trained by a loop."""

    def __init__(self, workload: Workload, data: Data, *, scan: bool = False) -> None:
        self._workload = workload
        self._inputs, self._targets = data
        if workload.task == "classes":
            self._targets = [self._targets[0].astype(np.int32)]
        # The scan reads its batches from arrays that are on the device as a whole.
        self._device = jax.tree.map(jnp.asarray, (self._inputs, self._targets)) if scan else None
        self._shuffle = np.random.default_rng(1)
        parameters, moving, self._apply = jax_networks.build(workload)
        self._state: Tree = (
            parameters,
            moving,
            self._slots(parameters),
            jax.random.key(0),
            _no_totals(),
        )
        self._step = jax.jit(self._train_step, donate_argnums=0)
        self._steps = jax.jit(self._train_steps, donate_argnums=0)
        self._predict = jax.jit(lambda p, moving, inputs: self._apply(p, moving, inputs, None)[0])

    @property
    def parameters(self) -> int:
        """How many numbers are trained."""
        return sum(part.size for part in jax.tree.leaves(self._state[0]))

    def first_step(self) -> float:
        """Seconds from the start of the first epoch to the end of its first step.

        With `scan` the first step cannot be seen; the first epoch's end is taken.
        """
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
        parameters, moving, *_ = self._state
        inputs = [part[:rows] for part in self._inputs]
        jax.tree.map(np.asarray, self._predict(parameters, moving, inputs))

    def _epoch(self, ends: list[float] | None = None) -> tuple[float, float]:
        rows, batch = self._workload.rows, self._workload.batch
        order = self._shuffle.permutation(rows)
        state = (*self._state[:-1], _no_totals())
        begin = 0
        if self._device is not None:
            begin = rows - rows % batch
            state = self._steps(state, *self._device, order[:begin].reshape(-1, batch))
            if ends is not None:
                jax.block_until_ready(state)  # type: ignore[no-untyped-call]
                ends.append(time.perf_counter())
        for start in range(begin, rows, batch):
            chosen = order[start : start + batch]
            inputs = [part[chosen] for part in self._inputs]
            targets = (
                inputs
                if self._workload.task == "reconstruction"
                else [part[chosen] for part in self._targets]
            )
            state = self._step(state, inputs, targets)
            if ends is not None and not ends:
                jax.block_until_ready(state)  # type: ignore[no-untyped-call]
                ends.append(time.perf_counter())
        self._state = state
        total, right = state[-1]
        return float(total) / rows, int(right) / rows

    def _train_steps(
        self, state: Tree, inputs: list[jax.Array], targets: list[jax.Array], order: jax.Array
    ) -> Tree:
        def step(state: Tree, rows: jax.Array) -> tuple[Tree, None]:
            chosen = [part[rows] for part in inputs], [part[rows] for part in targets]
            return self._train_step(state, *chosen), None

        return jax.lax.scan(step, state, order)[0]

    def _train_step(self, state: Tree, inputs: list[jax.Array], targets: list[jax.Array]) -> Tree:
        parameters, moving, slots, key, (total, right) = state
        key, step_key = jax.random.split(key)
        compute = jax.value_and_grad(self._loss, has_aux=True)
        (loss, (outputs, moving)), gradients = compute(
            parameters, moving, inputs, targets, step_key
        )
        parameters, slots = self._update(parameters, gradients, slots)
        if self._workload.task in ("classes", "one_hot"):
            labels = targets[0] if targets[0].ndim == 1 else targets[0].argmax(1)
            right += (outputs.argmax(1) == labels).sum()
        elif self._workload.task == "binary":
            right += ((outputs > 0) == (targets[0] > 0.5)).sum()
        return parameters, moving, slots, key, (total + loss * len(inputs[0]), right)

    def _slots(self, parameters: Tree) -> Tree:
        zeros = [jax.tree.map(jnp.zeros_like, parameters) for _ in range(2)]
        return {"sgd": (), "rmsprop": zeros[0], "adam": (*zeros, jnp.zeros(()))}[
            self._workload.optimizer
        ]

    def _update(self, parameters: Tree, gradients: Tree, slots: Tree) -> tuple[Tree, Tree]:
        rate, tree = self._workload.learning_rate, jax.tree
        if self._workload.optimizer == "sgd":
            return tree.map(lambda p, g: p - rate * g, parameters, gradients), slots
        if self._workload.optimizer == "rmsprop":
            slots = tree.map(lambda v, g: 0.9 * v + 0.1 * g * g, slots, gradients)
            return tree.map(
                lambda p, g, v: p - rate * g * jax.lax.rsqrt(v + 1e-7), parameters, gradients, slots
            ), slots
        means, squares, count = slots
        count += 1
        rate = rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        means = tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, gradients)
        squares = tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, squares, gradients)
        parameters = tree.map(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), parameters, means, squares
        )
        return parameters, (means, squares, count)

    def _loss(
        self, parameters: Tree, moving: Tree, inputs: Tree, targets: list[jax.Array], key: Any
    ) -> tuple[jax.Array, Any]:
        outputs, moving = self._apply(parameters, moving, inputs, key)
        task = self._workload.task
        if task == "two_outputs":
            errors = [jnp.mean((a - b) ** 2) for a, b in zip(outputs, targets)]
            loss = LOSS_WEIGHTS[0] * errors[0] + LOSS_WEIGHTS[1] * errors[1]
            return loss, (outputs, moving)
        target = targets[0]
        if task == "regression":
            loss = jnp.mean((outputs - target) ** 2)
        elif task == "classes":
            logs = jax.nn.log_softmax(outputs)
            loss = -jnp.mean(jnp.take_along_axis(logs, target[:, None], axis=1))
        elif task == "one_hot":
            loss = -jnp.mean(jnp.sum(target * jax.nn.log_softmax(outputs), axis=1))
        else:
            loss = jnp.mean(
                jnp.maximum(outputs, 0) - outputs * target + jnp.log1p(jnp.exp(-jnp.abs(outputs)))
            )
        return loss, (outputs, moving)


def _no_totals() -> tuple[jax.Array, jax.Array]:
    return jnp.zeros(()), jnp.zeros((), jnp.int32)
