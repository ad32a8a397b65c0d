"""Images and texts in folders: Keras's order, labels and sizes; errors that name the file."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu.core.errors import InvalidFileError
from cornu.data import resizing

pytest.importorskip("PIL")


@pytest.fixture
def folder(tmp_path):
    rng = np.random.RandomState(0)
    for name, count in (("cats", 7), ("dogs", 5)):
        for number in range(count):
            pixels = rng.randint(0, 256, (9 + number, 12, 3))
            keras.utils.save_img(tmp_path / name / f"{number}.png", pixels, scale=False)
    (tmp_path / "cats" / "notes.txt").write_text("no image")
    return tmp_path


def load(folder, **keywords):
    return tf.keras.utils.image_dataset_from_directory(folder, image_size=(6, 8), **keywords)


def test_images_have_labels_by_their_folder(folder, capsys):
    dataset = load(folder, shuffle=False, batch_size=5)
    assert capsys.readouterr().out == "Found 12 files belonging to 2 classes.\n"
    assert dataset.class_names == ["cats", "dogs"]
    assert dataset.element_spec[0] == tf.TensorSpec((None, 6, 8, 3), tf.float32)
    images, labels = next(iter(dataset))
    assert images.shape == (5, 6, 8, 3)
    assert labels.dtype == tf.int32
    assert np.concatenate([y.numpy() for _, y in dataset]).tolist() == [0] * 7 + [1] * 5
    first = np.asarray(keras.utils.load_img(folder / "cats" / "0.png"), np.float32)
    assert images.numpy()[0].mean() == pytest.approx(first.mean(), rel=0.1)


def test_parts_do_not_overlap_and_are_keras_own(folder):
    keywords = {"validation_split": 0.25, "seed": 123}
    train = load(folder, subset="training", **keywords)
    test = load(folder, subset="validation", **keywords)
    assert (len(train.file_paths), len(test.file_paths)) == (9, 3)
    assert not set(train.file_paths) & set(test.file_paths)
    order = sorted(train.file_paths + test.file_paths)
    np.random.RandomState(123).shuffle(order)
    assert train.file_paths + test.file_paths == order
    both = load(folder, subset="both", **keywords)
    assert [part.file_paths for part in both] == [train.file_paths, test.file_paths]


@pytest.mark.parametrize(
    ("mode", "expected"), [("binary", [[0.0], [1.0]]), ("categorical", [[1.0, 0.0], [0.0, 1.0]])]
)
def test_kinds_of_labels(folder, mode, expected):
    dataset = load(folder, label_mode=mode, shuffle=False, batch_size=12, verbose=False)
    labels = next(iter(dataset))[1].numpy()
    assert labels[[0, -1]].tolist() == expected


def test_without_labels_and_in_grey(folder):
    dataset = load(folder, labels=None, color_mode="grayscale", batch_size=None, verbose=False)
    assert next(iter(dataset)).shape == (6, 8, 1)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"validation_split": 0.2}, "subset"),
        ({"validation_split": 0.2, "subset": "training"}, "seed"),
        ({"class_names": ["cats", "cows"]}, "cows"),
        ({"label_mode": "words"}, "label_mode"),
        ({"color_mode": "red"}, "color_mode"),
        ({"interpolation": "bilinaer"}, "Did you mean 'bilinear'"),
        ({"labels": [0, 1]}, "2 labels, 12 files"),
    ],
)
def test_wrong_arguments(folder, keywords, message):
    with pytest.raises(ValueError, match=message):
        load(folder, verbose=False, **keywords)


def test_empty_and_missing_folders_are_named(tmp_path):
    with pytest.raises(ValueError, match="No images found in directory"):
        load(tmp_path, verbose=False)
    with pytest.raises(NotADirectoryError, match="nowhere"):
        load(tmp_path / "nowhere")


def test_a_damaged_image_is_named(folder):
    (folder / "dogs" / "bad.jpg").write_bytes(b"\xff\xd8 not really")
    with pytest.raises(InvalidFileError, match=r"bad\.jpg"):
        list(load(folder, verbose=False))


def test_training_from_a_folder(folder):
    model = keras.Sequential(
        [keras.Input((6, 8, 3)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten(), keras.layers.Dense(1, activation="sigmoid")]
    )  # fmt: skip
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    data = load(folder, label_mode="binary", batch_size=4, verbose=False)
    history = model.fit(
        data.cache().prefetch(tf.data.AUTOTUNE), validation_data=data, epochs=2, verbose=0
    )
    assert len(history.history["val_loss"]) == 2


@pytest.mark.parametrize("method", resizing.METHODS)
def test_resizing_keeps_constants_and_sizes(method):
    image = np.full((7, 5, 3), 3.0, np.float32)
    for size in ((14, 10), (3, 2), (7, 5)):
        np.testing.assert_allclose(resizing.resized(image, *size, method), np.full((*size, 3), 3.0), rtol=1e-5)  # fmt: skip


def test_resizing_by_hand():
    row = np.array([0.0, 4.0, 8.0, 12.0], np.float32).reshape(1, 4, 1)
    assert resizing.resized(row, 1, 2, "bilinear").ravel().tolist() == [2.0, 10.0]
    assert resizing.resized(row, 1, 2, "area").ravel().tolist() == [2.0, 10.0]
    assert resizing.resized(row, 1, 2, "nearest").ravel().tolist() == [4.0, 12.0]
    assert resizing.resized(row, 1, 8, "bilinear").ravel().tolist() == [0, 1, 3, 5, 7, 9, 11, 12]


def test_pixels_survive_a_file(tmp_path):
    pixels = np.random.RandomState(1).randint(0, 256, (5, 4, 3)).astype(np.uint8)
    keras.utils.save_img(tmp_path / "a.png", pixels, scale=False)
    image = keras.utils.load_img(tmp_path / "a.png")
    np.testing.assert_array_equal(keras.utils.img_to_array(image), pixels)
    assert keras.utils.img_to_array(image).dtype == np.float32
    assert keras.utils.load_img(
        tmp_path / "a.png", color_mode="grayscale", target_size=(2, 3)
    ).size == (3, 2)
    with pytest.raises(ValueError, match="three axes"):
        keras.utils.array_to_img(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="no kind of image file"):
        keras.utils.save_img(tmp_path / "a.xyz", pixels)
    with pytest.raises(FileNotFoundError):
        keras.utils.load_img(tmp_path / "b.png")


def test_texts_in_folders(tmp_path):
    for name in ("neg", "pos"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.txt").write_text(f"{name} ü")
    made = keras.utils.text_dataset_from_directory(tmp_path, shuffle=False, verbose=False)
    words, labels = next(iter(made))
    assert words.numpy().tolist() == ["neg ü", "pos ü"]
    assert labels.numpy().tolist() == [0, 1]
    of_tf = tf.keras.preprocessing.text_dataset_from_directory(
        tmp_path, shuffle=False, verbose=False
    )
    assert next(iter(of_tf))[0].numpy()[0].decode() == "neg ü"


def test_windows_of_a_series():
    data, targets = np.arange(20), np.arange(20) * 10
    made = keras.utils.timeseries_dataset_from_array(
        data, targets, 3, sequence_stride=4, sampling_rate=2, batch_size=2, start_index=1
    )
    x, y = next(made.as_numpy_iterator())
    assert x.tolist() == [[1, 3, 5], [5, 7, 9]]
    assert y.tolist() == [10, 50]
    with pytest.raises(ValueError, match="sequence_stride"):
        keras.utils.timeseries_dataset_from_array(data, None, 3, sequence_stride=0)


def test_split_dataset():
    left, right = keras.utils.split_dataset(
        (np.arange(10), np.arange(10)), right_size=3, shuffle=True, seed=1
    )
    rows = [int(a) for a, b in left] + [int(a) for a, b in right]
    assert (len(left), len(right)) == (7, 3)
    assert sorted(rows) == list(range(10))
    with pytest.raises(ValueError, match="cannot be split|lie"):
        keras.utils.split_dataset(np.arange(3), left_size=3)


@pytest.mark.parametrize("workers", [1, 2])
def test_batches_of_a_users_class(workers):
    ends = []

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return np.full((4, 2), index, np.float32), np.zeros((4, 1))

        def on_epoch_end(self):
            ends.append(1)

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(Batches(workers=workers), epochs=2, verbose=0)
    assert len(ends) == 2
    assert model.predict(Batches(workers=workers)).shape == (12, 1)
