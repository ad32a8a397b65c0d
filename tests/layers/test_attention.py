"""Attention layers give what Keras gives from equal weights: values, derivatives, masks, shapes."""

from __future__ import annotations

import json

import numpy as np
import pytest

import cornu
from cornu import layers, ops

# (class, arguments, shapes of query, value and key without batch, arguments of the call)
TWO = [(3, 4), (5, 4)]
THREE = [(3, 4), (5, 6), (5, 4)]
CASES = [
    ("Attention", {}, TWO, {}),
    ("Attention", {"use_scale": True}, THREE, {"return_attention_scores": True}),
    ("Attention", {"score_mode": "concat"}, TWO, {"use_causal_mask": True}),
    ("Attention", {"score_mode": "concat", "use_scale": True}, TWO, {"mask": (1, 1)}),
    ("Attention", {}, TWO, {"mask": (0, 1), "use_causal_mask": True}),
    ("Attention", {"dropout": 0.4, "seed": 3}, TWO, {"training": True, "mask": (1, 0)}),
    ("AdditiveAttention", {}, TWO, {"return_attention_scores": True}),
    ("AdditiveAttention", {"use_scale": False}, THREE, {"mask": (1, 1), "use_causal_mask": True}),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, TWO, {}),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "use_bias": False}, THREE, {}),
    (
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3, "value_dim": 5, "output_shape": 7},
        THREE,
        {"return_attention_scores": True},
    ),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, TWO, {"use_causal_mask": True}),
    (
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3, "sliding_window": 2},
        [(5, 4), (5, 4)],
        {"use_causal_mask": True, "return_attention_scores": True},
    ),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, TWO, {"attention_mask": (3, 5)}),
    (
        "MultiHeadAttention",
        {"num_heads": 1, "key_dim": 2},
        TWO,
        {"attention_mask": (3, 5), "return_attention_scores": True, "use_causal_mask": True},
    ),
    (
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3, "dropout": 0.5, "seed": 4},
        TWO,
        {"training": True, "use_causal_mask": True},
    ),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "use_gate": True}, TWO, {}),
    (
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3, "attention_axes": (1, 2), "output_shape": (2, 3)},
        [(2, 3, 4), (3, 2, 4)],
        {"return_attention_scores": True},
    ),
    (
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3, "attention_axes": 2},
        [(2, 3, 4), (2, 5, 4)],
        {},
    ),
    (
        "MultiHeadAttention",
        {
            "num_heads": 2,
            "key_dim": 3,
            "kernel_regularizer": "l2",
            "activity_regularizer": {
                "module": "keras.regularizers",
                "class_name": "L1",
                "config": {"l1": 0.5},
                "registered_name": None,
            },
            "bias_constraint": "non_neg",
        },
        TWO,
        {},
    ),
    (
        "GroupQueryAttention",
        {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
        TWO,
        {},
    ),
    (
        "GroupQueryAttention",
        {"head_dim": 3, "num_query_heads": 2, "num_key_value_heads": 1, "use_gate": True},
        [(3, 4), (5, 4), (5, 6)],
        {"return_attention_scores": True, "use_causal_mask": True},
    ),
    (
        "GroupQueryAttention",
        {
            "head_dim": 3,
            "num_query_heads": 2,
            "num_key_value_heads": 2,
            "use_bias": False,
            "sliding_window": 2,
        },
        TWO,
        {"attention_mask": (3, 5)},
    ),
]
NAMES = [f"{name}-{place}" for place, (name, *_) in enumerate(CASES)]


def _data(rng, shapes):
    return [rng.normal(size=(2, *shape)).astype("float32") for shape in shapes]


def _mask(rng, shape):
    mask = rng.random(shape) < 0.6
    mask[..., 0] = True  # every target sees something
    return mask


def _call(name, layer, tensors, keywords):
    if name.endswith("Attention") and name in ("Attention", "AdditiveAttention"):
        return layer(tensors, **keywords)
    return layer(*tensors[:2], key=tensors[2] if len(tensors) > 2 else None, **keywords)


