"""Overfitting and its cures, and the search for hyperparameters (rows 395 to 413)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
from cornu import layers


def few(rows=24):
    """A noisy wave: few points to learn from, many to be asked about."""
    draw = np.random.default_rng(3)
    x = draw.uniform(-1, 1, (rows, 1)).astype("float32")
    far = np.linspace(-1, 1, 201, dtype="float32")[:, None]
    y = np.sin(3 * x) + 0.3 * draw.normal(size=x.shape).astype("float32")
    return x, y, far, np.sin(3 * far)


def trained(units, data, epochs=150, regularizer=None, callbacks=(), rate=0.02):
    """Errors on the points of training and on the wave itself, and the network: a hidden layer."""
    x, y, far, wave = data
    keras.utils.set_random_seed(1)
    features = keras.ops.convert_to_numpy(keras.ops.concatenate([x**k for k in range(1, 10)], 1))
    wide = np.concatenate([far**k for k in range(1, 10)], 1)
    model = keras.Sequential(
        [
            keras.Input((9,)),
            layers.Dense(units, "relu", kernel_regularizer=regularizer),
            layers.Dense(1, kernel_regularizer=regularizer),
        ]
    )
    model.compile(keras.optimizers.Adam(rate), "mse")
    model.fit(
        features,
        y,
        epochs=epochs,
        verbose=0,
        validation_data=(wide, wave),
        callbacks=list(callbacks),
    )
    error = model.predict(features, verbose=0) - y
    unseen = model.predict(wide, verbose=0) - wave
    return float(np.mean(error**2)), float(np.mean(unseen**2)), model


def test_row_395_overfitting():
    near, far, _ = trained(200, few())
    assert near < 0.09 * 0.8  # below the noise: the noise itself was learnt
    assert far > 0.02
    assert trained(200, few(400), epochs=20)[1] < far / 2  # more data cure it


def test_row_396_underfitting():
    assert trained(200, few())[0] < trained(1, few(), epochs=5, rate=0.001)[0] / 3


def test_row_397_generalisation(digits):
    (x, y), (x_test, y_test) = digits
    model = keras.Sequential([layers.Dense(32, "relu"), layers.Dense(10, "softmax")])
    model.compile(
        keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(x, y, epochs=8, verbose=0)
    assert model.evaluate(x_test, y_test, verbose=0)[1] > 0.93


def test_row_398_l1():
    penalty = keras.regularizers.L1(0.1)
    assert float(penalty(np.float32([[1, -2], [0.5, 0]]))) == pytest.approx(0.35)
    weights = trained(20, few(), regularizer=keras.regularizers.L1(0.02))[2].get_weights()[0]
    assert np.mean(np.abs(weights) < 1e-2) > 0.5  # most weights are gone


def test_row_399_l2():
    penalty = keras.regularizers.L2(0.1)
    assert float(penalty(np.float32([[1, -2], [0.5, 0]]))) == pytest.approx(0.525)
    plain, small = (
        np.sum(np.square(trained(20, few(), regularizer=regularizer)[2].get_weights()[0]))
        for regularizer in (None, keras.regularizers.L2(0.01))
    )
    assert small < plain / 2


def test_row_400_dropout_as_an_ensemble():
    """The network without dropout stands for the mean of all the thinned ones."""
    layer, out = layers.Dropout(0.5), layers.Dense(1)
    x = np.random.default_rng(0).normal(size=(1, 40)).astype("float32")
    keras.utils.set_random_seed(0)
    votes = [float(out(layer(x, training=True))[0, 0]) for _ in range(400)]
    assert np.mean(votes) == pytest.approx(float(out(layer(x))[0, 0]), abs=4 * np.std(votes) / 20)
    assert np.std(votes) > 0.1


def test_row_401_early_stopping():
    stop = keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
    model = trained(200, few(), callbacks=[stop])[2]
    history = model.history.history["val_loss"]
    assert len(history) < 150
    assert trained(200, few())[1] > min(history)


def test_row_402_auxiliary_output(digits):
    (x, y), _ = digits
    input_ = keras.Input((64,))
    hidden = layers.Dense(16, "relu")(input_)
    main = layers.Dense(10, "softmax", name="main")(layers.Dense(16, "relu")(hidden))
    aux = layers.Dense(10, "softmax", name="aux")(hidden)
    model = keras.Model(input_, [main, aux])
    loss = "sparse_categorical_crossentropy"
    model.compile("adam", loss=[loss, loss], loss_weights=[0.8, 0.2])
    history = model.fit(x, (y, y), epochs=3, verbose=0).history
    assert {"loss", "main_loss", "aux_loss"} <= set(history)
    total = 0.8 * history["main_loss"][-1] + 0.2 * history["aux_loss"][-1]
    assert history["loss"][-1] == pytest.approx(total, rel=1e-3)


def test_row_403_rate_data_and_size_matter():
    base = trained(20, few())[1]
    others = {
        "rate": trained(20, few(), rate=1e-4)[1],
        "size": trained(1, few(), epochs=60, rate=0.002)[1],
    }
    assert min(others.values()) > base
    assert trained(20, few(300), epochs=30)[1] < base


def test_row_404_saturation(line):
    """A unit driven far into the sigmoid's flat part learns no more."""

    def change(bias):
        unit = layers.Dense(1, "sigmoid", bias_initializer=keras.initializers.Constant(bias))
        model = keras.Sequential([keras.Input((1,)), unit])
        model.compile("sgd", "mse")
        model.fit(line[0], np.zeros_like(line[1]), verbose=0)
        return abs(float(unit.bias.numpy()[0]) - bias)

    assert change(15.0) < change(0.0) / 1000


