"""Which nodes run together, what they store, and where updates are written."""

from __future__ import annotations

import pytest
from tests.passes.graphs import p, record, spec, text

from cornu import Variable
from cornu.core.passes.clusters import Rules
from cornu.core.passes.common_subexpressions import merge_common_subexpressions
from cornu.core.passes.dead_code import remove_dead_code
from cornu.core.passes.scheduling import schedule
from cornu.core.passes.simplify import simplify
from cornu.core.primitives import elementwise
from cornu.core.tape import GradientTape

_ELEMENTWISE = {item.name for item in vars(elementwise).values() if hasattr(item, "vjps")}

RULES = Rules(
    elementwise=lambda node: node.primitive.name in _ELEMENTWISE | {"random_bits"},
    views=frozenset(("reshape", "transpose", "broadcast", "slice", "reverse")),
    reductions=frozenset(("reduce_sum", "reduce_max")),
    products=frozenset(("dot_general",)),
)


def clusters(function, *specs, rules=RULES):
    graph = record(function, *specs)
    graph = merge_common_subexpressions(simplify(remove_dead_code(graph)))
    result = schedule(remove_dead_code(graph), rules)
    check(graph, result)
    return str(result)


def check(graph, result):
    """Every cluster reads what is there: stored before, given, or made inside of it."""
    stored = {*graph.inputs, *graph.constants, *graph.reads.values()}
    for cluster in result.clusters:
        inside = set(stored)
        nodes = [*([cluster.root] if cluster.root else []), *cluster.members, *cluster.tails]
        for node in nodes:
            for value in node.inputs:
                under, plain = result.base.get(value, (value, True))
                recomputed = plain and under.node is not None and not under.node.inputs
                there = under in (inside if plain else stored)
                assert there or recomputed, f"{cluster}: {value.spec} is not there yet"
            inside.update(node.outputs)
        stored.update(cluster.stores)
        for tail in cluster.tails:
            stored.update(tail.outputs)
    for value in [*graph.outputs, *graph.writes.values()]:
        assert result.base.get(value, (value, True))[0] in stored


def matmul(a, b):
    return p.dot_general(a, b, contract=((1,), (0,)), batch=((), ()))


def spread(row, like):
    return p.broadcast(row, shape=like.shape, dims=(len(like.shape) - 1,))


def filled(like, value):
    return p.full(shape=like.shape, dtype=like.dtype, value=value)


def scale(x, number):
    return p.mul(x, filled(x, number))


def test_elementwise_chains_are_one_cluster():
    expected = "2x3: exp add neg -> float32[2,3] (last)"
    assert clusters(lambda x, y: p.neg(p.add(p.exp(x), y)), spec(2, 3), spec(2, 3)) == expected


def test_axes_of_size_one_do_not_separate():
    def function(x, y):
        return p.mul(p.reshape(p.exp(x), shape=(6, 1)), y)

    assert clusters(function, spec(6), spec(6, 1)) == "6: exp mul -> float32[6,1] (last)"


def test_sums_end_a_cluster():
    def function(x):
        y = p.exp(x)
        return p.reduce_sum(y, axes=(1,)), p.reduce_max(y, axes=(1,)), p.reduce_sum(y, axes=(0,))

    assert clusters(function, spec(4, 5)) == text(
        """
        4x5: exp (reduce_sum) (reduce_max) -> float32[4,5] (last)
        5: [reduce_sum] -> float32[5] (last)
        """
    )


def test_softmax_needs_three_passes():
    def function(x):
        shifted = p.exp(p.sub(x, p.broadcast(p.reduce_max(x, axes=(1,)), shape=(4, 5), dims=(0,))))
        total = p.reduce_sum(shifted, axes=(1,))
        return p.div(shifted, p.broadcast(total, shape=(4, 5), dims=(0,)))

    assert clusters(function, spec(4, 5)) == text(
        """
        4: [reduce_max] -> float32[4] (last)
        4x5: sub exp (reduce_sum) -> float32[4,5] (last)
        4x5: div -> float32[4,5] (last)
        """
    )


