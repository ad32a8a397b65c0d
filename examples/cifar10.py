"""Ten kinds of small colour pictures, told apart by a convolutional network.

CIFAR-10 holds 60,000 pictures of 32 by 32 pixels: airplanes, cats, trucks and seven more. Dense
layers would have to learn a cat anew for every place it can sit in. A convolution learns one small
filter and slides it over the whole picture; stacked, the filters see edges, then textures, then parts.

    python examples/cifar10.py --quick               # a minute or two: few pictures, few epochs
    python examples/cifar10.py                       # all 50,000 pictures, 15 epochs
    python examples/cifar10.py --seed 1 --log runs/seed1.csv

With `--log` every epoch is written to a CSV file and the whole training beside it (`model.save`), so
that a run that was stopped goes on where it was, to the same numbers.
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers

NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def build(data_format="channels_last"):
    """The network: two blocks of two convolutions, then two dense layers."""
    image = (32, 32, 3) if data_format == "channels_last" else (3, 32, 32)
    options = {"data_format": data_format}
    return keras.Sequential(
        [
            keras.Input(image),
            layers.Conv2D(32, 3, padding="same", activation="relu", **options),
            layers.Conv2D(32, 3, activation="relu", **options),
            layers.MaxPooling2D(2, **options),
            layers.Dropout(0.25),
            layers.Conv2D(64, 3, padding="same", activation="relu", **options),
            layers.Conv2D(64, 3, activation="relu", **options),
            layers.MaxPooling2D(2, **options),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def main(quick=False, seed=0, epochs=15, log=None, figures=None, rows=50_000):
    """Trains, evaluates and shows the network; returns what was measured."""
    if quick:
        rows, epochs = min(rows, 4_000), min(epochs, 4)
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    x_train, y_train = x_train[:rows].astype("float32") / 255, y_train[:rows]
    x_test = x_test.astype("float32") / 255
    one_hot_train = keras.utils.to_categorical(y_train, 10)
    one_hot_test = keras.utils.to_categorical(y_test, 10)

    # The picture of the network, with the colours in front as the lecture's slide has them.
    print(keras.utils.sequential_ascii(build("channels_first")))
    keras.utils.set_random_seed(seed)
    model = build()
    print(f"\nTotal params: {model.count_params():,}\n")

    # RMSprop, as everywhere in the lecture; its steps grow smaller, by a fifth every epoch, so that the
    # last epochs settle what the first ones found.
    steps = -(-len(x_train) // 32)
    rate = keras.optimizers.schedules.ExponentialDecay(1e-3, steps, 0.8)
    model.compile(
        optimizer=keras.optimizers.RMSprop(rate),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    print(f"Train on {len(x_train)} samples, validate on {len(x_test)} samples")
    history = read_log(log)
    checkpoint = Path(log).with_suffix(".keras") if log else None
    if history:
        model = keras.models.load_model(checkpoint)  # weights, optimizer, dropout: all of it
    # While it builds the losses, a first `fit` draws one order of the pictures more than others.
    model.evaluate(x_train[:32], one_hot_train[:32], verbose=0)
    for epoch in range(len(history), epochs):
        # One seed an epoch: whoever goes on from epoch 7 shuffles as if never stopped.
        keras.utils.set_random_seed(seed + 1000 * epoch)
        start = time.perf_counter()
        logs = model.fit(
            x_train,
            one_hot_train,
            batch_size=32,
            initial_epoch=epoch,
            epochs=epoch + 1,
            validation_data=(x_test, one_hot_test),
            verbose=0,
        ).history
        row = {"epoch": epoch + 1, **{name: values[-1] for name, values in logs.items()}}
        row["seconds"] = time.perf_counter() - start
        history.append(row)
        print(
            "Epoch {epoch:2}: loss {loss:.4f}, accuracy {accuracy:.4f}, test loss {val_loss:.4f}, "
            "test accuracy {val_accuracy:.4f}, {seconds:.1f} s".format(**row),
            flush=True,
        )
        if log:
            checkpoint.parent.mkdir(parents=True, exist_ok=True)
            model.save(checkpoint)
            write_log(log, history)

    # Rows are what a picture was, columns what it was taken for.
    guesses = model.predict(x_test, batch_size=250, verbose=0).argmax(axis=1)
    confusion = np.zeros((10, 10), dtype=int)
    np.add.at(confusion, (y_test[:, 0], guesses), 1)
    right = int(np.trace(confusion))
    print(f"\n{right} of {len(x_test)} test pictures right ({100 * right / len(x_test):.1f} %)\n")
    print(confusion)
    recall = confusion.diagonal() / confusion.sum(axis=1)
    worst = int(recall.argmin())
    mistaken = int((confusion[worst] - np.diag(confusion.diagonal())[worst]).argmax())
    print(
        f"\nHardest: {NAMES[worst]}, found {100 * recall[worst]:.0f} % of the time and most often "
        f"taken for {NAMES[mistaken]}."
    )
    if figures:
        draw(history, confusion, Path(figures))
    return {"history": history, "confusion": confusion, "accuracy": right / len(x_test)}


def read_log(path):
    """The epochs that are done."""
    if not path or not Path(path).is_file():
        return []
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: float(text) for name, text in row.items()} for row in rows]


def write_log(path, history):
    """One line for each epoch."""
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, history[0])
        writer.writeheader()
        writer.writerows(history)


def draw(history, confusion, folder):
    """The curves and the confusion matrix as pictures."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    epochs = [row["epoch"] for row in history]
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.subplots(1, 2)
    for axis, name in zip(axes, ("loss", "accuracy")):
        axis.plot(epochs, [row[name] for row in history], label="training (with dropout)")
        axis.plot(epochs, [row["val_" + name] for row in history], label="test")
        axis.set(xlabel="epoch", title=name)
        axis.grid(alpha=0.3)
    axes[0].legend()
    figure.savefig(folder / "cifar10_curves.png", dpi=90)

    figure = Figure(figsize=(5.6, 5.2), layout="constrained")
    axis = figure.subplots()
    shares = confusion / confusion.sum(axis=1, keepdims=True)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row in range(10):
        for column in range(10):
            colour = "white" if shares[row, column] > 0.5 else "black"
            axis.text(
                column, row, confusion[row, column], ha="center", va="center", color=colour, size=8
            )
    axis.set_xticks(range(10), NAMES, rotation=45, ha="right")
    axis.set_yticks(range(10), NAMES)
    axis.set(xlabel="Recognized as", ylabel="Really was")
    figure.savefig(folder / "cifar10_confusion.png", dpi=90)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few pictures and epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument(
        "--log", metavar="FILE.csv", help="write the epochs here, and go on from here"
    )
    parser.add_argument("--figures", metavar="FOLDER", help="draw the curves (needs matplotlib)")
    main(**vars(parser.parse_args()))
