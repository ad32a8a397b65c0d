"""Files in one folder for each class, as datasets of images or texts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cornu.core import session
from cornu.core.errors import InvalidArgumentError
from cornu.data.dataset import Dataset
from cornu.data.elements import Array, ComponentSpec
from cornu.data.images import decoded, pillow, read_file
from cornu.data.lines import texts
from cornu.data.mapping import Map
from cornu.data.processors import processor_count
from cornu.data.resizing import checked_method, cropped_to_ratio, resized, resized_with_pad
from cornu.data.sources import Slices

_IMAGES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp")
_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


class _Listing:
    """The files of a folder with their labels.

    Attributes:
        paths: The files.
        labels: Their class numbers, or None.
        names: Names of the classes, or None.
    """

    def __init__(self, paths: list[str], labels: Any, names: list[str] | None) -> None:
        self.paths = paths
        self.labels = labels
        self.names = names

    def shuffled(self, seed: int) -> _Listing:
        """Returns them in the order that Keras gives them for a seed."""
        order = np.arange(len(self.paths))
        np.random.RandomState(seed).shuffle(order)
        labels = None if self.labels is None else [self.labels[place] for place in order]
        return _Listing([self.paths[place] for place in order], labels, self.names)

    def part(self, fraction: float, subset: str) -> _Listing:
        """Returns the last files ("validation") or all the others ("training")."""
        cut = len(self.paths) - int(fraction * len(self.paths))
        chosen = slice(None, cut) if subset == "training" else slice(cut, None)
        labels = None if self.labels is None else self.labels[chosen]
        return _Listing(self.paths[chosen], labels, self.names)


def _listed(
    directory: Any,
    labels: Any,
    class_names: Any,
    endings: Sequence[str],
    follow_links: bool,
) -> _Listing:
    root = Path(os.fspath(directory))
    if not root.is_dir():
        raise NotADirectoryError(f"There is no folder {str(directory)!r}.")
    if labels != "inferred":
        paths = _files(root, endings, follow_links)
        if labels is None:
            return _Listing(paths, None, None)
        if len(labels) != len(paths):
            raise InvalidArgumentError(
                f"Expected the lengths of `labels` to match the number of files in {directory}: "
                f"{len(labels)} labels, {len(paths)} files."
            )
        return _Listing(paths, list(labels), [str(name) for name in sorted(set(labels))])
    found = sorted(p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    names = found if class_names is None else list(class_names)
    missing = sorted(set(names) - set(found))
    if missing:
        raise InvalidArgumentError(
            f"The `class_names` passed did not match the names of the subdirectories of the "
            f"target directory: there is no {missing[0]!r} among {', '.join(found)}."
        )
    files, numbers = [], []
    for number, name in enumerate(names):
        inside = _files(root / name, endings, follow_links)
        files += inside
        numbers += [number] * len(inside)
    return _Listing(files, numbers, names)


def _files(folder: Path, endings: Sequence[str], follow_links: bool) -> list[str]:
    found = []
    for root, _, files in sorted(os.walk(folder, followlinks=follow_links)):
        found += [
            os.path.join(root, n) for n in sorted(files) if n.lower().endswith(tuple(endings))
        ]
    return found


def _check_split(fraction: Any, subset: Any, shuffle: bool, seed: Any) -> None:
    if fraction and not 0 < fraction < 1:
        raise InvalidArgumentError(f"`validation_split` must be between 0 and 1; got {fraction}.")
    if (fraction or subset) and not (fraction and subset):
        raise InvalidArgumentError(
            f"`subset` and `validation_split` must be given together; got subset={subset!r}, "
            f"validation_split={fraction!r}."
        )
    if subset not in ("training", "validation", "both", None):
        raise InvalidArgumentError(
            f"`subset` must be 'training', 'validation' or 'both'; got {subset!r}."
        )
    if fraction and shuffle and seed is None:
        raise InvalidArgumentError(
            "With `validation_split` and shuffling you must give a `seed`, the same for both "
            "parts, or they would overlap; or pass shuffle=False."
        )


def _labels(listing: _Listing, label_mode: Any) -> Array | None:
    if listing.labels is None or label_mode is None:
        return None
    names = listing.names or []
    kind = np.asarray(listing.labels)
    if label_mode == "int":
        return kind.astype(np.int32)
    if label_mode == "binary":
        return kind.astype(np.float32)[:, np.newaxis]
    return np.eye(len(names), dtype=np.float32)[kind]


class _Loader:
    """Makes an element of a file name and a label; stands where a user's function would."""

    def __init__(self, load: Callable[[str], Array], spec: ComponentSpec) -> None:
        self._load = load
        self._spec = spec

    def __call__(self, element: Any) -> Any:
        if isinstance(element, tuple):
            return self._load(str(element[0][()])), element[1]
        return self._load(str(element[()]))

    def rows(self, block: Any) -> None:
        """Returns None: files are read one by one."""

    def is_rowwise(self, spec: Any) -> bool:
        """Returns False, for the same reason."""
        return False

    def result_spec(self, spec: Any) -> Any:
        """Returns the spec of an element."""
        return (self._spec, spec[1]) if isinstance(spec, tuple) else self._spec