def _keywords(rng, name, tensors, keywords):
    keywords = dict(keywords)
    if "attention_mask" in keywords:
        keywords["attention_mask"] = _mask(rng, (2, *keywords["attention_mask"]))
    if "mask" in keywords:
        keywords["mask"] = [
            _mask(rng, tensor.shape[:2]) if wanted else None
            for wanted, tensor in zip(keywords["mask"], tensors, strict=False)
        ]
    return keywords


def _fill(layer, rng):
    for weight in layer.weights:
        weight.assign(rng.uniform(-1.0, 1.0, weight.shape).astype("float32"))


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments", "shapes", "keywords"), CASES, ids=NAMES)
def test_values_and_derivatives(quick_keras, rng, name, arguments, shapes, keywords):
    jax = pytest.importorskip("jax")
    tensors = _data(rng, shapes)
    keywords = _keywords(rng, name, tensors, keywords)
    theirs, ours = (getattr(m.layers, name)(**arguments) for m in (quick_keras, cornu))
    _call(name, theirs, [quick_keras.Input(shape) for shape in shapes], {})
    _call(name, ours, tensors, keywords)
    assert [w.path.split("/")[1:] for w in ours.weights] == [
        w.path.split("/")[1:] for w in theirs.weights
    ]
    _fill(theirs, rng)
    ours.set_weights([np.asarray(w) for w in theirs.weights])
    frozen = [v.value for v in theirs.non_trainable_variables]
    for mine, real in zip(
        ours.non_trainable_variables, theirs.non_trainable_variables, strict=True
    ):
        mine.assign(np.asarray(real))  # the same dropout

    def total(trainable, inputs):
        outputs, _, losses = theirs.stateless_call(
            trainable, frozen, *_positional(name, inputs), return_losses=True, **keywords
        )
        first = outputs[0] if isinstance(outputs, tuple) else outputs
        return (first * flow).sum() + sum(losses), outputs

    flow = rng.uniform(0.5, 1.5, _first(_call(name, ours, tensors, keywords)).shape)
    flow = flow.astype("float32")
    start = [v.value for v in theirs.trainable_variables]
    oracle = jax.jit(jax.value_and_grad(total, argnums=(0, 1), has_aux=True))
    (_, expected), (by_weight, by_input) = oracle(start, tensors)

    images = [ops.convert_to_tensor(x) for x in tensors]
    with cornu.GradientTape() as tape:
        for image in images:
            tape.watch(image)
        for mine, real in zip(ours.non_trainable_variables, frozen, strict=True):
            mine.assign(np.asarray(real))
        out = _call(name, ours, images, keywords)
        loss = ops.sum(_first(out) * flow)
        for added in ours.losses:
            loss = loss + added
    for mine, real in zip(_list(out), _list(expected), strict=True):
        assert mine.dtype == str(real.dtype)
        np.testing.assert_allclose(mine.numpy(), real, rtol=2e-5, atol=5e-6)
    flows = tape.gradient(loss, [*images, *ours.trainable_variables])
    for mine, real in zip(flows, [*by_input, *by_weight], strict=True):
        np.testing.assert_allclose(mine.numpy(), real, rtol=1e-4, atol=2e-5)


def _positional(name, inputs):
    if name in ("Attention", "AdditiveAttention"):
        return (inputs,)
    return tuple(inputs)


def _first(out):
    return out[0] if isinstance(out, tuple) else out


