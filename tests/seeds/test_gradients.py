"""Derivatives, backpropagation and gradient descent (rows 108 to 130)."""

from __future__ import annotations

import math

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import layers
from cornu.core.graph import capture
from cornu.core.primitive import Spec


def valley(point):
    """A function whose lowest point is (1, -2)."""
    return (point[0] - 1.0) ** 2 + 3.0 * (point[1] + 2.0) ** 2


def gradient_at(function, point):
    point = tf.constant(point)
    with tf.GradientTape() as tape:
        tape.watch(point)
        value = function(point)
    return tape.gradient(value, point).numpy()


def test_row_108_gradient_points_to_the_steepest_ascent():
    point = [3.0, 0.0]
    gradient = gradient_at(valley, point)
    np.testing.assert_allclose(gradient, [4, 12])  # both partial derivatives
    angles = np.linspace(0, 2 * math.pi, 73)
    around = [np.array(point) + 1e-3 * np.array([math.cos(a), math.sin(a)]) for a in angles]
    best = around[int(np.argmax([valley(p) for p in around]))] - point
    cosine = best @ gradient / np.linalg.norm(best) / np.linalg.norm(gradient)
    assert cosine > 0.998


def descend(rate, steps=100):
    x = tf.Variable([3.0, 0.0])
    for _ in range(steps):
        with tf.GradientTape() as tape:
            y = valley(x)
        x.assign_sub(rate * tape.gradient(y, x))
    return x.numpy()


def test_row_109_gradient_descent():
    np.testing.assert_allclose(descend(0.1), [1, -2], atol=1e-4)
    # One step of the optimizer is x - eps * g, to the last bit.
    x = tf.Variable([3.0, 0.0])
    keras.optimizers.SGD(0.1).apply_gradients([(tf.constant([4.0, 12.0]), x)])
    expected = np.float32([3, 0]) - np.float32(0.1) * np.float32([4, 12])
    np.testing.assert_array_equal(x.numpy(), expected)


def test_row_110_learning_rate():
    near, far = descend(0.1, 10), descend(0.01, 10)
    assert valley(near) < valley(far)  # too small a rate is slow
    assert valley(descend(0.4, 10)) > valley([3.0, 0.0])  # too large a rate climbs
    assert float(keras.optimizers.SGD().learning_rate) == pytest.approx(0.01)


def fitted(x, y, batch_size, epochs=1, **options):
    """Weights after training one unit that starts at zero."""
    unit = layers.Dense(1, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((x.shape[1],)), unit])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0, **options)
    return np.array([unit.kernel.numpy()[0, 0], unit.bias.numpy()[0]]), model


def by_hand(x, y, batch_size):
    w = b = np.float64(0)
    for start in range(0, len(x), batch_size):
        xs, ys = x[start : start + batch_size, 0], y[start : start + batch_size, 0]
        error = w * xs + b - ys
        w, b = w - 0.1 * 2 * np.mean(error * xs), b - 0.1 * 2 * np.mean(error)
    return np.array([w, b])


def test_row_111_stochastic_gradient_descent(line):
    weights, _ = fitted(*line, batch_size=1, shuffle=False)
    np.testing.assert_allclose(weights, by_hand(*line, 1), rtol=1e-4)


def test_row_112_mini_batch_gradient_descent(line):
    weights, _ = fitted(*line, batch_size=16, shuffle=False)
    np.testing.assert_allclose(weights, by_hand(*line, 16), rtol=1e-5)
    keras.utils.set_random_seed(1)
    mixed, _ = fitted(*line, batch_size=16)
    assert not np.array_equal(mixed, weights)  # by default a random subset each time


def test_row_113_batch_gradient_descent(line):
    weights, _ = fitted(*line, batch_size=64)
    np.testing.assert_allclose(weights, by_hand(*line, 64), rtol=1e-5)


