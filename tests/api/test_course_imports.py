"""The import lines of course notebooks, with the package's name replaced, import.

The table of lines is not part of the repository: without it these tests are skipped.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import cornu

TABLE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "api_imports.csv"
# What cornu does not have; asking for it must say so.
HONEST = (NotImplementedError, ImportError)


def lines() -> list[tuple[str, int]]:
    """Import lines of Keras and TensorFlow as programs for cornu write them, and how many do."""
    if not TABLE.is_file():
        return []
    found = []
    with TABLE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            line, replaced = re.subn(
                r"^(from|import) tensorflow\b", r"\1 cornu.tf", row["import_statement"]
            )
            if not replaced:
                line, replaced = re.subn(r"^(from|import) keras\b", r"\1 cornu", line)
            if replaced:
                found.append((line, int(row["notebooks"])))
    return found


@pytest.mark.skipif(not TABLE.is_file(), reason="the table of import lines is not there")
def test_import_lines_of_courses_import(record_property):
    total = imported = 0
    refused = {}
    for line, notebooks in lines():
        total += notebooks
        try:
            exec(line, {})
        except HONEST as error:
            refused[line] = str(error)
        else:
            imported += notebooks
    share = imported / total
    record_property("share", share)
    silent = [line for line, text in refused.items() if len(text) < 20]
    assert silent == []
    assert share > 0.93, "\n".join(f"{line}: {text}" for line, text in refused.items())


OLD = """
from cornu.layers.advanced_activations import LeakyReLU
from cornu.layers.convolutional import Conv2D, MaxPooling2D, UpSampling2D
from cornu.layers.core import Activation, Dense, Dropout, Flatten
from cornu.layers.embeddings import Embedding
from cornu.layers.experimental import preprocessing
from cornu.layers.experimental.preprocessing import Rescaling
from cornu.layers.merge import add, concatenate
from cornu.layers.noise import GaussianNoise
from cornu.layers.normalization import BatchNormalization
from cornu.layers.pooling import GlobalAveragePooling2D
from cornu.layers.recurrent import GRU, LSTM
from cornu.layers.wrappers import Bidirectional, TimeDistributed
from cornu.engine.topology import Layer
from cornu.engine.training import Model
from cornu.objectives import mean_squared_error
from cornu.callbacks.callbacks import EarlyStopping
from cornu.optimizers.legacy import SGD
from cornu.utils.np_utils import to_categorical
from cornu.utils.generic_utils import Progbar
from cornu.mixed_precision import experimental
from cornu.tf.keras.layers import Dense
from cornu.tf.keras.layers.core import Dense
from cornu.tf.keras.models import Sequential
from cornu.tf.keras.optimizers.schedules import ExponentialDecay
from cornu.tf.keras.optimizers.experimental import AdamW
import cornu.tf.keras.backend as K
import cornu.tf.keras.layers as layers
"""


@pytest.mark.parametrize("line", OLD.strip().splitlines())
def test_old_paths_import(line):
    exec(line, {})


def test_an_old_path_gives_the_same_objects():
    """No file is loaded a second time under another name."""
    from cornu.layers.convolutional import Conv2D
    from cornu.tf.keras.layers.core.dense import Dense
    from cornu.tf.keras.optimizers.schedules import ExponentialDecay

    assert Conv2D is cornu.layers.Conv2D
    assert Dense is cornu.layers.Dense
    assert ExponentialDecay is cornu.optimizers.schedules.ExponentialDecay
    assert cornu.layers.experimental.preprocessing.Rescaling is cornu.layers.Rescaling
    assert cornu.utils.np_utils.to_categorical is cornu.utils.to_categorical


def test_ready_made_networks_say_that_they_are_missing():
    with pytest.raises(NotImplementedError, match=r"VGG16.*load_weights"):
        from cornu.applications.vgg16 import VGG16  # noqa: F401
    with pytest.raises(NotImplementedError, match="ResNet50"):
        cornu.applications.ResNet50()


def test_a_module_that_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError):
        import cornu.layers.nonsense  # noqa: F401
