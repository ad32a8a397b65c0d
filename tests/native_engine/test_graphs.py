"""Captured graphs give the same on the native and on the reference engine, with any threads."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from tests.native_engine.random_graphs import RandomGraph

from cornu import Variable, ops
from cornu.core.graph import capture
from cornu.core.primitive import REGISTRY, Spec
from cornu.core.tape import GradientTape
from cornu.engines.reference import ReferenceEngine

reference = ReferenceEngine()


@pytest.mark.parametrize("nodes", [10, 40, 150])
def test_random_graphs_agree_to_the_bit(native, nodes):
    for seed in range(40):
        case = RandomGraph(seed, nodes)
        expected = reference.compile(case.graph).run(case.inputs)
        states = [variable.numpy() for variable in case.variables]
        case.reset()
        executable = native.compile(case.graph)
        for value, wanted in zip(executable.run(case.inputs), expected, strict=True):
            np.testing.assert_array_equal(value, wanted, err_msg=f"seed {seed}")
        for variable, wanted in zip(case.variables, states, strict=True):
            np.testing.assert_array_equal(variable.numpy(), wanted, err_msg=f"seed {seed}")


def weights_of(sizes, seed):
    rng = np.random.default_rng(seed)
    kernels = [
        Variable((rng.standard_normal(pair) / np.sqrt(pair[0])).astype(np.float32), name="kernel")
        for pair in itertools.pairwise(sizes)
    ]
    return kernels, [Variable(np.zeros(size, np.float32), name="bias") for size in sizes[1:]]


def network(sizes, activation, optimizer, batch, seed=7, dropout=0.0):
    """A training step with every kind of fusion, its graph, and the variables it changes."""
    kernels, biases = weights_of(sizes, seed)
    weights = kernels + biases
    slots = [
        [Variable(np.zeros(w.shape, np.float32), trainable=False) for w in weights] for _ in "mv"
    ]
    steps = Variable(0, dtype="int32", trainable=False)
    rate = Variable(0.01, trainable=False)
    key = Variable(np.array([3, 0], np.uint32), trainable=False)
    total = Variable(0.0, trainable=False)

    def step(x, y):
        with GradientTape() as tape:
            for i, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
                x = ops.matmul(x, kernel.value) + bias.value
                if i < len(kernels) - 1:
                    x = activation(x)
                    if dropout:
                        bits = REGISTRY["random_bits"](key.value, shape=x.shape)
                        key.assign(key.value + np.array([0, 1], np.uint32))
                        kept = ops.cast(bits, "float32") < (1 - dropout) * 2.0**32
                        x = ops.where(kept, x / (1 - dropout), 0.0)
            loss = ops.mean(ops.square(x - y))
        slopes = tape.gradient(loss, weights)
        steps.assign(steps.value + 1)
        for i, (weight, slope) in enumerate(zip(weights, slopes, strict=True)):
            if optimizer == "adam":
                time = ops.cast(steps.value, "float32")
                scale = rate.value * ops.sqrt(1 - 0.999**time) / (1 - 0.9**time)
                first, second = slots[0][i], slots[1][i]
                first.assign(first.value + (slope - first.value) * 0.1)
                second.assign(second.value + (ops.square(slope) - second.value) * 0.001)
                slope = scale * first.value / (ops.sqrt(second.value) + 1e-7)
                weight.assign(weight.value - slope)
            else:
                weight.assign(weight.value - rate.value * slope)
        total.assign(total.value + loss * batch)
        return loss

    specs = Spec((batch, sizes[0]), "float32"), Spec((batch, sizes[-1]), "float32")
    graph, _ = capture(step, *specs)
    return graph, [*weights, *slots[0], *slots[1], steps, total, key]


def train(engine, *settings, steps=5, **keywords):
    graph, variables = network(*settings, **keywords)
    sizes, batch = settings[0], settings[3]
    rng = np.random.default_rng(1)
    x = rng.standard_normal((64, sizes[0])).astype(np.float32)
    y = rng.standard_normal((64, sizes[-1])).astype(np.float32)
    index = rng.integers(0, 64, size=batch * steps)
    done, outputs = engine.compile(graph).run_steps([x, y], index, 0, steps, 100.0)
    assert done == steps
    return [variable.numpy() for variable in variables] + outputs


CASES = [
    (([8, 30, 1], ops.relu, "sgd", 32), {}),
    (([8, 30, 1], ops.tanh, "adam", 32), {}),
    (([20, 64, 32, 10], ops.sigmoid, "adam", 16), {}),
    (([20, 33, 33, 1], ops.elu, "sgd", 7), {}),
    (([20, 64, 32, 10], ops.gelu, "adam", 16), {}),
    (([70, 200, 150, 10], ops.selu, "sgd", 32), {}),
    (([70, 200, 150, 10], ops.relu, "adam", 33), {"dropout": 0.3}),
    (([1, 1, 1], ops.relu, "sgd", 1), {}),
]


@pytest.mark.parametrize(("settings", "keywords"), CASES)
def test_training_steps_agree(native, settings, keywords):
    expected = train(reference, *settings, **keywords)
    for value, wanted in zip(train(native, *settings, **keywords), expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=2e-4, atol=2e-6)


@pytest.mark.parametrize(("settings", "keywords"), CASES)
def test_threads_change_no_bit(native, threads, settings, keywords):
    results = []
    for count in (1, 2, 5):
        threads(count)
        results.append(train(native, *settings, **keywords))
    for other in results[1:]:
        for value, wanted in zip(other, results[0], strict=True):
            assert value.tobytes() == wanted.tobytes()


def test_training_steps_are_mostly_products(native):
    """Of a dense network's step little is left beside products that carry everything with them."""
    graph, _ = network([20, 64, 64, 64, 10], ops.relu, "adam", 16)
    listing = native.compile(graph).describe().splitlines()[1:]
    products = [line for line in listing if "[dot_general]" in line]
    assert len(products) == 4 + 3 + 4
    assert sum("in place kernel" in line for line in products) == 4
    # bias gradients, bias updates, the loss, counters
    assert len(listing) - len(products) <= 14


