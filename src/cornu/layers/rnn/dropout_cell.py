"""DropoutCell: masks that stay the same over all steps of one call of a recurrent layer."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import settings
from cornu.core.tensor import Tensor
from cornu.ops import random


class DropoutCell:
    """What cells with dropout share.

    A mask is drawn at its first use and then kept until it is reset; a recurrent layer draws the
    masks before its first step and resets them after the last.

    Attributes:
        dropout: Share of the inputs that becomes 0.
        recurrent_dropout: Share of the state that becomes 0.
        dropout_mask_count: How many masks of each kind there are, one for each gate; None for one
            mask that all gates share.
        seed_generator: Where masks come from.
    """

    dropout: float
    recurrent_dropout: float
    dropout_mask_count: int | None = None
    seed_generator: random.SeedGenerator

    def get_dropout_mask(self, step_input: Any) -> Any:
        """Returns the mask of the inputs of one step.

        Args:
            step_input: A tensor of the inputs' shape.

        Returns:
            A tensor, a list of `dropout_mask_count` of them, or None when nothing is dropped.
        """
        return self._mask("_dropout_mask", self.dropout, step_input)

    def get_recurrent_dropout_mask(self, step_input: Any) -> Any:
        """Returns the mask of the state.

        Args:
            step_input: A tensor of the state's shape.

        Returns:
            A tensor, a list of `dropout_mask_count` of them, or None when nothing is dropped.
        """
        return self._mask("_recurrent_dropout_mask", self.recurrent_dropout, step_input)

    def reset_dropout_mask(self) -> None:
        """Makes the next call draw a new mask of the inputs."""
        self.__dict__["_dropout_mask"] = None

    def reset_recurrent_dropout_mask(self) -> None:
        """Makes the next call draw a new mask of the state."""
        self.__dict__["_recurrent_dropout_mask"] = None

    def skip_dropout_masks(self) -> None:
        """Moves the seed on as drawing all masks would: Keras draws them in inference as well."""
        kinds = (self.dropout > 0) + (self.recurrent_dropout > 0)
        for _ in range(kinds * (self.dropout_mask_count or 1)):
            self.seed_generator.next()

    def _mask(self, name: str, rate: float, step_input: Any) -> Any:
        if rate <= 0:
            return None
        known = self.__dict__.get(name)
        if known is not None and _fits(known, step_input):
            return known
        count = self.dropout_mask_count
        drawn = [self._draw(rate, step_input) for _ in range(count or 1)]
        mask = self.__dict__[name] = drawn[0] if count is None else drawn
        return mask

    def _draw(self, rate: float, step_input: Any) -> Any:
        if rate >= 1:  # There is nothing to draw, but the seed moves on.
            self.seed_generator.next()
            return ops.zeros_like(step_input)
        return random.dropout(ops.ones_like(step_input), rate, seed=self.seed_generator)


def _fits(mask: Any, step_input: Any) -> bool:
    """Whether a mask from an earlier step can be used again.

    Not for a batch of another size, and not when it belongs to a captured function that is over.
    """
    first = mask[0] if isinstance(mask, list) else mask
    if first.shape != step_input.shape:
        return False
    return not first.is_symbolic or any(first._engine is open_ for open_ in settings.state.captures)


def as_list(mask: Any) -> list[Tensor]:
    """Returns the masks of `get_dropout_mask` as a list, empty for None."""
    if mask is None:
        return []
    return mask if isinstance(mask, list) else [mask]
