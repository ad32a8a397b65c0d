"""What every test shares: repeatable random numbers, and the folder of real data if there is one."""

from __future__ import annotations

import os
import random
import warnings
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _seeded():
    """Each test starts from the same random state, whatever ran before it."""
    random.seed(1234)
    np.random.seed(1234)  # noqa: TID251 (cornu's shuffles draw from this generator)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1234)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with real data sets: `CORNU_TEST_DATA`, or shared/data beside the checkout."""
    candidates = [os.environ.get("CORNU_TEST_DATA"), ROOT.parent / "shared" / "data"]
    for candidate in candidates:
        if candidate and Path(candidate).is_dir():
            return Path(candidate)
    pytest.skip("needs real data sets: set CORNU_TEST_DATA to a folder that holds mnist.npz, ...")


@pytest.fixture(scope="session")
def keras():
    """The real Keras on JAX, the oracle of the comparison tests."""
    os.environ["KERAS_BACKEND"] = "jax"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("keras")


@pytest.fixture
def quick_keras(keras):
    """Keras whose steps compile without optimizations: sooner done when only a few are run."""
    config = pytest.importorskip("jax").config
    config.update("jax_disable_most_optimizations", True)
    yield keras
    config.update("jax_disable_most_optimizations", False)
