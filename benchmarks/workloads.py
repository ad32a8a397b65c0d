"""What is trained: the networks, the shapes of their data, and the mark cornu is held to.

Only the standard library is imported, so that any Python can plan a run and print its tables.
"""

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Workload:
    """One network with its data.

    Attributes:
        name: What `--only` takes.
        title: One line for the tables.
        widths: Units from the input to the output. For `wide_deep` the hidden path only.
        activation: Of the hidden layers.
        task: "regression" (mse), "two_outputs" (mse twice), "classes" (sparse labels), "one_hot"
            (categorical labels) or "reconstruction" (the input is the target).
        optimizer: "sgd" or "rmsprop".
        learning_rate: Of the optimizer.
        batch: Rows in a step.
        rows: Rows of the training data; fewer than the real set where a step takes milliseconds.
        dropout: Rate after each hidden layer.
        mark: How many times faster than the best peer cornu is meant to be.
    """

    name: str
    title: str
    widths: tuple[int, ...]
    activation: str
    task: str
    optimizer: str
    learning_rate: float
    batch: int
    rows: int
    dropout: float
    mark: float

    @property
    def steps(self) -> int:
        """Steps of an epoch; the last one may be a short batch."""
        return -(-self.rows // self.batch)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds a training step cannot do without: outputs, weight and input gradients.

        The first layer needs no input gradient. Only stacks of dense layers are counted.
        """
        products = [a * b for a, b in pairwise(self.widths)]
        return self.batch * (3 * sum(products) - products[0])

    def quick(self) -> "Workload":
        """The same network on about ten steps of data, to try the machinery."""
        values = {**self.__dict__, "rows": min(self.rows, 10 * self.batch)}
        return Workload(**values)


WIDE_FEATURES = 5  # columns 0..4 of the housing data take the short way
DEEP_FEATURES = 6  # columns 2..7 take the deep one
LOSS_WEIGHTS = (0.9, 0.1)  # main and auxiliary output of wide_deep

_ALL = (
    Workload(
        name="tabular",
        title="tabular: 11610x8, 30 relu, 1; SGD, mse, batch 32",
        widths=(8, 30, 1),
        activation="relu",
        task="regression",
        optimizer="sgd",
        learning_rate=1e-3,
        batch=32,
        rows=11610,
        dropout=0.0,
        mark=20.0,
    ),
    Workload(
        name="wide_deep",
        title="wide and deep: two inputs, 30-30, two outputs; SGD, batch 32",
        widths=(DEEP_FEATURES, 30, 30),
        activation="relu",
        task="two_outputs",
        optimizer="sgd",
        learning_rate=1e-3,
        batch=32,
        rows=11610,
        dropout=0.0,
        mark=12.0,
    ),
    Workload(
        name="fashion",
        title="fashion: 55000x784, 300-100-10 relu; SGD, batch 32",
        widths=(784, 300, 100, 10),
        activation="relu",
        task="classes",
        optimizer="sgd",
        learning_rate=1e-2,
        batch=32,
        rows=55000,
        dropout=0.0,
        mark=1.8,
    ),
    Workload(
        name="autoencoder",
        title="autoencoder: 784-100-30-100-784 selu; SGD, batch 32",
        widths=(784, 100, 30, 100, 784),
        activation="selu",
        task="reconstruction",
        optimizer="sgd",
        learning_rate=0.1,
        batch=32,
        rows=16000,
        dropout=0.0,
        mark=1.6,
    ),
    Workload(
        name="mnist",
        title="MNIST: 784-3x(512 relu, dropout 0.2)-10; RMSprop, batch 128",
        widths=(784, 512, 512, 512, 10),
        activation="relu",
        task="one_hot",
        optimizer="rmsprop",
        learning_rate=1e-3,
        batch=128,
        rows=6400,
        dropout=0.2,
        mark=1.25,
    ),
    Workload(
        name="deep_big_simple",
        title="deep, big, simple: 784-2500-2000-1500-1000-500-10 tanh; SGD, batch 128",
        widths=(784, 2500, 2000, 1500, 1000, 500, 10),
        activation="tanh",
        task="classes",
        optimizer="sgd",
        learning_rate=1e-2,
        batch=128,
        rows=1280,
        dropout=0.0,
        mark=1.0,
    ),
)

WORKLOADS: dict[str, Workload] = {workload.name: workload for workload in _ALL}
