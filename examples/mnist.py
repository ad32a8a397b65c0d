"""Handwritten digits, read by 932,362 weights: the first deep network of most people.

60,000 pictures to learn from, 10,000 to be examined on, 28 by 28 grey pixels each. A picture is
flattened to 784 numbers between 0 and 1; three layers of 512 rectified units find features, features of
features and so on; dropout silences a fifth of them at random while they learn, so that none is
indispensable; the last layer says with softmax how probable each digit is. It is the network that
`cornu demo --data mnist` trains, and it reads 98 % of what it has never seen.

What do its neurons look for? Nobody told them. The weights of the first layer can be drawn as
pictures: blue pixels speak for a neuron's feature, red ones against it. Between noise that no picture
corrected, pieces of strokes and their edges appear: hidden neurons are feature detectors that
organise themselves. For a neuron higher up, gradient ascent finds the picture that excites it most.

    python examples/mnist.py            # a minute
    python examples/mnist.py --quick

The data are found or downloaded as in Keras.
"""

import argparse
from pathlib import Path

import numpy as np

import cornu as keras
from cornu.cli import mnist_network


def load(quick):
    """Pictures with values from 0 to 1, and their digits."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    if quick:
        x_train, y_train, x_test, y_test = (
            x_train[:3000],
            y_train[:3000],
            x_test[:500],
            y_test[:500],
        )
    return x_train.astype("float32") / 255, y_train, x_test.astype("float32") / 255, y_test


def main(quick=False, seed=0, figures=None):
    """Trains, examines and looks inside; returns what was measured."""
    x_train, y_train, x_test, y_test = load(quick)
    print(f"{len(x_train)} train samples\n{len(x_test)} test samples")
    keras.utils.set_random_seed(seed)
    model = mnist_network()
    model.summary()
    model.compile(
        loss="categorical_crossentropy",
        optimizer=keras.optimizers.RMSprop(),
        metrics=["accuracy"],
    )
    # 7 becomes (0, 0, 0, 0, 0, 0, 0, 1, 0, 0): one output for each digit.
    history = model.fit(
        x_train,
        keras.utils.to_categorical(y_train, 10),
        batch_size=128,
        epochs=4 if quick else 10,
        validation_data=(x_test, keras.utils.to_categorical(y_test, 10)),
        verbose=0,
    )
    for epoch, right in enumerate(history.history["val_accuracy"], start=1):
        print(f"epoch {epoch:2}: {right:.2%} of the test right")

    probabilities = model.predict(x_test, batch_size=500, verbose=0)
    guesses = probabilities.argmax(axis=1)
    confusion = np.zeros((10, 10), dtype=int)
    np.add.at(confusion, (y_test, guesses), 1)
    print("\nrows: what it was; columns: what was read")
    print(confusion)
    wrong = np.flatnonzero(guesses != y_test)
    surest = wrong[probabilities[wrong].max(axis=1).argsort()[::-1]][:3]
    print(f"\n{len(wrong)} mistakes; those it was most sure of:")
    for row in surest:
        print(
            f"  picture {row} is {y_test[row]}, read as {guesses[row]} ({probabilities[row].max():.1%})"
        )
    if figures:
        draw(model, history, x_test, y_test, probabilities, Path(figures))
    return {"accuracy": float(np.mean(guesses == y_test)), "weights": model.count_params()}


def draw(model, history, x, y, probabilities, folder):
    """Curves, mistakes, and what neurons look for."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(9, 7), layout="constrained")
    (curves, mistakes), (weights, detectors) = figure.subplots(2, 2)
    for name, label in (("accuracy", "in training, with dropout"), ("val_accuracy", "test")):
        curves.plot(range(1, len(history.epoch) + 1), history.history[name], label=label)
    curves.set(title="accuracy", xlabel="epoch")
    curves.legend()
    curves.grid(alpha=0.3)
    keras.visualization.misclassified(x, y, probabilities, ax=mistakes)
    mistakes.set_title("the surest mistakes")
    keras.visualization.layer_weights(model, "dense", image_shape=(28, 28), count=36, ax=weights)
    weights.set_title("weights of 36 neurons of the first layer")
    keras.visualization.feature_detectors(model, -1, units=range(10), ax=detectors)
    detectors.set_title("what the ten outputs would like to see")
    figure.savefig(folder / "mnist.png", dpi=70)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few pictures and epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--figures", metavar="FOLDER", help="draw what it sees (needs matplotlib)")
    main(**vars(parser.parse_args()))
