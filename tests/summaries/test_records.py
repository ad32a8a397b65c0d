"""Records hold what was given, in the form that TensorBoard's plugins define."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import wave

import numpy as np
import pytest
from tests.summaries.reading import events, values

from cornu.core.extras import MissingExtraError
from cornu.summaries import png, records, writer

summary_v2 = pytest.importorskip("tensorboard.plugins.histogram.summary_v2")


@pytest.mark.parametrize(
    "data",
    [
        np.linspace(-1, 3, 101),
        np.random.default_rng(0).normal(size=(40, 30)).astype(np.float32),
        np.full(7, 2.5),
        np.arange(9),
        np.zeros(0),
        np.array([True, False, True]),
    ],
    ids=["range", "normal", "equal", "whole", "empty", "bool"],
)
@pytest.mark.parametrize("buckets", [30, 7, 1, 0])
def test_buckets_are_those_of_tensorboard(data, buckets):
    wanted = summary_v2.histogram_pb("h", data, buckets=buckets).value[0].tensor
    wanted = np.frombuffer(wanted.tensor_content).reshape(-1, 3) if buckets else np.zeros((0, 3))
    found = records.bucket_counts(data.astype(np.float64), buckets)
    np.testing.assert_allclose(found[:, :2], wanted[:, :2], rtol=1e-12, atol=1e-12)
    assert found[:, 2].sum() == wanted[:, 2].sum()
    assert np.abs(found[:, 2] - wanted[:, 2]).sum() <= 2  # a value on an edge


def test_what_is_not_finite_lies_in_no_bucket():
    rows = records.bucket_counts(np.array([np.nan, 1.0, np.inf, 3.0]), 2)
    assert rows.tolist() == [[1, 2, 1], [2, 3, 1]]
    assert not records.bucket_counts(np.array([np.nan]), 2).any()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_files_hold_the_pixels(channels):
    image = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, channels), np.uint8)
    opened = image.open(io.BytesIO(png.encode(pixels)))
    np.testing.assert_array_equal(np.asarray(opened).reshape(pixels.shape), pixels)


def test_images_and_sounds(tmp_path):
    image = pytest.importorskip("PIL.Image")
    file = writer.EventWriter(tmp_path / "a" / "b")
    floats = np.array([-1.0, 0.0, 0.5, 1.0, 2.0, np.nan], np.float32).reshape(1, 1, 6, 1)
    tone = np.sin(np.arange(100, dtype=np.float32)).reshape(1, 50, 2)
    file.add(
        [
            records.image("floats", floats),
            records.image("bytes", (floats > 0.4).astype(np.uint8) * 200),
            records.image("many", np.zeros((5, 2, 3, 3)), max_outputs=2),
            records.audio("tone", tone, 8000),
        ],
        step=4,
    )
    file.close()
    found = values(tmp_path / "a" / "b")
    ((step, array, plugin),) = found["floats"]
    assert (step, plugin, array[:2].tolist()) == (4, "images", [b"6", b"1"])
    pixels = np.asarray(image.open(io.BytesIO(array[2])))
    assert pixels.tolist() == [[0, 0, 127, 255, 255, 0]]
    assert len(found["many"][0][1]) == 2 + 2
    (_, array, plugin) = found["tone"][0]
    assert plugin == "audio"
    with wave.open(io.BytesIO(array[0])) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (8000, 2, 50)
        samples = np.frombuffer(sound.readframes(50), "<i2") / 32767
    np.testing.assert_allclose(samples, tone.ravel(), atol=2e-5)


def test_mistakes_are_named(tmp_path):
    for make, message in (
        (lambda: records.scalar("a", [1.0, 2.0]), r"single number; got shape \(2,\)"),
        (lambda: records.histogram("a", ["x"]), "expected numbers"),
        (lambda: records.image("a", np.zeros((2, 2))), "needs another axis"),
        (lambda: records.image("a", np.zeros((1, 2, 2, 5))), "1 to 4 channels"),
        (lambda: records.image("a", np.zeros((1, 2, 2, 1)), max_outputs=-1), "negative"),
        (lambda: records.text("a", 3), r"str\(value\)"),
        (lambda: records.audio("a", np.zeros(3), 8000), "sounds, samples, channels"),
    ):
        with pytest.raises(ValueError, match=message):
            make()
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match="Choose another"):
        writer.EventWriter(tmp_path / "file")
    closed = writer.EventWriter(tmp_path / "logs")
    closed.close()
    closed.close()
    closed.flush()
    with pytest.raises(writer.ClosedWriterError, match="Make a new one"):
        closed.add([records.scalar("a", 1)], 0)


def test_a_missing_package_is_named(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "tensorboard"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'cornu\[tensorboard\]'"):
        writer.EventWriter("unused")


def test_each_thread_has_its_own_default(tmp_path):
    seen = []
    file = writer.EventWriter(tmp_path)
    with writer.writing_to(file, 3):
        thread = threading.Thread(target=lambda: seen.append(writer.default_writer()))
        thread.start()
        thread.join()
        assert writer.default_writer() is file
        assert writer.default_step() == 3
    assert seen == [None]
    assert writer.default_writer() is None
    assert writer.default_step() is None


def test_a_program_that_just_ends_has_written_everything(tmp_path):
    code = (
        "from cornu.summaries import records, writer\n"
        f"file = writer.EventWriter({str(tmp_path)!r})\n"
        "for step in range(50): file.add([records.scalar('loss', step)], step)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert len([event for event in events(tmp_path) if event.summary.value]) == 50