# ----------------------------------------------------------------------------- hyperparameters


def build_model(n_hidden=1, n_neurons=16, learning_rate=0.02, activation="relu"):
    """Takes hyperparameters and returns a compiled model, as in the fourth document."""
    model = keras.Sequential([keras.Input((64,))])
    for _ in range(n_hidden):
        model.add(layers.Dense(n_neurons, activation=activation))
    model.add(layers.Dense(10, activation="softmax"))
    optimizer = keras.optimizers.Adam(learning_rate=learning_rate)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def score(digits, epochs=3, batch_size=32, **hyperparameters):
    (x, y), (x_test, y_test) = digits
    keras.utils.set_random_seed(0)
    model = build_model(**hyperparameters)
    model.fit(x, y, epochs=epochs, batch_size=batch_size, verbose=0)
    return model.evaluate(x_test, y_test, verbose=0)[1]


def test_row_408_build_model():
    model = build_model(n_hidden=2, n_neurons=5)
    assert [layer.units for layer in model.layers] == [5, 5, 10]
    assert model.compiled


@pytest.mark.parametrize(("hidden", "neurons"), [(1, 10), (5, 10), (1, 100), (5, 100)])
def test_row_409_number_of_layers_and_neurons(hidden, neurons):
    model = build_model(hidden, neurons)
    expected = 65 * neurons + (hidden - 1) * (neurons + 1) * neurons + (neurons + 1) * 10
    assert model.count_params() == expected


def test_row_410_one_parameter_at_a_time(digits):
    base = score(digits)
    assert score(digits, learning_rate=1e-5) < base
    assert score(digits) == base  # with equal seeds only the changed parameter makes a difference


def test_row_411_trial_and_error(digits):
    trials = {
        (n, b, e): score(digits, n_neurons=n, batch_size=b, epochs=e)
        for n, b, e in [(2, 128, 1), (16, 128, 1), (16, 32, 1), (16, 32, 6)]
    }
    assert max(trials, key=trials.get) == (16, 32, 6)
    assert min(trials, key=trials.get) == (2, 128, 1)


def test_row_412_learning_rate_is_tuned_first(digits):
    """Over the usual ranges, the learning rate moves the result more than the activation does."""
    rates = [score(digits, learning_rate=rate) for rate in (1e-5, 1e-3, 2e-2)]
    activations = [score(digits, activation=name) for name in ("relu", "tanh", "elu")]
    assert np.ptp(rates) > 3 * np.ptp(activations)


def test_row_413_lower_layers_are_used_again(digits):
    """Layers that learnt to tell the digits help to learn other names for them from 40 examples."""
    (x, y), (x_test, y_test) = digits
    keras.utils.set_random_seed(0)
    model = build_model(n_neurons=32)
    model.fit(x, y, epochs=15, verbose=0)
    lower = model.layers[0]
    lower.trainable = False

    def accuracy(first):
        keras.utils.set_random_seed(3)
        task = keras.Sequential([keras.Input((64,)), first, layers.Dense(10, "softmax")])
        task.compile(
            keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        task.fit(x[:40], (y[:40] + 3) % 10, epochs=30, verbose=0)
        return task.evaluate(x_test, (y_test + 3) % 10, verbose=0)[1]

    assert accuracy(lower) > accuracy(layers.Dense(32, "relu")) + 0.1
