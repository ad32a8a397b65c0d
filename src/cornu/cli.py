"""The `cornu` command: a demonstration, and facts about this installation."""

from __future__ import annotations

import argparse
import importlib.util
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import cornu
from cornu.core.engine import current_engine
from cornu.core.extras import MissingExtraError
from cornu.datasets import digits, mnist

_SHADES = " .:-=+*#%@"
_PICTURES = 5
_LINE = 100
_GAP = " " * 4


@dataclass(frozen=True)
class _Job:
    """What `cornu demo` trains: data, a network for them, and how good it must become."""

    load_data: Callable[[], Any]
    largest_pixel: int
    network: Callable[[], cornu.Model]
    optimizer: str
    batch_size: int
    epochs: int
    target: float


def _digits_network() -> cornu.Model:
    return cornu.Sequential(
        [
            cornu.Input((8, 8)),
            cornu.layers.Flatten(),
            cornu.layers.Dense(128, activation="relu"),
            cornu.layers.Dense(64, activation="relu"),
            cornu.layers.Dense(10, activation="softmax"),
        ]
    )


def mnist_network() -> cornu.Model:
    """Returns the network that `cornu demo --data mnist` trains: 784-512-512-512-10, with dropout.

    Example:
        >>> mnist_network().count_params()
        932362
    """
    network = cornu.Sequential([cornu.Input((28, 28)), cornu.layers.Flatten()])
    for _ in range(3):
        network.add(cornu.layers.Dense(512, activation="relu"))
        network.add(cornu.layers.Dropout(0.2))
    network.add(cornu.layers.Dense(10, activation="softmax"))
    return network