def _list(out):
    return list(out) if isinstance(out, tuple) else [out]


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments", "shapes", "keywords"), CASES, ids=NAMES)
def test_shapes_and_configs(keras, name, arguments, shapes, keywords):
    """Open sizes stay open; configs are Keras's, and each side reads the other's."""
    settings = {
        key: value
        for key, value in keywords.items()
        if key not in ("mask", "attention_mask", "training")
    }

    def results(module, sizes):
        layer = getattr(module.layers, name)(name="x", **arguments)
        out = _call(name, layer, [module.Input(shape) for shape in sizes], settings)
        return layer, [(tuple(one.shape), one.dtype) for one in _list(out)]

    ours, found = results(cornu, shapes)
    theirs, expected = results(keras, shapes)
    if "return_attention_scores" in settings and name == "MultiHeadAttention":
        # Keras takes the number of targets for that of sources.
        found, expected = found[:1], expected[:1]
    assert found == expected
    if "attention_axes" not in arguments:
        open_sizes = [(None, *shape[1:]) for shape in shapes]
        assert results(cornu, open_sizes)[1][0] == results(keras, open_sizes)[1][0]
    mine = json.loads(json.dumps(ours.get_config()))
    real = json.loads(json.dumps(theirs.get_config()))
    assert _plain(mine) == _plain(real)
    again = layers.deserialize(layers.serialize(ours))
    assert json.dumps(again.get_config()) == json.dumps(ours.get_config())
    assert [w.shape for w in again.weights] == [w.shape for w in ours.weights]
    assert getattr(layers, name).from_config(real).name == "x"
    assert getattr(keras.layers, name).from_config(mine).name == "x"
    assert layers.serialize(ours)["class_name"] == name


def _plain(value):
    """A config without the settings that say nothing, of whatever version."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.keras
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "use_gate": True, "dropout": 0.1}),
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "kernel_initializer": "he_normal"}),
        (
            "GroupQueryAttention",
            {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2, "dropout": 0.1},
        ),
    ],
)
def test_seeded_initial_weights(keras, name, arguments):
    results = []
    for module in (keras, cornu):
        module.utils.set_random_seed(5)
        layer = getattr(module.layers, name)(**arguments)
        layer.build((None, 3, 4), (None, 3, 4))
        results.append(layer)
    theirs, ours = results
    for mine, real in zip(ours.variables, theirs.variables, strict=True):
        np.testing.assert_allclose(mine.numpy(), np.asarray(real), rtol=1e-5, atol=1e-7)


@pytest.mark.keras
@pytest.mark.parametrize("scores", [False, True])
def test_padding_masks_reach_attention(keras, rng, scores):
    """Masks of embedded padding are found on the tensors, and the query's goes on."""
    tokens = np.array([[3, 1, 0, 0], [2, 2, 2, 0]])
    others = np.array([[1, 0, 0], [1, 2, 0]])

    def model(module):
        table = module.layers.Embedding(4, 3, mask_zero=True, name="table")
        attention = module.layers.MultiHeadAttention(2, 3, name="attention")
        x, y = table(tokens), table(others)
        out = attention(x, y, return_attention_scores=scores)
        return table, attention, out

    theirs, ours = model(keras), model(cornu)
    for mine, real in zip(ours[:2], theirs[:2], strict=True):
        _fill(real, rng)
        mine.set_weights([np.asarray(w) for w in real.weights])

    def again(module, parts):
        x, y = parts[0](tokens), parts[0](others)
        return _list(parts[1](x, y, return_attention_scores=scores))

    found, expected = again(cornu, ours), again(keras, theirs)
    for mine, real in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine.numpy(), np.asarray(real), rtol=2e-5, atol=2e-6)
    np.testing.assert_array_equal(found[0]._keras_mask.numpy(), tokens != 0)
    np.testing.assert_array_equal(np.asarray(expected[0]._keras_mask), tokens != 0)


def test_masked_sources_have_no_influence(rng):
    x = rng.normal(size=(2, 4, 6)).astype("float32")
    mask = np.array([[True, True, False, False], [True, True, True, False]])
    for layer in (layers.MultiHeadAttention(2, 3), layers.GroupedQueryAttention(3, 4, 2)):
        first = layer(x, x, value_mask=mask).numpy()
        changed = np.where(mask[..., None], x, 1e3).astype("float32")
        second = layer(x, changed, value_mask=mask).numpy()
        np.testing.assert_allclose(first, second, rtol=1e-5, atol=1e-6)
    single = layers.Attention()
    first = single([x, x], mask=[None, mask]).numpy()
    np.testing.assert_allclose(first, single([x, changed], mask=[None, mask]).numpy(), rtol=1e-5)
    assert not single([x, x], mask=[mask, None]).numpy()[~mask].any()


