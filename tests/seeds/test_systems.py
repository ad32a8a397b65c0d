"""The systems and tools around the course (rows 1 to 23)."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from tests.seeds.documents import corrected, fenced, run
from tests.seeds.networks import cifar10_network

import cornu
import cornu as keras
import cornu.tf as tf
from cornu import layers


def test_row_001_tensorflow_from_data_to_a_deployed_model(digits, tmp_path):
    (x, y), (x_test, y_test) = digits
    data = (x - x.mean(0)) / (x.std(0) + 0.1)
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(32, "relu"), tf.keras.layers.Dense(10, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(data, y, epochs=4, verbose=0)
    model.save(tmp_path / "model.keras")
    script = (
        "import sys, numpy as np, cornu\n"
        "model = cornu.models.load_model(sys.argv[1])\n"
        "print(model.predict(np.load(sys.argv[2]), verbose=0).argmax(1).tolist())\n"
    )
    rows = (x_test[:20] - x.mean(0)) / (x.std(0) + 0.1)
    np.save(tmp_path / "rows.npy", rows)
    command = [sys.executable, "-c", script, tmp_path / "model.keras", tmp_path / "rows.npy"]
    elsewhere = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert json.loads(elsewhere) == model.predict(rows, verbose=0).argmax(1).tolist()
    assert np.mean(np.array(json.loads(elsewhere)) == y_test[:20]) > 0.7


def test_row_002_keras_with_several_backends():
    """One model, the same numbers on both engines."""
    script = (
        "import numpy as np, cornu as keras\n"
        "from cornu.core import engine\n"
        "engine.set_engine(__import__('sys').argv[1])\n"
        "keras.utils.set_random_seed(1)\n"
        "model = keras.Sequential([keras.layers.Dense(4, 'tanh'), keras.layers.Dense(1)])\n"
        "model.compile('adam', 'mse')\n"
        "x = np.linspace(-1, 1, 12).reshape(6, 2)\n"
        "print(model.fit(x, x[:, :1], epochs=2, verbose=0).history['loss'])\n"
    )

    def losses(name):
        command = [sys.executable, "-c", script, name]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return json.loads(shown)

    assert losses("native") == pytest.approx(losses("reference"), rel=1e-5)


def test_row_003_stand_alone_package():
    from cornu.datasets import mnist
    from cornu.layers import Dense, Dropout
    from cornu.models import Sequential
    from cornu.optimizers import Adam, RMSprop

    model = Sequential([Dense(3), Dropout(0.2)])
    for optimizer in (RMSprop(), Adam()):
        model.compile(optimizer=optimizer, loss="mse")
    assert callable(mnist.load_data)


def test_row_004_tf_keras():
    from cornu.tf import keras as tf_keras
    from cornu.tf.keras.models import Sequential

    assert tf_keras is tf.keras
    assert Sequential is tf.keras.Sequential
    assert issubclass(Sequential, cornu.Model)
    assert tf.__version__ >= "2.4"
    assert tf.__version__.startswith("2")


def test_row_006_slides_with_cells_of_code():
    """A slide as the documents have them: prose, and cells between lines of backticks."""
    slide = (
        "Training\n\n```\nimport keras\nmodel = keras.Sequential([keras.layers.Dense(#units)])\n```\n"
        "then\n```\n%matplotlib inline\nmodel.build((None, 2))\n```\n"
    )
    first, second = fenced(slide)
    names = {}
    run(corrected(first, ("#units", "3")), names)
    run(corrected(second), names)
    assert names["model"].count_params() == 9


def test_row_008_numpy_both_ways():
    array = np.arange(6.0).reshape(2, 3)
    tensor = tf.constant(array)
    np.testing.assert_array_equal(tensor.numpy(), array)
    np.testing.assert_array_equal(np.asarray(tensor), array)
    np.testing.assert_array_equal(np.multiply(tensor, 2), 2 * array)
    np.testing.assert_array_equal(tf.multiply(array, 2).numpy(), 2 * array)


def test_row_009_matplotlib(tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    drawn = axes.plot(tf.range(4), tf.square([0.0, 1.0, 2.0, 3.0]))
    assert drawn[0].get_ydata().tolist() == [0, 1, 4, 9]
    axes.imshow(tf.ones((4, 4)))
    figure.savefig(tmp_path / "figure.png")
    plt.close(figure)
    assert (tmp_path / "figure.png").stat().st_size > 1000


def test_row_010_pandas(line):
    pd = pytest.importorskip("pandas")
    model = keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    frame = pd.DataFrame(model.fit(*line, epochs=3, verbose=0).history)
    assert frame.shape == (3, 2)
    assert list(frame.columns) == ["loss", "mae"]


def test_row_011_scikit_learn(digits):
    scores = pytest.importorskip("sklearn.metrics")
    from sklearn.preprocessing import StandardScaler

    (x, y), (x_test, y_test) = digits
    scaler = StandardScaler().fit(x)
    model = keras.Sequential([layers.Dense(10, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(scaler.transform(x), y, epochs=6, verbose=0)
    said = model.predict(scaler.transform(x_test), verbose=0).argmax(1)
    accuracy = model.evaluate(scaler.transform(x_test), y_test, verbose=0)[1]
    assert scores.accuracy_score(y_test, said) == pytest.approx(accuracy, rel=1e-6)


def test_row_013_notebooks(tmp_path):
    """A notebook is cells of JSON, run one after another in one namespace."""
    cells = [
        "import cornu as keras\nimport numpy as np",
        "model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])",
        "model.compile('sgd', 'mse')\nhistory = model.fit(np.ones((4, 2)), np.ones(4), verbose=0)",
    ]
    document = {"cells": [{"cell_type": "code", "source": cell.split("\n")} for cell in cells]}
    (tmp_path / "lesson.ipynb").write_text(json.dumps(document))
    names = {}
    for cell in json.loads((tmp_path / "lesson.ipynb").read_text())["cells"]:
        exec("\n".join(cell["source"]), names)
    assert len(names["history"].history["loss"]) == 1


def test_row_014_programs_for_a_gpu_run_on_the_processor():
    assert tf.config.list_physical_devices("GPU") == []
    assert len(tf.config.list_physical_devices("CPU")) == 1
    with tf.device("/GPU:0"):
        assert float(tf.reduce_sum(tf.ones((2, 2)))) == 4


def test_row_015_float16_for_tensor_processors():
    assert tf.config.list_physical_devices("TPU") == []
    small = tf.cast(tf.constant([[1.0, 2.0]]), tf.float16)
    assert (small @ tf.transpose(small)).numpy().tolist() == [[5]]
    layer = layers.Dense(3, dtype="mixed_float16")
    assert layer(np.ones((1, 2), "float32")).dtype == "float16"
    assert layer.kernel.dtype == "float32"


def test_row_020_ascii_picture():
    lines = keras.utils.sequential_ascii(cifar10_network()).splitlines()
    head = lines[0].split("  ")
    assert [part.strip() for part in head if part.strip()] == [
        "OPERATION", "DATA DIMENSIONS", "WEIGHTS (N)", "WEIGHTS (%)",
    ]  # fmt: skip
    weights = [re.findall(r"(\d+)\s+(\d+\.\d)%", line) for line in lines[1:]]
    found = [tuple(pair[0]) for pair in weights if pair]
    assert [pair for pair in found if pair[0] != "0"] == [
        ("896", "0.0"), ("9248", "0.0"), ("18496", "1.0"), ("36928", "2.0"),
        ("1180160", "94.0"), ("5130", "0.0"),
    ]  # fmt: skip
    assert lines[-1].split()[:2] == ["softmax", "#####"]
