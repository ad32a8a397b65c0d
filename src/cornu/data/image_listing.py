"""Which files hold images, and what their classes are: folders and pandas frames."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff")
CLASS_MODES = ("categorical", "binary", "sparse", "input", "raw", None)


class Listing(NamedTuple):
    """Images on disk.

    Attributes:
        paths: Their files.
        filenames: The same below the folder they were looked for in.
        labels: Numbers of classes, or values for "raw"; None without classes.
        class_indices: The number of each class.
        sample_weight: Weights, or None.
    """

    paths: list[str]
    filenames: list[str]
    labels: Array | None
    class_indices: dict[Any, int]
    sample_weight: Array | None


def split_of(subset: str | None, fraction: float) -> tuple[float, float]:
    """Returns from where to where in a list a subset goes, as parts of its length.

    Raises:
        ValueError: For an unknown subset, or one without a fraction.
    """
    if subset is None:
        return 0.0, 1.0
    if subset not in ("training", "validation"):
        raise ValueError(f"subset is 'training' or 'validation'; got {subset!r}.")
    if not fraction:
        raise ValueError(
            f"subset={subset!r} needs ImageDataGenerator(validation_split=...), such as 0.2."
        )
    return (0.0, fraction) if subset == "validation" else (fraction, 1.0)


def _say(images: int, kind: str, classes: int) -> None:
    sys.stdout.write(f"Found {images} {kind} belonging to {classes} classes.\n")


def directory_images(
    directory: str, classes: Any, follow_links: bool, subset: str | None, fraction: float
) -> Listing:
    """Returns the images in a folder that has a folder for each class.

    Raises:
        ValueError: When the folder is missing or holds no images.
    """
    directory = os.fspath(directory)
    if not os.path.isdir(directory):
        raise ValueError(f"flow_from_directory: there is no folder {directory!r}.")
    begin, end = split_of(subset, fraction)
    found = sorted(e.name for e in os.scandir(directory) if e.is_dir())
    names = list(found if classes is None else classes)
    paths: list[str] = []
    labels: list[int] = []
    for number, name in enumerate(names):
        files = _files(os.path.join(directory, name), follow_links)
        kept = files[int(begin * len(files)) : int(end * len(files))]
        paths += kept
        labels += [number] * len(kept)
    if not paths:
        raise ValueError(
            f"flow_from_directory: {directory!r} holds no images; expected a folder for each class "
            f"with files ending in {', '.join(ENDINGS)}. Its folders are {found}."
        )
    _say(len(paths), "images", len(names))
    indices = {name: number for number, name in enumerate(names)}
    filenames = [os.path.relpath(path, directory) for path in paths]
    return Listing(paths, filenames, np.array(labels, np.int32), indices, None)


def _files(folder: str, follow_links: bool) -> list[str]:
    if not os.path.isdir(folder):
        raise ValueError(f"flow_from_directory: there is no folder {folder!r} for its class.")
    walk = sorted(os.walk(folder, followlinks=follow_links), key=lambda entry: entry[0])
    return [
        os.path.join(root, name)
        for root, _, names in walk
        for name in sorted(names)
        if name.lower().endswith(ENDINGS)
    ]


def frame_images(
    frame: Any,
    directory: str | None,
    x_col: str,
    y_col: Any,
    weight_col: str | None,
    classes: Any,
    class_mode: str | None,
    validate: bool,
    subset: str | None,
    fraction: float,
) -> Listing:
    """Returns the images that a pandas frame lists.

    Raises:
        ValueError: For a missing column, a missing class, and when no file is there.
    """
    check_class_mode(class_mode)
    wanted = [x_col] if class_mode in (None, "input") else [x_col, *_columns(y_col)]
    wanted += [weight_col] if weight_col else []
    for column in wanted:
        if column not in frame.columns:
            raise ValueError(
                f"flow_from_dataframe: the frame has no column {column!r}; it has "
                f"{list(frame.columns)}. Name it with x_col, y_col or weight_col."
            )
    names = [str(name) for name in frame[x_col]]
    paths = [os.path.join(directory or "", name) for name in names]
    keep = [p for p, path in enumerate(paths) if not validate or _is_image(path)]
    if classes is not None and class_mode in ("categorical", "binary", "sparse"):
        allowed = set(classes)
        keep = [place for place in keep if frame[y_col].iloc[place] in allowed]
    keep = keep[int(split_of(subset, fraction)[0] * len(keep)) :][
        : _span(subset, fraction, len(keep))
    ]
    if not keep:
        raise ValueError(
            f"flow_from_dataframe: none of the {len(paths)} files is there; the first would be "
            f"{paths[0] if paths else None!r}. Check `directory` and the endings in column "
            f"{x_col!r}."
        )
    chosen = frame.iloc[keep]
    labels, indices = _frame_labels(chosen, y_col, classes, class_mode)
    weights = chosen[weight_col].to_numpy() if weight_col else None
    kind = "validated image filenames" if validate else "non-validated image filenames"
    if indices:
        _say(len(keep), kind, len(indices))
    else:
        sys.stdout.write(f"Found {len(keep)} {kind}.\n")
    return Listing(
        [paths[place] for place in keep], [names[place] for place in keep], labels, indices, weights
    )


def _span(subset: str | None, fraction: float, count: int) -> int:
    begin, end = split_of(subset, fraction)
    return int(end * count) - int(begin * count)


def _is_image(path: str) -> bool:
    return path.lower().endswith(ENDINGS) and os.path.isfile(path)


def _columns(y_col: Any) -> list[Any]:
    return list(y_col) if isinstance(y_col, (list, tuple)) else [y_col]


def _frame_labels(
    frame: Any, y_col: Any, classes: Sequence[Any] | None, class_mode: str | None
) -> tuple[Array | None, dict[Any, int]]:
    if class_mode in (None, "input"):
        return None, {}
    if class_mode == "raw":
        return frame[y_col].to_numpy(), {}
    values = frame[y_col].tolist()
    if not all(isinstance(value, str) for value in values):
        raise ValueError(
            f"flow_from_dataframe: with class_mode={class_mode!r} column {y_col!r} holds the names "
            f"of classes as text; convert it with .astype(str), or use class_mode='raw'."
        )
    names = sorted(set(values)) if classes is None else list(classes)
    indices = {name: number for number, name in enumerate(names)}
    return np.array([indices[value] for value in values], np.int32), indices


def check_class_mode(class_mode: str | None) -> None:
    """Raises ValueError for an unknown class mode."""
    if class_mode not in CLASS_MODES:
        listed = ", ".join(map(repr, CLASS_MODES))
        raise ValueError(f"class_mode is one of {listed}; got {class_mode!r}.")