def test_causal_targets_do_not_see_later_sources(rng):
    x = rng.normal(size=(1, 5, 4)).astype("float32")
    later = x.copy()
    later[:, 3:] = 7.0
    layer = layers.MultiHeadAttention(2, 3)
    first = layer(x, x, use_causal_mask=True).numpy()
    second = layer(later, later, use_causal_mask=True).numpy()
    np.testing.assert_allclose(first[:, :3], second[:, :3], rtol=1e-5, atol=1e-6)
    assert np.abs(first[:, 3:] - second[:, 3:]).max() > 1e-3
    _, scores = layer(x, x, use_causal_mask=True, return_attention_scores=True)
    assert not np.triu(scores.numpy(), 1).any()


def test_own_attention_in_a_subclass(rng):
    """`_compute_attention` may be replaced, and gets the merged mask."""
    seen = {}

    class Uniform(layers.MultiHeadAttention):
        def _compute_attention(self, query, key, value, attention_mask=None, *others, **named):
            seen["mask"] = attention_mask.numpy()
            return ops.broadcast_to(ops.mean(value, axis=1, keepdims=True), query.shape), None

    x = rng.normal(size=(1, 3, 4)).astype("float32")
    out = Uniform(2, 3)(x, x, use_causal_mask=True).numpy()
    np.testing.assert_allclose(out[:, 0], out[:, 1], rtol=1e-6)
    np.testing.assert_array_equal(seen["mask"][0], np.tri(3, dtype=bool))


@pytest.mark.keras
@pytest.mark.parametrize(
    ("groups", "keywords"),
    [
        (4, {}),
        (2, {"is_causal": True, "scale": 0.3}),
        (1, {"bias": (1, 4, 3, 5)}),
        (4, {"mask": (2, 1, 3, 5), "is_causal": True}),
    ],
)
def test_dot_product_attention(keras, rng, groups, keywords):
    query = rng.normal(size=(2, 3, 4, 6)).astype("float32")
    key, value = (rng.normal(size=(2, 5, groups, 6)).astype("float32") for _ in range(2))
    keywords = dict(keywords)
    if "bias" in keywords:
        keywords["bias"] = rng.normal(size=keywords["bias"]).astype("float32")
    if "mask" in keywords:
        keywords["mask"] = rng.random(keywords["mask"]) < 0.5
    expected = keras.ops.dot_product_attention(query, key, value, **keywords)
    found = ops.dot_product_attention(query, key, value, **keywords)
    np.testing.assert_allclose(found.numpy(), np.asarray(expected), rtol=2e-5, atol=2e-6)
    half = ops.dot_product_attention(*(ops.cast(x, "float16") for x in (query, key, value)))
    assert half.dtype == "float16"


def test_second_derivatives(rng):
    """Hessian times vector of the attention function against differences of its gradient."""
    x, v = (rng.normal(size=(1, 3, 2, 2)) for _ in range(2))

    def gradient(x, direction=None):
        x = ops.convert_to_tensor(x, dtype="float64")
        with cornu.GradientTape() as outer:
            outer.watch(x)
            with cornu.GradientTape() as inner:
                inner.watch(x)
                out = ops.dot_product_attention(x, ops.sin(x), x * x, is_causal=True)
                loss = ops.sum(out * out)
            first = inner.gradient(loss, x)
            total = ops.sum(first * (0.0 if direction is None else direction))
        return first.numpy(), outer.gradient(total, x).numpy()

    _, found = gradient(x, v)
    step = 1e-5
    expected = (gradient(x + step * v)[0] - gradient(x - step * v)[0]) / (2 * step)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.keras
