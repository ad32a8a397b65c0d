"""Names of dtypes, and what two of them combine to (JAX's lattice)."""

from __future__ import annotations

import itertools

import ml_dtypes
import numpy as np
import pytest

from cornu.core import dtypes, settings


@pytest.mark.parametrize("name", dtypes.ALL)
def test_names_are_canonical(name):
    assert dtypes.canonical(name) == name


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "float32"),
        (float, "float32"),
        (int, "int32"),
        (bool, "bool"),
        (str, "string"),
        ("float", "float32"),
        ("int", "int32"),
        (np.float64, "float64"),
        (np.dtype("uint8"), "uint8"),
        (np.dtype("<U5"), "string"),
        (np.dtype(object), "string"),
        (ml_dtypes.bfloat16, "bfloat16"),
        (np.dtype(ml_dtypes.bfloat16), "bfloat16"),
    ],
)
def test_what_users_write_is_understood(given, expected):
    assert dtypes.canonical(given) == expected


def test_unknown_names_are_refused_with_a_suggestion():
    with pytest.raises(ValueError, match=r"Unknown dtype 'flaot32'.*Did you mean 'float32'"):
        dtypes.canonical("flaot32")
    with pytest.raises(ValueError, match="Unknown dtype"):
        dtypes.canonical("complex64")


def test_storage():
    for name in dtypes.NUMERIC:
        assert dtypes.to_numpy(name).itemsize == dtypes.item_size(name)
    assert dtypes.to_numpy("bfloat16") == np.uint16


def test_kinds():
    assert [name for name in dtypes.NUMERIC if dtypes.is_float(name)] == list(dtypes.FLOATS)
    assert not dtypes.is_integer("bool")
    assert dtypes.is_integer("uint8")
    assert not dtypes.is_signed("uint8")
    assert dtypes.is_signed("bfloat16")


def test_promotion_agrees_with_jax():
    """Every pair of dtypes, as JAX with 64-bit types combines them."""
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        for a, b in itertools.product(dtypes.NUMERIC, repeat=2):
            expected = jax.numpy.promote_types(a, b).name
            if expected == "float64" and "float64" not in (a, b):
                expected = "float32"  # integers without a common type: a weak float, so floatx
            assert dtypes.promote(a, b) == expected, (a, b)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("int64", "float32"), "float32"),
        (("uint8", "int"), "uint8"),
        (("uint8", "float"), "float32"),
        (("float16", "float"), "float16"),
        (("int32", "float"), "float32"),
        (("bool", "int"), "int32"),
        (("int", "float"), "float32"),
        (("int",), "int32"),
        (("float16", "bfloat16"), "float32"),
        (("uint32", "int8"), "int64"),
        (("string", "string"), "string"),
    ],
)
def test_python_scalars_are_weak(names, expected):
    assert dtypes.promote(*names) == expected
    assert dtypes.promote(*names[::-1]) == expected


def test_promotion_has_no_order():
    for triple in itertools.combinations(dtypes.NUMERIC, 3):
        assert len({dtypes.promote(*order) for order in itertools.permutations(triple)}) == 1


def test_text_and_numbers_do_not_combine():
    with pytest.raises(ValueError, match="Text and numbers do not combine"):
        dtypes.promote("string", "int32")


def test_weak_floats_follow_floatx(monkeypatch):
    monkeypatch.setitem(settings._values, "floatx", "float64")
    assert dtypes.promote("int32", "float") == "float64"
    assert dtypes.canonical(None) == "float64"


def test_scalar_kind():
    assert [dtypes.scalar_kind(value) for value in (True, 1, 1.0, "a", np.float32(1))] == [
        "bool",
        "int",
        "float",
        "string",
        None,
    ]
