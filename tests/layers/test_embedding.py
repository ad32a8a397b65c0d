"""Embedding and EinsumDense give what Keras gives from equal weights; low-rank fine-tuning."""

from __future__ import annotations

import json

import numpy as np
import pytest

import cornu
from cornu import layers, ops

WEIGHTS = np.arange(20, dtype="float32").reshape(5, 4) / 7

# (class, arguments, inputs)
CASES = [
    ("Embedding", {"input_dim": 5, "output_dim": 4}, [[1, 4, 0], [2, 2, 3]]),
    ("Embedding", {"input_dim": 5, "output_dim": 4, "mask_zero": True}, [[1, 4, 0], [2, 2, 3]]),
    ("Embedding", {"input_dim": 5, "output_dim": 4, "weights": [WEIGHTS]}, [1, 4, 0, 3]),
    (
        "Embedding",
        {
            "input_dim": 5,
            "output_dim": 4,
            "embeddings_initializer": "ones",
            "embeddings_regularizer": "l2",
            "embeddings_constraint": "unit_norm",
        },
        [[[1.0, 4.0], [0.0, 2.0]]],
    ),
    ("Embedding", {"input_dim": 5, "output_dim": 4, "lora_rank": 2, "lora_alpha": 2}, [[1, 4]]),
    ("ReversibleEmbedding", {"input_dim": 5, "output_dim": 4, "mask_zero": True}, [[1, 0], [2, 3]]),
    (
        "ReversibleEmbedding",
        {"input_dim": 5, "output_dim": 4, "tie_weights": False, "logit_soft_cap": 2.0},
        [[1, 0], [2, 3]],
    ),
]
NAMES = [f"{name}-{place}" for place, (name, *_) in enumerate(CASES)]


def _pair(keras, name, arguments, x, rng):
    theirs, ours = (getattr(m.layers, name)(**arguments) for m in (keras, cornu))
    theirs(x)
    ours(x)
    assert [w.path.split("/")[1:] for w in ours.weights] == [
        w.path.split("/")[1:] for w in theirs.weights
    ]
    assert [w.trainable for w in ours.weights] == [w.trainable for w in theirs.weights]
    for weight in theirs.weights:
        weight.assign(rng.uniform(-1.0, 1.0, weight.shape).astype("float32"))
    ours.set_weights([np.asarray(w) for w in theirs.weights])
    return theirs, ours


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments", "inputs"), CASES, ids=NAMES)
def test_embedding(keras, rng, name, arguments, inputs):
    jax = pytest.importorskip("jax")
    x = np.asarray(inputs)
    theirs, ours = _pair(keras, name, arguments, x, rng)
    flow = rng.uniform(0.5, 1.5, (*x.shape, 4)).astype("float32")

    def total(trainable):
        frozen = [v.value for v in theirs.non_trainable_variables]
        out, _ = theirs.stateless_call(trainable, frozen, x)
        return (out * flow).sum(), out

    (_, expected), by_weight = jax.value_and_grad(total, has_aux=True)(
        [v.value for v in theirs.trainable_variables]
    )
    with cornu.GradientTape() as tape:
        out = ours(x)
        loss = ops.sum(out * flow)
    np.testing.assert_allclose(out.numpy(), expected, rtol=1e-6)
    for mine, real in zip(tape.gradient(loss, ours.trainable_variables), by_weight, strict=True):
        if mine is None:
            assert not np.asarray(real).any()
        else:
            np.testing.assert_allclose(mine.numpy(), real, rtol=1e-5, atol=1e-6)
    mask = getattr(out, "_keras_mask", None)
    assert (mask is None) == (not arguments.get("mask_zero"))
    if mask is not None:
        np.testing.assert_array_equal(mask.numpy(), x != 0)
    np.testing.assert_allclose(
        [float(v) for v in ours.losses], [float(v) for v in theirs.losses], rtol=1e-5
    )


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments", "inputs"), CASES, ids=NAMES)
def test_embedding_configs(keras, name, arguments, inputs):
    arguments = {key: value for key, value in arguments.items() if key != "weights"}
    theirs, ours = (getattr(m.layers, name)(name="x", **arguments) for m in (keras, cornu))
    mine, real = (json.loads(json.dumps(one.get_config())) for one in (ours, theirs))
    assert _plain(mine) == _plain(real)
    again = layers.deserialize(layers.serialize(ours))
    assert json.dumps(again.get_config()) == json.dumps(ours.get_config())
    assert getattr(layers, name).from_config(real).name == "x"
    assert getattr(keras.layers, name).from_config(mine).name == "x"
    for shape in ((), (3,), (None,)):
        shapes = [
            tuple(layer(module.Input(shape, dtype="int32")).shape)
            for module, layer in ((keras, theirs), (cornu, ours))
        ]
        assert shapes[0] == shapes[1]


