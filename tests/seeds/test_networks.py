"""Kinds of networks and ways to work with them (rows 450 to 475)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
from cornu import layers


def noise(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def fitted(model, x, y, loss, epochs=10, rate=0.02):
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    model.fit(x, y, epochs=epochs, verbose=0)
    return model


def test_row_450_fully_connected():
    """Every unit depends on every input, whatever the order of the inputs."""
    model = keras.Sequential([keras.Input((5,)), layers.Dense(4, "tanh"), layers.Dense(1)])
    x = keras.Variable(noise(1, 5))
    with keras.GradientTape() as tape:
        y = keras.ops.sum(model(x))
    assert np.all(tape.gradient(y, x).numpy() != 0)


def test_row_451_convolution_looks_at_local_regions():
    layer = layers.Conv2D(1, 3)
    x = keras.Variable(noise(1, 7, 7, 1))
    with keras.GradientTape() as tape:
        y = layer(x)[0, 2, 2, 0]
    seen = tape.gradient(y, x).numpy()[0, :, :, 0] != 0
    assert np.argwhere(seen).min(0).tolist() == [2, 2]
    assert np.argwhere(seen).max(0).tolist() == [4, 4]
    # What is found here would be found there: moved pictures give moved results.
    moved = np.roll(x.numpy(), 1, axis=1)
    np.testing.assert_allclose(layer(moved)[:, 1:], layer(x)[:, :-1], rtol=1e-4, atol=1e-5)


def first_symbol(rows=200, length=6):
    draw = np.random.default_rng(0)
    x = draw.integers(0, 2, (rows, length, 1)).astype("float32")
    return x, x[:, 0]


def test_row_452_recurrent_network_remembers():
    """The answer is the first of six symbols: only a memory can bring it to the end."""
    x, y = first_symbol()
    keras.utils.set_random_seed(0)
    model = keras.Sequential([layers.GRU(8), layers.Dense(1, "sigmoid")])
    fitted(model, x, y, "binary_crossentropy", epochs=30, rate=0.05)
    assert model.evaluate(x, y, verbose=0)[1] > 0.97
    last = keras.Sequential([layers.Dense(1, "sigmoid")])
    fitted(last, x[:, -1], y, "binary_crossentropy")
    assert last.evaluate(x[:, -1], y, verbose=0)[1] < 0.7


def test_row_453_gates_of_the_lstm():
    """Each gate, pushed wide open or shut by its bias, does what it is called after."""
    cell = layers.LSTMCell(1)
    cell.build((None, 1))
    x, h, c = np.float32([[0.7]]), np.zeros((1, 1), "float32"), np.float32([[0.4]])

    def step(ignore, forget, select):
        weights = [np.zeros((1, 4)), np.zeros((1, 4)), np.float32([ignore, forget, 3, select])]
        cell.set_weights(weights)
        out, (_, memory) = cell(x, [h, c])
        return float(out[0, 0]), float(memory[0, 0])

    shut, wide = -50.0, 50.0
    assert step(shut, wide, wide) == pytest.approx((np.tanh(0.4), 0.4), rel=1e-4)  # input ignored
    assert step(shut, shut, wide) == pytest.approx((0, 0), abs=1e-6)  # memory forgotten
    out, memory = step(wide, wide, shut)  # nothing selected for the outside
    assert out == pytest.approx(0, abs=1e-6)
    assert memory == pytest.approx(0.4 + np.tanh(3), rel=1e-4)


def test_row_454_transformer_block():
    x = keras.Input((6, 8))
    attended = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(2, 4)(x, x)]))
    inner = layers.Dense(8)(layers.Dense(16, "gelu")(attended))
    model = keras.Model(x, layers.LayerNormalization()(layers.Add()([attended, inner])))
    data = noise(2, 6, 8)
    order = [3, 1, 0, 5, 4, 2]
    # Without positions a transformer knows no order: mixed words give mixed results.
    np.testing.assert_allclose(
        model(data[:, order]).numpy(), model(data).numpy()[:, order], rtol=1e-3, atol=1e-5
    )


def test_row_455_stack_of_autoencoders(digits):
    (x, _), (x_test, _) = digits
    keras.utils.set_random_seed(0)
    codes, stack = x, []
    for width in (32, 12):
        encoder = layers.Dense(width, "relu")
        decoder = layers.Dense(codes.shape[1], "linear" if stack else "sigmoid")
        auto = keras.Sequential([keras.Input((codes.shape[1],)), encoder, decoder])
        fitted(auto, codes, codes, "mse", epochs=6, rate=0.01)
        codes = encoder(codes).numpy()
        stack.append((encoder, decoder))
    chain = [encoder for encoder, _ in stack] + [decoder for _, decoder in reversed(stack)]
    whole = keras.Sequential(chain)
    whole.compile("sgd", "mse")
    assert codes.shape == (1437, 12)
    assert whole.evaluate(x_test, x_test, verbose=0) < 0.7 * np.mean((x_test - x.mean(0)) ** 2)


def test_row_456_deep_belief_net():
    """Its layers are trained one by one by contrastive divergence; the data become likelier."""
    draw = np.random.default_rng(0)
    patterns = np.float32([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]])
    v = patterns[draw.integers(0, 2, 200)]
    w = keras.Variable(0.1 * draw.normal(size=(6, 3)).astype("float32"))
    b, c = keras.Variable(np.zeros(6, "float32")), keras.Variable(np.zeros(3, "float32"))
    sigmoid = keras.ops.sigmoid

    def error():
        h = sigmoid(v @ w + c)
        return float(keras.ops.mean((sigmoid(h @ keras.ops.transpose(w) + b) - v) ** 2))

    before = error()
    for _ in range(60):
        up = sigmoid(v @ w + c)
        sampled = keras.ops.cast(keras.random.uniform(up.shape) < up, "float32")
        down = sigmoid(sampled @ keras.ops.transpose(w) + b)
        again = sigmoid(down @ w + c)
        change = keras.ops.transpose(keras.ops.array(v)) @ up - keras.ops.transpose(down) @ again
        w.assign_add(0.5 / 200 * change)
        b.assign_add(0.5 * keras.ops.mean(v - down, axis=0))
        c.assign_add(0.5 * keras.ops.mean(up - again, axis=0))
    assert error() < before / 5


def test_row_457_tree_rnn():
    """The same layer at every fork: the network has the shape of each sentence's tree."""
    join, leaf = layers.Dense(3, "tanh"), layers.Embedding(4, 3)

    def read(tree):
        if isinstance(tree, int):
            return leaf(np.array([tree]))
        return join(keras.ops.concatenate([read(part) for part in tree], axis=-1))

    left, right = read(((0, 1), 2)), read((0, (1, 2)))
    assert left.shape == right.shape == (1, 3)
    assert not np.allclose(left.numpy(), right.numpy())
    assert join.count_params() == 6 * 3 + 3


