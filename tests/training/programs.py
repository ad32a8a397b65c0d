"""Trainings written once in Keras's terms, to be run by cornu and by Keras.

Each function takes the module to use as `keras` and returns numbers to compare, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Program = Callable[[Any], dict[str, Any]]

PROGRAMS: list[Program] = []


def program(function: Program) -> Program:
    """Enters a training into the list of those compared."""
    PROGRAMS.append(function)
    return function


def classes_data(rows: int = 50, columns: int = 4, classes: int = 3) -> tuple[Any, Any]:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(rows, columns))
    return x, np.abs(x[:, :classes]).argmax(axis=1)


def regression_data(rows: int = 50, columns: int = 4) -> tuple[Any, Any]:
    rng = np.random.default_rng(6)
    x = rng.normal(size=(rows, columns))
    return x, x @ rng.normal(size=(columns, 1)) + 0.1 * rng.normal(size=(rows, 1))


def result(model: Any, *histories: Any, **more: Any) -> dict[str, Any]:
    """Returns the curves of some histories and the final weights."""
    found: dict[str, Any] = {}
    for number, history in enumerate(histories):
        found[f"keys {number}"] = list(history.history)
        found[f"epochs {number}"] = history.epoch
        found.update({f"{key} {number}": value for key, value in history.history.items()})
    return {**found, **more, "weights": model.get_weights()}


@program
def regression_with_a_partial_batch_and_a_validation_split(keras: Any) -> dict[str, Any]:
    x, y = regression_data()
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(6, activation="relu"), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse", metrics=["mae", keras.metrics.RootMeanSquaredError()])
    first = model.fit(x, y, epochs=3, batch_size=16, validation_split=0.2, verbose=0)
    second = model.fit(
        x, y, epochs=6, initial_epoch=3, batch_size=16, validation_split=0.2, validation_freq=2,
        verbose=0,
    )  # fmt: skip
    third = model.fit(x, y, epochs=2, batch_size=20, steps_per_epoch=2, shuffle=False, verbose=0)
    return result(
        model, first, second, third,
        evaluation=model.evaluate(x, y, verbose=0),
        by_name=model.evaluate(x, y, verbose=0, return_dict=True),
        predictions=model.predict(x, verbose=0),
    )  # fmt: skip


@program
def unbuilt_classifier_with_dropout(keras: Any) -> dict[str, Any]:
    """The shape of the data builds the model, which draws one more shuffle."""
    x, y = classes_data()
    model = keras.Sequential(
        [
            keras.layers.Dense(8, activation="tanh"),
            keras.layers.Dropout(0.4),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dropout(0.2, seed=3),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=4, batch_size=16, verbose=0)
    again = model.fit(
        x, y, epochs=2, batch_size=16, verbose=0, shuffle="batch", validation_data=(x[:7], y[:7])
    )
    return result(model, history, again, evaluation=model.evaluate(x, y, verbose=0))


@program
def weights_of_samples_and_classes(keras: Any) -> dict[str, Any]:
    x, y = classes_data()
    weights = np.linspace(0.5, 2.0, len(x))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.8)),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        weighted_metrics=["accuracy", "sparse_categorical_crossentropy"],
    )
    common = {"batch_size": 25, "verbose": 0}
    first = model.fit(x, y, epochs=2, sample_weight=weights, validation_split=0.5, **common)
    data = (x[:25], y[:25], weights[:25])
    of_classes = {0: 2.0, 1: 0.5}
    second = model.fit(x, y, epochs=2, class_weight=of_classes, validation_data=data, **common)
    none = model.fit(x, y, **common)
    return result(
        model, first, second, none,
        evaluation=model.evaluate(x, y, sample_weight=weights, **common),
    )  # fmt: skip


@program
def several_inputs_and_outputs(keras: Any) -> dict[str, Any]:
    x, y = regression_data()
    left, right = keras.Input((4,), name="left"), keras.Input((2,), name="right")
    hidden = keras.layers.Dense(5, activation="relu")(left)
    both = keras.layers.Concatenate()([hidden, right])
    main = keras.layers.Dense(1, name="main")(both)
    side = keras.layers.Dense(1, activation="sigmoid", name="side")(hidden)
    model = keras.Model([left, right], [main, side])
    model.compile(
        "sgd",
        {"main": "mse", "side": "binary_crossentropy"},
        loss_weights={"main": 0.7, "side": 0.3},
        metrics={"main": ["mae", "mse"], "side": ["accuracy", keras.metrics.AUC(name="area")]},
        weighted_metrics=[["mae"], []],
    )
    inputs = {"left": x, "right": x[:, :2]}
    targets = {"main": y, "side": (y > 0).astype("float32")}
    history = model.fit(inputs, targets, epochs=2, batch_size=16, verbose=0, validation_split=0.2)
    listed = model.fit([x, x[:, :2]], [targets["main"], targets["side"]], verbose=0)
    weighted = model.fit(
        [x, x[:, :2]],
        [targets["main"], targets["side"]],
        sample_weight=[np.linspace(0, 1, 50), np.ones(50)],
        verbose=0,
    )
    return result(
        model, history, listed, weighted,
        names=list(model.output_names),
        evaluation=model.evaluate(inputs, targets, verbose=0),
        predictions=model.predict(inputs, verbose=0),
    )  # fmt: skip


@program
def lists_for_several_outputs(keras: Any) -> dict[str, Any]:
    """Losses, weights and metrics in lists; the same loss for all; an output without a loss."""
    x, y = regression_data()
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(4, activation="tanh")(inputs)
    outputs = [keras.layers.Dense(1, name="b")(hidden), keras.layers.Dense(2, name="a")(hidden)]
    model = keras.Model(inputs, outputs)
    targets = [y, np.concatenate([y, -y], axis=1)]
    model.compile("sgd", ["mse", "mae"], loss_weights=[1.0, 0.2], metrics=[["mae"], None])
    first = model.fit(x, targets, epochs=2, verbose=0)
    first_evaluation = model.evaluate(x, targets, verbose=0)
    model.compile("sgd", "mse", metrics=["mae", "mse"])
    second = model.fit(x, targets, epochs=1, verbose=0)
    second_evaluation = model.evaluate(x, targets, verbose=0)
    model.compile("sgd", {"b": "mse", "a": None}, metrics=[])
    third = model.fit(x, {"b": targets[0], "a": targets[1]}, epochs=1, verbose=0)
    return result(
        model, first, second, third,
        first_evaluation=first_evaluation, second_evaluation=second_evaluation,
    )  # fmt: skip


@program
def regularizers_and_constraints(keras: Any) -> dict[str, Any]:
    x, y = classes_data()
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(
                6,
                activation="selu",
                kernel_initializer="lecun_normal",
                kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02),
                bias_regularizer="l2",
                activity_regularizer=keras.regularizers.L2(0.01),
            ),
            keras.layers.Dense(
                3,
                kernel_initializer="he_uniform",
                kernel_constraint=keras.constraints.MaxNorm(0.8),
                bias_constraint="non_neg",
            ),
        ]
    )
    model.compile(
        keras.optimizers.AdamW(0.01, weight_decay=0.02, global_clipnorm=0.5),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
        metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(2, name="top")],
    )
    y = keras.utils.to_categorical(y, 3)
    history = model.fit(x, y, epochs=3, batch_size=16, verbose=0, validation_split=0.1)
    return result(model, history, evaluation=model.evaluate(x, y, verbose=0))


@program
def momentum_with_averages_and_accumulation(keras: Any) -> dict[str, Any]:
    x, y = regression_data()
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True, use_ema=True)
    model.compile(optimizer, keras.losses.Huber(0.5), metrics=["mse"])
    history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
    weights = model.get_weights()
    model.compile(keras.optimizers.Adam(0.05, gradient_accumulation_steps=3), "mse", metrics=[])
    second = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
    return result(model, history, second, averaged=weights)


@program
def own_model_layer_loss_and_metric(keras: Any) -> dict[str, Any]:
    class Scale(keras.layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones")

        def call(self, inputs, training=False):
            self.add_loss(0.01 * keras.ops.sum(keras.ops.square(self.factor)))
            return inputs * self.factor * (2.0 if training else 1.0)

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(5, activation="gelu")
            self.scale = Scale()
            self.drop = keras.layers.Dropout(0.3)
            self.head = keras.layers.Dense(1)

        def call(self, inputs, training=False):
            hidden = self.scale(self.dense(inputs), training=training)
            return self.head(self.drop(hidden, training=training))

    def cubic(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** 3, axis=-1)

    class Furthest(keras.metrics.Metric):
        def __init__(self, name="furthest", **keywords):
            super().__init__(name=name, **keywords)
            self.value = self.add_variable(shape=(), initializer="zeros", name="value")

        def update_state(self, y_true, y_pred, sample_weight=None):
            distance = keras.ops.max(keras.ops.abs(y_true - y_pred))
            self.value.assign(keras.ops.maximum(self.value, distance))

        def result(self):
            return keras.ops.convert_to_tensor(self.value)

    x, y = regression_data()
    y = y.astype("float32")
    model = Net()
    model.compile(keras.optimizers.Adam(0.02), cubic, metrics=[Furthest(), cubic])
    history = model.fit(x, y, epochs=3, batch_size=16, verbose=0, validation_split=0.2)
    return result(model, history, evaluation=model.evaluate(x, y, verbose=0))


@program
def batches_from_generators(keras: Any) -> dict[str, Any]:
    x, y = classes_data(48)

    def forever() -> Iterator[Any]:
        while True:
            for first in range(0, 48, 16):
                yield x[first : first + 16], y[first : first + 16]

    def once() -> Iterator[Any]:
        for first in range(0, 48, 16):
            yield x[first : first + 16], y[first : first + 16], np.full(16, 0.5)

    class Batches(getattr(keras.utils, "PyDataset", object)):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return x[index * 16 : (index + 1) * 16], y[index * 16 : (index + 1) * 16]

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    first = model.fit(forever(), steps_per_epoch=2, epochs=3, verbose=0)
    second = model.fit(once(), verbose=0, validation_data=forever(), validation_steps=2)
    third = model.fit(Batches(), epochs=3, verbose=0, validation_data=(x, y))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    fourth = model.fit(Batches(), epochs=2, verbose=0, shuffle=False)
    return result(
        model, first, second, third, fourth,
        evaluation=model.evaluate(forever(), steps=4, verbose=0),
        predictions=model.predict(Batches(), verbose=0),
    )  # fmt: skip


@program
def single_batches(keras: Any) -> dict[str, Any]:
    x, y = classes_data(32)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("nadam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    found = {}
    for step in range(3):
        rows = slice(step * 8, (step + 1) * 8)
        found[f"train {step}"] = model.train_on_batch(x[rows], y[rows])
    model.reset_metrics()
    found["named"] = model.train_on_batch(x, y, class_weight={0: 1, 1: 2, 2: 3}, return_dict=True)
    found["weighted"] = model.train_on_batch(x, y, sample_weight=np.linspace(0, 1, 32))
    found["test"] = model.test_on_batch(x, y)
    found["test named"] = model.test_on_batch(x, y, return_dict=True)
    found["predict"] = model.predict_on_batch(x)
    found["metrics"] = model.metrics_names
    return result(model, **found)
