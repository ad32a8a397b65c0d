"""Projection: tables of a model's embeddings for TensorBoard's projector."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from cornu.core.errors import suggestion
from cornu.layers.core.embedding import Embedding
from cornu.summaries import projector


class Projection:
    """Writes the vectors of every Embedding layer, and the configuration that names them.

    TensorBoard looks for the configuration in the folder it is started on and in those with event
    files, so there is one in `log_dir` and one in `log_dir/train`.

    Args:
        log_dir: Folder of the logs.
        model: The model.
        metadata: File of labels for all layers, or dict of files by name of the layer, or None.

    Raises:
        ValueError: When a layer is named that is no Embedding layer of the model.
    """

    def __init__(self, log_dir: str, model: Any, metadata: Any) -> None:
        self._folder = Path(log_dir)
        self._model = model
        self._layers = [layer for layer in model.layers if isinstance(layer, Embedding)]
        names = [layer.name for layer in self._layers]
        self._labels: dict[str, str] = {}
        if isinstance(metadata, dict):
            unknown = sorted(set(metadata) - set(names))
            if unknown:
                raise ValueError(
                    f"TensorBoard: embeddings_metadata names {', '.join(map(repr, unknown))}, but "
                    f"the model's Embedding layers are {', '.join(map(repr, names)) or 'none'}."
                    f"{suggestion(unknown[0], names)}"
                )
            self._labels = {name: os.fspath(path) for name, path in metadata.items()}
        elif metadata is not None:
            self._labels = dict.fromkeys(names, os.fspath(metadata))

    def write(self, epoch: int) -> None:
        """Writes the present vectors and a checkpoint."""
        if not self._layers:
            return
        train = self._folder / "train"
        self._model.save_weights(train / f"keras_embedding.ckpt-{epoch}.weights.h5")
        outer, inner = [], []
        for layer in self._layers:
            file = re.sub(r"\W", "_", layer.name) + "_vectors.tsv"
            projector.write_vectors(train / file, np.asarray(layer.embeddings))
            labels = self._labels.get(layer.name)
            outer.append(projector.Embedding(layer.name, f"train/{file}", labels))
            inner.append(projector.Embedding(layer.name, file, self._copy(labels, train)))
        projector.write_config(self._folder, outer)
        projector.write_config(train, inner)

    def _copy(self, labels: str | None, folder: Path) -> str | None:
        """Copies labels beside the inner configuration, since nothing outside of it is read."""
        if labels is None or not (self._folder / labels).is_file():
            return None
        name = os.path.basename(labels)
        shutil.copyfile(self._folder / labels, folder / name)
        return name
