"""Recurrent layers in use: whole trainings, states from batch to batch, own cells, masks from
layers before, mistakes."""

from __future__ import annotations

import math

import numpy as np
import pytest

import cornu
from cornu import layers, ops

X = np.linspace(-1, 1, 24).reshape(2, 4, 3).astype("float32")
MASK = np.array([[1, 1, 0, 1], [0, 1, 1, 0]], bool)


# ---------------------------------------------------------------- trainings


def _masked_stack(k):
    return [
        k.Masking(mask_value=0.0),
        k.LSTM(4, return_sequences=True, dropout=0.3),
        k.Bidirectional(k.GRU(3, recurrent_dropout=0.2, kernel_constraint="max_norm")),
    ]


def _unmasked_stack(k):
    return [
        k.RNN([k.LSTMCell(4, dropout=0.2), k.SimpleRNNCell(3)], return_sequences=True),
        k.TimeDistributed(k.Dense(4, activation="relu")),
        k.GRU(3, reset_after=False, recurrent_regularizer="l2"),
    ]


@pytest.mark.keras
@pytest.mark.parametrize("stack", [_masked_stack, _unmasked_stack])
def test_training_follows_keras(quick_keras, rng, stack):
    """Dropout, with evaluations in between, which move seeds on too: curves and weights."""
    x = rng.normal(size=(20, 4, 2)).astype("float32")
    x[::3, 2:] = 0
    y = rng.normal(size=(20, 1)).astype("float32")

    def train(module):
        module.utils.set_random_seed(3)
        k = module.layers
        model = module.Sequential([module.Input((4, 2)), *stack(k), k.Dense(1)])
        model.compile("adam", "mse")
        data = (x[16:], y[16:])
        curves = model.fit(
            x[:16], y[:16], batch_size=8, epochs=3, verbose=0, validation_data=data
        ).history
        return [curves["loss"], curves["val_loss"], *model.get_weights()]

    theirs = train(quick_keras)
    for mine, real in zip(train(cornu), theirs, strict=True):
        np.testing.assert_allclose(mine, real, rtol=1e-4, atol=1e-5)


def test_lstm_learns_to_remember(rng):
    """The class is told in the first of ten steps only."""
    x = np.zeros((64, 10, 1), "float32")
    y = rng.integers(0, 2, 64)
    x[:, 0, 0] = 2 * y - 1
    cornu.utils.set_random_seed(1)
    model = cornu.Sequential([layers.LSTM(4), layers.Dense(1, activation="sigmoid")])
    model.compile(cornu.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=20, batch_size=32, verbose=0).history
    assert history["accuracy"][-1] == 1.0


# ---------------------------------------------------------------- the same numbers in other ways


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
@pytest.mark.parametrize("mask", [None, MASK])
def test_one_layer_in_four_ways(name, mask):
    """A loop, steps written out, the cell in RNN, and the cell called step by step."""
    layer = getattr(layers, name)(4, return_sequences=True, return_state=True)
    expected, *expected_states = layer(X, mask=mask)
    unrolled = type(layer).from_config({**layer.get_config(), "unroll": True})
    unrolled.build(X.shape)
    unrolled.set_weights(layer.get_weights())
    general = layers.RNN(
        layers.StackedRNNCells([layer.cell]), return_sequences=True, return_state=True
    )
    for other in (unrolled, general):
        outputs, *states = other(X, mask=mask)
        np.testing.assert_allclose(outputs.numpy(), expected.numpy(), atol=1e-6)
        for mine, real in zip(cornu.tree.flatten(states), expected_states, strict=True):
            np.testing.assert_allclose(mine.numpy(), real.numpy(), atol=1e-6)
    if mask is None:
        state = layer.cell.get_initial_state(2)
        for step in range(4):
            output, state = layer.cell(X[:, step], state)
            np.testing.assert_allclose(output.numpy(), expected.numpy()[:, step], atol=1e-6)


