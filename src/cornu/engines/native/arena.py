"""Planning of one block of memory that the temporary values of a plan share."""

from __future__ import annotations

import bisect

_ALIGNMENT = 64


class ArenaPlanner:
    """Hands out places in a block whose size it finds out.

    Attributes:
        size: Bytes that the block needs.
    """

    def __init__(self) -> None:
        self.size = 0
        self._free: list[tuple[int, int]] = []  # (offset, bytes), by offset, never touching
        self._taken: dict[int, int] = {}

    def allocate(self, nbytes: int) -> int:
        """Returns the offset of the smallest free place that fits."""
        size = -(-max(nbytes, 1) // _ALIGNMENT) * _ALIGNMENT
        best = -1
        for i, (_, free) in enumerate(self._free):
            if free >= size and (best < 0 or free < self._free[best][1]):
                best = i
        if best >= 0:
            offset, free = self._free[best]
            if free == size:
                del self._free[best]
            else:
                self._free[best] = (offset + size, free - size)
        elif self._free and sum(self._free[-1]) == self.size:
            offset = self._free.pop()[0]
            self.size = offset + size
        else:
            offset = self.size
            self.size += size
        self._taken[offset] = size
        return offset

    def release(self, offset: int) -> None:
        """Gives a place back."""
        size = self._taken.pop(offset)
        i = bisect.bisect(self._free, (offset, 0))
        if i < len(self._free) and offset + size == self._free[i][0]:
            size += self._free.pop(i)[1]
        if i > 0 and sum(self._free[i - 1]) == offset:
            before, bytes_before = self._free[i - 1]
            self._free[i - 1] = (before, bytes_before + size)
        else:
            self._free.insert(i, (offset, size))
