"""Defaults, their checks, and automatic names."""

from __future__ import annotations

import pytest

from cornu.core import settings


@pytest.fixture(autouse=True)
def _restored(monkeypatch):
    monkeypatch.setattr(settings, "_values", dict(settings._values))


def test_defaults():
    assert settings.floatx() == "float32"
    assert settings.epsilon() == 1e-7
    assert settings.image_data_format() == "channels_last"


def test_values_can_be_set():
    settings.set_floatx("float16")
    settings.set_epsilon(1e-3)
    settings.set_image_data_format("channels_first")
    assert (settings.floatx(), settings.epsilon()) == ("float16", 1e-3)
    assert settings.image_data_format() == "channels_first"


def test_bad_values_are_refused_and_change_nothing():
    with pytest.raises(ValueError, match="set_floatx: expected .* got 'int32'"):
        settings.set_floatx("int32")
    with pytest.raises(ValueError, match="channels_last' or 'channels_first'; got 'nhwc'"):
        settings.set_image_data_format("nhwc")
    assert settings.floatx() == "float32"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dense", "dense"),
        ("LeakyReLU", "leaky_re_lu"),
        ("Conv2D", "conv2d"),
        ("BatchNormalization", "batch_normalization"),
        ("GRU", "gru"),
        ("UpSampling2D", "up_sampling2d"),
        ("ELU", "elu"),
    ],
)
def test_snake_case_is_keras(name, expected):
    assert settings.snake_case(name) == expected


def test_names_are_numbered_from_the_second_on():
    settings.reset_names()
    assert [settings.unique_name("x") for _ in range(3)] == ["x", "x_1", "x_2"]
    settings.reset_names()
    assert settings.unique_name("x") == "x"