def test_each_gate_has_its_own_mask():
    layer = layers.LSTM(3, dropout=0.5, implementation=1, seed=1)
    layer.build((None, None, 100))
    masks = layer.cell.get_dropout_mask(ops.ones((1, 100)))
    assert len(masks) == 4
    assert len({mask.numpy().tobytes() for mask in masks}) == 4
    assert layers.LSTM(3, dropout=0.5).cell.dropout_mask_count is None


def test_everything_dropped():
    layer = layers.SimpleRNN(3, dropout=1.0, use_bias=False)
    assert np.abs(layer(X, training=True).numpy()).max() == 0
    assert np.abs(layer(X).numpy()).max() > 0


def test_time_distributed_passes_masks_on():
    layer = layers.TimeDistributed(layers.Dense(3))
    x = ops.convert_to_tensor(X)
    x._keras_mask = ops.convert_to_tensor(MASK)
    assert layer(x)._keras_mask.numpy().tolist() == MASK.tolist()


def test_time_distributed_model_and_own_layer():
    """Steps computed as samples of one call give what one call for each step gives."""

    class Shift(layers.Layer):  # Knows the whole batch, so each step is called alone.
        def call(self, inputs):
            return inputs - ops.mean(inputs, axis=0)

    shifted = layers.TimeDistributed(Shift())(X).numpy()
    np.testing.assert_allclose(shifted, X - X.mean(axis=0), atol=1e-6)
    images = np.linspace(0, 1, 2 * 3 * 4 * 4).reshape(2, 3, 4, 4, 1).astype("float32")
    model = cornu.Sequential([layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3)])
    outputs = layers.TimeDistributed(model)(images).numpy()
    for step in range(3):
        np.testing.assert_allclose(outputs[:, step], model(images[:, step]).numpy(), atol=1e-6)


def test_time_distributed_inner_masks():
    """Sequences of sequences: the layer inside gets the mask of its step."""
    x = np.stack([X, -X], axis=1)
    mask = np.stack([MASK, ~MASK], axis=1)
    inner = layers.LSTM(3)
    outputs = layers.TimeDistributed(inner)(x, mask=mask).numpy()
    for step in range(2):
        expected = inner(x[:, step], mask=mask[:, step]).numpy()
        np.testing.assert_allclose(outputs[:, step], expected, atol=1e-6)


# ---------------------------------------------------------------- states


def test_states_from_batch_to_batch():
    """Also inside fit and predict, which Keras on JAX forgets; and back to the start."""
    layer = layers.GRU(3, stateful=True)
    whole = layers.GRU(3)
    halves = [X[:, :2], X[:, 2:]]
    model = cornu.Sequential([cornu.Input(batch_shape=(2, 2, 3)), layer])
    whole.build(X.shape)
    whole.set_weights(layer.get_weights())
    expected = whole(X).numpy()
    first = layer(halves[0]).numpy()
    np.testing.assert_allclose(layer(halves[1]).numpy(), expected, atol=1e-6)
    layer.reset_state()
    model.predict(halves[0], batch_size=2, verbose=0)
    np.testing.assert_allclose(
        model.predict(halves[1], batch_size=2, verbose=0), expected, atol=1e-6
    )
    layer.reset_states([first])
    np.testing.assert_allclose(layer(halves[1]).numpy(), expected, atol=1e-6)
    model.compile("sgd", "mse")
    model.fit(halves[0], np.zeros((2, 3)), batch_size=2, verbose=0, shuffle=False)
    assert np.abs(layer.states[0].numpy() - expected).max() > 1e-3
    assert len(layer.weights) == 3  # States are no weights.
    both = layers.Bidirectional(layers.LSTM(2, stateful=True))
    both(X)
    assert len(both.states) == 4
    both.reset_state()
    assert all(np.abs(state.numpy()).max() == 0 for state in both.states)


