"""The contract of Layer: building, tracking, phases, masks, losses, errors."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import cornu
from cornu import layers, ops
from cornu.core import settings
from cornu.layers.tracking import untracked


@pytest.fixture(autouse=True)
def _fresh_names():
    settings.reset_names()


class Scale(layers.Layer):
    def __init__(self, start=2.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.factor = self.add_weight(
            shape=(input_shape[-1],), initializer="ones", name="factor", regularizer="l2"
        )
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")

    def call(self, inputs):
        self.count.assign_add(1.0)
        return inputs * self.factor * self.start


class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.parts = []
        self.last = layers.Dense(2)
        self.parts.append(Scale())
        self.table = {"a": layers.Dense(3)}

    def call(self, inputs, training=None):
        return self.last(self.table["a"](self.parts[0](inputs)))


def test_build_runs_once_and_records_its_shape():
    layer = Scale()
    assert not layer.built
    layer(np.ones((2, 3)))
    layer(np.ones((5, 3)))
    assert layer.built
    assert layer.get_build_config() == {"input_shape": (2, 3)}
    assert [w.path for w in layer.weights] == ["scale/factor", "scale/count"]
    other = Scale()
    other.build_from_config({"input_shape": [None, 3]})
    assert [w.shape for w in other.weights] == [(3,), ()]


def test_build_with_several_shapes():
    class Two(layers.Layer):
        def build(self, left_shape, right_shape):
            self.shapes = (left_shape, right_shape)

        def call(self, left, right):
            return left

    layer = Two()
    layer(np.ones((1, 2)), right=np.ones((1, 5)))
    assert layer.shapes == ((1, 2), (1, 5))
    assert layer.get_build_config() == {
        "shapes_dict": {"left_shape": (1, 2), "right_shape": (1, 5)}
    }

    class Wrong(Two):
        def build(self, left_shape, other_shape):
            pass

    with pytest.raises(ValueError, match="'other_shape'"):
        Wrong()(np.ones((1, 2)), right=np.ones((1, 5)))


def test_sublayers_are_found_in_lists_and_dicts():
    block = Block()
    block(np.ones((2, 4)))
    assert [w.path for w in block.weights] == [
        "block/dense/kernel",
        "block/dense/bias",
        "block/scale/factor",
        "block/scale/count",
        "block/dense_1/kernel",
        "block/dense_1/bias",
    ]
    assert len(block.trainable_weights) == 5
    assert len(block.non_trainable_weights) == 1


def test_containers_release_what_is_removed():
    block = Block()
    block.parts.append(layers.Dense(1))
    assert len(block._layers) == 4
    block.parts.pop()
    del block.table["a"]
    block.last = layers.Dense(7)
    assert [type(layer).__name__ for layer in block._layers] == ["Scale", "Dense"]
    assert block._layers[-1].units == 7


def test_state_cannot_be_added_after_the_build():
    layer = Scale()
    layer(np.ones((2, 3)))
    with pytest.raises(ValueError, match="Scale layer 'scale' is built already"):
        layer.late = layers.Dense(1)
    with untracked():
        layer.late = layers.Dense(1)
    assert layer._layers == []


def test_trainable_reaches_all_sublayers():
    block = Block()
    block(np.ones((2, 4)))
    block.trainable = False
    assert block.trainable_weights == []
    assert len(block.non_trainable_weights) == 6
    assert not block.last.trainable
    assert not block.last.kernel.trainable
    block.trainable = True
    # A weight that was made not trainable stays so.
    assert len(block.trainable_weights) == 5


def test_training_is_inherited_and_given():
    seen = []

    class Probe(layers.Layer):
        def call(self, inputs, training=False):
            seen.append(training)
            return inputs

    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.first, self.second = Probe(), Probe()

        def call(self, inputs):
            return self.second(self.first(inputs, training=False))

    outer = Outer()
    x = np.ones((1, 2))
    outer(x)
    outer(x, training=True)
    assert seen == [False, False, False, True]
    seen.clear()
    Probe()(x)
    Probe()(x, training=True)
    assert seen == [False, True]


def test_masks_travel_with_tensors():
    class Masking(layers.Layer):
        def compute_mask(self, inputs, mask=None):
            return ops.any(ops.not_equal(inputs, 0.0), axis=-1)

        def call(self, inputs):
            return inputs + 0.0

    class Needs(layers.Layer):
        def call(self, inputs, mask=None):
            return ops.cast(mask, "float32") if mask is not None else inputs

    x = np.array([[[1.0], [0.0]]], "float32")
    masked = Masking()(x)
    assert masked._keras_mask.numpy().tolist() == [[True, False]]
    passed = layers.Dense(2)(masked)  # supports masks, so it hands them on
    with pytest.warns(UserWarning, match="Needs layer 'needs'.*hands none on"):
        assert Needs()(passed).numpy().tolist() == [[1.0, 0.0]]
    with pytest.warns(UserWarning, match="Flatten"):
        lost = layers.Flatten()(masked)
    assert getattr(lost, "_keras_mask", None) is None
    inputs = layers.Input((2, 1))
    with pytest.warns(UserWarning, match="hands none on"):
        model = cornu.Model(inputs, Needs()(layers.Dropout(0.5)(Masking()(inputs))))
    with pytest.warns(UserWarning, match="hands none on"):
        assert model(x).numpy().tolist() == [[1.0, 0.0]]


def test_losses_of_calls_and_weights():
    layer = Scale()
    layer(np.ones((2, 3)))
    assert float(layer.losses[0]) == pytest.approx(0.03)

    class Adds(layers.Layer):
        def call(self, inputs):
            self.add_loss(ops.sum(inputs))
            return inputs

    adds = Adds()
    adds(np.ones((2, 2)))
    adds(np.ones((3, 2)))
    assert [float(x) for x in adds.losses] == [6.0]  # of the last call only
    adds(layers.Input((2,)))  # what a placeholder added has no value
    assert adds.losses == []


def test_stateless_call_changes_nothing():
    layer = Scale()
    x = np.ones((2, 3), "float32")
    layer(x)
    before = layer.get_weights()
    out, after = layer.stateless_call([np.full(3, 5.0)], [np.float32(7.0)], x)
    assert float(out[0, 0]) == 10.0
    assert float(after[0]) == 8.0
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_config_remembers_plain_arguments():
    class Plain(layers.Layer):
        def __init__(self, size, kind="a", **kwargs):
            super().__init__(**kwargs)

        def call(self, inputs):
            return inputs

    config = Plain(3, kind="b", name="p").get_config()
    assert (config["size"], config["kind"], config["name"]) == (3, "b", "p")
    assert Plain.from_config(config).name == "p"
    with pytest.raises(NotImplementedError, match=r"size=.*get_config"):
        Plain(object()).get_config()


def test_shapes_without_computing():
    block = Block()
    assert block(layers.Input((4,))).shape == (None, 2)
    assert block.compute_output_shape((None, 4)) == (None, 2)
    assert block.get_build_config() == {"input_shape": (None, 4)}
    assert layers.Dense(3).compute_output_shape((None, 5, 2)) == (None, 5, 3)


def test_old_names_of_arguments():
    assert layers.LeakyReLU(alpha=0.1).negative_slope == pytest.approx(0.1)
    model = cornu.Sequential([layers.Dense(3, input_dim=4), layers.Dense(1)])
    assert model.input_shape == (None, 4)
    model = cornu.Sequential([layers.Flatten(input_shape=(2, 3)), layers.Dense(1)])
    assert model.input_shape == (None, 2, 3)
    assert layers.InputLayer(input_shape=(3,)).batch_shape == (None, 3)
    assert layers.InputLayer(batch_input_shape=(2, 3)).batch_shape == (2, 3)


def test_nothing_needs_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        block = Block()
        block(np.ones((2, 4)))
        block(layers.Input((4,)))
        alive = [weakref.ref(item) for item in (block, *block._layers, *block.weights)]
        del block
        assert [ref() for ref in alive if ref() is not None] == []
    finally:
        gc.enable()


ERRORS = [
    (lambda: layers.Dense(-1), r"Dense: units must be a positive int; got units=-1"),
    (lambda: layers.Dense(2.5), r"units=2\.5"),
    (lambda: layers.Dense(2, activaton="relu"), r"'activaton'.*Did you mean 'activation'"),
    (lambda: layers.Dense(2, activation="rleu"), r"'rleu'.*Did you mean 'relu'"),
    (lambda: layers.Dense(2)(np.ones(3)), r"Dense layer 'dense'.*got shape \(3,\).*x\[None"),
    (lambda: layers.Dropout(1.5), r"Dropout: rate.*rate=1\.5"),
    (lambda: layers.Reshape((5,))(np.ones((2, 4))), r"'reshape' cannot make.*\(4,\).*\(5,\)"),
    (lambda: layers.Add()(np.ones((2, 3))), r"Add layer 'add' merges a list"),
    (
        lambda: layers.Add()([np.ones((2, 3)), np.ones((2, 4))]),
        r"shapes \(2, 3\), \(2, 4\): sizes 3 and 4",
    ),
    (
        lambda: layers.Concatenate()([np.ones((2, 3, 1)), np.ones((2, 4, 1))]),
        r"cannot join inputs of shapes",
    ),
    (lambda: layers.Input(), r"needs the shape of one sample"),
    (lambda: layers.Input((-1,)), r"got -1 in"),
    (lambda: layers.Dense(2)(layers.Input((None,))), r"'kernel'.*is unknown \(None\)"),
    (lambda: layers.Normalization(mean=1.0), r"both mean and variance"),
    (lambda: layers.Dense(2, name="a/b"), r"must not contain '/'"),
    (lambda: layers.Dense(2).count_params(), r"'dense' is not built"),
    (lambda: layers.Dense(2, trainable="no"), r"trainable is True or False"),
]


@pytest.mark.parametrize(("call", "text"), ERRORS, ids=range(len(ERRORS)))
def test_error_texts(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_text_is_refused_by_layers_that_compute():
    with pytest.raises(TypeError, match=r"Dense layer 'dense' was called on text.*astype"):
        layers.Dense(2)(np.array([["1", "2"]]))


def test_object_arrays_are_refused():
    with pytest.raises(TypeError, match=r"Dense layer 'dense'.*holds NoneType"):
        layers.Dense(2)(np.array([[1.0, None]], dtype=object))


def test_missing_super_call():
    class Forgot(layers.Layer):
        def __init__(self):
            self.dense = layers.Dense(2)

    with pytest.raises(RuntimeError, match=r"super\(\).__init__\(\)"):
        Forgot()(np.ones((1, 2)))


def test_set_weights_changes_all_or_nothing():
    layer = layers.Dense(2)
    layer.build((None, 3))
    before = layer.get_weights()
    with pytest.raises(ValueError, match=r"'dense' has 2 weights .*but 1 arrays"):
        layer.set_weights([np.ones((3, 2))])
    with pytest.raises(ValueError, match=r"array 1 has shape \(3,\).*'dense/bias'.*\(2,\)"):
        layer.set_weights([np.ones((3, 2)), np.ones(3)])
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    with pytest.raises(ValueError, match="not built yet"):
        layers.Dense(2).set_weights([np.ones((3, 2))])


def test_failed_build_leaves_nothing():
    class Fails(layers.Layer):
        def build(self, input_shape):
            self.add_weight(shape=(2,))
            raise ValueError("no")

    layer = Fails()
    with pytest.raises(ValueError, match="no"):
        layer(np.ones((1, 2)))
    assert layer.weights == []
    assert not layer.built


def test_non_tensors_by_position():
    with pytest.raises(ValueError, match="takes only tensors and arrays by position; got 'x'"):
        layers.Dense(2)("x")


def test_lists_of_numbers_are_inputs():
    assert layers.Dense(2)([[1, 2, 3]]).shape == (1, 2)
