"""Modules and models in folders: functions come back as graphs, and files are not believed."""

from __future__ import annotations

import json

import numpy as np
import pytest

import cornu.tf as tf


class Layered(tf.Module):
    def __init__(self):
        super().__init__()
        self.weight = tf.Variable(np.arange(6, dtype="float32").reshape(3, 2), name="weight")
        self.inner = [tf.Variable([1.0, -1.0])]
        self.calls = tf.Variable(0, trainable=False)

    @tf.function(input_signature=[tf.TensorSpec([2, 3], tf.float32)])
    def __call__(self, x):
        self.calls.assign_add(1)
        return tf.nn.relu(x @ self.weight + self.inner[0])

    @tf.function
    def scaled(self, x, factor=2.0, flag=False):
        return {"y": x * factor, "sum": tf.reduce_sum(x)} if flag else x * factor

    @tf.function
    def repeated(self, count):
        return tf.while_loop(lambda i, s: i < count, lambda i, s: (i + 1, s * 2), (0, 1))[1]


def saved(tmp_path, **keywords):
    module = Layered()
    x = tf.constant(np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3))
    module.scaled(tf.constant([1.0, 2.0]))
    module.scaled(tf.constant([1.0, 2.0]), 3.0, flag=True)
    module.repeated(tf.constant(3))
    tf.saved_model.save(module, tmp_path / "module", **keywords)
    return module, x, tf.saved_model.load(tmp_path / "module")


def test_functions_and_variables_come_back(tmp_path):
    module, x, loaded = saved(tmp_path)
    np.testing.assert_array_equal(loaded(x), module(x))
    np.testing.assert_array_equal(loaded.weight, module.weight)
    assert loaded.scaled(tf.constant([3.0, 4.0])).numpy().tolist() == [6.0, 8.0]
    both = loaded.scaled(tf.constant([3.0, 4.0]), 3.0, flag=True)
    assert both["y"].numpy().tolist() == [9.0, 12.0]
    assert float(both["sum"]) == 7.0
    assert int(loaded.repeated(tf.constant(5))) == 32
    assert len(loaded.trainable_variables) == 2
    loaded.weight.assign(loaded.weight * 0.0)
    np.testing.assert_array_equal(loaded(x), [[1.0, 0.0]] * 2)
    assert int(loaded.calls) == 2
    with pytest.raises(ValueError, match="was saved for these kinds"):
        loaded.scaled(tf.constant([1.0, 2.0, 3.0]))


def test_signatures(tmp_path):
    module = Layered()
    signature = module.scaled.get_concrete_function(tf.TensorSpec([2], tf.float32, name="x"))
    tf.saved_model.save(module, tmp_path / "module", signatures=signature)
    serve = tf.saved_model.load(tmp_path / "module").signatures["serving_default"]
    assert serve(x=tf.constant([1.0, 2.0]))["output_0"].numpy().tolist() == [2.0, 4.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="takes x"):
        serve(y=tf.constant([1.0, 2.0]))


def test_keras_models(tmp_path):
    model = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,), name="out")])
    model.compile("sgd", "mse")
    tf.saved_model.save(model, tmp_path / "model")
    loaded = tf.saved_model.load(tmp_path / "model")
    x = np.ones((1, 3), "float32")
    np.testing.assert_array_equal(loaded(x), model(x))
    np.testing.assert_array_equal(loaded.signatures["serving_default"](x)["out"], model(x))
    assert isinstance(tf.keras.models.load_model(tmp_path / "model"), tf.keras.Model)


def test_convolutions_and_random_numbers(tmp_path):
    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.net = tf.keras.Sequential(
                [
                    tf.keras.layers.Conv2D(2, 3, input_shape=(6, 6, 1), activation="relu"),
                    tf.keras.layers.MaxPooling2D(),
                    tf.keras.layers.Flatten(),
                ]
            )

        @tf.function
        def __call__(self, x):
            return self.net(x)

        @tf.function
        def noise(self):
            return tf.random.normal((4,))

    net = Net()
    x = tf.constant(np.random.rand(2, 6, 6, 1).astype("float32"))
    expected = net(x)
    net.noise()
    tf.saved_model.save(net, tmp_path / "net")
    loaded = tf.saved_model.load(tmp_path / "net")
    np.testing.assert_array_equal(loaded(x), expected)
    assert not np.array_equal(loaded.noise(), loaded.noise())


def test_nothing_is_overwritten_or_saved_empty(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("words")
    with pytest.raises(FileExistsError, match="no saved model"):
        tf.saved_model.save(Layered(), tmp_path / "mine")
    with pytest.raises(ValueError, match="nothing to save"):
        tf.saved_model.save(tf.Module(), tmp_path / "empty")
    assert not (tmp_path / "empty").exists()
    with pytest.raises(tf.errors.NotFoundError):
        tf.saved_model.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d["functions"]["__call__"]["traces"][0]["graph"]["nodes"][0].__setitem__(
            0, "os.system"
        ),
        lambda d: d["functions"]["__call__"]["traces"][0]["graph"]["nodes"][0][1].append(999),
        lambda d: d["functions"]["__call__"]["traces"][0]["graph"]["inputs"][0][1].__setitem__(
            0, 10**9
        ),
        lambda d: d["functions"]["__call__"]["traces"][0]["graph"]["outputs"].append(12345),
        lambda d: d["functions"]["__call__"]["traces"][0]["graph"]["writes"].append([99, 0]),
        lambda d: d["variables"].append(["float32", True]),
        lambda d: d["attributes"].append(["weight", 77]),
        lambda d: d.pop("functions"),
        lambda d: d["functions"]["__call__"]["traces"][0].__setitem__(
            "result", {"place": 0, "value": 1}
        ),
    ],
)
def test_damaged_descriptions_are_refused(tmp_path, damage):
    """Whatever a file says, it runs primitives of cornu on arrays that fit them, or nothing."""
    saved(tmp_path)
    file = tmp_path / "module" / "saved_module.json"
    description = json.loads(file.read_text())
    damage(description)
    file.write_text(json.dumps(description))
    with pytest.raises(ValueError, match="Cannot read"):
        tf.saved_model.load(tmp_path / "module")
