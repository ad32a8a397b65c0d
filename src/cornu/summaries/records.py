"""Records as TensorBoard's plugins read them: scalars, histograms, images, text, audio, graphs.

Each function returns one `Summary.Value`: a tag, a tensor, and metadata that say which plugin shows
it. How the tensors look is fixed by the plugins.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.core.errors import InvalidArgumentError
from cornu.summaries import png
from cornu.summaries.writer import proto

Array = np.ndarray[Any, Any]

BUCKETS = 30
_CHANNELS = (1, 2, 3, 4)

# The audio plugin's content: the file format, of which there is only WAV.
_WAV = b"\x10\x0b"


def record(
    tag: str, tensor: Any, plugin: str, content: bytes = b"", description: str | None = None
) -> Any:
    """Returns a record of any plugin.

    Args:
        tag: Name under which it is shown.
        tensor: Array of numbers or bytes.
        plugin: Name of the plugin.
        content: What the plugin wants to know.
        description: Text shown with it (Markdown).
    """
    summary = proto("summary")
    data = summary.SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    metadata = summary.SummaryMetadata(plugin_data=data, summary_description=description or "")
    return value(tag, tensor, metadata)


def value(tag: str, tensor: Any, metadata: Any = None) -> Any:
    """Returns a record with metadata of the caller."""
    made = tensor_proto(np.asarray(tensor))
    return proto("summary").Summary.Value(tag=tag, tensor=made, metadata=metadata)


def tensor_proto(array: Array) -> Any:
    """Returns an array of numbers, booleans, text or bytes as TensorBoard's message."""
    tensor = proto("tensor")
    shape = proto("tensor_shape").TensorShapeProto()
    for size in array.shape:
        shape.dim.add(size=size)
    if array.dtype.kind in "OSU":
        texts = [item if isinstance(item, bytes) else str(item).encode() for item in array.flat]
        return tensor.TensorProto(dtype=data_type("string"), tensor_shape=shape, string_val=texts)
    return tensor.TensorProto(
        dtype=data_type(array.dtype.name),
        tensor_shape=shape,
        tensor_content=np.ascontiguousarray(array).tobytes(),
    )


def data_type(name: str) -> int:
    """Returns TensorFlow's number of a dtype."""
    names = {"float16": "HALF", "float32": "FLOAT", "float64": "DOUBLE", "bool": "BOOL"}
    number: int = proto("types").DataType.Value(f"DT_{names.get(name, name.upper())}")
    return number


def scalar(tag: str, data: Any, description: str | None = None) -> Any:
    """Returns a number.

    Raises:
        InvalidArgumentError: When `data` is no single number.
    """
    array = np.asarray(data)
    if array.shape != () or array.dtype.kind not in "biuf":
        raise InvalidArgumentError(
            f"summary.scalar({tag!r}): expected a single number; got {_facts(array)}. Reduce it "
            f"first, for example with a mean."
        )
    return record(tag, array.astype(np.float32), "scalars", b"", description)


def histogram(
    tag: str, data: Any, buckets: int | None = None, description: str | None = None
) -> Any:
    """Returns how often the values of an array lie in each of equally wide buckets.

    Values that are not finite lie in none.

    Raises:
        InvalidArgumentError: When `data` holds no numbers.
    """
    array = np.asarray(data)
    if array.dtype.kind not in "biuf":
        raise InvalidArgumentError(
            f"summary.histogram({tag!r}): expected numbers; got {_facts(array)}."
        )
    count = BUCKETS if buckets is None else max(int(buckets), 0)
    return record(tag, bucket_counts(array, count), "histograms", b"", description)


def bucket_counts(data: Array, count: int) -> Array:
    """Returns rows (left edge, right edge, number of values) for `count` equally wide buckets.

    Equal values all lie in the last bucket, whose edges are that value; without values, all is 0.
    """
    values = data.reshape(-1)
    low, high = (values.min(), values.max()) if values.size else (0.0, 0.0)
    if not (np.isfinite(low) and np.isfinite(high)):
        values = values[np.isfinite(values)]
        low, high = (values.min(), values.max()) if values.size else (0.0, 0.0)
    rows = np.zeros((count, 3))
    if not values.size or not count:
        return rows
    low, high = float(low), float(high)
    if low == high:
        rows[:, :2] = low
        rows[-1, 2] = values.size
        return rows
    edges = np.linspace(low, high, count + 1)
    places = ((values - low) * (count / (high - low))).astype(np.int64)
    rows[:, 0], rows[:, 1] = edges[:-1], edges[1:]
    rows[:, 2] = np.bincount(np.minimum(places, count - 1), minlength=count)
    return rows


