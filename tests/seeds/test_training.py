"""compile, fit, evaluate, predict and what they give back (rows 261 to 290)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import layers


def made(*args, units=1, activation=None, **options):
    """A compiled model of one layer."""
    keras.utils.set_random_seed(4)
    model = keras.Sequential([layers.Dense(units, activation=activation)])
    model.compile(*args, **options)
    return model


class Seen(keras.callbacks.Callback):
    """Counts batches."""

    def __init__(self):
        super().__init__()
        self.batches = 0

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1


def test_row_261_compile(line):
    model = keras.Sequential([layers.Dense(1)])
    with pytest.raises(ValueError, match="compile"):
        model.fit(*line, verbose=0)
    model.compile(loss="mse")
    assert type(model.optimizer).__name__ == "RMSprop"


def test_row_262_compile_with_names(digits):
    model = made(
        loss="sparse_categorical_crossentropy", optimizer="sgd", metrics=["accuracy"],
        units=10, activation="softmax",
    )  # fmt: skip
    assert isinstance(model.optimizer, keras.optimizers.SGD)
    history = model.fit(*digits[0], epochs=2, verbose=0).history
    assert set(history) == {"loss", "accuracy"}
    with pytest.raises(ValueError, match="sgdd"):
        made("sgdd", "mse")


def test_row_263_compile_with_objects():
    optimizer = keras.optimizers.RMSprop()
    assert made(optimizer, "mse").optimizer is optimizer
    assert made(tf.keras.optimizers.SGD(), "mse").optimizer.name.lower() == "sgd"


def test_row_264_compile_with_a_loss_function(line):
    model = made(loss=tf.keras.losses.mae, optimizer=tf.keras.optimizers.SGD(), metrics=["mae"])
    loss, mae = model.evaluate(*line, verbose=0)
    assert loss == pytest.approx(mae, rel=1e-6)


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        ("categorical_crossentropy", np.eye(3)),
        ("sparse_categorical_crossentropy", np.arange(3)),
    ],
)
def test_row_265_accuracy_follows_the_targets(loss, targets):
    model = made("sgd", loss, metrics=["accuracy"], units=3, activation="softmax")
    x = 9 * np.eye(3)
    model.build((None, 3))
    model.set_weights([np.eye(3), np.zeros(3)])
    assert model.evaluate(x, targets, verbose=0)[1] == 1


def test_row_266_metric_mae(line):
    model = made("sgd", "mse", metrics=["mae"])
    mae = model.evaluate(*line, verbose=0)[1]
    assert mae == pytest.approx(
        np.abs(model.predict(line[0], verbose=0) - line[1]).mean(), rel=1e-5
    )


def test_row_267_fit(line):
    model = made("sgd", "mse")
    assert isinstance(model.fit(*line, verbose=0), keras.callbacks.History)
    assert int(model.optimizer.iterations) == 2
    with pytest.raises(ValueError, match="64|63|samples|rows"):
        model.fit(line[0], line[1][:63], verbose=0)


def test_row_268_epochs(line):
    assert made("sgd", "mse").fit(*line, epochs=5, verbose=0).epoch == [0, 1, 2, 3, 4]


def test_row_269_batch_size():
    seen = Seen()
    x = np.zeros((300, 2))
    made("sgd", "mse").fit(x, x[:, :1], batch_size=128, verbose=0, callbacks=[seen])
    assert seen.batches == 3


def test_row_270_verbose(line, capsys):
    model = made("sgd", "mse", metrics=["mae"])
    model.fit(*line, epochs=2, verbose=1)
    text = capsys.readouterr().out
    assert "Epoch 1/2" in text
    assert "2/2" in text
    assert "loss:" in text
    assert "mae:" in text
    model.fit(*line, verbose=0)
    assert capsys.readouterr().out == ""


def test_row_271_default_batch_size_is_32():
    seen = Seen()
    x = np.zeros((65, 2))
    made("sgd", "mse").fit(x, x[:, :1], verbose=0, callbacks=[seen])
    assert seen.batches == 3


def test_row_272_the_step_can_be_replaced(line):
    class Own(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with keras.GradientTape() as tape:
                loss = self.compute_loss(x, y, self(x, training=True))
            variables = self.trainable_variables
            self.optimizer.apply(tape.gradient(loss, variables), variables)
            return {"my_loss": loss}

    model = Own([layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(*line, epochs=3, verbose=0).history
    assert list(history) == ["my_loss"]
    assert history["my_loss"][-1] < history["my_loss"][0]


def test_row_273_validation_split_takes_the_last_rows():
    x = np.ones((10, 1))
    y = np.concatenate([np.zeros((8, 1)), np.full((2, 1), 5.0)])
    model = made(keras.optimizers.SGD(0.0), "mae")
    model.build((None, 1))
    model.set_weights([np.zeros((1, 1)), np.zeros(1)])
    history = model.fit(x, y, validation_split=0.2, shuffle=True, verbose=0).history
    assert (history["loss"], history["val_loss"]) == ([0], [5])


def test_row_274_validation_data(line):
    x, y = line
    model = made("sgd", "mse")
    history = model.fit(x, y, validation_data=(x[:8], y[:8]), epochs=2, verbose=0).history
    assert history["val_loss"][-1] == pytest.approx(
        model.evaluate(x[:8], y[:8], verbose=0), rel=1e-5
    )


def test_row_276_class_weights(clouds):
    x, y = clouds

    def found(class_weight):
        """Share of the ones that are recognised, and how often a one is claimed."""
        model = made(keras.optimizers.Adam(0.05), "binary_crossentropy", activation="sigmoid")
        model.fit(x / 4, y, epochs=10, class_weight=class_weight, verbose=0)
        return float(np.mean(model.predict(x / 4, verbose=0) > 0.5))

    assert found({0: 1.0, 1: 30.0}) > found(None) > found({0: 30.0, 1: 1.0})
    with pytest.raises(TypeError, match="class_weigths"):
        made("sgd", "mse").fit(x, y, class_weigths={0: 1.0})


def test_row_277_sample_weights(line):
    x, y = line
    spoilt = y.copy()
    spoilt[::2] = 1000
    weights = np.tile([0.0, 1.0], 32)
    model = made("sgd", "mse")
    ignored = model.evaluate(x, spoilt, sample_weight=weights, batch_size=64, verbose=0)
    assert ignored == pytest.approx(model.evaluate(x[1::2], y[1::2], verbose=0) / 2, rel=1e-4)
    model.fit(x, spoilt, sample_weight=weights, epochs=3, verbose=0)
    assert abs(model.get_weights()[1][0]) < 2


def test_row_278_fit_goes_on(line):
    whole, parts = made("adam", "mse"), made("adam", "mse")
    whole.fit(*line, epochs=4, shuffle=False, verbose=0)
    parts.fit(*line, epochs=2, shuffle=False, verbose=0)
    parts.fit(*line, epochs=2, shuffle=False, verbose=0)
    for ours, theirs in zip(whole.get_weights(), parts.get_weights()):
        np.testing.assert_array_equal(ours, theirs)


def test_row_279_history_object(line):
    model = made("sgd", "mse")
    history = model.fit(*line, verbose=0)
    assert history is model.history
    assert history.model is model


def test_row_280_history_dictionary(line):
    history = made("sgd", "mse", metrics=["mae"]).fit(*line, epochs=3, verbose=0).history
    assert {name: len(values) for name, values in history.items()} == {"loss": 3, "mae": 3}
    assert all(type(value) is float for value in history["loss"])


def test_row_281_history_params(line):
    params = made("sgd", "mse").fit(*line, epochs=3, verbose=0).params
    assert params == {"verbose": 0, "epochs": 3, "steps": 2}


def test_row_282_learning_curves(line):
    x, y = line
    history = made("sgd", "mse").fit(x, y, validation_split=0.25, epochs=10, verbose=0).history
    for name in ("loss", "val_loss"):
        assert history[name] == sorted(history[name], reverse=True)


def test_row_283_history_as_a_frame(line, capsys):
    pd, matplotlib = pytest.importorskip("pandas"), pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    history = made("sgd", "mse", metrics=["mae"]).fit(*line, epochs=3, verbose=0)
    print(history.history)
    assert capsys.readouterr().out.startswith("{'loss': [")
    axes = pd.DataFrame(history.history).plot()
    assert [drawn.get_label() for drawn in axes.lines] == ["loss", "mae"]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), history.history["loss"])


def test_row_284_training_curve_is_half_an_epoch_late(line):
    """The loss of training is the mean over the epoch, that of validation is taken at its end."""
    history = made("sgd", "mse").fit(*line, epochs=6, batch_size=1, validation_data=line, verbose=0)
    train, validation = history.history["loss"], history.history["val_loss"]
    for i in range(1, 4):
        assert validation[i] < train[i] < validation[i - 1]


def test_row_285_evaluate(line):
    model = made("sgd", "mse", metrics=["mae"])
    score = model.evaluate(*line, verbose=0)
    assert type(score) is list
    assert len(score) == 2
    error = model.predict(line[0], verbose=0) - line[1]
    np.testing.assert_allclose(score, [np.mean(error**2), np.abs(error).mean()], rtol=1e-5)


def test_row_286_predict(line):
    model = made("sgd", "mse")
    out = model.predict(line[0], batch_size=10, verbose=0)
    assert type(out) is np.ndarray
    assert out.shape == (64, 1)
    np.testing.assert_allclose(out, model(line[0]).numpy(), rtol=1e-5, atol=1e-6)


def test_row_287_progress_names_steps_and_epochs(line, capsys):
    """Releases before 2.4 wrote how many samples there are; later ones count the steps."""
    made("sgd", "mse").fit(*line, validation_data=line, batch_size=16, epochs=2, verbose=2)
    text = capsys.readouterr().out
    assert text.splitlines()[0] == "Epoch 1/2"
    assert "4/4" in text
    assert "val_loss:" in text


def test_row_288_custom_training_loop(line):
    x, y = (tf.constant(part) for part in line)
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    loss_of, optimizer = tf.keras.losses.MeanSquaredError(), tf.keras.optimizers.SGD(0.3)
    for _ in range(60):
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    weights, biases = model.get_weights()
    assert (weights[0, 0], biases[0]) == pytest.approx((2, 1), abs=0.05)


def test_row_289_load_weights(tmp_path):
    model, other = made("sgd", "mse", units=3), made("sgd", "mse", units=3)
    for each in (model, other):
        each.build((None, 4))
    model.set_weights([weight + 1 for weight in model.get_weights()])
    model.save_weights(tmp_path / "model.weights.h5")
    other.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
    wrong = keras.Sequential([keras.Input((5,)), layers.Dense(3)])
    before = wrong.get_weights()
    with pytest.raises(ValueError, match="4|5|shape"):
        wrong.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(wrong.get_weights()[0], before[0])


def test_row_290_save_weights(tmp_path):
    model = made("sgd", "mse")
    model.build((None, 2))
    model.save_weights(tmp_path / "a.weights.h5")
    assert (tmp_path / "a.weights.h5").stat().st_size > 0
    assert [path.name for path in tmp_path.iterdir()] == ["a.weights.h5"]  # nothing half-written
