"""Clusters of elementwise nodes as register programs."""

from __future__ import annotations

from cornu import _native
from cornu.core.graph import Node, Value
from cornu.core.passes.clusters import Cluster
from cornu.core.shapes import Shape
from cornu.engines.native.codes import (
    COMPUTE,
    DTYPE,
    NARROW,
    OPCODE,
    REDUCTION,
    constant_bits,
)
from cornu.engines.native.emitter import Emitter, Place, dense_strides

_SAME_NAME = (
    "neg", "abs", "sign", "floor", "ceil", "round", "exp", "expm1", "log", "log1p", "sqrt", "rsqrt",
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "erf", "erf_inv", "lgamma", "digamma", "sigmoid", "is_finite", "add", "sub", "mul", "div", "rem",
    "pow", "max", "min", "atan2", "eq", "ne", "lt", "le", "gt", "ge", "shift_left", "shift_right",
    "select", "bitcast",
)  # fmt: skip

# Primitives that are one instruction of a program.
INSTRUCTIONS = {name: OPCODE[name] for name in _SAME_NAME} | {
    "not": OPCODE["bit_not"],
    "and": OPCODE["bit_and"],
    "or": OPCODE["bit_or"],
    "xor": OPCODE["bit_xor"],
}
NAMES = frozenset((*INSTRUCTIONS, "cast", "random_bits", "full", "iota"))

# These choose among values that are narrow already.
_CHOOSING = frozenset(("select", "max", "min", "random_bits"))

_CAST = OPCODE["cast"]


class ClusterProgram:
    """The program of a cluster under construction.

    Attributes:
        program: The native program.
        operands: What it loads: value and place, strides over the cluster's space.
    """

    def __init__(self, emitter: Emitter) -> None:
        self.program = _native.Program()
        self.operands: list[tuple[Value, Place]] = []
        self._emitter = emitter
        self._base = emitter.schedule.base
        self._registers: dict[Value, int] = {}

    def load_product(self, value: Value) -> None:
        """Makes the product that an epilogue works on operand 0."""
        self._registers[value] = self.program.load(DTYPE[value.dtype])

    def register(self, value: Value) -> int:
        """Returns the register that holds a value, loading it when need be."""
        register = self._registers.get(value)
        if register is None:
            under, plain = self._base.get(value, (value, True))
            known = self._registers.get(under) if plain else None
            register = self._source(value, under, plain) if known is None else known
            self._registers[value] = register
        return register

    def _source(self, value: Value, under: Value, plain: bool) -> int:
        emitter, dtype = self._emitter, value.dtype
        node = under.node
        if plain and node is not None and not node.inputs and not emitter.is_placed(under):
            return self._without_operands(node)
        constant = emitter.graph.constants.get(under)
        if constant is not None and constant.size == 1 and dtype != "bfloat16":
            bits = constant_bits(constant.item(), dtype)
            return self.program.constant(COMPUTE[dtype], bits)
        place = emitter.locate(value)
        strides = tuple(s for dim, s in zip(value.shape, place.strides, strict=True) if dim != 1)
        self.operands.append((value, Place(place.buffer, place.offset, strides)))
        return self.program.load(DTYPE[dtype])

    def _without_operands(self, node: Node) -> int:
        output, params = node.outputs[0], node.params
        dtype = output.dtype
        if node.primitive.name == "full":
            return self._narrowed(
                self.program.constant(COMPUTE[dtype], constant_bits(params["value"], dtype)),
                "bfloat16" if dtype == "bfloat16" else "",
            )
        axis = params["axis"]
        divisor = dense_strides(output.shape)[axis]
        register = self.program.iota(COMPUTE[dtype], max(divisor, 1), max(output.shape[axis], 1))
        return self._narrowed(register, dtype)

    def _narrowed(self, register: int, dtype: str) -> int:
        if dtype in NARROW:
            register = self.program.narrow(register, DTYPE[dtype])
        return register

    def add(self, node: Node) -> None:
        """Adds the instructions of a member."""
        name, output = node.primitive.name, node.outputs[0]
        dtype = output.dtype
        if not node.inputs:
            register = self._without_operands(node)
        elif name == "random_bits":
            key = self._emitter.dense(node.inputs[0])
            self.operands.append((node.inputs[0], Place(key.buffer, key.offset, ())))
            register = self.program.random_bits()
        elif name == "cast":
            register = self.register(node.inputs[0])
            if COMPUTE[dtype] != COMPUTE[node.inputs[0].dtype]:
                register = self.program.apply(_CAST, COMPUTE[dtype], register)
        else:
            registers = [self.register(value) for value in node.inputs]
            register = self.program.apply(INSTRUCTIONS[name], COMPUTE[dtype], *registers)
        if dtype in NARROW and name not in _CHOOSING:
            register = self.program.narrow(register, DTYPE[dtype])
        self._registers[output] = register

    def finish(self, cluster: Cluster) -> None:
        """Adds the cluster's outputs and tails."""
        for value in cluster.stores:
            self.program.output(self._registers[value], DTYPE[value.dtype])
        for tail in cluster.tails:
            kind = REDUCTION[tail.primitive.name.removeprefix("reduce_")]
            source = self.register(tail.inputs[0])
            self.program.tail(source, kind, DTYPE[tail.outputs[0].dtype])

    def reusable(self) -> list[Value]:
        """Returns operands that are read exactly where outputs of the same shape are written."""
        counts: dict[int, int] = {}
        for _, place in self.operands:
            counts[place.buffer] = counts.get(place.buffer, 0) + 1
        result = []
        for value, place in self.operands:
            under, plain = self._base.get(value, (value, True))
            if plain and counts[place.buffer] == 1:
                result.append(under)
        return result


def emit_elementwise(emitter: Emitter, cluster: Cluster) -> None:
    """Emits a cluster without root."""
    builder = ClusterProgram(emitter)
    for node in cluster.members:
        builder.add(node)
    builder.finish(cluster)
    reusable = builder.reusable()
    outputs = [_view(emitter.allocate(v, cluster, reusable), v.shape) for v in cluster.stores]
    tails = [_view(emitter.allocate(t.outputs[0], cluster), ()) for t in cluster.tails]
    emitter.plan.elementwise(
        builder.program,
        cluster.space,
        [place for _, place in builder.operands],
        outputs,
        tails,
        cluster.leading,
        cluster.split,
    )


def _view(place: Place, shape: Shape) -> tuple[int, int, list[int]]:
    strides = [s for dim, s in zip(shape, place.strides, strict=False) if dim != 1]
    return place.buffer, place.offset, strides
