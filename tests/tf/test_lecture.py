"""The lecture on tensors (seed 001), statement by statement, with only the import line replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import cornu.tf as tf

DOCUMENT = Path(__file__).resolve().parents[3] / "shared/seeds/001_3af31afeff756ea1.txt"


def section(first: str, last: str) -> str:
    """The document's code from one line up to, but without, another."""
    path = DOCUMENT
    if not path.is_file():
        pytest.skip("the lecture is not beside the checkout")
    lines = path.read_text(encoding="utf-8").split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith(first))
    stop = next(i for i, line in enumerate(lines) if i > start and line.startswith(last))
    return "\n".join(lines[start:stop])


def statements(code: str) -> list[str]:
    return [line for line in code.split("\n") if line.split("#")[0].strip()]


def run(code: str, names: dict) -> dict[str, BaseException]:
    """Runs line by line, as cells; returns the lines that failed."""
    failed = {}
    for line in statements(code):
        try:
            exec(compile(line, "lecture", "exec"), names)
        except Exception as error:  # noqa: PERF203 - every line is a cell of its own
            failed[line.split("#")[0].strip()] = error
    return failed


def test_tensors_and_variables():
    names = {"tf": tf, "shape": (2, 3), "N": 4}
    code = section("c0 = tf.constant(4)", "Indexing the tensors")
    failed = run(code, names)
    assert set(failed) == {
        "v1[0] = 5",
        "tf.shuffle(v3)",
        "tf.arange(N)",
        "v = tf.constant(np.arrange(30), shape=(3,2,5))",
        "n = v.numpy()",
    }
    assert isinstance(failed["v1[0] = 5"], TypeError)
    assert "assign(" in str(failed["v1[0] = 5"])
    assert "tf.random.shuffle" in str(failed["tf.shuffle(v3)"])
    assert "tf.range" in str(failed["tf.arange(N)"])
    c3 = names["c3"]
    assert c3.shape == (2, 3, 2)
    assert repr(c3.shape) == "TensorShape([2, 3, 2])"
    assert c3.ndim == 3
    assert repr(c3.dtype) == "tf.int32"
    assert int(tf.size(c3)) == 12
    assert c3[1].numpy().tolist() == [[1, 2], [3, 4], [5, 6]]
    assert c3[:, 1].numpy().tolist() == [[3, 4], [3, 4]]
    assert names["v1"].numpy().tolist() == [5, 4]
    assert names["v3"].numpy().tolist() == [
        [[69, 2], [3, 4], [5, 6]],
        [[10, 666], [30, 666], [50, 666]],
    ]


def test_numpy_both_ways():
    v = tf.constant(np.arange(30), shape=(3, 2, 5))
    assert repr(v.dtype) == "tf.int64"
    n = v.numpy()
    n[0, 0, 0] = 99  # the array is the user's own
    assert int(v[0, 0, 0]) == 0
    assert n.shape == (3, 2, 5)


@pytest.mark.parametrize(
    "key",
    [
        np.s_[:], np.s_[2], np.s_[-1], np.s_[:2], np.s_[:-3], np.s_[2:3], np.s_[1::2], np.s_[::-1],
        np.s_[..., 1], np.s_[1, ..., 1], np.s_[tf.newaxis], np.s_[:, tf.newaxis, 1:2],
        np.s_[::-2, -1], np.s_[1:2, ..., tf.newaxis],
    ],
)  # fmt: skip
def test_every_way_of_indexing(key):
    array = np.arange(60).reshape(5, 4, 3)
    part = tf.constant(array)[key]
    assert isinstance(part, tf.Tensor)
    np.testing.assert_array_equal(part.numpy(), array[key])


def test_operations_of_the_lecture():
    shape = tf.matmul(tf.random.uniform((2, 3)), tf.random.uniform((3, 4))).shape
    assert shape == (2, 4)
    assert repr(shape) == "TensorShape([2, 4])"
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[2, 3\].*\[4, 3\]"):
        tf.matmul(tf.ones((2, 3)), tf.ones((4, 3)))
    for name in ("squared", "substract"):
        with pytest.raises(AttributeError, match="Write tf"):
            getattr(tf.math, name)
    for function in (tf.math.sqrt, tf.math.log):
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf\.cast"):
            function(tf.constant([1, 2]))
    words = tf.one_hot(tf.range(4), depth=4, on_value="yes", off_value="no")
    assert words.numpy()[1].tolist() == [b"no", b"yes", b"no", b"no"]
    x = tf.constant([[1.0, 5.0], [3.0, 2.0]])
    assert float(tf.reduce_mean(x)) == 2.75
    assert tf.reduce_sum(x, axis=(0, 1)).numpy() == 11.0
    assert tf.argmax(x).numpy().tolist() == [1, 0]
    assert tf.argmax(x).dtype == tf.int64


def test_the_regression_model():
    tf.random.set_seed(42)
    names = {
        "tf": tf,
        "X": tf.constant([-7.0, -4.0, -1.0, 2.0, 5.0, 8.0, 11.0, 14.0]),
        "y": tf.constant([3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0, 24.0]),
    }
    code = section("# Set random seed", "Improving the model").replace("\nmodel\n", "\n")
    code = code.replace("epochs=5)", "epochs=5, verbose=0)").removesuffix("\nmodel")
    exec(compile(code, "lecture", "exec"), names)
    assert names["model"].count_params() == 2
    history = names["model"].history.history
    assert history["loss"][-1] < history["loss"][0]
