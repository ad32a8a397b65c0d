"""The picture of a chain of layers: as the lecture notes print it, and clear when it cannot be."""

from __future__ import annotations

import pytest

import cornu
from cornu import layers
from cornu.utils import sequential_ascii

# The CIFAR-10 network on the slide, cell by cell; the slide's text has lost its vertical bars.
SLIDE = r"""
OPERATION DATA DIMENSIONS WEIGHTS (N) WEIGHTS (%)
Input ##### 3 32 32
Conv2D \ / ----- 896 0.0%
relu ##### 32 32 32
Conv2D \ / ----- 9248 0.0%
relu ##### 32 30 30
MaxPooling2D Y max ----- 0 0.0%
##### 32 15 15
Dropout ----- 0 0.0%
##### 32 15 15
Conv2D \ / ----- 18496 1.0%
relu ##### 64 15 15
Conv2D \ / ----- 36928 2.0%
relu ##### 64 13 13
MaxPooling2D Y max ----- 0 0.0%
##### 64 6 6
Dropout ----- 0 0.0%
##### 64 6 6
Flatten ----- 0 0.0%
##### 2304
Dense XXXXX ----- 1180160 94.0%
relu ##### 512
Dropout ----- 0 0.0%
##### 512
Dense XXXXX ----- 5130 0.0%
softmax ##### 10
"""


def cells(text: str) -> list[list[str]]:
    """The words of each line, without vertical bars, with rules of one length."""
    lines = text.replace("|", " ").replace(19 * "-", "-----").splitlines()
    return [line.split() for line in lines if line.strip()]


def cifar_network(data_format: str) -> cornu.Sequential:
    shape = (3, 32, 32) if data_format == "channels_first" else (32, 32, 3)
    model = cornu.Sequential([layers.Input(shape)])
    for filters in (32, 64):
        for padding in ("same", "valid"):
            model.add(
                layers.Conv2D(
                    filters, 3, padding=padding, activation="relu", data_format=data_format
                )
            )
        model.add(layers.MaxPooling2D(data_format=data_format))
        model.add(layers.Dropout(0.25))
    model.add(layers.Flatten())
    model.add(layers.Dense(512, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def test_the_cifar_network_reads_as_on_the_slide():
    model = cifar_network("channels_first")
    assert model.count_params() == 1_250_858
    assert cells(sequential_ascii(model)) == cells(SLIDE)


def test_sizes_stand_in_the_order_of_the_model():
    lines = cells(sequential_ascii(cifar_network("channels_last")))
    assert lines[1] == ["Input", "#####", "32", "32", "3"]
    assert lines[5] == ["relu", "#####", "30", "30", "32"]


def test_columns_line_up():
    lines = sequential_ascii(cifar_network("channels_last")).splitlines()
    assert {line.index("#####") for line in lines if "#####" in line} == {25}
    assert len({len(line) for line in lines if line.endswith("%")}) == 1
    assert all(line == line.rstrip() for line in lines)


def test_free_sizes_and_layers_without_a_sign_of_their_own():
    model = cornu.Sequential([layers.Input((None, 3)), layers.Lambda(lambda x: x * 2)])
    assert cells(sequential_ascii(model))[1:] == [
        ["Input", "#####", "?", "3"],
        ["Lambda", ".....", "-----", "0", "0.0%"],
        ["#####", "?", "3"],
    ]


def test_a_functional_chain_is_drawn_too():
    inputs = layers.Input((4,))
    model = cornu.Model(inputs, layers.Dense(2)(layers.Dense(3, activation="tanh")(inputs)))
    assert [line[0] for line in cells(sequential_ascii(model))[1:]] == [
        "Input",
        "Dense",
        "tanh",
        "Dense",
        "#####",
    ]


def test_a_model_that_branches_or_is_not_built_is_refused():
    inputs = layers.Input((4,))
    branching = cornu.Model(inputs, layers.add([layers.Dense(4)(inputs), inputs]), name="fork")
    with pytest.raises(ValueError, match="'fork' do not follow one upon the other"):
        sequential_ascii(branching)
    with pytest.raises(ValueError, match=r"'later' are not known.*keras\.Input"):
        sequential_ascii(cornu.Sequential([layers.Dense(4)], name="later"))
