"""Every activation gives Keras's values and derivatives, at kinks, far out and in between."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import activations

NAMES = [
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu",
    "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6",
    "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus",
    "sparse_sigmoid", "sparsemax", "squareplus", "tanh", "tanh_shrink",
]  # fmt: skip
ARGUMENTS = [
    ("celu", {"alpha": 0.5}),
    ("elu", {"alpha": 0.7}),
    ("gelu", {"approximate": True}),
    ("leaky_relu", {"negative_slope": 0.1}),
    ("relu", {"negative_slope": 0.2, "max_value": 3.0, "threshold": 1.0}),
    ("softmax", {"axis": 0}),
    ("log_softmax", {"axis": 0}),
    ("threshold", {"threshold": 0.3, "default_value": -1.0}),
]
# Keras's sparsemax does not sum to one where all scores are negative.
CASES = [(name, {}) for name in NAMES if name != "sparsemax"] + ARGUMENTS


def _points():
    x = np.array([-30, -3.5, -2.5, -1.2, -0.6, -1e-3, 1e-3, 0.4, 0.9, 1.7, 2.6, 30], np.float32)
    return x.reshape(2, 6)


@pytest.fixture(scope="module")
def expected(keras):
    """Values and derivatives of all cases, from one compilation."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_disable_most_optimizations", True)
    weights = np.linspace(0.5, 1.5, 12, dtype=np.float32)

    def all_cases(x):
        found = []
        for name, arguments in CASES:
            function = getattr(keras.activations, name)

            def weighted(x, function=function, arguments=arguments):
                y = function(x, **arguments)
                return (y.reshape(-1) * weights[: y.size]).sum(), y

            (_, y), slope = jax.value_and_grad(weighted, has_aux=True)(x)
            found.append((y, slope))
        return found

    found = jax.jit(all_cases)(_points())
    jax.config.update("jax_disable_most_optimizations", False)
    return found


@pytest.mark.keras
@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: str(CASES[number]))
def test_value_and_derivative(expected, number):
    name, arguments = CASES[number]
    x = cornu.Variable(_points())
    with cornu.GradientTape() as tape:
        y = getattr(activations, name)(x.value, **arguments)
        weights = np.linspace(0.5, 1.5, 12, dtype=np.float32)[: y.size].reshape(y.shape)
        total = cornu.ops.sum(y * weights)
    value, slope = expected[number]
    np.testing.assert_allclose(y.numpy(), value, rtol=2e-5, atol=2e-6)
    np.testing.assert_allclose(tape.gradient(total, x).numpy(), slope, rtol=2e-4, atol=2e-5)


def test_sparsemax_is_a_projection():
    y = activations.sparsemax(np.array([[-3.0, -0.6, -0.001], [1.0, 1.2, 1.4]], np.float32))
    np.testing.assert_allclose(y.numpy(), [[0, 0.2005, 0.7995], [2 / 15, 1 / 3, 8 / 15]], rtol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    assert activations.get(name) is getattr(activations, name)
    assert activations.deserialize(activations.serialize(getattr(activations, name))) is getattr(
        activations, name
    )


def test_none_is_linear():
    assert activations.get(None) is activations.linear


def test_a_users_function_and_a_layer_are_activations():
    def cube(x):
        return x**3

    assert activations.get(cube) is cube
    assert float(cornu.layers.Dense(1, activation=cube, kernel_initializer="ones")([[2.0]])) == 8.0


def test_unknown_names_get_a_suggestion():
    with pytest.raises(ValueError, match="Did you mean 'sigmoid'"):
        activations.get("sigmoyd")
    with pytest.raises(ValueError, match="3"):
        activations.get(3)
