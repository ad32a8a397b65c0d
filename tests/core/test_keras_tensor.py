"""KerasTensors, the nodes that calls on them record, and shapes with unknown sizes."""

from __future__ import annotations

import numpy as np
import pytest

from cornu.core import settings
from cornu.core.engine import to_tensor
from cornu.core.keras_tensor import (
    FunctionOperation,
    KerasTensor,
    Operation,
    any_symbolic,
    infer_output_spec,
    node_of,
)
from cornu.core.primitive import REGISTRY


def double(x):
    return REGISTRY["add"](x, x)


def flatten(x):
    rest = int(np.prod(x.shape[1:]))
    return REGISTRY["reshape"](x, shape=(x.shape[0], rest))


def test_unknown_sizes_stay_unknown():
    x = KerasTensor((None, 3, 4), "float32")
    out = infer_output_spec(flatten, x)
    assert (out.shape, out.dtype) == ((None, 12), "float32")


def test_known_sizes_that_look_like_stand_ins_are_kept():
    out = infer_output_spec(double, KerasTensor((None, 83, 89)))
    assert out.shape == (None, 83, 89)


def test_nested_structures():
    def body(pair, scale=None):
        return {"sum": REGISTRY["add"](*pair), "same": scale}

    x, y = KerasTensor((None, 2)), KerasTensor((None, 2))
    out = infer_output_spec(body, [x, y], scale=3)
    assert out["sum"].shape == (None, 2)
    assert out["same"] == 3


def test_inference_computes_nothing_and_records_nothing():
    calls = []

    def body(x):
        calls.append(x.is_symbolic)
        return x

    infer_output_spec(body, KerasTensor((None, 2)))
    assert all(calls)
    assert settings.state.captures == []
    assert settings.state.tapes == []


def test_calls_record_nodes():
    operation = FunctionOperation(double)
    x = KerasTensor((None, 2), name="x")
    y = operation(x)
    z = operation(y)
    assert y.shape == (None, 2)
    assert node_of(y).inputs == [x]
    assert node_of(y).outputs == [y]
    assert [node_of(y)] == node_of(z).parents
    assert z._keras_history.node_index == 1
    assert operation.input is x  # of the first call, as in Keras
    assert operation.output is y


def test_input_and_output_of_a_single_call():
    operation = FunctionOperation(double)
    x = KerasTensor((None, 2))
    with pytest.raises(AttributeError, match="has not been called on an Input"):
        operation.output
    y = operation(x)
    assert operation.input is x
    assert operation.output is y


def test_real_tensors_are_computed_at_once():
    operation = FunctionOperation(double)
    assert operation(to_tensor([1.0, 2.0])).tolist() == [2, 4]
    assert operation._inbound_nodes == []


def test_symbolic_leaves_are_found_anywhere():
    x = KerasTensor((None,))
    assert any_symbolic([1, {"a": (x,)}])
    assert not any_symbolic([1, {"a": (2,)}], None)


def test_a_keras_tensor_has_no_value():
    x = KerasTensor((None, 2))
    for error, use in (
        (TypeError, bool),
        (ValueError, float),
        (ValueError, int),
        (TypeError, iter),
        (TypeError, len),
        (ValueError, np.asarray),
    ):
        with pytest.raises(error, match=r"KerasTensor \(shape \(None, 2\), dtype float32\)"):
            use(x)


def test_names(engine):
    settings.reset_names()
    assert Operation().name == "operation"
    assert Operation().name == "operation_1"
    assert FunctionOperation(double).name == "double"
    assert repr(KerasTensor((None, 2), name="x")) == (
        "<KerasTensor shape=(None, 2), dtype=float32, name=x>"
    )
    with pytest.raises(ValueError, match="must not contain '/'"):
        Operation(name="a/b")


def test_errors_of_the_function_come_through():
    with pytest.raises(ValueError, match="operands have different shapes"):
        infer_output_spec(REGISTRY["add"], KerasTensor((None, 2)), KerasTensor((None, 3)))


def test_a_deleted_result_frees_its_node():
    """Operations know their calls weakly, so models that go out of use are freed at once."""
    operation = FunctionOperation(double)
    x = KerasTensor((None, 2))
    y = operation(x)
    assert len(operation._inbound_nodes) == 1
    del y
    assert operation._inbound_nodes == []


def test_an_output_that_nobody_kept_is_made_again():
    operation = FunctionOperation(lambda x: (x, double(x)), name="pair")
    first, second = operation(KerasTensor((None, 2)))
    del first
    again = operation.output[0]
    assert again.shape == (None, 2)
    assert node_of(again) is node_of(second)
    assert again._keras_history.tensor_index == 0


def test_a_symbolic_tensor_is_found_in_a_list():
    """`==` is identity, as in Keras: there are no values to compare."""
    wide, deep = KerasTensor((None, 5)), KerasTensor((None, 30))
    assert wide in [deep, wide]
    assert deep not in [wide]
    assert (wide != wide).shape == (None, 5)


def test_errors_of_symbolic_calls_say_none_for_unknown_sizes():
    def refuse(x):
        raise ValueError(f"shape {x.shape} has 1.83 or 830 or x83 too few")

    with pytest.raises(ValueError, match=r"^shape \(None, 4\) has 1\.83 or 830 or x83 too few$"):
        infer_output_spec(refuse, KerasTensor((None, 4)))
    with pytest.raises(ValueError, match=r"^shape \(83, 4\)"):
        infer_output_spec(refuse, KerasTensor((83, 4)))
