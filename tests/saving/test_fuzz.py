"""Files that are cut off, damaged or made to hurt: an error that says so, and nothing else.

Whatever bytes a file has, reading it ends soon with a model or with a ValueError (InvalidFileError
is one; a TypeError where a config does not fit its class); it runs no code, and takes no more memory than the file can stand for.
"""

from __future__ import annotations

import contextlib
import io
import json
import warnings
import zipfile

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cornu as keras

FUZZ = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Files(dict):
    def __repr__(self):  # not their bytes: hypothesis shows the arguments of a failure
        return "the files"


def make_model():
    inputs = keras.Input((3,))
    x = keras.layers.Dense(2, activation="relu")(inputs)
    model = keras.Model(inputs, keras.layers.Add()([x, keras.layers.Dense(2)(inputs)]))
    model.compile("sgd", "mse")
    return model


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    model = make_model()
    model.save(folder / "m.keras")
    model.save(folder / "m.h5")
    model.save_weights(folder / "m.weights.h5")
    return Files({path.name: path.read_bytes() for path in folder.iterdir()})


def read(path):
    """Returns what kind of error reading a file ends with; None without one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if path.name.endswith(".weights.h5"):
                make_model().load_weights(path)
            else:
                keras.saving.load_model(path)
        except (ValueError, TypeError) as error:
            return type(error)
    return None


NAMES = ["m.keras", "m.h5", "m.weights.h5"]


@pytest.mark.parametrize("name", NAMES)
@FUZZ
@given(share=st.floats(0, 0.999))
def test_cut_off(files, tmp_path, name, share):
    path = tmp_path / name
    path.write_bytes(files[name][: int(share * len(files[name]))])
    assert read(path) is not None


@pytest.mark.parametrize("name", NAMES)
@FUZZ
@given(
    flips=st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=6),
    start=st.booleans(),
)
def test_damaged(files, tmp_path, name, flips, start):
    data = bytearray(files[name])
    reach = min(len(data), 4096) if start else len(data)  # most of what has meaning comes first
    for place, value in flips:
        data[int(place * reach)] = value
    path = tmp_path / name
    path.write_bytes(bytes(data))
    read(path)


# -- configs -------------------------------------------------------------------------------

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=5),
    st.lists(st.integers(-3, 3), max_size=3), st.just({}), st.just([[[[]]]]),
    st.just({"class_name": "__lambda__", "config": {"code": "x"}}),
    st.just({"module": "os", "class_name": "function", "config": "system"}),
    st.just({"module": "builtins", "class_name": "function", "config": "eval"}),
    st.just({"class_name": "Dense", "config": {"units": 10**12}}),
)  # fmt: skip


def places(value, path=()):
    """Yields the paths of everything inside a config."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from places(item, (*path, key))


@FUZZ
@given(data=st.data())
def test_configs_with_something_else_in_them(files, tmp_path, data):
    with zipfile.ZipFile(io.BytesIO(files["m.keras"])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    path = data.draw(st.sampled_from(list(places(config))))
    inside = config
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = data.draw(ODD)
    parts["config.json"] = json.dumps(config).encode()
    target = tmp_path / "m.keras"
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(ValueError, TypeError):
            keras.saving.load_model(target)


# -- hostile files -------------------------------------------------------------------------


def test_an_array_of_petabytes_is_not_read(files, tmp_path):
    path = tmp_path / "m.weights.h5"
    path.write_bytes(files["m.weights.h5"])
    with h5py.File(path, "r+") as file:
        del file["layers/dense/vars/0"]
        file.create_dataset("layers/dense/vars/0", (2**50,), "f4", chunks=(2**20,))
    with pytest.raises(ValueError, match="more than the file can hold"):
        make_model().load_weights(path)


@pytest.mark.parametrize("kind", ["external link", "soft link", "external data", "virtual"])
def test_weights_of_other_files_are_not_read(files, tmp_path, kind):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["kernel"] = np.ones((3, 2), "f4")
    path = tmp_path / "m.weights.h5"
    path.write_bytes(files["m.weights.h5"])
    name = "layers/dense/vars/0"
    with h5py.File(path, "r+") as file:
        del file[name]
        if kind == "external link":
            file[name] = h5py.ExternalLink(str(secret), "/kernel")
        elif kind == "soft link":
            file[name] = h5py.SoftLink("/layers/dense_1/vars/0")
        elif kind == "external data":
            file.create_dataset(name, (3, 2), "f4", external=[(str(secret), 0, 24)])
        else:
            layout = h5py.VirtualLayout((3, 2), "f4")
            layout[:] = h5py.VirtualSource(str(secret), "kernel", (3, 2))
            file.create_virtual_dataset(name, layout)
    model = make_model()
    before = model.get_weights()
    with pytest.raises(ValueError, match="link|another file"):
        model.load_weights(path)
    for old, new in zip(before, model.get_weights()):
        np.testing.assert_array_equal(old, new)
