"""Caches, saved datasets and files of lines and records: complete, or not there."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

import cornu.tf as tf
from cornu.core.errors import InvalidFileError
from cornu.data import Dataset
from cornu.data.examples import decode_example, encode_example
from cornu.data.records import RecordWriter


def values(dataset):
    return [np.asarray(value).tolist() for value in dataset.as_numpy_iterator()]


@pytest.mark.parametrize("in_file", [False, True])
def test_cache_computes_once(in_file, tmp_path):
    calls = []

    def function(n):
        calls.append(int(n))
        return int(n) * 10

    dataset = Dataset.range(4).map(function)
    cached = dataset.cache(str(tmp_path / "kept")) if in_file else dataset.cache()
    assert values(cached.take(2)) == [0, 10]
    assert not list(tmp_path.iterdir())  # an unfinished pass keeps nothing
    assert values(cached) == [0, 10, 20, 30]
    calls.clear()
    assert values(cached) == [0, 10, 20, 30]
    assert calls == []


def test_cached_tables_fill_by_the_row():
    images = np.arange(20).reshape(10, 2)
    dataset = Dataset.from_tensor_slices(images).map(lambda x: x * 2).cache().shuffle(10, seed=0)
    assert sorted(values(dataset)) == (images * 2).tolist()
    assert sorted(values(dataset)) == (images * 2).tolist()


def test_saved_datasets_come_back_and_damaged_ones_are_refused(tmp_path):
    dataset = Dataset.from_tensor_slices({"x": np.eye(3, dtype=np.float32), "t": ["a", "b", "ü"]})
    dataset.save(tmp_path / "set")
    loaded = Dataset.load(tmp_path / "set")
    assert loaded.element_spec == dataset.element_spec
    assert [row["t"].item() for row in loaded] == ["a", "b", "ü"]
    with pytest.raises(FileNotFoundError, match="elements"):
        Dataset.load(tmp_path / "none")
    file = tmp_path / "set" / "elements.cornu"
    data = file.read_bytes()
    for damaged in (b"", data[:10], data[:40], data[:-9], b"x" * len(data)):
        file.write_bytes(damaged)
        with pytest.raises(InvalidFileError):
            values(Dataset.load(tmp_path / "set"))


def test_lines(tmp_path):
    plain, packed = tmp_path / "a.txt", tmp_path / "b.gz"
    plain.write_bytes("eins\r\nzwei\n\ndrei ü".encode())
    packed.write_bytes(gzip.compress(b"vier\n"))
    lines = tf.data.TextLineDataset([str(plain)])
    assert [line.decode() for line in lines.as_numpy_iterator()] == ["eins", "zwei", "", "drei ü"]
    assert values(tf.data.TextLineDataset(str(packed), "GZIP")) == [b"vier"]
    by_file = tf.data.Dataset.list_files(str(tmp_path / "*.txt")).interleave(
        tf.data.TextLineDataset
    )
    assert len(values(by_file)) == 4
    with pytest.raises(tf.errors.NotFoundError, match="No such file"):
        list(tf.data.TextLineDataset("nowhere.txt"))
    with pytest.raises(InvalidFileError, match="gzip"):
        list(tf.data.TextLineDataset(str(plain), "GZIP"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="No files matched"):
        tf.data.Dataset.list_files(str(tmp_path / "*.png"))


@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
def test_records(tmp_path, compression):
    path = str(tmp_path / "a.tfrecord")
    records = [b"", b"abc", bytes(range(256)) * 20]
    with RecordWriter(path, compression) as writer:
        for record in records:
            writer.write(record)
        assert not list(tmp_path.glob("a.*"))
    assert list(tf.data.TFRecordDataset(path, compression).as_numpy_iterator()) == records


def test_damaged_records_are_named(tmp_path):
    path = tmp_path / "a.tfrecord"
    with RecordWriter(path) as writer:
        writer.write(b"first")
        writer.write(b"second")
    data = bytearray(path.read_bytes())
    path.write_bytes(data[:-3])
    with pytest.raises(InvalidFileError, match="record 1.*cut off"):
        list(tf.data.TFRecordDataset(str(path)))
    data[12] ^= 1
    path.write_bytes(data)
    with pytest.raises(InvalidFileError, match="record 0.*corrupted"):
        list(tf.data.TFRecordDataset(str(path)))


def test_examples_round_trip_and_refuse_garbage():
    features = {
        "f": ("float", [0.5, -1.0]),
        "i": ("int64", [-3, 2**40]),
        "b": ("bytes", [b"\xff"]),
        "e": ("int64", []),
    }
    assert decode_example(encode_example(features)) == features
    for garbage in (b"\x0a\x05ab", b"\xff" * 12, b"\x0a\x02\x0a\x7f"):
        with pytest.raises(ValueError, match="Could not parse"):
            decode_example(garbage)
