"""fit, evaluate and predict: forms of data, second fits, own steps, eager runs."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from tests.training.programs import PROGRAMS, classes_data, regression_data

import cornu as keras


def linear(units: int = 1, **arguments):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **arguments})
    return model


def train(model, *data, **arguments):
    return model.fit(*data, **{"verbose": 0, "shuffle": False, **arguments}).history["loss"]


@pytest.mark.parametrize(
    "program",
    [p for p in PROGRAMS if p.__name__ in ("own_model_layer_loss_and_metric", "single_batches")],
    ids=lambda program: program.__name__,
)
def test_running_eagerly_gives_the_same_numbers(program, monkeypatch):
    keras.utils.set_random_seed(3)
    compiled = program(keras)
    original = keras.Model.compile

    def compile_eagerly(self, *arguments, **named):
        original(self, *arguments, **named, run_eagerly=True)

    monkeypatch.setattr(keras.Model, "compile", compile_eagerly)
    keras.utils.set_random_seed(3)
    eager = program(keras)
    for key, expected in compiled.items():
        if key != "weights" and not key.startswith("keys"):
            for ours, theirs in zip(
                keras.tree.flatten(eager[key]), keras.tree.flatten(expected), strict=True
            ):
                if not isinstance(ours, str):
                    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6, err_msg=key)


def test_python_may_look_at_values_when_running_eagerly():
    seen = []

    class Curious(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, inputs):
            outputs = self.dense(inputs)
            if float(keras.ops.sum(outputs)) > -np.inf:
                seen.append(outputs.numpy().shape)
            return outputs

    x, y = regression_data(20)
    model = Curious()
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(x, y, batch_size=8, verbose=0)
    assert seen[-3:] == [(8, 1), (8, 1), (4, 1)]


def test_forms_of_data_give_one_result():
    pandas = pytest.importorskip("pandas")
    x, y = regression_data(20)
    frame = pandas.DataFrame(x, columns=list("abcd"))
    forms = [
        (x, y),
        (x.tolist(), y.tolist()),
        (frame, pandas.Series(y[:, 0])),
        (frame.astype(object), pandas.DataFrame(y)),
        (keras.ops.convert_to_tensor(x.astype("float32")), y.astype("float16").astype("float64")),
        (x.astype("float32"), y),
    ]
    start = linear()
    weights = start.get_weights()
    for data in forms:
        model = linear()
        model.set_weights(weights)
        np.testing.assert_allclose(
            train(model, *data), train_once(weights, x, y), rtol=1e-3, err_msg=str(data[0])
        )


def test_columns_of_bool_beside_numbers_need_no_cast():
    """As `pandas.get_dummies` leaves them: together they make an array of objects."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"age": [1.0, 2.0], "smoker": [True, False], "children": [0, 3]})
    assert frame.to_numpy().dtype == object
    model = keras.Sequential([keras.layers.Dense(1)])
    expected = model.predict(frame.astype("float32"), verbose=0)
    np.testing.assert_array_equal(model.predict(frame, verbose=0), expected)


def train_once(weights, x, y):
    model = linear()
    model.set_weights(weights)
    return train(model, x, y)


def test_integers_and_booleans_are_inputs_too():
    model = linear()
    train(model, np.arange(40).reshape(10, 4) % 3, np.ones(10, bool))
    assert model.predict(np.ones((2, 4), "uint8"), verbose=0).dtype == np.float32


def test_dict_inputs_by_name_in_any_order():
    left, right = keras.Input((2,), name="left"), keras.Input((3,), name="right")
    model = keras.Model([left, right], keras.layers.Concatenate()([left, right]))
    values = {"right": np.full((2, 3), 2.0), "left": np.ones((2, 2))}
    assert model.predict(values, verbose=0).tolist() == [[1, 1, 2, 2, 2]] * 2


def test_a_second_fit_goes_on():
    x, y = regression_data()
    once, twice = linear(optimizer="adam"), linear(optimizer="adam")
    twice.set_weights(once.get_weights())
    whole = train(once, x, y, epochs=4)
    parts = train(twice, x, y, epochs=2) + train(twice, x, y, epochs=4, initial_epoch=2)
    np.testing.assert_allclose(parts, whole, rtol=1e-6)
    assert int(twice.optimizer.iterations) == int(once.optimizer.iterations) == 8