_JOBS = {
    "digits": _Job(digits.load_data, 16, _digits_network, "adam", 32, 30, 0.97),
    "mnist": _Job(mnist.load_data, 255, mnist_network, "rmsprop", 128, 10, 0.98),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
        arguments: The words after `cornu`; those of the process by default.

    Returns:
        The exit status: 0, or 1 if something failed.

    Example:
        >>> main(["info"])  # doctest: +SKIP
        0
    """
    parser = argparse.ArgumentParser(
        prog="cornu", description="Deep learning the Keras way on an engine of its own."
    )
    parser.add_argument("--version", action="version", version=f"cornu {cornu.__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="train a network that reads handwritten digits")
    demo.add_argument(
        "--data",
        choices=sorted(_JOBS),
        default="digits",
        help="digits: 1,797 small pictures that come with cornu (default); "
        "mnist: 70,000 larger ones, downloaded if they are not on this machine",
    )
    demo.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    demo.add_argument(
        "--report",
        metavar="FILE",
        default="cornu_demo.html",
        help="page about the training with curves, mistakes and weights (default cornu_demo.html; "
        "needs matplotlib); '' writes none",
    )
    commands.add_parser("info", help="print version, engine, instruction set and threads")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "info":
            return _info()
        return _demo(_JOBS[chosen.data], chosen.data, chosen.seed, chosen.report)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"cornu: {error}", file=sys.stderr)
        return 1


# ------------------------------------------------------------------------------------ cornu info


def _info() -> int:
    engine = current_engine()
    facts: dict[str, Any] = {
        "cornu": cornu.__version__,
        "engine": engine.name,
        **{name: fact for name, fact in engine.describe().items() if name != "name"},
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
    }
    width = max(map(len, facts))
    for name, value in facts.items():
        print(f"{name.replace('_', ' '):<{width}}  {value}")
    if importlib.util.find_spec("cornu._native") is None:
        print(
            "\nThe C++ engine is not installed: cornu runs on its NumPy engine, with the same\n"
            "results but much slower. With a C++17 compiler on this machine, install it again:\n"
            "    pip install --force-reinstall --no-cache-dir cornu\n"
            "or, in a checkout, run `make native`."
        )
    return 0


# ------------------------------------------------------------------------------------ cornu demo


def _demo(job: _Job, name: str, seed: int, report: str) -> int:
    started = time.perf_counter()
    cornu.utils.set_random_seed(seed)
    (x_train, y_train), (x_test, y_test) = job.load_data()
    x_train = x_train.astype("float32") / job.largest_pixel
    x_test = x_test.astype("float32") / job.largest_pixel
    height, width = x_train.shape[1:]
    print(
        f"{len(x_train):,} pictures of handwritten digits, {height} by {width} pixels, to learn "
        f"from;\n{len(x_test):,} others to be examined on.\n"
    )

    network = job.network()
    network.compile(job.optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    network.summary()

    training = time.perf_counter()
    history = network.fit(x_train, y_train, batch_size=job.batch_size, epochs=job.epochs)
    trained = time.perf_counter()
    _, accuracy = network.evaluate(x_test, y_test, verbose=0)
    probabilities = np.asarray(network.predict(x_test, verbose=0))

    _show(x_test, y_test, probabilities)
    steps = job.epochs * -(-len(x_train) // job.batch_size)
    print(
        f"\nRead correctly: {accuracy:.1%} of the {len(x_test):,} pictures it had never seen.\n"
        f"Training took {trained - training:.2f} s for {steps:,} steps, "
        f"everything {time.perf_counter() - started:.2f} s."
    )
    if report:
        print(_written(network, history, (x_test, y_test), report))
    if accuracy < job.target:
        print(f"That is below the {job.target:.0%} it should reach.", file=sys.stderr)
        return 1
    print(_next_steps(name))
    return 0


def _written(network: cornu.Model, history: Any, data: Any, path: str) -> str:
    """Writes the report and returns what to say about it."""
    try:
        written = cornu.visualization.report(network, history, data, path)
    except (MissingExtraError, OSError) as error:
        return f"No report: {error}"
    return f"Curves, confusion matrix, mistakes and weights: {written}"


def _show(images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray) -> None:
    """Prints the first pictures, and those the network was most wrong about."""
    read = probabilities.argmax(axis=-1)
    print("\nThe first pictures of the test, and what the network reads in them:\n")
    _print_pictures(images, labels, probabilities, np.arange(min(_PICTURES, len(images))))
    wrong = np.flatnonzero(read != labels)
    if len(wrong):
        surest = wrong[np.argsort(-probabilities[wrong].max(axis=-1))][:_PICTURES]
        print("\nIts worst mistakes:\n")
        _print_pictures(images, labels, probabilities, surest)


def _print_pictures(
    images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray, rows: np.ndarray
) -> None:
    pictures, captions = [], []
    for row in rows:
        # Two characters a pixel make it about square; large pictures are halved to fit the line.
        image = images[row]
        if image.shape[0] > 2 * len(_SHADES):
            image = image.reshape(image.shape[0] // 2, 2, image.shape[1] // 2, 2).mean(axis=(1, 3))
        levels = np.rint(image * (len(_SHADES) - 1)).astype(int)
        pictures.append(["".join(_SHADES[level] * 2 for level in line) for line in levels])
        read = int(probabilities[row].argmax())
        caption = f"{read} ({probabilities[row, read]:.0%})"
        if read != labels[row]:
            caption += f", is {labels[row]}"
        captions.append(caption)
    width = len(pictures[0][0])
    across = max(1, _LINE // (width + len(_GAP)))
    for first in range(0, len(pictures), across):
        for lines in zip(*pictures[first : first + across]):
            print(_GAP.join(lines).rstrip())
        print(_GAP.join(f"{text:^{width}}" for text in captions[first : first + across]).rstrip())


def _next_steps(name: str) -> str:
    text = """
Where to go next:
  The same in your own program: `import cornu as keras`, then build, compile and fit as in Keras.
  cornu info                  which engine, instruction set and threads are used here"""
    if name == "digits":
        text += "\n  cornu demo --data mnist     a larger network on 70,000 larger pictures"
    return text


if __name__ == "__main__":
    sys.exit(main())
