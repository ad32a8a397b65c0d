"""Splits, scaling, one-hot rows, tables and labels (rows 329 to 352)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import layers


def test_row_329_numpy_arrays(line):
    x, y = line
    model = keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    for dtype in ("float64", "float32", "int32"):
        model.fit(x.astype(dtype), y.astype(dtype), verbose=0)
    assert model.predict(x, verbose=0).dtype == np.float32
    with pytest.raises((TypeError, ValueError), match="object|text|str|number"):
        model.fit(np.array([["a"]] * 64), y, verbose=0)


def parts(rows, *shares):
    """Row numbers in random order, cut by shares."""
    order = np.random.default_rng(0).permutation(rows)
    return np.split(order, np.cumsum([int(share * rows) for share in shares]))


def test_row_330_training_validation_and_test_set(digits):
    (x, y), (x_test, y_test) = digits
    model = keras.Sequential([layers.Dense(10, "softmax")])
    model.compile(
        keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    history = model.fit(
        x[:-200], y[:-200], validation_data=(x[-200:], y[-200:]), epochs=4, verbose=0
    ).history
    final = model.evaluate(x_test, y_test, verbose=0)[1]
    assert history["val_accuracy"][-1] == pytest.approx(final, abs=0.08)


def test_row_331_split_70_15_15():
    train, validation, test = parts(200, 0.7, 0.15)
    assert [len(part) for part in (train, validation, test)] == [140, 30, 30]
    assert sorted(np.concatenate([train, validation, test]).tolist()) == list(range(200))


def test_row_332_training_test_split():
    (x, y), (x_test, _) = keras.datasets.digits.load_data()
    assert (len(x), len(x_test)) == (1437, 360)
    selection = pytest.importorskip("sklearn.model_selection")
    a, b, c, d = selection.train_test_split(x, y, test_size=0.25, random_state=1)
    assert (len(a), len(b), len(c), len(d)) == (1077, 360, 1077, 360)


def test_row_333_hold_out_is_not_random():
    """The rows of validation are the last ones, whatever is shuffled in training."""
    x = np.arange(20.0)[:, None]
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mae")
    model.set_weights([np.zeros((1, 1)), np.zeros(1)])
    history = model.fit(x, x, validation_split=0.25, verbose=0).history
    assert history["loss"] == [np.arange(15).mean()]
    assert history["val_loss"] == [np.arange(15, 20).mean()]


def test_row_334_k_fold_cross_validation(digits):
    (x, y), _ = digits
    folds = np.array_split(np.random.default_rng(0).permutation(300), 3)
    scores = []
    for k, held_out in enumerate(folds):
        rest = np.concatenate(folds[:k] + folds[k + 1 :])
        model = keras.Sequential([layers.Dense(10, "softmax")])
        model.compile(
            keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        model.fit(x[rest], y[rest], epochs=10, verbose=0)
        scores.append(model.evaluate(x[held_out], y[held_out], verbose=0)[1])
    assert min(scores) > 0.8
    assert np.std(scores) < 0.05


def test_row_335_min_max_scaler():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    table = np.array([[1.0, 100], [3, 300], [2, 500]])
    scaled = preprocessing.MinMaxScaler().fit_transform(table)
    assert (scaled.min(), scaled.max()) == (0, 1)
    model = keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    assert np.isfinite(model.fit(scaled, np.ones((3, 1)), verbose=0).history["loss"][0])


def test_row_336_standardizer():
    table = np.random.default_rng(0).normal(50, 7, (300, 2))
    layer = layers.Normalization()
    layer.adapt(table)
    out = layer(table).numpy()
    np.testing.assert_allclose(out.mean(0), 0, atol=1e-4)
    np.testing.assert_allclose(out.std(0), 1, atol=1e-4)
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    same = preprocessing.StandardScaler().fit_transform(table)
    np.testing.assert_allclose(out, same, atol=1e-4)


def test_row_337_fit_on_training_apply_to_both():
    train, test = np.array([[0.0], [10.0]]), np.array([[5.0], [20.0]])
    layer = layers.Normalization()
    layer.adapt(train)
    assert layer(train).numpy().ravel().tolist() == [-1, 1]
    assert layer(test).numpy().ravel().tolist() == [0, 3]


def test_row_338_column_transformer():
    pd = pytest.importorskip("pandas")
    compose = pytest.importorskip("sklearn.compose")
    from sklearn.preprocessing import MinMaxScaler, OneHotEncoder

    table = pd.DataFrame({"rooms": [2, 3, 5, 4], "kind": ["flat", "house", "house", "flat"]})
    prices = np.array([100.0, 220, 330, 180])
    transformer = compose.make_column_transformer(
        (MinMaxScaler(), ["rooms"]), (OneHotEncoder(), ["kind"])
    )
    transformer.fit(table[:3])
    rows = transformer.transform(table)
    model = keras.Sequential([layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.5), "mae")
    model.fit(rows, prices / 100, epochs=60, verbose=0)
    assert model.evaluate(rows, prices / 100, verbose=0) < 0.3


def test_row_339_scaling_of_pictures():
    pictures = np.arange(256, dtype="uint8").reshape(1, 16, 16)
    scaled = pictures / 255.0
    assert (scaled.min(), scaled.max()) == (0, 1)
    np.testing.assert_allclose(layers.Rescaling(1 / 255)(pictures).numpy(), scaled, rtol=1e-6)


def test_row_340_one_hot_encoding():
    words = ["red", "green", "red", "blue"]
    names = sorted(set(words))
    rows = keras.utils.to_categorical([names.index(word) for word in words])
    assert rows.tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 1], [1, 0, 0]]
    np.testing.assert_array_equal(tf.one_hot([2, 1, 2, 0], 3).numpy(), rows)


def test_row_341_to_categorical():
    rows = keras.utils.to_categorical(np.array([7, 0, 9], "uint8"), 10)
    assert rows.shape == (3, 10)
    assert rows.argmax(1).tolist() == [7, 0, 9]
    with pytest.raises(ValueError, match="10"):
        keras.utils.to_categorical([10], 10)


def test_row_342_reshape_and_convert():
    x_train = np.arange(6 * 784, dtype="uint8").reshape(6, 28, 28)
    flat = x_train.reshape(6, 784).astype("float32")
    flat /= 255
    assert (flat.shape, flat.dtype) == ((6, 784), np.float32)
    model = keras.Sequential([layers.Dense(3, input_shape=(784,))])
    assert model.predict(flat, verbose=0).shape == (6, 3)


def test_row_343_shuffling_of_training_inputs():
    """Seen through the mean so far of a loss that is the row itself."""
    x = np.arange(64.0)[:, None]

    def means(**options):
        seen = []
        note = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: seen.append(float(logs["loss"]))
        )
        model = keras.Sequential([keras.Input((1,)), layers.Identity()])
        model.compile("sgd", "mae")
        model.fit(x, 0 * x, batch_size=1, verbose=0, callbacks=[note], **options)
        return seen

    ordered, mixed = means(shuffle=False), means()
    np.testing.assert_allclose(ordered, np.cumsum(np.arange(64)) / np.arange(1, 65), rtol=1e-5)
    assert mixed[:-1] != ordered[:-1]
    assert mixed[-1] == pytest.approx(ordered[-1], rel=1e-5)  # the same rows, all of them


def test_row_345_missing_values():
    """Passengers without an age get the median of the others, and a column that says so."""
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(
        {"age": [22.0, 38, np.nan, 35, np.nan, 4], "cabin": [None, "C85", None, "C123", None, None]}
    )
    assert table.isna().sum().tolist() == [2, 4]
    prepared = pd.DataFrame(
        {
            "age": table["age"].fillna(table["age"].median()) / 80,
            "age_known": table["age"].notna(),
            "cabin_known": table["cabin"].notna(),
        }
    )
    y = np.float32([[0], [1], [0], [1], [0], [1]])
    model = keras.Sequential([layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    assert np.isfinite(model.fit(prepared, y, verbose=0).history["loss"][0])
    with pytest.raises(ValueError, match="2 NaNs"):
        model.fit(table[["age"]], y, verbose=0)


def test_row_346_terms_of_a_table():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"age": [29.0, 0.9167], "fare": [211.3375, 151.55]}, index=[1, 2])
    assert list(table.columns) == ["age", "fare"]  # the header names the features
    assert (len(table), table.shape[1]) == (2, 2)  # rows are examples, columns dimensions
    model = keras.Sequential([keras.Input((table.shape[1],)), layers.Dense(1)])
    assert model.predict(table.to_numpy(), verbose=0).shape == (len(table), 1)


def test_row_347_feature_engineering():
    """An hour of the day is a number with a jump at midnight; sine and cosine have none."""
    hours = np.random.default_rng(0).uniform(0, 24, (300, 1)).astype("float32")
    warmth = np.cos((hours - 14) * np.pi / 12)
    circle = np.concatenate([np.sin(hours * np.pi / 12), np.cos(hours * np.pi / 12)], 1)

    def error(features):
        model = keras.Sequential([layers.Normalization(), layers.Dense(1)])
        model.layers[0].adapt(features)
        model.compile(keras.optimizers.Adam(0.1), "mse")
        model.fit(features, warmth, epochs=15, verbose=0)
        return model.evaluate(features, warmth, verbose=0)

    assert error(circle) < 0.01 < error(hours) / 10


def test_row_348_unbalanced_data():
    """One case in twenty: who always says no is right in 95 % and finds nothing."""
    draw = np.random.default_rng(0)
    y = (np.arange(400) % 20 == 0).astype("float32")[:, None]
    x = draw.normal(size=(400, 2)) + 1.2 * y
    found = {}
    for name, weights in (("plain", None), ("balanced", {0: 0.53, 1: 10.0})):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([layers.Dense(1, "sigmoid")])
        model.compile(
            keras.optimizers.Adam(0.05), "binary_crossentropy",
            metrics=["accuracy", keras.metrics.Recall(name="recall")],
        )  # fmt: skip
        model.fit(x, y, epochs=15, class_weight=weights, verbose=0)
        found[name] = model.evaluate(x, y, verbose=0, return_dict=True)
    assert found["plain"]["accuracy"] > 0.93
    assert found["balanced"]["recall"] > 0.6 > 2 * found["plain"]["recall"]


def test_row_349_structured_and_unstructured():
    """A table goes in as columns, a picture as an array whose neighbours matter."""
    table, picture = np.ones((2, 3), "float32"), np.ones((2, 8, 8, 1), "float32")
    assert layers.Dense(1)(table).shape == (2, 1)
    assert layers.Conv2D(1, 3)(picture).shape == (2, 6, 6, 1)
    assert layers.Dense(1)(layers.Flatten()(picture)).shape == (2, 1)


def test_row_350_numbers_shape_scale():
    words = ["no", "yes", "yes"]
    x = np.array([[10.0, 200], [20, 300], [30, 100]])
    y = np.array([word == "yes" for word in words])
    model = keras.Sequential([layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    with pytest.raises((TypeError, ValueError)):
        model.fit(x / x.max(0), np.array(words), verbose=0)
    assert np.isfinite(model.fit(x / x.max(0), y, verbose=0).history["loss"][0])


def test_row_351_independent_and_dependent_variables(line):
    independent, dependent = line
    model = keras.Sequential([layers.Dense(dependent.shape[1])])
    model.compile(keras.optimizers.Adam(0.2), "mse")
    model.fit(independent, dependent, epochs=20, verbose=0)
    predicted = model.predict(independent, verbose=0)
    assert np.corrcoef(predicted[:, 0], dependent[:, 0])[0, 1] > 0.99


def test_row_352_labels_are_what_is_compared_with():
    metric = keras.metrics.Accuracy()
    truth, predicted = [0, 1, 1, 2], [0, 1, 2, 2]
    assert float(metric(truth, predicted)) == 0.75
    loss = keras.losses.MeanAbsoluteError()
    assert float(loss([3.0], [5.0])) == float(loss([5.0], [3.0])) == 2
