"""A deep network built layer by layer, without a single label: how deep learning began.

Before 2006 networks with many layers of sigmoid units could not be trained: the gradient fades on
its way down. Hinton, Osindero and Teh started every layer from a good place instead: each learns on
its own to describe what the layer below says, and only then are all of them trained together. They
used Boltzmann machines; autoencoders, which learn to repeat their input through a narrow middle, do
the same and are trained like any network.

    python examples/stacked_autoencoder.py            # some minutes
    python examples/stacked_autoencoder.py --quick

Reference: G. E. Hinton, S. Osindero, Y.-W. Teh, "A fast learning algorithm for deep belief nets",
Neural Computation 18 (2006).
"""

import argparse
from itertools import pairwise

import numpy as np

import cornu as keras
from cornu import layers

WIDTHS = (784, 256, 128, 64, 32)
LABELLED = 1000


def main(quick=False, seed=0):
    """Trains greedily, fine-tunes, and compares with a start from scratch; returns the figures."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    if quick:
        x_train, y_train, x_test, y_test = (
            x_train[:3000],
            y_train[:3000],
            x_test[:1000],
            y_test[:1000],
        )
    x_train, x_test = (x.reshape(len(x), 784).astype("float32") / 255 for x in (x_train, x_test))
    keras.utils.set_random_seed(seed)
    figures = {}

    # 1. Greedily: each autoencoder has one hidden layer and learns to repeat what comes from below.
    print("one layer at a time:")
    encoders, decoders = [], []
    codes = x_train
    for below, width in pairwise(WIDTHS):
        encoder = layers.Dense(width, activation="sigmoid", name=f"encode_{width}")
        decoder = layers.Dense(below, activation="sigmoid", name=f"decode_{below}")
        pair = keras.Sequential([keras.Input((below,)), encoder, decoder])
        pair.compile(optimizer=keras.optimizers.Adam(3e-3), loss="binary_crossentropy")
        losses = pair.fit(
            codes, codes, batch_size=128, epochs=3 if quick else 10, verbose=0
        ).history["loss"]
        print(f"  {below:3} -> {width:3} -> {below:3}: loss {losses[0]:.4f} ... {losses[-1]:.4f}")
        encoders.append(encoder)
        decoders.insert(0, decoder)
        codes = keras.Sequential([keras.Input((below,)), encoder]).predict(
            codes, batch_size=500, verbose=0
        )

    # 2. The halves, put together, are a deep autoencoder: 784 numbers through 32 and back. Its
    # layers have never met; fine-tuning lets them correct each other.
    deep = keras.Sequential([keras.Input((784,)), *encoders, *decoders])
    deep.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy", metrics=["mse"])
    figures["stacked"] = deep.evaluate(x_test, x_test, batch_size=500, verbose=0)[1]
    deep.fit(x_train, x_train, batch_size=128, epochs=3 if quick else 10, verbose=0)
    figures["fine_tuned"] = deep.evaluate(x_test, x_test, batch_size=500, verbose=0)[1]
    figures["mean"] = float(np.mean((x_test - x_train.mean(axis=0)) ** 2))
    print("\nmean squared error of a test picture that went through 32 numbers:")
    print(f"  the average picture instead {figures['mean']:.4f}")
    print(f"  stacked greedily            {figures['stacked']:.4f}")
    print(f"  then fine-tuned             {figures['fine_tuned']:.4f}")

    # 3. Its encoder knows digits without knowing their names. A thousand labels name them; the same
    # network from scratch has to learn everything from those thousand.
    print(f"\ntest accuracy after training with {LABELLED} labels:")
    for name in ("scratch", "pretrained"):
        keras.utils.set_random_seed(seed)
        classifier = keras.Sequential(
            [keras.Input((784,))]
            + [layers.Dense(width, activation="sigmoid") for width in WIDTHS[1:]]
            + [layers.Dense(10, activation="softmax")]
        )
        if name == "pretrained":
            for layer, encoder in zip(classifier.layers, encoders):
                layer.set_weights(encoder.get_weights())
        classifier.compile(
            optimizer=keras.optimizers.SGD(0.1, momentum=0.9),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        history = classifier.fit(
            x_train[:LABELLED],
            y_train[:LABELLED],
            batch_size=32,
            epochs=20 if quick else 60,
            validation_data=(x_test, y_test),
            verbose=0,
        ).history["val_accuracy"]
        figures[name] = history[-1]
        steps = [0, 4, 9, 19, *range(39, len(history), 20)]
        line = ", ".join(f"{history[step]:.3f}" for step in steps)
        print(f"  {name:10} after {', '.join(str(step + 1) for step in steps)} epochs: {line}")
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few pictures and epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
