"""Data sets and kinds of problems (rows 414 to 449)."""

from __future__ import annotations

import gzip
import io
import struct

import numpy as np
import pytest

import cornu as keras
from cornu import layers


@pytest.fixture
def data_home(tmp_path, monkeypatch):
    """An own folder in which the loaders look for their files."""
    monkeypatch.setenv("CORNU_DATA_HOME", str(tmp_path))
    return tmp_path


def blank(rows, *shape):
    """Black pictures, and labels."""
    return np.zeros((rows, *shape), "uint8"), (np.arange(rows) % 10).astype("uint8")


def fitted(model, x, y, loss, epochs=20, rate=0.05, metrics=None):
    model.compile(keras.optimizers.Adam(rate), loss, metrics=metrics)
    model.fit(x, y, epochs=epochs, verbose=0)
    return model


def test_row_414_mnist(data_home):
    """A hundredth of the rows; real files are looked at in the tests of the data sets."""
    names = ("x_train", "y_train", "x_test", "y_test")
    arrays = dict(zip(names, (*blank(600, 28, 28), *blank(100, 28, 28))))
    np.savez(data_home / "mnist.npz", **arrays)
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    assert (x_train.shape, x_test.shape) == ((600, 28, 28), (100, 28, 28))
    assert x_train.dtype == y_train.dtype == np.uint8
    assert len(np.unique(y_test)) == 10


def test_row_415_handwritten_figures():
    (x, y), (x_test, _) = keras.datasets.digits.load_data()
    assert (x.shape, x_test.shape) == ((1437, 8, 8), (360, 8, 8))
    assert sorted(set(y.tolist())) == list(range(10))


def test_row_416_cifar10(data_home):
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    for name in names:
        data, labels = blank(100, 3072)
        np.savez(data_home / f"cifar10_{name}.npz", data=data, labels=labels)
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    assert (x_train.shape, x_test.shape) == ((500, 32, 32, 3), (100, 32, 32, 3))
    assert (y_train.shape, y_test.shape) == ((500, 1), (100, 1))
    assert len(np.unique(y_test)) == 10


def test_row_417_fashion_mnist(data_home):
    (data_home / "fashion-mnist").mkdir()
    for part, rows in (("train", 600), ("t10k", 100)):
        for kind, array in zip(("images-idx3", "labels-idx1"), blank(rows, 28, 28)):
            head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            content = gzip.compress(head + array.tobytes())
            (data_home / "fashion-mnist" / f"{part}-{kind}-ubyte.gz").write_bytes(content)
    (x_train, _), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
    assert (x_train.shape, x_test.shape) == ((600, 28, 28), (100, 28, 28))
    assert np.bincount(y_test).tolist() == [10] * 10


PASSENGERS = """\
Survived,Pclass,Sex,Age,Cabin
0,3,male,22,
1,1,female,38,C85
1,3,female,26,
1,1,female,35,C123
0,3,male,35,
0,3,male,,
"""


def test_row_418_titanic():
    pd = pytest.importorskip("pandas")
    table = pd.read_csv(io.StringIO(PASSENGERS))
    assert table[["Age", "Cabin"]].isna().sum().tolist() == [1, 4]
    x = pd.DataFrame(
        {
            "woman": table["Sex"] == "female",
            "class": table["Pclass"] / 3,
            "age": table["Age"].fillna(table["Age"].median()) / 80,
        }
    )
    y = table["Survived"].to_numpy("float32")[:, None]
    model = keras.Sequential([layers.Dense(1, "sigmoid")])
    fitted(model, x, y, "binary_crossentropy", epochs=60, rate=0.1)
    assert model.predict(x, verbose=0).round().tolist() == y.tolist()


TOY = np.float32([[1.4, 2.7, 1.9], [3.8, 3.4, 3.2], [6.4, 2.8, 1.7], [4.1, 0.1, 0.2]])
TOY_CLASSES = np.float32([[0], [0], [1], [0]])


def test_row_419_toy_table():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([layers.Dense(6, "tanh"), layers.Dense(1, "sigmoid")])
    fitted(model, TOY, TOY_CLASSES, "binary_crossentropy", epochs=80)
    assert model.predict(TOY, verbose=0).round().tolist() == TOY_CLASSES.tolist()


