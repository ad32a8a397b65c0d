"""Elements in a file: what `cache(filename)` and `save` write.

The file begins with a magic number; then comes each block: the length of its description, the
description as JSON (rows, structure, dtypes and shapes), and its arrays one after the other. Text is
a JSON list. An empty description ends the file, so that one that was cut off is told.
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from cornu.core import dtypes
from cornu.core.errors import InvalidFileError
from cornu.data.elements import (
    Array,
    Block,
    ComponentSpec,
    components,
    is_structure,
    pack_components,
)
from cornu.saving.replacing import replacing_file

_MAGIC = b"CORNU-ELEMENTS-1"
_LENGTH = struct.Struct("<Q")


def write_blocks(path: Path, blocks: Iterable[Block]) -> Iterator[Block]:
    """Yields blocks and writes them to a file, which appears when the last one was taken.

    Args:
        path: The file.
        blocks: The blocks.

    Yields:
        The blocks.
    """
    with replacing_file(path) as beside, open(beside, "wb") as stream:
        stream.write(_MAGIC)
        for block in blocks:
            _write(stream, block)
            yield block
        stream.write(_LENGTH.pack(0))


def read_blocks(path: Path) -> Iterator[Block]:
    """Yields the blocks of a file.

    Args:
        path: The file.

    Yields:
        The blocks.

    Raises:
        InvalidFileError: When it is none, or was cut off or damaged.
    """
    with open(path, "rb") as stream:
        for description in _descriptions(stream, path):
            leaves = [_read_array(stream, leaf, path) for leaf in description["leaves"]]
            yield Block(int(description["rows"]), pack_components(_form(description), leaves))


def read_specs(path: Path) -> Iterator[tuple[int, Any]]:
    """Yields the number of elements and their spec, for each block of a file."""
    with open(path, "rb") as stream:
        for description in _descriptions(stream, path):
            leaves = description["leaves"]
            for leaf in leaves:
                stream.seek(int(leaf["bytes"]), os.SEEK_CUR)
            specs = [ComponentSpec(tuple(leaf["shape"][1:]), leaf["dtype"]) for leaf in leaves]
            yield int(description["rows"]), pack_components(_form(description), specs)


def _write(stream: BinaryIO, block: Block) -> None:
    leaves: list[dict[str, Any]] = []
    contents: list[bytes] = []
    for leaf in components(block.stacked):
        name = dtypes.canonical(leaf.dtype)
        if name == "string":
            data = json.dumps(leaf.ravel().tolist()).encode()
        else:
            data = np.ascontiguousarray(leaf).tobytes()
        leaves.append({"dtype": name, "shape": list(leaf.shape), "bytes": len(data)})
        contents.append(data)
    description = {"rows": block.rows, "form": _described(block.stacked), "leaves": leaves}
    text = json.dumps(description).encode()
    stream.write(_LENGTH.pack(len(text)))
    stream.write(text)
    for data in contents:
        stream.write(data)


def _described(structure: Any) -> Any:
    if not is_structure(structure):
        return None
    if isinstance(structure, dict):
        return {"dict": [[key, _described(value)] for key, value in structure.items()]}
    return {"tuple": [_described(part) for part in structure]}


def _form(description: Any) -> Any:
    def build(given: Any) -> Any:
        if given is None:
            return None
        if "dict" in given:
            return {key: build(value) for key, value in given["dict"]}
        return tuple(build(part) for part in given["tuple"])

    return build(description["form"])


def _descriptions(stream: BinaryIO, path: Path) -> Iterator[Any]:
    if stream.read(len(_MAGIC)) != _MAGIC:
        raise InvalidFileError(path, None, "it holds no elements of a dataset")
    size = os.fstat(stream.fileno()).st_size
    while True:
        (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size, path))
        if length == 0:
            return
        if length > size - stream.tell():
            raise InvalidFileError(path, None, "it was cut off")
        try:
            description = json.loads(_exactly(stream, length, path))
            leaves = description["leaves"]
            declared = sum(int(leaf["bytes"]) for leaf in leaves)
            valid = declared >= 0 and all(_is_consistent(leaf) for leaf in leaves)
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidFileError(path, None, "the description of a block is damaged") from error
        if not valid or declared > size - stream.tell():
            raise InvalidFileError(path, None, "it was cut off or damaged")
        yield description


def _is_consistent(leaf: Any) -> bool:
    if leaf["dtype"] == "string":
        return int(leaf["bytes"]) >= 0
    item = np.dtype(dtypes.to_numpy(leaf["dtype"])).itemsize
    shape = leaf["shape"]
    return all(int(n) >= 0 for n in shape) and math.prod(shape) * item == leaf["bytes"]


def _read_array(stream: BinaryIO, leaf: Any, path: Path) -> Array:
    data = _exactly(stream, int(leaf["bytes"]), path)
    shape = tuple(leaf["shape"])
    if leaf["dtype"] == "string":
        texts = json.loads(data)
        array = np.empty(len(texts), object)
        array[:] = texts
        return array.reshape(shape)
    return np.frombuffer(data, dtypes.to_numpy(leaf["dtype"])).reshape(shape)


def _exactly(stream: BinaryIO, count: int, path: Path) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise InvalidFileError(path, None, "it was cut off")
    return data
