"""Stages that carry something from element to element."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cornu.data.elements import UNKNOWN, Element, spec_of
from cornu.data.stage import Derived, ElementStage, Stage


class Scan(ElementStage, Derived):
    """What a function makes of a state and each element.

    Args:
        parent: Whose elements.
        start: Returns the first state.
        step: Returns the next state and an element.
    """

    def __init__(
        self,
        parent: Stage,
        start: Callable[[], Any],
        step: Callable[[Any, Element], tuple[Any, Element]],
    ) -> None:
        super().__init__(parent)
        self._start, self._step = start, step

    def spec(self) -> Any:
        """Returns the spec of the first result."""
        for element in self.elements():
            return spec_of(element)
        raise ValueError("The spec of the elements cannot be told: there are none.")

    def elements(self) -> Iterator[Element]:
        """Yields the results."""
        state = self._start()
        for element in self.parent.elements():
            state, result = self._step(state, element)
            yield result

    def read_ahead(self) -> int:
        """Returns 1."""
        return 1

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code for that element alone: yes."""
        return True


class Lenient(ElementStage, Derived):
    """The elements that can be made; those that raise an error are left out.

    Args:
        parent: Whose elements; a map, whose function is called for single elements.
        tell: Called with each error.
    """

    def __init__(self, parent: Stage, tell: Callable[[Exception], None]) -> None:
        super().__init__(parent)
        self._tell = tell

    def cardinality(self) -> int:
        """Returns UNKNOWN."""
        return UNKNOWN

    def elements(self) -> Iterator[Element]:
        """Yields the elements."""
        attempt = getattr(self.parent, "attempts", None)
        if attempt is None:
            yield from self.parent.elements()
            return
        for make in attempt():
            try:
                element = make()
            except Exception as error:
                self._tell(error)
                continue
            yield element
