"""LossScaleOptimizer: scales, skips and grows as Keras's does."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from tests.engines import engine as engine

import cornu
from cornu import ops
from cornu.optimizers import SGD, Adam, LossScaleOptimizer

GRADIENTS = [1.0, 2.0, np.inf, 3.0, 4.0, 5.0, np.nan, -1.0]


def apply_stateless(optimizer, gradient, variable):
    """Keras on JAX applies a LossScaleOptimizer only this way."""
    weights, state = optimizer.stateless_apply(
        [state.value for state in optimizer.variables], [gradient], [variable.value]
    )
    variable.assign(weights[0])
    for old, new in zip(optimizer.variables, state, strict=True):
        old.assign(new)


def run(optimizer, variable, apply):
    rows = []
    for gradient in GRADIENTS:
        scaled = float(np.asarray(optimizer.scale_loss(1.0))) * np.array([gradient, 1.0], "float32")
        apply(optimizer, scaled, variable)
        rows.append(
            [
                *np.asarray(variable), float(np.asarray(optimizer.dynamic_scale)),
                float(np.asarray(optimizer.step_counter)), float(np.asarray(optimizer.iterations)),
            ]
        )  # fmt: skip
    return np.array(rows)


@pytest.mark.keras
@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_steps_are_those_of_keras(keras, engine, name):
    def apply(optimizer, gradient, variable):
        optimizer.apply([ops.convert_to_tensor(gradient)], [variable])

    found = []
    for room, step in ((keras, apply_stateless), (cornu, apply)):
        inner = getattr(room.optimizers, name)(0.125)
        optimizer = room.optimizers.LossScaleOptimizer(
            inner, initial_scale=64.0, dynamic_growth_steps=2
        )
        variable = room.Variable(np.array([1.0, 2.0], np.float32))
        optimizer.build([variable])
        found.append(run(optimizer, variable, step))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6)
    assert set(found[1][:, 2]) == {64.0, 128.0}


def test_mixed_float16_scales_the_loss(engine, tmp_path):
    cornu.config.set_dtype_policy("mixed_float16")
    try:
        model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(1, dtype="float32")])
        model.compile("adam", "mse")
        assert isinstance(model.optimizer, LossScaleOptimizer)
        assert isinstance(model.optimizer.inner_optimizer, Adam)
        x = np.linspace(-1, 1, 64).reshape(16, 4)
        history = model.fit(x, x[:, :1], epochs=3, batch_size=4, verbose=0)
        assert history.history["loss"][2] < history.history["loss"][0]
        assert int(model.optimizer.iterations) == 12
        plain = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(1)])
        plain.compile("adam", "mse", auto_scale_loss=False)
        assert isinstance(plain.optimizer, Adam)
        model.save(tmp_path / "m.keras")
        loaded = cornu.models.load_model(tmp_path / "m.keras")
    finally:
        cornu.config.set_dtype_policy("float32")
    assert isinstance(loaded.optimizer, LossScaleOptimizer)
    for mine, theirs in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())


@pytest.mark.keras
def test_files_are_those_of_keras(keras, tmp_path):
    keys = []
    for room, name in ((keras, "keras"), (cornu, "cornu")):
        model = room.Sequential([room.Input((2,)), room.layers.Dense(1)])
        model.compile(room.optimizers.LossScaleOptimizer(room.optimizers.Adam()), "mse")
        model.optimizer.build(model.trainable_variables)
        path = str(tmp_path / f"{name}.weights.h5")
        model.save_weights(path)
        with h5py.File(path) as file:
            found = {}
            file.visititems(
                lambda key, item, found=found: (
                    found.update({key: item.shape}) if hasattr(item, "shape") else None
                )
            )
        keys.append(found)
    assert keys[1] == keys[0]


def test_keras_2_loops(engine):
    weight = cornu.Variable([1.0])
    optimizer = LossScaleOptimizer(SGD(0.5), initial_scale=16.0)
    with cornu.GradientTape() as tape:
        scaled = optimizer.get_scaled_loss(ops.sum(weight * 3.0))
    gradients = optimizer.get_unscaled_gradients(tape.gradient(scaled, [weight]))
    assert float(gradients[0][0]) == 3.0
    optimizer.apply_gradients(zip(gradients, [weight]))
    assert weight.numpy().tolist() == [-0.5]
    assert cornu.mixed_precision.LossScaleOptimizer is LossScaleOptimizer


def test_configuration_and_learning_rate():
    optimizer = LossScaleOptimizer(Adam(0.25), initial_scale=4.0, dynamic_growth_steps=7, name="s")
    optimizer.learning_rate = 0.5
    again = cornu.optimizers.deserialize(cornu.optimizers.serialize(optimizer))
    assert (again.name, again.initial_scale, again.dynamic_growth_steps) == ("s", 4.0, 7)
    assert float(again.inner_optimizer.learning_rate) == 0.5


def test_mistakes_are_named():
    with pytest.raises(TypeError, match="optimizer object"):
        LossScaleOptimizer("adam")
    with pytest.raises(TypeError, match="already"):
        LossScaleOptimizer(LossScaleOptimizer(SGD()))
    with pytest.raises(ValueError, match="loss_scale_factor"):
        LossScaleOptimizer(SGD(), dynamic=False)
    with pytest.raises(ValueError, match="'clipnorm'; give it to inner_optimizer"):
        LossScaleOptimizer(SGD(), clipnorm=1.0)
    LossScaleOptimizer(SGD(), use_ema=False, clipnorm=None)
