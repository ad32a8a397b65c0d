"""Pictures of models: every layer once, the right arrows, no overlaps, in every format."""

from __future__ import annotations

import itertools
import sys
import types
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

import cornu
from cornu import layers
from cornu.core.extras import MissingExtraError
from cornu.utils import model_to_dot, plot_model

SVG = "{http://www.w3.org/2000/svg}"


class Drawn:
    """The facts of a picture, read from its SVG."""

    def __init__(self, model, **settings):
        text = model_to_dot(model, **settings).create(format="svg").decode()
        self.root = ET.fromstring(text)
        self.size = float(self.root.get("width")), float(self.root.get("height"))
        self.cards = {}
        self.words = {}
        for group in self.root.iter(f"{SVG}g"):
            frame = group.find(f"{SVG}rect")
            name = group.get("data-name")
            box = [float(frame.get(key)) for key in ("x", "y", "width", "height")]
            self.cards.setdefault((group.get("class"), name), []).append(box)
            self.words[name] = [text.text for text in group.findall(f"{SVG}text")]
        self.arrows = len(list(self.root.iter(f"{SVG}polygon")))
        self.lines = [path.get("d") for path in self.root.iter(f"{SVG}path")]

    def names(self, kind="layer"):
        return Counter(name for group, name in self.cards for _ in self.cards[group, name]
                       if group == kind)  # fmt: skip

    def overlaps(self):
        boxes = [
            (name, box)
            for (kind, name), found in self.cards.items()
            for box in found
            if kind != "model"
        ]
        return [
            (a, b)
            for (a, (ax, ay, aw, ah)), (b, (bx, by, bw, bh)) in itertools.combinations(boxes, 2)
            if ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah
        ]

    def is_inside(self):
        return all(
            x >= 0 and y >= 0 and x + w <= self.size[0] and y + h <= self.size[1]
            for found in self.cards.values()
            for x, y, w, h in found
        )


def wide_and_deep():
    wide, deep = layers.Input((5,), name="wide"), layers.Input((6,), name="deep")
    hidden = layers.Dense(30, "relu", name="hidden1")(deep)
    hidden = layers.Dense(30, "relu", name="hidden2")(hidden)
    joined = layers.Concatenate(name="joined")([wide, hidden])
    outputs = [layers.Dense(1, name="main")(joined), layers.Dense(1, name="aux")(hidden)]
    return cornu.Model([wide, deep], outputs, name="wide_and_deep")


def residual():
    inputs = layers.Input((8, 8, 4), name="in")
    x = inputs
    for number in range(2):
        y = layers.Conv2D(4, 3, padding="same", name=f"conv{number}")(x)
        y = layers.BatchNormalization(name=f"norm{number}")(y)
        x = layers.Add(name=f"add{number}")([x, y])
    return cornu.Model(inputs, x, name="residual")


def siamese():
    left, right = layers.Input((4,), name="left"), layers.Input((4,), name="right")
    encoder = cornu.Sequential(
        [layers.Input((4,)), layers.Dense(8, name="first"), layers.Dense(2, name="second")],
        name="encoder",
    )
    apart = layers.Subtract(name="apart")([encoder(left), encoder(right)])
    return cornu.Model([left, right], apart, name="siamese")


def nested():
    inputs = layers.Input((4,), name="given")
    middle = layers.Dense(3, name="middle")(inputs)
    heads = [layers.Dense(2, name="mean")(middle), layers.Dense(2, name="spread")(middle)]
    inner = cornu.Model(inputs, heads, name="inner")
    start = layers.Input((4,), name="start")
    mean, spread = inner(start)
    outputs = layers.Add(name="sum")([mean, spread])
    return cornu.Model(start, outputs, name="outer")


