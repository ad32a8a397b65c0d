"""How often layers have learned a vocabulary or boundaries from data, in this process.

What a layer learned that way is a constant of the steps that were captured with it; a model's
runner captures its steps again when the count has changed since.
"""

from __future__ import annotations

_changes = 0


def note_change() -> None:
    """Counts one more change."""
    global _changes
    _changes += 1


def count_of_changes() -> int:
    """Returns how many changes there were."""
    return _changes
