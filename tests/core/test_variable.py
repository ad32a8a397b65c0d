"""Variables: assignment, names, and values that stay what they were when read."""

from __future__ import annotations

import numpy as np
import pytest

from cornu.core import settings
from cornu.core.engine import to_tensor
from cornu.core.errors import InvalidArgumentError
from cornu.core.graph import capture
from cornu.core.primitive import REGISTRY, Spec
from cornu.core.tape import GradientTape
from cornu.core.variable import Variable, autocast_scope


def test_values_and_dtypes(engine):
    assert Variable([1.0, 2.0]).dtype == "float32"
    assert Variable([1, 2]).dtype == "int32"
    assert Variable([1, 2], dtype="float16").dtype == "float16"
    assert Variable(np.ones((2, 0))).shape == (2, 0)
    v = Variable([[1, 2, 3]])
    assert (v.ndim, v.size, len(v)) == (2, 3, 1)


def test_initializer_functions_need_a_shape(engine):
    v = Variable(lambda shape, dtype: np.full(shape, 3, dtype), shape=(2,), dtype="float32")
    assert v.numpy().tolist() == [3, 3]
    with pytest.raises(ValueError, match="needs a shape; pass shape="):
        Variable(lambda shape, dtype: np.zeros(shape))
    with pytest.raises(ValueError, match=r"shape \(3,\), but shape \(2,\) was asked for"):
        Variable(np.zeros(3), shape=(2,))


def test_names_and_paths(engine):
    settings.reset_names()
    assert [Variable(0.0).name for _ in range(2)] == ["variable", "variable_1"]
    settings.state.scopes.append("dense")
    try:
        assert Variable(0.0, name="kernel").path == "dense/kernel"
    finally:
        settings.state.scopes.pop()
    with pytest.raises(ValueError, match="must not contain '/'"):
        Variable(0.0, name="a/b")


def test_assignment(engine):
    v = Variable([1.0, 2.0])
    assert v.assign([5, 6]) is v
    assert v.numpy().tolist() == [5, 6]
    v.assign(Variable([7.0, 8.0]))
    assert v.numpy().tolist() == [7, 8]
    v.assign(to_tensor([1, 2]))
    assert v.dtype == "float32"


def test_a_refused_assignment_changes_nothing(engine):
    v = Variable([1.0, 2.0], name="weights")
    match = r"'weights' has shape \(2,\); a value of shape \(3,\) cannot"
    with pytest.raises(InvalidArgumentError, match=match):
        v.assign([1.0, 2.0, 3.0])
    assert v.numpy().tolist() == [1, 2]


def test_a_tensor_read_before_keeps_its_value(engine):
    """Also when a compiled graph writes the storage in place."""
    v = Variable([1.0, 2.0])
    before = v.value
    v.assign([3.0, 4.0])
    between = v.value

    def negate():
        v.assign(REGISTRY["neg"](v.value))

    graph, _ = capture(negate)
    program = engine.compile(graph)
    program.run([])
    after = v.value
    program.run([])
    assert before.tolist() == [1, 2]
    assert between.tolist() == [3, 4]
    assert after.tolist() == [-3, -4]
    assert v.numpy().tolist() == [3, 4]


def test_numpy_gives_a_copy(engine):
    v = Variable([1.0, 2.0])
    array = v.numpy()
    array[0] = 9
    np.asarray(v)[1] = 9
    assert v.numpy().tolist() == [1, 2]


def test_conversions(engine):
    assert (bool(Variable(1)), int(Variable(3)), float(Variable(2.5))) == (True, 3, 2.5)
    assert np.asarray(Variable([1, 2]), np.float32).dtype == np.float32


def test_repr(engine):
    settings.reset_names()
    text = repr(Variable([1, 2], name="w"))
    assert text == "<Variable path=w shape=(2,) dtype=int32 value=[1, 2]>"


def test_autocast(engine):
    v, fixed, count = Variable([1.5]), Variable([1.5], autocast=False), Variable([1])
    with autocast_scope("bfloat16"):
        assert v.value.dtype == "bfloat16"
        assert fixed.value.dtype == "float32"
        assert count.value.dtype == "int32"
        with autocast_scope(None):
            assert v.value.dtype == "float32"
    assert v.value.dtype == "float32"


def test_gradients_pass_the_autocast_to_the_variable_itself(engine):
    v = Variable([1.5, 2.0])
    with GradientTape() as tape, autocast_scope("float16"):
        y = REGISTRY["mul"](v.value, v.value)
    gradient = tape.gradient(y, v)
    assert (gradient.dtype, gradient.tolist()) == ("float32", [3, 4])


def test_variables_made_while_capturing_are_real(engine):
    made = []

    def body(x):
        made.append(Variable([1.0, 2.0]))
        return REGISTRY["add"](x, made[0].value)

    graph, _ = capture(body, Spec((2,), "float32"))
    assert made[0].numpy().tolist() == [1, 2]
    assert list(graph.reads) == made


def test_a_symbolic_value_cannot_be_stored_outside_its_capture(engine):
    kept = []
    capture(kept.append, Spec((2,), "float32"))
    v = Variable([1.0, 2.0])
    with pytest.raises(InvalidArgumentError, match="cannot take a symbolic tensor outside"):
        v.assign(kept[0])
    assert v.numpy().tolist() == [1, 2]
