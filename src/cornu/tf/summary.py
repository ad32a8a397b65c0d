"""Records for TensorBoard: `tf.summary`.

Records go to the default writer of the thread; without one, nothing is recorded. A captured
function (`tf.function`) that records runs plainly, since what it records are values.
"""

from __future__ import annotations

import contextlib
from typing import Any

from cornu.core.graph import Graph
from cornu.summaries import graphs, records
from cornu.summaries import writer as writers
from cornu.summaries.writer import EventWriter
from cornu.tf._names import no_such_name
from cornu.tf._recording import array, current_file, plain_text, record, step_number
from cornu.tf._traces import trace_export as trace_export
from cornu.tf._traces import trace_off as trace_off
from cornu.tf._traces import trace_on as trace_on

__all__ = [
    "SummaryWriter", "audio", "create_file_writer", "create_noop_writer", "experimental", "flush",
    "graph", "histogram", "image", "record_if", "scalar", "should_record_summaries", "text",
    "trace_export", "trace_off", "trace_on", "write",
]  # fmt: skip


class SummaryWriter:
    """What records go to; `create_file_writer` makes one.

    Args:
        file: The event file; None for a writer that keeps nothing.

    Example:
        >>> with SummaryWriter(None).as_default():
        ...     scalar("loss", 0.5, step=1)
        False
    """

    def __init__(self, file: EventWriter | None) -> None:
        self._file = file

    def as_default(self, step: Any = None) -> contextlib.AbstractContextManager[Any]:
        """Returns a context in which records go to this writer.

        Args:
            step: Step of records that are given none; None keeps the present one.
        """
        return self._as_default(step)

    @contextlib.contextmanager
    def _as_default(self, step: Any) -> Any:
        with writers.writing_to(self._file, None if step is None else step_number(step)):
            try:
                yield self
            finally:
                self.flush()

    def set_as_default(self, step: Any = None) -> None:
        """Makes this the writer of the thread's records from now on."""
        writers.set_default_writer(self._file)
        if step is not None:
            writers.set_default_step(step_number(step))

    def init(self) -> None:
        """Does nothing: the file is there already."""

    def flush(self) -> None:
        """Waits until everything is in the file."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Writes what is left and closes the file; later records are an error."""
        if self._file is not None:
            self._file.close()

    def __repr__(self) -> str:
        return f"<SummaryWriter of {'nothing' if self._file is None else repr(self._file.logdir)}>"


def create_file_writer(
    logdir: Any,
    max_queue: Any = None,
    flush_millis: Any = None,
    filename_suffix: Any = None,
    name: Any = None,
    experimental_trackable: bool = False,
) -> SummaryWriter:
    """Returns a writer of a new event file.

    Args:
        logdir: Folder of the file; made with all folders above it.
        max_queue: Records that may wait to be written; 10 when None.
        flush_millis: Time after which records go to the disk at the latest; two minutes when None.
        filename_suffix: End of the file's name; ".v2" when None.
        name: Accepted for TensorFlow's signature.
        experimental_trackable: Likewise.

    Returns:
        A SummaryWriter.

    Raises:
        ImportError: When the package tensorboard is not installed.
        NotADirectoryError: When `logdir` is a file.

    Example:
        >>> import tempfile
        >>> import cornu.tf as tf
        >>> writer = tf.summary.create_file_writer(tempfile.mkdtemp() + "/logs/run")
        >>> with writer.as_default():
        ...     tf.summary.scalar("loss", 0.5, step=1)
        True
        >>> writer.close()
    """
    return SummaryWriter(
        EventWriter(
            plain_text(logdir),
            10 if max_queue is None else int(max_queue),
            120.0 if flush_millis is None else float(flush_millis) / 1000,
            ".v2" if filename_suffix is None else plain_text(filename_suffix),
        )
    )


def create_noop_writer() -> SummaryWriter:
    """Returns a writer that keeps nothing.

    Example:
        >>> create_noop_writer()
        <SummaryWriter of nothing>
    """
    return SummaryWriter(None)


# ------------------------------------------------------------------------------------ the records


def scalar(name: str, data: Any, step: Any = None, description: str | None = None) -> bool:
    """Records a number.

    Args:
        name: Tag under which TensorBoard shows it.
        data: A number, or a tensor of shape ().
        step: Its step; None takes the one set with `experimental.set_step`.
        description: Text shown with it (Markdown).

    Returns:
        Whether it was recorded: there is a default writer, and `record_if` allows it.

    Raises:
        ValueError: When `data` is no single number, or there is no step.

    Example:
        >>> scalar("loss", 0.5, step=1)
        False
    """
    return record(lambda: records.scalar(name, array(data, name), description), name, step)


def histogram(
    name: str,
    data: Any,
    step: Any = None,
    buckets: int | None = None,
    description: str | None = None,
) -> bool:
    """Records how the values of a tensor are distributed.

    Args:
        name: Tag under which TensorBoard shows it.
        data: Tensor of numbers.
        step: As in `scalar`.
        buckets: Number of equally wide buckets; 30 when None.
        description: As in `scalar`.

    Returns:
        Whether it was recorded.

    Raises:
        ValueError: When `data` holds no numbers, or there is no step.

    Example:
        >>> histogram("weights", [1.0, 2.0], step=1)
        False
    """
    return record(
        lambda: records.histogram(name, array(data, name), buckets, description), name, step
    )


