"""tf.summary and tf.profiler: TensorFlow's names, defaults and errors."""

from __future__ import annotations

import numpy as np
import pytest
from tests.summaries.reading import events, scalars, values

import cornu as keras
import cornu.tf as tf


def test_the_trace_of_the_lecture(tmp_path, capsys):
    logdir = str(tmp_path / "logs" / "func" / "20260101-120000")
    writer = tf.summary.create_file_writer(logdir)

    class MySequentialModule(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(tf.ones([3, 2]), name="w")

        @tf.function
        def __call__(self, x):
            return tf.nn.relu(x @ self.w)

    new_model = MySequentialModule()
    tf.summary.trace_on(graph=True)
    tf.profiler.experimental.start(logdir)
    z = print(new_model(tf.constant([[2.0, 2.0, 2.0]])))
    assert z is None
    assert "[[6. 6.]]" in capsys.readouterr().out
    with writer.as_default():
        tf.summary.trace_export(name="my_func_trace", step=0, profiler_outdir=logdir)
    with pytest.raises(tf.errors.AlreadyExistsError):
        tf.profiler.experimental.start(logdir)
    folder = tmp_path / "logs" / "func" / "20260101-120000"
    assert not (folder / "plugins").exists()
    tf.profiler.experimental.stop()
    assert len(list(folder.glob("plugins/profile/*/*.xplane.pb"))) == 1
    with pytest.raises(tf.errors.UnavailableError):
        tf.profiler.experimental.stop()
    ((step, content, plugin),) = values(folder)["my_func_trace"]
    assert (step, plugin) == (0, "graph_run_metadata_graph")
    config = pytest.importorskip("tensorboard.compat.proto.config_pb2")
    metadata = config.RunMetadata.FromString(content.item())
    (function,) = metadata.function_graphs
    assert {"dot_general", "Variable"} <= {node.op for node in function.pre_optimization_graph.node}


def test_writers_nest_and_steps_are_taken_from_the_innermost(tmp_path):
    outer = tf.summary.create_file_writer(str(tmp_path / "outer"))
    inner = tf.summary.create_file_writer(str(tmp_path / "inner"))
    with outer.as_default(step=5):
        assert tf.summary.scalar("a", 1.0)
        with inner.as_default(step=7):
            tf.summary.scalar("a", 2.0)
        tf.summary.scalar("a", 3.0, step=tf.constant(6, tf.int64))
        tf.summary.experimental.set_step(tf.Variable(9, dtype=tf.int64))
        tf.summary.scalar("a", 4.0)
    assert tf.summary.experimental.get_step() is None
    assert not tf.summary.scalar("a", 1.0, step=1)
    assert scalars(tmp_path / "outer", "a") == {5: 1.0, 6: 3.0, 9: 4.0}
    assert scalars(tmp_path / "inner", "a") == {7: 2.0}


def test_every_kind_of_record(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path), filename_suffix=".mine")
    with writer.as_default(step=1):
        tf.summary.histogram("h", tf.random.normal([100]), description="some *numbers*")
        tf.summary.image("i", tf.zeros([2, 4, 4, 3]))
        tf.summary.text("t", "some **text**")
        tf.summary.text("table", tf.constant([["a", "b"]]))
        tf.summary.audio("s", tf.zeros([1, 10, 1]), 8000)
        tf.summary.write("raw", tf.constant([1, 2]))
    writer.close()
    writer.flush()
    found = values(tmp_path)
    assert {tag: rows[0][2] for tag, rows in found.items()} == {
        "h": "histograms", "i": "images", "t": "text", "table": "text", "s": "audio", "raw": "",
    }  # fmt: skip
    assert found["table"][0][1].tolist() == [[b"a", b"b"]]
    assert found["raw"][0][1].tolist() == [1, 2]
    (path,) = tmp_path.iterdir()
    assert path.name.endswith(".mine")


