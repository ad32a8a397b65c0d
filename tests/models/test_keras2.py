"""The manners of Keras 2: layouts, old spellings, old methods."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import backend as K

SEQUENTIAL = """\
Model: "digits"
_________________________________________________________________
 Layer (type)                Output Shape              Param #
=================================================================
 first (Dense)               (None, 512)               401920

 drop (Dropout)              (None, 512)               0

 last (Dense)                (None, 10)                5130

=================================================================
Total params: 407,050
Trainable params: 407,050
Non-trainable params: 0
_________________________________________________________________
"""

FUNCTIONAL = """\
Model: "wide"
__________________________________________________________________________________________________
 Layer (type)                   Output Shape         Param #     Connected to
==================================================================================================
 x (InputLayer)                 [(None, 8)]          0           []

 deep (Dense)                   (None, 30)           270         ['x[0][0]']

 both (Concatenate)             (None, 38)           0           ['x[0][0]',
                                                                  'deep[0][0]']

 out (Dense)                    (None, 1)            39          ['both[0][0]']

==================================================================================================
Total params: 309
Trainable params: 309
Non-trainable params: 0
__________________________________________________________________________________________________
"""


def digits():
    layers = tf.keras.layers
    return tf.keras.models.Sequential(
        [
            layers.Dense(512, activation="relu", input_shape=(784,), name="first"),
            layers.Dropout(0.2, name="drop"),
            layers.Dense(10, activation="softmax", name="last"),
        ],
        name="digits",
    )


def wide():
    layers = tf.keras.layers
    x = tf.keras.Input(shape=(8), name="x")
    both = layers.Concatenate(name="both")([x, layers.Dense(30, name="deep")(x)])
    return tf.keras.Model(inputs=[x], outputs=[layers.Dense(1, name="out")(both)], name="wide")


@pytest.mark.parametrize(("make", "text"), [(digits, SEQUENTIAL), (wide, FUNCTIONAL)])
def test_summary_of_tf_keras(make, text, capsys):
    """As TensorFlow 2.9 prints it."""
    make().summary()
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == text.splitlines()
    lines = []
    make().summary(print_fn=lines.append)
    assert [line.rstrip() for line in lines] == text.splitlines()
    assert {len(line) for line in lines[1:-4]} == {len(lines[1])}


def test_summary_with_inner_layers(capsys):
    model = tf.keras.Sequential([digits(), tf.keras.layers.Dense(2, name="head")], name="outer")
    model.summary(expand_nested=True, show_trainable=True)
    out = capsys.readouterr().out
    assert "\n| first (Dense)             (None, 512)               401920    Y          |\n" in out
    assert " Layer (type)                Output Shape              Param #   Trainable  \n" in out


def test_summary_before_the_input_is_known():
    with pytest.raises(ValueError, match="has not yet been built"):
        tf.keras.Sequential([tf.keras.layers.Dense(1)]).summary()


def test_classes_of_tf_keras_are_models_of_cornu(tmp_path):
    model = wide()
    assert isinstance(model, tf.keras.Model)
    assert isinstance(model, keras.Model)
    assert isinstance(digits(), tf.keras.Sequential)
    for name in ("folder", "model.h5", "model.keras"):
        model.save(tmp_path / name)
        loaded = tf.keras.models.load_model(tmp_path / name)
        assert isinstance(loaded, tf.keras.Model)
        assert type(keras.models.load_model(tmp_path / name)) is keras.models.Functional
        x = np.ones((2, 8), "float32")
        np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
    assert type(tf.keras.models.clone_model(digits())) is tf.keras.Sequential
    assert isinstance(tf.keras.models.model_from_json(model.to_json()), tf.keras.Model)
    assert copy.deepcopy(model).count_params() == 309


def test_a_subclass_may_be_made_from_tensors_or_not():
    """Making one from tensors must not turn all other models into functional ones."""

    class Mine(tf.keras.Model):
        pass

    source = wide()
    assert isinstance(Mine(source.input, source.output), keras.models.Functional)

    class Plain(tf.keras.Model):
        def call(self, inputs):
            return inputs

    assert not isinstance(Plain(), keras.models.Functional)
    assert not issubclass(tf.keras.Model, keras.models.Functional)


def test_a_model_class_is_not_saved_to_h5(tmp_path):
    class Mine(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = tf.keras.layers.Dense(1)

        def call(self, inputs):
            return self.dense(inputs)

    model = Mine()
    model(tf.ones((1, 2)))
    with pytest.raises(NotImplementedError, match="save_weights"):
        model.save(tmp_path / "model.h5")
    assert not (tmp_path / "model.h5").exists()


def small(output=1, loss="binary_crossentropy"):
    model = tf.keras.Sequential()
    model.add(tf.keras.layers.Dense(4, activation="relu", input_dim=3))
    model.add(tf.keras.layers.Dense(output, activation="sigmoid" if output == 1 else "softmax"))
    model.compile(loss=loss, optimizer=tf.keras.optimizers.SGD(lr=0.1, decay=0.01), metrics=["acc"])
    return model


X = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
Y = (X[:, :1] > 0).astype("float32")


def test_history_keys_and_metric_names():
    model = small()
    assert model.metrics_names == []
    history = model.fit(X, Y, validation_data=(X, Y), nb_epoch=2, verbose=0)
    assert set(history.history) == {"loss", "acc", "val_loss", "val_acc"}
    assert len(history.history["acc"]) == 2
    assert model.metrics_names == ["loss", "acc"]


def test_decay_divides_the_rate_by_the_number_of_steps():
    """Keras 2: rate / (1 + decay * steps)."""
    model = small()
    model.fit(X, Y, epochs=5, batch_size=12, verbose=0)
    rate = float(model.optimizer.learning_rate)
    assert rate == pytest.approx(0.1 / (1 + 0.01 * 5))


def test_old_methods():
    def batches():
        while True:
            yield X, Y

    model = small()
    history = model.fit_generator(batches(), steps_per_epoch=2, epochs=3, verbose=0, workers=2)
    assert len(history.history["loss"]) == 3
    assert len(model.evaluate_generator(batches(), steps=2)) == 2
    np.testing.assert_array_equal(model.predict_proba(X), model.predict(X))
    classes = model.predict_classes(X)
    assert classes.dtype == np.int32
    np.testing.assert_array_equal(classes, model.predict(X) > 0.5)
    several = small(3, "sparse_categorical_crossentropy")
    np.testing.assert_array_equal(several.predict_classes(X), several.predict(X).argmax(-1))
    assert all(layer in several.submodules for layer in several.layers)


def test_arguments_that_never_were_are_refused():
    model = small()
    with pytest.raises(TypeError, match="Did you mean 'class_weight'"):
        model.fit(X, Y, class_weigths={0: 1.0})
    with pytest.raises(TypeError, match="Did you mean 'metrics'"):
        model.compile("sgd", "mse", metric=["acc"])
    with pytest.raises(TypeError, match="nonsense"):
        model.predict(X, nonsense=1)


def test_the_third_argument_of_fit_is_the_batch_size():
    model = small()
    history = model.fit(X, Y, 4, verbose=0)
    assert len(history.epoch) == 1
    assert history.params["steps"] == 3


def test_weights_and_metrics_of_layers_in_the_order_of_keras_2():
    class Scale(keras.layers.Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight("kernel", shape=[int(input_shape[-1]), 2])
            self.bias = self.add_weight("bias", (2,), None, "zeros")

        def call(self, inputs):
            outputs = inputs @ self.kernel + self.bias
            self.add_metric(keras.ops.mean(outputs), name="mean_output")
            return outputs

    model = keras.Sequential([Scale(input_shape=(3,))])
    assert [w.path.rpartition("/")[2] for w in model.weights] == ["kernel", "bias"]
    model.compile("sgd", "mse")
    assert "mean_output" in model.fit(X, X[:, :2], verbose=0).history


def test_train_step_of_keras_2():
    class Mine(tf.keras.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
            self.compiled_metrics.update_state(y, y_pred)
            return {metric.name: metric.result() for metric in self.metrics}

    inputs = tf.keras.Input((3,))
    dense = tf.keras.layers.Dense(1, kernel_regularizer="l2")
    model = Mine(inputs, dense(inputs))
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(X, Y, epochs=3, verbose=0).history
    assert set(history) == {"loss", "mae"}
    assert history["loss"][-1] < history["loss"][0]


def test_minimize():
    weight = tf.Variable(2.0)
    optimizer = tf.optimizers.SGD(learning_rate=0.25)
    optimizer.minimize(lambda: weight * weight, [weight])
    assert float(weight) == pytest.approx(1.0)
    with tf.GradientTape() as tape:
        loss = weight * weight
    optimizer.minimize(loss, [weight], tape=tape)
    assert float(weight) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="tape"):
        optimizer.minimize(loss, [weight])


def test_backend_functions():
    model = small()
    outputs_of = K.function([model.input], [layer.output for layer in model.layers])
    hidden, last = outputs_of([X])
    assert hidden.shape == (12, 4)
    np.testing.assert_allclose(last, model.predict(X), rtol=1e-6)
    phased = K.function([model.input, K.learning_phase()], [model.output])
    np.testing.assert_allclose(phased([X, 0])[0], last, rtol=1e-6)
    assert float(K.mean(K.square(K.constant([1.0, 3.0])))) == 5.0
    assert K.int_shape(K.batch_flatten(K.zeros((2, 3, 4)))) == (2, 12)
    x, y = np.random.rand(2, 3, 4), np.random.rand(2, 5, 4)
    np.testing.assert_allclose(
        K.batch_dot(K.variable(x), K.variable(y), axes=2), np.einsum("bij,bkj->bik", x, y), 1e-5
    )
    with pytest.raises(NotImplementedError, match="GradientTape"):
        K.gradients(model.output, model.weights)
