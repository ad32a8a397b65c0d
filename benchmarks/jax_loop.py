"""The workloads as plain JAX training loops: one jit-compiled step with donated state.

Batches are gathered on the host and handed to the step, which was measured to be quicker on a CPU
than gathering inside the compiled step. With `scan=True` a whole epoch is one compiled `lax.scan`.
"""

import time
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.arrays import Data
from benchmarks.workloads import LOSS_WEIGHTS, WIDE_FEATURES, Workload

_ACTIVATIONS = {"relu": jax.nn.relu, "selu": jax.nn.selu, "tanh": jnp.tanh}

Tree = Any  # nested tuples, lists and dicts of arrays


def _dense(random: np.random.Generator, before: int, after: int) -> tuple[jax.Array, jax.Array]:
    limit = (6 / (before + after)) ** 0.5
    kernel = random.uniform(-limit, limit, (before, after)).astype(np.float32)
    return jnp.asarray(kernel), jnp.zeros(after, jnp.float32)


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
        random = np.random.default_rng(0)
        widths = workload.widths
        layers = [_dense(random, before, after) for before, after in pairwise(widths)]
        parameters: Tree = {"layers": layers}
        if workload.task == "two_outputs":
            parameters["main"] = _dense(random, WIDE_FEATURES + widths[-1], 1)
            parameters["auxiliary"] = _dense(random, widths[-1], 1)
        averages = () if workload.optimizer == "sgd" else jax.tree.map(jnp.zeros_like, parameters)
        totals = (jnp.zeros(()), jnp.zeros((), jnp.int32))
        self._state: Tree = (parameters, averages, jax.random.key(0), totals)
        self._step = jax.jit(self._train_step, donate_argnums=0)
        self._steps = jax.jit(self._train_steps, donate_argnums=0)
        self._predict = jax.jit(lambda parameters, x: self._outputs(parameters, x, None))
        self._row = [part[:1] for part in self._inputs]

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

    def predict_row(self) -> None:
        """The outputs for one row, as NumPy arrays."""
        jax.tree.map(np.asarray, self._predict(self._state[0], self._row))

    def _epoch(self, ends: list[float] | None = None) -> tuple[float, float]:
        rows, batch = self._workload.rows, self._workload.batch
        order = self._shuffle.permutation(rows)
        state = (*self._state[:3], (jnp.zeros(()), jnp.zeros((), jnp.int32)))
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
        total, right = state[3]
        return float(total) / rows, int(right) / rows

    def _train_steps(
        self, state: Tree, inputs: list[jax.Array], targets: list[jax.Array], order: jax.Array
    ) -> Tree:
        def step(state: Tree, rows: jax.Array) -> tuple[Tree, None]:
            chosen = [part[rows] for part in inputs], [part[rows] for part in targets]
            return self._train_step(state, *chosen), None

        return jax.lax.scan(step, state, order)[0]

    def _train_step(self, state: Tree, inputs: list[jax.Array], targets: list[jax.Array]) -> Tree:
        parameters, averages, key, (total, right) = state
        key, dropout_key = jax.random.split(key) if self._workload.dropout else (key, None)
        compute = jax.value_and_grad(self._loss, has_aux=True)
        (loss, outputs), gradients = compute(parameters, inputs, targets, dropout_key)
        rate = self._workload.learning_rate
        if self._workload.optimizer == "sgd":
            parameters = jax.tree.map(lambda p, g: p - rate * g, parameters, gradients)
        else:
            averages = jax.tree.map(lambda v, g: 0.9 * v + 0.1 * g * g, averages, gradients)
            parameters = jax.tree.map(
                lambda p, g, v: p - rate * g * jax.lax.rsqrt(v + 1e-7),
                parameters,
                gradients,
                averages,
            )
        if self._workload.task in ("classes", "one_hot"):
            labels = targets[0] if targets[0].ndim == 1 else targets[0].argmax(1)
            right += (outputs.argmax(1) == labels).sum()
        return parameters, averages, key, (total + loss * len(inputs[0]), right)

    def _outputs(self, parameters: Tree, inputs: list[jax.Array], key: Any) -> Any:
        task, activation = self._workload.task, _ACTIVATIONS[self._workload.activation]
        x = inputs[-1]
        for index, (kernel, bias) in enumerate(parameters["layers"]):
            x = x @ kernel + bias
            if task == "two_outputs" or index < len(parameters["layers"]) - 1:
                x = activation(x)
                if key is not None:
                    key, this = jax.random.split(key)
                    keep = 1 - self._workload.dropout
                    x = jnp.where(jax.random.bernoulli(this, keep, x.shape), x / keep, 0)
        if task != "two_outputs":
            return x
        joined = jnp.concatenate([inputs[0], x], axis=1)
        return tuple(
            part @ parameters[name][0] + parameters[name][1]
            for part, name in ((joined, "main"), (x, "auxiliary"))
        )

    def _loss(
        self, parameters: Tree, inputs: list[jax.Array], targets: list[jax.Array], key: Any
    ) -> tuple[jax.Array, Any]:
        outputs = self._outputs(parameters, inputs, key)
        task = self._workload.task
        if task == "two_outputs":
            errors = [jnp.mean((a - b) ** 2) for a, b in zip(outputs, targets)]
            return LOSS_WEIGHTS[0] * errors[0] + LOSS_WEIGHTS[1] * errors[1], outputs
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
        return loss, outputs
