"""The loops of fit, evaluate and predict over the batches of a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu.callbacks import CallbackList, ProgbarLogger
from cornu.core import tree
from cornu.core.graph import capture
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor
from cornu.training import checks
from cornu.training.runner import StepRunner
from cornu.training.sources import (
    ArraySource,
    IteratorSource,
    batch_specs,
    named_leaves,
    target_dtype,
    to_array,
    to_arrays,
)

Source = ArraySource | IteratorSource


class Run(NamedTuple):
    """Facts about one call of fit, evaluate or predict, handed to callbacks."""

    verbose: int
    epochs: int
    steps: int | None


# -- data -----------------------------------------------------------------------------------


def unpack(data: Any) -> tuple[Any, Any, Any]:
    """Returns x, y and sample_weight of a batch, None for those that are missing."""
    if type(data) is tuple and 1 <= len(data) <= 3:
        x, y, weight = (*data, None, None, None)[:3]
        return x, y, weight
    return data, None, None


def rows_of(x: Any) -> int:
    """Returns the number of samples in a batch."""
    first = tree.flatten(x)[0]
    return int(first.shape[0])


def plain(logs: Any) -> dict[str, Any]:
    """Returns logs with Python numbers as values, keys in alphabetical order."""
    flat: dict[str, Any] = {}
    for key, value in (logs or {}).items():
        if isinstance(value, dict):
            flat.update(plain(value))
        else:
            flat[key] = _number(value)
    return {key: flat[key] for key in sorted(flat)}


def _number(value: Any) -> Any:
    if isinstance(value, (int, float)):
        return value
    array = np.asarray(value)
    return float(array) if array.ndim == 0 else array


def to_numpy(value: Any) -> Any:
    """Returns a tensor of a result as a writable NumPy array."""
    if not isinstance(value, Tensor):
        return value
    array = value.numpy()
    owner = array if array.base is None else array.base
    if isinstance(owner, np.ndarray) and owner.flags.writeable and value.dtype != "bfloat16":
        # The buffer was made for this result alone.
        return owner.reshape(array.shape)
    return array.copy()


class _Single(IteratorSource):
    """One batch that is already standard."""

    def __init__(self, batch: Any) -> None:
        super().__init__([batch])
        self._first = [batch]


def single(batch: Any) -> IteratorSource:
    """Returns a source of one batch."""
    return _Single(batch)


def specs_of(batch: Any) -> Any:
    """Returns the Specs of a batch."""
    return batch_specs(batch)


def is_array_like(x: Any) -> bool:
    """Whether x is data in memory rather than something that yields batches."""
    if isinstance(x, (np.ndarray, list, tuple, dict, Tensor)) or hasattr(x, "iloc"):
        return True
    return hasattr(x, "__array__") or (hasattr(x, "detach") and hasattr(x, "cpu"))


def make_source(
    x: Any, y: Any, sample_weight: Any, batch_size: Any, shuffle: Any = False
) -> Source:
    """Returns the source of batches for what a user passed.

    Raises:
        ValueError: When y or batch_size comes with data that are batched already.
        TypeError: When x cannot be data.
    """
    if x is None:
        raise ValueError("There is no data: x is None. Pass arrays, a generator or a dataset.")
    if is_array_like(x):
        return ArraySource(x, y, sample_weight, 32 if batch_size is None else batch_size, shuffle)
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
    return IteratorSource(x, shuffle)


def training_sources(
    x: Any,
    y: Any,
    sample_weight: Any,
    class_weight: Any,
    batch_size: Any,
    shuffle: Any,
    validation_split: float,
    validation_data: Any,
    validation_batch_size: Any,
) -> tuple[Source, Source | None]:
    """Returns the sources to train and to validate on.

    Raises:
        ValueError: For a bad validation_split, or one together with batched data.
    """
    if validation_split and validation_data is None:
        if not 0 < validation_split < 1:
            raise ValueError(
                f"validation_split must be between 0 and 1, such as 0.2; got {validation_split}."
            )
        if not is_array_like(x):
            raise ValueError(
                f"validation_split needs arrays; x is a {type(x).__name__}, whose last rows cannot "
                f"be told in advance. Pass validation_data instead."
            )
        (x, y, sample_weight), validation_data = split_tail(x, y, sample_weight, validation_split)
    if class_weight is not None:
        if not is_array_like(x):
            raise ValueError(
                "class_weight needs arrays. Let the generator or dataset yield "
                "(x, y, sample_weight) instead."
            )
        sample_weight = weights_of_classes(y, class_weight, sample_weight)
    source = make_source(x, y, sample_weight, batch_size, shuffle)
    if validation_data is None:
        return source, None
    return source, validation_source(validation_data, validation_batch_size)


def validation_source(data: Any, batch_size: Any) -> Source:
    """Returns the source for `validation_data`."""
    if isinstance(data, (list, tuple)) and len(data) in (2, 3):
        x, y, weight = (*data, None)[:3]
        return make_source(x, y, weight, batch_size)
    if isinstance(data, (list, tuple)):
        raise ValueError(
            f"validation_data must be (x, y) or (x, y, sample_weight), or yield batches; got a "
            f"{type(data).__name__} of {len(data)}."
        )
    return make_source(data, None, None, batch_size)


def split_tail(x: Any, y: Any, sample_weight: Any, fraction: float) -> tuple[Any, Any]:
    """Returns all but the last fraction of the rows, and that fraction."""
    parts = (to_arrays(x, "x"), to_arrays(y, "y"), to_arrays(sample_weight, "sample_weight"))
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

    return take(slice(None, cut)), take(slice(cut, None))


def weights_of_classes(y: Any, class_weight: dict[int, float], sample_weight: Any) -> Any:
    """Returns sample weights by the class of each target, times given sample weights.

    Raises:
        ValueError: When y is missing or there are several targets.
    """
    if y is None or (tree.is_nested(y) and len(tree.flatten(y)) > 1 and isinstance(y, dict)):
        raise ValueError("class_weight needs one array of targets y.")
    labels = to_array(y, "y")
    if labels.ndim > 1 and labels.shape[-1] > 1:
        labels = labels.argmax(axis=-1)
    labels = np.round(labels.reshape(len(labels), -1)[:, 0]).astype(np.int64)
    weights = np.ones(len(labels), np.float32)
    for number, weight in class_weight.items():
        weights[labels == int(number)] = weight
    if sample_weight is None:
        return weights
    return weights * to_array(sample_weight, "sample_weight").reshape(len(weights))


def check_data(source: Source, method: str) -> None:
    """Raises ValueError when arrays in memory hold NaN."""
    if not isinstance(source, ArraySource) or method == "predict":
        return
    for name, structure in zip(("x", "y", "sample_weight"), source.data, strict=True):
        for label, leaf in named_leaves(structure, name):
            if leaf is not None:
                checks.no_nan(label, leaf)


def check_epochs(epochs: Any, initial_epoch: Any) -> None:
    """Raises ValueError when the number of epochs is no whole number."""
    for name, value in (("epochs", epochs), ("initial_epoch", initial_epoch)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
            raise ValueError(f"{name} must be a whole number of 0 or more; got {value!r}.")


# -- building -------------------------------------------------------------------------------


def is_unbuilt(model: Any) -> bool:
    """Whether the model or one of its layers has no weights yet."""
    layers = model._flatten_layers() if hasattr(model, "_flatten_layers") else [model]
    return not all(layer.built for layer in layers)


def symbolic_build(model: Any, specs: Any, mode: str) -> None:
    """Makes the model's weights, and resolves losses and metrics, without computing anything."""

    def step(data: Any) -> None:
        x, y, _ = unpack(data)
        y_pred = model(x, training=False) if model._takes_training() else model(x)
        model._output_shapes = [leaf.shape for leaf in tree.flatten(y_pred)]
        if mode == "predict" or y is None:
            return
        if model._compiled_metrics is not None and not model._compiled_metrics.built:
            model._compiled_metrics.build(y, y_pred)
        if model._compiled_loss is not None and not model._compiled_loss.built:
            model._compiled_loss.build(y_pred)

    capture(step, specs)


