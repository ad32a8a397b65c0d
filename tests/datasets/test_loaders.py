"""Each loader: shapes, dtypes and splits as Keras documents them, from every layout on disk."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import pickle  # noqa: TID251 (writes the files that the safe reader is tried on)
import struct
import tarfile
import zipfile

import numpy as np
import pytest

from cornu.core import settings
from cornu.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    digits,
    fashion_mnist,
    mnist,
)
from cornu.datasets._files import DatasetError


def serve(server, monkeypatch, module, attribute, content):
    """Makes a module's remote file point to the local server."""
    file = getattr(module, attribute)
    path = f"/{file.name}"
    server.files[path] = content
    local = dataclasses.replace(
        file, url=server.url + path, sha256=hashlib.sha256(content).hexdigest()
    )
    monkeypatch.setattr(module, attribute, local)


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def test_digits_are_packaged_and_split_the_same_everywhere():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert x_train.shape == (1437, 8, 8)
    assert x_test.shape == (360, 8, 8)
    assert x_train.dtype == np.uint8
    assert y_train.dtype == y_test.dtype == np.int64
    assert (x_train.min(), x_train.max()) == (0, 16)
    assert set(y_train) == set(y_test) == set(range(10))
    joined = (
        np.concatenate([x_train, x_test]).tobytes() + np.concatenate([y_train, y_test]).tobytes()
    )
    assert hashlib.sha256(joined).hexdigest() == (
        "aad2ee3cad6b7a76f1352d993bc5133cda826c9952c32b5818621d1a9855d0ea"
    )


def test_digits_equal_the_original_file(data_folder):
    original = np.load(data_folder / "digits.npz")
    rows = {
        (row.tobytes(), int(label))
        for row, label in zip(original["data"].astype("u1"), original["target"])
    }
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    images, labels = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    assert len(images) == len(original["data"])
    assert {(image.tobytes(), int(label)) for image, label in zip(images, labels)} == rows


def test_mnist_downloads_checks_and_loads(homes, server, monkeypatch):
    x, y = np.arange(4 * 28 * 28, dtype=np.uint8).reshape(4, 28, 28), np.arange(4, dtype=np.uint8)
    serve(
        server, monkeypatch, mnist, "_FILE", npz(x_train=x, y_train=y, x_test=x[:1], y_test=y[:1])
    )
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    np.testing.assert_array_equal(x_train, x)
    np.testing.assert_array_equal(y_train, y)
    assert x_test.shape == (1, 28, 28)
    assert y_test.dtype == np.uint8
    mnist.load_data()
    assert len(server.requests) == 1


def test_mnist_takes_another_path(homes, server, monkeypatch):
    x, y = np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8)
    homes[1].mkdir(parents=True)
    (homes[1] / "mine.npz").write_bytes(npz(x_train=x, y_train=y, x_test=x, y_test=y))
    assert mnist.load_data(path="mine.npz")[0][0].shape == (1, 28, 28)
    assert server.requests == []


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes())


@pytest.fixture
def fashion_files(homes):
    folder = homes[0] / "fashion-mnist"
    folder.mkdir(parents=True)
    images, labels = (
        np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28),
        np.array([3, 9], np.uint8),
    )
    for part in ("train", "t10k"):
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(idx(images))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(idx(labels))
    return folder, images, labels


def test_fashion_mnist_reads_the_four_files(fashion_files):
    _, images, labels = fashion_files
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, images)
    np.testing.assert_array_equal(y_test, labels)
    assert x_train.flags.writeable
    assert x_test.dtype == y_train.dtype == np.uint8


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not gzip",
        gzip.compress(b""),
        gzip.compress(b"\x00\x00\x0d\x03" + bytes(12)),
        gzip.compress(bytes([0, 0, 8, 3]) + struct.pack(">3I", 2, 28, 28) + bytes(100)),
        gzip.compress(bytes([0, 0, 8, 3]) + struct.pack(">3I", 2**32 - 1, 2**32 - 1, 28)),
        idx(np.zeros((2, 28, 28), np.uint8))[:-20],
    ],
    ids=["empty", "not gzip", "no header", "not bytes", "too short", "huge", "truncated"],
)
def test_a_damaged_file_is_named_with_the_fix(fashion_files, content):
    path = fashion_files[0] / "train-images-idx3-ubyte.gz"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"fashion_mnist: .*train-images.* delete it"):
        fashion_mnist.load_data()


@pytest.mark.parametrize("module", [california_housing, boston_housing])
def test_housing_shuffles_and_splits(homes, server, monkeypatch, module):
    x, y = np.arange(100.0).reshape(50, 2), np.arange(50.0)
    serve(server, monkeypatch, module, "_FILE", npz(x=x, y=y))
    (x_train, y_train), (x_test, y_test) = module.load_data()
    order = np.arange(50)
    np.random.RandomState(113).shuffle(order)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), y[order])
    np.testing.assert_array_equal(x_train[:, 0] / 2, y_train)
    assert (len(x_train), len(x_test)) == (40, 10)
    assert len(module.load_data(test_split=0.5)[1][0]) == 25
    assert not np.array_equal(module.load_data(seed=1)[0][1], y_train)
    with pytest.raises(ValueError, match=r"test_split must be in \[0, 1\); got 1"):
        module.load_data(test_split=1)


def test_california_housing_versions(homes):
    homes[0].mkdir()
    x, y = np.zeros((1000, 8), np.float32), np.zeros(1000, np.float32)
    (homes[0] / "california_housing.npz").write_bytes(npz(x=x, y=y))
    assert len(california_housing.load_data(version="small")[0][0]) == 480
    with pytest.raises(ValueError, match="version must be 'large' or 'small'; got 'tiny'"):
        california_housing.load_data(version="tiny")


