"""Dtypes, refusals, printing and derivatives as TensorFlow documents them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import cornu
import cornu.tf as tf

Invalid = tf.errors.InvalidArgumentError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4, "<tf.Tensor: shape=(), dtype=int32, numpy=4>"),
        (
            [1.5, 2],
            "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1.5, 2. ], dtype=float32)>",
        ),
        ("hello", "<tf.Tensor: shape=(), dtype=string, numpy=b'hello'>"),
        ([[1]], "<tf.Tensor: shape=(1, 1), dtype=int32, numpy=array([[1]], dtype=int32)>"),
        (np.float64(1), "<tf.Tensor: shape=(), dtype=float64, numpy=1.0>"),
    ],
)
def test_representation(value, text):
    assert repr(tf.constant(value)) == text


def test_many_texts():
    words = tf.constant([f"word {number}" for number in range(2000)])
    assert tf.strings.upper(words).numpy()[-1] == b"WORD 1999"


def test_printing():
    assert str(tf.constant([[1, 2], [3, 4]])) == (
        "tf.Tensor(\n[[1 2]\n [3 4]], shape=(2, 2), dtype=int32)"
    )
    assert str(tf.float32) == "<dtype: 'float32'>"
    assert f"{tf.constant(0.25):.1%}" == "25.0%"
    assert repr(tf.Variable(1.0, name="w")) == (
        "<tf.Variable 'w:0' shape=() dtype=float32, numpy=1.0>"
    )


def test_dtypes_do_not_mix():
    whole, real = tf.constant([1, 2]), tf.constant([1.0, 2.0])
    for compute in (
        lambda: whole + real,
        lambda: whole * 1.5,
        lambda: tf.matmul([[1]], [[1.0]]),
        lambda: tf.concat([whole, real], 0),
        lambda: whole < real,
        lambda: tf.cast(real, tf.float16) + real,
        lambda: tf.constant(1, tf.int64) + tf.constant(1),
    ):
        with pytest.raises(Invalid, match=r"tf\.cast"):
            compute()
    with pytest.raises(TypeError):
        1.5 + whole
    assert (real + 1).dtype == tf.float32
    assert (real + np.array([1.0, 2.0])).dtype == tf.float32
    assert (np.array([1, 2]) + real).dtype == tf.float32
    assert (whole / 2).dtype == tf.float64
    # Elsewhere Keras's rules hold.
    plain = cornu.ops.array([1, 2]) + cornu.ops.array([1.0, 2.0])
    assert type(plain) is cornu.Tensor
    assert plain.dtype == "float32"


def test_shapes_in_errors():
    with pytest.raises(Invalid, match=r"\[2\] vs\. \[3\]"):
        tf.ones(2) + tf.ones(3)
    with pytest.raises(Invalid, match=r"\(2,\).*\[3\]"):
        tf.reshape([1, 2], (3,))
    with pytest.raises(ValueError, match="maxval"):
        tf.random.uniform((2,), dtype=tf.int32)


def test_variables_refuse_what_does_not_fit_and_keep_their_value():
    v = tf.Variable([[1, 2], [3, 4]])
    with pytest.raises(Invalid):
        v[0].assign([1, 2, 3])
    with pytest.raises(ValueError, match="Shape mismatch"):
        v.assign([1])
    with pytest.raises(TypeError):
        v.assign_add([[1.5, 1.5], [1.5, 1.5]])
    assert v.numpy().tolist() == [[1, 2], [3, 4]]
    v[:, ::-1].assign([[5, 6], [7, 8]])
    assert v.numpy().tolist() == [[6, 5], [8, 7]]
    assert v.value().numpy().tolist() == v.value.numpy().tolist()


def test_derivatives():
    w, b = tf.Variable(2.0), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        loss = abs(tf.constant(4.0) - (w * 2.0 + b))
    assert [float(g) for g in tape.gradient(loss, [w, b])] == [2.0, 1.0]
    x = tf.constant(0.5)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        x1 = tf.sin(x)
        x2 = tf.square(x1)
        x3 = x2 + 1
        y = x3 * 2
    chain = (
        tape.gradient(y, x3) * tape.gradient(x3, x2) * tape.gradient(x2, x1) * tape.gradient(x1, x)
    )
    np.testing.assert_allclose(tape.gradient(y, x), chain, rtol=1e-6)
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            z = v[1] ** 3
        first = inner.gradient(z, v)
    assert outer.gradient(first, v).numpy().tolist() == [0.0, 12.0, 0.0]
    a = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(a)
        q = a * a
    assert tape.jacobian(q, a).numpy().tolist() == [[2.0, 0.0], [0.0, 4.0]]


def draws(count=2, **keywords):
    return [float(tf.random.uniform([], **keywords)) for _ in range(count)]


def test_seeds_combine_as_documented():
    tf.random.set_seed(1234)
    plain = draws()
    assert plain[0] != plain[1]
    tf.random.set_seed(1234)
    assert draws() == plain
    tf.random.set_seed(1234)
    seeded = draws(seed=1)
    assert seeded[0] != seeded[1]
    tf.random.set_seed(1234)
    assert draws(seed=1) == seeded
    tf.random.set_seed(4321)
    assert draws(seed=1) != seeded
    tf.random.set_seed(1234)

    @tf.function
    def twice():
        return tf.random.uniform([], seed=1), tf.random.uniform([], seed=1)

    # Each place in a function counts on its own.
    assert [float(x) for x in twice()] == [seeded[0]] * 2
    assert [float(x) for x in twice()] == [seeded[1]] * 2
    one, other = (tf.random.Generator.from_seed(69) for _ in range(2))
    np.testing.assert_array_equal(one.normal((3,)), other.normal((3,)))
    assert one.normal((3,)).numpy().tolist() != other.uniform((3,)).numpy().tolist()
    fresh = tf.random.Generator.from_seed(69)
    assert one.normal((3,)).numpy().tolist() != fresh.normal((3,)).numpy().tolist()


def test_functions():
    traces = []

    @tf.function
    def double(x):
        traces.append(1)
        return x * 2

    assert int(double(tf.constant(2))) == 4
    assert int(double(tf.constant(3))) == 6
    assert double(tf.constant([1.0])).numpy().tolist() == [2.0]
    assert len(traces) == 2

    @tf.function
    def size(x):
        if tf.reduce_sum(x) > 0:
            return x
        return -x

    assert float(size(tf.constant(-3.0))) == 3.0
    assert float(size(tf.constant(3.0))) == 3.0

    class Counter(tf.Module):
        def __init__(self):
            super().__init__()
            self.count = tf.Variable(0)

        @tf.function
        def __call__(self, by):
            self.count.assign_add(by)
            return self.count * 1

    counter = Counter()
    assert [int(counter(tf.constant(2))) for _ in range(2)] == [2, 4]
    assert counter.variables == (counter.count,)


def test_layers_give_tensors_of_the_kind_they_get():
    layer = tf.keras.layers.Dense(2)
    assert isinstance(layer(tf.ones((1, 3))), tf.Tensor)
    assert type(layer(cornu.ops.ones((1, 3)))) is cornu.Tensor
    inputs = tf.keras.Input(shape=(3))
    outputs = tf.reduce_mean(tf.square(inputs) * 2.0, axis=1)
    model = tf.keras.Model(inputs, outputs)
    np.testing.assert_allclose(model.predict(np.ones((2, 3)), verbose=0), [2.0, 2.0])


def test_names():
    assert tf.__version__.startswith("2.9")
    assert tf.__version__ >= "2.4"
    with pytest.raises(AttributeError, match="reduce_mean"):
        tf.reduce_meen
    from cornu.tf.keras.layers import Dense

    assert Dense is cornu.layers.Dense
    code = "import sys, cornu; print('cornu.tf' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"


def test_one_hot_takes_arrays_of_floats_but_no_such_tensors():
    labels = np.array([0.0, 2.0], "float32")
    np.testing.assert_array_equal(tf.one_hot(labels, 3), [[1, 0, 0], [0, 0, 1]])
    with pytest.raises(tf.errors.InvalidArgumentError, match="must be int32 or int64"):
        tf.one_hot(tf.constant(labels), 3)


def test_shuffle_moves_slices_as_wholes():
    rows = np.arange(60).reshape(20, 3)
    mixed = tf.random.shuffle(rows, seed=1).numpy()
    assert sorted(mixed.tolist()) == rows.tolist()
    assert mixed.tolist() != rows.tolist()
    words = tf.random.shuffle([["a", "b"], ["c", "d"]]).numpy().tolist()
    assert sorted(words) == [[b"a", b"b"], [b"c", b"d"]]
    assert int(tf.random.shuffle(3)) == 3


def test_dtypes_by_number():
    """`tf.zeros(1, 1)`, as course notebooks have it, asks for the dtype of number 1."""
    assert tf.zeros(1, 1).dtype == tf.float32
    assert tf.as_dtype(10) == tf.bool
    with pytest.raises(TypeError, match="Cannot convert 99 to a dtype"):
        tf.as_dtype(99)
