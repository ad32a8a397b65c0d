"""The layers that the documents name (rows 190 to 224)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import layers


def noise(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def lacks(name, meant=""):
    """The layers have no such name, and the error offers the one that is meant."""
    with pytest.raises(AttributeError, match=f"{name}.*{meant}"):
        getattr(layers, name)


def test_row_190_dense():
    layer = layers.Dense(3, activation="relu")
    x = noise(2, 4)
    out = layer(x)
    kernel, bias = layer.get_weights()
    np.testing.assert_allclose(out.numpy(), np.maximum(x @ kernel + bias, 0), rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="units"):
        layers.Dense(0)


def test_row_191_there_is_no_sparse_layer():
    lacks("Sparse")


def test_row_192_flatten():
    model = keras.Sequential([layers.Flatten(input_shape=[28, 28])])
    assert model.output_shape == (None, 784)
    x = noise(2, 28, 28)
    np.testing.assert_array_equal(model(x).numpy(), x.reshape(2, 784))


def test_row_193_dropout():
    layer = layers.Dropout(0.2)
    x = np.ones((200, 100), "float32")
    np.testing.assert_array_equal(layer(x).numpy(), x)
    out = layer(x, training=True).numpy()
    assert np.mean(out == 0) == pytest.approx(0.2, abs=0.02)
    np.testing.assert_allclose(out[out != 0], 1.25)


def test_row_194_conv1d():
    layer = layers.Conv1D(1, 3, use_bias=False)
    layer.build((None, 6, 1))
    layer.set_weights([np.float32([1, 0, -1]).reshape(3, 1, 1)])
    x = np.float32([1, 2, 4, 7, 11, 16])
    assert layer(x.reshape(1, 6, 1)).numpy().ravel().tolist() == [-3, -5, -7, -9]
    lacks("Conv1d", "Conv1D")


def test_row_195_conv2d():
    layer = layers.Conv2D(32, 5, strides=2, activation="relu", name="first")
    out = layer(noise(1, 25, 25, 3))
    assert out.shape == (1, 11, 11, 32)
    assert layer.name == "first"
    assert layer.count_params() == 5 * 5 * 3 * 32 + 32
    assert float(out.numpy().min()) == 0


def test_row_196_conv3d():
    assert layers.Conv3D(4, 2)(noise(1, 5, 6, 7, 2)).shape == (1, 4, 5, 6, 4)
    lacks("Conv3d", "Conv3D")


def test_row_197_conv2d_transpose():
    layer = layers.Conv2DTranspose(3, 2, strides=2)
    assert layer(noise(1, 4, 5, 2)).shape == (1, 8, 10, 3)
    lacks("Conv2dTranspose", "Conv2DTranspose")


def test_row_198_max_pooling_1d():
    out = layers.MaxPooling1D(2)(np.float32([1, 5, 3, 2]).reshape(1, 4, 1))
    assert out.numpy().ravel().tolist() == [5, 3]


def test_row_199_max_pooling_2d():
    x = noise(1, 4, 6, 2)
    expected = x.reshape(1, 2, 2, 3, 2, 2).max((2, 4))
    np.testing.assert_array_equal(layers.MaxPooling2D(2)(x).numpy(), expected)


def test_row_200_max_pooling_3d():
    x = noise(1, 2, 4, 2, 1)
    assert float(layers.MaxPooling3D(2)(x)[0, 0, 0, 0, 0]) == x[0, :2, :2, :2].max()
    lacks("MaxPooling3d", "MaxPooling3D")


def test_row_201_average_pooling_1d():
    out = layers.AveragePooling1D(2)(np.float32([1, 5, 3, 2]).reshape(1, 4, 1))
    assert out.numpy().ravel().tolist() == [3, 2.5]


def test_row_202_average_pooling_2d():
    x = noise(1, 4, 6, 2)
    expected = x.reshape(1, 2, 2, 3, 2, 2).mean((2, 4))
    np.testing.assert_allclose(
        layers.AveragePooling2D(2)(x).numpy(), expected, rtol=1e-5, atol=1e-6
    )


def test_row_203_average_pooling_3d():
    x = noise(1, 2, 2, 2, 1)
    assert float(layers.AveragePooling3D(2)(x)[0, 0, 0, 0, 0]) == pytest.approx(x.mean(), rel=1e-5)


def test_row_204_gru():
    layer = layers.GRU(5, return_sequences=True)
    assert layer(noise(2, 7, 3)).shape == (2, 7, 5)
    assert layer.count_params() == 3 * 5 * (3 + 5 + 2)


def test_row_205_lstm():
    layer = layers.LSTM(4, return_state=True)
    out, hidden, cell = layer(noise(2, 7, 3))
    np.testing.assert_array_equal(out.numpy(), hidden.numpy())
    assert cell.shape == (2, 4)
    assert np.abs(out.numpy()).max() < 1  # tanh inside
    assert layer.count_params() == 4 * (4 * (3 + 4) + 4)


def test_row_206_conv_lstm_2d():
    assert layers.ConvLSTM2D(2, 3, padding="same")(noise(1, 3, 5, 6, 1)).shape == (1, 5, 6, 2)
    lacks("ConvLSTM2d", "ConvLSTM2D")


def test_row_207_batch_normalization():
    layer = layers.BatchNormalization()
    x = 3 + 2 * noise(500, 4)
    out = layer(x, training=True).numpy()
    np.testing.assert_allclose(out.mean(0), 0, atol=1e-4)
    np.testing.assert_allclose(out.std(0), 1, atol=1e-2)
    assert (len(layer.trainable_weights), len(layer.non_trainable_weights)) == (2, 2)


def test_row_208_embedding():
    layer = layers.Embedding(10, 4)
    out = layer(np.array([[1, 9, 1]]))
    np.testing.assert_array_equal(out.numpy()[0], layer.get_weights()[0][[1, 9, 1]])


def test_row_209_concatenate():
    input_ = keras.layers.Input(shape=[8])
    hidden = keras.layers.Dense(3, activation="relu")(input_)
    assert keras.layers.Concatenate()([input_, hidden]).shape == (None, 11)


def test_row_210_input():
    assert keras.Input(shape=(250, 250, 3)).shape == (None, 250, 250, 3)
    assert keras.layers.Input(shape=[8]).shape == (None, 8)


def test_row_211_input_of_a_number():
    assert tf.keras.Input(shape=(784)).shape == (None, 784)


def test_row_212_input_in_the_ascii_picture():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    first = keras.utils.sequential_ascii(model).splitlines()[2]
    assert first.split() == ["Input", "#####", "3"]


def test_row_213_units():
    assert layers.Dense(units=7)(noise(1, 2)).shape == (1, 7)


def test_row_214_input_shape():
    flat = keras.Sequential([layers.Dense(512, activation="relu", input_shape=(784,))])
    assert flat.count_params() == 401_920
    assert keras.Sequential([layers.Flatten(input_shape=[28, 28])]).built


def test_row_215_name():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="my_layer")])
    assert model.get_layer("my_layer") is model.layers[0]


def test_row_216_kernel_initializer():
    layer = layers.Dense(400, kernel_initializer="he_normal")
    layer.build((None, 300))
    assert layer.get_weights()[0].std() == pytest.approx((2 / 300) ** 0.5, rel=0.02)
    with pytest.raises((TypeError, ValueError), match="kernel_initializer"):
        layers.Dense(3, kernel_initizalizer="zeros")


def test_row_217_bias_initializer():
    layer = layers.Dense(3, bias_initializer="ones")
    layer.build((None, 2))
    assert layer.get_weights()[1].tolist() == [1, 1, 1]


def test_row_218_strides():
    assert layers.Conv2D(1, 3, strides=(2, 3))(noise(1, 9, 9, 1)).shape == (1, 4, 3, 1)


def test_row_219_default_kernel_is_glorot_uniform():
    layer = layers.Dense(400)
    layer.build((None, 200))
    limit = (6 / 600) ** 0.5
    kernel = layer.get_weights()[0]
    assert 0.99 * limit < np.abs(kernel).max() <= limit
    assert kernel.std() == pytest.approx(limit / 3**0.5, rel=0.01)


def test_row_220_default_bias_is_zero():
    for layer in (layers.Dense(2), layers.Conv2D(2, 1)):
        layer.build((None, 3, 3, 3))
        assert layer.get_weights()[1].tolist() == [0, 0]


def test_row_221_freezing():
    layer = layers.Dense(1)
    model = keras.Sequential([keras.Input((3,)), layer, layers.Dense(1)])
    layer.trainable = False
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(noise(8, 3), np.ones((8, 1)), verbose=0)
    changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights())]
    assert changed == [False, False, True, True]


def test_row_222_get_weights():
    layer = layers.Dense(300)
    layer.build((None, 784))
    weights, biases = layer.get_weights()
    assert type(weights) is type(biases) is np.ndarray
    assert (weights.shape, biases.shape) == ((784, 300), (300,))


def test_row_223_shared_layers():
    shared = layers.Dense(2)
    a, b = keras.Input((3,)), keras.Input((3,))
    model = keras.Model([a, b], layers.Subtract()([shared(a), shared(b)]))
    assert model.count_params() == 8
    x = noise(4, 3)
    np.testing.assert_array_equal(model([x, x]).numpy(), np.zeros((4, 2)))


def test_row_224_layer_with_several_tensors():
    out, state = layers.GRU(3, return_state=True)(noise(2, 4, 1))
    assert (out.shape, state.shape) == ((2, 3), (2, 3))
    assert layers.Multiply()([noise(2, 3), noise(2, 3)]).shape == (2, 3)
    with pytest.raises(ValueError, match="Sequential|single|several|one tensor"):
        keras.Sequential([keras.Input((4, 1)), layers.GRU(3, return_state=True), layers.Dense(1)])
