"""A scan taken apart: what it carries, reads and stacks, to be moved around and put together again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from cornu.core.graph import Graph, Node, Value
from cornu.core.passes.dead_code import needed_nodes
from cornu.core.passes.substitution import Substitution
from cornu.core.tensor import Tensor

# Tells the stack of a value of the body.
Stacks = Callable[[Value], Value]
# Makes a value after the scan.
Builder = Callable[[Substitution, Stacks], Value]


class Carry:
    """What goes from step to step.

    Attributes:
        start: Outside, before the first step.
        found: In the body, as a step finds it.
        left: In the body, as a step leaves it.
        results: Outside: values of the source graph that stand for it after the last step.
    """

    __slots__ = ("found", "left", "results", "start")

    def __init__(self, start: Value, found: Value, left: Value, results: list[Value]) -> None:
        self.start = start
        self.found = found
        self.left = left
        self.results = results


class Loop:
    """A scan node and what became of it so far.

    Args:
        node: The scan.
        operands: What its operands are by now.
        used: Values of the source graph that something reads.
        target: The graph under construction, at the place of the scan.

    Attributes:
        carries: What goes from step to step.
        sequences: Values in the body and the stacks that they are slices of.
        constants: Values in the body and those outside that they stand for.
        stacks: Values in the body, and the values of the source graph that stack them.
        nodes: Of the body.
        length: Number of steps.
        target: As given.
    """

    def __init__(
        self, node: Node, operands: list[Value], used: set[Value], target: Substitution
    ) -> None:
        body: Graph = node.params["body"]
        carry: int = node.params["carry"]
        count = carry + node.params["sequences"]
        self.target = target
        self.length: int = node.params["length"]
        self.nodes: list[Node] = list(body.nodes)
        self._own = set(body.nodes)
        self.sequences = dict(zip(body.inputs[carry:count], operands[carry:count], strict=True))
        self.constants = dict(zip(body.inputs[count:], operands[count:], strict=True))
        self.stacks: dict[Value, list[Value]] = {}
        self.carries = [
            Carry(operands[i], body.inputs[i], body.outputs[i], _those_in(used, node.outputs[i]))
            for i in range(carry)
        ]
        for value, stack in zip(body.outputs[carry:], node.outputs[carry:], strict=True):
            if stack in used:
                self.stacks.setdefault(value, []).append(stack)
        self._scan = node
        self._slices = dict(self.sequences)  # also those that the body does not read any more
        self._fixed: dict[Value, Tensor] = dict(body.constants)
        self._invariant: dict[Value, Value] = {}
        self._replaced: dict[Value, Value] = {}
        self._after: list[tuple[list[Value], Builder]] = []

    # --------------------------------------------------------------------------- questions

    def uses(self) -> Counter[Value]:
        """Returns how often each value of the body is used."""
        count = Counter(value for node in self.nodes for value in node.inputs)
        count.update(carry.left for carry in self.carries)
        count.update(list(self.stacks))
        return count

    def invariant(self) -> set[Value]:
        """Returns the values of the body that are the same in each step."""
        same = {*self.constants, *self._fixed}
        for node in self.nodes:
            if all(value in same for value in node.inputs):
                same.update(node.outputs)
        return same

    def maker(self, value: Value) -> Node | None:
        """Returns the body's node that makes a value, or None."""
        node = value.node
        return node if node is not None and node in self._own else None

    # ----------------------------------------------------------------------------- changes

    def outside(self, value: Value) -> Value:
        """Computes a value that is the same in each step before the loop, and returns it."""
        if value in self.constants:
            return self.constants[value]
        known = self._invariant.get(value)
        if known is None:
            if value in self._fixed:
                known = self.target.graph.add_constant(self._fixed[value])
            else:
                node = value.node
                assert node is not None
                operands = [self.outside(x) for x in node.inputs]
                specs = [output.spec for output in node.outputs]
                copy = self.target.graph.add_node(
                    node.primitive, operands, node.params, specs, node.scope
                )
                self._invariant.update(zip(node.outputs, copy.outputs, strict=True))
                known = self._invariant[value]
            self._invariant[value] = known
        return known

    def read_constant(self, value: Value) -> None:
        """Makes the body read a value that is the same in each step instead of computing it."""
        outer = self.outside(value)
        fresh = self._replaced[value] = Value(value.shape, value.dtype)
        self.constants[fresh] = outer

    def read_slice(self, value: Value, stack: Value) -> None:
        """Makes the body read a value from a stack instead of computing it."""
        fresh = self._replaced[value] = Value(value.shape, value.dtype)
        self.sequences[fresh] = self._slices[fresh] = stack

    def keep(self, value: Value) -> None:
        """Makes the loop stack a value, so that `make_after` can use all steps of it."""
        if value not in self._slices:
            self.stacks.setdefault(value, [])

    def make_after(self, old: list[Value], builder: Builder) -> None:
        """Makes values of the source graph from the stacks of the loop."""
        self._after.append((old, builder))

    def prune(self) -> None:
        """Drops what nothing depends on, and what is passed through."""
        self._pass_through()
        body = Graph()
        body.nodes = self.nodes
        alive = [carry for carry in self.carries if carry.results]
        while True:
            roots = [*self.stacks, *(carry.left for carry in alive)]
            needed = needed_nodes(body, roots)
            values = {value for node in needed for value in node.inputs}.union(roots)
            more = [c for c in self.carries if c not in alive and c.found in values]
            if not more:
                break
            alive += more
        self.carries = [carry for carry in self.carries if carry in alive]
        self.nodes = [node for node in self.nodes if node in needed]
        self._own = needed
        self.sequences = {x: stack for x, stack in self.sequences.items() if x in values}
        self.constants = {x: outer for x, outer in self.constants.items() if x in values}
        self._fixed = {x: tensor for x, tensor in self._fixed.items() if x in values}

    def _pass_through(self) -> None:
        """A carry that no step changes is a constant; a stack of slices is what they come from."""
        for carry in list(self.carries):
            if carry.found is carry.left:
                self.carries.remove(carry)
                self.constants[carry.found] = carry.start
                for old in carry.results:
                    self.target.replace(old, carry.start)
        for value in list(self.stacks):
            if value in self._slices:
                for old in self.stacks.pop(value):
                    self.target.replace(old, self._slices[value])

    def finish(self) -> None:
        """Adds the loop, and what comes after it, to the graph under construction."""
        self._apply_replacements()
        self.prune()
        self._merge_operands()
        stacks = self._add_scan()

        def stack_of(value: Value) -> Value:
            value = self._replaced.get(value, value)
            return self._slices[value] if value in self._slices else stacks[value]

        for olds, builder in self._after:
            made = builder(self.target, stack_of)
            for old in olds:
                self.target.replace(old, made)

    def _apply_replacements(self) -> None:
        replaced, nodes = self._replaced, []
        for node in self.nodes:
            if all(output in replaced for output in node.outputs):
                continue
            if any(value in replaced for value in node.inputs):
                operands = [replaced.get(value, value) for value in node.inputs]
                specs = [output.spec for output in node.outputs]
                copy = Node(node.primitive, operands, node.params, specs, node.scope)
                for old, new in zip(node.outputs, copy.outputs, strict=True):
                    replaced.setdefault(old, new)
                node = copy
            nodes.append(node)
        self.nodes, self._own = nodes, set(nodes)
        for carry in self.carries:
            carry.left = replaced.get(carry.left, carry.left)
        stacks: dict[Value, list[Value]] = {}
        for value, olds in self.stacks.items():
            stacks.setdefault(replaced.get(value, value), []).extend(olds)
        self.stacks = stacks

    def _merge_operands(self) -> None:
        """Reads each sequence and each constant once."""
        known: dict[tuple[str, Value], Value] = {}
        twins: dict[Value, Value] = {}
        for kind, table in (("slice", self.sequences), ("constant", self.constants)):
            for value, outer in list(table.items()):
                first = known.setdefault((kind, outer), value)
                if first is not value:
                    twins[value] = first
                    del table[value]
        if twins:
            own, self._replaced = self._replaced, twins
            self._apply_replacements()
            self._replaced = {
                **twins, **{old: twins.get(new, new) for old, new in own.items()}
            }  # fmt: skip

    def _add_scan(self) -> dict[Value, Value]:
        """Adds the scan and returns the stacks of the body's values."""
        if not self.carries and not self.stacks:
            return {}
        body = Graph()
        body.constants, body.nodes = self._fixed, self.nodes
        body.inputs = [*(c.found for c in self.carries), *self.sequences, *self.constants]
        body.outputs = [*(c.left for c in self.carries), *self.stacks]
        operands = [c.start for c in self.carries]
        operands += [*self.sequences.values(), *self.constants.values()]
        sizes = {"carry": len(self.carries), "sequences": len(self.sequences)}
        params = {**self._scan.params, "body": body, **sizes}
        primitive = self._scan.primitive
        specs = primitive.rule(*operands, **params)
        outputs = self.target.graph.add_node(primitive, operands, params, specs).outputs
        for carry, new in zip(self.carries, outputs, strict=False):
            for old in carry.results:
                self.target.replace(old, new)
        stacks = dict(zip(self.stacks, outputs[len(self.carries) :], strict=True))
        for value, olds in self.stacks.items():
            for old in olds:
                self.target.replace(old, stacks[value])
        return stacks


def _those_in(used: set[Value], value: Value) -> list[Value]:
    return [value] if value in used else []