def houses(rows=200):
    draw = np.random.default_rng(1)
    x = np.stack(
        [draw.integers(1, 6, rows), draw.integers(1, 4, rows), draw.integers(0, 3, rows)], 1
    )
    return x.astype("float32"), (50 + x @ [40, 25, 15]).astype("float32")[:, None]


def test_row_420_house_prices():
    x, y = houses()
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(1.0), "mse")
    model.fit(x, y, epochs=120, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0][:, 0], [40, 25, 15], atol=1)


SPAM = ["win a free prize now", "free prize claim now", "urgent win cash", "claim your free cash"]
HAM = ["see you at home", "are you free at noon", "call me at home", "now at the station see you"]


def test_row_421_spam():
    words = sorted({word for text in SPAM + HAM for word in text.split()})
    x = np.float32([[text.split().count(word) for word in words] for text in SPAM + HAM])
    y = np.float32([[1]] * 4 + [[0]] * 4)
    model = keras.Sequential([layers.Dense(1, "sigmoid")])
    fitted(model, x, y, "binary_crossentropy", epochs=40)
    assert model.predict(x, verbose=0).round().tolist() == y.tolist()
    unseen = "free cash prize"
    counted = np.float32([[unseen.split().count(word) for word in words]])
    assert float(model.predict(counted, verbose=0)[0, 0]) > 0.9


def test_row_422_who_has_covid():
    """A low bar finds every case, a high one raises no false alarm."""
    y, p = np.array([0, 0, 0, 1, 1, 1]), np.array([0.1, 0.4, 0.6, 0.5, 0.8, 0.9])

    def at(bar):
        precision, recall = keras.metrics.Precision(bar), keras.metrics.Recall(bar)
        return float(precision(y, p)), float(recall(y, p))

    assert at(0.45) == (0.75, 1.0)
    assert at(0.7) == (1.0, pytest.approx(2 / 3))


def test_row_423_no_cancer_overlooked():
    table = pytest.importorskip("sklearn.datasets").load_breast_cancer()
    x = (table.data[:, :6] - table.data[:, :6].mean(0)) / table.data[:, :6].std(0)
    ill = np.float32(table.target == 0)[:, None]

    def recall(class_weight):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([layers.Dense(1, "sigmoid")])
        model.compile(
            keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=[keras.metrics.Recall()]
        )
        model.fit(x, ill, epochs=5, class_weight=class_weight, verbose=0)
        return model.evaluate(x, ill, verbose=0)[1]

    assert recall({0: 1.0, 1: 10.0}) > max(recall(None), 0.97)


def test_row_424_one_network_for_two_tasks_on_the_same_pictures(digits):
    """As faces and hairstyles: the lower layers of one task serve the other, frozen."""
    (x, y), _ = digits
    keras.utils.set_random_seed(0)
    lower = layers.Dense(32, "relu")
    first = keras.Sequential([keras.Input((64,)), lower, layers.Dense(10, "softmax")])
    fitted(first, x, y, "sparse_categorical_crossentropy", epochs=6, rate=0.01)
    lower.trainable = False
    kept = lower.get_weights()
    second = keras.Sequential([lower, layers.Dense(1, "sigmoid")])
    fitted(second, x, y[:, None] > 4, "binary_crossentropy", epochs=6, metrics=["accuracy"])
    np.testing.assert_array_equal(kept[0], lower.get_weights()[0])
    assert second.evaluate(x, y[:, None] > 4, verbose=0)[1] > 0.85


def test_row_425_where_an_object_is():
    """A bright spot on a dark picture: its centre is two numbers, its size two more."""
    draw = np.random.default_rng(0)
    places = draw.integers(1, 7, (300, 2))
    pictures = np.zeros((300, 8, 8), "float32")
    pictures[np.arange(300), places[:, 0], places[:, 1]] = 1
    keras.utils.set_random_seed(0)
    model = keras.Sequential([layers.Flatten(input_shape=[8, 8]), layers.Dense(2)])
    fitted(model, pictures, places / 8, "mse", epochs=40)
    assert np.abs(model.predict(pictures, verbose=0) * 8 - places).max() < 0.5


# ------------------------------------------------------------------------------- kinds of problems


