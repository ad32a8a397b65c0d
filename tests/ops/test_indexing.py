"""`x[...]` means what NumPy means by it."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import ops

X = np.arange(120, dtype="float32").reshape(2, 3, 4, 5)
MASK = X[0, 0] % 3 == 0
KEYS = {
    "int": 1,
    "negative int": -1,
    "ints": (1, 2, 3, 4),
    "slice": slice(1, None),
    "stride": (slice(None), slice(None, None, 2)),
    "backwards": (slice(None), slice(None, None, -1), slice(3, 0, -2)),
    "empty slice": slice(2, 2),
    "past the end": slice(-100, 100),
    "ellipsis": (..., 0),
    "middle ellipsis": (0, ..., slice(1, 3)),
    "new axes": (None, 0, ..., None),
    "list": [1, 0, 1],
    "array": np.array([[0, 1], [1, 0]]),
    "second axis array": (slice(None), [2, 0]),
    "two arrays": ([0, 1, 1], [2, 0, 1]),
    "broadcast arrays": (np.array([[0], [1]]), np.array([0, 2, 1])),
    "arrays in the middle": (slice(None), [0, 2], [1, 3]),
    "arrays apart": ([0, 1], slice(None), [1, 3]),
    "array and int": (slice(None), [0, 2], 1),
    "int and array apart": (0, slice(None), [1, 3]),
    "array, slice, new axis": (slice(None), None, [1, 0, 2], slice(None, None, -1)),
    "negative array": (slice(None), [-1, -3]),
    "empty list": [],
    "mask": X > 50,
    "leading mask": np.array([True, False]),
    "mask in the middle": (0, np.array([True, False, True])),
    "trailing mask": (0, 0, MASK),
    "mask and slice": (slice(None), np.array([True, False, True]), slice(1, 3)),
    "numpy int": np.int64(1),
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_reading_like_numpy(key):
    tensor = ops.convert_to_tensor(X)
    expected = X[key]
    assert tensor[key].shape == expected.shape
    np.testing.assert_array_equal(tensor[key].numpy(), expected)


def test_tensors_as_indices():
    tensor = ops.convert_to_tensor(X)
    place = ops.convert_to_tensor([1, 0])
    np.testing.assert_array_equal(tensor[place].numpy(), X[[1, 0]])
    np.testing.assert_array_equal(tensor[tensor > 100].numpy(), X[X > 100])
    np.testing.assert_array_equal(tensor[ops.argmax([0, 5])].numpy(), X[1])


def test_derivative_of_reading():
    x = ops.convert_to_tensor(X[0, 0])
    with cornu.GradientTape() as tape:
        tape.watch(x)
        total = ops.sum(x[[0, 0, 2], 1:3] * 2.0) + ops.sum(x[::2, ::-1])
    expected = np.zeros((4, 5), "float32")
    np.add.at(expected, (np.array([0, 0, 2]), slice(1, 3)), 2.0)
    expected[::2] += 1
    np.testing.assert_array_equal(tape.gradient(total, x).numpy(), expected)


def test_symbolic_tensors_and_variables():
    kt = cornu.KerasTensor((None, 4, 5))
    assert kt[:, 0].shape == (None, 5)
    assert kt[..., None, ::2].shape == (None, 4, 1, 3)
    assert kt[:, [0, 1, 1]].shape == (None, 3, 5)
    assert cornu.Variable(X)[0, 1, 2, 3].item() == X[0, 1, 2, 3]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ((0, 0, 0, 0, 0), r"index \[0, 0, 0, 0, 0\] does not fit a tensor of shape \(2, 3, 4, 5\)"),
        (2, r"index \[2\] .* 2 is outside axis 0 of size 2"),
        ((slice(None), [0, 3]), r"index \[:, \[0, 3\]\] .* 3 is outside axis 1 of size 3"),
        ((..., ...), "'...' may appear once"),
        (np.array([True, False, True]), "a mask of size 3 meets axis 0"),
        (1.5, "float is no index"),
        ("a", "str is no index"),
    ],
)
def test_errors_show_shape_and_index(key, message):
    with pytest.raises(IndexError, match=message):
        ops.convert_to_tensor(X)[key]


def test_float_arrays_are_no_indices():
    with pytest.raises(IndexError, match="got dtype float32"):
        ops.convert_to_tensor(X)[np.array([0.0], "float32")]
