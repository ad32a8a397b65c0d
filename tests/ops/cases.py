"""The table from which the comparisons of `cornu.ops` with Keras are generated."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """One call of an op.

    Attributes:
        op: Name in `keras.ops`.
        args: Positional arguments.
        kwargs: Keyword arguments.
        gradient: Whether to compare derivatives with respect to the float32 arrays.
        tolerance: Relative and absolute tolerance of values and derivatives.
        label: Distinguishes several cases of one op.
    """

    op: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    gradient: bool = False
    tolerance: float = 2e-6
    label: str = ""

    def __str__(self) -> str:
        return f"{self.op}-{self.label}" if self.label else self.op


def f(*shape: int, low: float = -3.0, high: float = 3.0, seed: int = 0) -> np.ndarray:
    """float32 numbers that are equal in every run."""
    rng = np.random.default_rng(zlib.crc32(repr((shape, low, high, seed)).encode()))
    return rng.uniform(low, high, shape).astype("float32")


def i(*shape: int, low: int = -5, high: int = 6, dtype: str = "int32", seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(zlib.crc32(repr((shape, low, high, dtype, seed)).encode()))
    return rng.integers(low, high, shape).astype(dtype)


def b(*shape: int, seed: int = 0) -> np.ndarray:
    return i(*shape, low=0, high=2, seed=seed).astype(bool)


NAN = float("nan")
INF = float("inf")
EDGES = np.array([-INF, -100.0, -6.0, -3.0, -1.0, -0.5, 0.25, 0.5, 1.0, 3.0, 6.0, 100.0, INF], "f")
SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, INF, -INF, NAN], "float32")

UNARY = [
    "absolute", "negative", "sign", "square", "exp", "exp2", "expm1", "erf", "erfc", "floor",
    "ceil", "trunc", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "arcsinh", "sinc",
    "deg2rad", "rad2deg", "reciprocal", "cbrt", "fabs", "isnan", "isinf", "isfinite", "isposinf",
    "isneginf", "logical_not", "real", "conj", "signbit", "round",
]  # fmt: skip
POSITIVE = ["sqrt", "rsqrt", "log", "log1p", "log2", "log10"]
UNIT = ["arcsin", "arccos", "arctanh", "erfinv"]
BINARY = [
    "add", "subtract", "multiply", "divide", "true_divide", "maximum", "minimum", "equal",
    "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or",
    "logical_xor", "arctan2", "hypot", "logaddexp", "logaddexp2", "fmax", "fmin", "floor_divide",
    "mod", "fmod", "heaviside", "divide_no_nan", "isclose",
]  # fmt: skip
SMOOTH = {
    "absolute", "negative", "square", "exp", "exp2", "expm1", "erf", "erfc", "sin", "cos", "tan",
    "sinh", "cosh", "tanh", "arctan", "arcsinh", "deg2rad", "rad2deg", "reciprocal", "add",
    "subtract", "multiply", "divide", "maximum", "minimum", "arctan2", "hypot", "logaddexp", "sinc",
    "divide_no_nan", *POSITIVE, *UNIT,
}  # fmt: skip
BITS = ["bitwise_and", "bitwise_or", "bitwise_xor"]
ACTIVATIONS = [
    "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "sigmoid",
    "hard_sigmoid", "hard_silu", "hard_tanh", "hard_shrink", "soft_shrink", "tanh_shrink",
    "softplus", "softsign", "log_sigmoid", "squareplus", "sparse_plus", "sparse_sigmoid",
]  # fmt: skip
REDUCTIONS = ["sum", "mean", "var", "std", "max", "min", "prod", "amax", "amin", "logsumexp", "ptp"]


def _cases() -> list[Case]:
    cases: list[Case] = []

    def add(op: str, *args: Any, gradient: bool = False, tol: float = 2e-6, **kwargs: Any) -> None:
        label = str(sum(case.op == op for case in cases))
        cases.append(Case(op, args, kwargs, gradient, tol, label))

    for op in UNARY:
        add(op, f(3, 4), gradient=op in SMOOTH)
        if op not in ("erf", "erfc"):
            add(op, i(7))
    for op in POSITIVE:
        add(op, f(3, 4, low=0.1, high=9), gradient=True)
        if op != "rsqrt":
            add(op, i(5, low=1, high=9))
    for op in UNIT:
        add(op, f(3, 4, low=-0.95, high=0.95), gradient=True)
    add("arccosh", f(3, 4, low=1.1, high=9), gradient=True)
    for op in ("isnan", "isinf", "isfinite", "isposinf", "isneginf", "sign", "absolute", "floor"):
        add(op, SPECIAL)
    for op in BINARY:
        smooth = op in SMOOTH
        add(op, f(3, 4), f(3, 4, seed=1), gradient=smooth)
        add(op, f(3, 1), f(4, seed=1), gradient=smooth)
        add(op, f(4), 2, gradient=smooth)
        add(op, 1.5, f(4), gradient=smooth)
        add(op, i(6), i(6, low=1, seed=1))
        add(op, i(6), 2.5)
        add(op, i(6, low=0, dtype="uint8"), i(6, low=1, dtype="int8", seed=1))
    for op in BITS:
        add(op, i(5), i(5, seed=1))
        add(op, b(5), b(5, seed=1))
    add("bitwise_not", i(5))
    add("bitwise_left_shift", i(5), i(5, low=0, high=4))
    add("bitwise_right_shift", i(5), i(5, low=0, high=4))
    add("power", f(3, 4, low=0.1), f(3, 4, seed=1), gradient=True)
    add("power", f(3, 4), 2, gradient=True)
    add("power", f(3, 4), 3, gradient=True)
    add("power", f(3, 4, low=0.1), 0.5, gradient=True)
    add("power", 2.0, f(4), gradient=True)
    add("power", i(4), 2)
    add("ldexp", f(3), i(3))
    add("maximum", np.float32([0, 1, NAN]), np.float32([0, 2, 1]))
    add("add", b(4), b(4, seed=1))
    add("multiply", b(4), b(4, seed=1))
    add("logaddexp", EDGES, EDGES[::-1].copy())
    for op in ACTIVATIONS:
        add(op, f(3, 4), gradient=True)
        # Far out, JAX's gelu subtracts numbers that nearly cancel.
        add(op, EDGES[1:-1], gradient=True, tol=2e-5 if op == "gelu" else 2e-6)
        add(op, np.zeros(2, "float32"), gradient=op not in ("hard_shrink",))
    add("leaky_relu", f(4), 0.3, gradient=True)
    add("elu", f(4), 0.5, gradient=True)
    add("elu", f(4), -0.5, gradient=True)
    add("celu", f(4), 2.0, gradient=True)
    add("gelu", f(4), False, gradient=True)
    add("threshold", f(9), 0.5, 2.0, gradient=True)
    add("hard_shrink", f(9), 1.0, gradient=True)
    add("soft_shrink", f(9), 1.0, gradient=True)
    for op in ("softmax", "log_softmax"):
        add(op, f(3, 4), gradient=True)
        add(op, f(3, 4), axis=0, gradient=True)
        add(op, f(2, 3, 4), axis=(1, 2), gradient=True)
        add(op, np.float32([[1000.0, 0.0, -1000.0]]), gradient=True)
    add("glu", f(3, 6), gradient=True)
    for op in REDUCTIONS:
        smooth = op not in ("amax", "amin", "ptp")
        add(op, f(3, 4), gradient=smooth, tol=1e-5)
        add(op, f(3, 4), axis=1, gradient=smooth, tol=1e-5)
        add(op, f(2, 3, 4), axis=(0, -1), keepdims=True, gradient=smooth, tol=1e-5)
        if op != "logsumexp":
            add(op, i(3, 4), axis=0, tol=1e-5)
    for op in ("sum", "prod", "max", "min", "mean"):
        add(op, i(3, 4, dtype="int8"), axis=0)
        add(op, i(3, 4, low=0, dtype="uint8"), axis=0)
        add(op, b(3, 4), axis=0)
    add("max", np.float32([1, 3, 3, 2]), gradient=True)
    add("min", np.float32([1, 3, 1, 2]), gradient=True)
    add("max", f(3), initial=10.0)
    add("prod", np.float32([2, 0, 3]), gradient=True)
    add("logsumexp", np.float32([1000, 1000, -1000]), gradient=True)
    for op in ("all", "any"):
        add(op, b(3, 4))
        add(op, b(3, 4), axis=1, keepdims=True)
    add("count_nonzero", i(3, 4), axis=1)
    for op in ("argmax", "argmin"):
        add(op, i(3, 4))
        add(op, f(3, 4), axis=1)
        add(op, f(3, 4), axis=0, keepdims=True)
        add(op, f(3, 4), keepdims=True)
    add("average", f(3, 4), axis=0, gradient=True)
    add("average", f(3, 4), axis=0, weights=f(3, low=0.1), gradient=True)
    add("average", f(3, 4), weights=f(3, 4, low=0.1))
    for op in ("cumsum", "cumprod"):
        add(op, f(3, 4), axis=1, gradient=True)
        add(op, i(3, 4, low=1, high=3))
        add(op, b(4))
    add("clip", f(3, 4), -1.0, 1.0, gradient=True)
    add("clip", np.float32([0, 1, 0.5]), 0.0, 1.0, gradient=True)
    add("clip", i(4), 0, 2)
    add("clip", i(4), 0.5, 2)
    add("nan_to_num", SPECIAL)
    add("nan_to_num", SPECIAL, 1.0, 2.0, 3.0)
    add("round", f(4), 1)
    # Shapes
    add("reshape", f(3, 4), (2, -1), gradient=True)
    add("ravel", f(3, 4))
    add("transpose", f(2, 3, 4), gradient=True)
    add("transpose", f(2, 3, 4), (1, 2, 0), gradient=True)
    add("swapaxes", f(2, 3, 4), 0, -1)
    add("moveaxis", f(2, 3, 4), 0, -1)
    add("moveaxis", f(2, 3, 4), (0, 1), (-1, 0))
    add("expand_dims", f(3, 4), 1)
    add("expand_dims", f(3, 4), (0, -1))
    add("squeeze", f(1, 3, 1))
    add("squeeze", f(1, 3, 1), -1)
    add("broadcast_to", f(3, 1), (2, 3, 4), gradient=True)
    add("flip", f(3, 4))
    add("flip", f(3, 4), axis=1, gradient=True)
    add("fliplr", f(3, 4))
    add("flipud", f(3, 4))
    for k in range(4):
        add("rot90", f(3, 4), k=k)
    add("roll", f(3, 4), 5)
    add("roll", f(3, 4), (1, -1), axis=(0, 1), gradient=True)
    add("concatenate", [f(2, 3), f(1, 3)], axis=0, gradient=True)
    add("concatenate", [f(2, 3), i(2, 2)], axis=-1)
    add("append", f(2), f(3))
    add("stack", [f(2, 3), f(2, 3, seed=1)], axis=1, gradient=True)
    add("hstack", [f(2, 3), f(2, 1)])
    add("hstack", [f(2), f(1)])
    add("vstack", [f(3), f(3, seed=1)])
    add("dstack", [f(2, 3), f(2, 3, seed=1)])
    add("split", f(6, 2), 3)
    add("split", f(6, 2), [1, 4], axis=0)
    add("array_split", f(7, 2), 3)
    add("hsplit", f(2, 4), 2)
    add("vsplit", f(4, 2), 2)
    add("dsplit", f(1, 2, 4), 2)
    add("unstack", f(3, 4), axis=1)
    add("tile", f(2, 3), (2, 1, 2), gradient=True)
    add("tile", f(2, 3), 2)
    add("repeat", f(2, 3), 2)
    add("repeat", f(2, 3), 2, axis=1, gradient=True)
    add("repeat", f(3, 2), np.int32([1, 0, 2]), axis=0)
    add("pad", f(2, 3), ((1, 2), (0, 1)), gradient=True)
    add("pad", f(2, 3), 1, constant_values=7.0)
    for mode in ("edge", "reflect", "symmetric"):
        add("pad", f(3, 4), ((2, 1), (1, 3)), mode=mode, gradient=True)
    # Making
    add("arange", 5)
    add("arange", 2, 9, 3)
    add("arange", 0.0, 1.0, 0.25)
    add("linspace", 0.0, 1.0, 5)
    add("linspace", 1, 10, 4, endpoint=False)
    add("linspace", f(3), f(3, seed=1), 4, axis=1)
    add("logspace", 0.0, 3.0, 4)
    add("geomspace", 1.0, 100.0, 3, tol=1e-5)
    add("eye", 3)
    add("eye", 3, 4, 1)
    add("eye", 3, k=-1, dtype="int32")
    add("identity", 3)
    add("tri", 3, 4, 1)
    add("tril", f(3, 4), k=-1, gradient=True)
    add("triu", f(2, 3, 4), k=1, gradient=True)
    add("diag", f(3), 1)
    add("diag", f(3, 4), -1, gradient=True)
    add("diagflat", f(2, 2))
    add("diagonal", f(2, 3, 4), 1, 1, 2)
    add("meshgrid", f(2), f(3))
    add("meshgrid", f(2), f(3), indexing="ij")
    add("vander", f(3))
    add("zeros_like", i(3))
    add("ones_like", f(3))
    add("full_like", f(3), 2)
    add("full", (2, 3), 4.0)
    add("zeros", (2, 3))
    for window in ("hanning", "hamming", "blackman", "bartlett"):
        add(window, 7, tol=1e-5)
    add("kaiser", 7, 5.0, tol=1e-5)
    # Places
    add("take", f(3, 4), i(2, 2, low=0, high=3), axis=0, gradient=True)
    add("take", f(3, 4), i(3, low=-3, high=3), axis=1, gradient=True)
    add("take", f(3, 4), 5)
    add("take_along_axis", f(3, 4), i(3, 2, low=0, high=4), axis=1, gradient=True)
    add("take_along_axis", f(3, 4), i(1, 4, low=0, high=3), axis=0)
    add("where", b(3, 4), f(3, 4), f(4), gradient=True)
    add("where", b(3), 1.0, 0)
    add("select", [b(4), b(4, seed=1)], [f(4), f(4, seed=1)], 9.0)
    add("slice", f(3, 4), (1, 0), (2, 3), gradient=True)
    add("slice_update", f(3, 4), (1, 1), f(2, 2), gradient=True)
    add("scatter", i(3, 1, low=0, high=4), f(3, 2), (4, 2), gradient=True)
    for reduction in (None, "add", "max", "min", "mul"):
        places = np.int32([[0], [2]])
        smooth = reduction != "mul"
        add("scatter_update", f(4, 2), places, f(2, 2), reduction=reduction, gradient=smooth)
    add("segment_sum", f(5, 2), np.int32([0, 0, 2, 1, 2]), num_segments=4, gradient=True)
    add("segment_max", f(5), np.int32([0, 0, 2, 1, 2]), num_segments=3)
    add("unravel_index", i(4, low=0, high=11), (3, 4))
    add("one_hot", i(4, low=-1, high=5), 4)
    add("one_hot", i(2, 2, low=0, high=3), 3, axis=1, dtype="int32")
    add("multi_hot", i(3, 2, low=0, high=5), 5)
    add("isin", i(3, 4), i(3))
    # Order
    add("sort", f(3, 4), axis=0, gradient=True)
    add("argsort", i(3, 4), axis=1)
    add("argsort", f(6), axis=None)
    add("top_k", f(3, 5), 2)
    add("in_top_k", i(4, low=0, high=5), f(4, 5), 2)
    add("in_top_k", np.int32([0, 1]), np.float32([[1, 1, 0], [2, 1, 1]]), 1)
    add("searchsorted", np.sort(f(6)), f(2, 3))
    add("searchsorted", np.int32([1, 2, 2, 3]), np.int32([2, 3]), side="right")
    add("digitize", f(5), np.float32([-1, 0, 1]))
    add("unique", i(9))
    # Products
    add("matmul", f(3, 4), f(4, 2), gradient=True, tol=1e-5)
    add("matmul", f(2, 3, 4), f(4, 2), gradient=True, tol=1e-5)
    add("matmul", f(2, 1, 3, 4), f(5, 4, 2), gradient=True, tol=1e-5)
    add("matmul", f(4), f(4, 2), gradient=True, tol=1e-5)
    add("matmul", f(3, 4), f(4), gradient=True, tol=1e-5)
    add("matmul", f(4), f(4))
    add("matmul", f(4), f(2, 4, 3), tol=1e-5)
    add("matmul", i(2, 3), i(3, 2))
    add("dot", f(2, 3, 4), f(5, 4, 2), gradient=True, tol=1e-5)
    add("dot", f(2, 3), 2.0)
    add("tensordot", f(2, 3, 4), f(3, 4, 5), axes=2, gradient=True, tol=1e-5)
    add("tensordot", f(2, 3, 4), f(4, 2), axes=((2, 0), (0, 1)), gradient=True, tol=1e-5)
    add("inner", f(2, 3), f(4, 3), tol=1e-5)
    add("outer", f(2, 2), f(3), gradient=True)
    add("vdot", f(2, 2), f(4), tol=1e-5)
    add("kron", f(2, 2), f(3))
    add("cross", f(2, 3), f(2, 3, seed=1), gradient=True)
    add("cross", f(2, 2), f(2, 2, seed=1))
    add("cross", f(2, 2), f(2, 3, seed=1))
    add("trace", f(3, 4), 1)
    add("trace", f(2, 3, 4), 0, 1, 2)
    # Norms
    add("norm", f(3, 4), gradient=True, tol=1e-5)
    for order in (None, 1, 2, 3, INF, -INF, 0):
        add("norm", f(3, 4), ord=order, axis=1)
    for order in ("fro", 1, -1, INF, -INF):
        add("norm", f(3, 4), ord=order)
    add("norm", f(2, 3, 4), axis=(0, 2), keepdims=True)
    add("normalize", f(3, 4), gradient=True, tol=1e-5)
    add("normalize", f(3, 4), axis=0, order=1, gradient=True, tol=1e-5)
    add("normalize", np.zeros((1, 3), "float32"))
    add("moments", f(3, 4), axes=[0], gradient=True, tol=1e-5)
    add("moments", f(2, 3, 4), axes=(0, 1), keepdims=True, tol=1e-5)
    positive = f(4, low=0.1)
    add("batch_normalization", f(3, 4), f(4), positive, -1, f(4), f(4), gradient=True, tol=1e-5)
    add("batch_normalization", f(3, 4, 2), f(4), positive, 1, gradient=True, tol=1e-5)
    add("layer_normalization", f(3, 4), f(4), f(4, seed=1), gradient=True, tol=1e-5)
    add("layer_normalization", f(2, 3, 4), axis=(1, 2), tol=1e-5)
    add("rms_normalization", f(3, 4), f(4), gradient=True, tol=1e-5)
    # Cross-entropies
    shares = np.float32([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]])
    hot = np.float32([[0, 1, 0], [1, 0, 0]])
    labels = np.int32([1, 2])
    for logits, values in ((False, shares), (True, f(2, 3))):
        for op, target in (
            ("binary_crossentropy", hot),
            ("categorical_crossentropy", hot),
            ("sparse_categorical_crossentropy", labels),
        ):
            add(op, target, values, from_logits=logits, gradient=True)
    add("binary_crossentropy", hot, f(2, 3, low=-90, high=90), from_logits=True, gradient=True)
    add("categorical_crossentropy", hot, np.float32([[0, 1, 0], [0, 1, 0]]))
    add("categorical_crossentropy", hot.T.copy(), shares.T.copy(), axis=0, gradient=True)
    add("sparse_categorical_crossentropy", labels[:, None], f(2, 3, low=0.1), gradient=True)
    add("sparse_categorical_crossentropy", np.int32([-1, 3]), shares)
    # Statistics
    for op in ("median", "nanmedian"):
        add(op, f(3, 4))
        add(op, f(3, 5), axis=1, keepdims=True)
        add(op, f(2, 3, 4), axis=(0, 2))
    for method in ("linear", "lower", "higher", "nearest", "midpoint"):
        add("quantile", f(3, 5), 0.3, axis=1, method=method)
        add("nanquantile", np.float32([[1, NAN, 3, 4], [5, 6, 7, 9]]), 0.3, axis=1, method=method)
    add("quantile", f(3, 5), np.float32([0.1, 0.9]), axis=0, keepdims=True)
    add("quantile", np.float32([1, NAN, 2]), 0.5)
    add("percentile", f(9), 25.0)
    add("bincount", i(9, low=0, high=5), minlength=7)
    add("bincount", i(9, low=0, high=5), weights=f(9))
    add("bincount", i(2, 9, low=0, high=5), minlength=5)
    add("histogram", f(40), bins=7)
    add("histogram", f(40), bins=4, range=(-1.0, 2.0))
    add("diff", f(3, 5), gradient=True)
    add("diff", i(3, 5), n=2, axis=0)
    add("trapezoid", f(3, 5), axis=0)
    add("trapezoid", f(3, 5), x=np.sort(f(5)))
    add("corrcoef", f(3, 8), tol=1e-5)
    for mode in ("valid", "same", "full"):
        add("correlate", f(7), f(3), mode=mode, tol=1e-5)
        add("correlate", f(3), f(6), mode=mode, tol=1e-5)
    holes = np.float32([[1, NAN, 3, 4], [NAN, NAN, NAN, NAN], [5, -6, 7, 9]])
    for op in ("nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin"):
        add(op, holes, axis=1, tol=1e-5)
        add(op, holes, axis=0, keepdims=True, tol=1e-5)
    for op in ("nancumsum", "nancumprod"):
        add(op, holes, axis=1)
    for op in ("nanargmax", "nanargmin"):
        add(op, holes[[0, 2]], axis=1)
    add("nanpercentile", holes, 40.0, axis=1)
    # Einstein sums
    for text, shapes in (
        ("ij,jk->ik", [(3, 4), (4, 2)]),
        ("ij->ji", [(3, 4)]),
        ("ij->", [(3, 4)]),
        ("ii->i", [(3, 3)]),
        ("ii", [(3, 3)]),
        ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]),
        ("...ij,jk->...ik", [(2, 3, 4), (4, 5)]),
        ("bhqd,bhkd->bhqk", [(2, 3, 4, 5), (2, 3, 6, 5)]),
        ("i,j->ij", [(3,), (4,)]),
        ("ij,ij->ij", [(3, 4), (3, 4)]),
        ("ij,ij->j", [(3, 4), (3, 4)]),
        ("ab,bc,cd->ad", [(2, 3), (3, 4), (4, 5)]),
        ("abc,cd,def->abef", [(2, 3, 4), (4, 5), (5, 2, 3)]),
        ("ijk,k", [(2, 3, 4), (4,)]),
        ("...,...->...", [(2, 3), (3,)]),
        ("a...,...b->ab...", [(2, 3), (3, 4)]),
    ):
        arrays = [f(*shape, seed=n) for n, shape in enumerate(shapes)]
        add("einsum", text, *arrays, gradient=True, tol=1e-5)
    # Casts
    add("cast", f(4), "int32")
    add("cast", i(4), "bool")
    add("saturate_cast", np.float32([-3, 1.5, 300]), "uint8")
    add("saturate_cast", np.int32([-3, 200, 300]), "int8")
    return cases


CASES = _cases()