def test_bias_and_activation_join_the_product():
    def function(x, w, b):
        product = matmul(x, w)
        return p.tanh(p.add(product, spread(b, product)))

    expected = "4x3: [dot_general] add tanh -> float32[4,3] (last)"
    assert clusters(function, spec(4, 2), spec(2, 3), spec(3)) == expected


def test_a_whole_training_step():
    """Products carry bias, activation, its derivative and the update; nothing else touches memory."""
    kernel = Variable([[0.1] * 3] * 8, name="kernel")
    bias = Variable([0.0] * 3, name="bias")
    head = Variable([[0.2]] * 3, name="head")
    steps = Variable(0, dtype="int32", trainable=False, name="steps")

    def function(x, y):
        with GradientTape() as tape:
            product = matmul(x, kernel.value)
            hidden = p.tanh(p.add(product, spread(bias.value, product)))
            error = p.sub(matmul(hidden, head.value), y)
            loss = p.reduce_sum(p.mul(error, error), axes=(0, 1))
        weights = [kernel, bias, head]
        for weight, slope in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign(p.sub(weight.value, scale(slope, 0.1)))
        steps.assign(p.add(steps.value, filled(steps.value, 1)))
        return loss

    assert clusters(function, spec(4, 8), spec(4, 1)) == text(
        """
        4x3: [dot_general] add tanh -> float32[4,3]
        4: [dot_general] sub add -> float32[4,1], float32[4,1]
        4: mul (reduce_sum) (last)
        4x3: [dot_general] mul sub mul -> float32[4,3]
        3: [dot_general] mul sub -> float32[3,1] in place head
        3: [reduce_sum] -> float32[3]
        8x3: [dot_general] mul sub -> float32[8,3] in place kernel
        3: mul sub -> float32[3] in place bias
        1: add -> int32[] in place steps
        """
    )


def test_an_update_waits_for_readers_of_the_old_state():
    kernel = Variable([[1.0, 2.0], [3.0, 4.0]], name="kernel")

    def function(x):
        update = matmul(p.transpose(x, permutation=(1, 0)), x)
        kernel.assign(p.sub(kernel.value, update))
        return None

    def late_reader(x):
        old = kernel.value
        function(x)
        return matmul(p.exp(x), old)

    printed = clusters(late_reader, spec(5, 2))
    assert printed.index("exp") < printed.index("in place kernel")


def test_no_update_before_a_product_that_is_being_put_together():
    """A product's epilogue may need another cluster first, which must not overwrite its operand."""
    state = Variable([2.0], name="state")
    counter = Variable(1.0, name="counter")

    def function(x):
        product = p.dot_general(x, state.value, contract=((0,), (0,)), batch=((), ()))
        count = p.floor(counter.value)
        counter.assign(count)
        state.assign(p.neg(x))
        return p.add(product, count)

    assert clusters(function, spec(1)) == text(
        """
        1: floor -> float32[] in place counter
        1: [dot_general] add -> float32[] (last)
        1: neg -> float32[1] in place state
        """
    )


def test_no_update_in_place_when_the_old_state_is_a_result():
    state = Variable([1.0, 2.0], name="state")

    def function(x):
        old = state.value
        state.assign(p.add(old, x))
        return old

    assert "in place" not in clusters(function, spec(2))


def test_no_update_in_place_under_a_transposed_reader():
    square = Variable([[1.0, 2.0], [3.0, 4.0]], name="square")

    def function(x):
        turned = p.transpose(square.value, permutation=(1, 0))
        square.assign(p.add(p.add(square.value, turned), x))

    assert "in place" not in clusters(function, spec(2, 2))


def test_a_mask_is_stored_but_a_cheap_derivative_is_not():
    """relu keeps one byte a number for its derivative, tanh nothing but its result."""

    def function(activation, slope):
        def inner(x, w, g):
            product = matmul(x, w)
            result = activation(product)
            later = matmul(result, g)
            return p.mul(later, p.cast(slope(product, result), dtype="float32"))

        return clusters(inner, spec(4, 4), spec(4, 4), spec(4, 4))

    relu = function(
        lambda x: p.max(x, filled(x, 0)), lambda x, result: p.gt(x, filled(x, 0))
    )  # fmt: skip
    assert relu.splitlines()[0].endswith("-> float32[4,4], bool[4,4] (last)")
    tanh = function(p.tanh, lambda x, result: p.sub(filled(x, 1), p.mul(result, result)))
    assert tanh.splitlines()[0].endswith("tanh -> float32[4,4] (last)")


