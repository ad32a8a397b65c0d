"""The two networks whose parameters and pictures the fourth document prints."""

from __future__ import annotations

import cornu as keras
from cornu import layers


def mnist_network(units=512):
    """The dense network for MNIST."""
    model = keras.Sequential()
    model.add(layers.Dense(units, activation="relu", input_shape=(784,)))
    model.add(layers.Dropout(0.2))
    model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dropout(0.2))
    model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dropout(0.2))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def cifar10_network(image=(32, 32, 3), data_format="channels_last"):
    """The convolutional network for CIFAR-10."""
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
