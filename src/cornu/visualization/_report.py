"""report: one HTML file that tells what was trained, how, and how good it is."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from cornu.core import session, shapes, tree
from cornu.core.engine import current_engine
from cornu.core.extras import optional_import
from cornu.drawing.curves import best_epoch, learning_curves
from cornu.drawing.svg import svg_text
from cornu.models.graph import graph_of
from cornu.models.picture import Details, model_scene
from cornu.models.summary import memory_size, readable_size, summary_text
from cornu.saving.replacing import replacing_file
from cornu.visualization import _page as html
from cornu.visualization import _results
from cornu.visualization._classification import (
    confidence,
    confusion_counts,
    confusion_matrix,
    misclassified,
    precision_recall_curve,
    roc_curve,
    worst_mistakes,
)
from cornu.visualization._functions import weight_histograms, weight_matrices
from cornu.visualization._neurons import layer_weights
from cornu.visualization._regression import predictions_against_truth, residuals
from cornu.visualization._targets import as_array, as_images, names_of

_WHO = "visualization.report"
# The root package is not imported from inside, but it is always there.
_VERSION = sys.modules["cornu"].__version__
_SCORES = ("precision", "recall", "F1", "samples")
_MOST_CLASSES = 30
_MOST_ROWS = 10
_MOST_FEATURES = 12
_MOST_WEIGHTS = 12
_MOST_CARDS = 60
_MOST_CURVES = 9
# What fits into a line of the page, in inches.
_WIDTH = 10.0


def report(
    model: Any,
    history: Any,
    data: Any,
    path: Any = "report.html",
    title: str | None = None,
    labels: Sequence[Any] | None = None,
) -> Path:
    """Writes one HTML file about a training: no other file, network or script is needed to read it.

    It shows the learning curves, the results on the data (confusion matrix, or predictions against
    the truth), the worst mistakes, weights, the model, its configuration, and how long things took.

    Args:
        model: A compiled model that was trained.
        history: What `fit` returned.
        data: `(x, y)` to be judged by, such as the test data.
        path: Name of the file; folders above it are made.
        title: Title of the page; the model's name when None.
        labels: Names of the classes.

    Returns:
        The full path of the file.

    Raises:
        ValueError: For a model that is not compiled or built, and for data in another form.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> import tempfile
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)], name="line")
        >>> model.compile("sgd", "mse")
        >>> x, y = np.random.rand(32, 2), np.random.rand(32, 1)
        >>> history = model.fit(x, y, verbose=0)
        >>> file = report(model, history, (x, y), Path(tempfile.mkdtemp()) / "line.html")
        >>> file.read_text()[:15]
        '<!DOCTYPE html>'
    """
    optional_import("matplotlib.figure", "plot", _WHO)
    if not getattr(model, "built", False) or not getattr(model, "compiled", False):
        raise ValueError(
            f"{_WHO}: model {getattr(model, 'name', model)!r} must be built and compiled; pass it "
            f"after model.compile(...) and model.fit(...)."
        )
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise ValueError(
            f"{_WHO}: data must be (x, y), such as the test data; got {type(data).__name__}"
            f"{f' of {len(data)} items' if isinstance(data, (tuple, list)) else ''}."
        )
    content = _Report(model, history, data, title, labels).text()
    with replacing_file(path) as new:
        new.write_text(content, encoding="utf-8")
    return Path(os.path.abspath(path))


class _Report:
    def __init__(self, model: Any, history: Any, data: Any, title: str | None, labels: Any) -> None:
        self.model = model
        self.history = history
        self.values = getattr(history, "history", history)
        self.x, self.y = data
        self.title = title or model.name
        self.labels = labels
        began = time.perf_counter()
        self.scores = model.evaluate(self.x, self.y, verbose=0, return_dict=True)
        self.evaluated = time.perf_counter() - began
        began = time.perf_counter()
        predictions = model.predict(self.x, verbose=0)
        self.predicted = time.perf_counter() - began
        self.results = _results.results_of(model, self.y, predictions)
        self.samples = len(as_array(tree.flatten(predictions)[0]))

    def text(self) -> str:
        sections = [
            ("curves", "Learning curves", self._curves()),
            *self._result_sections(),
            ("weights", "Weights", self._weights()),
            ("model", "Model", self._picture()),
            ("configuration", "Configuration", self._configuration()),
            ("timings", "Timings", self._timings()),
        ]
        made = dt.datetime.now().strftime("%Y-%m-%d %H:%M")
        foot = f"Written by cornu {_VERSION} on {made}."
        shown = [section for section in sections if section[2]]
        return html.page(f"{self.title} – report", self._head(), shown, foot)  # noqa: RUF001

    def _head(self) -> str:
        figures = [
            (name.replace("_", " "), *_share(name, value)) for name, value in self.scores.items()
        ]
        figures.sort(key=lambda found: "loss" in found[0])
        figures = figures[:4]
        epochs = len(getattr(self.history, "epoch", ())) or len(
            next(iter(self.values.values()), ())
        )
        figures.append(("epochs", str(epochs), ""))
        if self._seconds():
            figures.append(("training", *_duration(sum(self._seconds()))))
        weights = sum(shapes.size(weight.shape) for weight in self.model.weights)
        lead = (
            f"{type(self.model).__name__} with {weights:,} weights, judged by {self.samples:,} "
            f"samples."
        )
        return html.headline("Training report", self.title, lead, figures)

    def _seconds(self) -> list[float]:
        return list(getattr(self.history, "seconds", ()))

    # ------------------------------------------------------------------------------ the training

    def _curves(self) -> str:
        names = [n for n in self.values if not (n.startswith("val_") and n[4:] in self.values)]
        if not any(len(self.values[name]) for name in names):
            return ""
        names.sort(key=lambda name: (name != "loss", not name.endswith("loss")))
        chosen = names[:_MOST_CURVES]
        across, down = min(len(chosen), 3), -(-len(chosen) // 3)
        figure = html.figure(
            lambda ax: learning_curves(self.history, chosen, ax=ax),
            (_WIDTH if across > 1 else 6.4, (3.3 if across < 3 else 2.7) * down),
            "Loss and metrics by epoch",
            "A dot marks the best epoch of the validation."
            if any(f"val_{name}" in self.values for name in names)
            else "",
            count=len(chosen),
        )
        rows = []
        for name in [key for chosen_name in names for key in (chosen_name, f"val_{chosen_name}")]:
            curve = [float(value) for value in self.values.get(name, ())]
            best = best_epoch(name, curve) if curve else None
            rows += [] if best is None else [[name, curve[0], curve[-1], curve[best], best + 1]]
        table = html.table(["", "first epoch", "last epoch", "best", "in epoch"], rows)
        return figure + table

    # ------------------------------------------------------------------------------- the results

    def _result_sections(self) -> list[tuple[str, str, str]]:
        sections = []
        for number, result in enumerate(self.results):
            of = f" of {result.name}" if result.name else ""
            mark = f"-{number}" if result.name else ""
            if result.kind == "classes":
                sections.append((f"results{mark}", f"Results{of}", self._classes(result)))
                sections.append((f"mistakes{mark}", f"Worst mistakes{of}", self._mistakes(result)))
            elif result.kind == "labels":
                sections.append((f"results{mark}", f"Results{of}", self._labels(result)))
            elif result.kind == "numbers":
                sections.append((f"results{mark}", f"Results{of}", self._numbers(result)))
                sections.append((f"mistakes{mark}", f"Largest errors{of}", self._errors(result)))
        return sections

    def _classes(self, result: _results.Result) -> str:
        true = _results.class_of(result)
        counts = confusion_counts(true, result.said)
        wide = result.said.shape[1] if result.said.ndim == 2 else 1
        count = max(len(counts), wide, 2)
        counts = np.pad(counts, (0, count - len(counts)))
        right = int(counts.trace())
        names = names_of(self.labels, count, _WHO)
        text = f"<p>{right:,} of {len(true):,} samples right ({right / len(true):.1%}).</p>\n"
        parts = []
        if count <= _MOST_CLASSES:
            side = min(9.0, max(3.4, 1.6 + 0.38 * count))
            parts.append(
                html.figure(
                    lambda ax: confusion_matrix(true, result.said, names, ax=ax),
                    (side, side),
                    "Confusion matrix",
                    "Each row is a true class, each column what it was taken for; the darker a "
                    "cell, the larger its share of the row.",
                )
            )
        scores = sorted(zip(_results.scores_per_class(counts), names), key=lambda pair: pair[0][2])
        rows = [_score_row(name, found) for found, name in scores[:_MOST_CLASSES]]
        parts.append(f"<div>{html.table(['class', *_SCORES], rows)}</div>")
        text += f'<div class="beside">{"".join(parts)}</div>\n'
        if wide <= 2 and len(np.unique(true)) == 2:
            for draw, title in (
                (roc_curve, "Found positives against false alarms"),
                (precision_recall_curve, "Precision against recall"),
            ):
                parts.append(
                    html.figure(
                        lambda ax, draw=draw: draw(true, result.said, ax=ax), (4.4, 4.2), title
                    )
                )
            text += f'<div class="beside">{"".join(parts[-2:])}</div>\n'
        return text

    def _mistakes(self, result: _results.Result) -> str:
        wrong = worst_mistakes(result.true, result.said)
        if not len(wrong):
            return "<p>There are none.</p>\n"
        intro = f"<p>The surest of its {len(wrong):,} mistakes, with what it said and what is true.</p>\n"
        images = self._images()
        if images is not None:
            shown = min(18, len(wrong))
            down = -(-shown // 6)
            return intro + html.figure(
                lambda ax: misclassified(images, result.true, result.said, self.labels, 18, ax=ax),
                (8.4, 1.75 * down + 0.2),
                "Pictures taken for the wrong class",
            )
        true, sure = _results.class_of(result), confidence(result.said)
        said = (
            result.said.argmax(axis=1)
            if result.said.shape[-1] > 1
            else result.said.reshape(-1) > 0.5
        )
        names = names_of(self.labels, int(max(true.max(), said.max(), 1)) + 1, _WHO)
        header, features = self._features(wrong[:_MOST_ROWS])
        rows = [
            [f"{i:,}", names[int(said[i])], f"{sure[i]:.1%}", names[int(true[i])], *values]
            for i, values in zip(wrong[:_MOST_ROWS].tolist(), features)
        ]
        return intro + html.table(["sample", "said", "sure", "true", *header], rows)

    def _labels(self, result: _results.Result) -> str:
        counts = _results.scores_per_label(result)
        names = names_of(self.labels, len(counts), _WHO)
        rows = [
            _score_row(name, _results.scores_per_class(count)[1])
            for name, count in zip(names, counts)
        ]
        return html.table(["label", *_SCORES], rows[:_MOST_CLASSES])

    def _numbers(self, result: _results.Result) -> str:
        missed = (result.true.reshape(-1) - result.said.reshape(-1)).astype(float)
        text = (
            f"<p>Half of the predictions are nearer to the truth than "
            f"{html.number(float(np.median(np.abs(missed))))}, nine of ten nearer than "
            f"{html.number(float(np.quantile(np.abs(missed), 0.9)))}.</p>\n"
        )
        truth = html.figure(
            lambda ax: predictions_against_truth(result.true, result.said, ax=ax),
            (4.4, 4.1),
            "Predictions against true values",
            "A perfect model is on the dotted line.",
        )
        left = html.figure(
            lambda ax: residuals(result.true, result.said, ax=ax),
            (4.8, 4.1),
            "What predictions miss",
            "A bend or a funnel is something that was not learned.",
        )
        return f'{text}<div class="beside">{truth}{left}</div>\n'

    def _errors(self, result: _results.Result) -> str:
        worst = _results.largest_errors(result, _MOST_ROWS)
        true = result.true.astype(float).reshape(len(result.true), -1)
        said = result.said.astype(float).reshape(len(result.said), -1)
        if true.shape[1] > 1:
            return ""
        header, features = self._features(worst)
        rows = [
            [
                f"{i:,}",
                float(true[i, 0]),
                float(said[i, 0]),
                float(said[i, 0] - true[i, 0]),
                *values,
            ]
            for i, values in zip(worst.tolist(), features)
        ]
        return html.table(["sample", "true", "predicted", "error", *header], rows)

    def _images(self) -> np.ndarray | None:
        if isinstance(self.x, (list, tuple, dict)):
            return None
        x = as_array(self.x)
        if x.ndim == 2 and x.shape[1] == 784:  # MNIST, made flat as the courses do
            x = x.reshape(-1, 28, 28)
        try:
            return as_images(x, _WHO) if min(x.shape[1:3], default=0) > 3 else None
        except ValueError:
            return None

    def _features(self, rows: np.ndarray) -> tuple[list[str], list[list[Any]]]:
        """Returns names and values of the inputs of some samples, none where they are too many."""
        x = as_array(self.x) if not isinstance(self.x, (list, tuple, dict)) else None
        if x is None or x.ndim != 2 or x.shape[1] > _MOST_FEATURES or x.dtype.kind not in "iufb":
            return [], [[] for _ in rows]
        names = getattr(self.x, "columns", [f"input {i}" for i in range(x.shape[1])])
        return [str(name) for name in names], x[rows].astype(float).tolist()

    # --------------------------------------------------------------------------------- the model

    def _weights(self) -> str:
        weights = weight_matrices(self.model)
        if not weights:
            return ""
        text = first = ""
        if self._images() is not None:
            with suppress(ValueError):  # the first layer reads something else
                first = html.figure(
                    lambda ax: layer_weights(self.model, count=36, ax=ax),
                    (3.9, 3.9),
                    "Weights of the first layer",
                    "What each neuron of the first layer looks for: blue speaks for it, red against "
                    "it.",
                )
        shown = weights[:_MOST_WEIGHTS]
        across, down = min(len(shown), 3), -(-len(shown) // 3)
        if len(weights) > len(shown):
            text = (
                f'<p class="note">The first {len(shown)} of {len(weights)} weight matrices.</p>\n'
            )
        spread = html.figure(
            lambda ax: weight_histograms(self.model, ax=ax, count=len(shown)),
            ((5.5 if first else _WIDTH) * across / 3 + 0.3, 1.7 * down + 0.2),
            "How the weights of each layer are distributed",
            "How the weights of each layer are distributed.",
            count=len(shown),
        )
        return f'{text}<div class="beside">{first}{spread}</div>\n'

    def _picture(self) -> str:
        text = ""
        graph = graph_of(self.model)
        if graph is None or len(graph.operations) <= _MOST_CARDS:
            scene = model_scene(self.model, Details(shapes=True, activation=True))
            svg = svg_text(scene, f"Model {self.model.name}", html.css_colour, background=False)
            text = f'<figure class="picture">{svg}</figure>\n'
        summary = summary_text(self.model, 118, show_trainable=True)
        return f"{text}<h3>Summary</h3>\n<pre>{escape(summary)}</pre>\n"

    def _configuration(self) -> str:
        model = self.model
        optimizer = model.optimizer
        settings = {
            key: value
            for key, value in optimizer.get_config().items()
            if key != "name" and value not in (None, False)
        }
        params = getattr(self.history, "params", None) or {}
        engine = current_engine().describe()
        seed = session.current().values.get("seed")
        rows = [
            ("optimizer", f"{type(optimizer).__name__}({_settings(settings)})"),
            ("loss", _names(model.loss)),
            ("metrics", ", ".join(name for name in self.scores if "loss" not in name) or "none"),
            ("training", ", ".join(f"{params[k]} {k}" for k in ("epochs", "steps") if k in params)),
            ("inputs", _shapes(self.x)),
            ("targets", _shapes(self.y)),
            ("weights", f"{len(model.weights)} arrays, {readable_size(memory_size(model.weights))}, "
             f"{model.dtype_policy.name}"),
            ("random seed", "not set with keras.utils.set_random_seed" if seed is None else str(seed)),
            ("engine", ", ".join(f"{v} {k}" if k == "threads" else str(v) for k, v in engine.items())),
            ("versions", f"cornu {_VERSION}, Python {platform.python_version()}, "
             f"NumPy {np.__version__}"),
            ("machine", f"{platform.system()} {platform.machine()}"),
        ]  # fmt: skip
        return html.facts([row for row in rows if row[1]])

    def _timings(self) -> str:
        seconds = self._seconds()
        rows = []
        if seconds:
            rows.append(("training", _spoken(sum(seconds))))
            rows.append(("one epoch, the middle one", _spoken(float(np.median(seconds)))))
            steps = (getattr(self.history, "params", None) or {}).get("steps")
            if steps:
                per_step = float(np.median(seconds)) / steps
                rows.append(("one step, with its part of the validation", _spoken(per_step)))
        rows.append((f"evaluation of {self.samples:,} samples", _spoken(self.evaluated)))
        rows.append((f"prediction of {self.samples:,} samples", _spoken(self.predicted)))
        return html.facts(rows)


def _score_row(name: str, scores: tuple[float, float, float, int]) -> list[str]:
    return [name, *(f"{score:.3f}" for score in scores[:3]), f"{scores[3]:,}"]


def _share(name: str, value: float) -> tuple[str, str]:
    """Returns a score and its unit: shares of right answers as percents."""
    if "acc" in name.lower() and 0 <= value <= 1:
        return f"{100 * value:.1f}", "%"
    return html.number(float(value)), ""


def _duration(seconds: float) -> tuple[str, str]:
    """Returns a time and its unit.

    Example:
        >>> _duration(0.00213), _duration(75)
        (('2.1', 'ms'), ('75', 's'))
    """
    for unit, size in (("µs", 1e-6), ("ms", 1e-3), ("s", 1.0), ("min", 60.0)):
        if (seconds < 1000 * size and unit in ("µs", "ms")) or (
            seconds < 120 * size and unit == "s"
        ):
            break
    value = seconds / size
    return (f"{value:.1f}" if value < 10 else f"{value:,.0f}"), unit


def _spoken(seconds: float) -> str:
    return " ".join(_duration(seconds))


def _settings(values: dict[str, Any]) -> str:
    return ", ".join(
        f"{key}={value:g}" if isinstance(value, float) else f"{key}={_plain(value)}"
        for key, value in values.items()
    )


def _plain(value: Any) -> str:
    """Returns a setting without the wrapping of a serialized object."""
    if isinstance(value, dict) and "class_name" in value:
        return f"{value['class_name']}({_settings(value.get('config', {}))})"
    return str(value)


def _names(loss: Any) -> str:
    if isinstance(loss, dict):
        return ", ".join(f"{name}: {_results.name_of_loss(part)}" for name, part in loss.items())
    return ", ".join(_results.name_of_loss(part) for part in tree.flatten(loss))


def _shapes(values: Any) -> str:
    """Returns what data look like."""
    if isinstance(values, dict):
        return "; ".join(f"{name}: {_shapes(part)}" for name, part in values.items())
    if isinstance(values, (list, tuple)):
        return "; ".join(map(_shapes, values))
    array = as_array(values)
    return f"{array.dtype} {array.shape}"