def test_small_independent_nodes_run_together():
    def function(a, b, c):
        return p.exp(a), p.neg(b), p.abs(c)

    assert clusters(function, spec(), spec(), spec()).count("\n") == 0
    assert clusters(function, spec(9999), spec(9999), spec(9999)).count("\n") == 2


@pytest.mark.parametrize("count", [30, 100])
def test_long_sums_are_cut(count):
    """A cluster never has more operands than an engine takes."""

    def function(*xs):
        total = xs[0]
        for x in xs[1:]:
            total = p.add(total, x)
        return total

    assert clusters(function, *[spec(7)] * count).count("\n") == (count - 2) // 39


def test_many_updates_are_cut():
    variables = [Variable(float(i), name=f"v{i}") for i in range(70)]

    def function(x):
        for variable in variables:
            variable.assign(p.add(variable.value, x))

    printed = clusters(function, spec())
    assert printed.count("in place") == 70
    assert printed.count("\n") == 3


def test_a_value_read_both_in_place_and_turned_is_stored_first():
    def function(x):
        y = p.exp(x)
        return p.sub(p.add(p.reverse(y, axes=(0,)), y), y)

    assert clusters(function, spec(4)).count("\n") == 1


def test_outputs_alone_are_marked():
    """What only the outputs need does not run with what variables need in each step."""
    total = Variable(0.0, name="total")

    def function(x):
        total.assign(p.add(total.value, p.reduce_sum(p.mul(x, x), axes=(0,))))
        return p.exp(p.mul(x, x))

    printed = clusters(function, spec(9999)).splitlines()
    assert [line.endswith("(last)") for line in printed] == [False, False, True]


def mean_of_columns(x):
    return scale(p.reduce_sum(x, axes=(0,)), 1 / x.shape[0])


def test_what_is_quickly_made_of_one_large_value_is_made_again():
    """A batch less its means is never stored: its readers take the batch itself."""

    def function(x, w):
        hidden = matmul(x, w)
        distance = p.sub(hidden, spread(mean_of_columns(hidden), hidden))
        deviation = p.sqrt(mean_of_columns(p.mul(distance, distance)))
        return p.div(distance, spread(deviation, hidden))

    expected = """
        600x9: [dot_general] -> float32[600,9] (last)
        9: [reduce_sum] -> float32[9] (last)
        9: mul -> float32[9] (last)
        600x9: sub mul (reduce_sum) (last)
        9: mul sqrt -> float32[9] (last)
        600x9: sub div -> float32[600,9] (last)
    """
    assert clusters(function, spec(600, 5), spec(5, 9)) == text(expected)


def test_what_two_large_values_make_is_stored():
    def function(x, y):
        total = p.add(p.exp(x), y)
        return p.mul(total, spread(p.reduce_sum(total, axes=(0,)), total))

    expected = """
        600x9: exp add (reduce_sum) -> float32[600,9] (last)
        600x9: mul -> float32[600,9] (last)
    """
    assert clusters(function, spec(600, 9), spec(600, 9)) == text(expected)


def test_reductions_of_one_value_run_together():
    """A product's result is read once for both sums, and its part in the second is not stored."""

    def function(x, w, y):
        slope = matmul(x, w)
        return p.reduce_sum(slope, axes=(0,)), p.reduce_sum(p.mul(slope, y), axes=(0,))

    expected = """
        600x9: [dot_general] -> float32[600,9] (last)
        600x9: mul (reduce_sum) (reduce_sum) (last)
    """
    assert clusters(function, spec(600, 5), spec(5, 9), spec(600, 9)) == text(expected)


def test_sums_over_other_axes_stay_apart():
    def function(x, y):
        return p.reduce_sum(x, axes=(1,)), p.reduce_sum(p.mul(x, y), axes=(0,))

    expected = """
        600: [reduce_sum] -> float32[600] (last)
        600x9: mul (reduce_sum) (last)
    """
    assert clusters(function, spec(600, 9), spec(600, 9)) == text(expected)
