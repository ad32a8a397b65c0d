"""Random graphs whose results are exact, so that any two engines must agree to the bit.

All numbers are small integers stored as floats (or integers and booleans), kept small by clipping;
sums and products of them are exact in float32 in any order.
"""

from __future__ import annotations

import numpy as np

from cornu import Variable
from cornu.core.graph import Graph, capture
from cornu.core.primitive import REGISTRY, Spec

P = REGISTRY
_DIMS = (1, 3, 4)


class RandomGraph:
    """A graph of about `nodes` random nodes with inputs and variables.

    Attributes:
        graph: The captured graph.
        inputs: Arrays to run it on.
        variables: What it reads and writes.
    """

    def __init__(self, seed: int, nodes: int = 40) -> None:
        self.rng = np.random.default_rng(seed)
        shapes = [self._shape() for _ in range(4)]
        self.inputs = [self._array(shape) for shape in shapes]
        self.variables = [
            Variable(self._array(self._shape()), name=f"v{i}", dtype="float32") for i in range(4)
        ]
        self.initial = [variable.numpy() for variable in self.variables]
        specs = [Spec(array.shape, "float32") for array in self.inputs]
        self.graph: Graph = capture(lambda *xs: self._program(xs, nodes), *specs)[0]

    def reset(self) -> None:
        for variable, value in zip(self.variables, self.initial, strict=True):
            variable.assign(value)

    def _shape(self) -> tuple[int, ...]:
        rank = int(self.rng.integers(0, 4))
        return tuple(int(self.rng.choice(_DIMS)) for _ in range(rank))

    def _array(self, shape: tuple[int, ...]) -> np.ndarray:
        return self.rng.integers(-3, 4, size=shape).astype(np.float32)

    def _program(self, xs, nodes):
        pool = [*xs, *(variable.value for variable in self.variables)]
        for _ in range(nodes):
            made = self._node(pool)
            if made is not None and made.size <= 4096:
                pool.append(made)
                if self.rng.random() < 0.15:
                    self._assign(made)
        picked = self.rng.choice(len(pool), size=min(3, len(pool)), replace=False)
        return [pool[i] for i in picked]

    def _assign(self, tensor) -> None:
        for variable in self.rng.permutation(len(self.variables)):
            target = self.variables[variable]
            if target.shape == tensor.shape and tensor.dtype == "float32":
                target.assign(tensor)
                return

    def _pick(self, pool, dtype="float32"):
        choices = [tensor for tensor in pool if dtype is None or tensor.dtype == dtype]
        return choices[self.rng.integers(max(0, len(choices) - 12), len(choices))]

    def _small(self, x):
        """Keeps numbers small, so that everything stays exact."""
        full = P["full"]
        low = full(shape=x.shape, dtype=x.dtype, value=-3)
        high = full(shape=x.shape, dtype=x.dtype, value=3)
        return P["min"](P["max"](x, low), high)

    def _node(self, pool):
        kind = self.rng.choice(
            ["unary", "binary", "binary", "binary", "select", "reduce", "dot", "transpose",
             "broadcast", "reshape", "slice", "reverse", "concatenate", "iota", "pad", "key"]
        )  # fmt: skip
        return getattr(self, f"_make_{kind}")(pool)

    def _make_unary(self, pool):
        return P[self.rng.choice(["neg", "abs", "sign", "floor"])](self._pick(pool))

    def _partner(self, pool, x):
        same = [y for y in pool if y.shape == x.shape and y.dtype == x.dtype]
        return same[self.rng.integers(len(same))]

    def _make_binary(self, pool):
        x = self._pick(pool)
        y = self._partner(pool, x)
        return self._small(P[self.rng.choice(["add", "sub", "mul", "max", "min"])](x, y))

    def _make_select(self, pool):
        x = self._pick(pool)
        y = self._partner(pool, x)
        condition = P[self.rng.choice(["lt", "ge", "eq"])](x, y)
        if self.rng.random() < 0.3:
            return P["cast"](condition, dtype="float32")
        return P["select"](condition, y, P["neg"](x))

    def _make_reduce(self, pool):
        x = self._pick(pool)
        axes = tuple(axis for axis in range(len(x.shape)) if self.rng.random() < 0.5)
        name = self.rng.choice(["reduce_sum", "reduce_max", "reduce_min"])
        return self._small(P[name](x, axes=axes))

    def _make_dot(self, pool):
        x, y = self._pick(pool), self._pick(pool)
        for i, dim in enumerate(x.shape):
            for j, other in enumerate(y.shape):
                if dim == other:
                    return self._small(
                        P["dot_general"](x, y, contract=((i,), (j,)), batch=((), ()))
                    )
        return None

    def _make_transpose(self, pool):
        x = self._pick(pool)
        order = tuple(int(axis) for axis in self.rng.permutation(len(x.shape)))
        return P["transpose"](x, permutation=order)

    def _make_broadcast(self, pool):
        x = self._pick(pool)
        shape, dims = [], []
        for dim in x.shape:
            if self.rng.random() < 0.4:
                shape.append(int(self.rng.choice(_DIMS)))
            dims.append(len(shape))
            shape.append(int(self.rng.choice(_DIMS)) if dim == 1 else dim)
        if len(shape) > 5:
            return None
        return P["broadcast"](x, shape=tuple(shape), dims=tuple(dims))

    def _make_reshape(self, pool):
        x = self._pick(pool)
        kept = [dim for dim in x.shape if dim != 1]
        if self.rng.random() < 0.5 and len(kept) > 1:
            kept[:2] = [kept[0] * kept[1]]
        kept.insert(int(self.rng.integers(len(kept) + 1)), 1)
        return P["reshape"](x, shape=tuple(kept))

    def _make_slice(self, pool):
        x = self._pick(pool)
        start = tuple(int(self.rng.integers(0, dim)) for dim in x.shape)
        strides = tuple(int(self.rng.integers(1, 3)) for _ in x.shape)
        return P["slice"](x, start=start, limit=x.shape, strides=strides)

    def _make_reverse(self, pool):
        x = self._pick(pool)
        axes = tuple(axis for axis in range(len(x.shape)) if self.rng.random() < 0.5)
        return P["reverse"](x, axes=axes)

    def _make_concatenate(self, pool):
        x = self._pick(pool)
        if not x.shape:
            return None
        y = self._partner(pool, x)
        return P["concatenate"](x, y, axis=int(self.rng.integers(len(x.shape))))

    def _make_iota(self, pool):
        x = self._pick(pool)
        if not x.shape:
            return None
        axis = int(self.rng.integers(len(x.shape)))
        return self._small(P["iota"](shape=x.shape, dtype="float32", axis=axis))

    def _make_pad(self, pool):
        x = self._pick(pool)
        low = tuple(int(self.rng.integers(-min(1, dim - 1), 2)) for dim in x.shape)
        still = (0,) * len(x.shape)
        value = P["full"](shape=(), dtype="float32", value=1)
        interior = tuple(int(self.rng.integers(0, 2)) for _ in x.shape)
        return P["pad"](x, value, low=low, high=still, interior=interior)

    def _make_key(self, pool):
        x = self._pick(pool)
        key = P["iota"](shape=(2,), dtype="uint32", axis=0)
        bits = P["random_bits"](key, shape=x.shape)
        four = P["full"](shape=x.shape, dtype="uint32", value=4)
        return P["cast"](P["rem"](bits, four), dtype="float32")
