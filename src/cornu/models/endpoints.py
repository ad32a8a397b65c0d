"""Endpoints: losses and averages that a functional model computes beside its outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.core.keras_tensor import KerasTensor
from cornu.models.graph import ModelGraph


class Endpoints:
    """Tensors inside a model that are computed in each call but are no outputs.

    Args:
        inputs: The model's inputs, a flat list.
        outputs: The model's outputs, in any structure.
        losses: Scalars that are added to the loss.
        averages: Tensors by the name under which their average is reported.

    Raises:
        ValueError: When a tensor depends on an input that is not the model's.
    """

    def __init__(
        self,
        inputs: Sequence[KerasTensor],
        outputs: Any,
        losses: Sequence[KerasTensor] = (),
        averages: dict[str, KerasTensor] | None = None,
    ) -> None:
        self.losses = tuple(losses)
        self.averages = dict(averages or {})
        self.graph = ModelGraph(inputs, [outputs, list(self.losses), self.averages])
        self._given = (inputs, outputs)

    def with_loss(self, tensor: KerasTensor) -> Endpoints:
        """Returns endpoints with one loss more."""
        return Endpoints(*self._given, (*self.losses, tensor), self.averages)

    def with_average(self, name: str, tensor: KerasTensor) -> Endpoints:
        """Returns endpoints with one average more."""
        return Endpoints(*self._given, self.losses, {**self.averages, name: tensor})
