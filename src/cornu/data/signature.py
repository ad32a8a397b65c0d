"""What users declare about elements, as specs."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes
from cornu.data.elements import ComponentSpec, NestedSpec, is_structure, map_components


def component_spec(given: Any) -> ComponentSpec:
    """Returns something with a shape and a dtype as a spec.

    Raises:
        TypeError: When it has neither.
    """
    if not hasattr(given, "shape") or not hasattr(given, "dtype"):
        raise TypeError(
            f"Expected specs such as tf.TensorSpec(shape=(2,), dtype=tf.float32); got {given!r}."
        )
    return ComponentSpec(sizes_of(given.shape), dtypes.canonical(given.dtype))


def sizes_of(shape: Any) -> tuple[int | None, ...] | None:
    """Returns a shape as a tuple with None for unknown sizes; None when nothing is known."""
    if shape is None or getattr(shape, "rank", 0) is None:
        return None
    if not hasattr(shape, "__iter__"):
        return (int(shape),)
    return tuple(None if n is None or int(n) < 0 else int(n) for n in shape)


def signature_of(output_signature: Any, output_types: Any, output_shapes: Any) -> Any:
    """Returns the spec that the arguments of `from_generator` declare.

    Raises:
        TypeError: When signature and types are both given.
        ValueError: When a signature has the wrong form.
    """
    if output_signature is not None:
        if output_types is not None or output_shapes is not None:
            raise TypeError(
                "from_generator: pass output_signature alone, without output_types and "
                "output_shapes."
            )
        if isinstance(output_signature, list):
            output_signature = tuple(output_signature)
        return _declared(output_signature)
    if output_types is None:
        return None
    if output_shapes is None:
        return map_components(
            lambda kind: ComponentSpec(None, dtypes.canonical(kind)), _as_structure(output_types)
        )
    return _paired(_as_structure(output_types), output_shapes)


def _declared(signature: Any) -> Any:
    if isinstance(signature, ComponentSpec):
        return signature
    return map_components(
        lambda leaf: leaf if isinstance(leaf, NestedSpec) else component_spec(leaf), signature
    )


def _as_structure(types: Any) -> Any:
    return tuple(map(_as_structure, types)) if isinstance(types, list) else types


def _paired(types: Any, shapes: Any) -> Any:
    if isinstance(types, dict):
        return {key: _paired(types[key], shapes[key]) for key in types}
    if is_structure(types):
        if not isinstance(shapes, (list, tuple)) or len(shapes) != len(types):
            raise TypeError(
                f"from_generator: output_types has {len(types)} components, output_shapes is "
                f"{shapes!r}."
            )
        return tuple(_paired(a, b) for a, b in zip(types, shapes, strict=True))
    return ComponentSpec(sizes_of(shapes), dtypes.canonical(types))