def test_an_npz_with_objects_is_refused(homes):
    homes[0].mkdir()
    x = np.array([{"a": 1}], dtype=object)
    (homes[0] / "boston_housing.npz").write_bytes(npz(x=x, y=x))
    with pytest.raises(DatasetError, match="boston_housing: .*x.npy declares"):
        boston_housing.load_data()


def test_an_npz_that_declares_more_than_it_holds_takes_no_memory(homes):
    homes[0].mkdir()
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        content, {"descr": "<f8", "fortran_order": False, "shape": (2**40, 13)}
    )
    path = homes[0] / "boston_housing.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", content.getvalue())
        archive.writestr("y.npy", content.getvalue())
    with pytest.raises(DatasetError, match="declares shape"):
        boston_housing.load_data()


def test_an_npz_with_other_arrays_is_refused(homes):
    homes[0].mkdir()
    (homes[0] / "mnist.npz").write_bytes(npz(x=np.zeros(1)))
    with pytest.raises(DatasetError, match=r"mnist: .*x_train.npy"):
        mnist.load_data()


# ------------------------------------------------------------------------------------ CIFAR-10


def cifar_batch(rows: int, first: int, protocol: int) -> bytes:
    data = ((np.arange(rows)[:, None] * 7 + np.arange(3072) + first) % 256).astype(np.uint8)
    batch = {
        b"batch_label": b"a batch",
        b"labels": [(first + row) % 10 for row in range(rows)],
        b"data": data,
        b"filenames": [b"one.png"] * rows,
    }
    return pickle.dumps(batch, protocol=protocol)


def cifar_batches(protocol: int = 2) -> dict[str, bytes]:
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    return {name: cifar_batch(3, index, protocol) for index, name in enumerate(names)}


def cifar_archive(batches: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in {"readme.html": b"hello", **batches}.items():
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def check_cifar(loaded):
    (x_train, y_train), (x_test, y_test) = loaded
    assert x_train.shape == (15, 32, 32, 3)
    assert y_train.shape == (15, 1)
    assert x_train.dtype == y_train.dtype == np.uint8
    assert x_test.shape == (3, 32, 32, 3)
    assert y_test.ravel().tolist() == [5, 6, 7]
    assert y_train.ravel().tolist() == [0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5, 4, 5, 6]
    # The planes of one picture become its channels: the green plane starts 1024 values later.
    assert x_train[0, 0, :2].tolist() == [[0, 0, 0], [1, 1, 1]]
    assert x_train[1, 0, 0].tolist() == [7, 7, 7]
    assert x_train[0, 1, 0].tolist() == [32, 32, 32]


@pytest.mark.parametrize("protocol", range(5))
def test_cifar10_reads_the_downloaded_archive(homes, server, monkeypatch, protocol):
    serve(server, monkeypatch, cifar10, "_FILE", cifar_archive(cifar_batches(protocol)))
    check_cifar(cifar10.load_data())
    assert sorted(path.name for path in homes[0].iterdir()) == ["cifar-10-python.tar.gz"]


@pytest.mark.parametrize(
    "folder", ["cifar-10-batches-py", "cifar-10-batches-py-target/cifar-10-batches-py"]
)
def test_cifar10_reads_what_keras_unpacked(homes, folder):
    (homes[1] / folder).mkdir(parents=True)
    for name, content in cifar_batches().items():
        (homes[1] / folder / name).write_bytes(content)
    check_cifar(cifar10.load_data())


def test_cifar10_reads_converted_batches(homes):
    homes[0].mkdir()
    for name, content in cifar_batches().items():
        batch = pickle.loads(content)
        file = homes[0] / f"cifar10_{name}.npz"
        file.write_bytes(npz(data=batch[b"data"], labels=np.array(batch[b"labels"])))
    check_cifar(cifar10.load_data())


def test_cifar10_follows_the_image_data_format(homes):
    homes[0].mkdir()
    (homes[0] / "cifar-10-python.tar.gz").write_bytes(cifar_archive(cifar_batches()))
    settings.set_image_data_format("channels_first")
    try:
        assert cifar10.load_data()[0][0].shape == (15, 3, 32, 32)
    finally:
        settings.set_image_data_format("channels_last")


def test_cifar10_names_what_an_archive_lacks(homes):
    batches = cifar_batches()
    del batches["data_batch_3"]
    homes[0].mkdir()
    (homes[0] / "cifar-10-python.tar.gz").write_bytes(cifar_archive(batches))
    with pytest.raises(DatasetError, match="the archive has no data_batch_3"):
        cifar10.load_data()


def test_real_files_have_the_published_shapes(data_folder, monkeypatch):
    monkeypatch.setenv("CORNU_DATA_HOME", str(data_folder))
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    assert (x_train.shape, x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]
    (x_train, y_train), _ = fashion_mnist.load_data()
    assert x_train.shape == (60000, 28, 28)
    assert y_train[:5].tolist() == [9, 0, 0, 3, 0]
    (x_train, y_train), (x_test, _) = boston_housing.load_data()
    assert (x_train.shape, x_test.shape) == ((404, 13), (102, 13))
    np.testing.assert_allclose(y_train[:3], [15.2, 42.3, 50.0])
    (x_train, _), (x_test, _) = california_housing.load_data()
    assert (x_train.shape, x_test.shape) == ((16512, 8), (4128, 8))


def test_pinned_digests_match_the_real_files(data_folder):
    """Fashion-MNIST is the one set whose local copy is byte for byte the published one."""
    for file in fashion_mnist._FILES:
        content = (data_folder / file.name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file.sha256