class Counter(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.epochs, self.batches = 0, 0

    def on_epoch_end(self, epoch, logs=None):
        self.epochs += 1

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1


def test_row_114_epoch_is_one_pass(line):
    counter = Counter()
    _, model = fitted(*line, batch_size=16, epochs=3, callbacks=[counter])
    assert counter.epochs == 3
    assert int(model.optimizer.iterations) == 3 * 64 / 16


def test_row_115_iteration_is_one_mini_batch(line):
    counter = Counter()
    fitted(*line, batch_size=16, callbacks=[counter])
    assert counter.batches == 4


def test_row_116_batch_size(line):
    sizes = {size: fitted(*line, batch_size=size)[1].optimizer.iterations for size in (10, 64)}
    assert {size: int(count) for size, count in sizes.items()} == {10: 7, 64: 1}


def test_row_117_backpropagation_computes_the_gradient_and_changes_nothing(line):
    x, y = line
    unit = layers.Dense(1)
    unit.build((None, 1))
    before = [weight.numpy() for weight in unit.weights]
    with keras.GradientTape() as tape:
        loss = keras.ops.mean((unit(x) - y) ** 2)
    slope, shift = (g.numpy() for g in tape.gradient(loss, unit.trainable_weights))
    error = x * before[0] + before[1] - y
    np.testing.assert_allclose(slope, 2 * np.mean(error * x, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(shift, [2 * np.mean(error)], rtol=1e-5)
    for weight, old in zip(unit.weights, before):
        np.testing.assert_array_equal(weight.numpy(), old)


def test_row_118_chain_rule():
    point = tf.constant(0.7)
    with tf.GradientTape() as tape:
        tape.watch(point)
        value = tf.sin(tf.square(point))
    expected = math.cos(0.7**2) * 2 * 0.7  # u'(v) v'
    assert float(tape.gradient(value, point)) == pytest.approx(expected, rel=1e-6)


def test_row_119_gradient_of_nested_functions_is_the_product():
    x = tf.constant(0.5)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        x1 = tf.sin(x)
        x2 = tf.square(x1)
        x3 = x2 + 1.0
        y = x3 * 2.0

    def grad(of, by):
        return float(tape.gradient(of, by))

    product = grad(y, x3) * grad(x3, x2) * grad(x2, x1) * grad(x1, x)
    assert grad(y, x) == pytest.approx(product, rel=1e-6)
    assert grad(y, x) == pytest.approx(4 * math.sin(0.5) * math.cos(0.5), rel=1e-6)


def test_row_120_computation_graph():
    x = keras.Input((3,))
    h = layers.Dense(2, name="h")(x)
    model = keras.Model(x, layers.Add(name="sum")([h, layers.Dense(2, name="skip")(x)]))
    places = {layer.name: place for place, layer in enumerate(model.layers)}
    # A graph without circles has an order in which nothing comes before what it needs.
    assert places["sum"] > max(places["h"], places["skip"])
    with pytest.raises(ValueError, match=r"disconnected|not connected|depend|reach"):
        keras.Model(keras.Input((3,)), model.output)


def test_row_121_forward_pass():
    unit = layers.Dense(2, activation="relu")
    x = np.float32([[1, -2, 3]])
    out = unit(x).numpy()
    weights, biases = unit.get_weights()
    np.testing.assert_allclose(out, np.maximum(x @ weights + biases, 0), rtol=1e-6)


def test_row_122_backward_pass():
    x, w1, w2 = tf.constant([[1.0, 2.0]]), tf.Variable([[1.0], [0.5]]), tf.Variable([[3.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.tanh(x @ w1) @ w2)
    lower, upper = tape.gradient(loss, [w1, w2])
    np.testing.assert_allclose(upper.numpy(), [[math.tanh(2)]], rtol=1e-6)
    back = 3 * (1 - math.tanh(2) ** 2)
    np.testing.assert_allclose(lower.numpy(), [[back], [2 * back]], rtol=1e-5)


def test_row_123_gradients_along_the_path_of_the_graph():
    """x1 = 2 w, x2 = x1 + b, loss = |y - x2|: 1, 1, 1 and 2 along the edges, as in the lecture."""
    w, b = tf.Variable(3.0), tf.Variable(1.0)
    with tf.GradientTape(persistent=True) as tape:
        x1 = w * 2.0
        x2 = x1 + b
        loss_val = abs(4.0 - x2)
    edges = [(loss_val, x2), (x2, x1), (x2, b), (x1, w)]
    assert [float(tape.gradient(of, by)) for of, by in edges] == [1, 1, 1, 2]
    assert float(tape.gradient(loss_val, w)) == 2
    assert float(tape.gradient(loss_val, b)) == 1


def test_row_124_automatic_differentiation():
    def function(x, exp=np.exp, sin=np.sin, add=np.sum):
        return add(exp(-x) * sin(3.0 * x) / (1.0 + x * x))

    point, step = np.array([0.3, -1.2, 2.0]), 1e-6
    exact = gradient_at(
        lambda x: function(x, tf.exp, tf.sin, tf.reduce_sum), tf.cast(point, "float32")
    )
    for i, shift in enumerate(np.eye(3) * step):
        difference = (function(point + shift) - function(point - shift)) / (2 * step)
        assert exact[i] == pytest.approx(difference, rel=1e-4)


def test_row_125_the_backward_pass_costs_as_much_as_the_forward_pass():
    def operations(depth, backward):
        def run(x):
            with keras.GradientTape() as tape:
                tape.watch(x)
                y = x
                for _ in range(depth):
                    y = keras.ops.exp(y)
            return tape.gradient(y, x) if backward else y

        return len(capture(run, Spec((3,), "float32"))[0].nodes)

    forward = operations(40, False)
    both = operations(40, True)
    assert forward == 40
    assert both <= 2 * forward + 4  # the derivative of exp is one product
    # The whole cost grows as the function does, not as its square.
    assert operations(80, True) <= 2 * both


def test_row_126_error_is_propagated_back_and_weights_change_by_its_size():
    def change(target):
        unit = layers.Dense(1, kernel_initializer="zeros")
        model = keras.Sequential([keras.Input((1,)), unit])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        model.fit(np.ones((1, 1)), np.full((1, 1), target), verbose=0)
        return float(unit.kernel.numpy()[0, 0])

    assert change(0.0) == 0
    assert change(2.0) == pytest.approx(2 * change(1.0))
    assert change(-1.0) == pytest.approx(-change(1.0))


def first_layer_gradient(activation, depth, initializer="glorot_uniform"):
    keras.utils.set_random_seed(3)
    hidden = [
        layers.Dense(32, activation=activation, kernel_initializer=initializer)
        for _ in range(depth)
    ]
    model = keras.Sequential([keras.Input((32,)), *hidden, layers.Dense(1)])
    x = np.random.default_rng(0).normal(size=(64, 32)).astype("float32")
    with keras.GradientTape() as tape:
        loss = keras.ops.mean(model(x) ** 2)
    gradient = tape.gradient(loss, hidden[0].kernel)
    return float(keras.ops.sqrt(keras.ops.mean(gradient**2)))


def test_row_127_vanishing_gradient():
    deep, shallow = (first_layer_gradient("sigmoid", depth) for depth in (8, 1))
    assert deep < shallow / 1000
    assert first_layer_gradient("relu", 8, "he_normal") > 1000 * deep


def test_row_128_weight_scale_per_layer_against_vanishing():
    small = keras.initializers.RandomNormal(stddev=0.01)
    assert first_layer_gradient("tanh", 8, "glorot_uniform") > 1e6 * first_layer_gradient(
        "tanh", 8, small
    )


def test_row_129_greedy_pretraining_layer_by_layer(digits):
    (x, _), _ = digits
    x, codes, encoders = x[:256], x[:256], []
    for width in (32, 16):
        encoder = layers.Dense(width, activation="sigmoid")
        decoder = layers.Dense(codes.shape[1])
        auto = keras.Sequential([keras.Input((codes.shape[1],)), encoder, decoder])
        auto.compile(keras.optimizers.Adam(0.02), "mse")
        losses = auto.fit(codes, codes, epochs=8, verbose=0).history["loss"]
        assert losses[-1] < losses[0] / 2
        codes = encoder(codes).numpy()
        encoders.append(encoder)
    before = encoders[0].get_weights()[0]
    model = keras.Sequential([keras.Input((64,)), *encoders, layers.Dense(10)])
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], before)
    np.testing.assert_allclose(keras.Sequential(model.layers[:2])(x), codes, rtol=1e-4, atol=1e-5)


def test_row_130_jump_of_relu_and_flat_steps():
    def slope(function, at):
        return float(gradient_at(function, at))

    assert (slope(tf.nn.relu, -1e-3), slope(tf.nn.relu, 1e-3)) == (0, 1)
    x = keras.ops.array([-1.0, 2.0])
    with keras.GradientTape() as tape:
        tape.watch(x)
        y = keras.ops.sum(keras.ops.where(x > 0, 1.0, 0.0))
    gradient = tape.gradient(y, x)
    assert gradient is None or not np.any(gradient.numpy())