def test_encoder_block_trains_as_in_keras(quick_keras, rng):
    """Losses of a small transformer with padding follow Keras on JAX step by step."""
    tokens = rng.integers(1, 9, (12, 6)).astype("int32")
    tokens[:4, 4:] = 0
    labels = (tokens.sum(1) % 2).astype("float32")

    def model(module):
        module.utils.set_random_seed(7)
        inputs = module.Input((6,), dtype="int32")
        x = module.layers.Embedding(10, 8, mask_zero=True)(inputs)
        attended = module.layers.MultiHeadAttention(2, 4)(x, x)
        x = module.layers.LayerNormalization()(module.layers.Add()([x, attended]))
        hidden = module.layers.Dense(8)(module.layers.Dense(12, activation="gelu")(x))
        x = module.layers.LayerNormalization()(module.layers.Add()([x, hidden]))
        x = module.layers.GlobalAveragePooling1D()(x)
        outputs = module.layers.Dense(1, activation="sigmoid")(x)
        built = module.Model(inputs, outputs)
        built.compile(module.optimizers.Adam(0.01), "binary_crossentropy")
        return built

    history = []
    for module in (quick_keras, cornu):
        built = model(module)
        module.utils.set_random_seed(8)
        history.append(built.fit(tokens, labels, batch_size=6, epochs=6, verbose=0).history["loss"])
    np.testing.assert_allclose(history[1], history[0], rtol=1e-4)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: layers.Attention(score_mode="sum"), "score_mode is 'dot' or 'concat'"),
        (lambda: layers.Attention(dropout=1.5), "dropout is a number from 0 to 1"),
        (lambda: layers.MultiHeadAttention(0, 3), "num_heads must be a positive int"),
        (lambda: layers.MultiHeadAttention(2, 3.5), "key_dim must be a positive int"),
        (lambda: layers.MultiHeadAttention(2, 3, value_dim=-1), "value_dim must be a positive int"),
        (lambda: layers.MultiHeadAttention(2, 3, sliding_window=0), "sliding_window must be None"),
        (lambda: layers.MultiHeadAttention(2, 3, attention_axes="a"), "attention_axes is an int"),
        (lambda: layers.MultiHeadAttention(2, 3, output_shape="a"), "output_shape is an int"),
        (
            lambda: layers.MultiHeadAttention(2, 3, dropout=0.1, flash_attention=True),
            "flash_attention=True keeps no scores",
        ),
        (lambda: layers.GroupedQueryAttention(3, 4, 3), "must be a multiple"),
    ],
)
def test_bad_settings(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_bad_inputs():
    x = np.ones((1, 3, 4), "float32")
    with pytest.raises(ValueError, match="called on a list of tensors"):
        layers.Attention()(x)
    with pytest.raises(ValueError, match=r"called on a list of tensors.*got 1 inputs"):
        layers.Attention()([x])
    with pytest.raises(ValueError, match="mask is a list like the inputs"):
        layers.Attention()([x, x], mask=np.ones((1, 3), bool))
    with pytest.raises(ValueError, match="value and key must agree"):
        layers.MultiHeadAttention(1, 2)(x, x, key=np.ones((1, 2, 4), "float32"))
    with pytest.raises(ValueError, match="flash_attention=True keeps no scores"):
        layers.MultiHeadAttention(1, 2, flash_attention=True)(x, x, return_attention_scores=True)
    with pytest.raises(ValueError, match="dot_product_attention: expected a query of shape"):
        ops.dot_product_attention(x, x, x)
    with pytest.raises(ValueError, match="a soft cap"):
        ops.dot_product_attention(x, x, x, attn_logits_soft_cap=1.0)


def test_flash_setting():
    assert cornu.config.is_flash_attention_enabled() is None
    cornu.config.disable_flash_attention()
    assert cornu.config.is_flash_attention_enabled() is False
    cornu.config.enable_flash_attention()
