"""cornu.sklearn: scikit-learn's own checks, and what users do with its tools."""

from __future__ import annotations

import pickle  # noqa: TID251 - what joblib sends to other processes

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification, make_regression
from sklearn.model_selection import GridSearchCV, KFold, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import cornu as keras
from cornu.sklearn import Classifier, KerasClassifier, KerasRegressor, Regressor, Transformer

# A batch is drawn from the rows: a weight of 2 is not the same as a row that is there twice.
WEIGHTS = "check_sample_weight_equivalence_on_"
EXPECTED = {f"{WEIGHTS}{kind}_data": "rows are drawn into batches" for kind in ("dense", "sparse")}


def build_classifier(X, y, units=16):
    model = keras.Sequential([keras.layers.Dense(units, activation="relu")])
    several = (y.sum(axis=1) != 1).any()
    model.add(keras.layers.Dense(y.shape[1], activation="sigmoid" if several else "softmax"))
    loss = "binary_crossentropy" if several else "categorical_crossentropy"
    model.compile(keras.optimizers.Adam(0.01), loss)
    return model


def build_binary(units=8, rate=0.01):
    model = keras.Sequential([keras.layers.Dense(units, activation="relu")])
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy"])
    return model


def build_regressor(X, y, units=16):
    model = keras.Sequential([keras.layers.Dense(units, activation="relu")])
    model.add(keras.layers.Dense(y.shape[1]))
    model.compile(keras.optimizers.Adam(0.03), "mse")
    return model


@pytest.fixture(scope="module")
def classes():
    return make_classification(120, 6, n_informative=4, n_classes=3, random_state=1)


