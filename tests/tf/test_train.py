"""Checkpoints: what is saved comes back, also into objects that get their variables later."""

from __future__ import annotations

import os

import h5py
import numpy as np
import pytest

import cornu.tf as tf


class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = tf.keras.layers.Dense(3, activation="relu")
        self.outer = tf.keras.layers.Dense(1)

    def call(self, inputs):
        return self.outer(self.inner(inputs))


X = np.linspace(-1, 1, 24, dtype="float32").reshape(12, 2)
Y = X[:, :1] * 2


def parts():
    net, optimizer = Net(), tf.keras.optimizers.Adam(0.05)
    return net, optimizer, tf.train.Checkpoint(step=tf.Variable(0), optimizer=optimizer, net=net)


def train(net, optimizer, checkpoint, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((net(X) - Y) ** 2)
        gradients = tape.gradient(loss, net.trainable_variables)
        optimizer.apply_gradients(zip(gradients, net.trainable_variables))
        checkpoint.step.assign_add(1)
        losses.append(float(loss))
    return losses


def test_training_goes_on_where_it_stopped(tmp_path):
    """A new program restores before its layers have weights, and its optimizer slots."""
    net, optimizer, checkpoint = parts()
    train(net, optimizer, checkpoint, 3)
    path = checkpoint.save(tmp_path / "ckpt")
    expected = train(net, optimizer, checkpoint, 3)

    net, optimizer, checkpoint = parts()
    status = checkpoint.restore(path)
    assert int(checkpoint.step) == 3
    with pytest.raises(AssertionError, match="no variables yet"):
        status.assert_consumed()
    assert train(net, optimizer, checkpoint, 3) == pytest.approx(expected, rel=1e-6)
    status.assert_consumed()
    assert int(optimizer.iterations.numpy()) == 6
    assert os.path.basename(checkpoint.save(tmp_path / "ckpt")) == "ckpt-2"


def test_restoring_into_built_objects(tmp_path):
    net, optimizer, checkpoint = parts()
    train(net, optimizer, checkpoint, 2)
    before = [weight.numpy() for weight in net.weights]
    path = checkpoint.write(tmp_path / "now")
    train(net, optimizer, checkpoint, 2)
    checkpoint.read(path).assert_consumed()
    for weight, value in zip(net.weights, before):
        np.testing.assert_array_equal(weight, value)


def test_modules_lists_and_shared_objects(tmp_path):
    class Pair(tf.Module):
        def __init__(self):
            super().__init__()
            self.a = tf.Variable([1.0, 2.0])
            self.more = [tf.Variable(3.0), {"x": tf.Variable(4.0)}]
            self.again = self.a

    pair = Pair()
    checkpoint = tf.train.Checkpoint(pair)
    path = checkpoint.save(tmp_path / "pair")
    names = dict(tf.train.list_variables(path))
    assert names["root/a/0"] == [2]
    assert len(names) == 4  # three variables and the counter
    for variable in pair.variables:
        variable.assign(variable * 0.0)
    pair.more[0].assign(0.0)
    checkpoint.restore(path).assert_consumed()
    assert [float(v) for v in (pair.more[0], pair.more[1]["x"])] == [3.0, 4.0]
    assert tf.train.load_checkpoint(path).get_tensor("root/a/0").tolist() == [1.0, 2.0]


def test_manager_keeps_the_latest(tmp_path):
    checkpoint = tf.train.Checkpoint(v=tf.Variable(0.0))
    manager = tf.train.CheckpointManager(checkpoint, tmp_path / "kept", max_to_keep=2)
    assert manager.restore_or_initialize() is None
    for number in range(4):
        checkpoint.v.assign(float(number))
        manager.save()
    assert [os.path.basename(path) for path in manager.checkpoints] == ["ckpt-3", "ckpt-4"]
    files = {file.name for file in (tmp_path / "kept").iterdir()}
    assert files == {"checkpoint", "ckpt-3.checkpoint.h5", "ckpt-4.checkpoint.h5"}
    assert manager.latest_checkpoint == tf.train.latest_checkpoint(tmp_path / "kept")

    again = tf.train.Checkpoint(v=tf.Variable(9.0))
    later = tf.train.CheckpointManager(again, tmp_path / "kept", max_to_keep=2)
    assert later.restore_or_initialize() == manager.latest_checkpoint
    assert float(again.v) == 3.0
    assert os.path.basename(later.save()) == "ckpt-5"


def test_manager_waits_for_steps(tmp_path):
    step = tf.Variable(0, dtype=tf.int64)
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(step=step), tmp_path, 5, step_counter=step, checkpoint_interval=2
    )
    saved = []
    for _ in range(5):
        saved.append(manager.save() is not None)
        step.assign_add(1)
    assert saved == [True, False, True, False, True]


def test_latest_weights_of_a_model(tmp_path):
    """The folder of a ModelCheckpoint, whose newest file goes into load_weights."""
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    name = str(tmp_path / "cp-{epoch:04d}.ckpt")
    callback = tf.keras.callbacks.ModelCheckpoint(name, save_weights_only=True)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[callback])
    latest = tf.train.latest_checkpoint(tmp_path)
    assert os.path.basename(latest) == "cp-0002.ckpt"
    model.load_weights(latest)
    assert tf.train.latest_checkpoint(tmp_path / "nothing") is None


def test_what_does_not_fit_changes_nothing(tmp_path):
    path = tf.train.Checkpoint(a=tf.Variable(1.0), b=tf.Variable([1.0, 2.0])).save(tmp_path / "c")
    other = tf.train.Checkpoint(a=tf.Variable(5.0), b=tf.Variable([1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match=r"b has a variable of shape \(3,\)"):
        other.restore(path)
    assert float(other.a) == 5.0
    part = tf.train.Checkpoint(a=tf.Variable(5.0), c=tf.Variable(0.0))
    status = part.restore(path)
    assert float(part.a) == 1.0
    with pytest.raises(AssertionError, match="nothing takes these values: b"):
        status.assert_consumed()
    with pytest.raises(AssertionError, match="no values for these: c"):
        status.assert_existing_objects_matched()
    assert status.expect_partial() is status


def test_missing_and_damaged_files(tmp_path):
    checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
    with pytest.raises(tf.errors.NotFoundError, match="latest_checkpoint"):
        checkpoint.restore(tmp_path / "none-1")
    path = checkpoint.save(tmp_path / "c")
    file = tmp_path / "c-1.checkpoint.h5"
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(ValueError, match="damaged"):
        checkpoint.restore(path)
    with h5py.File(file, "w") as broken:
        broken.create_group("v")["0"] = h5py.ExternalLink("/etc/hostname", "x")
    with pytest.raises(ValueError, match="link"):
        checkpoint.restore(path)
    assert float(checkpoint.v) == 1.0
    checkpoint.restore(None)
