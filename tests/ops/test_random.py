"""Random numbers follow the rules of Keras on JAX, so that equal seeds give equal trainings."""

from __future__ import annotations

import random as python_random

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.core import keys
from cornu.core.engine import current_engine
from cornu.core.graph import capture
from cornu.core.primitive import Spec
from cornu.ops import random
from cornu.ops.seeds import split_key


@pytest.mark.keras
@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 1.0), (0.0, 3.0), (-0.05, 0.05), (-1.0, 1.0), (2.0, 5.5), (-0.3, 0.7)]
)
def test_uniform_numbers(keras, low, high):
    """Bit by bit the rule of JAX, scaled by a fused multiply-add as its compiler does it."""
    mine = random.uniform((101, 37), low, high, seed=42).numpy()
    bits = keys.random_bits(np.array([42, 0], np.uint32), (101, 37))
    unit = ((bits >> np.uint32(9)) | np.uint32(0x3F800000)).view(np.float32) - np.float32(1)
    least, most = np.float32(low), np.float32(high)
    fused = unit.astype("float64") * np.float64(most - least) + np.float64(least)
    rule = np.maximum(fused.astype("float32"), least)
    assert (mine.view(np.uint32) == rule.view(np.uint32)).all()
    # Whether JAX fuses depends on its compiler's settings; the last bit may differ.
    real = np.asarray(keras.random.uniform((101, 37), low, high, seed=42))
    np.testing.assert_allclose(mine, real, rtol=0, atol=1.2e-7 * max(abs(low), abs(high)))


@pytest.mark.keras
@pytest.mark.parametrize("rate", [0.1, 0.2, 0.25, 0.5, 0.9])
def test_dropout_is_bit_equal(keras, rate):
    x = np.random.default_rng(0).normal(size=(64, 33)).astype("float32")
    mine = random.dropout(x, rate, seed=7).numpy()
    real = np.asarray(keras.random.dropout(x, rate, seed=7))
    assert (mine == real).all()


@pytest.mark.keras
def test_dropout_with_noise_shape(keras):
    x = np.ones((6, 5, 4), "float32")
    mine = random.dropout(x, 0.5, noise_shape=(None, 1, None), seed=3).numpy()
    real = np.asarray(keras.random.dropout(x, 0.5, noise_shape=(None, 1, None), seed=3))
    assert (mine == real).all()


@pytest.mark.keras
@pytest.mark.parametrize("name", ["normal", "truncated_normal"])
def test_normal_numbers_agree_to_rounding(keras, name):
    mine = getattr(random, name)((200, 50), 0.5, 2.0, seed=11).numpy()
    real = np.asarray(getattr(keras.random, name)((200, 50), 0.5, 2.0, seed=11))
    np.testing.assert_allclose(mine, real, rtol=1e-6, atol=1e-6)


@pytest.mark.keras
@pytest.mark.parametrize(("low", "high"), [(0, 10), (-5, 6), (0, 1), (0, 70000), (-7, 2**31 - 1)])
def test_whole_numbers_are_equal(keras, low, high):
    mine = random.randint((500,), low, high, seed=5).numpy()
    assert (mine == np.asarray(keras.random.randint((500,), low, high, seed=5))).all()


@pytest.mark.keras
@pytest.mark.parametrize(("shape", "axis"), [((100,), 0), ((7, 5), 0), ((7, 5), 1), ((2000,), 0)])
def test_shuffles_are_equal(keras, shape, axis):
    x = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    mine = random.shuffle(x, axis=axis, seed=9).numpy()
    assert (mine == np.asarray(keras.random.shuffle(x, axis=axis, seed=9))).all()


@pytest.mark.keras
def test_categories_are_equal(keras):
    logits = np.random.default_rng(0).normal(size=(8, 5)).astype("float32")
    mine = random.categorical(logits, 40, seed=13).numpy()
    assert (mine == np.asarray(keras.random.categorical(logits, 40, seed=13))).all()


@pytest.mark.keras
def test_generators_walk_through_the_same_states(keras):
    ours, theirs = random.SeedGenerator(2024), keras.random.SeedGenerator(2024)
    for ordered in (True, True, False, True, False, False):
        mine = ours.next(ordered=ordered).numpy()
        assert (mine == np.asarray(theirs.next(ordered=ordered))).all()


@pytest.mark.keras
def test_draws_without_a_seed_follow_set_random_seed(keras):
    keras.utils.set_random_seed(3)
    real = [np.asarray(keras.random.uniform((4,))) for _ in range(3)]
    cornu.utils.set_random_seed(3)
    mine = [random.uniform((4,)).numpy() for _ in range(3)]
    assert all((a == b).all() for a, b in zip(mine, real, strict=True))


def test_seeds_repeat_and_generators_do_not():
    assert (random.normal((5,), seed=1).numpy() == random.normal((5,), seed=1).numpy()).all()
    generator = random.SeedGenerator(1)
    first, second = (random.normal((5,), seed=generator).numpy() for _ in range(2))
    assert (first != second).all()


def test_default_seeds_come_from_python():
    python_random.seed(0)
    first = random.SeedGenerator().state.numpy()
    python_random.seed(0)
    assert (random.SeedGenerator().state.numpy() == first).all()


def test_a_key_splits_alike_inside_a_graph():
    key = ops.convert_to_tensor(np.array([123, 456], np.uint32))
    graph, _ = capture(lambda key: split_key(key), Spec((2,), "uint32"))
    inside = current_engine().compile(graph).run([key.numpy()])
    outside = split_key(key)
    for a, b in zip(inside, outside, strict=True):
        assert (np.asarray(current_engine().to_numpy(a)) == b.numpy()).all()


def test_dropout_edges():
    x = np.ones((3,), "float32")
    assert random.dropout(x, 0.0).tolist() == [1, 1, 1]
    assert random.dropout(x, 1.0).tolist() == [0, 0, 0]


def test_float64_uses_more_bits():
    numbers = random.uniform((1000,), dtype="float64", seed=1).numpy()
    assert numbers.dtype == np.float64
    assert (numbers != numbers.astype("float32")).any()
    assert 0 <= numbers.min() < numbers.max() < 1


@pytest.mark.parametrize("alpha", [0.4, 1.0, 6.0])
def test_gamma_has_its_mean_and_variance(alpha):
    sample = random.gamma((20000,), alpha, seed=1).numpy()
    assert abs(sample.mean() - alpha) < 0.05 * max(alpha, 1)
    assert abs(sample.var() - alpha) < 0.1 * max(alpha, 1)


def test_beta_and_binomial_have_their_means():
    assert abs(random.beta((20000,), 2.0, 6.0, seed=1).numpy().mean() - 0.25) < 0.01
    assert abs(random.binomial((20000,), 10.0, 0.3, seed=1).numpy().mean() - 3.0) < 0.05


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="uniform: dtype must be a float one; got int32"):
        random.uniform((2,), dtype="int32")
    with pytest.raises(ValueError, match="seed must be an int, a SeedGenerator or None"):
        random.normal((2,), seed="abc")
    with pytest.raises(ValueError, match="SeedGenerator: the seed must be an int"):
        random.SeedGenerator("abc")
