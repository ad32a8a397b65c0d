"""Building a model for its first batch, so that a failed attempt leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cornu.core import tree
from cornu.core.graph import capture, eager_scope
from cornu.training import checks
from cornu.training.datasets import DatasetSource
from cornu.training.runner import as_tensors, users_line_in_errors
from cornu.training.sources import ArraySource


def prepare(model: Any, source: Any, mode: str) -> None:
    """Makes everything that steps of a mode need: weights, losses, metrics, optimizer slots.

    Args:
        model: The model.
        source: Where batches will come from.
        mode: "train", "test" or "predict".

    Raises:
        ValueError: When data and model do not fit.
    """
    scored = mode != "predict"
    loss_unbuilt = model._compiled_loss is not None and not model._compiled_loss.built
    metrics_unbuilt = model._compiled_metrics is not None and not model._compiled_metrics.built
    if not _is_built(model) or (scored and (loss_unbuilt or metrics_unbuilt)):
        source.draw_first()
        _build(model, source, scored)
    elif scored and model._output_shapes is None:
        _build(model, source, scored)
    if isinstance(source, (ArraySource, DatasetSource)) and scored:
        check_targets(model, source)
    optimizer = model.optimizer
    if mode == "train" and optimizer is not None and not optimizer.built:
        with eager_scope():
            optimizer.build(model.trainable_weights)


def _is_built(model: Any) -> bool:
    return all(layer.built for layer in model._flatten_layers())


def _build(model: Any, source: Any, scored: bool) -> None:
    """Runs the model once without computing anything, or on one batch when it runs eagerly."""

    def step(data: Any) -> None:
        x, y, _ = data
        y_pred = model(x, training=False)
        model._output_shapes = tuple(tuple(leaf.shape) for leaf in tree.flatten(y_pred))
        if not scored or y is None:
            return
        if model._compiled_metrics is not None and not model._compiled_metrics.built:
            model._compiled_metrics.build(y, y_pred)
        if model._compiled_loss is not None and not model._compiled_loss.built:
            model._compiled_loss.build(y_pred)

    if model.run_eagerly:
        step(as_tensors(source.peek()))
    else:
        specs = source.first_specs()
        with users_line_in_errors(model):
            capture(step, specs, sample=lambda: as_tensors(source.peek()))
    model._clear_losses()


def check_targets(model: Any, source: ArraySource | DatasetSource) -> None:
    """Raises ValueError when known targets do not suit the losses or the outputs."""
    shapes = model._output_shapes
    compiled = model._compiled_loss
    y = source.data[1]
    if compiled is None or not compiled.built or not shapes or y is None:
        return
    targets = compiled.targets(y)
    functions = compiled.functions()
    for place, (function, shape, target) in enumerate(zip(functions, shapes, targets, strict=True)):
        if function is not None and target is not None:
            name = "y" if len(shapes) == 1 else f"y[{compiled.name_of(place)!r}]"
            checks.targets_fit(name, function, target, shape)


# -- undoing --------------------------------------------------------------------------------


@contextmanager
def undone_on_error(model: Any) -> Iterator[None]:
    """Puts the model back as it was when a `with` block raises.

    Building touches many attributes of many layers, some of them users' own: so the attributes are
    kept as they are, and the contents of lists, dicts and sets in them.
    """
    parts = [model.optimizer, model._compiled_loss, model._compiled_metrics]
    settled = all(part is None or part.built for part in parts)
    if settled and _is_built(model):
        yield
        return
    kept = [*model._flatten_layers(), *(part for part in parts if part is not None)]
    states = [(owner, dict(vars(owner)), _contents(vars(owner))) for owner in kept]
    try:
        yield
    except BaseException:
        for owner, attributes, contents in states:
            vars(owner).clear()
            vars(owner).update(attributes)
            for container, items in contents:
                _refill(container, items)
        raise


def _contents(container: Any) -> list[tuple[Any, Any]]:
    """Returns the containers among the values and what they hold, those inside them first."""
    found: list[tuple[Any, Any]] = []
    for value in container.values() if isinstance(container, dict) else container:
        if isinstance(value, (list, dict)):
            found += _contents(value)
            found.append((value, dict(value) if isinstance(value, dict) else list(value)))
        elif isinstance(value, set):
            found.append((value, set(value)))
    return found


def _refill(container: Any, items: Any) -> None:
    # The plain methods: tracked containers would tell their layer.
    if isinstance(container, list):
        list.__setitem__(container, slice(None), items)
    elif isinstance(container, dict):
        dict.clear(container)
        dict.update(container, items)
    else:
        set.clear(container)
        set.update(container, items)