def test_initial_states_in_every_form():
    layer = layers.LSTM(3, return_state=True)
    h, c = np.full((2, 3), 0.3, "float32"), np.full((2, 3), -0.2, "float32")
    expected = layer(X, initial_state=[h, c])[0].numpy()
    assert (layer([X, h, c])[0].numpy() == expected).all()
    inputs = [cornu.Input((None, 3)), cornu.Input((3,)), cornu.Input((3,))]
    model = cornu.Model(inputs, layer(inputs[0], initial_state=inputs[1:])[0])
    np.testing.assert_allclose(model([X, h, c]).numpy(), expected, atol=1e-6)
    listed = cornu.Model(inputs, layer(inputs)[0])
    np.testing.assert_allclose(listed.predict([X, h, c], verbose=0), expected, atol=1e-6)
    again = type(model).from_config(model.get_config())
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(again([X, h, c]).numpy(), expected, atol=1e-6)
    gru = layers.GRU(3)
    assert (gru(X, initial_state=h).numpy() == gru(X, initial_state=[h]).numpy()).all()
    both = layers.Bidirectional(gru)
    assert (both([X, h, c]).numpy() == both(X, initial_state=[h, c]).numpy()).all()


def test_masked_steps_change_nothing():
    """What stands in masked steps does not matter, and the mask goes on with the sequences."""
    layer = layers.GRU(3, return_sequences=True)
    other = X.copy()
    other[~MASK] = 99.0
    np.testing.assert_allclose(
        layer(X, mask=MASK).numpy(), layer(other, mask=MASK).numpy(), atol=1e-6
    )
    x = ops.convert_to_tensor(X)
    x._keras_mask = ops.convert_to_tensor(MASK)
    assert layer(x)._keras_mask.numpy().tolist() == MASK.tolist()
    assert getattr(layers.GRU(3)(x), "_keras_mask", None) is None
    np.testing.assert_allclose(layer(x).numpy(), layer(X, mask=MASK).numpy(), atol=1e-6)
    both = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    assert (both.numpy()[~MASK] == 0).all()
    assert both._keras_mask.numpy().tolist() == MASK.tolist()


def test_masked_images():
    """The mask of a step holds for whole images."""
    x = np.random.default_rng(0).normal(size=(2, 4, 3, 3, 1)).astype("float32")
    layer = layers.ConvLSTM2D(2, 2, return_state=True)
    _, h, c = layer(x, mask=MASK)
    kept = layer(x[:1, [0, 1, 3]])
    for mine, real in zip((h, c), kept[1:], strict=True):
        np.testing.assert_allclose(mine.numpy()[0], real.numpy()[0], atol=1e-6)


# ---------------------------------------------------------------- own cells