def image(tag: str, data: Any, max_outputs: int = 3, description: str | None = None) -> Any:
    """Returns images as PNG.

    Args:
        tag: Name under which they are shown.
        data: Shape (images, height, width, channels) with 1 to 4 channels; floats from 0 to 1, or
            whole numbers from 0 to 255. What lies outside is cut off.
        max_outputs: How many images are taken at most.
        description: Text shown with them.

    Raises:
        InvalidArgumentError: For another shape, or a negative `max_outputs`.
    """
    array = np.asarray(data)
    if array.ndim != 4 or array.shape[-1] not in _CHANNELS or array.dtype.kind not in "biuf":
        raise InvalidArgumentError(
            f"summary.image({tag!r}): expected numbers of shape (images, height, width, channels) "
            f"with 1 to 4 channels; got {_facts(array)}. A single image needs another axis in "
            f"front, one without channels another axis at the end."
        )
    _check_outputs("image", tag, max_outputs)
    pixels = array[:max_outputs]
    if pixels.dtype.kind == "f":
        pixels = np.nan_to_num(pixels.astype(np.float32)) * 255.5
    elif pixels.dtype.kind == "b":
        pixels = pixels * 255
    pixels = np.clip(pixels, 0, 255).astype(np.uint8)
    size = [str(array.shape[2]).encode(), str(array.shape[1]).encode()]
    encoded = [png.encode(one) for one in pixels]
    return record(tag, np.array([*size, *encoded], object), "images", b"", description)


def text(tag: str, data: Any, description: str | None = None) -> Any:
    """Returns text (Markdown), or an array of texts, which is shown as a table.

    Raises:
        InvalidArgumentError: When `data` is no text.
    """
    array = np.asarray(data)
    if array.dtype.kind not in "OSU":
        raise InvalidArgumentError(
            f"summary.text({tag!r}): expected text; got {_facts(array)}. Write str(value)."
        )
    return record(tag, array.astype(object), "text", b"", description)


def audio(
    tag: str, data: Any, sample_rate: int, max_outputs: int = 3, description: str | None = None
) -> Any:
    """Returns sounds as WAV with 16 bits a sample.

    Args:
        tag: Name under which they are shown.
        data: Floats from -1 to 1 of shape (sounds, samples, channels).
        sample_rate: Samples per second.
        max_outputs: How many sounds are taken at most.
        description: Text shown with them.

    Raises:
        InvalidArgumentError: For another shape, or a negative `max_outputs`.
    """
    array = np.asarray(data)
    if array.ndim != 3 or array.dtype.kind != "f":
        raise InvalidArgumentError(
            f"summary.audio({tag!r}): expected floats of shape (sounds, samples, channels); got "
            f"{_facts(array)}."
        )
    _check_outputs("audio", tag, max_outputs)
    rows = [[_wav(sound, int(sample_rate)), b""] for sound in array[:max_outputs]]
    table = np.array(rows, object).reshape(len(rows), 2)
    return record(tag, table, "audio", _WAV, description)


def _wav(sound: Array, sample_rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(sound.shape[1])
        writer.setsampwidth(2)
        writer.setframerate(sample_rate)
        samples = np.clip(np.nan_to_num(sound.astype(np.float64)), -1, 1) * 32767
        writer.writeframes(np.round(samples).astype("<i2").tobytes())
    return file.getvalue()


def keras_model(tag: str, json_text: str) -> Any:
    """Returns a model's configuration, which is shown as the conceptual graph."""
    return record(tag, np.array(json_text, object), "graph_keras_model", b"1")


def graph_run(tag: str, graph_defs: Sequence[Any]) -> Any:
    """Returns the graphs of the functions of a trace."""
    metadata = proto("config").RunMetadata()
    for graph_def in graph_defs:
        added = metadata.function_graphs.add()
        added.pre_optimization_graph.CopyFrom(graph_def)
        metadata.partition_graphs.add().CopyFrom(graph_def)
    content = np.array(metadata.SerializeToString(), object)
    return record(tag, content, "graph_run_metadata_graph", b"1")


def _facts(array: Array) -> str:
    return f"shape {array.shape} and dtype {array.dtype}"


def _check_outputs(kind: str, tag: str, max_outputs: int) -> None:
    if max_outputs < 0:
        raise InvalidArgumentError(
            f"summary.{kind}({tag!r}): max_outputs must not be negative; got {max_outputs}."
        )
