"""The real TensorBoard, started on what cornu writes, and asked through its HTTP interface."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf

pytest.importorskip("tensorboard")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def write_logs(folder):
    """A training with everything on, an embedding, and records of every kind."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, activation="relu"),
         keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")], name="net",
    )  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    callback = keras.callbacks.TensorBoard(
        folder / "fit" / "first", histogram_freq=1, write_images=True, update_freq=2,
        profile_batch=2,
    )  # fmt: skip
    x, y = rng.random((40, 8, 8, 1), np.float32), rng.integers(0, 3, 40)
    history = model.fit(
        x, y, batch_size=8, epochs=3, validation_split=0.2, verbose=0, callbacks=[callback]
    )
    words = keras.Sequential(
        [keras.Input((2,), dtype="int32"), keras.layers.Embedding(6, 4, name="words"),
         keras.layers.Flatten(), keras.layers.Dense(1)]
    )  # fmt: skip
    words.compile("sgd", "mse")
    (folder / "words").mkdir()
    (folder / "words" / "labels.txt").write_text("\n".join("abcdef"))
    callback = keras.callbacks.TensorBoard(
        folder / "words", embeddings_freq=1, embeddings_metadata="labels.txt"
    )
    words.fit(np.ones((4, 2)), np.ones(4), verbose=0, callbacks=[callback])
    with tf.summary.create_file_writer(str(folder / "low")).as_default(step=0):
        tf.summary.scalar("number", 0.25)
        tf.summary.histogram("noise", rng.normal(size=200))
        tf.summary.image("picture", x[:2])
        tf.summary.text("note", "a **bold** word")
        tf.summary.audio("tone", np.sin(np.arange(800, dtype=np.float32)).reshape(1, -1, 1), 8000)
    return history.history, words.get_weights()[0]


class Server:
    """TensorBoard in a process of its own."""

    def __init__(self, logdir):
        command = ["--logdir", str(logdir), "--host", "127.0.0.1", "--port", "0"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tensorboard.main", *command, "--load_fast", "false"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = ""
        timer = threading.Timer(120, self._process.kill)
        timer.start()
        for line in self._process.stderr:
            said += line
            found = re.search(r"TensorBoard \S+ at (http://127\.0\.0\.1:\d+)/", line)
            if found:
                self.address = found.group(1)
                break
        else:
            raise RuntimeError(f"TensorBoard did not start:\n{said}")
        timer.cancel()
        # Nobody reads further; a full pipe would stop the server.
        threading.Thread(target=self._process.stderr.read, daemon=True).start()

    def get(self, path, **query):
        address = f"{self.address}/data/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.read()

    def json(self, path, **query):
        return json.loads(self.get(path, **query))

    def close(self):
        self._process.terminate()
        self._process.wait(30)
        self._process.stderr.close()


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    return folder, *write_logs(folder)


@pytest.fixture(scope="module")
def server(logs):
    with contextlib.closing(Server(logs[0])) as running:
        yield running


def test_scalars(server, logs):
    tags = server.json("plugin/scalars/tags")
    assert set(tags) == {"fit/first/train", "fit/first/validation", "words/train", "low"}
    assert {"epoch_loss", "epoch_accuracy", "epoch_learning_rate", "batch_loss"} <= set(
        tags["fit/first/train"]
    )
    rows = server.json("plugin/scalars/scalars", run="fit/first/train", tag="epoch_loss")
    assert [step for _, step, _ in rows] == [0, 1, 2]
    np.testing.assert_allclose([value for _, _, value in rows], logs[1]["loss"], rtol=1e-6)
    rows = server.json("plugin/scalars/scalars", run="fit/first/validation", tag="epoch_loss")
    np.testing.assert_allclose([value for _, _, value in rows], logs[1]["val_loss"], rtol=1e-6)


def test_histograms_and_distributions(server):
    tag = "net/conv2d/kernel/histogram"
    tags = server.json("plugin/histograms/tags")["fit/first/train"]
    assert len(tags) == 4
    tag = next(name for name in tags if name.endswith("kernel/histogram"))
    for plugin in ("histograms/histograms", "distributions/distributions"):
        rows = server.json(f"plugin/{plugin}", run="fit/first/train", tag=tag)
        assert [step for _, step, _ in rows] == [0, 1, 2]
        assert all(np.isfinite(row).all() for _, _, row in rows)


def test_graphs(server):
    info = server.json("plugin/graphs/info")["fit/first/train"]
    assert info["run_graph"]
    assert info["tags"]["keras"]["conceptual_graph"]
    assert info["tags"]["batch_2"]["op_graph"]
    run = {"run": "fit/first/train"}
    layers = server.get("plugin/graphs/graph", **run, tag="keras", conceptual="true").decode()
    assert re.findall(r'name: "net/(\w+?)(?:_\d+)?"', layers) == [
        "input_layer", "conv2d", "flatten", "dense",
    ]  # fmt: skip
    operations = server.get("plugin/graphs/graph", **run).decode()
    assert 'op: "conv"' in operations
    assert 'name: "gradients/net/' in operations
    assert 'op: "conv"' in server.get("plugin/graphs/graph", **run, tag="batch_2").decode()


def test_images_text_and_sounds(server):
    image = pytest.importorskip("PIL.Image")
    tags = server.json("plugin/images/tags")
    assert len(tags["fit/first/train"]) == 4
    samples = server.json("plugin/images/images", run="low", tag="picture", sample=0)
    opened = image.open(
        io.BytesIO(server.get(f"plugin/images/individualImage?{samples[0]['query']}&"))
    )
    assert opened.size == (8, 8)
    (note,) = server.json("plugin/text/text", run="low", tag="note")
    assert "<strong>bold</strong>" in note["text"]
    assert server.json("plugin/audio/tags") == {
        "low": {"tone": {"displayName": "", "description": "", "samples": 1}}
    }


def test_embeddings(server, logs):
    assert server.json("plugin/projector/runs") == ["words/train"]
    (embedding,) = server.json("plugin/projector/info", run="words/train")["embeddings"]
    assert embedding["tensorShape"] == [6, 4]
    data = server.get("plugin/projector/tensor", run="words/train", name="words")
    np.testing.assert_allclose(np.frombuffer(data, np.float32).reshape(6, 4), logs[2], rtol=1e-5)
    labels = server.get("plugin/projector/metadata", run="words/train", name="words")
    assert labels.split() == [b"a", b"b", b"c", b"d", b"e", b"f"]


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
@pytest.mark.parametrize("tab", ["scalars", "histograms", "graphs", "projector"])
def test_pages_are_shown(server, tab, tmp_path):
    image = pytest.importorskip("PIL.Image")
    picture = tmp_path / f"{tab}.png"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        subprocess.run(
            [
                CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}",
                "--window-size=1200,800", "--virtual-time-budget=20000",
                f"--screenshot={picture}", f"{server.address}/#{tab}",
            ],
            check=True, timeout=240, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    pixels = np.asarray(image.open(picture).convert("RGB"))
    assert pixels.shape == (800, 1200, 3)
    assert pixels[10, 5].tolist() == [245, 124, 0]  # the bar at the top
    shown = pixels[120:, 320:]  # without the bars at the top and the left
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) > 30