@pytest.fixture(scope="module")
def numbers():
    x, y = make_regression(120, 5, noise=1.0, random_state=1)
    return x, (y - y.mean()) / y.std()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "estimator",
    [
        Classifier(build_classifier, fit_kwargs={"epochs": 20}),
        Regressor(build_regressor, fit_kwargs={"epochs": 20}),
        Transformer(fit_kwargs={"epochs": 5}),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_scikit_learns_own_checks(estimator):
    expected = {} if isinstance(estimator, Transformer) else EXPECTED
    results = check_estimator(estimator, expected_failed_checks=expected, on_fail=None)
    failed = [f"{r['check_name']}: {r['exception']}" for r in results if r["status"] == "failed"]
    assert failed == []


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_a_search_in_processes_or_threads_finds_the_same(classes, backend):
    x, y = classes
    labels = np.array(["ape", "bee", "cow"])[y]
    pipeline = make_pipeline(StandardScaler(), Classifier(build_classifier, random_state=3))
    grid = {"classifier__units": [2, 16], "classifier__epochs": [3], "classifier__verbose": [0]}
    alone = GridSearchCV(pipeline, grid, cv=2).fit(x, labels)
    with joblib.parallel_backend(backend, n_jobs=2):
        together = GridSearchCV(pipeline, grid, cv=2).fit(x, labels)
    scores = "mean_test_score"
    assert together.cv_results_[scores].tolist() == alone.cv_results_[scores].tolist()
    assert together.best_params_ == alone.best_params_
    again = pickle.loads(pickle.dumps(together))
    np.testing.assert_array_equal(again.predict_proba(x), alone.predict_proba(x))
    assert set(again.predict(x)) <= set(labels)


def test_columns_of_a_table_go_through_a_pipeline():
    table = pd.DataFrame(
        {
            "age": [22.0, 38, 26, 35] * 10,
            "sex": ["m", "f", "f", "m"] * 10,
            "old": [True, False] * 20,
        }
    )
    survived = np.array([0, 1, 1, 0] * 10)
    columns = ColumnTransformer(
        [("scale", MinMaxScaler(), ["age"]), ("encode", OneHotEncoder(), ["sex"])],
        remainder="passthrough",
    )
    model = Classifier(build_binary, units=8, epochs=60, rate=0.03, random_state=1)
    pipeline = Pipeline([("columns", columns), ("model", model)])
    scores = cross_val_score(pipeline, table, survived, cv=KFold(2, shuffle=True, random_state=0))
    assert scores.tolist() == [1.0, 1.0]


def test_random_state_repeats_and_leaves_the_program_alone(numbers):
    x, y = numbers
    keras.utils.set_random_seed(5)
    expected = np.random.random()
    keras.utils.set_random_seed(5)
    first = Regressor(build_regressor, epochs=2, random_state=9).fit(x, y).predict(x)
    assert np.random.random() == expected
    second = Regressor(build_regressor, epochs=2, random_state=9).fit(x, y).predict(x)
    np.testing.assert_array_equal(first, second)
    third = Regressor(build_regressor, epochs=2, random_state=10).fit(x, y).predict(x)
    assert (first != third).any()


def test_a_compiled_model_is_trained_anew_and_stays_as_it_was(numbers):
    x, y = numbers
    model = build_regressor(x, y[:, None])
    model.build((None, 5))
    before = model.get_weights()
    regressor = Regressor(model, epochs=30, random_state=1)
    copied = clone(regressor)
    assert copied.fit(x, y).score(x, y) == regressor.fit(x, y).score(x, y) > 0.9
    for old, new in zip(before, model.get_weights()):
        np.testing.assert_array_equal(old, new)


def test_the_loss_decides_how_labels_are_given():
    x = np.linspace(-1, 1, 60)[:, None]
    labels = np.where(x[:, 0] > 0, "up", "down")

    def build(columns, activation, loss):
        model = keras.Sequential([keras.layers.Dense(columns, activation=activation)])
        model.compile(keras.optimizers.Adam(0.1), loss)
        return model

    losses = keras.losses
    for model in (
        build(1, "sigmoid", "binary_crossentropy"),
        build(1, None, losses.BinaryCrossentropy(from_logits=True)),
        build(2, "softmax", "sparse_categorical_crossentropy"),
        build(2, "softmax", "categorical_crossentropy"),
        build(2, None, losses.SparseCategoricalCrossentropy(from_logits=True)),
        build(2, "softmax", "mse"),
    ):
        model.build((None, 1))
        classifier = Classifier(model, epochs=40, random_state=1).fit(x, labels)
        probabilities = classifier.predict_proba(x)
        assert probabilities.shape == (60, 2)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
        assert classifier.score(x, labels) > 0.9, model.loss
    model = build(2, "softmax", "sparse_categorical_crossentropy")
    model.build((None, 1))
    with pytest.raises(ValueError, match="3 classes, but the model has 2 outputs"):
        Classifier(model).fit(x, np.arange(60) % 3)


def test_rare_classes_weigh_more_when_asked(classes):
    x, y = classes
    rare = np.flatnonzero(y == 0)[:6]
    rows = np.concatenate([rare, np.flatnonzero(y != 0)])
    x, y = x[rows], y[rows]

    def found(**arguments):
        classifier = Classifier(build_classifier, epochs=20, random_state=1, **arguments)
        return (classifier.fit(x, y).predict(x) == 0).sum()

    assert found(class_weight="balanced") > found()
    assert found(class_weight={0: 30.0, 1: 1.0, 2: 1.0}) > found()


def test_mistakes_are_named(classes):
    x, y = classes
    with pytest.raises(ValueError, match="'unitz' is not a legal parameter.*Did you mean 'units'"):
        Classifier(build_classifier, unitz=3).fit(x, y)
    with pytest.raises(TypeError, match="has no argument 'epoch'"):
        Classifier(build_classifier).fit(x, y, epoch=3)
    with pytest.raises(TypeError, match="must return a compiled model"):
        Classifier(lambda: None).fit(x, y)
    with pytest.raises(ValueError, match="not compiled"):
        Classifier(lambda: keras.Sequential([keras.layers.Dense(3)])).fit(x, y)
    with pytest.raises(ValueError, match="needs size"):
        Classifier(lambda size: None).fit(x, y)
    with pytest.raises(TypeError, match=r"compiled model, or a function"):
        Classifier(3).fit(x, y)


def test_warm_start_goes_on(numbers):
    x, y = numbers
    regressor = Regressor(build_regressor, warm_start=True, epochs=2, random_state=1).fit(x, y)
    model, first = regressor.model_, regressor.history_.history["loss"]
    regressor.fit(x, y)
    assert regressor.model_ is model
    assert regressor.history_.history["loss"][0] < first[0]


def test_features_of_an_inner_layer():
    x = np.random.default_rng(0).normal(size=(40, 6))
    inputs = keras.Input((6,))
    code = keras.layers.Dense(2, name="code")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(6)(code))
    model.compile("adam", "mse")
    pipeline = make_pipeline(
        StandardScaler(),
        Transformer(model, layer="code", epochs=2, random_state=1),
        Regressor(epochs=1, random_state=1),
    )
    pipeline.fit(x, x[:, 0])
    assert pipeline[:-1].transform(x).shape == (40, 2)
    assert pipeline[1].get_feature_names_out().tolist() == ["transformer0", "transformer1"]