def test_many_steps_equal_single_ones(native, rng):
    settings = [8, 30, 1], ops.relu, "adam", 4
    together = train(native, *settings, steps=6)
    graph, variables = network(*settings)
    executable = native.compile(graph)
    x = (data := np.random.default_rng(1)).standard_normal((64, 8)).astype(np.float32)
    y = data.standard_normal((64, 1)).astype(np.float32)
    index = data.integers(0, 64, size=24)
    for step in range(6):
        rows = index[4 * step : 4 * step + 4]
        outputs = executable.run([x[rows], y[rows]])
    for value, wanted in zip([v.numpy() for v in variables] + outputs, together, strict=True):
        assert value.tobytes() == wanted.tobytes()


def test_steps_stop_when_time_is_over_and_return_outputs(native):
    counter = Variable(0, dtype="int32")

    def step(x):
        counter.assign(counter.value + 1)
        return ops.sum(x) + ops.cast(counter.value, "float32")

    graph, _ = capture(step, Spec((2, 1), "float32"))
    executable = native.compile(graph)
    source = np.array([[1.0], [2.0]], np.float32)
    index = np.tile(np.array([0, 1]), 1000)
    done, (output,) = executable.run_steps([source], index, 0, 1000, 0.0)
    assert done == 1
    assert output == 4.0
    done, (output,) = executable.run_steps([source], index, 1, 999, 100.0)
    assert done == 999
    assert output == 1003.0
    assert int(counter.value) == 1000


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float64", "float16", "bool"])
def test_rows_are_converted(native, dtype):
    graph, _ = capture(lambda x: x * 2.0, Spec((3, 2), "float32"))
    source = np.arange(8).reshape(4, 2).astype(dtype)
    index = np.array([3, 0, 0])
    _, (output,) = native.compile(graph).run_steps([source], index, 0, 1, 1.0)
    np.testing.assert_array_equal(output, 2 * source[index].astype(np.float32))


