"""What a failed call must leave as it was."""

from __future__ import annotations

from typing import Any

import numpy as np


def state_of(model: Any) -> dict[str, Any]:
    """Returns everything that a user can see of a model: layers, weights, optimizer, history."""
    layers = model._flatten_layers()
    optimizer = model.optimizer
    return {
        "layers": [(layer.name, layer.built, layer.trainable) for layer in layers],
        "attributes": [sorted(vars(layer)) for layer in layers],
        "weights": [(weight.path, weight.numpy().tolist()) for weight in model.weights],
        "compiled": (model.compiled, model.loss, id(optimizer)),
        "optimizer": optimizer
        and (
            optimizer.built,
            [(v.path, np.asarray(v).tolist()) for v in optimizer.variables],
        ),
        "metrics": [
            (metric.name, [v.numpy().tolist() for v in metric.variables])
            for metric in model.metrics
        ],
        "history": (id(model.history), dict(getattr(model.history, "history", {}))),
    }