# -- loops ----------------------------------------------------------------------------------


def _steps(
    runner: StepRunner, source: Source, limit: int | None, every_batch: bool
) -> Iterator[tuple[int, Any]]:
    """Yields the number of steps done and the last result, over one epoch of a source."""
    if isinstance(source, IteratorSource):
        for number, batch in enumerate(source.epoch(limit), start=1):
            yield number, runner.run(batch)
        return
    total = source.steps if limit is None else limit
    done = 0
    while done < total:
        begin = source.position if limit is not None else 0
        if begin >= source.steps or limit is None:
            begin = 0
        if begin == 0:
            source.current = source.order()
        stop = min(source.steps, begin + total - done)
        for number, result in runner.epoch(source, source.current, begin, stop, every_batch):
            yield done + number - begin, result
        done += stop - begin
        source.position = stop if limit is not None else 0


def _bars(callbacks: CallbackList) -> list[ProgbarLogger]:
    return [item for item in callbacks.callbacks if isinstance(item, ProgbarLogger)]


def _walk(
    runner: StepRunner,
    source: Source,
    limit: int | None,
    callbacks: CallbackList,
    mode: str,
    model: Any,
) -> Any:
    """Runs one epoch, calls the hooks of batches, and returns the last step's result."""
    every_batch = callbacks.wants_batches(mode)
    bars = _bars(callbacks)
    begin = getattr(callbacks, f"on_{mode}_batch_begin")
    end = getattr(callbacks, f"on_{mode}_batch_end")
    result: Any = None
    done = 0
    if every_batch:
        begin(0, None)
    for done, result in _steps(runner, source, limit, every_batch):
        if every_batch:
            end(done - 1, plain(result))
            if mode == "train" and model.stop_training:
                break
            total = limit if limit is not None else source.steps
            if total is None or done < total:
                begin(done, None)
        for bar in bars:
            bar.progress(done, plain(result))
    if done == 0:
        raise ValueError(
            "The data source yielded no batch in this epoch. A generator can be walked only once: "
            "let it repeat for ever and pass steps_per_epoch, or pass a dataset or array."
        )
    return result


