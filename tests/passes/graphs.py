"""Small graphs for the tests of the passes, and their printed form."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import cornu  # noqa: F401 (registers the engines)
from cornu.core.graph import Graph, capture
from cornu.core.primitive import REGISTRY, Spec


class _Primitives:
    """Primitives as attributes: `p.add(x, y)`; a trailing underscore keeps clear of keywords."""

    def __getattr__(self, name: str) -> Any:
        return REGISTRY[name.rstrip("_")]


p = _Primitives()


def spec(*shape: int, dtype: str = "float32") -> Spec:
    return Spec(shape, dtype)


def record(function: Callable[..., Any], *specs: Spec) -> Graph:
    """The graph of a function of symbolic tensors."""
    return capture(function, *specs)[0]


def text(expected: str) -> str:
    return dedent(expected).strip()
