"""The documents on tensors, training and backpropagation (000 to 002), cell by cell, with only the import lines changed.

What a document gets wrong (a lost bracket, a name that does not exist, `...` for arguments) is put
right here, after the test has seen it fail as it fails in TensorFlow.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.seeds.documents import (
    between,
    cell_with,
    corrected,
    fenced,
    lines_that_fail,
    piece,
    read,
    run,
    tf_keras,
)

import cornu.tf as tf

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


def test_000_picture_of_a_model(here):
    names = tf_keras(model=tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))]))
    statement = piece(read("000"), "keras.utils.plot_model(model", ")")
    run(statement, names)
    assert (here / "my_first_model.png").read_bytes().startswith(b"\x89PNG")
    for option, works in (("show_shape=True", False), ("show_shapes=True", True)):
        call = statement.replace(")", f", {option})")
        if works:
            run(call, names)
        else:  # as the document has it
            with pytest.raises(TypeError, match="show_shape"):
                run(call, names)


def test_000_trace_and_profile(here, capsys):
    """The cells on TensorBoard; the profiler is started in them and never stopped."""
    pytest.importorskip("tensorboard")

    class MySequentialModule(tf.Module):  # not in the document
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(tf.ones((3, 2)))

        @tf.function
        def __call__(self, x):
            return tf.nn.relu(x @ self.w)

    first, magic, third = fenced(read("000"))[:3]
    names = {"MySequentialModule": MySequentialModule}
    for cell in (first, magic):
        run(corrected(cell), names)
    try:
        run(corrected(third), names)
        assert names["z"] is None
        assert "[[6. 6.]]" in capsys.readouterr().out
        with pytest.raises(tf.errors.AlreadyExistsError):
            tf.profiler.experimental.start(names["logdir"])
    finally:
        tf.profiler.experimental.stop()
    written = {path.name.split(".")[0] for path in here.rglob("*") if path.is_file()}
    assert "events" in written
    assert (here / names["logdir"] / "plugins" / "profile").is_dir()


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
