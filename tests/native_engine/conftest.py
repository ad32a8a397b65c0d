"""The native engine, for tests that are about it alone."""

from __future__ import annotations

import pytest

from cornu.core import engine as engines

pytest.importorskip("cornu._native", reason="the C++ extension is not built")


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch):
    """The native engine, in use during the test."""
    engines.set_engine("native")
    chosen = engines.current_engine()
    monkeypatch.setattr(engines, "_current", chosen)
    return chosen


@pytest.fixture
def threads():
    """Sets the thread count; puts it back afterwards."""
    from cornu import _native

    before = _native.num_threads()
    yield _native.set_num_threads
    _native.set_num_threads(before)
