"""How the native module numbers dtypes, compute types and instructions."""

from __future__ import annotations

import numpy as np

from cornu import _native
from cornu.core import dtypes

DTYPE = {name: number for number, name in enumerate(_native.DTYPES)}
# The same by NumPy dtype, for arrays that rows are gathered from.
ARRAY_DTYPE = {np.dtype(name): number for name, number in DTYPE.items() if name != "bfloat16"}
TYPE = {name: number for number, name in enumerate(_native.COMPUTE_TYPES)}
OPCODE = {name: number for number, name in enumerate(_native.OPCODES)}
REDUCTION = {
    name: number
    for number, names in enumerate((("sum",), ("prod",), ("max",), ("min",)))
    for name in names
}

_COMPUTE_NAME = {
    "bool": "b8", "int8": "i32", "int16": "i32", "int32": "i32", "int64": "i64",
    "uint8": "u32", "uint16": "u32", "uint32": "u32", "uint64": "u64",
    "float16": "f32", "bfloat16": "f32", "float32": "f32", "float64": "f64",
}  # fmt: skip
_NUMPY_OF_TYPE = {
    "b8": np.uint8, "i32": np.int32, "i64": np.int64, "u32": np.uint32, "u64": np.uint64,
    "f32": np.float32, "f64": np.float64,
}  # fmt: skip

# The number of the type in which values of a dtype are computed.
COMPUTE = {dtype: TYPE[name] for dtype, name in _COMPUTE_NAME.items()}
# Dtypes that are stored narrower than they are computed.
NARROW = frozenset(("float16", "bfloat16", "int8", "int16", "uint8", "uint16"))

_constants: dict[tuple[str, str], int] = {}


def constant_bits(value: float | bool, dtype: str) -> int:
    """Returns the bits of a number of some dtype, in the type in which it is computed."""
    key = (repr(value), dtype)
    bits = _constants.get(key)
    if bits is None:
        number = np.array(value)
        if dtype not in ("bfloat16", "bool") and dtype in NARROW:
            number = number.astype(dtypes.to_numpy(dtype))
        if dtype == "bool":
            number = number != 0
        with np.errstate(all="ignore"):
            computed = number.astype(_NUMPY_OF_TYPE[_COMPUTE_NAME[dtype]])
        bits = int.from_bytes(computed.tobytes(), "little")
        if len(_constants) > 4096:
            _constants.clear()
        _constants[key] = bits
    return bits
