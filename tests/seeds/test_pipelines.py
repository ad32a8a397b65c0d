"""tf.data: pipelines given to training, evaluation and prediction (rows 19, 275, 327, 328)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu.tf as tf


def model():
    made = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


def listed(dataset):
    return [element.tolist() for element in dataset.as_numpy_iterator()]


def test_row_019_data_api():
    data = tf.data.Dataset.range(10).filter(lambda n: n % 2 == 0).map(lambda n: n * n).batch(2)
    assert listed(data) == [[0, 4], [16, 36], [64]]
    assert data.element_spec.dtype == tf.int64


def test_row_275_validation_data_from_a_dataset(line):
    x, y = line
    made = model()
    held_out = tf.data.Dataset.from_tensor_slices((x[:8], y[:8])).batch(4)
    history = made.fit(x, y, validation_data=held_out, verbose=0).history
    expected = made.evaluate(x[:8], y[:8], verbose=0)
    assert history["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    with pytest.raises(ValueError, match="validation_split"):
        made.fit(held_out, validation_split=0.2, verbose=0)


def test_row_327_fit_evaluate_and_predict_with_datasets(line):
    x, y = line
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
    one, other = model(), model()
    for made in (one, other):
        made.build((None, 1))
    other.set_weights(one.get_weights())
    one.fit(data, epochs=2, verbose=0)
    other.fit(x, y, shuffle=False, epochs=2, verbose=0)
    np.testing.assert_allclose(one.get_weights()[0], other.get_weights()[0], rtol=1e-6)
    assert one.evaluate(data, verbose=0) == pytest.approx(one.evaluate(x, y, verbose=0), rel=1e-5)
    inputs = tf.data.Dataset.from_tensor_slices(x).batch(10)
    np.testing.assert_allclose(
        one.predict(inputs, verbose=0), one.predict(x, verbose=0), rtol=1e-5, atol=1e-6
    )


def test_row_328_loading_and_preprocessing(tmp_path):
    """Lines of a file, split into numbers, scaled, mixed, cut into batches, read ahead."""
    path = tmp_path / "table.csv"
    path.write_text("a,b,label\n" + "".join(f"{i},{2 * i},{i % 2}\n" for i in range(8)))
    rows = tf.data.experimental.CsvDataset(str(path), [0.0, 0.0, 0], header=True)
    data = (
        rows.map(lambda a, b, label: (tf.stack([a, b]) / 14.0, label))
        .shuffle(8, seed=1)
        .batch(4)
        .prefetch(tf.data.AUTOTUNE)
    )
    batches = list(data.as_numpy_iterator())
    assert [features.shape for features, _ in batches] == [(4, 2), (4, 2)]
    seen = np.concatenate([features for features, _ in batches])
    assert sorted(np.round(seen[:, 1] * 7, 4).tolist()) == list(range(8))
    assert seen[:, 1].tolist() != sorted(seen[:, 1].tolist())
    assert int(rows.reduce(0, lambda count, *row: count + 1)) == 8
