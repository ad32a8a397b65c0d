"""GradientTape: what it follows, when it may be asked, and higher derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from cornu.core import settings
from cornu.core.engine import to_tensor
from cornu.core.graph import capture
from cornu.core.primitive import REGISTRY, Spec
from cornu.core.tape import GradientTape, custom_gradient, no_tape, stop_gradient
from cornu.core.variable import Variable

mul, add, sin, cast, full = (REGISTRY[name] for name in ("mul", "add", "sin", "cast", "full"))


def test_variables_are_watched_when_read(engine):
    v, frozen = Variable([3.0]), Variable([2.0], trainable=False)
    with GradientTape() as tape:
        y = mul(v.value, mul(v.value, frozen.value))
    assert tape.watched_variables() == (v,)
    gradients = tape.gradient(y, {"v": v, "frozen": [frozen]})
    assert gradients["v"].tolist() == [12.0]
    assert gradients["frozen"] == [None]


def test_watching_can_be_left_to_the_caller(engine):
    v, w = Variable([3.0]), Variable([2.0])
    with GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(v)
        y = mul(v.value, w.value)
    dv, dw = tape.gradient(y, [v, w])
    assert dv.tolist() == [2.0]
    assert dw is None


def test_watched_tensors(engine):
    x = to_tensor([1.0, 2.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = mul(x, x)
    assert tape.gradient(y, x).tolist() == [2, 4]


def test_only_floats_are_watched(engine):
    tape = GradientTape()
    with pytest.raises(ValueError, match="expects a float tensor; got dtype int32"):
        tape.watch(to_tensor([1]))
    with pytest.raises(TypeError, match="expects tensors; got float"):
        tape.watch(1.0)


def test_output_gradients_and_several_targets(engine):
    x = to_tensor([1.0, 2.0])
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y, z = mul(x, x), sin(x)
    np.testing.assert_allclose(
        tape.gradient([y, z], x).numpy(), 2 * x.numpy() + np.cos(x.numpy()), rtol=1e-6
    )
    weights = to_tensor([10.0, 100.0])
    assert tape.gradient(y, x, weights).tolist() == [20, 400]


def test_unconnected_sources(engine):
    v, other = Variable([1.0, 2.0]), Variable([5.0])
    with GradientTape(persistent=True) as tape:
        y = mul(v.value, v.value)
    assert tape.gradient(y, other) is None
    zeros = tape.gradient(y, other, unconnected_gradients="zero")
    assert (zeros.shape, zeros.tolist()) == ((1,), [0.0])
    with pytest.raises(ValueError, match="'none' or 'zero'; got 'nought'"):
        tape.gradient(y, v, unconnected_gradients="nought")


def test_a_tape_is_used_once_unless_persistent(engine):
    v = Variable([1.0])
    with GradientTape() as tape:
        y = mul(v.value, v.value)
    tape.gradient(y, v)
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.gradient(y, v)


def test_bad_sources_and_targets(engine):
    v = Variable([1.0])
    with GradientTape(persistent=True) as tape:
        y = mul(v.value, v.value)
    with pytest.raises(TypeError, match="sources are tensors or variables; got float"):
        tape.gradient(y, 1.0)
    with pytest.raises(TypeError, match="expects a tensor as target; got float"):
        tape.gradient(1.0, v)


def test_a_tape_cannot_be_entered_twice(engine):
    with GradientTape() as tape, pytest.raises(ValueError, match="already recording"):
        tape.__enter__()
    assert settings.state.tapes == []


def test_tapes_close_when_the_block_fails(engine):
    with pytest.raises(KeyError), GradientTape():
        raise KeyError
    assert settings.state.tapes == []


def test_second_and_third_derivatives(engine):
    x = to_tensor(np.array([0.3, 1.2]))
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as middle:
            middle.watch(x)
            with GradientTape() as inner:
                inner.watch(x)
                y = sin(x)
            first = inner.gradient(y, x)
        second = middle.gradient(first, x)
    third = outer.gradient(second, x)
    np.testing.assert_allclose(first.numpy(), np.cos(x.numpy()))
    np.testing.assert_allclose(second.numpy(), -np.sin(x.numpy()))
    np.testing.assert_allclose(third.numpy(), -np.cos(x.numpy()))


def test_second_derivative_of_a_variable(engine):
    v = Variable([2.0])
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = mul(v.value, mul(v.value, v.value))
        first = inner.gradient(y, v)
    assert outer.gradient(first, v).tolist() == [12.0]


def test_a_value_used_twice_gets_both_parts(engine):
    x = to_tensor([3.0])
    with GradientTape() as tape:
        tape.watch(x)
        shared = mul(x, x)
        y = add(shared, mul(shared, x))
    assert tape.gradient(y, x).tolist() == [6.0 + 27.0]


def test_gradient_of_a_source_with_respect_to_itself(engine):
    x = to_tensor([3.0])
    with GradientTape() as tape:
        tape.watch(x)
    assert tape.gradient(x, x).tolist() == [1.0]


def test_intermediate_sources(engine):
    x = to_tensor([3.0])
    with GradientTape() as tape:
        tape.watch(x)
        middle = mul(x, x)
        y = mul(middle, middle)
    assert tape.gradient(y, middle).tolist() == [18.0]


def test_integers_end_the_flow(engine):
    x = to_tensor([1.5])
    with GradientTape() as tape:
        tape.watch(x)
        y = cast(cast(x, dtype="int32"), dtype="float32")
    assert tape.gradient(y, x) is None


def test_stop_gradient(engine):
    x = to_tensor([3.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = mul(stop_gradient(mul(x, x)), x)
    assert tape.gradient(y, x).tolist() == [9.0]


def test_stop_recording_and_no_tape(engine):
    x = to_tensor([3.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = mul(x, x)
        with tape.stop_recording():
            hidden = mul(x, x)
        with no_tape():
            hidden = mul(hidden, x)
        z = add(y, hidden)
    assert tape.gradient(z, x).tolist() == [6.0]


def test_reset(engine):
    x = to_tensor([3.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = mul(x, x)
        tape.reset()
    assert tape.gradient(y, x) is None


def test_a_tape_around_another_ignores_what_it_does_not_follow(engine):
    a, b = to_tensor([1.0]), to_tensor([2.0])
    with GradientTape() as outer, GradientTape() as inner:
        outer.watch(a)
        inner.watch(b)
        y = mul(a, b)
    assert outer.gradient(y, a).tolist() == [2.0]
    assert inner.gradient(y, b).tolist() == [1.0]


def test_custom_gradient(engine):
    @custom_gradient
    def clipped(x):
        return mul(x, x), lambda g: mul(g, full(shape=g.shape, dtype=g.dtype, value=7.0))

    x = to_tensor([3.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = mul(clipped(x), x)
    assert y.tolist() == [27.0]
    assert tape.gradient(y, x).tolist() == [9.0 + 21.0]


def test_custom_gradient_of_several_arguments_and_results(engine):
    @custom_gradient
    def both(x, y):
        def grad(gx, gy):
            return gy, gx  # crossed on purpose

        return (add(x, x), add(y, y)), grad

    x, y = to_tensor([1.0]), to_tensor([2.0])
    with GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        first, second = both(x, y)
    assert [g if g is None else g.tolist() for g in tape.gradient(first, [x, y])] == [[0.0], [1.0]]
    assert tape.gradient(second, x).tolist() == [1.0]


def test_jacobian(engine):
    x = to_tensor(np.array([1.0, 2.0, 3.0]))
    matrix = to_tensor(np.arange(6.0).reshape(2, 3))
    with GradientTape() as tape:
        tape.watch(x)
        y = REGISTRY["dot_general"](matrix, mul(x, x), contract=((1,), (0,)), batch=((), ()))
    jacobian = tape.jacobian(y, x)
    np.testing.assert_allclose(jacobian.numpy(), matrix.numpy() * 2 * x.numpy())


def test_jacobian_of_what_is_not_connected(engine):
    x, y = to_tensor([1.0, 2.0]), to_tensor([3.0])
    with GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        z = mul(x, x)
    assert tape.jacobian(z, y) is None
    assert tape.jacobian(z, y, unconnected_gradients="zero").tolist() == [[0.0], [0.0]]


def test_gradients_can_be_captured(engine):
    """The derivative is part of the graph, so a training step compiles as a whole."""
    v = Variable([2.0, 3.0])

    def step(x):
        with GradientTape() as tape:
            loss = mul(mul(v.value, v.value), x)
        v.assign(tape.gradient(loss, v))
        return loss

    graph, _ = capture(step, Spec((2,), "float32"))
    program = engine.compile(graph)
    outputs = program.run([engine.from_numpy(np.array([10.0, 100.0], np.float32), "float32")])
    assert np.asarray(engine.to_numpy(outputs[0])).tolist() == [40.0, 900.0]
    assert v.numpy().tolist() == [40.0, 600.0]
