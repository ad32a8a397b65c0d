"""Neurons, perceptrons, networks and what they compute (rows 131 to 172)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import layers

CORNERS = np.float32([[0, 0], [0, 1], [1, 0], [1, 1]])


def unit(weights, bias, activation="step"):
    """One neuron with given weights."""
    kernel = np.float32(weights)[:, None]
    layer = layers.Dense(1, activation=activation)
    layer.build((None, len(kernel)))
    layer.set_weights([kernel, np.float32([bias])])
    return layer


def table_of(layer):
    """What a network answers at the four corners of the square."""
    return keras.ops.convert_to_numpy(layer(CORNERS))[:, 0].tolist()


def test_row_131_a_neuron_fires_when_enough_arrives():
    neuron = unit([1, 1, 1], -1.5)
    inputs = np.float32(list(itertools.product([0, 1], repeat=3)))
    np.testing.assert_array_equal(neuron(inputs).numpy()[:, 0], inputs.sum(1) > 1.5)


def test_row_132_artificial_neuron():
    x, w, b = np.float32([[1, 2, 3]]), [0.5, -1, 0.25], 0.1
    z = float(x[0] @ w + b)
    assert float(unit(w, b, "sigmoid")(x)[0, 0]) == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-6)


def test_row_133_summing_function():
    x, w = np.float32([[1, 2, 3, 4, 5, 6]]), [6, 5, 4, 3, 2, 1]
    assert float(unit(w, 0, None)(x)[0, 0]) == 56
    assert float(unit(w, 1.5, None)(x)[0, 0]) == 57.5


def test_row_134_parameters_and_hyperparameters():
    layer = layers.Dense(3, activation="tanh")
    layer.build((None, 2))
    config = layer.get_config()
    assert (config["units"], config["activation"]) == (3, "tanh")  # chosen
    assert [weight.shape for weight in layer.trainable_weights] == [(2, 3), (3,)]  # learnt
    assert not any(np.shape(value) == (2, 3) for value in config.values())


def test_row_135_bias_starts_at_zero():
    layer = layers.Dense(3)
    layer.build((None, 2))
    assert layer.get_weights()[1].tolist() == [0, 0, 0]
    plain = layers.Dense(3, use_bias=False)
    plain.build((None, 2))
    assert len(plain.weights) == 1


def test_row_136_input_layer():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    assert model.input_shape == (None, 4)
    assert layers.InputLayer((4,)).count_params() == 0


def test_row_137_hidden_layer():
    hidden = layers.Dense(5, activation="relu")
    model = keras.Sequential([keras.Input((4,)), hidden, layers.Dense(2)])
    inside = keras.Model(model.inputs, hidden.output)
    assert inside(np.ones((3, 4))).shape == (3, 5)
    assert model.output_shape == (None, 2)


def test_row_138_output_layer():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
    out = model(np.ones((2, 4), "float32")).numpy()
    np.testing.assert_allclose(out.sum(1), 1, rtol=1e-6)


def test_row_139_lower_and_higher_layers():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
    lower, higher = model.layers
    assert (lower.input.shape, higher.input.shape) == ((None, 4), (None, 3))


def test_row_140_number_of_weights_of_a_fully_connected_layer():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.Dense(3)])
    assert [layer.count_params() for layer in model.layers] == [6 * 4 + 4, 4 * 3 + 3]


def test_row_141_trainable_and_frozen_parameters():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.Dense(3)])
    model.layers[0].trainable = False
    assert (len(model.trainable_weights), len(model.non_trainable_weights)) == (2, 2)
    lines = []
    model.summary(print_fn=lines.append)
    text = "\n".join(map(str, lines))
    assert "Trainable params: 15" in text
    assert "Non-trainable params: 28" in text


def test_row_142_feed_forward_network():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, "tanh"), layers.Dense(1)])
    first = model(CORNERS).numpy()
    np.testing.assert_array_equal(model(CORNERS).numpy(), first)  # nothing is remembered
    x = CORNERS
    for layer in model.layers:
        x = layer(x)
    np.testing.assert_allclose(x.numpy(), first, rtol=1e-6)


def perceptron(targets, epochs=8, rate=1.0):
    """Weights and bias after the perceptron rule has seen every corner `epochs` times."""
    w, b = tf.Variable(tf.zeros((2, 1))), tf.Variable(tf.zeros((1,)))
    for _ in range(epochs):
        for x, y in zip(CORNERS[:, None], np.float32(targets)):
            guess = tf.cast(x @ w + b > 0, tf.float32)
            error = rate * (y - guess)
            w.assign_add(tf.transpose(x) @ error)
            b.assign_add(error[0])
    return (CORNERS @ w.numpy() + b.numpy() > 0)[:, 0].astype(int).tolist()


def test_row_143_perceptron():
    layer = layers.Dense(2, activation="step")  # two outputs: two classifiers at once
    layer.build((None, 2))
    layer.set_weights([np.float32([[1, 1], [1, 1]]), np.float32([-0.5, -1.5])])
    assert layer(CORNERS).numpy().tolist() == [[0, 0], [1, 0], [1, 0], [1, 1]]


def test_row_144_threshold_logic_unit():
    x, w = np.float32([[0.5, -2], [1.5, 0.25], [-1, -1]]), [2, 3]
    z = x @ np.float32(w)
    assert z.tolist() == [-5, 3.75, -5]
    assert unit(w, 0)(x).numpy()[:, 0].tolist() == [0, 1, 0]


def test_row_145_perceptron_learning_rule():
    assert perceptron([0, 0, 0, 1]) == [0, 0, 0, 1]
    assert perceptron([0, 1, 1, 1], rate=0.1) == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("weights", "bias", "truth"),
    [
        ([1, 1], -1.5, [0, 0, 0, 1]),
        ([1, 1], -0.5, [0, 1, 1, 1]),
        ([-1, -1], 1.5, [1, 1, 1, 0]),
        ([1, -1], -0.5, [0, 0, 1, 0]),
    ],
    ids=["and", "or", "nand", "and-not"],
)
def test_row_146_logical_computations(weights, bias, truth):
    assert table_of(unit(weights, bias)) == truth


def test_row_147_linearly_separable_data():
    """The rule finds a line for all 14 functions of two bits that have one."""
    solved = sum(perceptron(truth) == list(truth) for truth in itertools.product([0, 1], repeat=4))
    assert solved == 14


def test_row_148_xor():
    xor = [0, 1, 1, 0]
    assert perceptron(xor, epochs=20) != xor
    hidden = layers.Dense(2, activation="step")
    hidden.build((None, 2))
    hidden.set_weights([np.float32([[1, 1], [1, 1]]), np.float32([-0.5, -1.5])])
    assert table_of(keras.Sequential([hidden, unit([1, -1], -0.5)])) == xor


def test_row_149_multilayer_perceptron_learns_xor():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((2,)), layers.Dense(8, "tanh"), layers.Dense(1, "sigmoid")]
    )
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy")
    model.fit(CORNERS, np.float32([[0], [1], [1], [0]]), epochs=80, verbose=0)
    assert model.predict(CORNERS, verbose=0)[:, 0].round().tolist() == [0, 1, 1, 0]


def zigzag(depth):
    """Tent maps put after one another: each is two ReLUs, and each doubles the teeth."""
    model = keras.Sequential([keras.Input((1,))])
    for _ in range(depth):
        fold = layers.Dense(2, activation="relu")
        out = layers.Dense(1)
        model.add(fold)
        model.add(out)
        fold.set_weights([np.float32([[2, 4]]), np.float32([0, -2])])
        out.set_weights([np.float32([[1], [-1]]), np.float32([0])])
    return model


def teeth(model):
    x = np.linspace(0, 1, 4097, dtype="float32")[:, None]
    slope = np.diff(model(x).numpy()[:, 0])
    return int(np.sum(np.diff(np.sign(slope)) < 0))


def test_row_150_deep_and_shallow():
    assert (teeth(zigzag(1)), teeth(zigzag(5))) == (1, 16)


def test_row_151_parameter_efficiency():
    """A deep chain draws 2**(n-1) teeth with 7 n weights; one layer needs a unit for each slope."""
    deep = zigzag(6)
    one_hidden_layer = 2 * 64 + 64 + 1  # 64 slopes: a unit for each
    assert teeth(deep) == 32
    assert deep.count_params() == 42 < one_hidden_layer


def stripes(kind):
    image = np.zeros((1, 8, 8, 1), "float32")
    if kind == "horizontal":
        image[0, ::2] = 1
    else:
        image[0, :, ::2] = 1
    return image


def edges():
    """Filters for edges across and along."""
    layer = layers.Conv2D(2, 2, activation="relu", use_bias=False)
    layer.build((None, 8, 8, 1))
    across = np.float32([[1, 1], [-1, -1]])
    layer.set_weights([np.stack([across, across.T], -1)[:, :, None]])
    return layer


def test_row_152_hierarchical_structure():
    """Edges first, then how many of each kind: the second layer sees stripes."""
    upper = layers.Dense(2, use_bias=False)
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), edges(), layers.GlobalAveragePooling2D(), upper]
    )
    upper.set_weights([np.float32([[1, -1], [-1, 1]])])
    horizontal, vertical = (model(stripes(k)).numpy()[0] for k in ("horizontal", "vertical"))
    assert horizontal[0] > 0 > horizontal[1]
    assert vertical[1] > 0 > vertical[0]


def test_row_153_one_hidden_layer_fits_any_function():
    """Steps beside steps: with more units, the error of a staircase halves."""
    x = np.linspace(0, 1, 1001, dtype="float32")[:, None]
    wanted = np.sin(2 * np.pi * x[:, 0])

    def error(units):
        places = (np.arange(units) / units).astype("float32")
        values = np.sin(2 * np.pi * (places + 0.5 / units))
        hidden = layers.Dense(units, activation="step")
        out = layers.Dense(1)
        model = keras.Sequential([keras.Input((1,)), hidden, out])
        hidden.set_weights([np.ones((1, units), "float32"), -places + 1e-6])
        out.set_weights([np.diff(values, prepend=0)[:, None].astype("float32"), np.zeros(1)])
        return float(np.max(np.abs(model(x).numpy()[:, 0] - wanted)))

    assert error(20) < 0.2
    assert error(80) < error(20) / 3


def test_row_154_linear_regression_is_a_neuron(line):
    x, y = line
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1), "mse")
    model.fit(x, y, epochs=80, batch_size=64, verbose=0)
    slope, shift = np.polyfit(x[:, 0], y[:, 0], 1)
    weights, biases = model.layers[0].get_weights()
    assert weights[0, 0] == pytest.approx(slope, abs=0.02)
    assert biases[0] == pytest.approx(shift, abs=0.02)


def test_row_155_logistic_regression_is_a_neuron(clouds):
    x, y = clouds
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=20, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] > 0.97
    odds = model.predict(x, verbose=0)
    np.testing.assert_allclose(
        np.log(odds / (1 - odds)), x @ model.layers[0].get_weights()[0]
        + model.layers[0].get_weights()[1], rtol=1e-2, atol=1e-2,
    )  # fmt: skip


def test_row_156_network_as_an_ensemble():
    """A linear output layer with equal weights is the mean of its hidden units."""
    hidden, out = layers.Dense(4, "tanh"), layers.Dense(1, use_bias=False)
    model = keras.Sequential([keras.Input((2,)), hidden, out])
    out.set_weights([np.full((4, 1), 0.25, "float32")])
    votes = hidden(CORNERS).numpy()
    np.testing.assert_allclose(model(CORNERS).numpy()[:, 0], votes.mean(1), rtol=1e-5, atol=1e-6)


def test_row_157_neurons_become_feature_detectors():
    """Trained to tell rows from columns, the strongest input of a unit is what it looks for."""
    draw = np.random.default_rng(0)
    labels = np.arange(200) % 2
    images = draw.uniform(0, 0.3, (200, 5, 5))
    images[labels == 1, 0] += 0.7  # a line in the first row, and only that, makes the class
    model = keras.Sequential([keras.Input((5, 5)), layers.Flatten(), layers.Dense(1, "sigmoid")])
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
    model.fit(images, labels[:, None], epochs=15, verbose=0)
    picture = model.layers[-1].get_weights()[0].reshape(5, 5)
    assert picture[0].min() > picture[1:].max()


def test_row_158_embedding_is_a_feature_vector():
    table = layers.Embedding(4, 3)
    vectors = table(np.array([[2, 0, 2]])).numpy()
    assert vectors.shape == (1, 3, 3)
    np.testing.assert_array_equal(vectors[0, 0], vectors[0, 2])
    np.testing.assert_array_equal(vectors[0, 1], table.get_weights()[0][0])


def test_row_159_topologies_of_the_zoo():
    x = keras.Input((6, 4))
    kinds = {
        "feed forward": layers.Dense(2)(layers.Flatten()(x)),
        "recurrent": layers.SimpleRNN(2)(x),
        "LSTM": layers.LSTM(2)(x),
        "GRU": layers.GRU(2)(x),
        "convolutional": layers.GlobalMaxPooling1D()(layers.Conv1D(2, 3)(x)),
        "attention": layers.GlobalAveragePooling1D()(layers.MultiHeadAttention(1, 2)(x, x))[:, :2],
        "residual": layers.Flatten()(layers.add([x, layers.Dense(4)(x)]))[:, :2],
    }
    shapes = {name: out.shape for name, out in kinds.items()}
    assert shapes == dict.fromkeys(kinds, (None, 2))


# ------------------------------------------------------------------------------------- geometry


def affine(matrix, shift=(0, 0), activation=None):
    """A layer that moves points of the plane."""
    layer = layers.Dense(2, activation=activation)
    layer.build((None, 2))
    layer.set_weights([np.float32(matrix).T, np.float32(shift)])
    return layer(CORNERS).numpy()


def test_row_160_vector_addition():
    total = tf.constant([1.0, 2.0]) + tf.constant([3.0, -1.0])
    assert total.numpy().tolist() == [4, 1]
    assert float(tf.norm(total)) <= 5**0.5 + 10**0.5


def test_row_161_translation():
    np.testing.assert_array_equal(affine(np.eye(2), (2, -1)), CORNERS + [2, -1])


def test_row_162_rotation():
    turn = np.array([[0, -1], [1, 0]])
    np.testing.assert_array_equal(affine(turn), [[0, 0], [-1, 0], [0, 1], [-1, 1]])
    np.testing.assert_allclose(
        np.linalg.norm(affine(turn), axis=1), np.linalg.norm(CORNERS, axis=1), rtol=1e-6
    )


def test_row_163_reflection_and_scaling():
    np.testing.assert_array_equal(affine([[1, 0], [0, -0.5]]), CORNERS * [1, -0.5])


def test_row_164_affine_transformation():
    """Straight stays straight: the middle of two points goes to the middle of their images."""
    layer = layers.Dense(2)
    a, b = np.float32([[1, 2]]), np.float32([[-3, 5]])
    middle = (layer(a) + layer(b)) / 2
    np.testing.assert_allclose(layer((a + b) / 2).numpy(), middle.numpy(), rtol=1e-5, atol=1e-6)


def test_row_165_activation_bends_space():
    points = affine([[1, 0], [0, -1]], (0, 0.5), "relu")
    np.testing.assert_array_equal(points, [[0, 0.5], [0, 0], [1, 0.5], [1, 0]])


def test_row_166_layers_are_functions():
    f_h1, f_h2, f_out = layers.Dense(4, "relu"), layers.Dense(3, "relu"), layers.Dense(2)
    network = keras.Sequential([f_h1, f_h2, f_out])
    np.testing.assert_allclose(
        network(CORNERS).numpy(), f_out(f_h2(f_h1(CORNERS))).numpy(), rtol=1e-6
    )


def test_row_167_dead_neurons_and_sparse_activation(line):
    x, y = line
    dead = layers.Dense(1, activation="relu", bias_initializer=keras.initializers.Constant(-100.0))
    model = keras.Sequential([keras.Input((1,)), dead])
    model.compile("sgd", "mse")
    before = dead.get_weights()
    model.fit(x, y, epochs=2, verbose=0)
    for old, new in zip(before, dead.get_weights()):
        np.testing.assert_array_equal(old, new)  # no signal, no gradient, no life
    hidden = layers.Dense(200, activation="relu")(np.random.default_rng(0).normal(size=(50, 30)))
    assert 0.4 < float(np.mean(hidden.numpy() == 0)) < 0.6


def test_row_168_from_data_to_an_interpreted_output(digits):
    (x, y), _ = digits
    model = keras.Sequential([keras.Input((64,)), layers.Dense(10, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=5, verbose=0)
    numbers = model.predict(x[:100], verbose=0)
    names = np.array(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    )
    said = names[numbers.argmax(1)]
    assert np.mean(said == names[y[:100]]) > 0.9


def test_row_169_weight_matrix():
    layer = layers.Dense(7)
    layer.build((None, 5))
    assert layer.kernel.shape == (5, 7)


def test_row_170_building_blocks():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(), keras.losses.MeanSquaredError(), metrics=["mae"])
    assert isinstance(model.optimizer, keras.optimizers.SGD)
    assert isinstance(model.loss, keras.losses.MeanSquaredError)
    logs = model.evaluate(CORNERS, np.zeros((4, 1)), verbose=0, return_dict=True)
    assert set(logs) == {"loss", "mae"}


def test_row_171_learnt_features_need_no_hand():
    """The class is the product of two inputs; raw inputs and a hidden layer do without it."""
    draw = np.random.default_rng(0)
    x = draw.uniform(-1, 1, (300, 2)).astype("float32")
    y = (x[:, :1] * x[:, 1:] > 0).astype("float32")

    def accuracy(inputs, *hidden):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([*hidden, layers.Dense(1, "sigmoid")])
        model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
        model.fit(inputs, y, epochs=30, verbose=0)
        return model.evaluate(inputs, y, verbose=0)[1]

    assert accuracy(x) < 0.65
    assert accuracy(x[:, :1] * x[:, 1:]) > 0.95  # made by hand
    assert accuracy(x, layers.Dense(16, "relu")) > 0.93  # learnt


def test_row_172_hierarchical_features_grow_with_depth():
    """A unit of the second convolution sees more of the image than one of the first."""
    model = keras.Sequential(
        [keras.Input((9, 9, 1)), layers.Conv2D(1, 3), layers.Conv2D(1, 3), layers.Conv2D(1, 3)]
    )
    model.set_weights([np.ones_like(weight) for weight in model.get_weights()])
    image = keras.Variable(np.zeros((1, 9, 9, 1), "float32"))
    for depth, side in ((1, 3), (2, 5), (3, 7)):
        with keras.GradientTape() as tape:
            x = image
            for layer in model.layers[:depth]:
                x = layer(x)
            middle = x[0, x.shape[1] // 2, x.shape[2] // 2, 0]
        seen = tape.gradient(middle, image).numpy()[0, :, :, 0] != 0
        assert int(seen.sum()) == side * side