CASES = {
    wide_and_deep: (["hidden1", "hidden2", "joined", "main", "aux"], 6),
    residual: (["conv0", "norm0", "add0", "conv1", "norm1", "add1"], 8),
    siamese: (["encoder", "apart"], 3),
    nested: (["inner", "sum"], 2),
}


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
@pytest.mark.parametrize("make", CASES)
def test_each_layer_once_and_each_connection_once(make, rankdir):
    names, arrows = CASES[make]
    model = make()
    drawn = Drawn(model, rankdir=rankdir, show_shapes=True)
    assert drawn.names() == dict.fromkeys(names, 1)
    inputs = [layer.name for layer in model.layers if isinstance(layer, layers.InputLayer)]
    assert sorted(drawn.names("input")) == sorted(inputs)
    assert drawn.arrows == arrows
    assert drawn.overlaps() == []
    assert drawn.is_inside()


def test_direction_decides_which_way_the_data_flow():
    down, right = Drawn(wide_and_deep()), Drawn(wide_and_deep(), rankdir="LR")
    for drawn, axis in ((down, 1), (right, 0)):
        first, last = drawn.cards["input", "deep"][0], drawn.cards["layer", "main"][0]
        assert first[axis] + first[axis + 2] < last[axis]
    assert down.size[1] > down.size[0]
    assert right.size[0] > right.size[1]


def test_the_main_path_of_a_residual_network_is_straight():
    drawn = Drawn(residual())
    middles = {name: box[0][0] + box[0][2] / 2 for (_, name), box in drawn.cards.items()}
    assert max(middles.values()) - min(middles.values()) < 0.2


def test_cards_tell_what_is_asked_for():
    model = siamese()
    model.get_layer("encoder").get_layer("first").trainable = False
    plain = Drawn(model, show_layer_names=False)
    assert plain.words["apart"] == ["Subtract"]
    full = Drawn(
        model,
        show_shapes=True,
        show_dtype=True,
        show_trainable=True,
        show_layer_activations=True,
        expand_nested=True,
    )
    assert full.words["first"] == [
        "Dense", "first", "activation", "linear", "input", "(None, 4)", "output", "(None, 8)",
        "dtype", "float32", "trainable", "no",
    ]  # fmt: skip
    shapes = ["input", "(None, 2)", "(None, 2)", "output", "(None, 2)"]
    assert full.words["apart"][2:7] == shapes
    assert full.words["left"] == ["InputLayer", "left", "output", "(None, 4)", "dtype", "float32",
                                  "trainable", "-"]  # fmt: skip


def test_a_shared_layer_is_one_card_that_says_so():
    assert "encoder  × 2" in Drawn(siamese()).words["encoder"]  # noqa: RUF001


def test_a_layer_that_takes_its_own_result_has_a_card_for_each_call():
    inputs = layers.Input((4,))
    again = layers.Dense(4, name="again")
    model = cornu.Model(inputs, again(again(again(inputs))))
    drawn = Drawn(model)
    assert drawn.names()["again"] == 3
    assert drawn.arrows == 3
    assert drawn.words["again"][1] == "again  (call 3 of 3)"


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_inner_models_are_opened(rankdir):
    drawn = Drawn(nested(), expand_nested=True, rankdir=rankdir)
    assert drawn.names() == dict.fromkeys(["middle", "mean", "spread", "sum"], 1)
    assert drawn.names("model") == {"inner": 1}
    assert drawn.overlaps() == []
    x, y, width, height = drawn.cards["model", "inner"][0]
    for kind, name in (("input", "given"), ("layer", "middle"), ("layer", "mean")):
        cx, cy, cw, ch = drawn.cards[kind, name][0]
        assert x < cx
        assert y < cy
        assert cx + cw < x + width
        assert cy + ch < y + height
    # One arrow at each card that takes something; lines through the frame have none.
    assert drawn.arrows == 6


def test_the_input_of_an_inner_sequential_leads_to_its_first_layer():
    drawn = Drawn(siamese(), expand_nested=True)
    assert drawn.names("input") == {"left": 1, "right": 1}
    assert drawn.names() == dict.fromkeys(["first", "second", "apart"], 1)
    assert drawn.arrows == 3


