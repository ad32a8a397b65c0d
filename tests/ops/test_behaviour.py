"""What the comparison with Keras does not show: errors, edges, second derivatives, facades."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import ops

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.add(np.ones((2, 3)), np.ones(4)), r"add: .*\(2, 3\) and \(4,\)"),
        (lambda: ops.reshape(np.ones(6), (4, 2)), r"reshape: .*\(6,\).*\(4, 2\) needs 8"),
        (
            lambda: ops.concatenate([np.ones((2, 3)), np.ones((2, 4))]),
            r"concatenate: shapes \(2, 3\)",
        ),
        (lambda: ops.concatenate([]), "concatenate: at least one tensor"),
        (lambda: ops.stack([np.ones(2), np.ones(3)]), "stack: all shapes must be equal"),
        (lambda: ops.sum(np.ones(3), axis=1), "sum: .*axis 1 is out of range"),
        (lambda: ops.squeeze(np.ones((2, 3)), 0), "squeeze: axis 0 .* has size 2"),
        (lambda: ops.split(np.ones(5), 2), "split: axis 0 .* 2 equal parts"),
        (lambda: ops.glu(np.ones(3)), "glu: .* even size"),
        (
            lambda: ops.take(np.ones(3), [0.5]),
            "take: indices must be whole numbers; got dtype float32",
        ),
        (lambda: ops.top_k(np.ones(3), 4), "top_k: k=4"),
        (lambda: ops.einsum("ij,jk", np.ones((2, 3))), "einsum: .* 2 operands, but 1"),
        (
            lambda: ops.einsum("ij,jk", np.ones((2, 3)), np.ones((4, 2))),
            "einsum: .* axis 'j' has sizes",
        ),
        (lambda: ops.where([True], 1.0), "where: pass both x1 and x2"),
        (lambda: ops.clip(None, 0, 1), "clip: "),
        (lambda: ops.convert_to_tensor([[1, 2], [3]]), "different lengths"),
        (lambda: ops.cast([1.0], "floaty"), "cast: Unknown dtype 'floaty'"),
        (lambda: ops.bitwise_and(1.5, 2), "bitwise_and: Bits of float32"),
        (lambda: ops.scatter_update([1], [[0]], [1], "sum"), "scatter_update: reduction is None"),
        (
            lambda: ops.sparse_categorical_crossentropy(np.eye(3), np.eye(3)),
            r"sparse_categorical_crossentropy: target .*\(3, 3\)",
        ),
        (
            lambda: ops.categorical_crossentropy(np.ones((2, 3)), np.ones((2, 4))),
            r"one shape; got \(2, 3\) and \(2, 4\)",
        ),
    ],
)
def test_errors_name_the_op_and_what_it_got(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_sparsemax_is_the_projection_on_the_simplex():
    x = np.array([[0.4, 0.1, 0.3], [3.0, 0.0, 2.9], [1.0, 1.0, 1.0]], "float32")
    p = ops.sparsemax(x).numpy()
    np.testing.assert_allclose(p.sum(-1), 1, rtol=1e-6)
    # On the support all elements moved by one amount, elsewhere they moved by less.
    moved = x - p
    limit = np.where(p > 0, moved, np.inf).min(-1, keepdims=True)
    np.testing.assert_allclose(
        np.where(p > 0, moved, limit), np.broadcast_to(limit, p.shape), rtol=1e-5
    )
    assert (x <= limit + 1e-6)[p == 0].all()


@pytest.mark.parametrize(
    "name",
    [
        "softmax",
        "log_softmax",
        "softplus",
        "silu",
        "selu",
        "elu",
        "gelu",
        "log_sigmoid",
        "relu",
        "logsumexp",
    ],
)
def test_second_derivatives(name):
    """Those of the formulas with a derivative of their own, against central differences."""
    function = getattr(ops, name)
    x = ops.convert_to_tensor(np.array([0.3, -0.7, 1.1]))

    def slope(x):
        with cornu.GradientTape() as tape:
            tape.watch(x)
            y = ops.sum(function(x) * ops.convert_to_tensor([0.2, -0.5, 0.9], "float64"))
        return tape.gradient(y, x)

    with cornu.GradientTape() as outer:
        outer.watch(x)
        total = ops.sum(slope(x) * ops.convert_to_tensor([1.0, 2.0, -1.0], "float64"))
    mine = outer.gradient(total, x, unconnected_gradients="zero").numpy()
    step = 1e-5
    for place in range(3):
        shift = np.eye(3)[place] * step
        ends = [(slope(x + sign * shift).numpy() * [1, 2, -1]).sum() for sign in (1, -1)]
        assert mine[place] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-7)


def test_extreme_inputs_have_finite_derivatives():
    x = ops.convert_to_tensor([-1e4, -80.0, 0.0, 80.0, 1e4])
    for name in ("softplus", "log_sigmoid", "sigmoid", "silu", "softmax", "log_softmax", "elu",
                 "selu", "gelu", "tanh", "softsign", "logsumexp", "normalize"):  # fmt: skip
        with cornu.GradientTape() as tape:
            tape.watch(x)
            y = ops.sum(getattr(ops, name)(x))
        assert np.isfinite(tape.gradient(y, x).numpy()).all(), name


def test_length_zero_has_a_derivative():
    x = ops.zeros((2, 3))
    with cornu.GradientTape() as tape:
        tape.watch(x)
        y = ops.sum(ops.norm(x, axis=1))
    assert tape.gradient(y, x).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_empty_and_scalar_operands():
    empty = ops.zeros((0, 3))
    assert ops.sum(empty, axis=0).tolist() == [0, 0, 0]
    assert ops.exp(empty).shape == (0, 3)
    assert ops.matmul(empty, ops.zeros((3, 2))).shape == (0, 2)
    assert ops.all(empty).item() is True
    assert ops.max(empty, axis=0, initial=1.0).tolist() == [1, 1, 1]
    assert ops.sum(3.0).item() == 3.0
    assert ops.softmax(ops.zeros((0,))).shape == (0,)


def test_values_that_are_not_numbers_travel():
    x = np.array([NAN, 1.0], "float32")
    assert np.isnan(ops.max(x).item())
    assert np.isnan(ops.relu(x).numpy()[0])
    assert np.isnan(ops.softmax(x).numpy()).all()
    assert ops.maximum(x, 0.0).numpy()[1] == 1.0


def test_conversion():
    assert ops.convert_to_tensor(1).dtype == "int32"
    assert ops.convert_to_tensor(1.0).dtype == "float32"
    assert ops.convert_to_tensor(True).dtype == "bool"
    assert ops.convert_to_tensor([1, 2.5]).dtype == "float32"
    assert ops.convert_to_tensor(2**40).dtype == "int64"
    array = ops.convert_to_numpy(ops.ones((2,)))
    array[0] = 5
    assert array.tolist() == [5, 1]
    tensor = ops.ones((2,))
    assert ops.convert_to_tensor(tensor) is tensor
    variable = cornu.Variable([1.0])
    assert ops.convert_to_tensor(variable).tolist() == [1.0]
    assert ops.stack([variable, 2.0 * variable]).tolist() == [[1.0], [2.0]]


def test_custom_gradient_takes_keras_spelling():
    @ops.custom_gradient
    def doubled(x):
        def grad(*args, upstream=None):
            if upstream is None:
                (upstream,) = args
            return upstream * 10.0

        return x * 2.0, grad

    x = ops.convert_to_tensor(3.0)
    with cornu.GradientTape() as tape:
        tape.watch(x)
        y = doubled(x)
    assert y.item() == 6.0
    assert tape.gradient(y, x).item() == 10.0


def test_stop_gradient():
    x = ops.convert_to_tensor(3.0)
    with cornu.GradientTape() as tape:
        tape.watch(x)
        y = x * ops.stop_gradient(x)
    assert tape.gradient(y, x).item() == 3.0


def test_facades():
    assert cornu.backend.backend() == "cornu"
    assert cornu.utils.to_categorical([1, 0], 3).tolist() == [[0, 1, 0], [1, 0, 0]]
    with pytest.raises(ValueError, match="classes must lie from 0 to 1"):
        cornu.utils.to_categorical([2], 2)
    assert cornu.utils.normalize(np.array([[0.0, 0.0]])).tolist() == [[0, 0]]
    assert cornu.tree.flatten({"a": [1, 2]}) == [1, 2]
    with pytest.raises(ValueError, match="set_num_threads"):
        cornu.config.set_num_threads(0)
    with pytest.raises(ValueError, match="set_random_seed"):
        cornu.utils.set_random_seed(-1)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        cornu.nonsense
