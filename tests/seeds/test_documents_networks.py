"""The documents on Keras's networks (003 and 004), cell by cell, with only the import lines changed.

What a document gets wrong (a lost bracket, a name that does not exist, `...` for arguments) is put
right here, after the test has seen it fail as it fails in TensorFlow.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.seeds.documents import cell_with, corrected, fenced, piece, read, run, tf_keras
from tests.seeds.networks import cifar10_network

import cornu.tf as tf

# ------------------------------------------------------------------------ the fourth document (003)


def tutorial():
    """The cells of the MNIST tutorial in order; tables that are no code are left out."""
    blocks = fenced(read("003"))
    return [block for block in blocks if not re.search(r"params:|OPERATION|^Usage|\[ \[", block)]


def run_tutorial(names, shortened=False, package="cornu.tf.keras"):
    for cell in tutorial():
        changes = [("epochs = 10", "epochs = 2")] if shortened and "epochs = 10" in cell else []
        run(corrected(cell, *changes, package=package), names)
        if shortened and "to_categorical" in cell:
            rows = {"x_train": 5000, "y_train": 5000, "x_test": 2000, "y_test": 2000}
            names.update({name: names[name][:count] for name, count in rows.items()})


@pytest.fixture
def mnist_home(data_folder, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("CORNU_DATA_HOME", str(data_folder))


@pytest.mark.parametrize("package", ["cornu", "cornu.tf.keras"])
def test_003_tutorial_shortened(mnist_home, capsys, package):
    """Two epochs on the first 5,000 pictures; nothing else is changed."""
    names = {}
    run_tutorial(names, shortened=True, package=package)
    model, text = names["model"], capsys.readouterr().out
    assert [layer.count_params() for layer in model.layers if layer.weights] == [
        401_920, 262_656, 262_656, 5_130,
    ]  # fmt: skip
    assert "60000 train samples\n10000 test samples" in text
    assert "Epoch 2/2" in text
    assert "Test accuracy: " in text
    assert len(names["score"]) == 2
    assert names["score"][1] > 0.85
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} == set(names["history"].history)


@pytest.mark.slow
def test_003_tutorial_in_full_reaches_98_percent(mnist_home):
    names = {}
    tf.random.set_seed(0)
    run_tutorial(names)
    assert names["score"][1] >= 0.98


def test_003_summary_in_the_layout_of_the_document(capsys):
    """Names, shapes and counts in columns, then three totals, as the document shows them."""
    shown = next(block for block in read("003").split("Model: ")[1:] if "932,362" in block)
    rows = re.findall(
        r"^(dense|dropout)_\d+ \((\w+)\)\s+(\(None, \d+\))\s+(\d+)$", shown, re.MULTILINE
    )
    assert len(rows) == 7
    names = {}
    tf.keras.backend.clear_session()
    cells = tutorial()
    run(
        corrected(cells[0].replace("import matplotlib.pyplot as plt # matplotlib plotting", "")),
        names,
    )
    names["num_classes"] = 10
    run(corrected(next(cell for cell in cells if "model.summary()" in cell)), names)
    printed = capsys.readouterr().out
    assert printed.startswith('Model: "sequential"\n____')
    ours = re.findall(
        r"^ (dense|dropout)(?:_\d+)? \((\w+)\)\s+(\(None, \d+\))\s+(\d+)\s*$", printed, re.MULTILINE
    )
    assert ours == rows
    for total in re.findall(r"^.*params: [\d,]+$", shown, re.MULTILINE):
        assert total.strip() in printed


def test_003_ascii_picture():
    """Operations, sizes, weights and their shares; the strokes have suffered in the document."""
    text = read("003")
    model = cifar10_network((3, 32, 32), "channels_first")
    ours = words_of(tf.keras.utils.sequential_ascii(model))
    assert ours[1:4] == [
        ["Input", "3", "32", "32"],
        ["Conv2D", "896", "0.0%"],
        ["relu", "32", "32", "32"],
    ]
    start = text.index("Input", text.index("OPERATION"))
    assert words_of(text[start:])[: len(ours) - 1] == ours[1:]


def words_of(picture):
    """The words and numbers of each line that has any."""
    lines = (
        re.findall(r"(?<!\S)(?:[A-WYZa-z]\w+|\d[\d.]*%?)(?!\S)", line)
        for line in picture.split("\n")
    )
    return [words for words in lines if words]


# ------------------------------------------------------------------------- the fifth document (004)


@pytest.fixture
def pictures():
    draw = np.random.default_rng(0)
    x, y = draw.uniform(0, 1, (90, 28, 28)).astype("float32"), np.arange(90) % 10
    return {
        "X_train": x[:60], "y_train": y[:60], "X_val": x[60:75], "y_val": y[60:75],
        "X_test": x[75:], "y_test": y[75:], "epochs": 3,
    }  # fmt: skip


def test_004_sequential(pictures, capsys):
    text = read("004").replace("\\_", "_")
    names = tf_keras(**pictures)
    tf.keras.backend.clear_session()
    run(piece(text, "model = keras.models.Sequential(", ")"), names)
    run(piece(text, "model.add(keras.layers.Flatten", "]))"), names)
    dense = piece(text, "model.add(keras.layers.Dense(", "'relu'))")
    run(corrected(dense, ("#neurons", "30")), names)
    run("model.add(keras.layers.Dense(10, activation='softmax'))", names)
    run(piece(text, "model.summary(", ")"), names)
    assert "23,860" in capsys.readouterr().out
    names["layer"] = eval(piece(text, "model.get_layer('dense", "')"), names)
    run(piece(text, "weights, biases = layer", "()"), names)
    assert (names["weights"].shape, names["biases"].shape) == ((784, 30), (30,))
    run(piece(text, "model.compile(loss = 'sparse", "'])"), names)
    fit = piece(text, "model.fit(X_train, y_train, epochs", "y_val))")
    # As printed, the third argument is the batch size: one epoch of 60 / 3 batches.
    printed = eval(fit, names)
    assert (printed.params["epochs"], printed.params["steps"]) == (1, 20)
    history = eval(corrected(fit, ("epochs", "epochs=epochs")), names)
    assert history.params["epochs"] == 3
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert int(names["model"].optimizer.iterations) == 20 + 3 * 2  # fit goes on
    with pytest.raises(TypeError, match="class_weigths"):
        names["model"].fit(pictures["X_train"], pictures["y_train"], class_weigths={0: 1.0})
    assert len(eval(piece(text, "model.evaluate(X_test", ")"), names)) == 2


def test_004_functional():
    text = read("004").replace("\\_", "_")
    names = tf_keras(Dense=tf.keras.layers.Dense, neurons=30)
    run(corrected(piece(text, "input_ = keras.layers.Input", "])"), ("[...]", "[8]")), names)
    run(piece(text, "hidden = Dense(neurons", "(input_)"), names)
    run(piece(text, "concat = keras.layers.Concatenate", "hidden])"), names)
    run("output = Dense(1)(concat)", names)
    run(piece(text, "model = keras.Model(", "output])"), names)
    assert names["model"].count_params() == 8 * 30 + 30 + 38 + 1


def test_004_subclassing():
    cell = cell_with(fenced(read("004")), "class CustomModel")
    names = tf_keras()
    head, init, call = re.split(r"^def ", cell, flags=re.MULTILINE)
    init = init.replace("self, ..., **kwargs", "self, units, **kwargs")
    init = init.replace("self.hidden = ...", "self.hidden = keras.layers.Dense(units)")
    call = call.replace("    ...\n", "    outputs = self.hidden(inputs)\n")
    methods = "".join(
        "    " + ("def " + part).replace("\n", "\n    ") + "\n" for part in (init, call)
    )
    run(head + methods, names)
    model = names["CustomModel"](3, name="mine")
    assert model(np.ones((2, 4), "float32")).shape == (2, 3)
    assert model.name == "mine"


def test_004_callbacks(here, pictures, capsys):
    text = read("004").replace("\\_", "_")
    names = tf_keras(fname="best.h5", patience=3, **pictures)
    run(piece(text, "checkpoint_cb = keras", ")"), names)
    stopping = piece(text, "early_stopping_cb = keras", ")")
    with pytest.raises(AttributeError):  # as printed, the patience is taken for the monitor
        run(stopping, names)
    run(corrected(stopping, ("(patience)", "(patience=patience)")), names)
    run(cell_with(fenced(text), "class CustomCallback"), names)
    model = tf.keras.Sequential(
        [tf.keras.layers.Flatten(input_shape=[28, 28]), tf.keras.layers.Dense(10, "softmax")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(
        pictures["X_train"], pictures["y_train"], epochs=3, verbose=0,
        validation_data=(pictures["X_val"], pictures["y_val"]),
        callbacks=[names["checkpoint_cb"], names["early_stopping_cb"], names["CustomCallback"]()],
    )  # fmt: skip
    printed = [float(line) for line in capsys.readouterr().out.split()]
    assert printed == history.history["val_loss"]
    again = tf.keras.models.load_model("best.h5")
    best = again.evaluate(pictures["X_val"], pictures["y_val"], verbose=0)[0]
    assert best == pytest.approx(min(printed), rel=1e-5)


def test_004_tensorboard(here, pictures):
    pytest.importorskip("tensorboard")
    text = read("004").replace("\\_", "_")
    names = tf_keras(run_logdir="my_logs/run_1", **pictures)
    cell = piece(text, "tensorboard_cb = keras", ")")
    with pytest.raises(AttributeError, match="callbacks"):
        run(cell, names)
    run(corrected(cell, ("keras.callback.", "keras.callbacks.")), names)
    model = tf.keras.Sequential(
        [tf.keras.layers.Flatten(input_shape=[28, 28]), tf.keras.layers.Dense(10, "softmax")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(
        pictures["X_train"], pictures["y_train"], verbose=0, callbacks=[names["tensorboard_cb"]],
        validation_data=(pictures["X_val"], pictures["y_val"]),
    )  # fmt: skip
    for part in ("train", "validation"):
        assert list((here / "my_logs" / "run_1" / part).glob("events.out.tfevents.*"))


def test_004_scikit_learn_wrapper(line):
    pytest.importorskip("sklearn")

    def build_model(n_neurons=8):
        model = tf.keras.Sequential([tf.keras.layers.Dense(n_neurons, "relu", input_shape=(1,))])
        model.add(tf.keras.layers.Dense(1))
        model.compile("adam", "mse")
        return model

    names = tf_keras(build_model=build_model)
    run(
        piece(read("004").replace("\\_", "_"), "keras_reg = keras.wrappers", "(build_model)"), names
    )
    names["keras_reg"].fit(*line, epochs=2, verbose=0)
    assert np.isfinite(names["keras_reg"].score(*line))