def test_variables_can_change_places(native):
    a, b = Variable([1.0, 2.0]), Variable([3.0, 4.0])

    def swap():
        old = a.value
        a.assign(b.value)
        b.assign(old)

    executable = native.compile(capture(swap)[0])
    executable.run([])
    assert a.numpy().tolist() == [3, 4]
    assert b.numpy().tolist() == [1, 2]


def test_tensors_keep_the_value_they_showed(native):
    """An update in place does not reach tensors that were read before."""
    state = Variable([1.0, 2.0])
    before = state.value
    graph, _ = capture(lambda: (state.assign(state.value * 10.0), None)[1])
    native.compile(graph).run([])
    assert before.numpy().tolist() == [1, 2]
    assert state.numpy().tolist() == [10, 20]


def test_results_are_not_shared_between_runs(native):
    graph, _ = capture(lambda x: (x, ops.reshape(x, (4,)), x + 1.0), Spec((2, 2), "float32"))
    executable = native.compile(graph)
    x = np.ones((2, 2), np.float32)
    first = executable.run([x])
    second = executable.run([x * 5])
    assert [value.ravel()[0] for value in first] == [1, 1, 2]
    assert [value.ravel()[0] for value in second] == [5, 5, 6]
    x[:] = 9
    assert first[0][0, 0] == 1


def test_the_old_state_can_be_a_result(native):
    state = Variable([1.0, 2.0])

    def step():
        old = state.value
        state.assign(old + 1.0)
        return old, ops.sum(old)

    outputs = native.compile(capture(step)[0]).run([])
    assert outputs[0].tolist() == [1, 2]
    assert outputs[1] == 3
    assert state.numpy().tolist() == [2, 3]


def test_wrong_inputs_change_nothing(native):
    state = Variable(1.0)

    def step(x):
        state.assign(state.value + ops.sum(x))

    executable = native.compile(capture(step, Spec((2, 3), "float32"))[0])
    good = np.ones((2, 3), np.float32)
    for arrays in ([], [good, good], [good[:1]], [good.astype(np.float64)]):
        with pytest.raises(ValueError, match="The graph has|of the graph has shape"):
            executable.run(arrays)
    for source in (np.ones((4, 2)), np.array([["a"] * 3] * 4)):
        with pytest.raises(ValueError, match="takes rows of shape"):
            executable.run_steps([source], np.array([0, 1]), 0, 1, 1.0)
    assert state.numpy() == 1
    executable.run([good])
    assert state.numpy() == 7


def test_primitives_without_a_kernel_run_on_the_host(native, monkeypatch):
    from cornu.engines.native import compiler

    monkeypatch.delitem(compiler.LOWERINGS, "sort")
    graph, _ = capture(lambda x: REGISTRY["sort"](x * -1.0, axis=0) * 2.0, Spec((4,), "float32"))
    executable = native.compile(graph)
    assert "host_call" in executable.describe()
    (output,) = executable.run([np.array([1, 4, 2, 3], np.float32)])
    assert output.tolist() == [-8, -6, -4, -2]


def _quotients(w, g, rate, square, offset):
    """Updates of adaptive optimizers in all orders of their operands, and near misses."""
    root = ops.sqrt(square + offset)
    return [
        w - g * rate / root,
        w - rate * g / ops.sqrt(offset + square),
        w - g * rate / (ops.sqrt(square) + offset),
        w - rate * g / (offset + ops.sqrt(square)),
        w - g * rate / (square + offset),
        w - rate * rate / ops.sqrt(offset + offset),
        w - rate * offset / (ops.sqrt(square) + offset),
        rate - g * w / ops.sqrt(square + w),
        (w - rate * g / ops.sqrt(offset + square)) * w,  # decayed, or clipped, afterwards
        ops.maximum(g * rate, w - g * rate / (ops.sqrt(square) + offset)),
    ]