# -- Keras 2 -------------------------------------------------------------------------------


def test_keras_2_randomized_search_of_the_lecture(numbers):
    """`keras.wrappers.scikit_learn.KerasRegressor`, its search, and best_estimator_.model."""
    x, y = numbers

    def build_model(n_hidden=1, n_neurons=30, learning_rate=3e-3):
        model = keras.models.Sequential()
        model.add(keras.layers.InputLayer(shape=[5]))
        for _ in range(n_hidden):
            model.add(keras.layers.Dense(n_neurons, activation="relu"))
        model.add(keras.layers.Dense(1))
        model.compile(loss="mse", optimizer=keras.optimizers.SGD(lr=learning_rate))
        return model

    keras_reg = keras.wrappers.scikit_learn.KerasRegressor(build_model)
    stop = keras.callbacks.EarlyStopping(patience=10)
    keras_reg.fit(x, y, epochs=3, validation_data=(x[:20], y[:20]), callbacks=[stop], verbose=0)
    mse = np.mean((keras_reg.predict(x) - y) ** 2)
    assert keras_reg.score(x, y) == pytest.approx(-mse, rel=1e-5)
    assert len(keras_reg.history["val_loss"]) == 3
    distributions = {
        "n_hidden": [0, 1, 2],
        "n_neurons": np.arange(1, 20),
        "learning_rate": [1e-3, 1e-2],
    }
    search = RandomizedSearchCV(keras_reg, distributions, n_iter=3, cv=2, random_state=1)
    search.fit(
        x, y, epochs=2, validation_data=(x[:20], y[:20]), verbose=0,
        callbacks=[keras.callbacks.EarlyStopping(patience=10)],
    )  # fmt: skip
    assert set(search.best_params_) == set(distributions)
    assert search.best_score_ < 0
    assert isinstance(search.best_estimator_.model, keras.Sequential)
    assert search.best_estimator_.model.evaluate(x, y, verbose=0) > 0


def test_keras_2_classifier(classes):
    from cornu.tf.keras.wrappers.scikit_learn import KerasClassifier as SameClassifier
    from cornu.wrappers.scikit_learn import KerasClassifier as OldClassifier

    assert OldClassifier is SameClassifier is KerasClassifier
    x, y = classes
    binary = (y > 0).astype(int)
    classifier = KerasClassifier(build_fn=build_binary, epochs=3, batch_size=16, verbose=0)
    assert classifier.sk_params == {"epochs": 3, "batch_size": 16, "verbose": 0}
    assert 0.4 < cross_val_score(classifier, x, binary, cv=2).mean() <= 1
    classifier.fit(x, binary)
    assert classifier.predict_proba(x).shape == (120, 2)
    with pytest.raises(ValueError, match="layers_count is not|'layers_count' is not a legal"):
        KerasClassifier(build_binary, layers_count=3)

    def softmax():
        model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        return model

    rows = keras.utils.to_categorical(y)
    one_hot = KerasClassifier(softmax, epochs=2, verbose=0, random_state=1).fit(x, rows)
    assert one_hot.predict(x).shape == (120,)
    assert one_hot.score(x, rows) == one_hot.score(x, y)


def test_a_subclass_may_build_the_model_itself(numbers):
    class Mine(KerasRegressor):
        def __call__(self, units=3):
            return build_regressor(None, np.zeros((1, 1)), units)

    assert Mine(units=4, epochs=1, verbose=0).fit(*numbers).model.layers[0].units == 4
    with pytest.raises(TypeError, match="pass build_fn"):
        KerasRegressor()


def test_names_of_keras_3():
    assert keras.wrappers.SKLearnClassifier is Classifier
    assert keras.wrappers.SKLearnRegressor is Regressor
    assert keras.wrappers.SKLearnTransformer is Transformer
