"""What the data arguments of fit, evaluate and predict mean: sources of batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from cornu.core import tree
from cornu.core.errors import suggestion
from cornu.data import Dataset
from cornu.training import checks
from cornu.training.arrays import is_array_like, named_leaves, to_arrays
from cornu.training.class_weights import weights_of_classes
from cornu.training.datasets import DatasetSource
from cornu.training.sources import ArraySource, IteratorSource, Source


class TrainingArguments(NamedTuple):
    """The arguments of `fit` that say what data to use; documented there."""

    x: Any
    y: Any
    sample_weight: Any
    class_weight: dict[int, float] | None
    batch_size: int | None
    shuffle: bool | str
    steps_per_epoch: int | None
    validation_split: float
    validation_data: Any
    validation_batch_size: int | None
    validation_steps: int | None
    text: bool = False


def takes_text(model: Any) -> bool:
    """Whether a part of the model reads text."""
    return any(getattr(layer, "takes_text", False) for layer in model._flatten_layers())


# What Keras 2 took to feed a model from several processes; feeding needs no settings here.
_FEEDING = ("max_queue_size", "workers", "use_multiprocessing")


def refuse_unknown(method: str, keywords: dict[str, Any], known: Iterable[str]) -> None:
    """Checks the further arguments of fit, evaluate and predict.

    Args:
        method: Name of the method.
        keywords: What was passed beside the method's own arguments.
        known: Names of its own arguments.

    Raises:
        TypeError: For a name that Keras has never known.
    """
    for name in keywords:
        if name not in _FEEDING:
            raise TypeError(
                f"{method}() got an unexpected keyword argument {name!r}.{suggestion(name, known)}"
            )


def make_source(
    x: Any,
    y: Any,
    sample_weight: Any,
    batch_size: int | None,
    shuffle: bool | str = False,
    steps: int | None = None,
    text: bool = False,
    class_weight: dict[int, float] | None = None,
) -> Source:
    """Returns the source of batches for what a user passed.

    Args:
        x: Inputs.
        y: Targets, or None.
        sample_weight: Weights, or None.
        batch_size: Rows per batch; None means 32, or what makes `steps` batches of arrays.
        shuffle: Whether to take rows in a new order each epoch.
        steps: Steps per epoch, or None.
        text: Whether x may hold text.
        class_weight: Weight of each class number, or None.

    Returns:
        A source.

    Raises:
        ValueError: When there is no data, y or batch_size comes with data that yield batches of
            their own, or endless data without a number of steps.
        TypeError: When x cannot be data.
    """
    if x is None:
        raise ValueError("There is no data: x is None. Pass arrays, a generator or a dataset.")
    if is_array_like(x):
        if class_weight is not None:
            sample_weight = weights_of_classes(y, class_weight, sample_weight)
        size = 32 if batch_size is None else batch_size
        rows = ArraySource(x, y, sample_weight, size, shuffle, text)
        if batch_size is None and steps is not None:
            rows.batch_size = -(-rows.rows // steps)
            rows.steps = -(-rows.rows // rows.batch_size)
        return rows
    if not hasattr(x, "__iter__") and not hasattr(x, "__getitem__"):
        raise TypeError(
            f"x is a {type(x).__name__}; expected an array, a list or dict of arrays, a pandas "
            f"object, or a generator or dataset that yields batches."
        )
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"{name} was given although x is a {type(x).__name__}, which must yield it: let it "
                f"yield (x, y) or (x, y, sample_weight)."
            )
    if not isinstance(x, Dataset):
        return IteratorSource(x, shuffle, text, class_weight)
    if batch_size is not None:
        raise ValueError(
            "The `batch_size` argument must not be specified for a Dataset, which yields batches "
            f"already. Leave it out, and use dataset.batch({batch_size})."
        )
    source = DatasetSource(x, text, class_weight)
    if source.is_infinite and steps is None:
        raise ValueError(
            "When providing an infinite dataset, you must specify the number of steps to run: "
            "steps_per_epoch (validation_steps for validation_data, steps for evaluate and "
            "predict). If you did not intend an infinite dataset, do not call repeat() on it."
        )
    return source


def training_sources(given: TrainingArguments) -> tuple[Source, Source | None]:
    """Returns the sources to train and to validate on.

    Raises:
        ValueError: For a bad validation_split, or one together with batched data.
    """
    x, y, sample_weight = given.x, given.y, given.sample_weight
    validation_data = given.validation_data
    fraction = given.validation_split
    if fraction and validation_data is None:
        if not 0 < fraction < 1:
            raise ValueError(
                f"validation_split must be between 0 and 1, such as 0.2; got {fraction}."
            )
        if not is_array_like(x):
            raise ValueError(
                f"validation_split needs arrays; x is a {type(x).__name__}, whose last rows cannot "
                f"be told in advance. Pass validation_data instead."
            )
        (x, y, sample_weight), validation_data = _split_tail(given)
    source = make_source(
        x, y, sample_weight, given.batch_size, given.shuffle, given.steps_per_epoch, given.text,
        given.class_weight,
    )  # fmt: skip
    if isinstance(source, ArraySource):
        source.columns = getattr(given.x, "columns", None)
    if validation_data is None:
        return source, None
    batch_size = given.validation_batch_size
    if batch_size is None and not isinstance(validation_data, Dataset):
        batch_size = given.batch_size
    with about("validation_data"):
        validation = _validation_source(
            validation_data, batch_size, given.validation_steps, given.text
        )
    if given.validation_data is None and isinstance(validation, ArraySource):
        validation.columns = getattr(given.x, "columns", None)
    return source, validation


@contextmanager
def about(what: str) -> Iterator[None]:
    """Puts what the data are for in front of the errors of a `with` block."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise type(error)(f"{what}: {error}") from None


