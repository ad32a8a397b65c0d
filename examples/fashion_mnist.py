"""Clothes from a web shop: what do convolutions add to dense layers?

Fashion-MNIST has 70,000 grey pictures of ten kinds of clothes, 28 by 28 pixels. The same data
is learned twice: by dense layers, which see a picture as 784 unrelated numbers, and by a small
convolutional network with a fifth of the weights, which knows that neighbouring pixels belong together.

    python examples/fashion_mnist.py            # some minutes
    python examples/fashion_mnist.py --quick
"""

import argparse

import numpy as np

import cornu as keras
from cornu import layers

NAMES = [
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "boot",
]


def dense_network():
    """Every pixel is joined to every unit."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(300, activation="relu"),
            layers.Dense(100, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="dense",
    )


def convolutional_network():
    """Small filters slide over the picture; strides halve it; normalization keeps training quick."""
    model = keras.Sequential([keras.Input((28, 28, 1))], name="convolutional")
    for filters, strides in ((16, 1), (32, 2), (64, 2)):
        model.add(layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False))
        # Keras's momentum of 0.99 wants thousands of steps before the moving averages are good.
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def main(quick=False, seed=0):
    """Trains both networks and compares them; returns their accuracies."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
    if quick:
        x_train, y_train, x_test, y_test = (
            x_train[:3000],
            y_train[:3000],
            x_test[:1000],
            y_test[:1000],
        )
    # One channel, and values from 0 to 1.
    x_train, x_test = (x[..., None].astype("float32") / 255 for x in (x_train, x_test))

    accuracies = {}
    for build in (dense_network, convolutional_network):
        keras.utils.set_random_seed(seed)
        model = build()
        print(f"\n{model.name}: {model.count_params():,} weights")
        model.compile(
            optimizer=keras.optimizers.Adam(1e-3),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        # A tenth of the training pictures, the last ones, tells when to stop; the best weights stay.
        stop = keras.callbacks.EarlyStopping(
            monitor="val_loss", patience=2, restore_best_weights=True
        )
        history = model.fit(
            x_train,
            y_train,
            batch_size=64,
            epochs=4 if quick else 10,
            validation_split=0.1,
            callbacks=[stop],
            verbose=0,
        ).history
        for epoch, (loss, accuracy) in enumerate(
            zip(history["val_loss"], history["val_accuracy"]), start=1
        ):
            print(f"  epoch {epoch:2}: validation loss {loss:.4f}, accuracy {accuracy:.4f}")
        _, accuracies[model.name] = model.evaluate(x_test, y_test, batch_size=250, verbose=0)
        print(f"  test accuracy {accuracies[model.name]:.4f}")

    # What it still confuses: shirts, as people do.
    guesses = model.predict(x_test, batch_size=250, verbose=0).argmax(axis=1)
    wrong = np.zeros((10, 10), dtype=int)
    np.add.at(wrong, (y_test, guesses), guesses != y_test)
    print("\nmost frequent mistakes of the convolutional network:")
    for index in np.argsort(wrong, axis=None)[::-1][:5]:
        really, taken = divmod(int(index), 10)
        print(f"  {wrong[really, taken]:3} times a {NAMES[really]} was taken for a {NAMES[taken]}")
    return accuracies


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few pictures and epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