def test_row_458_ensemble(digits):
    (x, y), (x_test, y_test) = digits
    votes, alone = 0, []
    for seed in range(4):
        keras.utils.set_random_seed(seed)
        model = keras.Sequential([layers.Dense(8, "relu"), layers.Dense(10, "softmax")])
        fitted(model, x, y, "sparse_categorical_crossentropy", epochs=3)
        odds = model.predict(x_test, verbose=0)
        alone.append(np.mean(odds.argmax(1) == y_test))
        votes = votes + odds
    assert np.mean(votes.argmax(1) == y_test) > np.mean(alone)


def test_row_464_learning_replaces_programmed_rules():
    """Shown input and output of a conversion only, a neuron finds its rule."""
    celsius = np.linspace(-40, 40, 41, dtype="float32")[:, None]
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.5), "mse")
    model.fit(celsius / 40, (1.8 * celsius + 32) / 10, epochs=100, verbose=0)
    assert float(model.predict(np.float32([[1]]), verbose=0)[0, 0]) * 10 == pytest.approx(
        104, abs=1
    )


# ------------------------------------------------------------------------------------- workflows


def test_row_466_build_compile_fit_evaluate_predict_save(digits, tmp_path):
    (x, y), (x_test, y_test) = digits
    model = keras.Sequential([keras.Input((64,)), layers.Dense(10, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=3, verbose=0)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    odds = model.predict(x_test, verbose=0)
    model.save(tmp_path / "model.keras")
    assert loss < history.history["loss"][0]
    assert accuracy == pytest.approx(np.mean(odds.argmax(1) == y_test), rel=1e-6)
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(x_test, verbose=0), odds)


def test_row_467_training_loop_in_formulas(line):
    """Output, loss, gradient, descent: written out in NumPy, and done by the library."""
    x, y = line
    w, b, rate = 0.0, 0.0, 0.2
    for _ in range(5):
        output = w * x + b
        gradient = 2 * np.mean((output - y) * x), 2 * np.mean(output - y)
        w, b = w - rate * gradient[0], b - rate * gradient[1]
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(x, y, batch_size=64, epochs=5, verbose=0)
    np.testing.assert_allclose(np.concatenate(model.get_weights(), None), [w, b], rtol=1e-4)


def test_row_468_crisp_dm(line):
    """Understand the data, prepare, model, evaluate, and go round again with what was learnt."""
    x, y = line
    assert abs(np.corrcoef(x[:, 0], y[:, 0])[0, 1]) > 0.9  # understanding: they go together
    prepare = layers.Normalization()
    prepare.adapt(x)
    found = []
    for rate in (0.001, 0.1):  # the second round changes what the first showed to be slow
        model = keras.Sequential([keras.Input((1,)), prepare, layers.Dense(1)])
        model.compile(keras.optimizers.Adam(rate), "mse")
        model.fit(x[:48], y[:48], epochs=20, verbose=0)
        found.append(model.evaluate(x[48:], y[48:], verbose=0))
    assert found[1] < found[0] / 10


def test_row_469_simplified_workflow(digits):
    (x, y), (x_test, y_test) = digits  # get data
    keep = x.std(0) > 0.01  # clean: corners that are never written on
    model = keras.Sequential([layers.Dense(10, "softmax")])
    fitted(model, x[:, keep], y, "sparse_categorical_crossentropy", epochs=5)  # prepare, train
    assert model.evaluate(x_test[:, keep], y_test, verbose=0)[1] > 0.9  # evaluate


def test_row_470_the_mnist_tutorial_in_small(digits):
    """Every step of the tutorial on the small digits; tests of the documents run it as it is."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    x_train = x_train.reshape(1437, 64).astype("float32")
    x_test = x_test.reshape(360, 64).astype("float32")
    x_train /= 16
    x_test /= 16
    y_train = keras.utils.to_categorical(y_train, 10)
    y_test = keras.utils.to_categorical(y_test, 10)
    model = keras.models.Sequential()
    model.add(layers.Dense(128, activation="relu", input_shape=(64,)))
    model.add(layers.Dropout(0.2))
    model.add(layers.Dense(128, activation="relu"))
    model.add(layers.Dropout(0.2))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(
        loss="categorical_crossentropy", optimizer=keras.optimizers.RMSprop(), metrics=["accuracy"]
    )
    model.fit(
        x_train, y_train, batch_size=32, epochs=8, verbose=0, validation_data=(x_test, y_test)
    )
    score = model.evaluate(x_test, y_test, verbose=0)
    assert score[1] > 0.95


def test_row_471_regression_end_to_end(tmp_path):
    draw = np.random.default_rng(0)
    x = draw.integers(1, 6, (200, 3)).astype("float32")
    y = x @ np.float32([[40], [25], [15]]) + 50 + draw.normal(0, 2, (200, 1))
    scale = layers.Normalization()
    scale.adapt(x[:160])
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), scale, layers.Dense(16, "relu"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mae", metrics=["mae"])
    model.fit(x[:160], y[:160] / 100, epochs=40, verbose=0)
    assert model.evaluate(x[160:], y[160:] / 100, verbose=0)[1] < 0.08
    model.save(tmp_path / "houses.keras")
    again = keras.models.load_model(tmp_path / "houses.keras")
    price = again.predict(np.float32([[3, 2, 1]]), verbose=0)[0, 0] * 100
    assert price == pytest.approx(40 * 3 + 25 * 2 + 15 + 50, abs=15)


def test_row_472_classification_end_to_end(clouds):
    x, y = clouds
    model = keras.Sequential([layers.Dense(4, "relu"), layers.Dense(1, "sigmoid")])
    fitted(model, x[:60], y[:60], "binary_crossentropy", epochs=25, rate=0.05)
    assert model.evaluate(x[60:], y[60:], verbose=0)[1] > 0.9
    said = (model.predict(x[60:], verbose=0) > 0.5).astype(int)
    precision, recall = keras.metrics.Precision(), keras.metrics.Recall()
    assert min(float(precision(y[60:], said)), float(recall(y[60:], said))) > 0.8


def test_row_475_export_to_an_application(digits, tmp_path):
    """Weights as plain arrays: a program without the library computes the same."""
    h5py = pytest.importorskip("h5py")
    (x, y), (x_test, _) = digits
    model = keras.Sequential([keras.Input((64,)), layers.Dense(10, name="answer")])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    fitted(model, x, y, loss, epochs=3)
    model.save_weights(tmp_path / "answer.weights.h5")
    with h5py.File(tmp_path / "answer.weights.h5") as file:
        kernel, bias = (file["layers/dense/vars"][name][()] for name in "01")
    np.testing.assert_allclose(
        x_test @ kernel + bias, model.predict(x_test, verbose=0), rtol=1e-4, atol=1e-5
    )
