"""Operations on the bits of whole numbers: `tf.bitwise`."""

from __future__ import annotations

from cornu.tf import _elementwise
from cornu.tf._elementwise import invert as invert

__all__ = ["bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"]

bitwise_and = _elementwise.bitwise_functions["bitwise_and"]
bitwise_or = _elementwise.bitwise_functions["bitwise_or"]
bitwise_xor = _elementwise.bitwise_functions["bitwise_xor"]
left_shift = _elementwise.bitwise_functions["left_shift"]
right_shift = _elementwise.bitwise_functions["right_shift"]
