"""Tables in the package, and texts as numbers, as Keras's loaders return them."""

from __future__ import annotations

import importlib
import json

import numpy as np
import pytest

from cornu.datasets import breast_cancer, diabetes, imdb, iris, reuters, wine
from cornu.datasets._arrays import load_lists
from cornu.datasets._files import DatasetError


@pytest.mark.parametrize(
    ("module", "name", "rows"),
    [
        (iris, "load_iris", 150),
        (wine, "load_wine", 178),
        (breast_cancer, "load_breast_cancer", 569),
        (diabetes, "load_diabetes", 442),
    ],
)
def test_tables_hold_what_scikit_learn_holds(module, name, rows):
    loaders = pytest.importorskip("sklearn.datasets")
    arguments = {"scaled": False} if module is diabetes else {}
    x, y = getattr(loaders, name)(return_X_y=True, **arguments)
    (x_train, y_train), (x_test, y_test) = module.load_data()
    assert len(x_train) + len(x_test) == rows
    assert x_train.shape[1] == len(module.FEATURES)
    ours = np.column_stack([np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])])
    theirs = np.column_stack([x.astype("float32"), y])
    np.testing.assert_array_equal(
        ours[np.lexsort(ours.T)].astype("float32"), theirs[np.lexsort(theirs.T)].astype("float32")
    )


def objects(lists):
    array = np.empty(len(lists), object)
    array[:] = lists
    return array


@pytest.fixture
def texts(homes):
    """Few texts under the names of both data sets; numbers of 1, 2 and 4 bytes."""
    home = homes[0]
    home.mkdir()
    rng = np.random.default_rng(1)
    lists = [rng.integers(1, 10 ** rng.integers(2, 6), 9).tolist() for _ in range(20)]
    labels = rng.integers(0, 2, 20)
    split = {"x_train": objects(lists[:12]), "y_train": labels[:12]}
    np.savez(home / "imdb.npz", **split, x_test=objects(lists[12:]), y_test=labels[12:])
    np.savez(home / "reuters.npz", x=objects(lists), y=labels)
    (home / "imdb_word_index.json").write_text(json.dumps({"the": 1, "and": 2}))
    return home


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"num_words": 500},
        {"num_words": 500, "oov_char": None, "skip_top": 20},
        {"start_char": None, "index_from": 0, "seed": 4},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_numbers_equal_keras(keras, texts, monkeypatch, name, arguments):
    module = {"imdb": imdb, "reuters": reuters}[name]
    theirs = getattr(keras.datasets, name)
    ours = module.load_data(**arguments)
    source = importlib.import_module(f"keras.src.datasets.{name}")
    monkeypatch.setattr(source, "get_file", lambda **_: str(texts / f"{name}.npz"))
    expected = theirs.load_data(**arguments)
    for part, other in zip(ours, expected, strict=True):
        assert [list(text) for text in part[0]] == [list(text) for text in other[0]]
        np.testing.assert_array_equal(part[1], other[1])


def test_short_texts_only(texts):
    with pytest.raises(ValueError, match="shorter than maxlen=3"):
        imdb.load_data(maxlen=3)
    assert imdb.get_word_index() == {"the": 1, "and": 2}
    assert len(reuters.get_label_names()) == 46


class Hostile:
    def __reduce__(self):
        return (eval, ("1 + 1",))


@pytest.mark.parametrize("items", [[Hostile()], [["text"], {"a": 1}], [Hostile(), [1]]])
def test_pickled_objects_are_refused(tmp_path, items):
    np.savez(tmp_path / "bad.npz", x=objects(items))
    with pytest.raises(DatasetError, match="cannot be read"):
        load_lists("bad", tmp_path / "bad.npz", ("x",))
