"""The embedding projector's files: tables of vectors, and a configuration that names them."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np

from cornu.core.extras import optional_import
from cornu.saving.replacing import replacing_file

CONFIG = "projector_config.pbtxt"


class Embedding(NamedTuple):
    """One table of vectors.

    Attributes:
        name: What the projector shows.
        file: Path of the table, relative to the configuration.
        metadata: Path of a file with one label a line, likewise; None for none.
    """

    name: str
    file: str
    metadata: str | None


def write_vectors(path: Any, vectors: np.ndarray[Any, Any]) -> None:
    """Writes one vector a line, numbers separated by tabs."""
    with replacing_file(path) as new, open(new, "w", encoding="ascii") as file:
        np.savetxt(file, np.asarray(vectors, np.float64), fmt="%.7g", delimiter="\t")


def write_config(folder: Any, embeddings: list[Embedding]) -> None:
    """Writes the configuration that the projector looks for in a folder of logs."""
    projector = optional_import(
        "tensorboard.plugins.projector", "tensorboard", "The embedding projector"
    )
    text_format = optional_import(
        "google.protobuf.text_format", "tensorboard", "The embedding projector"
    )
    config = projector.ProjectorConfig()
    for embedding in embeddings:
        config.embeddings.add(
            tensor_name=embedding.name,
            tensor_path=embedding.file,
            metadata_path=embedding.metadata or "",
        )
    with replacing_file(os.path.join(folder, CONFIG)) as new:
        new.write_text(text_format.MessageToString(config), encoding="utf-8")
