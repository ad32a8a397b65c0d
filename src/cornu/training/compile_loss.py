"""CompiledLoss: the losses given to `compile`, resolved against a model's outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cornu import losses, metrics, ops
from cornu.core import tree
from cornu.training.outputs import Outputs


class _Entry(NamedTuple):
    place: int
    name: str
    function: Any
    weight: float | None


class CompiledLoss:
    """The weighted sum of the losses of all outputs.

    Args:
        loss: A name, function or Loss; or a list, or dict by output name, of them.
        loss_weights: Factors in the same form.
        output_names: Names of the model's outputs.

    Attributes:
        metrics: Means of the single losses, when there are several.
    """

    def __init__(
        self, loss: Any, loss_weights: Any = None, output_names: Sequence[str] | None = None
    ) -> None:
        # Unknown names are reported by compile(), not by the first fit().
        for leaf in [loss] if _is_config(loss) else tree.flatten(loss):
            if isinstance(leaf, str) or not callable(leaf):
                losses.get(leaf)
        for factor in tree.flatten(loss_weights):
            if factor is not None and (isinstance(factor, str) or callable(factor)):
                raise ValueError(
                    f"loss_weights are numbers, one for each loss; got {factor!r} in "
                    f"{loss_weights!r}. Metrics are given by name: metrics=[...]."
                )
        self._loss = loss
        self._weights = loss_weights
        self._names = output_names
        self._outputs: Outputs | None = None
        self._entries: list[_Entry] = []
        self.metrics: list[Any] = []

    @property
    def built(self) -> bool:
        """Whether the losses have been resolved."""
        return self._outputs is not None

    def build(self, y_pred: Any) -> None:
        """Resolves names and forms against what the model returns.

        Raises:
            ValueError: When the number or names of losses or weights do not fit the outputs.
        """
        outputs = Outputs(y_pred, self._names)
        entries: list[_Entry] = []
        if outputs.count == 1 and isinstance(self._loss, (list, tuple)):
            given = [[item] for item in self._loss]
            weights = tree.flatten(self._weights) if self._weights is not None else []
            weights += [None] * (len(given) - len(weights))
            for (item,), weight in zip(given, weights, strict=True):
                entries += self._entry(0, outputs, item, weight)
        else:
            per_output = outputs.spread(self._loss, "loss", is_leaf=_is_single)
            factors = outputs.spread(self._weights, "loss_weights")
            for place, (item, weight) in enumerate(zip(per_output, factors, strict=True)):
                entries += self._entry(place, outputs, item, weight)
        self._entries = entries
        if len(entries) > 1:
            self.metrics = [metrics.Mean(name=f"{entry.name}_loss") for entry in entries]
        self._outputs = outputs

    @staticmethod
    def _entry(place: int, outputs: Outputs, loss: Any, weight: float | None) -> list[_Entry]:
        if loss is None:
            return []
        function = loss
        if not isinstance(loss, losses.Loss):
            found: Any = losses.get(loss)
            if isinstance(found, type):
                found = found()
            function = found
            if not isinstance(found, losses.Loss):
                name = loss if isinstance(loss, str) else getattr(loss, "__name__", "loss")
                function = losses.LossFunctionWrapper(found, name=name)
        return [_Entry(place, outputs.names[place] or function.name, function, weight)]

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        if self._outputs is None:
            self.build(y_pred)
        outputs = self._outputs
        assert outputs is not None
        predictions = tree.flatten(y_pred)
        targets = self.targets(y_true)
        weights = outputs.spread(sample_weight, "sample_weight")
        total = None
        for number, entry in enumerate(self._entries):
            prediction = predictions[entry.place]
            value = _apply(entry, targets[entry.place], prediction, weights[entry.place])
            if self.metrics:
                rows = prediction.shape[0] if prediction.shape else 1
                self.metrics[number].update_state(value, sample_weight=rows)
            if entry.weight is not None:
                value = ops.multiply(value, entry.weight)
            total = value if total is None else ops.add(total, value)
        return total

    def targets(self, y_true: Any) -> list[Any]:
        """Returns one target per output, None where there is none; outputs without a loss need none.

        Raises:
            ValueError: When the number or the names of targets do not fit the outputs.
        """
        outputs = self._outputs
        assert outputs is not None
        places = sorted({entry.place for entry in self._entries})
        leaves = tree.flatten(y_true)
        if len(places) < outputs.count and len(leaves) == len(places):
            found: list[Any] = [None] * outputs.count
            for place, leaf in zip(places, leaves, strict=True):
                found[place] = leaf
            return found
        return outputs.targets(y_true)

    def functions(self) -> list[Any]:
        """Returns the loss of each output, None where there is none."""
        assert self._outputs is not None
        found: list[Any] = [None] * self._outputs.count
        for entry in self._entries:
            if found[entry.place] is None:
                found[entry.place] = entry.function
        return found

    def name_of(self, place: int) -> str | int:
        """Returns the name of an output, or its place when it has none."""
        assert self._outputs is not None
        return self._outputs.names[place] or place


def _is_single(loss: Any) -> bool:
    return not tree.is_nested(loss) or _is_config(loss)


def _is_config(loss: Any) -> bool:
    return isinstance(loss, dict) and "class_name" in loss


def _apply(entry: _Entry, target: Any, prediction: Any, weight: Any) -> Any:
    try:
        return entry.function(target, prediction, weight)
    except ValueError as error:
        shapes = [getattr(item, "shape", None) for item in (target, prediction, weight)]
        weighted = f" with sample_weight of shape {shapes[2]}" if shapes[2] is not None else ""
        raise ValueError(
            f"Loss {entry.function.name!r} cannot compare targets of shape {shapes[0]} with outputs of shape "
            f"{shapes[1]}{weighted}: {error}"
        ) from error
