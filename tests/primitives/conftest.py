"""Every test of this folder runs on each engine that can be made on this machine."""

from __future__ import annotations

import pytest

import cornu
from cornu.core import engine as engines
from cornu.engines.reference import ReferenceEngine


def _available() -> dict[str, object]:
    assert cornu.__name__ == "cornu"  # the root registers the engines it has
    engines.register_engine("reference", ReferenceEngine)
    made = {}
    for name in ("reference", "native"):
        factory = engines._factories.get(name)
        try:
            made[name] = factory() if factory else None
        except ImportError:
            made[name] = None
    return {name: engine for name, engine in made.items() if engine is not None}


ENGINES = _available()


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """The engine in use during the test."""
    chosen = ENGINES[request.param]
    monkeypatch.setattr(engines, "_current", chosen)
    return chosen
