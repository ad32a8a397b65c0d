"""Cleaning noisy pictures: an autoencoder that is never shown its own input as the target.

A network that must turn a spoiled picture into the clean one cannot copy; it has to know what
pictures look like. The encoder halves the picture twice with strided convolutions, the decoder
doubles it twice with transposed ones. What it is worth is seen beside a filter without knowledge,
which puts the mean of the neighbours in the place of every pixel.

    python examples/denoising_autoencoder.py            # some minutes
    python examples/denoising_autoencoder.py --quick

Reference: P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol, "Extracting and composing robust
features with denoising autoencoders", ICML (2008).
"""

import argparse
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers

NOISE = 0.4  # standard deviation; pixels go from 0 to 1


def build():
    """28 x 28 pixels to 7 x 7 x 32 features and back."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.GaussianNoise(NOISE),  # another noise for every picture in every epoch
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )


def mean_filter(pictures):
    """Every pixel as the mean of the three by three around it: a convolution that learned nothing."""
    kernel = np.full((3, 3, 1, 1), 1 / 9, dtype="float32")
    return keras.ops.convert_to_numpy(keras.ops.conv(pictures, kernel, padding="same"))


def main(quick=False, seed=0, figures=None):
    """Trains and compares; returns the mean squared errors."""
    (x_train, _), (x_test, _) = keras.datasets.mnist.load_data()
    x_train, x_test = (x[..., None].astype("float32") / 255 for x in (x_train, x_test))
    if quick:
        x_train, x_test = x_train[:2500], x_test[:300]
    x_test = x_test[:2000]

    keras.utils.set_random_seed(seed)
    model = build()
    model.summary()
    model.compile(optimizer=keras.optimizers.Adam(3e-3), loss="binary_crossentropy")
    # Input and target are the same pictures: the noise layer spoils what goes in.
    losses = model.fit(
        x_train, x_train, batch_size=32, epochs=4 if quick else 5, verbose=0
    ).history["loss"]
    for epoch, loss in enumerate(losses, start=1):
        print(f"epoch {epoch}: loss {loss:.4f}")

    # Noise layers are silent outside of training, so the test pictures are spoiled by hand.
    noise = np.random.default_rng(seed).normal(0, NOISE, x_test.shape)
    noisy = (x_test + noise).astype("float32")
    cleaned = model.predict(noisy, batch_size=250, verbose=0)
    filtered = mean_filter(noisy)
    errors = {
        "noisy": np.mean((noisy - x_test) ** 2),
        "mean filter": np.mean((filtered - x_test) ** 2),
        "autoencoder": np.mean((cleaned - x_test) ** 2),
    }
    print("\nmean squared error of the test pictures:")
    for name, error in errors.items():
        print(f"  {name:12}{error:.4f}")
    if figures:
        draw([noisy, filtered, cleaned, x_test], Path(figures))
    return errors


def draw(columns, folder):
    """Eight test pictures: noisy, filtered, cleaned, and as they were."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    names = ("noisy", "mean filter", "autoencoder", "original")
    figure = Figure(figsize=(7.2, 3.8), layout="constrained")
    axes = figure.subplots(4, 8)
    for row, name, pictures in zip(axes, names, columns):
        row[0].set_ylabel(name)
        for axis, picture in zip(row, pictures):
            axis.imshow(picture[..., 0], cmap="gray", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
    figure.savefig(folder / "denoising_autoencoder.png", dpi=90)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few pictures and epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--figures", metavar="FOLDER", help="draw pictures (needs matplotlib)")
    main(**vars(parser.parse_args()))
