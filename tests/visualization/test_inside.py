"""Pictures of what is inside: weights, what neurons like, what layers do to the plane."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers, visualization


def line_detector():
    """Neuron 0 fires for a bright first row, as on the lecture's slide; neuron 1 for the last."""
    model = cornu.Sequential(
        [layers.Input((4, 4)), layers.Flatten(), layers.Dense(2, "relu", name="lines")]
    )
    kernel = np.zeros((4, 4, 2))
    kernel[0, :, 0] = kernel[3, :, 1] = 1
    kernel[1:, :, 0] = kernel[:3, :, 1] = -0.3
    model.set_weights([kernel.reshape(16, 2), np.full(2, -0.5)])
    return model


def test_weights_are_shown_as_the_pictures_they_look_for(ax):
    visualization.layer_weights(line_detector(), ax=ax)
    first, last = (image.get_array() for image in ax.images)
    assert (first[0] == 1).all()
    assert (last[3] == 1).all()
    assert ax.images[0].get_clim() == (-1, 1)


def test_gradient_ascent_finds_what_a_neuron_detects():
    found = visualization.strongest_inputs(line_detector(), "lines", steps=30)
    assert found.shape == (2, 4, 4)
    assert (found[0, 0] > 0.7).all()
    assert (found[0, 1:] < 0.5).all()
    assert (found[1, 3] > 0.7).all()
    again = visualization.strongest_inputs(line_detector(), "lines", steps=30)
    assert np.array_equal(found, again)


def test_what_a_trained_network_likes_it_recognizes(reader):
    model = reader[0]
    found = visualization.strongest_inputs(model, "digit", steps=40)
    assert model.predict(found, verbose=0).argmax(axis=1).tolist() == list(range(10))


def test_filters_of_convolutions(ax, rng):
    model = cornu.Sequential([layers.Input((6, 6, 3)), layers.Conv2D(5, 3, name="edges")])
    visualization.layer_weights(model, "edges", count=4, ax=ax)
    assert [image.get_array().shape for image in ax.images] == [(3, 3, 3)] * 4
    assert visualization.strongest_inputs(model, 0, [1, 4], steps=3).shape == (2, 6, 6, 3)
    picture = rng.random((6, 6, 3))
    outputs = visualization.layer_outputs(model, "edges", picture).images
    expected = model.predict(picture[None], verbose=0)[0]
    assert len(outputs) == 5
    assert np.allclose(outputs[2].get_array(), expected[..., 2])


def test_detectors_of_flat_pictures_are_drawn_as_squares(ax):
    model = cornu.Sequential([layers.Input((9,)), layers.Dense(4)])
    visualization.feature_detectors(model, 0, units=[3, 1], steps=2, ax=ax)
    assert [image.get_array().shape for image in ax.images] == [(3, 3)] * 2
    assert [text.get_text() for text in ax.texts] == ["3", "1"]


def test_weight_histograms_count_every_weight(reader):
    panels = visualization.weight_histograms(reader[0])
    assert [panel.get_title() for panel in panels] == ["hidden/kernel", "digit/kernel"]
    assert sum(bar.get_height() for bar in panels[0].patches) == 64 * 16


def test_loss_along_the_line_leaves_the_weights(reader, ax):
    model, _, (x, y) = reader
    before = model.get_weights()
    start = [np.zeros_like(weight) for weight in before]
    visualization.loss_along_line(model, start, x, y, points=8, ax=ax)
    places, losses = ax.lines[0].get_data()
    assert losses[1] == pytest.approx(np.log(10), rel=1e-4)  # at 0: all digits equally likely
    assert losses[5] == pytest.approx(model.evaluate(x, y, verbose=0)[0], rel=1e-5)  # at 1
    assert places[[1, 5]].tolist() == [0, 1]
    assert all(map(np.array_equal, model.get_weights(), before))


def test_an_affine_layer_is_taken_apart():
    dense = layers.Dense(2, "relu")
    dense.build((None, 2))
    kernel, bias = np.array([[0.0, 2.0], [-1.0, 0.0]]), np.array([1.0, 0.5])
    dense.set_weights([kernel, bias])
    points = np.array([[1.0, 0.5], [-1.0, -1.0]])
    axes = visualization.affine_layer(dense, points=points, classes=[0, 1])
    moved = [panel.collections[-1].get_offsets() for panel in axes]
    steps = [points, points @ kernel, points @ kernel + bias]
    for drawn, expected in zip(moved, [*steps, np.maximum(steps[-1], 0)]):
        assert np.allclose(drawn, expected)
    assert axes[3].get_title() == "relu(x W + b)"
    assert len({panel.get_xlim() for panel in axes}) == 1


def test_activations_and_their_derivatives(ax):
    visualization.activation_functions("tanh", ax=ax)
    function, slope = ax.lines[-2:]
    x = function.get_xdata()
    assert np.allclose(function.get_ydata(), np.tanh(x), atol=1e-6)
    assert np.allclose(slope.get_ydata(), 1 - np.tanh(x) ** 2, atol=1e-6)
    panels = visualization.activation_functions(derivative=False)
    assert [panel.get_title() for panel in panels][:3] == ["sigmoid", "tanh", "relu"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda v: v.layer_weights(line_detector(), 0), "flatten.*has no kernel"),
        (lambda v: v.layer_weights(line_detector(), image_shape=(3, 3)), "make no picture"),
        (lambda v: v.strongest_inputs(line_detector(), "lines", [2]), "2 units, numbered from 0"),
        (lambda v: v.strongest_inputs(line_detector(), layers.Dense(1)), "one of the layers"),
        (lambda v: v.affine_layer(np.ones((3, 2))), r"expected a kernel \(2, 2\)"),
        (lambda v: v.plane_map(lambda x: x[:, :1]), r"return points \(n, 2\).*\(\d+, 1\)"),
        (lambda v: v.activation_functions("rleu"), "relu"),
        (lambda v: v.weight_histograms(cornu.Sequential(name="empty")), "'empty' has no weights"),
        (lambda v: v.loss_along_line(line_detector(), [], None, None), "hold the model's weights"),
    ],
)
def test_wrong_arguments_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call(visualization)
