"""Files that cornu has written load in Keras, and the other way round, optimizers included."""

from __future__ import annotations

import numpy as np
import pytest
from tests.saving.zoo import MODELS

import cornu

NAMES = ("m.keras", "m.h5", "m.weights.h5")


def _predictions(model, x):
    outputs = model(x)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [np.asarray(output) for output in outputs]


def _step(k, model, x, y):
    """One step of the optimizer, with gradients that need no compiled training step."""
    model.optimizer.build(model.trainable_variables)
    rng = np.random.default_rng(5)
    gradients = [k.ops.convert_to_tensor(rng.normal(size=v.shape).astype("f"))
                 for v in model.trainable_variables]  # fmt: skip
    model.optimizer.apply(gradients, model.trainable_variables)


def _same(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


@pytest.mark.keras
@pytest.mark.parametrize("direction", ["to_keras", "from_keras"])
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore")
def test_files_of_both_directions(keras, tmp_path, name, direction):
    source, target = (cornu, keras) if direction == "to_keras" else (keras, cornu)
    model, x, y = MODELS[name](source)
    _step(source, model, x, y)
    expected = _predictions(model, x)
    for file in NAMES:
        path = str(tmp_path / file)
        if file == "m.weights.h5":
            model.save_weights(path)
            again, _, _ = MODELS[name](target)
            again.optimizer.build(again.trainable_variables)
            again.load_weights(path)
        else:
            model.save(path)
            again = target.models.load_model(path)
        for one, other in zip(_predictions(again, x), expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=2e-5, atol=2e-6)
        assert again.compiled_loss is not None if target is cornu else again.compiled
        if not (target is keras and file == "m.h5"):  # Keras loses the slots of .h5 files
            _same([v.numpy() for v in again.optimizer.variables]
                  if target is cornu else again.optimizer.variables,
                  model.optimizer.variables)  # fmt: skip


@pytest.mark.keras
def test_a_folder_loads_in_keras(keras, tmp_path):
    model, x, _ = MODELS["dense"](cornu)
    model.save(str(tmp_path / "net"))
    again = keras.models.load_model(str(tmp_path / "net"))
    np.testing.assert_allclose(_predictions(again, x)[0], _predictions(model, x)[0], rtol=2e-5)
