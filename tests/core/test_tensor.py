"""Tensors: what comes in goes out, values cannot be changed, and errors say what to do."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from cornu.core import dtypes
from cornu.core.engine import cast, float_to_bfloat16, memory_of, tensor_from_numpy, to_tensor
from cornu.core.errors import SymbolicTensorError
from cornu.core.graph import capture
from cornu.core.primitive import REGISTRY, Spec
from cornu.core.variable import Variable


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (1, "int32", ()),
        (1.5, "float32", ()),
        (True, "bool", ()),
        ([1, 2], "int32", (2,)),
        ([1.0, 2.0], "float32", (2,)),
        ([[1, 2.5]], "float32", (1, 2)),
        ([True, False], "bool", (2,)),
        ([2**40], "int64", (1,)),
        ([], "float32", (0,)),
        (np.float64(1.5), "float64", ()),
        (np.arange(3), "int64", (3,)),
        (np.ones((2, 0), np.float16), "float16", (2, 0)),
        (["a", "bc"], "string", (2,)),
        (range(3), "int32", (3,)),
    ],
)
def test_values_become_tensors(engine, value, dtype, shape):
    tensor = to_tensor(value)
    assert (tensor.dtype, tensor.shape) == (dtype, shape)
    assert tensor.ndim == len(shape)
    assert tensor.size == int(np.prod(shape))


@pytest.mark.parametrize("dtype", [d for d in dtypes.NUMERIC if d != "bfloat16"])
def test_arrays_come_back_unchanged(engine, dtype):
    array = np.array([[0, 1, 2], [3, 4, 5]], dtype)
    tensor = to_tensor(array)
    assert tensor.dtype == dtype
    np.testing.assert_array_equal(tensor.numpy(), array)
    assert tensor.numpy().dtype == array.dtype
    np.testing.assert_array_equal(np.from_dlpack(tensor), array)


def test_arrays_of_any_layout_come_in(engine):
    array = np.arange(24.0).reshape(2, 3, 4)
    for view in (array.T, array[:, ::2], array[:, ::-1], np.broadcast_to(array[0], (5, 3, 4))):
        np.testing.assert_array_equal(to_tensor(view).numpy(), view)
    swapped = array.astype(">f8")
    np.testing.assert_array_equal(to_tensor(swapped).numpy(), array)


def test_bfloat16_shows_as_float32(engine):
    tensor = to_tensor([1.0, 1 / 3], "bfloat16")
    assert tensor.dtype == "bfloat16"
    shown = tensor.numpy()
    assert shown.dtype == np.float32
    assert shown.tolist() == [1.0, 0.333984375]


def test_bfloat16_rounds_to_nearest_even():
    import ml_dtypes

    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2**32, 100_000, dtype=np.uint64).astype(np.uint32)
    halfway = (bits & 0xFFFF0000) | 0x8000
    values = np.concatenate([bits, halfway]).astype(np.uint32).view(np.float32)
    values = values[~np.isnan(values)]
    with np.errstate(over="ignore"):
        expected = values.astype(ml_dtypes.bfloat16).view(np.uint16)
    np.testing.assert_array_equal(float_to_bfloat16(values), expected)
    assert float_to_bfloat16(np.array(np.nan, np.float32)) & 0x7FFF > 0x7F80


def test_the_callers_array_is_copied(engine):
    array = np.zeros(3, np.float32)
    tensor = to_tensor(array)
    array[0] = 7
    assert tensor.tolist() == [0, 0, 0]


def test_values_cannot_be_written(engine):
    shown = to_tensor([1.0, 2.0]).numpy()
    with pytest.raises(ValueError, match="read-only"):
        shown[0] = 5


def test_numpy_interchange(engine):
    tensor = to_tensor([1.5, 2.5])
    assert np.asarray(tensor).tolist() == [1.5, 2.5]
    assert np.asarray(tensor, np.int64).tolist() == [1, 2]
    fresh = np.array(tensor)
    fresh[0] = 9
    assert tensor.tolist() == [1.5, 2.5]


def test_python_numbers(engine):
    tensor = to_tensor([[3]])
    assert (int(tensor), float(tensor), bool(tensor), tensor.item()) == (3, 3.0, True, 3)
    assert list(range(5))[to_tensor(2)] == 2
    assert format(to_tensor(1.25), ".1f") == "1.2"
    assert len(to_tensor([[1, 2]])) == 1


def test_only_single_elements_are_numbers(engine):
    tensor = to_tensor([1, 2])
    with pytest.raises(ValueError, match=r"truth value of a tensor with 2 elements.*ops\.all"):
        bool(tensor)
    with pytest.raises(ValueError, match=r"float of a tensor with 2 elements \(shape \(2,\)\)"):
        float(tensor)
    with pytest.raises(
        TypeError, match="Only an integer tensor can be an index; got dtype float32"
    ):
        list(range(3))[to_tensor(1.0)]
    with pytest.raises(TypeError, match="has no length"):
        len(to_tensor(1))
    with pytest.raises(TypeError, match="cannot be iterated over"):
        iter(to_tensor(1))


def test_copies_and_hashes_go_by_identity(engine):
    tensor = to_tensor([1, 2])
    assert copy.copy(tensor) is tensor
    assert copy.deepcopy([tensor])[0] is tensor
    assert {tensor: 1}[tensor] == 1


def test_repr_shows_shape_dtype_and_values(engine):
    assert repr(to_tensor([[1, 2]])) == "<Tensor shape=(1, 2) dtype=int32\n[[1, 2]]>"


@pytest.mark.parametrize(
    ("value", "match"),
    [
        ([[1, 2], [3]], "rows have different lengths"),
        ({"a": 1}, "it holds dict"),
        (np.array([1, "a"], object), "holds int, str.*astype"),
        (None, "it holds NoneType"),
    ],
)
def test_what_is_no_array_is_refused(engine, value, match):
    with pytest.raises(TypeError, match=match):
        to_tensor(value)


def test_conversion_keeps_what_already_fits(engine):
    tensor = to_tensor([1.5])
    assert to_tensor(tensor) is tensor
    assert to_tensor(tensor, "float32") is tensor
    assert cast(tensor, "float32") is tensor
    assert to_tensor(tensor, "int32").tolist() == [1]
    variable = Variable([1.0, 2.0])
    assert to_tensor(variable).tolist() == [1.0, 2.0]


def test_lists_of_tensors_are_stacked(engine):
    stacked = to_tensor([to_tensor([1, 2]), [3.5, 4.0]])
    assert stacked.dtype == "float32"
    assert stacked.tolist() == [[1.0, 2.0], [3.5, 4.0]]


def test_dtype_given_with_an_array(engine):
    assert tensor_from_numpy(np.array([1.7, -1.7]), "int32").tolist() == [1, -1]


def test_symbolic_tensors_have_no_value(engine):
    def body(x):
        assert x.is_symbolic
        assert repr(x) == "<Tensor shape=(2,) dtype=float32 symbolic>"
        for use in (bool, float, int, x.__class__.numpy, x.__class__.item, np.asarray):
            with pytest.raises(SymbolicTensorError, match=r"run_eagerly=True"):
                use(x)
        return x

    capture(body, Spec((2,), "float32"))


def test_symbolic_tensors_outside_their_capture(engine):
    kept = []
    capture(kept.append, Spec((2,), "float32"))
    with pytest.raises(SymbolicTensorError, match="neg was given a symbolic tensor outside"):
        REGISTRY["neg"](kept[0])


def test_memory():
    assert memory_of([Spec((2, 3), "float32"), Spec((), "int8")]) == 25