def test_row_426_regression():
    x, y = houses()
    model = keras.Sequential([layers.Normalization(), layers.Dense(8, "relu"), layers.Dense(1)])
    model.layers[0].adapt(x)
    fitted(model, x, y / 100, "mse", metrics=["mae"])
    assert model.evaluate(x, y / 100, verbose=0)[1] < 0.15


def test_row_427_linear_regression(line):
    x, y = line
    model = fitted(keras.Sequential([keras.Input((1,)), layers.Dense(1)]), x, y, "mse", 60, 0.1)
    exact = np.linalg.lstsq(np.c_[x, np.ones_like(x)], y, rcond=None)[0]
    np.testing.assert_allclose(np.concatenate(model.get_weights(), None), exact[:, 0], atol=0.02)


def test_row_428_logistic_regression(clouds):
    linear = pytest.importorskip("sklearn.linear_model")
    x, y = clouds
    model = keras.Sequential(
        [layers.Dense(1, "sigmoid", kernel_regularizer=keras.regularizers.L2(1e-3))]
    )
    fitted(model, x, y, "binary_crossentropy", epochs=40)
    other = linear.LogisticRegression().fit(x, y[:, 0])
    agree = (model.predict(x, verbose=0)[:, 0] > 0.5) == other.predict(x)
    assert agree.mean() > 0.97


def test_row_429_binary_classification(clouds):
    model = fitted(
        keras.Sequential([layers.Dense(1, "sigmoid")]), *clouds, "binary_crossentropy",
        metrics=["accuracy"],
    )  # fmt: skip
    assert model.evaluate(*clouds, verbose=0)[1] > 0.97
    assert 0 < model.predict(clouds[0], verbose=0).min() < 0.5


def test_row_430_multiclass_classification(digits):
    (x, y), (x_test, y_test) = digits
    model = keras.Sequential([layers.Dense(10, "softmax")])
    fitted(model, x, y, "sparse_categorical_crossentropy", epochs=6, metrics=["accuracy"])
    assert model.evaluate(x_test, y_test, verbose=0)[1] > 0.9


def test_row_431_multilabel_classification():
    """Several labels can hold at once: a sigmoid for each, not a softmax over all."""
    x = np.random.default_rng(0).uniform(-1, 1, (300, 3)).astype("float32")
    y = (x > 0).astype("float32")
    model = keras.Sequential([layers.Dense(3, "sigmoid")])
    fitted(model, x, y, "binary_crossentropy", metrics=["binary_accuracy"])
    assert model.evaluate(x, y, verbose=0)[1] > 0.97
    assert model.predict(np.float32([[1, 1, 1]]), verbose=0).min() > 0.5


def test_row_432_multi_output(digits):
    """What a figure is (classification) and how dark it is (regression), from one network."""
    (x, y), _ = digits
    input_ = keras.Input((64,))
    hidden = layers.Dense(32, "relu")(input_)
    outputs = [
        layers.Dense(10, "softmax", name="kind")(hidden),
        layers.Dense(1, name="ink")(hidden),
    ]
    model = keras.Model(input_, outputs)
    model.compile(
        keras.optimizers.Adam(0.01), loss=["sparse_categorical_crossentropy", "mse"],
        metrics=[["accuracy"], ["mae"]],
    )  # fmt: skip
    ink = x.mean(1, keepdims=True)
    model.fit(x, (y, ink), epochs=6, verbose=0)
    logs = model.evaluate(x, (y, ink), verbose=0, return_dict=True)
    assert logs["kind_accuracy"] > 0.93
    assert logs["ink_mae"] < 0.06


def test_row_433_supervised_learning(clouds):
    """With labels the clouds are told apart; with shuffled labels there is nothing to learn."""
    x, y = clouds

    def accuracy(labels):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([layers.Dense(1, "sigmoid")])
        fitted(model, x, labels, "binary_crossentropy", metrics=["accuracy"])
        return model.evaluate(x, labels, verbose=0)[1]

    assert accuracy(y) > 0.97
    assert accuracy(np.random.default_rng(0).permutation(y)) < 0.7


def autoencoder(width):
    encoder, decoder = layers.Dense(width, "relu"), layers.Dense(64, "sigmoid")
    return keras.Sequential([keras.Input((64,)), encoder, decoder])


