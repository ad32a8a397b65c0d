"""Models with data that can be built alike with cornu and with Keras."""

from __future__ import annotations

import numpy as np


def _data(seed=0):
    return np.random.default_rng(seed)


def dense(k):
    model = k.Sequential([k.Input((4,)), k.layers.Dense(5, "relu"), k.layers.Dense(3, "softmax")])
    model.compile(k.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, _data().normal(size=(12, 4)).astype("f"), _data(1).integers(0, 3, 12)


def convolution(k):
    inputs = k.Input((6, 6, 2))
    x = k.layers.Conv2D(3, 3, activation="relu", padding="same")(inputs)
    x = k.layers.MaxPooling2D()(k.layers.BatchNormalization()(x))
    outputs = k.layers.Dense(1)(k.layers.Flatten()(k.layers.Dropout(0.3, seed=3)(x)))
    model = k.Model(inputs, outputs)
    model.compile(k.optimizers.SGD(0.01, momentum=0.9), "mse")
    return model, _data().normal(size=(12, 6, 6, 2)).astype("f"), _data(1).normal(size=(12, 1))


def recurrent(k):
    model = k.Sequential(
        [
            k.Input((None,), dtype="int32"),
            k.layers.Embedding(9, 4),
            k.layers.Bidirectional(k.layers.LSTM(3, return_sequences=True)),
            k.layers.GRU(3),
            k.layers.Dense(1),
        ]
    )
    model.compile(k.optimizers.RMSprop(0.01, momentum=0.5, centered=True), "mse", metrics=["mae"])
    return model, _data().integers(0, 9, (12, 5)), _data(1).normal(size=(12, 1)).astype("f")


def shared_and_nested(k):
    tower = k.Sequential([k.Input((4,)), k.layers.Dense(3, "tanh")], name="tower")
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    joined = k.layers.Concatenate()([tower(a), tower(b)])
    outputs = [k.layers.Dense(1, name="one")(joined), k.layers.Dense(2, name="two")(joined)]
    model = k.Model([a, b], outputs)
    model.compile(k.optimizers.AdamW(0.01), ["mse", "mae"], loss_weights=[1.0, 0.5])
    x = [_data(s).normal(size=(12, 4)).astype("f") for s in (0, 1)]
    return model, x, [_data(s).normal(size=(12, s)).astype("f") for s in (1, 2)]


MODELS = {f.__name__: f for f in (dense, convolution, recurrent, shared_and_nested)}
