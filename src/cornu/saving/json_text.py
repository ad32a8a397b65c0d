"""JSON from files: bounded, and with one meaning."""

from __future__ import annotations

import json
from typing import Any

from cornu.core.errors import InvalidFileError

_LARGEST_INT = 2**63


def read_json(data: bytes | str, shown: str, member: str | None) -> Any:
    """Returns what a JSON text stands for.

    Args:
        data: The text.
        shown: The file it is from, for error messages.
        member: The part of the file.

    Raises:
        InvalidFileError: When it is no JSON, says one thing twice, holds integers beyond 64 bits,
            or is nested too deeply.

    Example:
        >>> read_json(b'{"units": 3}', "net.keras", "config.json")
        {'units': 3}
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) != len(items):
            names = [name for name, _ in items]
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"the key {twice!r} is there twice")
        return result

    def integer(digits: str) -> int:
        if len(digits) > 20 or abs(int(digits)) >= _LARGEST_INT:
            raise ValueError(f"the number {digits[:25]} is beyond 64 bits")
        return int(digits)

    try:
        return json.loads(data, object_pairs_hook=pairs, parse_int=integer)
    except RecursionError:
        raise InvalidFileError(shown, member, "it is nested too deeply") from None
    except ValueError as error:
        raise InvalidFileError(shown, member, f"it is no valid JSON ({error})") from error