def test_row_434_semi_supervised_learning(digits):
    """Codes learnt from all pictures, a classifier from thirty labels."""
    (x, y), (x_test, y_test) = digits
    keras.utils.set_random_seed(0)
    auto = fitted(autoencoder(24), x, x, "mse", epochs=6, rate=0.01)
    auto.layers[0].trainable = False
    model = keras.Sequential([auto.layers[0], layers.Dense(10, "softmax")])
    fitted(model, x[:60], y[:60], "sparse_categorical_crossentropy", 30, 0.05, ["accuracy"])
    assert model.evaluate(x_test, y_test, verbose=0)[1] > 0.6


def test_row_435_unsupervised_learning(digits):
    (x, _), (x_test, _) = digits
    model = fitted(autoencoder(16), x, x, "mse", epochs=8, rate=0.01)
    assert model.evaluate(x_test, x_test, verbose=0) < np.mean((x_test - x.mean(0)) ** 2) * 0.6


def test_row_436_transfer_learning(digits):
    (x, y), _ = digits
    base = keras.Sequential(
        [keras.Input((64,)), layers.Dense(24, "relu"), layers.Dense(10, "softmax")]
    )
    fitted(base, x, y, "sparse_categorical_crossentropy", epochs=4, rate=0.01)
    extractor = keras.Model(base.inputs, base.layers[0].output)
    extractor.trainable = False
    model = keras.Sequential([extractor, layers.Dense(1, "sigmoid")])
    fitted(model, x, y[:, None] % 2, "binary_crossentropy", epochs=6, metrics=["accuracy"])
    assert len(model.trainable_weights) == 2
    assert model.evaluate(x, y[:, None] % 2, verbose=0)[1] > 0.85


def copied(model, symbols=5, length=4, rows=400, epochs=25, rate=0.02, reverse=True):
    """Share of the symbols that a network writes down rightly after having read them all."""
    draw = np.random.default_rng(0)
    words = draw.integers(0, symbols, (rows, length))
    wanted = words[:, ::-1] if reverse else words
    x = np.eye(symbols, dtype="float32")[words]
    fitted(model, x, wanted, "sparse_categorical_crossentropy", epochs, rate)
    return float(np.mean(model.predict(x, verbose=0).argmax(-1) == wanted))


def test_row_438_sequence_to_sequence():
    keras.utils.set_random_seed(0)
    encoder_decoder = keras.Sequential(
        [
            layers.GRU(24),
            layers.RepeatVector(3),
            layers.GRU(24, return_sequences=True),
            layers.Dense(4, "softmax"),
        ]
    )
    assert copied(encoder_decoder, symbols=4, length=3) > 0.8


def test_row_439_translation():
    """Word by word into another language, with attention over the whole sentence."""
    keras.utils.set_random_seed(0)
    words = keras.Input((4,), dtype="int32")
    x = layers.Embedding(6, 16)(words)
    x = layers.Add()([x, layers.MultiHeadAttention(2, 8)(x, x)])
    model = keras.Model(words, layers.Dense(6, "softmax")(x))
    dictionary = np.random.default_rng(1).permutation(6)
    sentences = np.random.default_rng(0).integers(0, 6, (300, 4))
    fitted(model, sentences, dictionary[sentences], "sparse_categorical_crossentropy", 10, 0.02)
    assert np.mean(model.predict(sentences, verbose=0).argmax(-1) == dictionary[sentences]) > 0.98


def tones(rows=120, length=64):
    """Two pitches in noise."""
    draw = np.random.default_rng(0)
    high = np.arange(rows) % 2
    time = np.arange(length) / length
    phase = draw.uniform(0, 2 * np.pi, (rows, 1))
    waves = np.sin(2 * np.pi * (4 + 5 * high[:, None]) * time + phase)
    return (waves + 0.3 * draw.normal(size=waves.shape))[..., None].astype("float32"), high[:, None]


