"""tf.image and tf.io: values by hand, as in pipelines, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

import cornu.tf as tf
from cornu.tf.train import BytesList, Example, Feature, Features, FloatList, Int64List

Invalid = tf.errors.InvalidArgumentError
RNG = np.random.RandomState(0)
BYTES = RNG.randint(0, 256, (6, 5, 3)).astype(np.uint8)
FLOATS = RNG.rand(6, 5, 3).astype(np.float32)


def test_geometry():
    image = tf.constant(BYTES)
    np.testing.assert_array_equal(tf.image.flip_left_right(image), BYTES[:, ::-1])
    np.testing.assert_array_equal(tf.image.flip_up_down(image), BYTES[::-1])
    for turns in range(4):
        np.testing.assert_array_equal(tf.image.rot90(image, turns), np.rot90(BYTES, turns))
    np.testing.assert_array_equal(tf.image.central_crop(image, 0.5), BYTES[1:5, 1:4])
    np.testing.assert_array_equal(tf.image.crop_to_bounding_box(image, 1, 2, 3, 2), BYTES[1:4, 2:4])
    padded = tf.image.resize_with_crop_or_pad(image, 4, 9).numpy()
    np.testing.assert_array_equal(padded[:, 2:7], BYTES[1:5])
    assert not padded[:, :2].any()
    for call in (
        lambda: tf.image.crop_to_bounding_box(image, 4, 0, 3, 2),
        lambda: tf.image.flip_left_right([1.0]),
        lambda: tf.image.resize(image, (3,)),
        lambda: tf.image.resize(image, (2, 2), method="linear"),
        lambda: tf.image.random_crop(image, (7, 2, 3)),
    ):
        with pytest.raises(Invalid):
            call()


def test_resizing():
    image = tf.constant(BYTES)
    assert tf.image.resize(image, (3, 4)).dtype == tf.float32
    assert tf.image.resize(image, (3, 4), "nearest").dtype == tf.uint8
    assert tf.image.resize(image[tf.newaxis], [12, 20], preserve_aspect_ratio=True).shape == (
        1,
        12,
        10,
        3,
    )
    halves = tf.image.resize(image[:, :4], (3, 2), tf.image.ResizeMethod.AREA)
    np.testing.assert_allclose(halves, BYTES[:, :4].reshape(3, 2, 2, 2, 3).mean((1, 3)), rtol=1e-5)


def test_colours():
    np.testing.assert_allclose(tf.image.hsv_to_rgb(tf.image.rgb_to_hsv(FLOATS)), FLOATS, atol=1e-5)
    np.testing.assert_allclose(tf.image.adjust_hue(FLOATS, 1.0), FLOATS, atol=1e-5)
    np.testing.assert_allclose(tf.image.adjust_saturation(FLOATS, 1.0), FLOATS, atol=1e-5)
    mean = FLOATS.mean((0, 1))
    np.testing.assert_allclose(
        tf.image.adjust_contrast(FLOATS, 2.0), (FLOATS - mean) * 2 + mean, atol=1e-5
    )
    bright = tf.image.adjust_brightness(tf.constant(BYTES), 0.5).numpy()
    assert bright.dtype == np.uint8
    assert bright[BYTES > 130].min() == 255
    scaled = tf.image.per_image_standardization(BYTES).numpy()
    assert abs(scaled.mean()) < 1e-5
    assert scaled.std() == pytest.approx(1, abs=1e-4)
    whole = tf.image.convert_image_dtype(tf.image.convert_image_dtype(BYTES, tf.float32), tf.uint8)
    np.testing.assert_array_equal(whole, BYTES)


def test_random_changes_in_a_pipeline_differ_by_element_and_repeat_by_seed():
    def augmented(image):
        image = tf.image.random_flip_left_right(image)
        image = tf.image.random_brightness(image, 0.3)
        return tf.image.random_crop(image, (4, 4, 3))

    def run():
        tf.random.set_seed(3)
        data = tf.data.Dataset.from_tensors(FLOATS).repeat(6).map(augmented)
        return np.stack(list(data.as_numpy_iterator()))

    first = run()
    assert first.shape == (6, 4, 4, 3)
    assert len(np.unique(first.reshape(6, -1), axis=0)) == 6
    np.testing.assert_array_equal(first, run())


def test_files_of_images_in_a_pipeline(tmp_path):
    pytest.importorskip("PIL")
    for number in range(3):
        tf.io.write_file(
            str(tmp_path / f"{number}.png"), tf.io.encode_png(BYTES + np.uint8(number))
        )

    def load(path):
        image = tf.image.decode_png(tf.io.read_file(path), channels=3)
        return tf.image.resize(tf.image.convert_image_dtype(image, tf.float32), [3, 3])

    files = tf.data.Dataset.list_files(str(tmp_path / "*.png"), shuffle=False)
    images = next(iter(files.map(load, num_parallel_calls=tf.data.AUTOTUNE).batch(3)))
    assert images.shape == (3, 3, 3, 3)
    assert tf.io.decode_jpeg(tf.io.encode_jpeg(BYTES)).shape == BYTES.shape
    with pytest.raises(ValueError, match="no image"):
        tf.io.decode_image("not an image")
    with pytest.raises(tf.errors.NotFoundError):
        tf.io.read_file(str(tmp_path / "none.png"))


def test_records_of_examples(tmp_path):
    path = str(tmp_path / "a.tfrecord")
    with tf.io.TFRecordWriter(path) as writer:
        for number in range(3):
            feature = {
                "x": Feature(float_list=FloatList(value=[number, 0.5])),
                "y": Feature(int64_list=Int64List(value=[number])),
                "name": Feature(bytes_list=BytesList(value=[b"n%d\x00" % number])),
                "words": Feature(int64_list=Int64List(value=range(number))),
            }
            writer.write(Example(features=Features(feature=feature)).SerializeToString())
    specs = {
        "x": tf.io.FixedLenFeature([2], tf.float32),
        "y": tf.io.FixedLenFeature([], tf.int64, default_value=0),
        "name": tf.io.FixedLenFeature([], tf.string),
        "words": tf.io.FixedLenSequenceFeature([], tf.int64, allow_missing=True),
    }
    records = tf.data.TFRecordDataset([path])
    rows = [tf.io.parse_single_example(record, specs) for record in records]
    assert [row["name"].numpy() for row in rows] == [b"n0\x00", b"n1\x00", b"n2\x00"]
    batch = next(iter(records.batch(3).map(lambda r: tf.io.parse_example(r, specs))))
    assert batch["x"].numpy().tolist() == [[0, 0.5], [1, 0.5], [2, 0.5]]
    assert batch["words"].numpy().tolist() == [[0, 0], [0, 0], [0, 1]]
    for wrong, message in (
        ({"z": tf.io.FixedLenFeature([], tf.int64)}, "required"),
        ({"x": tf.io.FixedLenFeature([3], tf.float32)}, "Values size: 2"),
        ({"x": tf.io.FixedLenFeature([2], tf.int64)}, "Data types"),
    ):
        with pytest.raises(Invalid, match=message):
            tf.io.parse_single_example(next(iter(records)), wrong)
    with pytest.raises(NotImplementedError, match="FixedLenSequenceFeature"):
        tf.io.VarLenFeature(tf.int64)


def test_lines_of_csv(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('age,name,fare\n22,"Braund, Mr.",7.25\n,Cumings,71.2\n')
    lines = tf.data.TextLineDataset(str(path)).skip(1)
    rows = [tf.io.decode_csv(line, [0, tf.string, 0.0]) for line in lines]
    assert [row[0].numpy() for row in rows] == [22, 0]
    assert rows[0][1].numpy() == b"Braund, Mr."
    with pytest.raises(Invalid, match="Expect 2 fields but have 3"):
        tf.io.decode_csv("1,2,3", [0, 0])
    with pytest.raises(Invalid, match="not a valid int32"):
        tf.io.decode_csv("x", [0])
    data = tf.data.experimental.make_csv_dataset(
        str(path), 2, label_name="fare", num_epochs=1, shuffle=False, na_value="?"
    )
    features, label = next(iter(data))
    assert features["age"].dtype == tf.int32
    assert label.numpy().tolist() == pytest.approx([7.25, 71.2])
    endless = tf.data.experimental.make_csv_dataset(str(path), 1, select_columns=["age"])
    assert tf.data.experimental.cardinality(endless) == tf.data.INFINITE_CARDINALITY
    with pytest.raises(Invalid, match="one of the columns"):
        tf.data.experimental.make_csv_dataset(str(path), 1, label_name="price")
    path.write_text("a,b\n1,2\n3\n")
    with pytest.raises(ValueError, match="line 3 has 1 fields"):
        tf.data.experimental.make_csv_dataset(str(path), 1)


def test_tensors_as_messages():
    message = tf.io.serialize_tensor(tf.constant([[1, 2]], tf.int64))
    assert tf.io.parse_tensor(message, tf.int64).numpy().tolist() == [[1, 2]]
    with pytest.raises(Invalid, match="Type mismatch"):
        tf.io.parse_tensor(message, tf.float32)
    with pytest.raises(Invalid, match="Could not parse"):
        tf.io.parse_tensor("garbage", tf.int64)
    assert tf.io.decode_raw(tf.constant(b"\x01\x00\x02\x00"), tf.int16).numpy().tolist() == [1, 2]


def test_files_and_folders(tmp_path):
    folder = str(tmp_path / "a" / "b")
    tf.io.gfile.makedirs(folder)
    tf.io.write_file(folder + "/x.txt", "text")
    assert tf.io.gfile.listdir(folder) == ["x.txt"]
    with tf.io.gfile.GFile(folder + "/x.txt") as stream:
        assert stream.read() == "text"
    with pytest.raises(tf.errors.AlreadyExistsError):
        tf.io.gfile.mkdir(folder)
    with pytest.raises(tf.errors.NotFoundError):
        tf.io.gfile.remove(folder + "/y.txt")
