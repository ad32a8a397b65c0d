"""CompiledMetrics: the metrics given to `compile`, resolved against a model's outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cornu import losses, metrics
from cornu.core import registry, tree
from cornu.core.errors import suggestion
from cornu.training.outputs import Outputs

_ACCURACY = ("accuracy", "acc")
_CROSSENTROPY = ("crossentropy", "ce")


class CompiledMetrics:
    """Metrics of all outputs; behaves as one metric whose result is a dict.

    Args:
        metrics: A name, function or Metric; or a list or dict of them, or one list per output.
        weighted_metrics: Likewise; these take sample weights into account.
        output_names: Names of the model's outputs.

    Attributes:
        name: "compile_metrics".
    """

    def __init__(
        self,
        metrics: Any = None,
        weighted_metrics: Any = None,
        output_names: Sequence[str] | None = None,
    ) -> None:
        self.name = "compile_metrics"
        self._plain = metrics
        self._weighted = weighted_metrics
        self._names = output_names
        self._outputs: Outputs | None = None
        self._groups: list[tuple[bool, int, list[Any]]] = []
        for given in (metrics, weighted_metrics):
            for leaf in tree.flatten(given):
                _check_known(leaf)

    @property
    def built(self) -> bool:
        """Whether names have been resolved to metric objects."""
        return self._outputs is not None

    @property
    def metrics(self) -> list[Any]:
        """The metric objects, those without sample weights first."""
        return [metric for _, _, group in self._groups for metric in group]

    @property
    def variables(self) -> list[Any]:
        """The metrics' variables."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Resolves names such as "accuracy" by the shapes of targets and predictions.

        Raises:
            ValueError: When the number or names of metrics do not fit the outputs.
        """
        outputs = Outputs(y_pred, self._names)
        predictions = tree.flatten(y_pred)
        targets = outputs.targets(y_true)
        groups: list[tuple[bool, int, list[Any]]] = []
        for weighted, given in ((False, self._plain), (True, self._weighted)):
            what = "weighted_metrics" if weighted else "metrics"
            for place, wanted in enumerate(_per_output(outputs, given, what)):
                if targets[place] is None or not wanted:
                    continue
                group = [_resolve(item, targets[place], predictions[place]) for item in wanted]
                groups.append((weighted, place, group))
        self._groups = groups
        self._outputs = outputs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes one batch into account."""
        if self._outputs is None:
            self.build(y_true, y_pred)
        outputs = self._outputs
        assert outputs is not None
        predictions = tree.flatten(y_pred)
        targets = outputs.targets(y_true)
        weights = outputs.spread(sample_weight, "sample_weight")
        for weighted, place, group in self._groups:
            for metric in group:
                if weighted:
                    metric.update_state(targets[place], predictions[place], weights[place])
                else:
                    metric.update_state(targets[place], predictions[place])

    def reset_state(self) -> None:
        """Starts all metrics anew."""
        for metric in self.metrics:
            metric.reset_state()

    def _named(self) -> Iterator[tuple[str, Any]]:
        taken: dict[str, int] = {}
        outputs = self._outputs
        assert outputs is not None
        for weighted, place, group in self._groups:
            prefix = (
                f"{outputs.names[place]}_" if outputs.count > 1 and outputs.names[place] else ""
            )
            for metric in group:
                name = f"{prefix}{metric.name}"
                if weighted and name in taken:
                    name = f"{prefix}weighted_{metric.name}"
                count = taken.get(name, 0)
                taken[name] = count + 1
                yield (f"{name}_{count}" if count else name), metric

    def result(self) -> dict[str, Any]:
        """Returns the present value of each metric by its name."""
        if self._outputs is None:
            return {}
        return {name: metric.result() for name, metric in self._named()}

    def names(self) -> list[str]:
        """Returns the names under which the results appear, in order."""
        return [name for name, _ in self._named()] if self._outputs is not None else []