def heard():
    keras.utils.set_random_seed(0)
    x, y = tones()
    model = keras.Sequential(
        [
            layers.Conv1D(8, 9, activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(1, "sigmoid"),
        ]
    )
    fitted(model, x, y, "binary_crossentropy", metrics=["accuracy"])
    return model.evaluate(x, y, verbose=0)[1]


def test_row_440_speech_recognition():
    assert heard() > 0.9


def test_row_441_image_recognition():
    """Bars across or along, wherever they lie, told by a convolution."""
    draw = np.random.default_rng(0)
    along = np.arange(160) % 2
    pictures = np.zeros((160, 9, 9, 1), "float32")
    for i, place in enumerate(draw.integers(0, 9, 160)):
        pictures[(i, slice(None), place) if along[i] else (i, place)] = 1
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(1, "sigmoid"),
        ]
    )
    fitted(model, pictures, along[:, None], "binary_crossentropy", metrics=["accuracy"])
    assert model.evaluate(pictures, along[:, None], verbose=0)[1] > 0.95


def language():
    """Sentences with a good word or a bad one among neutral ones."""
    draw = np.random.default_rng(0)
    y = np.arange(200) % 2
    x = draw.integers(4, 20, (200, 6))
    x[np.arange(200), draw.integers(0, 6, 200)] = np.where(y, 1, 2)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [layers.Embedding(20, 8), layers.GlobalAveragePooling1D(), layers.Dense(1, "sigmoid")]
    )
    fitted(model, x, y[:, None], "binary_crossentropy", metrics=["accuracy"])
    return model.evaluate(x, y[:, None], verbose=0)[1]


def test_row_442_natural_language():
    assert language() > 0.95


def test_row_443_sequences_of_text():
    x = layers.Embedding(50, 8)(np.array([[3, 7, 7, 0]]))
    assert layers.LSTM(5)(x).shape == (1, 5)


def test_row_444_sequences_of_sound():
    x, _ = tones(rows=2)
    spectrum = np.abs(np.fft.rfft(x[:, :, 0]))
    assert spectrum.argmax(1).tolist() == [4, 9]
    assert layers.Conv1D(3, 5, strides=2)(x).shape == (2, 30, 3)


def test_row_445_sequences_of_pictures():
    video = np.zeros((2, 4, 8, 8, 1), "float32")
    assert layers.ConvLSTM2D(3, 3)(video).shape == (2, 6, 6, 3)
    assert layers.TimeDistributed(layers.Conv2D(3, 3))(video).shape == (2, 4, 6, 6, 3)


def test_row_446_sequences_of_measurements():
    """The next value of a swinging pendulum follows from the last two."""
    time = np.arange(300) * 0.2
    angle = np.sin(time).astype("float32")
    x = np.stack([angle[i : i + 4] for i in range(296)])[..., None]
    y = angle[4:, None]
    keras.utils.set_random_seed(0)
    model = keras.Sequential([layers.SimpleRNN(8), layers.Dense(1)])
    fitted(model, x, y, "mse", epochs=10, rate=0.02)
    assert model.evaluate(x, y, verbose=0) < 0.01


def test_row_447_handwritten_digits(digits):
    (x, y), (x_test, y_test) = digits
    keras.utils.set_random_seed(0)
    model = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(10, "softmax")])
    fitted(model, x, y, "sparse_categorical_crossentropy", 15, 0.005, ["accuracy"])
    assert model.evaluate(x_test, y_test, verbose=0)[1] > 0.95


def test_row_448_dimensionality_reduction():
    """A linear autoencoder finds the plane in which the data lie."""
    draw = np.random.default_rng(0)
    x = (draw.normal(size=(300, 2)) @ draw.normal(size=(2, 10))).astype("float32")
    keras.utils.set_random_seed(0)
    errors = {}
    for width in (1, 2):
        model = keras.Sequential([layers.Dense(width), layers.Dense(10)])
        fitted(model, x, x, "mse", epochs=40, rate=0.02)
        errors[width] = model.evaluate(x, x, verbose=0) / x.var()
    assert errors[2] < 0.02 < 0.1 < errors[1]


def test_row_449_a_rule_that_is_known_needs_no_network():
    """Twenty examples of odd and even teach a network nothing about the next twenty."""
    numbers = np.arange(40.0)[:, None]
    odd = numbers % 2  # the whole rule
    model = keras.Sequential(
        [layers.Rescaling(0.1), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")]
    )
    fitted(model, numbers[:20], odd[:20], "binary_crossentropy", epochs=30)
    said = model.predict(numbers[20:], verbose=0) > 0.5
    assert np.mean(said == odd[20:]) < 0.7