def test_wrapped_layers_and_functions_are_named():
    inputs = layers.Input((5, 4))
    x = layers.Bidirectional(layers.LSTM(3), name="both")(inputs)
    model = cornu.Model(inputs, cornu.ops.relu(x))
    words = Drawn(model).words
    assert words["both"][0] == "Bidirectional(LSTM)"
    assert any(found[0] == "Relu" for found in words.values())


def test_a_subclassed_model_is_one_card():
    class Small(cornu.Model):
        def __init__(self):
            super().__init__(name="small")
            self.dense = layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)

    model = Small()
    with pytest.raises(ValueError, match=r"'small' is not built.*model\.build"):
        plot_model(model)
    model.build((None, 3))
    assert Drawn(model).words["small"] == ["Small", "small"]


def test_a_range_of_layers():
    assert set(Drawn(residual(), layer_range=("conv0", "add0")).names()) == {
        "conv0", "norm0", "add0",
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"plot_model: layer_range.*matches no layer"):
        model_to_dot(residual(), layer_range=("nothing", "add0"))


def test_names_are_text_and_not_markup():
    inputs = layers.Input((2,))
    model = cornu.Model(inputs, layers.Dense(1, name="<b>&'\"")(inputs), name="<script>")
    drawn = Drawn(model)
    assert drawn.words["<b>&'\""] == ["Dense", "<b>&'\""]
    assert drawn.root.find(f"{SVG}title").text == "Model <script>"


# ------------------------------------------------------------------------------------ the files


def test_png_has_the_size_of_the_picture_and_is_not_empty(tmp_path):
    Image = pytest.importorskip("PIL.Image")
    pytest.importorskip("matplotlib")
    model = wide_and_deep()
    picture = model_to_dot(model)
    for dpi in (96, 192):
        path = tmp_path / f"{dpi}.png"
        plot_model(model, path, show_layer_names=True, dpi=dpi)
        with Image.open(path) as image:
            assert image.size == pytest.approx(
                [picture.scene.width * dpi / 96, picture.scene.height * dpi / 96], abs=1
            )
            assert len(image.convert("RGB").getcolors(1 << 20)) > 20


def test_the_name_decides_the_format(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    model = siamese()
    assert plot_model(model) is None
    plot_model(model, "deep/er/model.svg")
    plot_model(model, "model.pdf", dpi=None)
    plot_model(model, "plain")
    assert (tmp_path / "model.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "deep/er/model.svg").read_text().startswith("<svg")
    assert (tmp_path / "model.pdf").read_bytes()[:4] == b"%PDF"
    assert (tmp_path / "plain.png").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"to_file": "model.bmp"}, "'bmp' is not a format"),
        ({"rankdir": "XY"}, "rankdir must be one of TB, BT, LR, RL"),
        ({"dpi": 0}, "dpi must be positive"),
    ],
)
def test_wrong_settings_leave_no_file(tmp_path, monkeypatch, settings, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        plot_model(siamese(), **settings)
    assert list(tmp_path.iterdir()) == []


def test_without_matplotlib_svg_works_and_png_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    plot_model(siamese(), tmp_path / "model.svg")
    with pytest.raises(MissingExtraError, match=r"pip install 'cornu\[plot\]'"):
        plot_model(siamese(), tmp_path / "model.png")
    assert [path.name for path in tmp_path.iterdir()] == ["model.svg"]


def test_a_notebook_is_shown_the_picture(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    shown = types.SimpleNamespace(
        Image=lambda filename: ("image", filename), SVG=lambda filename: ("svg", filename)
    )
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(display=shown))
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    png, svg = str(tmp_path / "a.png"), str(tmp_path / "a.svg")
    assert plot_model(siamese(), png, dpi=50) == ("image", png)
    assert plot_model(siamese(), svg) == ("svg", svg)
    assert model_to_dot(siamese())._repr_svg_().startswith("<svg")
