"""All contenders train the same: the same network, from the same weights, to the same losses."""

import numpy as np
import pytest

import cornu
from benchmarks import agreement, arrays, keras_networks, keras_training
from benchmarks.workloads import WORKLOADS

SMALL = [
    "tabular",
    "wide_deep",
    "autoencoder",
    "mnist",
    "cnn_bn",
    "lstm",
    "embed_pool",
    "attention",
]


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_keras_program_has_the_parameters_of_the_workload(name):
    model = keras_networks.build(cornu, WORKLOADS[name])
    shapes = [variable.shape for variable in model.trainable_variables]
    assert sum(int(np.prod(shape)) for shape in shapes) == WORKLOADS[name].parameters


@pytest.mark.keras
@pytest.mark.parametrize("name", SMALL)
def test_fit_and_the_jax_loop_have_equal_losses(name):
    jax_loop = pytest.importorskip("benchmarks.jax_loop")
    workload = WORKLOADS[name].single_batch()
    data = arrays.load(workload)
    ours = keras_training.Training(cornu, workload, data).losses(3)
    theirs = jax_loop.Training(workload, data).losses(3)
    np.testing.assert_allclose(ours, theirs, rtol=2e-4)


def test_losses_that_are_apart_are_named():
    losses = {"tabular": {"cornu": [1.0, 0.9, 0.8], "jax": [1.0, 0.9, 0.6]}}
    assert agreement.disagreements(losses) == ["tabular: the losses before step 3 do not agree"]
    losses["tabular"]["jax"] = [1.001, 0.9, 0.8]
    assert agreement.disagreements(losses) == ["tabular: the losses before step 1 do not agree"]
    assert agreement.disagreements({"mnist": {"cornu": [2.3, 1.9, 1.8]}}) == []
