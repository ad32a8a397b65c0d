"""Initializers draw the numbers that Keras on JAX draws from the same seed."""

from __future__ import annotations

import random

import numpy as np
import pytest

from cornu import initializers

pytestmark = pytest.mark.keras

EXACT = ["GlorotUniform", "HeUniform", "LecunUniform", "RandomUniform"]
CLOSE = ["GlorotNormal", "HeNormal", "LecunNormal", "RandomNormal", "TruncatedNormal"]


@pytest.fixture
def optimized(keras):
    """Keras as its users run it: XLA's optimizations round `unit * range + low` once, not twice."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_disable_most_optimizations", False)
    jax.clear_caches()
    yield keras
    jax.config.update("jax_disable_most_optimizations", True)
    jax.clear_caches()


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("shape", [(5, 7), (3, 3, 2, 4), (11,)])
def test_uniform_ones_are_bit_equal(optimized, name, shape):
    expected = np.asarray(getattr(optimized.initializers, name)(seed=42)(shape))
    np.testing.assert_array_equal(getattr(initializers, name)(seed=42)(shape).numpy(), expected)


@pytest.mark.parametrize("name", CLOSE)
@pytest.mark.parametrize("shape", [(5, 7), (3, 3, 2, 4)])
def test_normal_ones_agree(keras, name, shape):
    expected = np.asarray(getattr(keras.initializers, name)(seed=7)(shape))
    got = getattr(initializers, name)(seed=7)(shape).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6), (2, 3, 4)])
def test_orthogonal(keras, shape):
    expected = np.asarray(keras.initializers.Orthogonal(seed=3)(shape))
    got = initializers.Orthogonal(seed=3)(shape).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


def test_axes_of_inputs_and_outputs(keras):
    arguments = {"seed": 3, "input_axes": [0], "output_axes": [1, 2]}
    expected = keras.initializers.GlorotUniform(**arguments)
    ours = initializers.GlorotUniform.from_config(expected.get_config())
    got, wanted = ours((4, 3, 5)).numpy(), np.asarray(expected((4, 3, 5)))
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-7)
    assert ours.get_config() == expected.get_config()
    plain = keras.initializers.HeNormal(seed=1).get_config()
    assert initializers.HeNormal.from_config(plain).get_config() == {"seed": 1}


def test_constants(keras):
    assert initializers.Constant(2.5)((2, 2)).tolist() == [[2.5, 2.5], [2.5, 2.5]]
    assert initializers.Identity(gain=3.0)((2, 2)).tolist() == [[3.0, 0.0], [0.0, 3.0]]
    assert initializers.get("zeros")((2,)).tolist() == [0.0, 0.0]


def test_python_seed_makes_unseeded_ones_repeat():

    random.seed(5)
    first = initializers.GlorotUniform()((3, 3)).numpy()
    random.seed(5)
    np.testing.assert_array_equal(initializers.GlorotUniform()((3, 3)).numpy(), first)


@pytest.mark.parametrize("name", [*EXACT, *CLOSE, "Orthogonal", "VarianceScaling"])
def test_config_round_trip(name):
    made = getattr(initializers, name)(seed=9)
    again = type(made).from_config(made.get_config())
    np.testing.assert_array_equal(again((4, 4)).numpy(), made((4, 4)).numpy())


def test_unknown_names_get_a_suggestion():
    with pytest.raises(ValueError, match="Did you mean 'he_normal'"):
        initializers.get("he_norml")
