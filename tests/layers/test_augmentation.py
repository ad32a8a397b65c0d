"""Layers that change images do with one seed what Keras's do, and train inside compiled models."""

from __future__ import annotations

import json

import numpy as np
import pytest

import cornu
from cornu import layers

RANDOM = [
    ("RandomFlip", {}),
    ("RandomFlip", {"mode": "horizontal"}),
    ("RandomRotation", {"factor": 0.2}),
    ("RandomRotation", {"factor": (-0.1, 0.3), "fill_mode": "constant", "fill_value": 0.5}),
    ("RandomZoom", {"height_factor": 0.3}),
    ("RandomZoom", {"height_factor": (-0.2, 0.1), "width_factor": 0.4, "fill_mode": "nearest"}),
    ("RandomTranslation", {"height_factor": 0.2, "width_factor": 0.3, "fill_mode": "wrap"}),
    ("RandomShear", {"x_factor": 0.3, "y_factor": 0.1}),
    ("RandomCrop", {"height": 4, "width": 3}),
    ("RandomContrast", {"factor": 0.4, "value_range": (0, 1)}),
    ("RandomBrightness", {"factor": 0.4, "value_range": (0, 1)}),
    ("RandomGrayscale", {"factor": 0.5}),
    ("RandomErasing", {"factor": 0.8, "fill_value": 0.3, "value_range": (0, 1)}),
    ("RandomGaussianBlur", {"factor": 0.8, "value_range": (0, 1)}),
]
FIXED = [
    ("Resizing", {"height": 4, "width": 9}),
    ("Resizing", {"height": 3, "width": 3, "interpolation": "bicubic", "antialias": True}),
    ("Resizing", {"height": 4, "width": 4, "crop_to_aspect_ratio": True}),
    (
        "Resizing",
        {"height": 4, "width": 4, "pad_to_aspect_ratio": True, "interpolation": "nearest"},
    ),
    ("CenterCrop", {"height": 4, "width": 3}),
    ("CenterCrop", {"height": 12, "width": 9}),
    ("AutoContrast", {"value_range": (0, 1)}),
]


@pytest.fixture
def images(rng):
    return rng.uniform(size=(6, 8, 7, 3)).astype("float32")


@pytest.mark.parametrize(("name", "arguments"), RANDOM, ids=str)
def test_random_layers_follow_keras(quick_keras, images, name, arguments):
    theirs = getattr(quick_keras.layers, name)(**arguments, seed=7)
    ours = getattr(layers, name)(**arguments, seed=7)
    for data in (images, images, images[0]):  # the seed moves on
        expected = np.asarray(theirs(data, training=True))
        np.testing.assert_allclose(ours(data, training=True), expected, atol=2e-5)
    if name != "RandomCrop":  # Keras leaves images whole, in a shape it does not promise
        np.testing.assert_array_equal(ours(images, training=False), images)
    assert ours.compute_output_shape((None, 8, 7, 3)) == theirs.compute_output_shape(
        (None, 8, 7, 3)
    )


@pytest.mark.parametrize(("name", "arguments"), FIXED, ids=str)
def test_fixed_layers_equal_keras(quick_keras, images, name, arguments):
    theirs, ours = (
        getattr(quick_keras.layers, name)(**arguments),
        getattr(layers, name)(**arguments),
    )
    for data in (images, images[0]):
        if name == "AutoContrast" and data.ndim == 3:
            continue
        np.testing.assert_allclose(ours(data), np.asarray(theirs(data)), atol=2e-5)
    if name == "Resizing":
        whole = (images * 255).astype("uint8")
        assert ours(whole).dtype == "uint8"
        np.testing.assert_allclose(ours(whole), np.asarray(theirs(whole)), atol=1)


@pytest.mark.parametrize(("name", "arguments"), RANDOM + FIXED, ids=str)
def test_configs(keras, name, arguments):
    theirs = json.loads(json.dumps(getattr(keras.layers, name)(name="x", **arguments).get_config()))
    layer = getattr(layers, name)(name="x", **arguments)
    ours = json.loads(json.dumps(layer.get_config()))
    if name == "RandomCrop":  # Keras draws a seed where none is given
        theirs["seed"] = None
    assert ours == theirs
    again = layers.deserialize(layers.serialize(layer))
    assert json.loads(json.dumps(again.get_config())) == ours
    assert getattr(layers, name).from_config(theirs).name == "x"