@pytest.mark.parametrize("shape", [(1,), (37,), (16, 40), (3, 5, 7)])
@pytest.mark.parametrize("kind", ["variable", "constant", "full"])
def test_updates_of_adaptive_optimizers_agree_to_the_bit(native, shape, kind):
    """Their last operations run as one pass, whichever operands are single elements."""
    rng = np.random.default_rng(len(shape))
    arrays = [rng.uniform(0.1, 2, shape).astype(np.float32) for _ in range(5)]
    scalars = [np.float32(0.3), np.float32(1e-3)]
    rate, offset = (Variable(s, trainable=False) for s in scalars)

    def step(w, g, square, full_rate, full_offset):
        chosen = {
            "variable": (rate.value, offset.value),
            "constant": (0.3, 1e-3),
            "full": (full_rate, full_offset),
        }[kind]
        results = _quotients(w, g, chosen[0], square, chosen[1])
        return [*results, ops.sqrt(square + chosen[1])] if kind == "full" else results

    graph, _ = capture(step, *[Spec(shape, "float32")] * 5)
    expected = reference.compile(graph).run(arrays)
    for value, wanted in zip(native.compile(graph).run(arrays), expected, strict=True):
        np.testing.assert_array_equal(value, wanted)


def embedding(optimizer, batch, length=9, rows=50, size=16, seed=3):
    """A training step of bags of embeddings: lookup, mean, product; and its variables."""
    rng = np.random.default_rng(seed)
    table = Variable(rng.standard_normal((rows, size)).astype(np.float32), name="table")
    kernel = Variable(rng.standard_normal((size, 1)).astype(np.float32), name="kernel")
    first, second = (Variable(np.zeros((rows, size), np.float32)) for _ in range(2))

    def step(indices, y):
        with GradientTape() as tape:
            bags = ops.mean(ops.take(table.value, indices, axis=0), axis=1)
            loss = ops.mean(ops.square(ops.matmul(bags, kernel.value) - y))
        slope, other = tape.gradient(loss, [table, kernel])
        kernel.assign(kernel.value - 0.1 * other)
        if optimizer == "adam":
            first.assign(first.value + (slope - first.value) * 0.1)
            second.assign(second.value + (ops.square(slope) - second.value) * 0.001)
            slope = first.value / (ops.sqrt(second.value) + 1e-3)
        table.assign(table.value - 0.1 * slope)
        return loss

    graph, _ = capture(step, Spec((batch, length), "int32"), Spec((batch, 1), "float32"))
    return graph, [table, kernel, first, second]


def train_embedding(engine, steps=4, **settings):
    graph, variables = embedding(**settings)
    rng = np.random.default_rng(5)
    shape = graph.inputs[0].shape
    indices = rng.integers(-50, 50, shape).astype(np.int32)
    y = rng.standard_normal((shape[0], 1)).astype(np.float32)
    executable = engine.compile(graph)
    losses = [executable.run([indices, y])[0] for _ in range(steps)]
    return [variable.numpy() for variable in variables] + losses, executable


