"""What is trained: the networks, the shapes of their data, and the mark cornu is held to.

Only the standard library is imported, so that any Python can plan a run and print its tables.
"""

from dataclasses import dataclass, replace
from itertools import pairwise


@dataclass(frozen=True)
class Workload:
    """One network with its data.

    Attributes:
        name: What `--only` takes.
        title: One line for the tables.
        task: "regression" (mse), "two_outputs" (mse twice), "classes" (sparse labels), "one_hot"
            (categorical labels), "binary" (0 or 1) or "reconstruction" (the input is the target).
        optimizer: "sgd", "rmsprop" or "adam".
        learning_rate: Of the optimizer.
        batch: Rows in a step.
        rows: Rows of the training data; fewer than the real set where a step takes milliseconds.
        parameters: Trainable numbers of the network, which every contender must have.
        mark: How many times faster than the best peer cornu is meant to be.
        network: "dense" (a stack of dense layers, given by `widths` and `activation`), or one of
            the networks of images.py and sequences.py in each framework's files.
        dropout: Rate after each hidden layer, for networks that do not fix it themselves.
        widths: Units from the input to the output. For `wide_deep` the hidden path only.
        activation: Of the hidden layers.
        products: Multiply-adds of a row's forward pass, layer by layer; dense stacks know theirs.
        inference: Whether predicting `rows` rows in one call is timed in place of training.
        pipeline: Whether the rows are bytes in a `tf.data` pipeline that shuffles and scales them.
    """

    name: str
    title: str
    task: str
    optimizer: str
    learning_rate: float
    batch: int
    rows: int
    parameters: int
    mark: float
    network: str = "dense"
    dropout: float = 0.0
    widths: tuple[int, ...] = ()
    activation: str = ""
    products: tuple[int, ...] = ()
    inference: bool = False
    pipeline: bool = False

    @property
    def steps(self) -> int:
        """Steps of an epoch; the last one may be a short batch. An inference is one step."""
        return 1 if self.inference else -(-self.rows // self.batch)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds a training step cannot do without: outputs, weight and input gradients.

        The first layer needs no input gradient. 0 for networks whose products are not counted.
        """
        products = self.products or tuple(a * b for a, b in pairwise(self.widths))
        return self.batch * (3 * sum(products) - products[0]) if products else 0

    def quick(self) -> "Workload":
        """The same network on about ten steps of data, to try the machinery."""
        return replace(self, rows=min(self.rows, 10 * self.batch))

    def single_batch(self) -> "Workload":
        """The same network on one batch, without dropout: its losses follow from its weights."""
        return replace(self, rows=self.batch, dropout=0.0, inference=False)


WIDE_FEATURES = 5  # columns 0..4 of the housing data take the short way
DEEP_FEATURES = 6  # columns 2..7 take the deep one
LOSS_WEIGHTS = (0.9, 0.1)  # main and auxiliary output of wide_deep
WORDS = 10_000  # of the vocabulary in the networks that read text

_DENSE = (
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
        parameters=301,
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
        parameters=1207,
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
        parameters=266_610,
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
        parameters=163_814,
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
        parameters=932_362,
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
        parameters=11_972_510,
        mark=1.0,
    ),
)

_CIFAR = Workload(
    name="cifar_cnn",
    title="CIFAR-10: two blocks of two convolutions (32, 64), 512, 10; RMSprop, batch 32",
    network="cifar_cnn",
    task="one_hot",
    optimizer="rmsprop",
    learning_rate=1e-4,
    batch=32,
    rows=320,
    dropout=0.25,  # after each block; twice as much after the dense layer
    parameters=1_250_858,
    products=(
        32 * 32 * 27 * 32,
        30 * 30 * 288 * 32,
        15 * 15 * 288 * 64,
        13 * 13 * 576 * 64,
        2304 * 512,
        512 * 10,
    ),
    mark=1.35,
)

_IMAGES = (
    _CIFAR,
    Workload(
        name="cnn_bn",
        title="28x28x1: conv-BN-relu 32, 64 /2, 64 /2, residual 64, mean, 10; Adam, batch 64",
        network="cnn_bn",
        task="classes",
        optimizer="adam",
        learning_rate=1e-3,
        batch=64,
        rows=640,
        parameters=93_546,
        products=(
            28 * 28 * 9 * 32,
            14 * 14 * 288 * 64,
            7 * 7 * 576 * 64,
            7 * 7 * 576 * 64,
            64 * 10,
        ),
        mark=1.4,
    ),
    replace(
        _CIFAR,
        name="cifar_predict_1",
        title="CIFAR-10 network: inference of 1 image",
        rows=1,
        mark=1.3,
        inference=True,
    ),
    replace(
        _CIFAR,
        name="cifar_predict_256",
        title="CIFAR-10 network: inference of 256 images",
        rows=256,
        mark=1.3,
        inference=True,
    ),
)

_SEQUENCES = (
    Workload(
        name="lstm",
        title="50x1: LSTM 20, LSTM 20, 1; Adam, mse, batch 32",
        network="lstm",
        task="regression",
        optimizer="adam",
        learning_rate=1e-3,
        batch=32,
        rows=960,
        parameters=5_061,
        mark=2.0,
    ),
    Workload(
        name="gru_text",
        title="100 tokens: Embedding(10000, 64), GRU 64, 1; Adam, batch 64",
        network="gru_text",
        task="binary",
        optimizer="adam",
        learning_rate=1e-3,
        batch=64,
        rows=640,
        parameters=665_025,
        mark=2.5,
    ),
    Workload(
        name="embed_pool",
        title="200 tokens: Embedding(10000, 16), mean, 1; Adam, batch 128",
        network="embed_pool",
        task="binary",
        optimizer="adam",
        learning_rate=1e-3,
        batch=128,
        rows=6400,
        parameters=160_017,
        mark=3.0,
    ),
    Workload(
        name="attention",
        title="64x64: encoder block of 4 heads, feed-forward 128, mean, 10; Adam, batch 32",
        network="attention",
        task="classes",
        optimizer="adam",
        learning_rate=1e-3,
        batch=32,
        rows=640,
        parameters=34_122,
        mark=2.0,
    ),
)

_PIPELINES = (
    replace(
        next(workload for workload in _DENSE if workload.name == "fashion"),
        name="dataset_fit",
        title="fashion from tf.data: shuffle, map (cast, / 255), batch 32, prefetch",
        mark=2.0,
        pipeline=True,
    ),
)

WORKLOADS: dict[str, Workload] = {
    workload.name: workload for workload in (*_DENSE, *_IMAGES, *_SEQUENCES, *_PIPELINES)
}
