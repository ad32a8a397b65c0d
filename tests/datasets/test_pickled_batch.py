"""The pickle reader: reads what CIFAR's batches hold, and never runs or imports anything."""

from __future__ import annotations

import os
import pickle  # noqa: TID251 (writes the files that the safe reader is tried on)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.datasets._pickled_batch import read_pickled_batch

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.text()
    | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), PLAIN, max_size=4), st.integers(0, 4))
def test_plain_values_come_back(value, protocol):
    assert read_pickled_batch(pickle.dumps(value, protocol=protocol)) == value


@pytest.mark.parametrize("protocol", range(5))
@pytest.mark.parametrize("dtype", ["u1", "<i8", ">i4", "<f4", "?"])
def test_arrays_come_back(protocol, dtype):
    array = np.arange(12).reshape(3, 4).astype(dtype)
    batch = {"c": array, "fortran": np.asfortranarray(array), "bytes": b"\x00\xff"}
    read = read_pickled_batch(pickle.dumps(batch, protocol=protocol))
    np.testing.assert_array_equal(read["c"], array)
    np.testing.assert_array_equal(read["fortran"], array)
    assert read["c"].dtype == np.dtype(dtype)
    assert read["bytes"] == b"\x00\xff"


def test_python_2_strings_are_bytes():
    # {'labels': [3], 'name': 'caf\xe9'} as Python 2 wrote it with protocol 2
    content = b"\x80\x02}q\x00(U\x06labelsq\x01]q\x02K\x03aU\x04nameq\x03U\x04caf\xe9q\x04u."
    assert read_pickled_batch(content) == {b"labels": [3], b"name": b"caf\xe9"}


class _Runs:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(5))
def test_code_is_never_run(protocol, tmp_path):
    target = tmp_path / "made"
    attack = {"data": _Runs(os.mkdir, str(target))}
    with pytest.raises(ValueError, match="the pickle asks for '.* mkdir'"):
        read_pickled_batch(pickle.dumps(attack, protocol=protocol))
    assert not target.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b".",
        b"}",
        b"}}.",
        b"]K\x01a.",
        b"}K\x01s.",
        b"}(K\x01u.",
        b"}h\x07s.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cnumpy\ndtype\n(S'O'\ntR.",
        b"}P0\n.",
        b"(lp0\n0",
    ],
)
def test_malformed_pickles_are_refused(content):
    with pytest.raises((ValueError, KeyError)):
        read_pickled_batch(content)


def test_arrays_of_objects_are_refused():
    attack = {"data": np.array([{}, []], dtype=object)}
    with pytest.raises(ValueError, match="malformed|not allowed"):
        read_pickled_batch(pickle.dumps(attack, protocol=2))


@given(st.binary(max_size=200), st.integers(0, 400))
def test_damage_never_ends_in_anything_but_an_error_or_a_dictionary(noise, position):
    good = pickle.dumps({"data": np.zeros((2, 3), np.uint8), "labels": [1, 2]}, protocol=2)
    content = good[:position] + noise + good[position + len(noise) :]
    try:
        assert isinstance(read_pickled_batch(content), dict)
    except Exception as error:
        assert not isinstance(error, (MemoryError, RecursionError, SystemError))