def _validation_source(data: Any, batch_size: int | None, steps: int | None, text: bool) -> Source:
    if isinstance(data, (list, tuple)) and len(data) in (2, 3):
        x, y, weight = (*data, None)[:3]
        return make_source(x, y, weight, batch_size, steps=steps, text=text)
    if isinstance(data, (list, tuple)):
        raise ValueError(
            f"validation_data must be (x, y) or (x, y, sample_weight), or yield batches; got a "
            f"{type(data).__name__} of {len(data)}."
        )
    return make_source(data, None, None, batch_size, steps=steps, text=text)


def _split_tail(given: TrainingArguments) -> tuple[Any, Any]:
    """Returns all but the last fraction of the rows, and that fraction."""
    fraction = given.validation_split
    parts = (
        to_arrays(given.x, "x", given.text),
        to_arrays(given.y, "y"),
        to_arrays(given.sample_weight, "sample_weight"),
    )
    checks.same_rows(*parts)
    rows = len(next(leaf for leaf in tree.flatten(parts) if leaf is not None))
    cut = int(np.floor(rows * (1.0 - fraction)))
    if cut in (0, rows):
        raise ValueError(
            f"validation_split={fraction} of {rows} rows leaves {cut} to train on and "
            f"{rows - cut} to validate on; both must be at least 1."
        )

    def take(selection: slice) -> Any:
        return tree.map_structure(lambda a: None if a is None else a[selection], parts)

    targets = [leaf for leaf in tree.flatten(parts[1]) if leaf is not None]
    if len(targets) == 1:
        checks.same_classes(targets[0][:cut], targets[0][cut:], fraction)
    return take(slice(None, cut)), take(slice(cut, None))


def check_no_nan(source: Any, model: Any) -> None:
    """Raises ValueError when arrays in memory hold NaN that nothing of the user's looks at.

    A user's own layer or loss may know what to do with missing inputs or targets.
    """
    if not isinstance(source, ArraySource):
        return
    own_layers = not all(map(_is_cornus, model._flatten_layers()))
    own_losses = not all(map(_is_cornus, tree.flatten(model.loss)))
    for name, structure, handled in zip(
        ("x", "y", "sample_weight"), source.data, (own_layers, own_losses, False), strict=True
    ):
        for label, leaf in named_leaves(structure, name):
            if leaf is not None and not handled:
                checks.no_nan(label, leaf, source.columns if name == "x" else None)


def _is_cornus(item: Any) -> bool:
    """Whether a layer, loss or name of one is cornu's own."""
    module = getattr(item, "__module__", "cornu.")
    return item is None or isinstance(item, str) or module.startswith("cornu.")


def check_epochs(epochs: Any, initial_epoch: Any) -> None:
    """Raises ValueError when the number of epochs is no whole number."""
    for name, value in (("epochs", epochs), ("initial_epoch", initial_epoch)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
            raise ValueError(f"{name} must be a whole number of 0 or more; got {value!r}.")


def check_steps(**counts: Any) -> None:
    """Raises ValueError when a number of steps is neither None nor a whole number above 0."""
    for name, value in counts.items():
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} must be a whole number of 1 or more; got {value!r}.")
