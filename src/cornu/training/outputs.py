"""How losses, metrics, targets and weights given by a user line up with a model's outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu.core import tree
from cornu.core.errors import suggestion


class Outputs:
    """The outputs of a model in order, with their names.

    Args:
        y_pred: What the model returned: a tensor or a nested structure of tensors.
        names: Names of a functional model's outputs, in order; None when they have none.

    Attributes:
        names: One name per output; keys of a dict come first, then `names`, else None.
        structure: The form of `y_pred`.
    """

    def __init__(self, y_pred: Any, names: Sequence[str] | None) -> None:
        self.structure = tree.map_structure(lambda _: None, y_pred)
        self.count = len(tree.flatten(y_pred))
        if isinstance(y_pred, dict):
            paths = tree.flatten_with_path(y_pred)
            self.names: list[str | None] = ["/".join(map(str, path)) for path, _ in paths]
        elif names is not None and len(names) == self.count:
            self.names = list(names)
        else:
            self.names = [None] * self.count

    def known_names(self) -> list[str]:
        """Returns the names that a dict may use."""
        return [name for name in self.names if name is not None]

    def spread(
        self, given: Any, what: str, is_leaf: Callable[[Any], bool] | None = None
    ) -> list[Any]:
        """Returns one entry per output.

        Args:
            given: None, one thing for every output, a list in the outputs' order, a dict by name,
                or the form of `y_pred`.
            what: The argument's name, for errors.
            is_leaf: Tells a single thing from a structure; None takes what is no list, tuple, dict.

        Returns:
            A list with one entry per output; None where nothing was given.

        Raises:
            ValueError: When the number or the names do not fit the outputs.
        """
        if given is None:
            return [None] * self.count
        if is_leaf(given) if is_leaf else not tree.is_nested(given):
            return [given] * self.count
        if isinstance(given, dict):
            return self._by_name(given, what)
        items = list(given)
        if len(items) == self.count:
            if isinstance(self.structure, dict):
                return [items[place] for place in range(self.count)]
            return items
        flat = tree.flatten(given)
        if len(flat) == self.count:
            return flat
        raise ValueError(
            f"{what} has {len(items)} entr{'y' if len(items) == 1 else 'ies'}, but the model has {self.count} "
            f"output{'s' if self.count > 1 else ''}{self._listed()}. Give one entry per output "
            f"(None for an output without one), or a dict by output name."
        )

    def _by_name(self, given: dict[str, Any], what: str) -> list[Any]:
        known = self.known_names()
        if not known and len(given) == self.count:
            return [given[key] for key in sorted(given)]
        for key in given:
            if key not in known:
                raise ValueError(
                    f"{what} names an output {key!r} that the model does not have; its outputs are "
                    f"{', '.join(map(repr, known)) or 'without names'}.{suggestion(key, known)}"
                )
        return [given.get(name) if name is not None else None for name in self.names]

    def _listed(self) -> str:
        known = self.known_names()
        return f" ({', '.join(known)})" if known else ""

    def targets(self, y_true: Any) -> list[Any]:
        """Returns one target per output.

        Raises:
            ValueError: When their number or names do not fit.
        """
        if self.count == 1:
            leaves = tree.flatten(y_true)
            if isinstance(y_true, dict) and len(leaves) > 1:
                return self._by_name(y_true, "y")
            if len(leaves) == 1:
                return leaves
        if not tree.is_nested(y_true):
            raise ValueError(
                f"The model has {self.count} outputs{self._listed()}, but y is a single array. "
                f"Pass a list with one array per output, or a dict by output name."
            )
        return self.spread(y_true, "y")