def image(
    name: str,
    data: Any,
    step: Any = None,
    max_outputs: int = 3,
    description: str | None = None,
) -> bool:
    """Records images.

    Args:
        name: Tag under which TensorBoard shows them.
        data: Tensor of shape (images, height, width, channels) with 1 to 4 channels: floats from 0
            to 1, or whole numbers from 0 to 255.
        step: As in `scalar`.
        max_outputs: How many of the images are recorded at most.
        description: As in `scalar`.

    Returns:
        Whether they were recorded.

    Raises:
        ValueError: For another shape, or when there is no step.

    Example:
        >>> image("digits", [[[[0.0], [1.0]]]], step=1)
        False
    """
    return record(
        lambda: records.image(name, array(data, name), int(max_outputs), description), name, step
    )


def text(name: str, data: Any, step: Any = None, description: str | None = None) -> bool:
    """Records text.

    Args:
        name: Tag under which TensorBoard shows it.
        data: Text (Markdown), or a tensor of texts, which is shown as a table.
        step: As in `scalar`.
        description: As in `scalar`.

    Returns:
        Whether it was recorded.

    Raises:
        ValueError: When `data` is no text, or there is no step.

    Example:
        >>> text("note", "first **try**", step=1)
        False
    """
    return record(lambda: records.text(name, array(data, name), description), name, step)


def audio(
    name: str,
    data: Any,
    sample_rate: Any,
    step: Any = None,
    max_outputs: int = 3,
    encoding: str | None = None,
    description: str | None = None,
) -> bool:
    """Records sounds.

    Args:
        name: Tag under which TensorBoard offers them.
        data: Floats from -1 to 1 of shape (sounds, samples, channels).
        sample_rate: Samples per second.
        step: As in `scalar`.
        max_outputs: How many of the sounds are recorded at most.
        encoding: "wav" or None.
        description: As in `scalar`.

    Returns:
        Whether they were recorded.

    Raises:
        ValueError: For another shape or encoding, or when there is no step.

    Example:
        >>> audio("tone", [[[0.0], [0.5]]], 8000, step=1)
        False
    """
    if encoding not in (None, "wav"):
        raise ValueError(f"tf.summary.audio: encoding is 'wav' or None; got {encoding!r}.")
    return record(
        lambda: records.audio(
            name, array(data, name), int(sample_rate), int(max_outputs), description
        ),
        name,
        step,
    )


def write(tag: str, tensor: Any, step: Any = None, metadata: Any = None, name: Any = None) -> bool:
    """Records a tensor with metadata of your own, for a plugin of your own.

    Args:
        tag: Tag of the record.
        tensor: The tensor, or a function that returns it, called only when it is recorded.
        step: As in `scalar`.
        metadata: A `SummaryMetadata` message.
        name: Accepted for TensorFlow's signature.

    Returns:
        Whether it was recorded.

    Raises:
        ValueError: When there is no step.

    Example:
        >>> write("mine", [1.0], step=1)
        False
    """
    del name

    def made() -> Any:
        return records.value(tag, array(tensor() if callable(tensor) else tensor, tag), metadata)

    return record(made, tag, step)


def graph(graph_data: Any) -> bool:
    """Records a graph as that of the run.

    Args:
        graph_data: A captured graph, a `tf.function` that has been called, or a `GraphDef` message.

    Returns:
        Whether it was recorded.

    Raises:
        ValueError: When a function has no graph yet.

    Example:
        >>> import cornu.tf as tf
        >>> @tf.function
        ... def double(x):
        ...     return x * 2
        >>> two = double(tf.constant(1))
        >>> graph(double)
        False
    """
    if not writers.is_recording():
        return False
    current_file().add_graph(_graph_def(graph_data))
    return True


def _graph_def(data: Any) -> Any:
    found = data
    if hasattr(data, "captured_graphs"):
        captured = data.captured_graphs()
        if not captured:
            raise ValueError(f"tf.summary.graph: {data!r} has no graph; call it first.")
        found = captured[-1]
    return graphs.graph_def(found) if isinstance(found, Graph) else found


def flush(writer: Any = None, name: Any = None) -> None:
    """Waits until everything recorded is in its file.

    Args:
        writer: A SummaryWriter; None takes the default one.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> flush()
    """
    del name
    target = writers.default_writer() if writer is None else writer
    if target is not None:
        target.flush()


def record_if(condition: Any) -> contextlib.AbstractContextManager[None]:
    """Returns a context in which records are made only under a condition.

    Args:
        condition: A boolean, or a function without arguments that returns one.

    Returns:
        A context manager.

    Example:
        >>> with record_if(False):
        ...     should_record_summaries()
        False
    """
    return writers.recording_if(condition)


def should_record_summaries() -> bool:
    """Returns whether a record would be made: there is a writer, and `record_if` allows it.

    Example:
        >>> should_record_summaries()
        False
    """
    return writers.is_recording()


class experimental:
    """The step of records, under TensorFlow's names.

    Example:
        >>> experimental.set_step(3)
        >>> experimental.get_step()
        3
        >>> experimental.set_step(None)
    """

    @staticmethod
    def set_step(step: Any) -> None:
        """Sets the step of records that are given none; None ends that."""
        writers.set_default_step(None if step is None else step_number(step))

    @staticmethod
    def get_step() -> int | None:
        """Returns the step of records that are given none, or None."""
        return writers.default_step()

    @staticmethod
    @contextlib.contextmanager
    def summary_scope(name: str, default_name: str = "summary", values: Any = None) -> Any:
        """Yields the tag and the scope of a record of that name."""
        del values
        tag = name or default_name
        yield tag, f"{tag}/"


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.summary", name, __all__)
