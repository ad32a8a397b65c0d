"""TensorBoard: writes what a training does for TensorBoard to show."""

from __future__ import annotations

import contextlib
import json
import os
import time
import warnings
from typing import Any

import numpy as np

from cornu import profiler
from cornu.callbacks import _weight_images
from cornu.callbacks._callback import Callback, Logs
from cornu.callbacks._projection import Projection
from cornu.core.extras import optional_import
from cornu.summaries import graphs, records
from cornu.summaries.traces import GraphTrace
from cornu.summaries.writer import EventWriter, recording_if, writing_to

_IGNORED = ("batch_size", "write_grads")


class TensorBoard(Callback):
    """Writes losses, metrics, weights, graphs and profiles of a training for TensorBoard.

    `log_dir/train` and `log_dir/validation` get event files; `tensorboard --logdir log_dir` shows
    them. It needs the extra `cornu[tensorboard]`.

    Args:
        log_dir: Folder for the files; one for each training, side by side, lets TensorBoard compare
            them.
        histogram_freq: Epochs between histograms of the weights; 0 writes none.
        write_graph: Whether the model and its training step are written as graphs.
        write_images: Whether weights are written as images too, when their histograms are.
        write_steps_per_second: Whether the speed is written.
        update_freq: "epoch"; or "batch" or a number of batches to write the running loss and
            metrics that often as well.
        profile_batch: Batch to profile, counted from 1 over all epochs; (first, last) profiles
            several, 0 none.
        embeddings_freq: Epochs between tables of the Embedding layers for the projector; 0 writes
            none.
        embeddings_metadata: File with one label a line for the rows of every Embedding layer, or a
            dict of such files by name of the layer; relative to `log_dir`.
        **kwargs: `write_grads` and `batch_size` of Keras 2 have no effect.

    Raises:
        ValueError: For an impossible argument; in training, when `embeddings_metadata` names a
            layer that is no Embedding layer of the model.
        TypeError: For an unknown argument.
        ImportError: When the package tensorboard is not installed.

    Example:
        >>> TensorBoard("logs/first", histogram_freq=1).wants_batches("train")
        False
    """

    def __init__(
        self,
        log_dir: Any = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        unknown = sorted(set(kwargs) - set(_IGNORED))
        if unknown:
            raise TypeError(f"TensorBoard has no argument {', '.join(map(repr, unknown))}.")
        optional_import("tensorboard", "tensorboard", "The TensorBoard callback")
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = _frequency("histogram_freq", histogram_freq)
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = _update_frequency(update_freq)
        self.embeddings_freq = _frequency("embeddings_freq", embeddings_freq)
        self.embeddings_metadata = embeddings_metadata
        self._first_profiled, self._last_profiled = _profiled_batches(profile_batch)
        self._writers: dict[str, EventWriter] = {}
        self._projection: Projection | None = None
        self._custom = contextlib.ExitStack()  # records of the user's own, in eager steps
        self._trace: GraphTrace | None = None
        self._in_fit = False
        self._batches = 0  # of this training
        self._first_batch = 0  # of this epoch
        self._epoch_begin = (0, 0.0)
        self._hook_begin = (0, 0.0)
        self._test_batches = 0

    # ------------------------------------------------------------------------- when it is called

    @property
    def _train_dir(self) -> str:  # `log_dir` may be set after the callback was made
        return os.path.join(self.log_dir, "train")

    @property
    def _validation_dir(self) -> str:
        return os.path.join(self.log_dir, "validation")

    def set_model(self, model: Any) -> None:
        """Takes the model; event files begin anew."""
        super().set_model(model)
        self._close()
        if self.embeddings_freq:
            self._projection = Projection(self.log_dir, model, self.embeddings_metadata)

    def wants_batches(self, mode: str) -> bool:
        """Whether batches matter: for their own numbers, or to profile some of them."""
        if mode == "train":
            return self.update_freq != "epoch" or self._first_profiled > 0
        return mode == "test" and self._records_custom()

    def batches_ahead(self, mode: str) -> int:
        """How many batches may pass until the next that is written or profiled."""
        if mode != "train" or self._records_custom():
            return 1
        done = self._batches
        # After which batches a hook must be called.
        ends = [self._first_profiled - 1, self._last_profiled]
        ahead = [end - done for end in ends if end > done]
        if self.update_freq != "epoch":
            every = int(self.update_freq)
            ahead.append(every - done % every)
        return min(ahead, default=1 << 40)

    def _records_custom(self) -> bool:
        """Whether steps run eagerly, so that a step's own records go to this callback's files."""
        return self.update_freq != "epoch" and bool(getattr(self.model, "run_eagerly", False))

    # -------------------------------------------------------------------------------- in training

    def on_train_begin(self, logs: Logs = None) -> None:
        """Writes the graphs."""
        self._in_fit = True
        self._batches = 0
        if self.write_graph:
            self._write_graphs()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Notes when the epoch begins."""
        self._first_batch = self._batches
        self._epoch_begin = (self._iterations(), time.perf_counter())

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Starts to profile when it is time."""
        self._hook_begin = (self._batches, time.perf_counter())
        if self._records_custom():
            self._open_custom("train", self._batches + 1)
        if self._first_profiled and self._batches + 1 == self._first_profiled:
            self._start_profile()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Writes the running numbers, and the profile when it is complete."""
        self._batches = self._first_batch + batch + 1
        self._custom.close()
        if self.update_freq != "epoch" and self._batches % int(self.update_freq) == 0:
            values = dict(logs or {})
            if self.write_steps_per_second:
                before, begin = self._hook_begin
                spent = time.perf_counter() - begin
                values["steps_per_second"] = (self._batches - before) / max(spent, 1e-9)
            self._write_scalars("train", "batch_{}", values, self._batches)
        if self._trace is not None and self._batches >= self._last_profiled:
            self._stop_profile()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Writes the epoch's numbers, and weights and embeddings when it is time."""
        values = {k: v for k, v in (logs or {}).items() if not k.startswith("val_")}
        values.update(self._learning_rates())
        if self.write_steps_per_second:
            before, begin = self._epoch_begin
            spent = time.perf_counter() - begin
            values["steps_per_second"] = (self._iterations() - before) / max(spent, 1e-9)
        self._write_scalars("train", "epoch_{}", values, epoch)
        validated = {k[4:]: v for k, v in (logs or {}).items() if k.startswith("val_")}
        if validated:
            self._write_scalars("validation", "epoch_{}", validated, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self._projection is not None and epoch % self.embeddings_freq == 0:
            self._projection.write(epoch)

    def on_train_end(self, logs: Logs = None) -> None:
        """Closes the files."""
        self._in_fit = False
        if self._trace is not None:
            self._stop_profile()
        self._close()

    # ------------------------------------------------------------------------------ in evaluation

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Lets the records of an eager step go to the validation's file."""
        self._test_batches += 1
        if self._records_custom():
            self._open_custom("validation", self._test_batches)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Ends that."""
        self._custom.close()

    def on_test_end(self, logs: Logs = None) -> None:
        """Writes the numbers of an evaluation over the number of training steps."""
        if getattr(self.model, "optimizer", None) is not None:
            form = "evaluation_{}_vs_iterations"
            self._write_scalars("validation", form, logs or {}, self._iterations())
        if not self._in_fit:
            self._close()

    # -------------------------------------------------------------------------------- what it does

    def _writer(self, name: str) -> EventWriter:
        writer = self._writers.get(name)
        if writer is None:
            folder = self._train_dir if name == "train" else self._validation_dir
            writer = self._writers[name] = EventWriter(folder, max_queue=1000)
        return writer

    def _close(self) -> None:
        self._custom.close()
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def _open_custom(self, name: str, step: int) -> None:
        self._custom.close()
        self._custom.enter_context(writing_to(self._writer(name), step))
        self._custom.enter_context(recording_if(step % int(self.update_freq) == 0))

    def _iterations(self) -> int:
        optimizer = getattr(self.model, "optimizer", None)
        return 0 if optimizer is None else int(np.asarray(optimizer.iterations))

    def _learning_rates(self) -> dict[str, float]:
        optimizer = getattr(self.model, "optimizer", None)
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        if optimizer is None or not hasattr(optimizer, "learning_rate"):
            return {}
        return {"learning_rate": float(np.asarray(optimizer.learning_rate))}

    def _write_scalars(self, name: str, form: str, values: dict[str, Any], step: int) -> None:
        made = [
            records.scalar(form.format(key), value)
            for key, value in values.items()
            if np.ndim(value) == 0
        ]
        if made:
            self._writer(name).add(made, step)

    def _write_graphs(self) -> None:
        writer = self._writer("train")
        # The plugin draws the layers of a configuration; that of a subclassed model has none.
        if {"Functional", "Sequential"} & {kind.__name__ for kind in type(self.model).__mro__}:
            text = self.model.to_json()
            if "layers" in json.loads(text)["config"]:
                writer.add([records.keras_model("keras", text)], 0)
        graph = self.model._step_graph("train")
        if graph is not None:
            writer.add_graph(graphs.graph_def(graph))

    def _write_weights(self, epoch: int) -> None:
        writer = self._writer("train")
        for layer in self.model.layers:
            for weight in layer.weights:
                value = np.asarray(weight)
                made = [records.histogram(f"{weight.path}/histogram", value)]
                if self.write_images:
                    picture = _weight_images.picture(value)
                    if picture is not None:
                        made.append(records.image(f"{weight.path}/image", picture))
                writer.add(made, epoch)
        writer.flush()

    def _start_profile(self) -> None:
        try:
            profiler.start(self._train_dir)
        except profiler.AlreadyProfilingError:
            warnings.warn(
                "TensorBoard: profile_batch has no effect, because another profile is being taken.",
                UserWarning,
                stacklevel=2,
            )
            return
        self._trace = GraphTrace()
        self._trace.start()

    def _stop_profile(self) -> None:
        trace, self._trace = self._trace, None
        assert trace is not None
        trace.stop()
        profiler.stop()
        made = [graphs.graph_def(graph) for graph in trace.graphs]
        if made:
            record = records.graph_run(f"batch_{self._last_profiled}", made)
            self._writer("train").add([record], self._last_profiled)


def _frequency(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise ValueError(f"TensorBoard: {name} is a number of epochs, or 0; got {value!r}.")
    return int(value)


def _update_frequency(value: Any) -> str | int:
    if value == "epoch":
        return "epoch"
    if value == "batch":
        return 1
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(
            f"TensorBoard: update_freq is 'epoch', 'batch' or a number of batches; got {value!r}."
        )
    return int(value)


def _profiled_batches(value: Any) -> tuple[int, int]:
    """Returns the first and last batch to profile; zeros for none."""
    message = (
        f"TensorBoard: profile_batch is the number of a batch, counted from 1, or a pair "
        f"(first, last), or 0; got {value!r}."
    )
    batches = value
    if isinstance(value, str):  # Keras 2: "10,20"
        try:
            batches = [int(part) for part in value.split(",")]
        except ValueError:
            raise ValueError(message) from None
        if len(batches) == 1:
            batches = batches[0]
    if isinstance(batches, (int, np.integer)) and not isinstance(batches, bool):
        batches = (batches, batches)
    if not isinstance(batches, (tuple, list)) or len(batches) != 2:
        raise ValueError(message)
    if not all(isinstance(batch, (int, np.integer)) for batch in batches):
        raise ValueError(message)
    first, last = map(int, batches)
    if first < 0 or last < first or (first == 0 and last > 0):
        raise ValueError(message)
    return first, last