class Minimal(layers.Layer):
    """The cell of Keras's documentation of RNN."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(shape=shape, initializer="uniform", name="kernel")
        self.recurrent = self.add_weight(
            shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel"
        )

    def call(self, inputs, states):
        output = ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent)
        return output, [output]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def test_own_cells():
    layer = layers.RNN([Minimal(4), Minimal(3)], return_sequences=True)
    assert layer(cornu.Input((None, 5))).shape == (None, None, 3)
    assert layer(X[..., [0, 0, 0, 1, 2]]).shape == (2, 4, 3)
    again = layers.deserialize(layers.serialize(layer), {"Minimal": Minimal})
    assert [cell.units for cell in again.cell.cells] == [4, 3]
    # A copy needs no registered class.
    assert layers.Bidirectional(layers.RNN(Minimal(4)))(X).shape == (2, 8)
    model = cornu.Sequential([layers.RNN(Minimal(2))])
    model.compile("sgd", "mse")
    losses = model.fit(X, np.ones((2, 2)), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_a_cell_that_is_no_layer():
    class Count:
        state_size = [2]
        output_size = 1

        def call(self, inputs, states):
            count = states[0] + 1.0
            return count[:, :1], count  # One state need not be in a list.

    outputs, state = layers.RNN(Count(), return_sequences=True, return_state=True)(X)
    assert outputs.numpy()[0, :, 0].tolist() == [1, 2, 3, 4]
    assert state.shape == (2, 2)


def test_half_precision():
    for name in ("SimpleRNN", "LSTM", "GRU"):
        layer = getattr(layers, name)(3, dtype="mixed_float16", return_state=True)
        outputs, *states = layer(X)
        assert outputs.dtype == "float16"
        assert {state.dtype for state in states} == {"float16"}
        assert {weight.dtype for weight in layer.weights} == {"float32"}
        np.testing.assert_allclose(
            outputs.numpy().astype("float32"), _in_float32(layer)(X).numpy(), atol=5e-3
        )


def _in_float32(layer):
    other = type(layer).from_config(
        {**layer.get_config(), "dtype": "float32", "return_state": False}
    )
    other.build(X.shape)
    other.set_weights(layer.get_weights())
    return other


def test_empty_batches_and_one_step():
    for layer in (layers.LSTM(3), layers.GRU(3, return_sequences=True)):
        assert layer(X[:0]).shape[0] == 0
        assert layer(X[:, :1]).shape[0] == 2


def test_second_derivative():
    """A derivative of a derivative through all steps, against differences."""
    layer = layers.GRU(2, dtype="float64")
    x = X.astype("float64")
    layer.build(x.shape)

    def penalty():
        sequences = ops.convert_to_tensor(x)
        with cornu.GradientTape() as inner:
            inner.watch(sequences)
            out = ops.sum(layer(sequences))
        return ops.sum(ops.square(inner.gradient(out, sequences)))

    with cornu.GradientTape() as outer:
        value = penalty()
    flow = outer.gradient(value, layer.cell.recurrent_kernel).numpy()
    step = np.random.default_rng(0).normal(size=flow.shape)
    start, size = layer.cell.recurrent_kernel.numpy(), 1e-5
    ends = []
    for sign in (1, -1):
        layer.cell.recurrent_kernel.assign(start + sign * size * step)
        ends.append(float(penalty()))
    expected = (ends[0] - ends[1]) / (2 * size)
    assert math.isclose(float((flow * step).sum()), expected, rel_tol=1e-6)


def test_a_network_that_follows_trees():
    """A recursive network by subclassing: the shape of each input is a tree."""

    class TreeNetwork(cornu.Model):
        def __init__(self):
            super().__init__()
            self.leaf = layers.Dense(4, activation="tanh")
            self.join = layers.Dense(4, activation="tanh")
            self.score = layers.Dense(1)

        def node(self, tree):
            if isinstance(tree, tuple):
                return self.join(ops.concatenate([self.node(part) for part in tree], axis=-1))
            return self.leaf(tree)

        def call(self, tree):
            return self.score(self.node(tree))

    cornu.utils.set_random_seed(2)
    rng = np.random.default_rng(0)
    leaves = [rng.normal(size=(1, 3)).astype("float32") for _ in range(4)]
    trees = [((leaves[0], leaves[1]), leaves[2]), (leaves[3], (leaves[2], leaves[0]))]
    network, optimizer = TreeNetwork(), cornu.optimizers.Adam(0.05)
    losses = []
    for _ in range(15):
        for tree, target in zip(trees, (1.0, -1.0), strict=True):
            with cornu.GradientTape() as tape:
                loss = ops.square(network(tree)[0, 0] - target)
            gradients = tape.gradient(loss, network.trainable_variables)
            optimizer.apply(gradients, network.trainable_variables)
            losses.append(float(loss))
    assert sum(losses[-2:]) < 0.05 * sum(losses[:2])


# ---------------------------------------------------------------- mistakes


class Stateless:
    def call(self, inputs, states):
        return inputs, states


class Forgetful(layers.Layer):
    state_size = [3, 3]

    def call(self, inputs, states):
        return inputs, states[:1]


class Wide(layers.Layer):
    state_size = 2
    output_size = 3

    def call(self, inputs, states):
        return inputs, states


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layers.LSTM(0), "LSTMCell: units must be a positive int; got units=0"),
        (lambda: layers.GRU(2, dropout=1.5), "GRUCell: dropout is a number from 0 to 1"),
        (lambda: layers.GRU(2, recurent_dropout=0.1), "GRU: unknown argument 'recurent_dropout'"),
        (lambda: layers.LSTM(2, use_cudnn="yes"), "use_cudnn is True, False or 'auto'"),
        (lambda: layers.LSTM(2, implementation=3), "implementation is 1 .* or 2"),
        (lambda: layers.LSTM(2)(X[0]), "expected 3 axes.*add the batch axis"),
        (lambda: layers.LSTM(2)(X[:, :0]), "at least one step; got shape .2, 0, 3."),
        (lambda: layers.LSTM(2)(cornu.Input((4, None))), "depends on is unknown"),
        (lambda: layers.LSTM(2)(X, initial_state=np.zeros((2, 2))), "has 2 state.*got 1"),
        (lambda: layers.GRU(2)(X, initial_state=np.zeros((3, 2))), "shape .2, 2..*shape .3, 2."),
        (lambda: layers.GRU(2)([X, X[:, 0]], initial_state=X[:, 0]), "initial states twice"),
        (lambda: layers.GRU(2)(X, mask=MASK[:, :2]), "mask of shape .2, 2. for sequences"),
        (lambda: layers.GRU(2, stateful=True)(cornu.Input((4, 3))), "stateful.*batch_shape="),
        (lambda: _called_twice(layers.GRU(2, stateful=True)), "batches of 2; got a batch of 1"),
        (lambda: layers.GRU(2).reset_state([X]), "no states to set"),
        (lambda: layers.RNN(layers.Dense(2)), "needs an attribute state_size"),
        (lambda: layers.RNN("lstm"), "needs a method call"),
        (lambda: layers.RNN(Stateless()), "needs an attribute state_size"),
        (lambda: layers.RNN([]), "at least one cell"),
        (lambda: layers.StackedRNNCells([layers.GRUCell(2), 3]), "needs a method call"),
        (lambda: layers.RNN(Forgetful())(X), "Forgetful was given states of shapes"),
        (lambda: layers.RNN(Wide())(X, mask=MASK), "zero_output_for_mask=True"),
        (lambda: layers.Bidirectional(layers.Dense(2)), "no go_backwards, stateful"),
        (lambda: layers.Bidirectional("gru"), "must be a recurrent layer"),
        (lambda: layers.Bidirectional(layers.GRU(2), "add"), "merge_mode is 'sum', 'mul'"),
        (
            lambda: layers.Bidirectional(layers.GRU(2), backward_layer=layers.GRU(2)),
            "both have go_backwards=False",
        ),
        (
            lambda: layers.Bidirectional(
                layers.GRU(2),
                backward_layer=layers.GRU(2, go_backwards=True, return_sequences=True),
            ),
            "the same return_sequences; the forward layer has False",
        ),
        (
            lambda: layers.Bidirectional(layers.GRU(3))(X, initial_state=[X[:, 0]]),
            "even number; got 1",
        ),
        (lambda: layers.Bidirectional(layers.GRU(2), weights=[X])(X), "6 weights.*got 1 arrays"),
        (lambda: layers.TimeDistributed(3), "must be a layer object"),
        (lambda: layers.TimeDistributed(layers.Dense(2))(X[0]), "at least three axes"),
        (lambda: layers.TimeDistributed(layers.Dense(2))(X, mask=MASK.T), "first two sizes"),
        (
            lambda: layers.TimeDistributed(layers.GRU(2, return_state=True))(X[None]),
            "must return one tensor",
        ),
        (lambda: layers.ConvLSTM2D(0, 2), "ConvLSTMCell: filters must be a positive int"),
        (lambda: layers.ConvLSTM2D(2, (1, 2, 3)), "kernel_size must be"),
        (lambda: layers.ConvLSTM2D(2, 2, strides=2, dilation_rate=2), "cannot both be larger"),
        (lambda: layers.ConvLSTM2D(2, 3)(X[None]), "expected 5 axes"),
        (lambda: layers.ConvLSTM1D(2, 9)(X[None]), "does not fit"),
    ],
)  # fmt: skip
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def _called_twice(layer):
    layer(X)
    layer(X[:1])


def test_resetting_what_keeps_nothing():
    with pytest.raises(AttributeError, match="not stateful"):
        layers.Bidirectional(layers.GRU(2)).reset_state()