def test_conditions(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        for step in range(6):
            with tf.summary.record_if(lambda step=step: step % 2 == 0):
                tf.summary.scalar("a", step, step=step)
        with tf.summary.record_if(False):
            assert not tf.summary.scalar("a", "no number, not looked at", step=9)
    assert list(scalars(tmp_path, "a")) == [0, 2, 4]


def test_functions_that_record(tmp_path):
    @tf.function
    def step(x, number):
        tf.summary.scalar("x", x, step=number)
        return x + 1

    assert int(step(tf.constant(1), tf.constant(0, tf.int64))) == 2
    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        step(tf.constant(3), tf.constant(1, tf.int64))
    assert scalars(tmp_path, "x") == {1: 3.0}


def test_a_custom_loop_as_in_the_tutorial(tmp_path):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    optimizer = tf.keras.optimizers.SGD()
    loss_metric = tf.keras.metrics.Mean("train_loss", dtype=tf.float32)
    writer = tf.summary.create_file_writer(str(tmp_path / "gradient_tape" / "train"))
    x, y = tf.ones([4, 2]), tf.ones([4, 1])
    for epoch in range(3):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(x) - y))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        loss_metric(loss)
        with writer.as_default():
            tf.summary.scalar("loss", loss_metric.result(), step=epoch)
        loss_metric.reset_state()
    found = list(scalars(tmp_path / "gradient_tape" / "train", "loss").values())
    assert found[0] > found[1] > found[2]


def test_graph_of_a_function(tmp_path):
    @tf.function
    def double(x):
        return x * 2

    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        with pytest.raises(ValueError, match="call it first"):
            tf.summary.graph(double)
        double(tf.constant(1.0))
        assert tf.summary.graph(double)
    assert any(event.graph_def for event in events(tmp_path))


def test_a_trace_with_a_profile(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    tf.summary.trace_on(graph=True, profiler=True)
    with pytest.raises(tf.errors.AlreadyExistsError):
        tf.profiler.experimental.start(str(tmp_path))
    with writer.as_default():
        with pytest.raises(ValueError, match="profiler_outdir"):
            tf.summary.trace_export("t", step=0)
        tf.summary.trace_export("t", step=0, profiler_outdir=str(tmp_path))
    assert list(tmp_path.glob("plugins/profile/*/*.xplane.pb"))
    with pytest.raises(ValueError, match="trace_on first"):
        tf.summary.trace_export("t", step=0)
    tf.summary.trace_off()


def test_profile_as_a_context(tmp_path):
    with tf.profiler.experimental.Profile(str(tmp_path)):
        for number in range(2):
            with tf.profiler.experimental.Trace("train", step_num=number, _r=1):
                tf.constant(1) + 1
    assert list(tmp_path.glob("plugins/profile/*/*.xplane.pb"))


def test_mistakes_are_named(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        with pytest.raises(ValueError, match="no step"):
            tf.summary.scalar("a", 1.0)
        with pytest.raises(ValueError, match="single number"):
            tf.summary.scalar("a", tf.ones([2]), step=0)
        with pytest.raises(ValueError, match="needs another axis"):
            tf.summary.image("a", np.zeros((4, 4)), step=0)
    with pytest.raises(ValueError, match="encoding"):
        tf.summary.audio("a", tf.zeros([1, 1, 1]), 8000, encoding="mp3")
    with pytest.raises(AttributeError, match="Did you mean 'scalar'"):
        tf.summary.scalars
    with pytest.raises(AttributeError, match="experimental"):
        tf.profiler.experimentl
    writer.set_as_default(step=2)
    try:
        assert tf.summary.scalar("late", 1.0)
    finally:
        tf.summary.create_noop_writer().set_as_default()
        tf.summary.experimental.set_step(None)


def test_a_function_that_was_traced_leaves_nothing_behind():
    """A record without a writer is no error in a model's step, whatever ran before."""
    tf.function(lambda x: x + 1)(tf.constant(1.0))

    class Net(tf.keras.Model):
        def call(self, x):
            tf.summary.scalar("mean", tf.reduce_mean(x))
            return x

    model = Net()
    model.compile("sgd", "mse")
    assert model.predict(np.ones((2, 1)), verbose=0).tolist() == [[1.0], [1.0]]