def test_own_train_step_with_a_tape():
    class Own(keras.Model):
        def __init__(self, inputs, outputs):
            super().__init__(inputs, outputs)
            self.seen = keras.metrics.Mean(name="seen")

        def train_step(self, data):
            x, y = data
            with keras.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(y=y, y_pred=y_pred)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
            self.seen.update_state(loss)
            return {"seen": self.seen.result()}

        @property
        def metrics(self):
            return [self.seen]

    x, y = regression_data(48)
    inputs = keras.Input((4,))
    own = Own(inputs, keras.layers.Dense(1)(inputs))
    own.compile("sgd", "mse")
    standard = linear()
    standard.set_weights(own.get_weights())
    history = own.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0)
    np.testing.assert_allclose(
        history.history["seen"], train(standard, x, y, epochs=2, batch_size=16), rtol=1e-6
    )
    np.testing.assert_allclose(own.get_weights()[0], standard.get_weights()[0], rtol=1e-6)


def test_own_train_step_on_inputs_alone_gets_no_tuple():
    class Auto(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(4)

        def call(self, inputs):
            return self.dense(inputs)

        def train_step(self, images):
            with keras.GradientTape() as tape:
                loss = keras.ops.mean(keras.ops.square(self(images) - images))
            weights = self.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
            return {"loss": loss}

    model = Auto()
    model.compile("adam")
    losses = train(model, regression_data()[0], epochs=3)
    assert losses[-1] < losses[0]


def test_own_compute_loss():
    class Doubled(keras.Sequential):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return 2 * super().compute_loss(x, y, y_pred, sample_weight, training)

    x, y = regression_data()
    model = Doubled([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    plain = linear()
    plain.set_weights(model.get_weights())
    assert model.evaluate(x, y, verbose=0) == pytest.approx(2 * plain.evaluate(x, y, verbose=0))


def test_compiled_loss_of_keras_2():
    class Old(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with keras.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
            self.compiled_metrics.update_state(y, y_pred)
            return {metric.name: metric.result() for metric in self.metrics}

    x, y = regression_data()
    model = Old([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(x, y, verbose=0).history
    assert set(history) == {"loss", "mae"}
    assert history["loss"][0] > 0


def test_class_weights_act_as_sample_weights():
    x, y = classes_data()
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    other = keras.models.clone_model(model)
    other.set_weights(model.get_weights())
    other.compile("sgd", "categorical_crossentropy")
    weights = np.array([1.0, 3.0, 0.5])
    first = train(model, x, y, sample_weight=weights[y])
    second = train(other, x, np.eye(3)[y], class_weight=dict(enumerate(weights)))
    np.testing.assert_allclose(first, second, rtol=1e-5)


def test_freezing_between_fits_takes_effect():
    x, y = regression_data()
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, name="base"), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    train(model, x, y)
    model.get_layer("base").trainable = False
    before = model.get_weights()
    train(model, x, y)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert not np.array_equal(before[2], after[2])


def test_a_changed_learning_rate_takes_effect_without_compiling():
    x, y = regression_data()
    model = linear()
    train(model, x, y)
    model.optimizer.learning_rate = 0.0
    before = model.get_weights()
    train(model, x, y)
    np.testing.assert_array_equal(before[0], model.get_weights()[0])
    model.optimizer.learning_rate = keras.optimizers.schedules.ExponentialDecay(0.1, 5, 0.5)
    train(model, x, y)
    assert not np.array_equal(before[0], model.get_weights()[0])


def test_layers_may_change_between_fits():
    x, y = classes_data()
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    train(model, x, y)
    model.pop()
    model.add(keras.layers.Dense(9, activation="softmax"))
    assert len(train(model, x, 3 * y)) == 1
    assert model.predict(x, verbose=0).shape == (50, 9)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "float32", "float64", "bool"])
def test_class_numbers_of_any_dtype(dtype):
    x, y = classes_data()
    y = (y > 0).astype(dtype)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    again = keras.models.clone_model(model)
    again.set_weights(model.get_weights())
    again.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    expected = again.evaluate(x, np.eye(2)[y.astype(int)], verbose=0)
    np.testing.assert_allclose(model.evaluate(x, y, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(model.evaluate(x, y[:, None], verbose=0), expected, rtol=1e-5)


def test_validation_split_takes_the_last_rows_and_validation_sees_no_shuffle():
    x, y = regression_data()
    y[40:] = 1000.0
    history = linear().fit(x, y, validation_split=0.2, epochs=1, verbose=0).history
    assert history["loss"][0] < 100 < history["val_loss"][0]


def test_validation_frequency():
    x, y = regression_data()
    assert len(fit_val(x, y, 2)["val_loss"]) == 2
    assert len(fit_val(x, y, [1, 2, 4])["val_loss"]) == 3


def fit_val(x, y, frequency):
    model = linear()
    return model.fit(
        x, y, epochs=5, validation_data=(x, y), validation_freq=frequency, verbose=0
    ).history


def test_predict_gives_one_row_per_sample_in_order():
    x, _ = regression_data()
    model = linear(2)
    expected = x.astype("float32") @ model.get_weights()[0]
    for batch_size in (1, 7, 50, 64):
        np.testing.assert_allclose(
            model.predict(x, batch_size=batch_size, verbose=0), expected, rtol=1e-4, atol=1e-5
        )
    assert model.predict(x[:1]).flags.writeable


def test_predictions_do_not_change_later():
    x, _ = regression_data()
    model = linear()
    first = model.predict(x[:1])
    kept = first.copy()
    model.predict(x[1:2])
    np.testing.assert_array_equal(first, kept)


def test_history_keeps_epochs_and_starts_anew_each_time():
    x, y = regression_data()
    model = linear()
    first = model.fit(x, y, epochs=2, verbose=0)
    second = model.fit(x, y, epochs=3, initial_epoch=2, verbose=0)
    assert (first.epoch, second.epoch) == ([0, 1], [2])
    assert model.history is second
    assert second.model is model
    assert second.params == {"verbose": 0, "epochs": 3, "steps": 2}


def test_deleting_a_trained_model_frees_it_at_once():
    """Models are made in loops; nothing may wait for the garbage collector."""
    x, y = regression_data()
    gc.collect()
    gc.disable()
    try:
        model = keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dropout(0.1),
             keras.layers.Dense(1, kernel_regularizer="l2")]
        )  # fmt: skip
        model.compile("adam", "mse", metrics=["mae"])
        history = model.fit(x, y, validation_split=0.2, verbose=0, callbacks=[])
        model.evaluate(x, y, verbose=0)
        model.predict(x, verbose=0)
        references = [weakref.ref(part) for part in (model, model.optimizer, *model.weights)]
        del model
        assert [r() is None for r in references] == [True] * len(references)
        assert history.history["loss"]
        assert history.model is None
    finally:
        gc.enable()


def test_training_many_models_leaves_nothing_behind():
    x, y = regression_data()

    def once():
        model = keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(3, activation="tanh"), keras.layers.Dense(1)]
        )
        model.compile("rmsprop", "mse", metrics=["mae"])
        model.fit(x, y, verbose=0, batch_size=20)
        model.predict(x, verbose=0)

    once()
    gc.collect()
    gc.disable()
    try:
        once()
        before = len(gc.get_objects())
        for _ in range(5):
            once()
        assert len(gc.get_objects()) <= before + 20
    finally:
        gc.enable()


@pytest.mark.skipif(keras.config.engine() != "native", reason="only the native engine has threads")
def test_the_number_of_threads_changes_no_bit():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 200)).astype("float32")
    y = rng.integers(0, 10, 300)
    before = keras.config.num_threads()
    found = []
    try:
        for threads in (1, 2, 5):
            keras.config.set_num_threads(threads)
            keras.utils.set_random_seed(5)
            model = keras.Sequential(
                [
                    keras.Input((200,)),
                    keras.layers.Dense(300, activation="relu"),
                    keras.layers.Dropout(0.3),
                    keras.layers.Dense(10, activation="softmax"),
                ]
            )
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            history = model.fit(x, y, batch_size=128, epochs=2, verbose=0).history
            found.append([np.array(history["loss"]), *model.get_weights()])
    finally:
        keras.config.set_num_threads(before)
    for other in found[1:]:
        for ours, theirs in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_metrics_may_stand_third_as_in_keras_2():
    """Text or metrics in the place of loss_weights can only be meant so."""
    for weights in ((), ([2.0],)):
        model = linear()
        model.compile("sgd", "mse", ["mae"], *weights)
        x, y = regression_data(8)
        logs = model.evaluate(x, y, verbose=0, return_dict=True)
        assert set(logs) == {"loss", "mae"}
        factor = 2.0 if weights else 1.0
        difference = model.predict(x, verbose=0) - y
        assert logs["loss"] == pytest.approx(factor * np.mean(difference**2), rel=1e-4)