def _from_directory(
    directory: Any,
    labels: Any,
    label_mode: Any,
    class_names: Any,
    batch_size: Any,
    shuffle: bool,
    seed: Any,
    validation_split: Any,
    subset: Any,
    follow_links: bool,
    verbose: bool,
    endings: Sequence[str],
    what: str,
    loader: _Loader,
) -> Any:
    if labels is None:
        label_mode = None
    if label_mode not in ("int", "categorical", "binary", None):
        raise InvalidArgumentError(
            f'`label_mode` must be "int", "categorical", "binary" or None; got {label_mode!r}.'
        )
    if class_names is not None and labels != "inferred":
        raise InvalidArgumentError('`class_names` go with `labels="inferred"` only.')
    _check_split(validation_split, subset, shuffle, seed)
    seed = int(session.current().shuffles.randint(10**6)) if seed is None else int(seed)
    listing = _listed(directory, labels, class_names, endings, follow_links)
    if not listing.paths:
        raise InvalidArgumentError(
            f"No {what} found in directory {str(directory)!r}. Files with the endings "
            f"{', '.join(endings)} are read"
            + (", from one folder for each class." if labels == "inferred" else ".")
        )
    if label_mode == "binary" and len(listing.names or ()) != 2:
        raise InvalidArgumentError(
            f'With `label_mode="binary"` there must be exactly 2 classes; there are '
            f"{', '.join(listing.names or ())}."
        )
    count = len(listing.paths)
    classes = f" belonging to {len(listing.names)} classes" if listing.names is not None else ""
    _say(f"Found {count} files{classes}.", verbose)
    if shuffle:
        listing = listing.shuffled(seed)
    made = []
    for part in ("training", "validation") if subset == "both" else (subset,):
        chosen = listing if part is None else listing.part(validation_split, part)
        if part is not None:
            _say(f"Using {len(chosen.paths)} files for {part}.", verbose)
        if not chosen.paths:
            raise InvalidArgumentError(
                f"No {what} for {part}: {count} files cannot be split by {validation_split}."
            )
        mixed = shuffle and (subset != "both" or part == "training")
        made.append(_dataset(chosen, label_mode, batch_size, seed if mixed else None, loader))
    return made if subset == "both" else made[0]


def _say(text: str, verbose: bool) -> None:
    if verbose:
        sys.stdout.write(text + "\n")


