"""Overfitting, and each of its cures side by side.

A network with 670,000 weights and a thousand pictures can learn the pictures by heart. The loss of
the training pictures goes on falling; that of others falls, turns, and rises: from there on it
learns what is true of these thousand only. What is tried against it, each alone:

- a smaller network has less room for learning by heart;
- L2 adds the squares of the weights to the loss, L1 their sizes: only weights that pay stay large,
  and L1 turns most of them off;
- dropout silences half of the units at random in every step, so none can rely on the others;
- early stopping ends the training where the validation loss turns, and goes back to the best weights;
- more data. Nothing is as good.

    python examples/overfitting.py            # a minute
    python examples/overfitting.py --quick

The data are MNIST, found or downloaded as in Keras.
"""

import argparse
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers

ROWS, BATCH = 1000, 50


def network(units=512, regularizer=None, dropout=0.0):
    """Two hidden layers."""
    model = keras.Sequential([keras.Input((784,))])
    for _ in range(2):
        model.add(layers.Dense(units, activation="relu", kernel_regularizer=regularizer))
        if dropout:
            model.add(layers.Dropout(dropout))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def cures():
    """The network of each cure, and how it is trained differently."""
    return {
        "nothing": (network, {}),
        "a smaller network": (lambda: network(units=16), {}),
        "L1": (lambda: network(regularizer=keras.regularizers.L1(1e-4)), {}),
        "L2": (lambda: network(regularizer=keras.regularizers.L2(1e-3)), {}),
        "dropout": (lambda: network(dropout=0.5), {}),
        "early stopping": (network, {"stop": True}),
        "ten times the data": (network, {"rows": 10 * ROWS}),
    }


def train(build, x, y, validation, epochs, stop=False, seed=0):
    """Trains one network; returns it with its history."""
    keras.utils.set_random_seed(seed)
    model = build()
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss="sparse_categorical_crossentropy",
        # The loss that is reported includes the penalties; this one can be compared.
        metrics=["accuracy", keras.metrics.SparseCategoricalCrossentropy(name="cost")],
    )
    callbacks = []
    if stop:
        callbacks = [
            keras.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)
        ]
    # As many steps for all: ten times the data are seen a tenth as often.
    history = model.fit(
        x,
        y,
        batch_size=BATCH,
        epochs=epochs,
        steps_per_epoch=ROWS // BATCH,
        validation_data=validation,
        validation_batch_size=1000,
        callbacks=callbacks,
        verbose=0,
    )
    return model, history.history


def main(quick=False, seed=0, figures=None):
    """Trains with each cure; returns what was measured."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    x_train, x_test = (x.reshape(len(x), 784).astype("float32") / 255 for x in (x_train, x_test))
    seen = 500 if quick else 5000
    if quick:
        x_test, y_test = x_test[:1000], y_test[:1000]
    validation = x_train[-seen:], y_train[-seen:]
    epochs = 12 if quick else 60

    print(f"{network().count_params():,} weights, {ROWS} pictures, {epochs} epochs\n")
    print(f"{'':20}{'cost of':>9}{'of':>8}{'lowest':>8}{'at':>6}{'accuracy':>10}{'weights':>9}")
    print(f"{'':20}{'training':>9}{'others':>8}{'cost':>8}{'epoch':>6}{'of test':>10}{'near 0':>9}")
    measured, histories = {}, {}
    for name, (build, options) in cures().items():
        rows = options.pop("rows", ROWS)
        model, history = train(
            build, x_train[:rows], y_train[:rows], validation, epochs, seed=seed, **options
        )
        _, accuracy, cost = model.evaluate(x_test, y_test, batch_size=1000, verbose=0)
        trained = model.evaluate(x_train[:rows], y_train[:rows], batch_size=1000, verbose=0)[2]
        kernels = np.concatenate([w.ravel() for w in model.get_weights() if w.ndim == 2])
        costs = history["val_cost"]
        measured[name] = {"training": trained, "test": cost, "accuracy": accuracy, "costs": costs}
        histories[name] = history
        print(
            f"{name:20}{trained:9.4f}{cost:8.4f}{min(costs):8.4f}{np.argmin(costs) + 1:6}"
            f"{accuracy:10.1%}{np.mean(np.abs(kernels) < 1e-3):9.0%}"
        )
    if figures:
        draw(histories, Path(figures))
    return measured


def draw(histories, folder):
    """The cost of training and of other pictures over the epochs, for each cure."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    axes = figure.subplots(2, 4, sharex=True, sharey=True).ravel()
    axes[-1].set_axis_off()
    for axis, (name, history) in zip(axes, histories.items()):
        axis.plot(history["cost"], label="in training")
        axis.plot(history["val_cost"], label="others")
        axis.set(title=name, ylim=(0, 0.8))
        axis.grid(alpha=0.3)
    axes[0].legend()
    figure.supxlabel("epoch")
    figure.supylabel("cross-entropy")
    figure.savefig(folder / "overfitting.png", dpi=80)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--figures", metavar="FOLDER", help="draw the curves (needs matplotlib)")
    main(**vars(parser.parse_args()))
