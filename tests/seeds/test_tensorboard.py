"""TensorBoard, summaries and profiles (rows 5, 12, 358 and 367 to 385)."""

from __future__ import annotations

import re
import warnings
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from tests.seeds.documents import corrected

import cornu as keras
import cornu.tf as tf
from cornu import layers

pytest.importorskip("tensorboard")

# TensorBoard draws two-dimensional data itself; these name what kind a record is.
SCALARS, HISTOGRAMS, IMAGES, TEXT = "scalars", "histograms", "images", "text"


def events(folder):
    """All records of a folder's event files: (tag, step, plugin, value)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
        from tensorboard.util.tensor_util import make_ndarray
    found = []
    for path in sorted(Path(folder).rglob("events.out.tfevents.*")):
        for event in EventFileLoader(str(path)).Load():
            found += [("graph", 0, "graphs", event.graph_def)] if event.graph_def else []
            for value in event.summary.value:
                data = make_ndarray(value.tensor)
                found.append((value.tag, event.step, value.metadata.plugin_data.plugin_name, data))
    return found


def model():
    keras.utils.set_random_seed(1)
    made = keras.Sequential([keras.Input((1,)), layers.Dense(3, "tanh"), layers.Dense(1)])
    made.compile("sgd", "mse", metrics=["mae"])
    return made


def logged(folder, line, epochs=2, **options):
    callback = keras.callbacks.TensorBoard(str(folder), **options)
    return model().fit(
        *line, validation_data=line, epochs=epochs, verbose=0, callbacks=[callback]
    )  # fmt: skip


def of_kind(records, plugin):
    return {tag: value for tag, _, kind, value in records if kind == plugin}


def curve(records, tag):
    return [float(value) for name, _, _, value in records if name == tag]


def test_row_005_compare_experiments(line, tmp_path):
    first, second = (logged(tmp_path / name, line, epochs) for name, epochs in (("a", 2), ("b", 3)))
    for name, history in (("a", first), ("b", second)):
        shown = curve(events(tmp_path / name / "train"), "epoch_loss")
        np.testing.assert_allclose(shown, history.history["loss"], rtol=1e-6)


def test_row_012_notebook_magics():
    """Lines that begin with a percent sign are IPython's; the code beside them runs without it."""
    cell = "%load_ext tensorboard\nimport tensorflow as tf\n%tensorboard --logdir logs/func\nx = tf.ones(2)"
    names = {}
    exec(corrected(cell), names)
    assert names["x"].shape == (2,)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tensorboard import notebook  # what `%load_ext tensorboard` loads
    assert callable(notebook._load_ipython_extension)


def test_row_358_callback(line, tmp_path):
    run_logdir = str(tmp_path / "run_1")
    callback = keras.callbacks.TensorBoard(run_logdir)
    model().fit(*line, validation_data=line, verbose=0, callbacks=[callback])
    assert {path.name for path in Path(run_logdir).iterdir()} >= {"train", "validation"}
    with pytest.raises(AttributeError, match="callbacks"):
        keras.callback.TensorBoard(run_logdir)


def test_row_367_scalars(line, tmp_path):
    history = logged(tmp_path, line).history
    train, validation = (events(tmp_path / part) for part in ("train", "validation"))
    np.testing.assert_allclose(curve(train, "epoch_mae"), history["mae"], rtol=1e-6)
    np.testing.assert_allclose(curve(validation, "epoch_loss"), history["val_loss"], rtol=1e-6)


def test_row_368_model_graph(line, tmp_path):
    logged(tmp_path, line)
    records = events(tmp_path / "train")
    assert any(kind == "graphs" or "graph" in kind for _, _, kind, _ in records)


def test_row_369_histograms(line, tmp_path):
    logged(tmp_path, line, histogram_freq=1)
    shown = of_kind(events(tmp_path / "train"), HISTOGRAMS)
    kernels = [value for tag, value in shown.items() if "kernel" in tag]
    assert len(kernels) == 2
    assert sorted(value[:, 2].sum() for value in kernels) == [3, 3]  # every weight is counted
    writer = tf.summary.create_file_writer(str(tmp_path / "data"))
    with writer.as_default():
        tf.summary.histogram("inputs", line[0], step=0)
    writer.close()
    assert of_kind(events(tmp_path / "data"), HISTOGRAMS)["inputs"][:, 2].sum() == 64


