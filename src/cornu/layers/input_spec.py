"""InputSpec: what a layer demands of its inputs, and the check with its error message."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes, tree


class InputSpec:
    """Rank, shape and dtype that a layer demands of one input.

    Args:
        dtype: Dtype that the input must have; None allows any.
        shape: Sizes, None where any fits.
        ndim: Exact rank; implied by `shape`.
        max_ndim: Largest rank.
        min_ndim: Smallest rank.
        axes: Dict from axes (may be negative) to the sizes that they must have.
        allow_last_axis_squeeze: A last axis of size 1 may be there or not.
        name: Key of the input when inputs come as a dict.
        optional: Whether None may be passed.

    Example:
        >>> InputSpec(min_ndim=2, axes={-1: 4})
        InputSpec(min_ndim=2, axes={-1: 4})
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = None if dtype is None else dtypes.canonical(dtype)
        self.shape = None if shape is None else tuple(shape)
        self.ndim = ndim if self.shape is None else len(self.shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.name = name
        self.optional = optional
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        try:
            self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        except (TypeError, ValueError, AttributeError) as error:
            raise TypeError(
                f"InputSpec: axes is a dict from axes to sizes; got axes={axes!r}."
            ) from error
        limit = self.ndim if self.ndim is not None else self.max_ndim
        if self.axes and limit is not None and max(self.axes) >= limit:
            raise ValueError(
                f"InputSpec: axis {max(self.axes)} does not exist in an input of rank {limit}."
            )

    def __repr__(self) -> str:
        fields = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        parts = [f"{field}={getattr(self, field)}" for field in fields if getattr(self, field)]
        return f"InputSpec({', '.join(parts)})"

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal spec."""
        return {
            "dtype": self.dtype,
            "shape": self.shape,
            "ndim": self.ndim,
            "max_ndim": self.max_ndim,
            "min_ndim": self.min_ndim,
            "axes": self.axes,
            "optional": self.optional,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        """Makes a spec from `get_config()`."""
        return cls(**config)


def check_inputs(specs: Any, inputs: Any, layer: Any) -> None:
    """Raises ValueError unless the inputs are as a layer's specs demand.

    Args:
        specs: An `InputSpec`, a nested structure of them, or None.
        inputs: The layer's first argument: tensors in any structure.
        layer: The layer, for the message.
    """
    if type(specs) is InputSpec and hasattr(inputs, "shape"):
        _check(specs, inputs, layer, "Input")
        return
    flat_specs = tree.flatten(specs)
    if isinstance(inputs, dict) and all(spec is not None and spec.name for spec in flat_specs):
        names = [spec.name for spec in flat_specs]
        missing = [name for name in names if name not in inputs]
        if missing:
            raise ValueError(
                f"{_who(layer)} has no data for its input {missing[0]!r}: the inputs are a dict "
                f"with keys {sorted(map(str, inputs))}, expected {names}."
            )
        flat_inputs = [inputs[name] for name in names]
    else:
        flat_inputs = tree.flatten(inputs)
    if len(flat_inputs) != len(flat_specs):
        got = ", ".join(
            str(tuple(x.shape)) if hasattr(x, "shape") else repr(x) for x in flat_inputs
        )
        names = [spec.name for spec in flat_specs if spec is not None and spec.name]
        hint = f" (named {', '.join(names)})" if len(names) == len(flat_specs) else ""
        raise ValueError(
            f"{_who(layer)} expects {len(flat_specs)} input(s){hint}, but it received "
            f"{len(flat_inputs)}: {got}. Pass a list (or a dict by input names) with one tensor "
            f"for each input."
        )
    for position, (spec, tensor) in enumerate(zip(flat_specs, flat_inputs, strict=True)):
        if spec is None or (tensor is None and spec.optional):
            continue
        label = "Input" if len(flat_specs) == 1 else f"Input {position}"
        _check(spec, tensor, layer, f"{label} {spec.name!r}" if spec.name else label)


def _who(layer: Any) -> str:
    who: str = layer._who()
    return who


def _check(spec: InputSpec, tensor: Any, layer: Any, label: str) -> None:
    shape = getattr(tensor, "shape", None)
    if shape is None:
        raise ValueError(
            f"{label} of {_who(layer)} is no tensor: got {tensor!r} of type "
            f"{type(tensor).__name__}. Call the layer on a tensor, a NumPy array or a keras.Input."
        )
    rank = len(shape)
    if spec.min_ndim is not None and rank < spec.min_ndim:
        wanted = f"at least {spec.min_ndim} axes (min_ndim={spec.min_ndim})"
        raise ValueError(_message(label, layer, wanted, tensor, _rank_hint(rank, spec.min_ndim)))
    if spec.max_ndim is not None and rank > spec.max_ndim:
        wanted = f"at most {spec.max_ndim} axes (max_ndim={spec.max_ndim})"
        raise ValueError(_message(label, layer, wanted, tensor, ""))
    if spec.ndim is not None and rank != spec.ndim and not spec.allow_last_axis_squeeze:
        wanted = f"{spec.ndim} axes (ndim={spec.ndim})"
        raise ValueError(_message(label, layer, wanted, tensor, _rank_hint(rank, spec.ndim)))
    if spec.dtype is not None and tensor.dtype != spec.dtype:
        raise ValueError(_message(label, layer, f"dtype {spec.dtype}", tensor, ""))
    for axis, size in spec.axes.items():
        if size is not None and -rank <= axis < rank and shape[axis] not in (size, None):
            wanted = f"size {size} at axis {axis}"
            hint = ""
            if getattr(layer, "built", False):
                hint = f" The layer was built for inputs of size {size} there."
            raise ValueError(_message(label, layer, wanted, tensor, hint))
    if spec.shape is not None and not _shapes_agree(spec, tuple(shape)):
        raise ValueError(
            _message(label, layer, f"shape {spec.shape}", tensor, _shape_hint(spec, tuple(shape)))
        )


def _shapes_agree(spec: InputSpec, shape: tuple[Any, ...]) -> bool:
    wanted = spec.shape or ()
    if spec.allow_last_axis_squeeze:
        if shape and shape[-1] == 1:
            shape = shape[:-1]
        if wanted and wanted[-1] == 1:
            wanted = wanted[:-1]
    if len(wanted) != len(shape):
        return False
    return all(a is None or b is None or a == b for a, b in zip(wanted, shape, strict=True))


def _message(label: str, layer: Any, wanted: str, tensor: Any, hint: str) -> str:
    return (
        f"{label} of {_who(layer)} is incompatible with the layer: expected {wanted}, "
        f"got shape {tuple(tensor.shape)} of {tensor.dtype}.{hint}"
    )


def _rank_hint(rank: int, wanted: int) -> str:
    if rank == wanted - 1:
        kind = {2: "one feature per sample", 3: "one feature per step"}.get(wanted, "one channel")
        return (
            f" If this is one sample, add the batch axis: x[None, ...]; if it has {kind}, add the "
            f"axis of features: x[..., None]."
        )
    return ""


def _shape_hint(spec: InputSpec, shape: tuple[Any, ...]) -> str:
    wanted = spec.shape or ()
    if len(shape) == len(wanted) - 1 and all(
        a is None or b is None or a == b for a, b in zip(wanted[1:], shape, strict=True)
    ):
        return " If this is one sample, add the batch axis: x[None, ...]."
    sizes, known = shape[1:], [size for size in wanted[1:] if size is not None]
    if (
        len(shape) > len(wanted) == 2
        and known
        and None not in sizes
        and _product(sizes) == known[0]
    ):
        return " Flatten each sample first: x.reshape(len(x), -1), or keras.layers.Flatten()."
    if len(shape) == len(wanted) > 1 and None not in sizes:
        fitting = f"({sizes[0]},)" if len(sizes) == 1 else str(tuple(sizes))
        return f" For such data the model must begin with keras.Input({fitting})."
    return ""


def _product(sizes: tuple[int, ...]) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total
