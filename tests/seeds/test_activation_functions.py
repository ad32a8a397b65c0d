"""Activation functions (rows 173 to 189)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import layers

X = np.linspace(-4, 4, 33, dtype="float32")


def close(actual, expected):
    np.testing.assert_allclose(np.asarray(actual), expected, rtol=1e-5, atol=1e-6)


def slopes(name, x=X):
    x = keras.ops.array(x)
    with keras.GradientTape() as tape:
        tape.watch(x)
        y = keras.ops.sum(keras.activations.get(name)(x))
    gradient = tape.gradient(y, x)
    return None if gradient is None else gradient.numpy()


def test_row_173_step_function():
    close(keras.activations.step(X), X > 0)
    assert slopes("step") is None  # which is why nothing can be learnt through it


def test_row_174_linear():
    close(keras.activations.linear(X), X)
    assert layers.Dense(1).activation is keras.activations.linear


def test_row_175_sigmoid():
    close(keras.activations.sigmoid(X), 1 / (1 + np.exp(-X)))
    close(slopes("sigmoid"), np.exp(-X) / (1 + np.exp(-X)) ** 2)


def test_row_176_tanh():
    close(keras.activations.tanh(X), 2 / (1 + np.exp(-2 * X)) - 1)
    assert layers.LSTM(2).get_config()["activation"] == "tanh"


def test_row_177_softmax():
    out = keras.activations.softmax(X.reshape(3, 11)).numpy()
    powers = np.exp(X.reshape(3, 11))
    close(out, powers / powers.sum(1, keepdims=True))


def test_row_178_relu():
    close(keras.activations.relu(X), np.maximum(0, X))


def test_row_179_leaky_relu():
    close(layers.LeakyReLU(0.1)(X), np.maximum(0.1 * X, X))
    close(tf.nn.leaky_relu(X, alpha=0.1), np.maximum(0.1 * X, X))


def test_row_180_maxout():
    """The largest of two affine maps, from the layers that there are."""
    pieces = [layers.Dense(3), layers.Dense(3)]
    x = keras.Input((2,))
    model = keras.Model(x, layers.Maximum()([piece(x) for piece in pieces]))
    points = np.float32([[1, 2], [-3, 0.5]])
    close(model(points), np.maximum(*(piece(points).numpy() for piece in pieces)))


def test_row_181_elu():
    close(layers.ELU(alpha=0.5)(X), np.where(X >= 0, X, 0.5 * (np.exp(X) - 1)))
    close(keras.activations.elu(X), np.where(X >= 0, X, np.exp(X) - 1))


def test_row_182_softplus():
    close(keras.activations.softplus(X), np.log(1 + np.exp(X)))


def test_row_183_name_relu():
    layer = layers.Dense(4, activation="relu")
    assert layer.activation is keras.activations.relu
    with pytest.raises(ValueError, match="rellu"):
        layers.Dense(4, activation="rellu")


def test_row_184_name_softmax():
    assert layers.Dense(4, activation="softmax").activation is keras.activations.softmax


def test_row_185_relu_first_in_hidden_layers(digits):
    """Ten hidden layers learn with (leaky) ReLU and not with the sigmoid."""
    (x, y), _ = digits

    def loss(activation):
        keras.utils.set_random_seed(0)
        hidden = [layers.Dense(24, activation=activation) for _ in range(8)]
        model = keras.Sequential([keras.Input((64,)), *hidden, layers.Dense(10, "softmax")])
        model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
        return model.fit(x, y, epochs=4, verbose=0).history["loss"][-1]

    assert loss("sigmoid") > 2  # a guess costs log(10) = 2.3
    assert max(loss("relu"), loss("leaky_relu")) < 1.5


@pytest.mark.parametrize(
    ("activation", "loss", "rightly"),
    [
        (None, "mse", lambda out: out.min() < 0 < 1 < out.max()),
        ("sigmoid", "binary_crossentropy", lambda out: 0 < out.min() < out.max() < 1),
        ("softmax", "categorical_crossentropy", lambda out: np.allclose(out.sum(1), 1, atol=1e-5)),
    ],
    ids=["regression", "binary", "multiclass"],
)
def test_row_186_output_by_problem(activation, loss, rightly):
    """The lecture swaps sigmoid and softmax: one class of n is softmax, several labels sigmoid."""
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, activation=activation)])
    model.compile("sgd", loss)
    x = 9 * np.random.default_rng(0).normal(size=(20, 2))
    assert np.isfinite(model.evaluate(x, np.eye(3)[np.arange(20) % 3], verbose=0))
    assert rightly(model.predict(x / (9 if activation == "sigmoid" else 1), verbose=0))


def test_row_187_bounded_outputs():
    x = np.random.default_rng(0).normal(size=(50, 3))

    def outputs(name):
        return layers.Dense(4, activation=name)(x).numpy()

    assert outputs("relu").min() == 0
    assert outputs("softplus").min() > 0
    assert 0 < outputs("sigmoid").min() < outputs("sigmoid").max() < 1
    assert -1 < outputs("tanh").min() < 0 < outputs("tanh").max() < 1


def test_row_188_sigmoid_and_tanh_saturate():
    far = np.float32([-12, 12])
    assert slopes("sigmoid", far).max() < 1e-5
    assert slopes("tanh", far).max() < 1e-5
    assert slopes("relu", far).tolist() == [0, 1]
    assert slopes("sigmoid").max() == 0.25  # so each layer shrinks the gradient to a quarter


def test_row_189_probability_distribution():
    model = keras.Sequential([keras.Input((5,)), layers.Dense(7, "softmax")])
    out = model.predict(np.random.default_rng(0).normal(size=(9, 5)), verbose=0)
    assert out.min() >= 0
    close(out.sum(1), np.ones(9))