def test_row_370_show_the_data(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    pictures = np.zeros((2, 8, 8, 1), "float32")
    with writer.as_default():
        tf.summary.image("digits", pictures, step=0)
        tf.summary.text("note", "first look", step=0)
    writer.close()
    records = events(tmp_path)
    width, height, first, *_ = of_kind(records, IMAGES)["digits"]
    assert (int(width), int(height)) == (8, 8)
    assert first.startswith(b"\x89PNG")
    assert b"first look" in np.ravel(of_kind(records, TEXT)["note"])[0]


def test_row_371_profiling(line, tmp_path):
    tf.profiler.experimental.start(str(tmp_path))
    model().fit(*line, verbose=0)
    tf.profiler.experimental.stop()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any("plugins/profile" in path.as_posix() for path in files)


def test_row_372_one_folder_per_run(line, tmp_path):
    for rate in (0.01, 0.1):
        logged(tmp_path / f"rate={rate}", line, epochs=1)
    runs = {path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("events*")}
    assert {"rate=0.01/train", "rate=0.1/train"} <= runs


def test_row_373_projector(tmp_path):
    network = keras.Sequential(
        [layers.Embedding(6, 4, name="words"), layers.Flatten(), layers.Dense(1)]
    )
    network.compile("sgd", "mse")
    callback = keras.callbacks.TensorBoard(str(tmp_path), embeddings_freq=1)
    x = np.arange(12).reshape(6, 2) % 6
    network.fit(x, np.ones((6, 1)), verbose=0, callbacks=[callback])
    config = next(tmp_path.rglob("projector_config.pbtxt")).read_text()
    assert "words" in config or "embedding" in config


def test_row_374_binary_event_files(line, tmp_path):
    logged(tmp_path, line, epochs=1)
    (path,) = (tmp_path / "train").glob("events.out.tfevents.*")
    start = path.read_bytes()[:60]
    assert int.from_bytes(start[:8], "little") < 100  # a record: length, checksum, content
    assert b"brain.Event" in start


def test_row_375_file_writer(tmp_path):
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = tmp_path / "logs" / "func" / stamp  # none of them is there yet
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default(step=3):
        tf.summary.scalar("loss", 0.25)
    writer.close()
    assert [record[:2] for record in events(folder)] == [("loss", 3)]


def test_row_376_writer_as_default(tmp_path):
    inner, outer = (tf.summary.create_file_writer(str(tmp_path / name)) for name in ("in", "out"))
    with outer.as_default():
        with inner.as_default():
            tf.summary.scalar("a", 1.0, step=0)
        tf.summary.scalar("b", 2.0, step=0)
    for writer in (inner, outer):
        writer.close()
    assert [events(tmp_path / name)[0][0] for name in ("in", "out")] == ["a", "b"]


class MySequentialModule(tf.Module):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.w = tf.Variable(tf.ones((3, 2)), name="w")

    @tf.function
    def __call__(self, x):
        return tf.nn.relu(x @ self.w)


def trace(folder, **options):
    writer = tf.summary.create_file_writer(str(folder))
    tf.summary.trace_on(graph=True)
    MySequentialModule()(tf.constant([[2.0, 2.0, 2.0]]))
    with writer.as_default():
        tf.summary.trace_export(name="my_func_trace", step=0, **options)
    writer.close()
    return events(folder)


def test_row_377_trace_on(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path / "none"))
    with writer.as_default(), pytest.raises((ValueError, RuntimeError), match="trace"):
        tf.summary.trace_export(name="nothing", step=0)
    assert trace(tmp_path / "some")


def test_row_378_trace_export(tmp_path):
    records = trace(tmp_path, profiler_outdir=str(tmp_path))
    assert "my_func_trace" in [tag for tag, *_ in records]


def test_row_379_profiler_start_twice(tmp_path):
    tf.profiler.experimental.start(str(tmp_path))
    try:
        with pytest.raises(tf.errors.AlreadyExistsError):
            tf.profiler.experimental.start(str(tmp_path))
        assert not list(tmp_path.rglob("*.xplane.pb"))  # they appear at the stop
    finally:
        tf.profiler.experimental.stop()
    assert list(tmp_path.rglob("plugins/profile/*"))


@pytest.mark.parametrize("line_of_the_notebook", ["%load_ext tensorboard"])
def test_row_380_load_ext(line_of_the_notebook):
    assert corrected(line_of_the_notebook) == ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tensorboard
    assert callable(tensorboard.load_ipython_extension)


def options_of(magic):
    """The options of a magic line as TensorBoard's own parser understands them."""
    import shlex

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tensorboard import default, program
    server = program.TensorBoard(default.get_plugins())
    server.configure(["tensorboard", *shlex.split(magic.removeprefix("%tensorboard"))])
    return server.flags


def test_row_381_magic_logdir():
    assert options_of("%tensorboard --logdir logs/func").logdir == "logs/func"


def test_row_382_magic_port():
    flags = options_of("%tensorboard --logdir=./my_logs --port=6006")
    assert (flags.logdir, flags.port) == ("./my_logs", 6006)


def test_row_383_comment_in_a_cell():
    cell = "#docs_infra: no_execute\n%tensorboard --logdir logs/func\ny = 1\n"
    names = {}
    exec(corrected(cell), names)
    assert names["y"] == 1


def test_row_384_low_level_summaries(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        for step in range(1, 4):
            tf.summary.scalar("my_scalar", np.sin(step / 10), step=step)
    writer.close()
    records = events(tmp_path)
    assert [record[1] for record in records] == [1, 2, 3]
    np.testing.assert_allclose(curve(records, "my_scalar"), np.sin([0.1, 0.2, 0.3]), rtol=1e-6)


def test_row_385_server(line, tmp_path):
    """The viewer itself, on a free port of this machine, shows the run that was written."""
    import json
    import urllib.request

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tensorboard import default, program
    history = logged(tmp_path, line).history
    server = program.TensorBoard(default.get_plugins())
    server.configure(["tensorboard", "--logdir", str(tmp_path), "--port", "0", "--load_fast=false"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        address = server.launch()
    assert re.match(r"http://[\w.]+:\d+/", address)
    place = f"{address}data/plugin/scalars/scalars?run=train&tag=epoch_loss"
    values = []
    for _ in range(50):
        try:
            with urllib.request.urlopen(place, timeout=5) as answer:
                values = [row[2] for row in json.load(answer)]
        except OSError:
            import time

            time.sleep(0.1)
        if values:
            break
    np.testing.assert_allclose(values, history["loss"], rtol=1e-6)
