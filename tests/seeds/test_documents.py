"""The code of the five course documents, cell by cell, with only the import lines changed.

What a document gets wrong (a lost bracket, a name that does not exist, `...` for arguments) is put
right here, cell by cell, after the test has seen it fail as it fails in TensorFlow.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.seeds.documents import (
    between,
    corrected,
    fenced,
    lines_that_fail,
    piece,
    read,
    run,
)

import cornu.tf as tf


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Documents write into the current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tf_keras(**names):
    """What the cells of a document may use that its earlier, unprinted cells have imported."""
    return {"tf": tf, "keras": tf.keras, "layers": tf.keras.layers, "np": np, **names}


def cell_with(blocks, part):
    """The block of code that holds a text."""
    return next(block for block in blocks if part in block)


# ------------------------------------------------------------------------- the first document (000)


def test_000_feature_extraction(here):
    cell = cell_with(fenced(read("000")), "feature_extractor")
    with pytest.raises(SyntaxError):  # the brackets are lost
        compile(cell, "cell", "exec")
    names = tf_keras()
    code = corrected(
        cell,
        ("keras.Sequential(\n", "keras.Sequential([\n"),
        ('activation="relu"),\nfeature_extractor', 'activation="relu"),\n])\nfeature_extractor'),
        (").output,\n", ").output,\n)\n"),
    )
    run(code, names)
    assert names["features"].shape == (1, 121, 121, 32)
    assert float(tf.reduce_min(names["features"])) >= 0


def test_000_transfer_learning_and_saving(here):
    blocks = fenced(read("000"))
    names = tf_keras(x=np.ones((8, 784), "float32"), y=np.ones((8, 10), "float32"))
    build = corrected(
        cell_with(blocks, "load_weights"), ("layers.Dense(10),\n", "layers.Dense(10),\n])\n")
    )
    start, rest = build.split("# Presumably", 1)
    run(start, names)
    names["model"].save_weights("pretrained.weights.h5")
    before = names["model"].get_weights()
    run(
        corrected(
            "# Presumably" + rest,
            ("load_weights(...)", "load_weights('pretrained.weights.h5')"),
            ("compile(...)", "compile(loss='mse', optimizer='sgd')"),
            ("fit(...)", "fit(x, y, verbose=0)"),
        ),
        names,
    )
    model = names["model"]
    assert model.input_shape == (None, 784)
    assert (len(model.trainable_weights), len(model.non_trainable_weights)) == (2, 6)
    changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights())]
    assert changed == [False] * 6 + [True] * 2

    expected = model.predict(names["x"], verbose=0)
    run(corrected(cell_with(blocks, "model.save(")), names)
    assert (here / "path_to_my_model").is_dir()
    assert names["model"] is not model
    np.testing.assert_array_equal(names["model"].predict(names["x"], verbose=0), expected)
    assert int(names["model"].optimizer.iterations) == 1


# ------------------------------------------------------------------------ the second document (001)


def test_001_tensors_and_variables():
    names = tf_keras(shape=(2, 3), N=4)
    failed = lines_that_fail(between(read("001"), "c0 = ", "Indexing the tensors"), names)
    kinds = {statement: type(error) for statement, error in failed.items()}
    assert [issubclass(kinds.pop(s), TypeError) for s in ["v1[0] = 5"]] == [True]
    assert kinds == {
        "tf.shuffle(v3)": AttributeError,
        "tf.arange(N)": AttributeError,
        "v = tf.constant(np.arrange(30), shape=(3,2,5))": AttributeError,
        "n = v.numpy()": NameError,
    }
    assert "assign(" in str(failed["v1[0] = 5"])
    assert "tf.random.shuffle" in str(failed["tf.shuffle(v3)"])
    assert "tf.range" in str(failed["tf.arange(N)"])
    assert names["c3"].shape == (2, 3, 2)
    assert names["v1"].numpy().tolist() == [5, 4]
    assert names["v3"].numpy().tolist() == [
        [[69, 2], [3, 4], [5, 6]],
        [[10, 666], [30, 666], [50, 666]],
    ]
    line = piece(read("001"), "v = tf.constant(np.arrange", "shape=(3,2,5))")
    run(corrected(line, ("arrange", "arange")) + "\nn = v.numpy()", names)
    assert names["n"].tolist() == np.arange(30).reshape(3, 2, 5).tolist()


def test_001_every_name_exists_or_says_what_is_meant():
    text = read("001")
    wrong = {
        "tf.shuffle": "tf.random.shuffle",
        "tf.arange": "tf.range",
        "tf.math.substract": "subtract",
        "tf.math.squared": "square",
        "tf.keras.metrics.Precission": "Precision",
    }
    found = sorted(set(re.findall(r"tf(?:\.\w+)+", text)))
    assert len(found) > 40
    assert {name for name in found if error_of(name)} == wrong.keys()
    for name, meant in wrong.items():
        assert meant in str(error_of(name))


def error_of(name):
    try:
        eval(name, {"tf": tf})
    except AttributeError as error:
        return error
    return None


def test_001_matrix_product():
    statement = piece(read("001"), "tf.matmul(tf.random", ".shape")
    assert eval(statement, {"tf": tf}) == (2, 4)
    with pytest.raises(tf.errors.InvalidArgumentError):
        eval(statement.replace("(3,4)", "(4,3)"), {"tf": tf})


def regression_names():
    return tf_keras(
        X=tf.constant([-7.0, -4.0, -1.0, 2.0, 5.0, 8.0, 11.0, 14.0]),
        y=tf.constant([3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0, 24.0]),
    )


def test_001_regression(here, capsys):
    text = read("001")
    names = regression_names()
    code = between(text, "# Set random seed", "Improving the model").removesuffix("\nmodel")
    run(code, names)
    losses = names["model"].history.history["loss"]
    assert losses[-1] < losses[0]
    assert "Epoch 5/5" in capsys.readouterr().out
    # The line that the document has commented out "will break", and so it does.
    fresh = regression_names()
    broken = corrected(
        code,
        ("# model.fit(X, y, epochs=5)", "model.fit(X, y, epochs=5)"),
    ).rsplit("model.fit(tf.expand_dims", 1)[0]
    with pytest.raises(ValueError, match="ndim|rank|shape"):
        run(broken, fresh)

    run(piece(text, "model.save('mymodel", "')"), names)
    again = eval(piece(text, "tf.keras.models.load_model('mymodel", "')"), {"tf": tf})
    assert (here / "mymodel").is_dir()
    np.testing.assert_array_equal(again.get_weights()[0], names["model"].get_weights()[0])


def test_001_history_as_a_frame(capsys):
    pd, matplotlib = pytest.importorskip("pandas"), pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    names = regression_names()
    code = between(read("001"), "# Set random seed", "Improving the model").removesuffix("\nmodel")
    run(corrected(code, ("epochs=5)", "epochs=5, verbose=0)")), names)
    names.update(pd=pd, X_train=tf.expand_dims(names["X"], -1), y_train=names["y"])
    run(between(read("001"), "history = model.fit(X_train", "Normalize"), names)
    assert len(names["history"].history["loss"]) == 100
    assert "{'loss': [" in capsys.readouterr().out


# ------------------------------------------------------------------------- the third document (002)


def test_002_chain_rule():
    cell = cell_with(fenced(read("002")), "def fghj")
    definition, equation = cell.split("grad(y, x) ==", 1)
    made = []

    def noted(function):
        return lambda value: made.append(function(value)) or made[-1]

    functions = {"j": tf.sin, "h": tf.square, "g": lambda v: v + 1.0, "f": lambda v: v * 2.0}
    names = {name: noted(function) for name, function in functions.items()}
    run(definition, names)
    x = tf.constant(0.5)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = names["fghj"](x)
    values = dict(zip(["x1", "x2", "x3"], made), x=x, y=y)
    values["grad"] = lambda of, by: float(tape.gradient(of, by))
    left, right = eval("grad(y, x)", values), eval(equation.strip(), values)
    assert left == pytest.approx(right, rel=1e-6)
    assert left == pytest.approx(1.68294, rel=1e-5)


def test_002_backpropagation_in_the_graph():
    cell = cell_with(fenced(read("002")), "loss_val")
    w, b = tf.Variable(3.0), tf.Variable(1.0)
    names = {"y_true": tf.constant(4.0)}
    with tf.GradientTape(persistent=True) as tape:
        x1 = 2.0 * w
        names["y"] = x2 = x1 + b
        run(cell, names)
    edges = [(names["loss_val"], x2), (x2, x1), (x2, b), (x1, w)]
    assert [float(tape.gradient(of, by)) for of, by in edges] == [1, 1, 1, 2]


# ------------------------------------------------------------------------ the fourth document (003)


def tutorial():
    """The cells of the MNIST tutorial in order; tables that are no code are left out."""
    blocks = fenced(read("003"))
    return [block for block in blocks if not re.search(r"params:|OPERATION|^Usage|\[ \[", block)]


def run_tutorial(names, shortened=False):
    for cell in tutorial():
        changes = [("epochs = 10", "epochs = 2")] if shortened and "epochs = 10" in cell else []
        if not cell.startswith("784"):
            run(corrected(cell, *changes), names)
        if shortened and "to_categorical" in cell:
            names.update(x_train=names["x_train"][:5000], y_train=names["y_train"][:5000])


@pytest.fixture
def mnist_home(data_folder, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("CORNU_DATA_HOME", str(data_folder))


def test_003_tutorial_shortened(mnist_home, capsys):
    """Two epochs on the first 5,000 pictures; nothing else is changed."""
    names = {}
    tf.keras.backend.clear_session()
    run_tutorial(names, shortened=True)
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
    block = cell_with(fenced(read("003")) + [read("003")], "OPERATION")
    wanted = re.findall(
        r"^(Input|relu|softmax|[A-Z]\w+|)\t([^\t\n]*)\t([^\t\n]*)", block, re.MULTILINE
    )
    assert wanted
    keras, layers = tf.keras, tf.keras.layers
    options = {"data_format": "channels_first"}
    model = keras.Sequential(
        [
            keras.Input((3, 32, 32)),
            layers.Conv2D(32, 3, padding="same", activation="relu", **options),
            layers.Conv2D(32, 3, activation="relu", **options),
            layers.MaxPooling2D(2, **options),
            layers.Dropout(0.25),
            layers.Conv2D(64, 3, padding="same", activation="relu", **options),
            layers.Conv2D(64, 3, activation="relu", **options),
            layers.MaxPooling2D(2, **options),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    ours = [line.split() for line in keras.utils.sequential_ascii(model).splitlines()[1:]]
    start = block.index("Input\t")
    theirs = [line.split() for line in block[start:].split("\n")[: len([o for o in ours if o])]]
    # The sign for a convolution has lost a stroke in the document.
    assert [drawing(line) for line in ours if line] == [drawing(line) for line in theirs]


def drawing(line):
    """A line of the picture without the strokes."""
    return [
        word for word in line if re.match(r"[A-Za-z]+\w*$|\d[\d.]*%?$", word) and word != "XXXXX"
    ]


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
