"""ImageDataGenerator makes with one seed the batches that Keras's old one makes."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu.preprocessing.image import ImageDataGenerator

pytest.importorskip("PIL")

SETTINGS = [
    {},
    {"rescale": 1 / 255, "horizontal_flip": True, "vertical_flip": True},
    {"rotation_range": 30, "fill_mode": "nearest"},
    {"width_shift_range": 0.2, "height_shift_range": 0.3, "fill_mode": "reflect"},
    {"width_shift_range": 3, "height_shift_range": [1, 2]},
    {"shear_range": 20, "zoom_range": 0.3},
    {"zoom_range": [0.5, 0.8], "rotation_range": 10, "horizontal_flip": True},
    {"channel_shift_range": 30.0, "brightness_range": (0.5, 1.5)},
    {"samplewise_center": True, "samplewise_std_normalization": True},
    {"featurewise_center": True, "featurewise_std_normalization": True},
]


@pytest.fixture(scope="module")
def legacy(keras):
    pytest.importorskip("scipy")
    return pytest.importorskip("keras._tf_keras.keras.preprocessing.image")


@pytest.fixture
def images(rng):
    return rng.uniform(1, 255, size=(10, 8, 6, 3)).astype("float32")


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_batches_equal_keras(legacy, images, settings):
    ours, theirs = ImageDataGenerator(**settings), legacy.ImageDataGenerator(**settings)
    fits = any("featurewise" in name for name in settings)
    if fits:
        ours.fit(images)
        theirs.fit(images)
    labels = np.arange(10)
    flows = [one.flow(images, labels, batch_size=4, seed=5) for one in (ours, theirs)]
    assert len(flows[0]) == len(flows[1]) == 3
    for _ in range(5):  # beyond the first pass
        (x, y), (x_expected, y_expected) = next(flows[0]), next(flows[1])
        np.testing.assert_array_equal(y, y_expected)
        np.testing.assert_allclose(x, x_expected, rtol=1e-3, atol=2e-3)
        assert x.dtype == x_expected.dtype


def test_whitening(rng):
    small = rng.normal(size=(500, 3, 2, 1)) @ np.ones((1, 1))
    small[:, 0] += 3 * small[:, 1]
    generator = ImageDataGenerator(zca_whitening=True)
    generator.fit(small)
    x = next(generator.flow(small, batch_size=500)).reshape(500, -1)
    np.testing.assert_allclose(x.T @ x / 500, np.eye(6), atol=1e-2)


def test_order_by_number_and_subsets(legacy, images):
    for subset in ("training", "validation"):
        flows = [
            kind(validation_split=0.3).flow(images, batch_size=3, seed=1, subset=subset)
            for kind in (ImageDataGenerator, legacy.ImageDataGenerator)
        ]
        assert len(flows[0]) == len(flows[1])
        for number in range(len(flows[0])):
            np.testing.assert_array_equal(flows[0][number], flows[1][number])


@pytest.fixture
def folder(tmp_path, images):
    for place, image in enumerate(images):
        path = tmp_path / ("cats" if place % 2 else "dogs")
        path.mkdir(exist_ok=True)
        cornu.preprocessing.image.save_img(path / f"{place}.png", image)
    (tmp_path / "cats" / "notes.txt").write_text("no image")
    return tmp_path


@pytest.mark.parametrize("mode", ["categorical", "binary", "sparse", "input", None])
def test_flow_from_directory(legacy, folder, mode, capsys):
    arguments = {"target_size": (5, 4), "class_mode": mode, "batch_size": 4, "seed": 3}
    ours = ImageDataGenerator(horizontal_flip=True).flow_from_directory(str(folder), **arguments)
    assert "Found 10 images belonging to 2 classes." in capsys.readouterr().out
    theirs = legacy.ImageDataGenerator(horizontal_flip=True).flow_from_directory(
        str(folder), **arguments
    )
    assert ours.class_indices == theirs.class_indices
    assert ours.filenames == theirs.filenames
    np.testing.assert_array_equal(ours.classes, theirs.classes)
    for one, other in ((next(ours), next(theirs)), (ours[1], theirs[1])):
        for part, expected in zip(*((x if mode else (x,)) for x in (one, other)), strict=True):
            np.testing.assert_allclose(part, expected)


@pytest.mark.filterwarnings("ignore:Found 1 invalid image")
def test_flow_from_dataframe(legacy, folder):
    pandas = pytest.importorskip("pandas")
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.png"))
    frame = pandas.DataFrame({"filename": [*names, "none.png"], "class": ["b", "a"] * 5 + ["a"]})
    frame["value"] = np.arange(11.0)
    arguments = {"target_size": (5, 4), "batch_size": 10, "shuffle": False}
    one, other = (
        kind().flow_from_dataframe(frame, str(folder), **arguments)
        for kind in (ImageDataGenerator, legacy.ImageDataGenerator)
    )
    for part, expected in zip(next(one), next(other), strict=True):
        np.testing.assert_allclose(part, expected)
    raw = ImageDataGenerator().flow_from_dataframe(
        frame, str(folder), y_col="value", class_mode="raw", **arguments
    )
    assert next(raw)[1].tolist() == list(range(10))


def test_trains(images):
    model = cornu.Sequential([cornu.layers.Flatten(), cornu.layers.Dense(1)])
    model.compile("sgd", "mse")
    generator = ImageDataGenerator(rescale=1 / 255, rotation_range=10)
    flow = generator.flow(images, np.zeros(10), batch_size=4)
    history = model.fit(flow, epochs=2, validation_data=flow, verbose=0)
    assert len(history.history["val_loss"]) == 2
    assert model.predict(generator.flow(images, batch_size=4, shuffle=False)).shape == (10, 1)


def test_changed_images_are_written(images, tmp_path):
    flow = ImageDataGenerator().flow(images, batch_size=5, save_to_dir=str(tmp_path))
    next(flow), next(flow), next(flow)
    assert len(list(tmp_path.iterdir())) == 15


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x: ImageDataGenerator().flow(x[0]), "rank 4"),
        (lambda x: ImageDataGenerator().flow(x, np.zeros(3)), "10 images, but y has 3"),
        (lambda x: ImageDataGenerator().flow(x, subset="test"), "'training' or 'validation'"),
        (lambda x: ImageDataGenerator().flow(x, subset="training"), "validation_split=..."),
        (lambda x: ImageDataGenerator(zoom_range=[1]), "zoom_range is a pair"),
        (lambda x: ImageDataGenerator(validation_split=2), "between 0 and 1"),
        (lambda x: ImageDataGenerator().flow_from_directory("none"), "no folder 'none'"),
        (lambda x: ImageDataGenerator().fit(x[0]), "rank 4"),
    ],
)
def test_mistakes_are_named(images, make, message):
    with pytest.raises(ValueError, match=message):
        make(images)


def test_empty_folder(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(ValueError, match="holds no images"):
        ImageDataGenerator().flow_from_directory(tmp_path)


def test_forgotten_fit_is_told(images):
    generator = ImageDataGenerator(featurewise_center=True)
    with pytest.warns(UserWarning, match=r"Call fit\(images\) first"):
        next(generator.flow(images))
