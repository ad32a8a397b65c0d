"""The fixture that runs a test on each engine this machine has."""

from __future__ import annotations

import pytest

import cornu
from cornu.core import engine as engines

assert cornu.__name__ == "cornu"  # importing the root is what registers engines


def _available() -> dict[str, engines.Engine]:
    return {name: engine for name in ("reference", "native") if (engine := _made(name))}


def _made(name: str) -> engines.Engine | None:
    try:
        return engines._factories[name]()
    except (ImportError, KeyError):
        return None


ENGINES = _available()


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> engines.Engine:
    """The engine in use during the test."""
    chosen = ENGINES[request.param]
    monkeypatch.setattr(engines, "_current", chosen)
    return chosen
