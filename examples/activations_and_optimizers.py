"""Which activation, which optimizer, which learning rate? Try them, one change at a time.

The same network learns the same pictures, with everything as it was but one choice:

- activations: without one, any number of layers is still a straight line; sigmoid and tanh bend
  but flatten out; relu and its relatives do not;
- optimizers: plain gradient descent takes the slope as it is; momentum remembers where it was
  going; RMSprop and Adam give every weight a step of its own size;
- learning rates: too small crawls, too large overshoots. It is the first thing to tune, and each
  optimizer has its own good one.

A rate may also fall during the training: large steps first, small ones to settle.

    python examples/activations_and_optimizers.py            # half a minute
    python examples/activations_and_optimizers.py --quick

The data are Fashion-MNIST, found or downloaded as in Keras.
"""

import argparse
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers

ROWS, TEST_ROWS, BATCH = 12_000, 5000, 64


def train(data, activation="relu", optimizer=None, epochs=5, seed=0):
    """One training; returns its history, with the test pictures as validation."""
    (x_train, y_train), test = data
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((784,))])
    for units in (100, 100):
        model.add(layers.Dense(units, activation=activation))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(
        optimizer=optimizer or keras.optimizers.SGD(0.05),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model.fit(
        x_train,
        y_train,
        batch_size=BATCH,
        epochs=epochs,
        validation_data=test,
        validation_batch_size=1000,
        verbose=0,
    ).history


def optimizers():
    """Each with a learning rate that suits it."""
    return {
        "SGD": keras.optimizers.SGD(0.05),
        "SGD, momentum": keras.optimizers.SGD(0.02, momentum=0.9),
        "SGD, Nesterov": keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True),
        "Adagrad": keras.optimizers.Adagrad(0.02),
        "RMSprop": keras.optimizers.RMSprop(1e-3),
        "Adam": keras.optimizers.Adam(1e-3),
        "AdamW": keras.optimizers.AdamW(1e-3),
        "Nadam": keras.optimizers.Nadam(1e-3),
        "Lion": keras.optimizers.Lion(2e-4),
    }


def shown(name, history):
    """Prints one line of a table."""
    losses = history["loss"]
    print(
        f"  {name:18}{losses[0]:8.3f}{losses[-1]:8.3f}"
        f"{history['val_accuracy'][0]:9.1%}{history['val_accuracy'][-1]:8.1%}",
        flush=True,
    )


def main(quick=False, seed=0, figures=None):
    """Trains once for every choice; returns the histories."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
    rows, epochs = (2000, 2) if quick else (ROWS, 5)
    x_train, x_test = x_train[:rows], x_test[:TEST_ROWS]
    x_train, x_test = (x.reshape(len(x), 784).astype("float32") / 255 for x in (x_train, x_test))
    data = (x_train, y_train[:rows]), (x_test, y_test[:TEST_ROWS])
    options = {"epochs": epochs, "seed": seed}

    activations = ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu"]
    rates = [1e-4, 1e-3, 1e-2, 1e-1, 1.0]
    steps = epochs * -(-rows // BATCH)
    schedules = {
        "0.1 all the time": 0.1,
        "0.1, cosine to 0": keras.optimizers.schedules.CosineDecay(0.1, steps),
        "0.1, halved thrice": keras.optimizers.schedules.ExponentialDecay(
            0.1, steps // 4, 0.5, staircase=True
        ),
    }
    tables = {
        "activation": {name: train(data, activation=name, **options) for name in activations},
        "optimizer": {
            name: train(data, optimizer=one, **options) for name, one in optimizers().items()
        },
        "rate of SGD": {
            f"{rate:g}": train(data, optimizer=keras.optimizers.SGD(rate), **options)
            for rate in rates
        },
        "rate of Adam": {
            f"{rate:g}": train(data, optimizer=keras.optimizers.Adam(rate), **options)
            for rate in rates[:-1]
        },
        "schedule": {
            name: train(data, optimizer=keras.optimizers.SGD(rate, momentum=0.9), **options)
            for name, rate in schedules.items()
        },
    }
    for title, histories in tables.items():
        print(f"{title:20}{'loss at 1':>8}{epochs:>7}{'right at 1':>10}{epochs:>7}")
        for name, history in histories.items():
            shown(name, history)
        best = max(histories, key=lambda name: histories[name]["val_accuracy"][-1])
        print(f"  best: {best}\n")
    if figures:
        draw(tables, Path(figures))
    return tables


def draw(tables, folder):
    """The loss over the epochs, for each choice."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(9.5, 3.6), layout="constrained")
    for axis, title in zip(figure.subplots(1, 3), ("activation", "optimizer", "rate of SGD")):
        for name, history in tables[title].items():
            axis.plot(np.arange(len(history["loss"])) + 1, history["loss"], label=name)
        axis.set(title=title, xlabel="epoch", ylabel="loss in training", ylim=(0.25, 2.6))
        axis.legend(fontsize=7)
        axis.grid(alpha=0.3)
    figure.savefig(folder / "activations_and_optimizers.png", dpi=80)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few pictures and epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--figures", metavar="FOLDER", help="draw the losses (needs matplotlib)")
    main(**vars(parser.parse_args()))
