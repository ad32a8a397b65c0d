"""CIFAR-10: 60,000 colour images in ten classes, 32 by 32 pixels."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np

from cornu.core import settings
from cornu.datasets._arrays import Split, load_npz, reading
from cornu.datasets._files import RemoteFile, fetch, find
from cornu.datasets._pickled_batch import read_pickled_batch

_FOLDER = "cifar-10-batches-py"
_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
_TEST = "test_batch"
_PIXELS = 3 * 32 * 32
# The largest member of the archive is 31 MB; a declared size beyond this is not the data set.
_MAX_MEMBER_BYTES = 1 << 26
_FILE = RemoteFile(
    dataset="cifar10",
    name="cifar-10-python.tar.gz",
    url="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)

_Batches = dict[str, tuple[np.ndarray, np.ndarray]]


def load_data() -> Split:
    """Loads CIFAR-10, downloading it (170 MB) if it is not on this machine.

    The labels 0 to 9 are airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck.
    Beside the published archive, packed or unpacked, a folder with `cifar10_data_batch_1.npz` to
    `_5.npz` and one `cifar10_test*.npz` is read, each with arrays `data` (rows, 3072) and `labels`
    (rows,); a test file with fewer than 10,000 images is used as it is.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 (50000, 32, 32, 3) and
        (10000, 32, 32, 3) with values 0 to 255 (or (rows, 3, 32, 32) if the image data format is
        "channels_first"), and labels uint8 (50000, 1) and (10000, 1).

    Raises:
        DatasetError: If the file is not here and cannot be downloaded, or is damaged.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP

    Reference:
        A. Krizhevsky, "Learning multiple layers of features from tiny images" (2009).
    """
    batches = _read_batches()
    train = [batches[name] for name in _BATCHES]
    x_train = np.concatenate([data for data, _ in train])
    y_train = np.concatenate([labels for _, labels in train])
    x_test, y_test = batches[_TEST]
    return (_images(x_train), y_train[:, None]), (_images(x_test), y_test[:, None])


def _images(data: np.ndarray) -> np.ndarray:
    planes = data.reshape(-1, 3, 32, 32)
    if settings.image_data_format() == "channels_first":
        return planes
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1))


def _read_batches() -> _Batches:
    folder = find(_FOLDER, f"cifar-10-batches-py-target/{_FOLDER}")
    if folder is not None:
        return {name: _read_batch(folder / name) for name in (*_BATCHES, _TEST)}
    converted = find(f"cifar10_{_BATCHES[0]}.npz")
    if converted is not None:
        return _read_converted(converted.parent)
    # The second name is what Keras gives the archive in its cache.
    archive = find(_FILE.name, "cifar-10-batches-py-target_archive") or fetch(_FILE)
    return _read_archive(archive)


def _read_batch(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with reading("cifar10", path):
        return _checked(read_pickled_batch(path.read_bytes()))


def _read_archive(path: Path) -> _Batches:
    """Reads the batches out of the archive; nothing is unpacked to disk."""
    batches: _Batches = {}
    with reading("cifar10", path):
        try:
            with tarfile.open(path, "r:gz") as archive:
                for member in archive:
                    name = member.name.removeprefix(f"{_FOLDER}/")
                    if name not in (*_BATCHES, _TEST) or not member.isfile():
                        continue
                    content = archive.extractfile(member)
                    if content is None or member.size > _MAX_MEMBER_BYTES:
                        raise ValueError(f"member {member.name} is not a batch")
                    batches[name] = _checked(read_pickled_batch(content.read()))
        except tarfile.TarError as error:
            raise ValueError(str(error)) from error
        missing = [name for name in (*_BATCHES, _TEST) if name not in batches]
        if missing:
            raise ValueError(f"the archive has no {', '.join(missing)}")
    return batches


def _read_converted(folder: Path) -> _Batches:
    tests = sorted(folder.glob("cifar10_test*.npz"))
    paths = {name: folder / f"cifar10_{name}.npz" for name in _BATCHES}
    paths[_TEST] = tests[0] if tests else folder / "cifar10_test_batch.npz"
    batches = {}
    for name, path in paths.items():
        data, labels = load_npz("cifar10", path, ("data", "labels"))
        with reading("cifar10", path):
            batches[name] = _checked({b"data": data, b"labels": labels})
    return batches


def _checked(batch: dict) -> tuple[np.ndarray, np.ndarray]:
    data, labels = batch[b"data"], np.asarray(batch[b"labels"])
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8:
        raise ValueError("the images are not an array of bytes")
    if data.ndim != 2 or data.shape[1] != _PIXELS or labels.shape != (len(data),):
        raise ValueError(f"images of shape {data.shape} and labels of shape {labels.shape}")
    if labels.dtype.kind not in "iu" or labels.min(initial=0) < 0 or labels.max(initial=0) > 9:
        raise ValueError("labels outside 0 to 9")
    return data, labels.astype(np.uint8)