def _dataset(
    listing: _Listing, label_mode: Any, batch_size: Any, seed: int | None, loader: Any
) -> Dataset:
    numbers = _labels(listing, label_mode)
    paths = texts(listing.paths)
    dataset = Dataset(Slices(paths if numbers is None else (paths, numbers)))
    if seed is not None:
        dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)
    dataset = Dataset(Map(dataset._stage, loader, processor_count()))
    if batch_size is not None:
        dataset = dataset.batch(batch_size)
    dataset = dataset.prefetch(-1)
    dataset.class_names = listing.names
    dataset.file_paths = listing.paths
    return dataset


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: Any = "int",
    class_names: Any = None,
    color_mode: str = "rgb",
    batch_size: Any = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: Any = None,
    validation_split: Any = None,
    subset: Any = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: Any = None,
    format: str = "tf",
    verbose: bool = True,
    **keywords: Any,
) -> Any:
    """Returns a dataset of the images in a folder.

    Args:
        directory: The folder, with one folder for each class when labels are "inferred".
        labels: "inferred" from the folders, a list with one number for each file in the order of
            their paths, or None.
        label_mode: "int", "categorical" (one-hot), "binary" (0 or 1, float32) or None.
        class_names: Names of the folders, in the order of their numbers; by the alphabet when None.
        color_mode: "grayscale", "rgb" or "rgba".
        batch_size: Images in a batch; None for single images.
        image_size: (height, width) that all images get.
        shuffle: Whether the order is random; else it is that of the paths.
        seed: Of the order.
        validation_split: Share of the files for validation.
        subset: "training", "validation" or "both".
        interpolation: "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5",
            "gaussian" or "mitchellcubic".
        follow_links: Whether links to folders are followed.
        crop_to_aspect_ratio: Whether images are cut instead of distorted.
        pad_to_aspect_ratio: Whether they get black borders instead of being distorted.
        data_format: "channels_last" or "channels_first".
        format: "tf", the only kind of dataset.
        verbose: Whether to print the number of files.
        **keywords: None are known.

    Returns:
        A Dataset of float32 images in 0 to 255 (uint8 for "nearest"), or of (images, labels), with
        the attributes `class_names` and `file_paths`; a list of two for "both".

    Raises:
        ValueError: For a folder without images, or a wrong argument; while it is read, for a file
            that is no image.

    Example:
        >>> import os, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> from cornu.data.images import save_img
        >>> for name in ("cat", "dog"):
        ...     save_img(os.path.join(folder, name, "1.png"), np.zeros((8, 8, 3)))
        >>> dataset = image_dataset_from_directory(folder, image_size=(4, 4), verbose=False)
        >>> images, labels = next(iter(dataset))
        >>> images.shape, dataset.class_names
        ((2, 4, 4, 3), ['cat', 'dog'])
    """
    if keywords:
        raise TypeError(f"image_dataset_from_directory: unknown argument {next(iter(keywords))!r}.")
    if color_mode not in _CHANNELS:
        raise InvalidArgumentError(
            f'`color_mode` must be "grayscale", "rgb" or "rgba"; got {color_mode!r}.'
        )
    if format != "tf":
        raise InvalidArgumentError(f'`format` must be "tf"; got {format!r}.')
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise InvalidArgumentError(
            "Only one of `pad_to_aspect_ratio` and `crop_to_aspect_ratio` can be True."
        )
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if not isinstance(size, (list, tuple)) or len(size) != 2 or min(size) < 1:
        raise InvalidArgumentError(f"`image_size` is (height, width); got {image_size!r}.")
    height, width = (int(n) for n in size)
    method = checked_method(interpolation)
    pillow("image_dataset_from_directory")
    channels = _CHANNELS[color_mode]
    first = data_format == "channels_first"
    kind = "uint8" if method == "nearest" and not pad_to_aspect_ratio else "float32"

    def load(path: str) -> Array:
        image = decoded(read_file(path), channels, path)
        if crop_to_aspect_ratio:
            image = cropped_to_ratio(image, height, width)
        fit = resized_with_pad if pad_to_aspect_ratio else resized
        image = fit(image, height, width, method).astype(kind, copy=False)
        return np.ascontiguousarray(image.transpose(2, 0, 1)) if first else image

    shape = (channels, height, width) if first else (height, width, channels)
    return _from_directory(
        directory, labels, label_mode, class_names, batch_size, shuffle, seed, validation_split,
        subset, follow_links, verbose, _IMAGES, "images",
        _Loader(load, ComponentSpec(shape, kind)),
    )  # fmt: skip


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: Any = "int",
    class_names: Any = None,
    batch_size: Any = 32,
    max_length: Any = None,
    shuffle: bool = True,
    seed: Any = None,
    validation_split: Any = None,
    subset: Any = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Returns a dataset of the text files in a folder.

    Args:
        directory: The folder, with one folder for each class when labels are "inferred".
        labels: "inferred" from the folders, a list with one number for each file in the order of
            their paths, or None.
        label_mode: "int", "categorical" (one-hot), "binary" (0 or 1, float32) or None.
        class_names: Names of the folders, in the order of their numbers; by the alphabet when None.
        batch_size: Texts in a batch; None for single texts.
        max_length: Bytes after which a text is cut.
        shuffle: Whether the order is random; else it is that of the paths.
        seed: Of the order.
        validation_split: Share of the files for validation.
        subset: "training", "validation" or "both".
        follow_links: Whether links to folders are followed.
        format: "tf", the only kind of dataset.
        verbose: Whether to print the number of files.

    Returns:
        A Dataset of texts, or of (texts, labels), with the attributes `class_names` and
        `file_paths`; a list of two for "both".

    Raises:
        ValueError: For a folder without text files, or a wrong argument.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in ("neg", "pos"):
        ...     (folder / name).mkdir()
        ...     _ = (folder / name / "1.txt").write_text(name * 2)
        >>> dataset = text_dataset_from_directory(folder, shuffle=False, verbose=False)
        >>> texts, labels = next(iter(dataset))
        >>> texts.numpy().tolist(), labels.numpy().tolist()
        (['negneg', 'pospos'], [0, 1])
    """
    if format != "tf":
        raise InvalidArgumentError(f'`format` must be "tf"; got {format!r}.')

    def load(path: str) -> Array:
        text = read_file(path)[:max_length].decode("utf-8", "surrogateescape")
        return np.array(text, object)

    return _from_directory(
        directory, labels, label_mode, class_names, batch_size, shuffle, seed, validation_split,
        subset, follow_links, verbose, (".txt",), "text files",
        _Loader(load, ComponentSpec((), "string")),
    )  # fmt: skip
