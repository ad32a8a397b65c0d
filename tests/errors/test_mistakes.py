"""The commonest mistakes: each error says who, what it got, what it expected, and the way out.

Every text below is one that a beginner reads; and a call that fails leaves the model as it was.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.errors.unchanged import state_of

import cornu as keras
from cornu import layers

X = np.linspace(-1, 1, 80).reshape(20, 4)
Y = np.arange(20) % 3


def classifier(
    loss="sparse_categorical_crossentropy", units=3, activation="softmax", unbuilt=False, **named
):
    parts = [layers.Dense(5, activation="relu"), layers.Dense(units, activation=activation)]
    model = keras.Sequential(parts if unbuilt else [keras.Input((4,)), *parts], name="net")
    model.compile("adam", loss, metrics=["accuracy"], **named)
    return model


def two_outputs(loss="mse", **named):
    inputs = keras.Input((4,))
    outputs = [layers.Dense(1, name="price")(inputs), layers.Dense(1, name="size")(inputs)]
    model = keras.Model(inputs, outputs, name="net")
    model.compile("sgd", loss, **named)
    return model


def with_nan(array):
    array = array.copy()
    array[3, 2] = np.nan
    return array


class Undecided(keras.Model):
    """A model whose call asks for the value of a tensor."""

    def __init__(self):
        super().__init__(name="net")
        self.dense = layers.Dense(3, activation="softmax")

    def call(self, inputs):
        outputs = self.dense(inputs)
        return outputs if keras.ops.sum(outputs) > 0 else -outputs


class InNumPy(Undecided):
    """A model whose call hands a tensor to NumPy."""

    def call(self, inputs):
        return self.dense(np.log(inputs + 2))


def compiled(model):
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


# Each line: what is wrong, a model, arguments of fit, and all of the parts the message must have.
FITS = [
    ("wrong input shape", classifier, (X[:, :3], Y), {},
     ["Sequential model 'net'", "expected shape (None, 4)", "got shape (20, 3)",
      "must begin with keras.Input((3,))"]),
    ("images into a dense network", classifier, (X.reshape(20, 2, 2), Y), {},
     ["expected shape (None, 4)", "got shape (20, 2, 2)", "x.reshape(len(x), -1)"]),
    ("labels not one-hot", lambda: classifier("categorical_crossentropy"), (X, Y), {},
     ["y has shape (20,) of int64", "3 classes", "loss='categorical_crossentropy' needs one-hot",
      "loss='sparse_categorical_crossentropy'", "keras.utils.to_categorical(y, 3)"]),
    ("one-hot labels for a sparse loss", classifier, (X, np.eye(3)[Y]), {},
     ["y has shape (20, 3): it looks one-hot", "needs class numbers of shape (None,)",
      "loss='categorical_crossentropy'", "y.argmax(axis=-1)"]),
    ("labels counted from 1", classifier, (X, Y + 1), {},
     ["y holds the label 3", "3 classes", "labels must be 0 to 2", "count from 1: use y - 1"]),
    ("too many labels", classifier, (X, 4 * Y), {},
     ["y holds the label 8", "labels must be 0 to 2", "Give the last layer 9 units"]),
    ("negative labels", classifier, (X, Y - 1), {},
     ["y holds the label -1", "labels must be 0 to 2", "Number the classes from 0"]),
    ("two classes for one unit and a sparse loss", lambda: classifier(units=1), (X, Y % 2), {},
     ["y holds the label 1", "1 class,", "use loss='binary_crossentropy'"]),
    ("one-hot labels for one unit",
     lambda: classifier("binary_crossentropy", 1, "sigmoid"), (X, np.eye(2)[Y % 2]), {},
     ["y has shape (20, 2)", "output has shape (None, 1)", "use y[:, 1]"]),
    ("class numbers for a binary loss", lambda: classifier("binary_crossentropy"), (X, Y), {},
     ["y has shape (20,)", "(None, 3)", "use loss='sparse_categorical_crossentropy'"]),
    ("targets of another width", lambda: classifier("mse", 3, None), (X, X[:, :2]), {},
     ["y has shape (20, 2)", "output has shape (None, 3)", "mean_squared_error",
      "Give the last layer 2 units"]),
    ("text in the data", classifier, ([["red", "1", "2", "3"]] * 20, Y), {},
     ["x holds 'red' (str) at row 0, column 0", "expected numbers", "pandas.get_dummies"]),
    ("numbers written as text", classifier, (X.astype(str), Y), {},
     ["x holds '-1.0' (str) at row 0, column 0", "convert with .astype('float32')"]),
    ("names of classes", classifier, (X, np.array(["cat", "dog"] * 10)), {},
     ["y holds 'cat' (str) at row 0", "numpy.unique(y, return_inverse=True)"]),
    ("x and y of different lengths", classifier, (X, Y[:15]), {},
     ["x has 20 rows but y has 15", "Pass arrays with the same first size"]),
    ("weights of another length", classifier, (X, Y), {"sample_weight": np.ones(3)},
     ["x has 20 rows but sample_weight has 3", "each sample needs its weight"]),
    ("NaN in the data", classifier, (with_nan(X), Y), {},
     ["x holds a NaN (missing value) at row 3, column 2", "makes every weight NaN",
      "numpy.nan_to_num"]),
    ("object arrays", classifier, (np.where(X > 0.9, None, X), Y), {},
     ["x holds None (NoneType) at row 19, column 0", "Fill or drop missing values"]),
    ("rows of different lengths", classifier, ([[1, 2, 3, 4], [1, 2]] * 10, Y), {},
     ["x", "rows have different lengths", "Pad them to one length"]),
    ("float targets for a sparse loss", classifier, (X, Y + 0.5), {},
     ["y holds 0.5 (float64)", "needs class numbers 0 to 2", "use loss='mse'"]),
    ("empty data", classifier, (X[:0], Y[:0]), {},
     ["x is empty: it has 0 rows", "how the data was loaded"]),
    ("an empty generator", classifier, (iter([]),), {},
     ["The data is empty", "generator or dataset yielded no batch"]),
    ("no data", classifier, (None, Y), {}, ["x is None", "Pass arrays"]),
    ("no targets", classifier, (X,), {},
     ["loss='sparse_categorical_crossentropy'", "no targets were given", "fit(x, y)"]),
    ("python if on a tensor", lambda: compiled(Undecided()), (X, Y), {},
     ["Undecided, in call(), line ", "of test_mistakes.py", "truth value of this symbolic tensor",
      "ops.where", "run_eagerly=True"]),
    ("NumPy on a tensor", lambda: compiled(InNumPy()), (X, Y), {},
     ["InNumPy, in call(), line ", "NumPy cannot be used on this symbolic tensor",
      "keras.ops with the same name"]),
    ("too few losses", lambda: two_outputs(["mse"]), (X, [Y, Y]), {},
     ["loss has 1 entry", "2 outputs (price, size)", "dict by output name"]),
    ("one array of targets for two outputs", two_outputs, (X, Y), {},
     ["2 outputs (price, size)", "y is a single array", "one array per output"]),
    ("a loss for an output that is not there",
     lambda: two_outputs({"price": "mse", "siz": "mse"}), (X, [Y, Y]), {},
     ["names an output 'siz'", "'price', 'size'", "Did you mean 'size'?"]),
    ("metrics in one list for two outputs",
     lambda: two_outputs(metrics=["mae", "mse", "mape"]), (X, [Y, Y]), {},
     ["metrics lists 3 metrics", "2 outputs (price, size)", "[['mae'], ['accuracy']]"]),
    ("validation data of another shape", classifier, (X, Y), {"validation_data": (X[:, :3], Y)},
     ["validation_data: ", "expected shape (None, 4), got shape (20, 3)"]),
    ("validation data of different lengths", classifier, (X, Y), {"validation_data": (X, Y[:3])},
     ["validation_data: x has 20 rows but y has 3"]),
    ("validation labels out of range", classifier, (X, Y), {"validation_data": (X, Y + 1)},
     ["validation_data: y holds the label 3"]),
    ("a split that leaves nothing", classifier, (X[:2], Y[:2]), {"validation_split": 0.9},
     ["validation_split=0.9 of 2 rows leaves 0 to train on"]),
    ("a split that is no fraction", classifier, (X, Y), {"validation_split": 20},
     ["validation_split must be between 0 and 1", "got 20"]),
    ("a batch size of 0", classifier, (X, Y), {"batch_size": 0},
     ["batch_size must be a whole number of 1 or more; got 0"]),
    ("epochs that are no whole number", classifier, (X, Y), {"epochs": 2.5},
     ["epochs must be a whole number", "got 2.5"]),
    ("class weights in a list", classifier, (X, Y), {"class_weight": [1, 2, 3]},
     ["class_weight must be a dict", "got [1, 2, 3]"]),
    ("a class for a callback", classifier, (X, Y),
     {"callbacks": [keras.callbacks.EarlyStopping]},
     ["callbacks: expected keras.callbacks.Callback objects", "Add parentheses"]),
]  # fmt: skip


def _said(parts, text):
    missing = [part for part in parts if part not in text]
    assert not missing, f"the message lacks {missing}:\n{text}"


@pytest.mark.parametrize(
    ("make", "data", "arguments", "parts"),
    [row[1:] for row in FITS],
    ids=[row[0] for row in FITS],
)
def test_fit(make, data, arguments, parts):
    model = make()
    before = state_of(model)
    with pytest.raises((ValueError, TypeError)) as caught:
        model.fit(*data, verbose=0, **arguments)
    _said(parts, str(caught.value))
    assert state_of(model) == before


@pytest.mark.parametrize(
    "row", [row for row in FITS if row[1] is classifier], ids=lambda row: row[0]
)
def test_fit_of_an_unbuilt_model_can_be_repeated_with_good_data(row):
    _, make, data, arguments, _ = row
    model = make(unbuilt=True)
    before = state_of(model)
    if row[0] != "wrong input shape" and "images" not in row[0]:
        with pytest.raises((ValueError, TypeError)):
            model.fit(*data, verbose=0, **arguments)
        assert state_of(model) == before
    assert not model.built
    history = model.fit(X, Y, verbose=0, epochs=2)
    assert history.history["loss"][1] < history.history["loss"][0]


def test_a_trained_model_stays_trained_when_the_next_fit_fails():
    model = classifier()
    model.fit(X, Y, verbose=0)
    before = state_of(model)
    for _, make, data, arguments, parts in FITS:
        if make is classifier:
            with pytest.raises((ValueError, TypeError)) as caught:
                model.fit(*data, verbose=0, **arguments)
            _said(parts, str(caught.value))
    assert state_of(model) == before


@pytest.mark.parametrize("method", ["evaluate", "train_on_batch", "test_on_batch"])
def test_other_methods_check_too(method):
    model = classifier(unbuilt=True)
    before = state_of(model)
    quiet = {"verbose": 0} if method == "evaluate" else {}
    with pytest.raises(ValueError, match="x has 20 rows but y has 15"):
        getattr(model, method)(X, Y[:15], **quiet)
    with pytest.raises(ValueError, match="no targets were given"):
        getattr(model, method)(X, **quiet)
    assert state_of(model) == before


@pytest.mark.parametrize(
    ("x", "parts"),
    [
        (X[0], ["expected shape (None, 4), got shape (4,)", "x[None, ...]"]),
        (X[:, :2], ["expected shape (None, 4), got shape (20, 2)"]),
        ([["a", "b", "c", "d"]], ["x holds 'a' (str) at row 0, column 0"]),
        (X[:0], ["x is empty"]),
        (np.float32(3), ["x is a single number"]),
        (3.5, ["expected an array"]),
        ([X, X], ["expects 1 input(s)", "got 2"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("again", [False, True])
def test_predict(x, parts, again):
    model = classifier()
    if again:  # the short way of later calls
        model.predict(X, verbose=0)
        model.predict(X[:1], verbose=0)
    before = state_of(model)
    with pytest.raises((ValueError, TypeError)) as caught:
        model.predict(x, verbose=0)
    _said(parts, str(caught.value))
    assert state_of(model) == before


COMPILES = [
    ({"optimizer": "adamm"}, ["compile: Unknown optimizer 'adamm'", "Did you mean 'adam'?"]),
    ({"loss": "sparse_categorical_cross_entropy"},
     ["Unknown loss", "Did you mean 'sparse_categorical_crossentropy'?"]),
    ({"metrics": ["acuracy"]}, ["Unknown metric 'acuracy'", "Did you mean 'accuracy'?"]),
    ({"metrics": [7]}, ["metric; got 7 (int)"]),
    ({"loss": 7}, ["loss; got 7 (int)"]),
    ({"optimizer": keras.losses.MeanSquaredError()}, ["optimizer", "MeanSquaredError"]),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "parts"), COMPILES, ids=lambda value: str(value)[:40])
def test_compile(arguments, parts):
    model = classifier()
    before = state_of(model)
    with pytest.raises(ValueError, match="Sequential.compile: ") as caught:
        model.compile(**arguments)
    _said(parts, str(caught.value))
    assert state_of(model) == before


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_compile_forgotten(method):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    with pytest.raises(ValueError, match=rf"Sequential.{method}: .*Call compile\(\) first"):
        getattr(model, method)(X, Y)


def test_nothing_to_minimise():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd")
    with pytest.raises(ValueError, match=r"no loss to minimise. Pass loss= to compile\(\)"):
        model.fit(X, Y, verbose=0)


def _duplicates():
    inputs = keras.Input((3,))
    keras.Model(inputs, layers.Dense(2, name="a")(layers.Dense(2, name="a")(inputs)))


def _disconnected():
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    keras.Model(left, layers.Add()([left, right]))


def _set_weights(shapes):
    return lambda: classifier().set_weights([np.zeros(shape) for shape in shapes])


BUILDS = [
    ("activation by wrong name", lambda: layers.Dense(3, activation="rleu"),
     ["Unknown activation 'rleu'", "Did you mean 'relu'?"]),
    ("initializer by wrong name", lambda: layers.Dense(3, kernel_initializer="he_norml"),
     ["Unknown initializer 'he_norml'", "Did you mean 'he_normal'?"]),
    ("regularizer by wrong name", lambda: layers.Dense(3, kernel_regularizer="l3"),
     ["Unknown regularizer 'l3'", "L1, L1L2, L2"]),
    ("constraint by wrong name", lambda: layers.Dense(3, kernel_constraint="max_nrm"),
     ["Unknown constraint 'max_nrm'", "Did you mean 'max_norm'?"]),
    ("negative units", lambda: layers.Dense(-3), ["Dense: units must be a positive int", "-3"]),
    ("units that are no int", lambda: layers.Dense(2.5), ["units must be a positive int", "2.5"]),
    ("unknown argument", lambda: layers.Dense(2, activaton="relu"), ["Dense", "activaton"]),
    ("unbuilt model", lambda: classifier(unbuilt=True).count_params(),
     ["Sequential model 'net' is not built", "Call it on data"]),
    ("weights of an unbuilt model", lambda: classifier(unbuilt=True).set_weights([X]),
     ["Sequential model 'net'", "not built yet"]),
    ("too few arrays for set_weights", _set_weights([(4, 5)]),
     ["Sequential model 'net' has 4 weights", "(5, 3)", "1 arrays were given"]),
    ("arrays of wrong shape for set_weights", _set_weights([(5, 4), (5,), (5, 3), (3,)]),
     ["array 0 has shape (5, 4)", "kernel' of Sequential model 'net' has shape (4, 5)"]),
    ("duplicate layer names", _duplicates, ["name 'a' is used 2 times", "must be unique"]),
    ("duplicate names in a stack",
     lambda: keras.Sequential([layers.Dense(2, name="a"), layers.Dense(2, name="a")]),
     ["already has a layer named 'a'", "must be unique"]),
    ("graph disconnected", _disconnected,
     ["Graph disconnected", "input 'right'", "not among the model's inputs ('left')"]),
    ("learning rate by wrong name", lambda: keras.optimizers.SGD(learning_rte=0.1),
     ["SGD", "unknown argument 'learning_rte'"]),
    ("learning rate that is no number", lambda: keras.optimizers.SGD("fast"),
     ["SGD: learning_rate is a number", "'fast'"]),
]  # fmt: skip


@pytest.mark.parametrize(("action", "parts"), [row[1:] for row in BUILDS],
                         ids=[row[0] for row in BUILDS])  # fmt: skip
def test_building(action, parts):
    with pytest.raises((ValueError, TypeError)) as caught:
        action()
    _said(parts, str(caught.value))


def test_pandas_columns_are_named():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["age", "rooms", "tax", "ocean"]).astype({"ocean": object})
    frame.loc[:, "ocean"] = "NEAR BAY"
    with pytest.raises(ValueError, match="x, column 'ocean' holds 'NEAR BAY' .str. at row 0"):
        classifier().fit(frame, Y, verbose=0)
    frame["ocean"] = pandas.date_range("2020", periods=20)
    with pytest.raises(ValueError, match="column 'ocean' holds .* Turn times into numbers"):
        classifier().fit(frame, Y, verbose=0)


def test_a_generator_that_ran_out():
    model = classifier()
    with pytest.raises(ValueError, match="can be walked only once: .* pass steps_per_epoch"):
        model.fit(((X, Y) for _ in range(2)), epochs=2, verbose=0)
    assert int(model.optimizer.iterations) == 2


def test_users_own_layers_and_losses_may_handle_nan():
    class Fill(layers.Layer):
        def call(self, inputs):
            return keras.ops.where(keras.ops.isnan(inputs), 0.0, inputs)

    def known_only(y_true, y_pred):
        known = keras.ops.isfinite(y_true)
        return keras.ops.square(keras.ops.where(known, y_true - y_pred, 0.0))

    model = keras.Sequential([keras.Input((4,)), Fill(), layers.Dense(4)])
    model.compile("sgd", known_only)
    history = model.fit(with_nan(X), with_nan(X), verbose=0)
    assert np.isfinite(history.history["loss"][0])


def test_arrays_in_an_object_array_are_stacked():
    rows = np.empty(20, dtype=object)
    rows[:] = list(X)
    np.testing.assert_allclose(classifier().fit(rows, Y, verbose=0).params["steps"], 1)
