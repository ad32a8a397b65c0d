"""The TensorBoard callback: which records it writes, and when."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.engines import engine as engine
from tests.summaries.reading import events, scalars, values

import cornu as keras
import cornu.tf as tf
from cornu import profiler

X = np.linspace(0, 1, 160, dtype=np.float32).reshape(40, 4)
Y = (X.sum(1) > 2).astype(np.float32)


def small(**arguments):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, name="first"), keras.layers.Dense(1)], name="net"
    )
    model.compile("sgd", "mse", metrics=["mae"], **arguments)
    return model


def fit(model, callback, epochs=3, **arguments):
    return model.fit(
        X, Y, batch_size=8, epochs=epochs, verbose=0, callbacks=[callback], **arguments
    )


def test_epochs_of_training_and_validation(engine, tmp_path):
    model = small()
    model.optimizer.learning_rate = 0.125
    history = fit(model, keras.callbacks.TensorBoard(tmp_path), validation_split=0.2).history
    train, validation = tmp_path / "train", tmp_path / "validation"
    assert {tag for tag in values(train) if tag.startswith("epoch")} == {
        "epoch_loss", "epoch_mae", "epoch_learning_rate",
    }  # fmt: skip
    assert list(scalars(train, "epoch_loss")) == [0, 1, 2]
    assert list(scalars(train, "epoch_loss").values()) == pytest.approx(history["loss"])
    assert list(scalars(validation, "epoch_mae").values()) == pytest.approx(history["val_mae"])
    assert scalars(train, "epoch_learning_rate") == {0: 0.125, 1: 0.125, 2: 0.125}
    found = scalars(validation, "evaluation_loss_vs_iterations")
    assert list(found) == [4, 8, 12]
    assert "learning_rate" not in history


@pytest.mark.keras
def test_tags_are_those_of_keras(keras, tmp_path, monkeypatch):
    """Keras asks TensorFlow for the records; here they are noted instead of written."""
    noted = {"train": set(), "validation": set()}
    current = []

    class Writer:
        def __init__(self, folder):
            self.name = str(folder).rsplit("/", 1)[-1]

        def as_default(self, step=None):
            return self

        def __enter__(self):
            current.append(self.name)

        def __exit__(self, *exception):
            current.pop()

        def flush(self):
            pass

        close = flush

    class Summary:
        create_file_writer = Writer

        @staticmethod
        def scalar(tag, value, step):
            if current:
                noted[current[-1]].add((tag, int(step)))

        histogram = image = scalar

        @staticmethod
        def record_if(condition):
            return Writer(current[-1] if current else "train")

    callback = keras.callbacks.TensorBoard(
        str(tmp_path / "keras"), histogram_freq=2, update_freq=1, write_graph=False,
        write_steps_per_second=True,
    )  # fmt: skip
    callback._summary_module = Summary
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, name="first"),
         keras.layers.Dense(1, name="last")], name="net",
    )  # fmt: skip
    model.compile("sgd", "mse", metrics=["mae"])
    fit(model, callback, validation_split=0.2)

    import cornu

    mine = cornu.models.Sequential(
        [cornu.Input((4,)), cornu.layers.Dense(3, name="first"),
         cornu.layers.Dense(1, name="last")], name="net",
    )  # fmt: skip
    mine.compile("sgd", "mse", metrics=["mae"])
    folder = tmp_path / "cornu"
    fit(
        mine,
        cornu.callbacks.TensorBoard(
            folder, histogram_freq=2, update_freq=1, write_graph=False, write_steps_per_second=True
        ),
        validation_split=0.2,
    )
    for name, wanted in noted.items():
        found = {(tag, row[0]) for tag, rows in values(folder / name).items() for row in rows}
        assert found == wanted


def test_update_freq_writes_every_so_many_batches(engine, tmp_path):
    callback = keras.callbacks.TensorBoard(tmp_path, update_freq=3)
    fit(small(), callback)  # 5 batches an epoch
    assert list(scalars(tmp_path / "train", "batch_loss")) == [3, 6, 9, 12, 15]
    fit(small(), keras.callbacks.TensorBoard(tmp_path / "all", update_freq="batch"), epochs=1)
    running = scalars(tmp_path / "all" / "train", "batch_loss")
    assert list(running) == [1, 2, 3, 4, 5]
    assert running[5] == scalars(tmp_path / "all" / "train", "epoch_loss")[0]


def test_batches_of_a_dataset(tmp_path):
    model = small()
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(8)
    callback = keras.callbacks.TensorBoard(tmp_path, update_freq=3)
    model.fit(data, epochs=2, verbose=0, callbacks=[callback])
    assert list(scalars(tmp_path / "train", "batch_loss")) == [3, 6, 9]


def test_few_batches_leave_the_engine_alone_in_between(tmp_path, monkeypatch):
    model = small()
    callback = keras.callbacks.TensorBoard(tmp_path, update_freq=4)
    fit(model, callback, epochs=1)
    runner = model._runner("train")
    executable = next(iter(runner._compiled.values())).executable
    asked = []
    run_steps = executable.run_steps

    def noted(sources, index, first, steps, seconds):
        asked.append(steps)
        return run_steps(sources, index, first, steps, 60.0)

    monkeypatch.setattr(executable, "run_steps", noted)
    fit(model, callback, epochs=2)
    assert asked == [4, 1, 3, 2]
    asked.clear()
    fit(model, keras.callbacks.TensorBoard(tmp_path, histogram_freq=1), epochs=1)
    assert asked == [5]


def test_a_callback_that_wants_every_batch_still_gets_it(tmp_path):
    seen = []
    each = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    fit(small(), [keras.callbacks.TensorBoard(tmp_path, update_freq=4), each], epochs=2)
    assert seen == [*range(5), *range(5)]
    assert list(scalars(tmp_path / "train", "batch_loss")) == [4, 8]


def test_the_loss_is_the_same_with_and_without(tmp_path):
    plain = fit(small(), keras.callbacks.LambdaCallback()).history["loss"]
    callback = keras.callbacks.TensorBoard(
        tmp_path, histogram_freq=1, write_images=True, update_freq=2, profile_batch=(2, 7)
    )
    assert fit(small(), callback).history["loss"] == plain


def test_weights_as_histograms_and_images(tmp_path):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((6, 6, 2)), keras.layers.Conv2D(4, 3, name="conv"), keras.layers.Flatten(),
         keras.layers.Dense(3, name="dense")], name="net",
    )  # fmt: skip
    model.compile("sgd", "mse")
    callback = keras.callbacks.TensorBoard(tmp_path, histogram_freq=2, write_images=True)
    x = np.ones((8, 6, 6, 2), np.float32)
    model.fit(x, np.ones((8, 3)), epochs=3, verbose=0, callbacks=[callback])
    found = values(tmp_path / "train")
    for path in ("conv/kernel", "conv/bias", "dense/kernel", "dense/bias"):
        rows = found[f"net/{path}/histogram"]
        assert [(step, plugin) for step, _, plugin in rows] == [
            (0, "histograms"),
            (2, "histograms"),
        ]
        assert [row[0] for row in found[f"net/{path}/image"]] == [0, 2]
    weights = model.get_layer("dense").kernel.numpy()
    last = found["net/dense/kernel/histogram"][-1][1]
    assert last[0, 0] == pytest.approx(weights.min())
    assert last[-1, 1] == pytest.approx(weights.max())
    assert last[:, 2].sum() == weights.size
    size = found["net/conv/kernel/image"][0][1][:2]
    assert size.tolist() == [b"49", b"99"]  # 2 channels wide, 4 filters high


def test_graphs_of_the_model_and_of_its_step(engine, tmp_path):
    graph_pb2 = pytest.importorskip("tensorboard.compat.proto.graph_pb2")
    model = small()
    fit(model, keras.callbacks.TensorBoard(tmp_path), epochs=1)
    ((_, text, plugin),) = values(tmp_path / "train")["keras"]
    assert plugin == "graph_keras_model"
    config = json.loads(text.item())
    assert [layer["config"]["name"] for layer in config["config"]["layers"]][1] == "first"
    (raw,) = [event.graph_def for event in events(tmp_path / "train") if event.graph_def]
    nodes = {node.name: node for node in graph_pb2.GraphDef.FromString(raw).node}
    assert nodes["net/first/kernel"].op == "Variable"
    assert any(name.startswith("gradients/net/first/") for name in nodes)
    assert any(name.startswith(f"{model.optimizer.name}/") for name in nodes)
    for node in nodes.values():
        for name in node.input:
            assert name.split(":")[0] in nodes, f"{node.name} reads {name}, which is not there"
    fit(small(), keras.callbacks.TensorBoard(tmp_path / "none", write_graph=False), epochs=1)
    assert "keras" not in values(tmp_path / "none" / "train")


def test_profile_batch(engine, tmp_path):
    callback = keras.callbacks.TensorBoard(tmp_path, profile_batch=(3, 6))
    fit(small(), callback)
    (folder,) = (tmp_path / "train" / "plugins" / "profile").iterdir()
    assert {file.name.split(".", 1)[1] for file in folder.iterdir()} == {
        "xplane.pb", "trace.json.gz",
    }  # fmt: skip
    ((step, _, plugin),) = values(tmp_path / "train")["batch_6"]
    assert (step, plugin) == (6, "graph_run_metadata_graph")
    with pytest.raises(profiler.NotProfilingError):
        profiler.stop()


def test_a_second_profile_is_no_reason_to_stop_training(tmp_path):
    profiler.start(tmp_path / "mine")
    with pytest.warns(UserWarning, match="another profile"):
        fit(small(), keras.callbacks.TensorBoard(tmp_path, profile_batch=1), epochs=1)
    profiler.stop(save=False)


def embedded():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((3,), dtype="int32"), keras.layers.Embedding(5, 2, name="words"),
         keras.layers.Flatten(), keras.layers.Dense(1)]
    )  # fmt: skip
    model.compile("sgd", "mse")
    return model


def test_embeddings(tmp_path):
    model = embedded()
    tmp_path.joinpath("words.txt").write_text("a\nb\nc\nd\ne\n")
    callback = keras.callbacks.TensorBoard(
        tmp_path, embeddings_freq=1, embeddings_metadata={"words": "words.txt"}
    )
    x = np.ones((4, 3), np.int32)
    model.fit(x, np.ones(4), epochs=2, verbose=0, callbacks=[callback])
    for folder in (tmp_path, tmp_path / "train"):
        text = (folder / "projector_config.pbtxt").read_text()
        assert 'tensor_name: "words"' in text
        assert 'metadata_path: "words.txt"' in text
        assert (folder / "words.txt").is_file()
    table = np.loadtxt(tmp_path / "train" / "words_vectors.tsv", delimiter="\t")
    np.testing.assert_allclose(table, model.get_layer("words").embeddings.numpy(), rtol=1e-6)
    other = embedded()
    other.load_weights(tmp_path / "train" / "keras_embedding.ckpt-1.weights.h5")
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
    with pytest.raises(ValueError, match=r"names 'word'.*Did you mean 'words'"):
        model.fit(
            x, np.ones(4), verbose=0,
            callbacks=[keras.callbacks.TensorBoard(
                tmp_path, embeddings_freq=1, embeddings_metadata={"word": "words.txt"}
            )],
        )  # fmt: skip


def test_records_of_eager_steps_go_to_the_files(tmp_path):
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            y = self.dense(x)
            tf.summary.scalar("mean output", keras.ops.mean(y))
            return y

    model = Net()
    model.compile("sgd", "mse", run_eagerly=True)
    fit(model, keras.callbacks.TensorBoard(tmp_path, update_freq=2), epochs=1)
    assert list(scalars(tmp_path / "train", "mean output")) == [2, 4]
    assert not tf.summary.should_record_summaries()
    compiled = Net()
    compiled.compile("sgd", "mse")  # records nothing, and works
    fit(compiled, keras.callbacks.TensorBoard(tmp_path / "b"), epochs=1, validation_split=0.2)


def test_evaluation_alone(tmp_path):
    model = small()
    model.evaluate(X, Y, verbose=0, callbacks=[keras.callbacks.TensorBoard(tmp_path)])
    assert set(scalars(tmp_path / "validation", "evaluation_loss_vs_iterations")) == {0}
    assert not (tmp_path / "train").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"update_freq": "batches"}, "update_freq is"),
        ({"update_freq": 0}, "update_freq is"),
        ({"histogram_freq": -1}, "histogram_freq is"),
        ({"embeddings_freq": 1.5}, "embeddings_freq is"),
        ({"profile_batch": (5, 2)}, "profile_batch is"),
        ({"profile_batch": -1}, "profile_batch is"),
        ({"profile_batch": "a,b"}, "profile_batch is"),
        ({"profile_batch": (1, 2, 3)}, "profile_batch is"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        keras.callbacks.TensorBoard("unused", **arguments)


def test_old_arguments():
    assert keras.callbacks.TensorBoard(log_dir="unused", write_grads=True, batch_size=32).log_dir
    assert keras.callbacks.TensorBoard("unused", profile_batch="2,4")._last_profiled == 4
    with pytest.raises(TypeError, match="'histogram_frequency'"):
        keras.callbacks.TensorBoard("unused", histogram_frequency=1)
