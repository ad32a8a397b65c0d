"""The files of TensorBoard's profile plugin: an XSpace message and a packed Chrome trace.

An XSpace holds one XPlane (this processor) with one XLine a thread; names of events are kept once
and events refer to them by number. The message is small enough to be encoded by hand: protocol
buffers are pairs of a field number and a value.
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

from cornu.profiler import _trace
from cornu.profiler._recorder import Recorder, Span
from cornu.saving.replacing import replacing_file


def save(logdir: str, recorder: Recorder, since: int, unix: int) -> str:
    """Writes both files to `plugins/profile/<time>` and returns that folder.

    Args:
        logdir: Folder of the logs.
        recorder: What was measured.
        since: When the profile began, on the clock of the spans.
        unix: When the profile began, in nanoseconds since 1970.
    """
    parent = Path(logdir) / "plugins" / "profile"
    parent.mkdir(parents=True, exist_ok=True)
    name = time.strftime("%Y_%m_%d_%H_%M_%S", time.localtime(unix / 1e9))
    folder = _new_folder(parent, name)
    host = socket.gethostname() or "localhost"
    with replacing_file(folder / f"{host}.xplane.pb") as new:
        Path(new).write_bytes(_space(recorder, since, unix, host))
    with replacing_file(folder / f"{host}.trace.json.gz") as new:
        _trace.write(Path(new), recorder, since, packed=True)
    return os.fspath(folder)


def _new_folder(parent: Path, name: str) -> Path:
    number = 0
    while True:
        folder = parent / (f"{name}_{number}" if number else name)
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def _space(recorder: Recorder, since: int, unix: int, host: str) -> bytes:
    names: dict[str, int] = {}
    lines: list[list[bytes]] = [[] for _ in recorder.threads]
    for span in recorder.spans():
        number = names.setdefault(span.name, len(names) + 1)
        lines[span.thread].append(_event(number, span, since))
    plane = _number(1, 1) + _text(2, "/host:CPU")
    for place, (name, events) in enumerate(zip(recorder.threads, lines, strict=True)):
        line = _number(1, place + 1) + _text(2, name) + _number(3, unix)
        plane += _part(3, line + b"".join(_part(4, event) for event in events))
    for name, number in names.items():
        metadata = _number(1, number) + _text(2, name)
        plane += _part(4, _number(1, number) + _part(2, metadata))
    return _part(1, plane) + _text(4, host)


def _event(number: int, span: Span, since: int) -> bytes:
    offset = max(span.begin - since, 0) * 1000  # picoseconds
    return _number(1, number) + _number(2, offset) + _number(3, (span.end - span.begin) * 1000)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _part(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, value: str) -> bytes:
    return _part(field, value.encode())
