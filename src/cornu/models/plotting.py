"""plot_model and model_to_dot: the picture of a model in a file or a notebook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from cornu.drawing.layered import DIRECTIONS
from cornu.drawing.raster import render
from cornu.drawing.scene import Scene
from cornu.drawing.svg import svg_text
from cornu.models.picture import Details, model_scene
from cornu.saving.replacing import replacing_file

_FORMATS = ("png", "svg", "pdf")


class ModelPicture:
    """The picture of a model, which can become SVG, PNG or PDF. A notebook shows it.

    Args:
        scene: What is drawn.
        title: What it shows.
        dpi: Pixels per inch of a PNG.

    Example:
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> keras.utils.model_to_dot(model).create(format="svg")[:4]
        b'<svg'
    """

    def __init__(self, scene: Scene, title: str, dpi: float) -> None:
        self.scene = scene
        self.title = title
        self.dpi = dpi

    def create(self, prog: Any = None, format: str = "svg") -> bytes:
        """Returns the picture in a format.

        Args:
            prog: Accepted for pydot's signature; no program is run.
            format: "svg", "png" or "pdf".

        Returns:
            The content of a file.

        Raises:
            ValueError: For another format.
            MissingExtraError: For PNG and PDF, when matplotlib is not installed.
        """
        del prog
        if format not in _FORMATS:
            raise ValueError(
                f"plot_model: {format!r} is not a format it draws; expected one of "
                f"{', '.join(_FORMATS)}. Give a file name such as 'model.png'."
            )
        if format == "svg":
            return svg_text(self.scene, self.title).encode()
        purpose = f"plot_model with a {format.upper()} file (an SVG file needs nothing more)"
        return render(self.scene, format, self.dpi, purpose)

    def create_svg(self) -> bytes:
        """Returns the picture as SVG."""
        return self.create(format="svg")

    def create_png(self) -> bytes:
        """Returns the picture as PNG."""
        return self.create(format="png")

    def write(self, path: Any, prog: Any = None, format: str | None = None) -> None:
        """Writes the picture to a file, whole or not at all.

        Args:
            path: Name of the file; folders above it are made.
            prog: Accepted for pydot's signature.
            format: "svg", "png" or "pdf"; the ending of the name when None.
        """
        content = self.create(prog, format or Path(path).suffix[1:].lower() or "png")
        with replacing_file(path) as new:
            new.write_bytes(content)

    def _repr_svg_(self) -> str:
        return self.create_svg().decode()


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float | None = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    layer_range: Any = None,
) -> ModelPicture:
    """Draws a model, without graphviz or any other program.

    Args:
        model: A built model.
        show_shapes: Whether the shapes of inputs and outputs are shown.
        show_dtype: Whether the dtype of the outputs is shown.
        show_layer_names: Whether the names of the layers are shown below their classes.
        rankdir: Where the data flow: "TB" from top to bottom, "LR" from left to right, "BT", "RL".
        expand_nested: Whether inner models are drawn with their layers.
        dpi: Pixels per inch of a PNG; 96 when None.
        subgraph: Accepted for Keras's signature.
        show_layer_activations: Whether the activations of layers are shown.
        show_trainable: Whether it is shown which layers are trained.
        splines: Accepted for Keras's signature; lines are curves.
        layer_range: Names (or regular expressions) of the first and last layer to draw.

    Returns:
        A ModelPicture, which has pydot's `create` and `write`.

    Raises:
        ValueError: For a model that is not built, and for impossible settings.

    Example:
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> "Dense" in model_to_dot(model).create(format="svg").decode()
        True
    """
    del subgraph, splines
    if not getattr(model, "built", False):
        raise ValueError(
            f"plot_model: {type(model).__name__} {getattr(model, 'name', '')!r} is not built, so "
            f"there is nothing to draw. Begin it with keras.Input(...), call model.build(shape), or "
            f"call it on data first."
        )
    if rankdir not in DIRECTIONS:
        raise ValueError(
            f"plot_model: rankdir must be one of {', '.join(DIRECTIONS)}; got {rankdir!r}."
        )
    dpi = 96 if dpi is None else dpi
    if not dpi > 0:
        raise ValueError(f"plot_model: dpi must be positive; got {dpi!r}.")
    details = Details(
        shapes=show_shapes,
        dtype=show_dtype,
        names=show_layer_names,
        activation=show_layer_activations,
        trainable=show_trainable,
        expand_nested=expand_nested,
        direction=rankdir,
    )
    scene = model_scene(model, details, layer_range)
    return ModelPicture(scene, f"Model {model.name}", dpi)


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float | None = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    layer_range: Any = None,
) -> Any:
    """Draws a model into a file, without graphviz or any other program.

    Args:
        model: A built model.
        to_file: Name of the file; its ending says the format: ".png", ".svg" or ".pdf". PNG and PDF
            need matplotlib (`pip install 'cornu[plot]'`), SVG needs nothing.
        show_shapes: Whether the shapes of inputs and outputs are shown.
        show_dtype: Whether the dtype of the outputs is shown.
        show_layer_names: Whether the names of the layers are shown below their classes.
        rankdir: Where the data flow: "TB" from top to bottom, "LR" from left to right, "BT", "RL".
        expand_nested: Whether inner models are drawn with their layers.
        dpi: Pixels per inch of a PNG; 96 when None.
        show_layer_activations: Whether the activations of layers are shown.
        show_trainable: Whether it is shown which layers are trained.
        splines: Accepted for Keras's signature; lines are curves.
        layer_range: Names (or regular expressions) of the first and last layer to draw.

    Returns:
        In a notebook an IPython Image (or SVG) of the file; None elsewhere.

    Raises:
        ValueError: For a model that is not built, and for impossible settings.
        MissingExtraError: When matplotlib is needed and not installed.

    Example:
        >>> import cornu as keras, os, tempfile
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> path = os.path.join(tempfile.mkdtemp(), "model.svg")
        >>> keras.utils.plot_model(model, path, show_shapes=True)
        >>> os.path.getsize(path) > 1000
        True
    """
    picture = model_to_dot(
        model,
        show_shapes=show_shapes,
        show_dtype=show_dtype,
        show_layer_names=show_layer_names,
        rankdir=rankdir,
        expand_nested=expand_nested,
        dpi=dpi,
        show_layer_activations=show_layer_activations,
        show_trainable=show_trainable,
        splines=splines,
        layer_range=layer_range,
    )
    path = Path(to_file)
    if not path.suffix:
        path = path.with_suffix(".png")
    picture.write(path)
    return _shown(path)


def _shown(path: Path) -> Any:
    # A notebook has imported IPython; elsewhere nobody would see what it makes.
    if "IPython" not in sys.modules or path.suffix.lower() == ".pdf":
        return None
    from IPython import display  # noqa: PLC0415

    return (display.SVG if path.suffix.lower() == ".svg" else display.Image)(filename=str(path))