def fit(
    model: Any,
    source: Source,
    validation: Source | None,
    run: Run,
    callbacks: CallbackList,
    initial_epoch: int,
    steps_per_epoch: int | None,
    validation_steps: int | None,
    validation_freq: int | Sequence[int],
) -> None:
    """Runs the epochs of a training."""
    runner = model._runner("train")
    if isinstance(source, ArraySource):
        runner.prepare(source.specs())
    model.stop_training = False
    callbacks.on_train_begin()
    logs: dict[str, Any] = {}
    try:
        for epoch in range(initial_epoch, run.epochs):
            model.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            logs = plain(_walk(runner, source, steps_per_epoch, callbacks, "train", model))
            if validation is not None and _is_due(epoch, validation_freq):
                values = evaluate(model, validation, callbacks, validation_steps, inside_fit=True)
                logs.update({f"val_{name}": value for name, value in values.items()})
            callbacks.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
            runner = model._runner("train")
    finally:
        model.optimizer.finalize_variable_values(model.trainable_weights)
    callbacks.on_train_end(logs)


def _is_due(epoch: int, frequency: int | Sequence[int]) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency


def evaluate(
    model: Any,
    source: Source,
    callbacks: CallbackList,
    steps: int | None,
    inside_fit: bool = False,
) -> dict[str, Any]:
    """Runs the steps of an evaluation and returns the values by name."""
    if inside_fit:
        model._build_for(source, "test")
        check_data(source, "fit")
        callbacks = _without_bars(callbacks, model)
    callbacks.on_test_begin()
    model.reset_metrics()
    logs = plain(_walk(model._runner("test"), source, steps, callbacks, "test", model))
    callbacks.on_test_end(logs)
    return logs


def _without_bars(callbacks: CallbackList, model: Any) -> CallbackList:
    others = [item for item in callbacks.callbacks if not isinstance(item, ProgbarLogger)]
    inner = CallbackList(others)
    inner._model = model
    return inner


def predict(model: Any, source: Source, callbacks: CallbackList, steps: int | None) -> Any:
    """Runs the steps of a prediction and returns the outputs of all samples together."""
    runner = model._runner("predict")
    every_batch = callbacks.wants_batches("predict")
    parts: list[Any] = []
    callbacks.on_predict_begin()
    for done, result in _steps(runner, source, steps, every_batch=True):
        if every_batch:
            callbacks.on_predict_batch_begin(done - 1)
        outputs = tree.map_structure(to_numpy, result)
        parts.append(outputs)
        if every_batch:
            callbacks.on_predict_batch_end(done - 1, {"outputs": outputs})
        for bar in _bars(callbacks):
            bar.progress(done)
    callbacks.on_predict_end()
    if not parts:
        raise ValueError("predict: the data source yielded no batch.")
    if len(parts) == 1:
        return parts[0]
    return tree.map_structure(lambda *pieces: np.concatenate(pieces), *parts)


def predict_batch(runner: StepRunner, x: Any) -> Any:
    """Returns the outputs for one small batch; the short way for repeated calls."""
    name = target_dtype(x)
    specs = (Spec(x.shape, name), None, None)
    array = np.ascontiguousarray(x, name)
    compiled = runner._for_specs(specs)
    result = compiled.pack(compiled.executable.run([array]))
    if isinstance(result, Tensor):
        return to_numpy(result)
    return tree.map_structure(to_numpy, result)
