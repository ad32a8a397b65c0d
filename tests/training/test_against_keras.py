"""Whole trainings follow the same trainings in Keras on JAX: curves, weights, names, order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.training.programs import PROGRAMS

import cornu

pytestmark = pytest.mark.keras


def _compare(ours: Any, theirs: Any, where: str) -> None:
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs), f"{where}: {list(ours)} against {list(theirs)}"
        for key, expected in theirs.items():
            _compare(ours[key], expected, f"{where}: {key}")
    elif isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs), f"{where}: {ours} against {theirs}"
        for place, expected in enumerate(theirs):
            _compare(ours[place], expected, f"{where}[{place}]")
    elif isinstance(theirs, str):
        assert ours == theirs, where
    else:
        expected = np.asarray(theirs)
        assert np.shape(ours) == expected.shape, where
        np.testing.assert_allclose(np.asarray(ours), expected, rtol=1e-4, atol=2e-6, err_msg=where)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_same_training(program, quick_keras):
    quick_keras.utils.set_random_seed(7)
    theirs = program(quick_keras)
    cornu.utils.set_random_seed(7)
    _compare(program(cornu), theirs, program.__name__)
