"""Random bits from a key, by Threefry-2x32 (`cornu.core.keys`)."""

from __future__ import annotations

from typing import Any

from cornu.core.primitive import Primitive, Spec


def _random_bits_rule(key: Any, *, shape: Any) -> Spec:
    if key.shape != (2,) or key.dtype != "uint32":
        raise ValueError(
            f"random_bits: a key is uint32 of shape (2,); got {key.dtype} of shape {key.shape}."
        )
    return Spec(tuple(shape), "uint32")


random_bits: Primitive = Primitive("random_bits", _random_bits_rule)
