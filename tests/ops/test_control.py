"""Control flow gives the same values and derivatives eagerly, captured, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.core.engine import current_engine
from cornu.core.errors import UnsupportedError
from cornu.core.graph import capture
from cornu.core.primitive import Spec
from cornu.ops import control


def _compiled(function, *arrays):
    specs = [Spec(a.shape, a.dtype.name) for a in arrays]
    graph, _ = capture(function, *specs)
    return [np.asarray(b) for b in current_engine().compile(graph).run(list(arrays))]


def _rnn(x, weight, start):
    def step(state, row):
        state = ops.tanh(ops.add(ops.matmul(state, weight), row))
        return state, ops.multiply(state, 2.0)

    return control.scan(step, start, x)


def _loss(x, weight, start):
    last, rows = _rnn(x, weight, start)
    return ops.add(ops.sum(ops.square(last)), ops.sum(ops.multiply(rows, x)))


@pytest.fixture
def arrays(rng):
    return rng.normal(size=(6, 2, 3)), rng.normal(size=(3, 3)), rng.normal(size=(2, 3))


def test_scan_captured_equals_eager(arrays):
    last, rows = _rnn(*map(ops.convert_to_tensor, arrays))
    got = _compiled(_rnn, *arrays)
    np.testing.assert_allclose(got[0], last.numpy(), rtol=1e-12)
    np.testing.assert_allclose(got[1], rows.numpy(), rtol=1e-12)


def _gradient(*tensors):
    with cornu.GradientTape() as tape:
        tape.watch(list(tensors))
        loss = _loss(*tensors)
    return tape.gradient(loss, list(tensors))


def test_scan_derivative_equals_that_of_the_unrolled_loop(arrays):
    eager = _gradient(*map(ops.convert_to_tensor, arrays))
    for got, expected in zip(_compiled(_gradient, *arrays), eager, strict=True):
        np.testing.assert_allclose(got, expected.numpy(), rtol=1e-10, atol=1e-12)


def test_second_derivative_of_scan(arrays):
    def second(*tensors):
        with cornu.GradientTape() as tape:
            tape.watch(list(tensors))
            first = _gradient(*tensors)
            total = ops.sum(ops.square(first[1]))
        return tape.gradient(total, list(tensors))

    eager = second(*map(ops.convert_to_tensor, arrays))
    for got, expected in zip(_compiled(second, *arrays), eager, strict=True):
        np.testing.assert_allclose(got, expected.numpy(), rtol=1e-8, atol=1e-10)


def test_a_variable_used_only_inside_a_scan_gets_its_gradient(arrays):
    x, weight, start = arrays
    variable = cornu.Variable(weight)

    def gradient(x, start):
        with cornu.GradientTape() as tape:
            loss = _loss(x, variable, start)
        return tape.gradient(loss, [variable])

    eager = gradient(ops.convert_to_tensor(x), ops.convert_to_tensor(start))[0]
    np.testing.assert_allclose(_compiled(gradient, x, start)[0], eager.numpy(), rtol=1e-10)


@pytest.mark.parametrize("value", [2.0, -3.0])
def test_cond_and_its_derivative(value):
    scale = ops.convert_to_tensor(np.float64(4.0))

    def function(x):
        with cornu.GradientTape() as tape:
            tape.watch(x)
            y = control.cond(x > 0, lambda: x * x * scale, lambda: -x)
        return [y, tape.gradient(y, x)]

    expected = [value * value * 4, 8 * value] if value > 0 else [-value, -1.0]
    assert [float(v) for v in _compiled(function, np.float64(value)[...])] == expected
    assert [float(v) for v in function(ops.convert_to_tensor(np.float64(value)))] == expected


def test_while_loop_captured():
    def collatz(n):
        return control.while_loop(
            lambda n, steps: n > 1,
            lambda n, steps: (ops.where(n % 2 == 0, n // 2, 3 * n + 1), steps + 1),
            (n, ops.zeros((), "int32")),
        )

    assert int(_compiled(collatz, np.array(27, np.int32))[1]) == 111
    assert int(collatz(ops.convert_to_tensor(27))[1]) == 111


def test_maximum_iterations():
    def forever(n):
        return control.while_loop(lambda n: n >= 0, lambda n: (n + 1,), (n,), maximum_iterations=5)

    assert int(_compiled(forever, np.array(0, np.int32))[0]) == 5
    assert int(forever(ops.convert_to_tensor(0))[0]) == 5


def test_a_while_loop_has_no_backward_derivative():
    def function(x):
        with cornu.GradientTape() as tape:
            tape.watch(x)
            (y,) = control.while_loop(lambda y: y < 10.0, lambda y: (y * 2.0,), (x,))
        return tape.gradient(y, x)

    with pytest.raises(UnsupportedError, match=r"Use ops\.scan"):
        _compiled(function, np.array(1.0, np.float32))


def test_fori_loop_map_and_switch():
    x = np.arange(4, dtype=np.float32)
    power = lambda x: control.fori_loop(0, 3, lambda i, y: y * 2.0, x)  # noqa: E731
    np.testing.assert_array_equal(_compiled(power, x)[0], x * 8)
    np.testing.assert_array_equal(
        _compiled(lambda x: control.map(lambda r: r + 1.0, x), x)[0], x + 1
    )
    branches = [lambda y: y, lambda y: y * 10.0, lambda y: -y]
    for index, expected in ((0, x), (1, 10 * x), (9, -x)):
        choose = lambda i, x: control.switch(i, branches, x)  # noqa: E731
        np.testing.assert_array_equal(_compiled(choose, np.array(index, np.int32), x)[0], expected)


def test_branches_of_different_form_are_refused():
    def function(x):
        return control.cond(x > 0, lambda: [x], lambda: [x, x])

    with pytest.raises(ValueError, match="must return the same form"):
        _compiled(function, np.array(1.0, np.float32))


def test_sequences_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="one number of steps"):
        control.scan(lambda c, x: (c, x), 0.0, (np.zeros(3), np.zeros(4)))
