"""The training data: real where `CORNU_DATA_HOME` has it, otherwise made up in the same shapes.

Speed depends on shapes and dtypes, not on values, so made-up data serves as well.
"""

import gzip
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.workloads import DEEP_FEATURES, WIDE_FEATURES, WORDS, Workload

Array = npt.NDArray[np.generic]
Data = tuple[list[Array], list[Array]]

_SEED = 20240607


def load(workload: Workload) -> Data:
    """The inputs and the targets of a workload: float32, but for class labels (uint8) and tokens."""
    rows = workload.rows
    if workload.task in ("regression", "two_outputs"):
        features, target = _series(rows) if workload.network == "lstm" else _housing(rows)
        if workload.task == "regression":
            return [features], [target]
        wide = np.ascontiguousarray(features[:, :WIDE_FEATURES])
        deep = np.ascontiguousarray(features[:, -DEEP_FEATURES:])
        return [wide, deep], [target, target.copy()]
    if workload.task == "binary":
        return _text(rows, 100 if workload.network == "gru_text" else 200)
    images, labels = _inputs_of_classes(workload)
    if workload.task == "reconstruction":
        return [images], [images]
    if workload.task == "one_hot":
        return [images], [np.eye(10, dtype=np.float32)[labels]]
    return [images], [labels]


def megabytes(arrays: Sequence[Array]) -> float:
    """The size of the arrays, each counted once."""
    return sum({id(array): array.nbytes for array in arrays}.values()) / 1e6


def _housing(rows: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    path = _data_home() / "california_housing.npz"
    if path.is_file():
        with np.load(path, allow_pickle=False) as archive:
            features = archive["x"][:rows].astype(np.float32)
            target = archive["y"][:rows].astype(np.float32).reshape(-1, 1)
        features = (features - features.mean(0)) / features.std(0)
        return features, target / np.float32(max(1.0, float(np.abs(target).max())))
    random = np.random.default_rng(_SEED)
    features = random.standard_normal((rows, 8), dtype=np.float32)
    return features, np.tanh(features.sum(axis=1, keepdims=True)).astype(np.float32)


def _series(rows: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Windows of 50 days of a temperature, and the day after each."""
    path = _data_home() / "daily-min-temperatures.csv"
    if path.is_file():
        lines = path.read_text(encoding="utf-8").split()[1:]
        values = np.array([float(line.rpartition(",")[2]) for line in lines if "," in line])
    else:
        random = np.random.default_rng(_SEED)
        days = np.arange(3650)
        values = 11 + 4 * np.cos(days * 2 * np.pi / 365) + 2.5 * random.standard_normal(3650)
    values = (values - values.mean()) / values.std()
    windows = np.lib.stride_tricks.sliding_window_view(values.astype(np.float32), 51)[:rows]
    return windows[:, :50, None].copy(), windows[:, 50:].copy()


def _text(rows: int, tokens: int) -> Data:
    """Made-up reviews: word numbers by Zipf's law, as frequent words decide where updates meet."""
    random = np.random.default_rng(_SEED)
    shares = 1 / np.arange(1, WORDS + 1)
    words = random.choice(WORDS, (rows, tokens), p=shares / shares.sum()).astype(np.int32)
    return [words], [random.integers(0, 2, (rows, 1)).astype(np.float32)]


def _inputs_of_classes(workload: Workload) -> tuple[npt.NDArray[np.float32], Array]:
    random = np.random.default_rng(_SEED)
    if workload.network == "attention":
        labels = random.integers(0, 10, workload.rows, dtype=np.uint8)
        return random.standard_normal((workload.rows, 64, 64), dtype=np.float32), labels
    if workload.network == "cifar_cnn":
        path = _data_home() / "cifar10_data_batch_1.npz"
        if path.is_file():
            with np.load(path, allow_pickle=False) as archive:
                planes = archive["data"][: workload.rows].reshape(-1, 3, 32, 32)
                labels = archive["labels"][: workload.rows].astype(np.uint8)
            return _scaled(planes.transpose(0, 2, 3, 1)).reshape(-1, 32, 32, 3), labels
        labels = random.integers(0, 10, workload.rows, dtype=np.uint8)
        return random.random((workload.rows, 32, 32, 3), dtype=np.float32), labels
    images, labels = _images(workload.name, workload.rows)
    return images.reshape(-1, 28, 28, 1) if workload.network == "cnn_bn" else images, labels


def _images(name: str, rows: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    folder = _data_home()
    pixels: Array
    if name in ("fashion", "autoencoder", "dataset_fit"):
        files = [folder / "fashion-mnist" / f"train-{part}-ubyte.gz" for part in _IDX_PARTS]
        if all(file.is_file() for file in files):
            pixels, labels = (_read_idx(file) for file in files)
            return _scaled(pixels[:rows]), labels[:rows]
    elif (folder / "mnist.npz").is_file():
        with np.load(folder / "mnist.npz", allow_pickle=False) as archive:
            return _scaled(archive["x_train"][:rows]), archive["y_train"][:rows].astype(np.uint8)
    random = np.random.default_rng(_SEED)
    images = np.empty((rows, 784), dtype=np.float32)
    random.random(out=images, dtype=np.float32)
    # Most pixels of a real picture are background.
    images *= images > 0.75
    return images, random.integers(0, 10, rows, dtype=np.uint8)


_IDX_PARTS = ("images-idx3", "labels-idx1")


def _read_idx(path: Path) -> npt.NDArray[np.uint8]:
    with gzip.open(path, "rb") as stream:
        content = stream.read()
    rank = content[3]
    shape = np.frombuffer(content, dtype=">i4", count=rank, offset=4)
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * rank).reshape(shape)


def _scaled(pixels: Array) -> npt.NDArray[np.float32]:
    """Pixels as float32 in [0, 1], written in place: a float64 copy would set the peak memory."""
    flat = pixels.reshape(len(pixels), -1)
    scaled = np.empty(flat.shape, dtype=np.float32)
    np.multiply(flat, np.float32(1 / 255), out=scaled)
    return scaled


def _data_home() -> Path:
    return Path(os.environ.get("CORNU_DATA_HOME", "/nonexistent"))