def _plain(value):
    """A config without the settings that say nothing, of whatever version."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.keras
@pytest.mark.parametrize("arguments", [{}, {"tie_weights": False}, {"reverse_dtype": "float16"}])
def test_the_way_back(keras, rng, arguments):
    tokens = np.array([[1, 0], [2, 3]])
    theirs, ours = _pair(
        keras, "ReversibleEmbedding", {"input_dim": 5, "output_dim": 4, **arguments}, tokens, rng
    )
    hidden = rng.normal(size=(2, 3, 4)).astype("float32")
    expected = np.asarray(theirs(hidden, reverse=True))
    found = ours(hidden, reverse=True)
    assert found.dtype == str(expected.dtype)
    tolerance = 1e-2 if arguments.get("reverse_dtype") else 1e-5
    np.testing.assert_allclose(found.numpy(), expected, rtol=tolerance, atol=tolerance)
    assert ours(cornu.Input((3, 4)), reverse=True).shape == (None, 3, 5)


def test_first_values_of_the_table():
    for given in (WEIGHTS, [WEIGHTS]):
        layer = layers.Embedding(5, 4, weights=given, input_length=3)
        np.testing.assert_array_equal(layer([[1, 4]]).numpy()[0], WEIGHTS[[1, 4]])
    with pytest.raises(ValueError, match=r"shape \(4, 5\)"):
        layers.Embedding(5, 4, weights=WEIGHTS.T)


def test_rows_that_do_not_occur_stay(rng):
    """Plain descent moves only the rows that were looked up, and repeated ones add up."""
    model = cornu.Sequential([layers.Embedding(6, 2), layers.GlobalAveragePooling1D()])
    model.compile(cornu.optimizers.SGD(1.0), "mse")
    x = np.array([[1, 1, 4, 4]])
    model.build((None, 4))
    before = model.layers[0].get_weights()[0]
    model.fit(x, np.ones((1, 2), "float32"), verbose=0)
    moved = model.layers[0].get_weights()[0] - before
    assert not moved[[0, 2, 3, 5]].any()
    assert moved[[1, 4]].all()
    mean = before[[1, 1, 4, 4]].mean(0)
    np.testing.assert_allclose(moved[1], (1 - mean) / 2, rtol=1e-5)


@pytest.mark.keras
@pytest.mark.parametrize("optimizer", ["Adam", "RMSprop", "Adagrad"])
def test_training_follows_keras(quick_keras, rng, optimizer):
    tokens = rng.integers(0, 20, (16, 5))
    targets = rng.normal(size=(16, 1)).astype("float32")
    history = []
    for module in (quick_keras, cornu):
        module.utils.set_random_seed(3)
        model = module.Sequential(
            [
                module.layers.Embedding(20, 3, mask_zero=True),
                module.layers.GlobalAveragePooling1D(),
                module.layers.Dense(1),
            ]
        )
        model.compile(getattr(module.optimizers, optimizer)(0.05), "mse")
        history.append(
            model.fit(tokens, targets, batch_size=8, epochs=4, verbose=0).history["loss"]
        )
    np.testing.assert_allclose(history[1], history[0], rtol=1e-4)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("equation", "arguments", "shape"),
    [
        ("ab,bc->ac", {"output_shape": 3, "bias_axes": "c"}, (4,)),
        ("abc,cd->abd", {"output_shape": (None, 3), "bias_axes": "d"}, (2, 4)),
        ("abc,cde->abde", {"output_shape": (2, 3, 5), "bias_axes": "de"}, (2, 4)),
        ("abc,bcd->abd", {"output_shape": (2, 3), "bias_axes": "bd"}, (2, 4)),
        ("...x,xy->...y", {"output_shape": 3, "activation": "tanh"}, (2, 2, 4)),
        ("...x,xyz->...yz", {"output_shape": (3, 2), "bias_axes": "y"}, (2, 4)),
        ("ab...,bc->ac...", {"output_shape": 3, "bias_axes": "c"}, (4, 2, 5)),
        ("abc,ce->abe", {"output_shape": (None, 3), "lora_rank": 2}, (2, 4)),
        (
            "abc,cd->abd",
            {"output_shape": (None, 3), "kernel_regularizer": "l2", "kernel_constraint": "non_neg"},
            (2, 4),
        ),
    ],
)
def test_einsum_dense(keras, rng, equation, arguments, shape):
    x = rng.normal(size=(3, *shape)).astype("float32")
    theirs, ours = _pair(keras, "EinsumDense", {"equation": equation, **arguments}, x, rng)
    np.testing.assert_allclose(ours(x).numpy(), np.asarray(theirs(x)), rtol=1e-5, atol=1e-5)
    assert ours(cornu.Input(shape)).shape == theirs(keras.Input(shape)).shape
    mine, real = (json.loads(json.dumps(one.get_config())) for one in (ours, theirs))
    assert _plain(mine) == _plain(real)
    again = layers.deserialize(layers.serialize(ours))
    assert [w.shape for w in again.weights] == [w.shape for w in ours.weights]
    fresh = []
    for module in (keras, cornu):  # the fans are those of the equation
        module.utils.set_random_seed(5)
        settings = {**arguments, "lora_rank": None}
        fresh.append(module.layers.EinsumDense(equation, **settings))
        fresh[-1].build(x.shape)
    np.testing.assert_allclose(
        fresh[1].get_weights()[0], fresh[0].get_weights()[0], rtol=1e-5, atol=1e-7
    )


def test_einsum_dense_with_heads_has_derivatives(rng):
    layer = layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de")
    x = ops.convert_to_tensor(rng.normal(size=(2, 4, 5)).astype("float32"))
    with cornu.GradientTape() as tape:
        tape.watch(x)
        loss = ops.sum(ops.square(layer(x)))
    by_input, by_kernel, by_bias = tape.gradient(loss, [x, *layer.trainable_variables])
    out = layer(x).numpy()
    kernel = layer.kernel.numpy()
    np.testing.assert_allclose(
        by_input.numpy(), 2 * np.einsum("abde,cde->abc", out, kernel), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(
        by_kernel.numpy(), 2 * np.einsum("abde,abc->cde", out, x.numpy()), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(by_bias.numpy(), 2 * out.sum((0, 1)), rtol=1e-4, atol=1e-5)


def test_low_rank_fine_tuning(rng):
    """The big weight stays, the small ones learn, and files hold the sum."""
    layer = layers.Embedding(6, 4)
    layer.build()
    before = layer.get_weights()[0]
    layer.enable_lora(2, lora_alpha=1)
    assert [w.name for w in layer.trainable_weights] == ["lora_embeddings_a", "lora_embeddings_b"]
    np.testing.assert_array_equal(layer([[1, 2]]).numpy()[0], before[[1, 2]])
    a, b = layer.lora_embeddings_a, layer.lora_embeddings_b
    b.assign(rng.normal(size=(2, 4)).astype("float32"))
    whole = before + 0.5 * a.numpy() @ b.numpy()
    np.testing.assert_allclose(layer([[3]]).numpy()[0, 0], whole[3], rtol=1e-5)
    store = {}
    layer.save_own_variables(store)
    np.testing.assert_allclose(np.asarray(store["0"]), whole, rtol=1e-5)
    assert list(store) == ["0"]
    layer.load_own_variables(store)
    np.testing.assert_allclose(layer([[3]]).numpy()[0, 0], whole[3], rtol=1e-5)
    assert not b.numpy().any()
    with pytest.raises(ValueError, match="has low-rank weights already"):
        layer.enable_lora(2)
    with pytest.raises(ValueError, match="is not built"):
        layers.Embedding(6, 4).enable_lora(2)
    constrained = layers.EinsumDense("ab,bc->ac", output_shape=3, kernel_constraint="non_neg")
    constrained.build((None, 2))
    with pytest.raises(ValueError, match="has a kernel_constraint"):
        constrained.enable_lora(2)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: layers.Embedding(0, 3), "input_dim must be a positive int"),
        (lambda: layers.Embedding(3, 2.5), "output_dim must be a positive int"),
        (lambda: layers.Embedding(3, 2, mask=1), "unknown argument 'mask'"),
        (lambda: layers.Embedding(3, 2).embeddings, "no `embeddings` yet"),
    ],
)
def test_bad_settings(make, text):
    with pytest.raises((ValueError, AttributeError), match=text):
        make()


@pytest.mark.parametrize(
    ("equation", "output_shape", "bias_axes", "text"),
    [
        ("ab,bc", 3, None, "expected an equation of the form"),
        ("abc,cd->ad", (3, 4), None, "do not fit together"),
        ("abc,cd->abd", (5, 3), None, "axis 'b' .* has size 2 in inputs"),
        ("abc,cd->abe", (2, 3), None, "axis 'e' of the outputs"),
        ("abc,czd->abd", (2, 3), None, "axis 'z' of the kernel"),
        ("abc,cd->abd", (2, 3), "z", "axis 'z' of bias_axes"),
        ("abcd,cd->ab", (2,), None, "does not describe inputs of shape"),
    ],
)
def test_bad_equations(equation, output_shape, bias_axes, text):
    layer = layers.EinsumDense(equation, output_shape=output_shape, bias_axes=bias_axes)
    with pytest.raises(ValueError, match=text):
        layer(np.ones((1, 2, 4), "float32"))
