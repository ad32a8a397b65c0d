"""Every optimizer moves weights as Keras does, step by step, with each general option."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import optimizers

pytestmark = pytest.mark.keras

CASES = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True}),
    ("AdamW", {}),
    ("Nadam", {}),
    ("Adamax", {}),
    ("Adagrad", {}),
    ("Adadelta", {}),
    ("Ftrl", {"l1_regularization_strength": 0.01, "l2_regularization_strength": 0.02}),
    ("Ftrl", {"l2_shrinkage_regularization_strength": 0.1, "beta": 0.1}),
    ("Lion", {}),
    ("Adam", {"clipnorm": 0.5}),
    ("Adam", {"clipvalue": 0.1}),
    ("SGD", {"global_clipnorm": 0.3}),
    ("SGD", {"weight_decay": 0.1}),
    ("SGD", {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2}),
    ("Adam", {"loss_scale_factor": 4.0}),
]


def _gradients(step):
    rng = np.random.default_rng(step)
    return [rng.normal(size=(3, 4)).astype("float32"), rng.normal(size=(4,)).astype("float32")]


def _start():
    rng = np.random.default_rng(99)
    return [rng.normal(size=(3, 4)).astype("float32"), rng.normal(size=(4,)).astype("float32")]


@pytest.mark.parametrize(("name", "arguments"), CASES, ids=str)
def test_five_steps(quick_keras, name, arguments):
    rate = {"learning_rate": 0.05}
    theirs = getattr(quick_keras.optimizers, name)(**rate, **arguments)
    ours = getattr(optimizers, name)(**rate, **arguments)
    their_weights = [quick_keras.Variable(w, name=f"w{i}") for i, w in enumerate(_start())]
    our_weights = [cornu.Variable(w, name=f"w{i}") for i, w in enumerate(_start())]
    theirs.build(their_weights)
    ours.build(our_weights)
    for step in range(5):
        gradients = _gradients(step)
        theirs.apply(gradients, their_weights)
        ours.apply([cornu.ops.convert_to_tensor(g) for g in gradients], our_weights)
        for mine, expected in zip(our_weights, their_weights, strict=True):
            np.testing.assert_allclose(mine.numpy(), np.asarray(expected), rtol=2e-5, atol=2e-6)
    assert len(ours.variables) == len(theirs.variables)
    for mine, expected in zip(ours.variables, theirs.variables, strict=True):
        assert mine.shape == tuple(expected.shape), (mine.path, expected.path)
        np.testing.assert_allclose(mine.numpy(), np.asarray(expected), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("SGD", {}),
        ("Adam", {"weight_decay": 0.1}),
        ("Nadam", {}),
        ("SGD", {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2}),
    ],
    ids=str,
)
def test_gradient_accumulation(quick_keras, name, arguments):
    arguments = {"learning_rate": 0.1, "gradient_accumulation_steps": 3, **arguments}
    theirs = getattr(quick_keras.optimizers, name)(**arguments)
    ours = getattr(optimizers, name)(**arguments)
    their_weight, our_weight = quick_keras.Variable(_start()[0]), cornu.Variable(_start()[0])
    for step in range(7):
        gradient = _gradients(step)[0]
        theirs.apply([gradient], [their_weight])
        ours.apply([cornu.ops.convert_to_tensor(gradient)], [our_weight])
        np.testing.assert_allclose(our_weight.numpy(), np.asarray(their_weight), rtol=3e-5)


SCHEDULES = [
    ("ExponentialDecay", (0.1, 7, 0.9), {}),
    ("ExponentialDecay", (0.1, 7, 0.9), {"staircase": True}),
    ("InverseTimeDecay", (0.1, 7, 0.5), {}),
    ("PolynomialDecay", (0.1, 20), {"power": 2.0}),
    ("PolynomialDecay", (0.1, 8), {"cycle": True}),
    ("PiecewiseConstantDecay", ([5, 10], [0.1, 0.05, 0.01]), {}),
    ("CosineDecay", (0.1, 20), {"alpha": 0.1}),
    ("CosineDecay", (0.0, 20), {"warmup_target": 0.1, "warmup_steps": 5}),
    ("CosineDecayRestarts", (0.1, 6), {}),
    ("CosineDecayRestarts", (0.1, 6), {"t_mul": 1.0, "m_mul": 0.5}),
]


@pytest.mark.parametrize(("name", "positional", "named"), SCHEDULES, ids=str)
def test_schedules(quick_keras, name, positional, named):
    jax = pytest.importorskip("jax")
    theirs = getattr(quick_keras.optimizers.schedules, name)(*positional, **named)
    ours = getattr(optimizers.schedules, name)(*positional, **named)
    steps = np.arange(30)
    expected = jax.jit(jax.vmap(theirs))(steps)
    got = [float(ours(step)) for step in steps]
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-7)
    again = type(ours).from_config(ours.get_config())
    assert float(again(3)) == float(ours(3))


def test_learning_rate_can_be_read_and_set():
    optimizer = optimizers.SGD(0.5)
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate = 0.25
    assert float(optimizer.lr) == 0.25
    scheduled = optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 10, 0.5))
    assert float(scheduled.learning_rate) == pytest.approx(0.1)
    with pytest.raises(TypeError, match="from a schedule"):
        scheduled.learning_rate = 0.2


def test_config_round_trip_with_a_schedule():
    optimizer = optimizers.Adam(optimizers.schedules.ExponentialDecay(0.1, 10, 0.5), beta_1=0.8)
    again = optimizers.Adam.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="Did you mean 'adam'"):
        optimizers.get("adamm")
    with pytest.raises(ValueError, match="only one of clipnorm"):
        optimizers.SGD(clipnorm=1.0, clipvalue=1.0)
    with pytest.raises(TypeError, match="unknown argument 'learnin_rate'"):
        optimizers.SGD(learnin_rate=1.0)
    with pytest.raises(ValueError, match="no variable has a gradient"):
        optimizers.SGD().apply([None], [cornu.Variable(1.0)])


def test_old_spellings():
    assert float(optimizers.SGD(lr=0.3).learning_rate) == pytest.approx(0.3)
    decaying = optimizers.SGD(learning_rate=1.0, decay=1.0)
    weight = cornu.Variable(10.0)
    decaying.apply([cornu.ops.convert_to_tensor(1.0)], [weight])
    decaying.apply([cornu.ops.convert_to_tensor(1.0)], [weight])
    assert float(weight) == pytest.approx(10.0 - 1.0 - 0.5)


def test_weights_that_join_later_get_their_state():
    first, second = cornu.Variable(1.0), cornu.Variable(1.0)
    optimizer = optimizers.Adam(0.1)
    optimizer.apply([cornu.ops.convert_to_tensor(1.0)], [first])
    optimizer.apply([cornu.ops.convert_to_tensor(1.0)] * 2, [first, second])
    assert float(second) < 1.0
