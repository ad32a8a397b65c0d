"""Reads event files with TensorBoard's own loader."""

from __future__ import annotations

import pytest

loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
tensor_util = pytest.importorskip("tensorboard.util.tensor_util")


def events(folder):
    """Returns the events of all files in a folder."""
    found = []
    for path in sorted(folder.glob("events.out.tfevents.*")):
        found += loader.EventFileLoader(str(path)).Load()
    return found


def values(folder):
    """Returns {tag: [(step, array, plugin), ...]}."""
    rows = {}
    for event in events(folder):
        for value in event.summary.value:
            array = tensor_util.make_ndarray(value.tensor)
            plugin = value.metadata.plugin_data.plugin_name
            rows.setdefault(value.tag, []).append((event.step, array, plugin))
    return rows


def scalars(folder, tag):
    """Returns {step: number} of one tag."""
    return {step: float(array) for step, array, _ in values(folder)[tag]}
