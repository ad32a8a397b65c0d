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

    def __init__(self, seed: int, nodes: int = 40, control: bool = False) -> None:
        self.rng = np.random.default_rng(seed)
        self.control = ["scan", "scan", "while", "cond"] if control else []
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
             "broadcast", "reshape", "slice", "reverse", "concatenate", "iota", "pad", "key",
             *self.control]
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

    # ------------------------------------------------------------------------------- control flow

    def _body(self, own, constants, form):
        """The graph of a random body; `form` names the inputs whose specs its outputs have."""

        def program(*tensors):
            pool = list(tensors)
            for _ in range(int(self.rng.integers(1, 9))):
                made = self._node(pool)
                if made is not None and made.size <= 512:
                    pool.append(made)
            first = [self._partner(pool, tensors[place]) for place in form]
            more = self.rng.choice(len(pool), size=int(self.rng.integers(0, 4)))
            return first, [pool[i] for i in more]

        depth, self.control = self.control, self.control[1:] if self.rng.random() < 0.5 else []
        try:
            return capture(program, *own, *[Spec(x.shape, x.dtype) for x in constants])[0]
        finally:
            self.control = depth

    def _some(self, pool, count):
        return [self._pick(pool) for _ in range(int(self.rng.integers(0, count + 1)))]

    def _make_scan(self, pool):
        stacks = [x for x in pool if len(x.shape) > 0 and x.dtype == "float32"]
        if not stacks:
            return None
        first = stacks[self.rng.integers(len(stacks))]
        sequences = [x for x in stacks if x.shape[0] == first.shape[0]][-3:]
        carry, constants = [self._pick(pool), *self._some(pool, 2)], self._some(pool, 2)
        own = [Spec(x.shape, x.dtype) for x in carry]
        own += [Spec(x.shape[1:], x.dtype) for x in sequences]
        body = self._body(own, constants, range(len(carry)))
        results = P["scan"](
            *carry, *sequences, *constants, body=body, carry=len(carry),
            sequences=len(sequences), length=first.shape[0], reverse=self.rng.random() < 0.5,
        )  # fmt: skip
        return self._one_of(pool, results)

    def _make_while(self, pool):
        carry, constants = [self._pick(pool), *self._some(pool, 2)], self._some(pool, 2)
        rounds = int(self.rng.integers(0, 4))
        count = P["full"](shape=(), dtype="int32", value=0)

        def below(i, *_):
            return [P["lt"](i, P["full"](shape=(), dtype="int32", value=rounds))]

        specs = [Spec(x.shape, x.dtype) for x in (count, *carry, *constants)]
        body = self._body(specs[: 1 + len(carry)], constants, range(1, 1 + len(carry)))
        node = body.add_node(P["full"], (), {"shape": (), "dtype": "int32", "value": 1}, specs[:1])
        count_node = body.add_node(P["add"], [body.inputs[0], *node.outputs], {}, specs[:1])
        body.outputs = [*count_node.outputs, *body.outputs[: len(carry)]]
        results = P["while"](
            count, *carry, *constants,
            condition=capture(below, *specs)[0], body=body, carry=1 + len(carry),
        )  # fmt: skip
        return self._one_of(pool, results[1:])

    def _make_cond(self, pool):
        x = self._pick(pool)
        operands = [x, *self._some(pool, 3)]
        test = P["reduce_max"](x, axes=tuple(range(len(x.shape))))
        test = P["gt"](test, P["full"](shape=(), dtype="float32", value=1.0))
        branches = [self._body([], operands, range(len(operands))) for _ in range(2)]
        for branch in branches:
            branch.outputs = branch.outputs[: len(operands)]
        results = P["cond"](test, *operands, true=branches[0], false=branches[1])
        return self._one_of(pool, results)

    def _one_of(self, pool, results):
        """Adds all results but one to the pool and returns that one."""
        results = [x for x in results if x.dtype == "float32" and x.size <= 4096]
        pool += results[1:]
        return results[0] if results else None
