"""The report: one whole file that needs nothing else and tells the truth about the training."""

from __future__ import annotations

import html.parser
import re
import sys

import numpy as np
import pytest

import cornu
from cornu import layers, visualization
from cornu.core.extras import MissingExtraError


class Page(html.parser.HTMLParser):
    """Collects the sections, tables, links and tags of a page, and checks that tags close."""

    VOID = {"meta", "br", "path", "rect", "use", "image", "polygon", "link", "img"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.sections, self.cells, self.links = [], [], [], [], []
        self.feed(text)
        assert self.open == [], f"never closed: {self.open}"

    def handle_startendtag(self, tag, attributes):
        self.note(tag, dict(attributes))

    def handle_starttag(self, tag, attributes):
        self.note(tag, dict(attributes))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th", "dd", "dt"):
            self.cells.append(data.strip())

    def note(self, tag, attributes):
        self.tags.append(tag)
        if tag == "section":
            self.sections.append(attributes["id"])
        self.links += [
            value
            for name, value in attributes.items()
            if name in ("href", "src", "xlink:href") and not value.startswith(("#", "data:"))
        ]


@pytest.fixture(scope="module")
def written(reader, tmp_path_factory):
    model, history, data = reader
    path = tmp_path_factory.mktemp("report") / "new" / "report.html"
    assert visualization.report(model, history, data, path) == path
    return path.read_text()


def test_the_page_is_whole_and_needs_nothing_else(written):
    page = Page(written)
    assert page.links == []
    assert "script" not in page.tags
    assert "url(http" not in written
    assert "@import" not in written
    assert page.sections == [
        "curves", "results", "mistakes", "weights", "model", "configuration", "timings",
    ]  # fmt: skip
    assert len(written) < 600_000


def test_its_numbers_are_those_of_the_model(written, reader):
    model, history, (x, y) = reader
    cells = Page(written).cells
    scores = model.evaluate(x, y, verbose=0, return_dict=True)
    assert f"{100 * scores['accuracy']:.1f}" in cells
    assert f"{scores['loss']:.4g}" in cells
    assert f"{history.history['val_loss'][-1]:.4g}" in cells
    right = int((model.predict(x, verbose=0).argmax(axis=1) == y).sum())
    assert f"{right} of {len(y)} samples right" in written
    assert "Adam(learning_rate=0.001" in written
    assert "sparse_categorical_crossentropy" in cells
    assert f"float64 {x.shape}" in cells
    assert cornu.__version__ in written
    assert "Model: &quot;reader&quot;" in written


def test_plots_follow_the_colours_of_the_page(written):
    assert "prefers-color-scheme: dark" in written
    assert "@media print" in written
    assert "stroke: var(--series-0)" in written
    assert 'fill="var(--dense)"' in written
    assert "#2f6fd0" not in written.split("</style>")[1]


def test_two_classes_have_curves_of_their_thresholds(tmp_path, rng):
    x = rng.normal(size=(60, 3))
    y = (x[:, 0] > 0).astype(int)
    model = cornu.Sequential([layers.Input((3,)), layers.Dense(1)], name="logits")
    model.compile("sgd", cornu.losses.BinaryCrossentropy(from_logits=True))
    history = model.fit(x, y, verbose=0)
    file = visualization.report(model, history, (x, y), tmp_path / "a.html", labels=["no", "yes"])
    text = file.read_text()
    assert "Precision against recall" in text
    cells = Page(text).cells
    assert {"no", "yes", "input 2"} <= set(cells)


def test_regression_shows_the_largest_errors(tmp_path, rng):
    pandas = pytest.importorskip("pandas")
    x = pandas.DataFrame(rng.normal(size=(40, 2)), columns=["rooms", "<age>"])
    y = x["rooms"] * 2
    y[7] = 1000.0
    model = cornu.Sequential([layers.Input((2,)), layers.Dense(1)], name="<i>houses")
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(x, y, verbose=0, epochs=2)
    text = visualization.report(model, history, (x, y), tmp_path / "b.html").read_text()
    page = Page(text)
    assert page.cells[page.cells.index("<age>") + 1] == "7"
    assert "<i>" not in text
    assert "&lt;i&gt;houses" in text


def test_several_outputs_have_results_each(tmp_path, rng):
    inputs = layers.Input((4,))
    heads = [
        layers.Dense(1, name="price")(inputs),
        layers.Dense(3, "softmax", name="kind")(inputs),
        layers.Dense(2, "sigmoid", name="tags")(inputs),
    ]
    model = cornu.Model(inputs, heads, name="several")
    losses = ["mse", "sparse_categorical_crossentropy", "binary_crossentropy"]
    model.compile("adam", losses)
    x = rng.normal(size=(30, 4))
    y = [x[:, :1], rng.integers(0, 3, 30), rng.integers(0, 2, (30, 2))]
    history = model.fit(x, y, verbose=0)
    page = Page(visualization.report(model, history, (x, y), tmp_path / "c.html").read_text())
    assert page.sections[1:6] == ["results-0", "mistakes-0", "results-1", "mistakes-1", "results-2"]


def test_the_style_of_the_user_does_not_matter(tmp_path, reader):
    import matplotlib as mpl

    model, history, data = reader
    plain = visualization.report(model, history, data, tmp_path / "a.html").read_text()
    with mpl.rc_context({"axes.facecolor": "red", "font.size": 40, "svg.fonttype": "path"}):
        styled = visualization.report(model, history, data, tmp_path / "b.html").read_text()
        assert mpl.rcParams["font.size"] == 40

    def plots(text):
        return re.findall(r"<figure><svg.*?</svg>", text, re.DOTALL)

    assert plots(plain) == plots(styled)
    assert len(plots(plain)) == 5


def test_nothing_is_written_when_something_is_wrong(tmp_path, reader, monkeypatch):
    model, history, data = reader
    fresh = cornu.Sequential([layers.Input((2,)), layers.Dense(1)], name="fresh")
    path = tmp_path / "report.html"
    with pytest.raises(ValueError, match=r"'fresh' must be built and compiled"):
        visualization.report(fresh, history, data, path)
    with pytest.raises(ValueError, match=r"data must be \(x, y\).*ndarray"):
        visualization.report(model, history, np.zeros((2, 8, 8)), path)
    with pytest.raises(ValueError, match="only 2 labels"):
        visualization.report(model, history, data, path, labels=["a", "b"])
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'cornu\[plot\]'"):
        visualization.report(model, history, data, path)
    assert list(tmp_path.iterdir()) == []