def test_channels_first(images):
    turned = images.transpose(0, 3, 1, 2)
    for name, arguments in (("RandomFlip", {}), ("RandomRotation", {"factor": 0.2})):
        one = getattr(layers, name)(**arguments, seed=3)(images, training=True).numpy()
        layer = getattr(layers, name)(**arguments, seed=3, data_format="channels_first")
        other = layer(turned, training=True).numpy()
        np.testing.assert_allclose(other.transpose(0, 2, 3, 1), one, atol=1e-6)


def test_masks_change_with_their_images(images):
    mask = (images[..., :1] > 0.5).astype("int32")
    layer = layers.RandomFlip(seed=1)
    result = layer({"images": images, "segmentation_masks": mask, "labels": np.arange(6)})
    changed = (result["images"].numpy()[..., :1] > 0.5).astype("int32")
    np.testing.assert_array_equal(result["segmentation_masks"], changed)
    np.testing.assert_array_equal(result["labels"], np.arange(6))


def test_elastic_displacements():
    """Pixels move by the strength that was asked for, and neighbours move together."""
    column = np.broadcast_to(np.arange(64.0, dtype="float32")[:, None], (64, 64))
    image = np.stack([column, column.T], axis=-1)[None]
    moved = cornu.ops.image.elastic_transform(image, 6.0, 4.0, fill_mode="nearest", seed=5).numpy()
    down, right = np.moveaxis((moved - image)[0, 12:-12, 12:-12], -1, 0)
    # White noise of deviation sigma, blurred, has deviation 1 / (2 sqrt(pi)).
    for field in (down, right):
        assert 0.5 < field.std() / (6.0 / (2 * np.sqrt(np.pi))) < 1.5
        assert np.corrcoef(field[1:].ravel(), field[:-1].ravel())[0, 1] > 0.9
    assert abs(np.corrcoef(down.ravel(), right.ravel())[0, 1]) < 0.6


def test_elastic_layer_spares_those_not_chosen(images):
    layer = layers.RandomElasticTransform(factor=(0.5, 0.5), value_range=(0, 1), seed=2)
    many = np.repeat(images[:1], 200, axis=0)
    changed = np.any(layer(many, training=True).numpy() != many, axis=(1, 2, 3)).mean()
    assert 0.3 < changed < 0.7


def test_deformed_afresh_each_epoch_inside_a_compiled_model(images):
    cornu.utils.set_random_seed(1)
    model = cornu.Sequential(
        [
            cornu.Input((8, 7, 3)),
            layers.RandomFlip(),
            layers.RandomRotation(0.05),
            layers.RandomZoom(0.1),
            layers.RandomElasticTransform(scale=0.5, value_range=(0, 1)),
            layers.RandomCrop(6, 6),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    history = model.fit(images, np.zeros(6), epochs=3, batch_size=2, verbose=0)
    assert len(set(history.history["loss"])) == 3
    np.testing.assert_allclose(model.predict(images), model(images, training=False), atol=1e-5)
    assert np.isfinite(model.get_weights()[0]).all()


def test_pipeline(tmp_path, images):
    pipeline = layers.Pipeline([layers.Rescaling(2.0), layers.CenterCrop(4, 4)])
    np.testing.assert_allclose(pipeline(images), images[:, 2:6, 1:5] * 2.0, rtol=1e-6)
    model = cornu.Sequential([cornu.Input((8, 7, 3)), pipeline, layers.Flatten(), layers.Dense(1)])
    model.save(tmp_path / "m.keras")
    again = cornu.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.predict(images), model.predict(images))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: layers.RandomFlip("left"), ValueError, "mode is one of"),
        (lambda: layers.RandomRotation(2.0), ValueError, "from -1.0 to 1.0.*got 2.0"),
        (lambda: layers.RandomZoom(0.1, fill_mode="zero"), NotImplementedError, "fill_mode is one"),
        (lambda: layers.RandomContrast(0.1, value_range=3), ValueError, "value_range"),
        (lambda: layers.RandomFlip()(np.ones((4, 4))), ValueError, r"got shape \(4, 4\)"),
    ],
)
def test_mistakes_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