@pytest.mark.parametrize("settings", [
    {"optimizer": "sgd", "batch": 6},
    {"optimizer": "adam", "batch": 6, "size": 5},
    {"optimizer": "adam", "batch": 40, "length": 70, "rows": 600},
    {"optimizer": "adam", "batch": 40, "length": 70, "rows": 301, "size": 37},
])  # fmt: skip
def test_an_embedding_trains_in_two_passes(native, threads, settings):
    """Rows are never stored one by one, and the table is updated where its gradient is made."""
    expected, _ = train_embedding(reference, **settings)
    results = []
    for count in (1, 2, 5):
        threads(count)
        values, executable = train_embedding(native, **settings)
        results.append(b"".join(value.tobytes() for value in values))
    assert results[0] == results[1] == results[2]
    for value, wanted in zip(values, expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=2e-4, atol=2e-6)
    listing = executable.describe()
    assert "[take_sum]" in listing
    assert "[take]" not in listing
    updates = [line for line in listing.splitlines() if "[take_back]" in line]
    assert len(updates) == 1
    assert "in place table" in updates[0]


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_work_on_the_gradient_of_a_lookup(native, axis, dtype):
    rng = np.random.default_rng(2)
    shape = (40, 6, 10)
    x = rng.standard_normal(shape).astype(dtype)
    indices = rng.integers(0, shape[axis], (30, 20)).astype(np.int64)
    g = rng.standard_normal((*shape[:axis], 30, 20, *shape[axis + 1 :])).astype(dtype)

    def function(x, indices, g):
        back = REGISTRY["take_back"](g, indices, shape=shape, axis=axis)
        return back * x, x - back

    specs = [Spec(x.shape, dtype), Spec(indices.shape, "int64"), Spec(g.shape, dtype)]
    graph, _ = capture(function, *specs)
    inputs = [x, indices, g]
    wanted = reference.compile(graph).run(inputs)
    tolerance = 1e-2 if dtype == "float16" else 1e-5
    for value, right in zip(native.compile(graph).run(inputs), wanted, strict=True):
        np.testing.assert_allclose(value, right, rtol=tolerance, atol=10 * tolerance)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("abcd,aecd->acbe", "acbe,aecd->abcd"),
        ("abcd,aecd->aceb", "aceb,aecd->abcd"),
        ("abcd,abed->abce", "abce,abed->abcd"),
        ("abcd,aecd->cabe", "cabe,aecd->abcd"),
    ],
)
def test_products_read_and_write_heads_where_they_lie(native, threads, first, second):
    """Attention's products of (batch, steps, heads, size) copy nothing to get at a head."""
    rng = np.random.default_rng(5)
    query, key = (rng.standard_normal((2, 3, 4, 5)).astype(np.float32) for _ in range(2))
    weights = rng.standard_normal((4, 5, 6)).astype(np.float32)

    def heads(query, key, weights):
        mixed = ops.einsum(second, ops.einsum(first, query, key), key)
        return ops.einsum("abcd,cdf->abf", mixed, weights)

    arrays = [query, key, weights]
    graph, _ = capture(heads, *(Spec(x.shape, "float32") for x in arrays))
    executable = native.compile(graph)
    mixed = np.einsum(second, np.einsum(first, query, key), key)
    expected = np.einsum("abcd,cdf->abf", mixed, weights)
    for count in (1, 2, 5):
        threads(count)
        (found,) = executable.run(arrays)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    assert executable.plan.instruction_count == 3


def test_a_result_that_lies_in_another_order_is_read_right(native):
    """Elementwise readers, reductions and outputs of a product stored for another product."""
    rng = np.random.default_rng(6)
    query, key = (rng.standard_normal((2, 3, 4, 5)).astype(np.float32) for _ in range(2))
    weights = rng.standard_normal((4, 5, 6)).astype(np.float32)

    def function(query, key, weights):
        scores = ops.einsum("abcd,aecd->acbe", query, key)
        mixed = ops.einsum("acbe,aecd->acbd", scores, key)
        far = ops.einsum("acbd,cdf->abf", mixed, weights)
        again = ops.einsum("acbd,cdf->abf", mixed, 2 * weights)
        return far, again, ops.tanh(mixed), ops.sum(mixed, axis=2), ops.reshape(mixed, (8, 15))

    arrays = [query, key, weights]
    graph, _ = capture(function, *(Spec(x.shape, "float32") for x in arrays))
    found = native.compile(graph).run(arrays)
    expected = reference.compile(graph).run(arrays)
    for mine, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-4, atol=1e-4)


def test_a_result_read_together_with_an_operand_of_more_axes(native):
    """As the weights of attention's projections read the gradient of all heads and the input."""
    rng = np.random.default_rng(7)
    shapes = (2, 3, 4), (4, 5), (2, 3, 6, 7)
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]

    def function(x, weights, heads):
        hidden = ops.einsum("abc,cd->abd", x, weights)
        return ops.einsum("abef,abd->def", heads, hidden)

    graph, _ = capture(function, *(Spec(x.shape, "float32") for x in arrays))
    (found,) = native.compile(graph).run(arrays)
    (expected,) = reference.compile(graph).run(arrays)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