def _per_output(outputs: Outputs, given: Any, what: str) -> list[list[Any]]:
    """Returns a list of metrics for each output."""
    if given is None or (isinstance(given, (list, tuple, dict)) and not given):
        return [[] for _ in range(outputs.count)]
    if isinstance(given, dict):
        spread = outputs.spread(given, what)
    elif outputs.count == 1:
        spread = [tree.flatten(given)]
    elif not isinstance(given, (list, tuple)):
        spread = [given] * outputs.count
    elif len(given) == outputs.count:
        spread = list(given)
    elif not any(isinstance(item, (list, tuple, dict)) for item in given):
        raise ValueError(
            f"{what} lists {len(given)} metrics, but the model has {outputs.count} outputs"
            f"{outputs._listed()}. Give one list of metrics per output, such as "
            f"{what}=[['mae'], ['accuracy']], or a dict by output name."
        )
    else:
        spread = outputs.spread(given, what)
    return [[m for m in tree.flatten(item) if m is not None] for item in spread]


def _check_known(identifier: Any) -> None:
    """Raises ValueError for what is neither a metric nor the name of a metric or loss."""
    if not isinstance(identifier, str):
        if (
            identifier is not None
            and not callable(identifier)
            and not isinstance(identifier, metrics.Metric)
        ):
            metrics.get(identifier)
        return
    if identifier.lower() in (*_ACCURACY, *_CROSSENTROPY):
        return
    try:
        metrics.get(identifier)
    except ValueError:
        try:
            losses.get(identifier)
        except ValueError:
            known = [*registry.builtins_of("metric"), *registry.builtins_of("loss"), *_ACCURACY,
                     *_CROSSENTROPY]  # fmt: skip
            raise ValueError(
                f"Unknown metric {identifier!r}.{suggestion(identifier, known)} Pass a name such "
                f"as 'accuracy' or 'mae', a keras.metrics object, or a function of y_true and "
                f"y_pred."
            ) from None


def _is_binary(y_true: Any, y_pred: Any) -> tuple[bool, bool]:
    """Returns whether predictions are of one unit, and whether targets are class numbers."""
    binary = len(y_pred.shape) > 0 and y_pred.shape[-1] == 1
    sparse = len(y_true.shape) < len(y_pred.shape) or (
        len(y_true.shape) > 0 and y_true.shape[-1] == 1 and y_pred.shape[-1] != 1
    )
    return binary, sparse


def _resolve(identifier: Any, y_true: Any, y_pred: Any) -> Any:
    """Returns the metric object for what a user wrote."""
    if isinstance(identifier, metrics.Metric):
        return identifier
    lowered = identifier.lower() if isinstance(identifier, str) else None
    binary, sparse = _is_binary(y_true, y_pred)
    if lowered in _ACCURACY:
        kind: Any = metrics.CategoricalAccuracy
        if binary:
            kind = metrics.BinaryAccuracy
        elif sparse:
            kind = metrics.SparseCategoricalAccuracy
        return kind(name=str(identifier))
    if lowered in _CROSSENTROPY:
        kind = metrics.CategoricalCrossentropy
        if binary:
            kind = metrics.BinaryCrossentropy
        elif sparse:
            kind = metrics.SparseCategoricalCrossentropy
        return kind(name=str(identifier))
    found: Any = None
    if isinstance(identifier, str):
        try:
            found = metrics.get(identifier)
        except ValueError:
            found = losses.get(identifier)
    else:
        found = metrics.get(identifier)
    if isinstance(found, type):
        found = found()
    if isinstance(identifier, str):
        name = identifier
    else:
        name = str(getattr(identifier, "__name__", None) or getattr(found, "name", "metric"))
    if not isinstance(found, metrics.Metric):
        found = metrics.MeanMetricWrapper(found, name=name)
    elif isinstance(identifier, str):
        found.name = name
    return found
