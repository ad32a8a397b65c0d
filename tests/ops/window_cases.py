"""The table of convolutions, pooling and resizing from which comparisons with Keras are generated."""

from __future__ import annotations

from typing import Any

import numpy as np
from tests.ops.cases import Case, f

FIRST = "channels_first"


def _window_cases() -> list[Case]:
    cases: list[Case] = []

    def add(op: str, *args: Any, gradient: bool = True, tol: float = 1e-5, **kwargs: Any) -> None:
        cases.append(Case(op, args, kwargs, gradient, tol, f"w{len(cases)}"))

    # Ranks, strides, paddings, dilation, groups, formats.
    add("conv", f(2, 7, 2), f(3, 2, 3))
    add("conv", f(2, 7, 2), f(3, 2, 3), strides=2, padding="same")
    add("conv", f(2, 6, 5, 3), f(3, 2, 3, 4), strides=(2, 1), padding="same")
    add("conv", f(2, 6, 5, 3), f(2, 2, 3, 4), dilation_rate=(2, 1))
    add("conv", f(1, 5, 5, 4), f(3, 3, 2, 6), padding="same")
    add("conv", f(2, 3, 6, 5), f(3, 3, 3, 2), padding="same", data_format=FIRST)
    add("conv", f(1, 4, 3, 4, 2), f(2, 2, 2, 2, 3), strides=(1, 2, 1), padding="same")
    # Odd sizes: one pixel, a kernel larger than the image, a stride larger than the kernel, no
    # images, one channel.
    add("conv", f(2, 1, 1, 3), f(1, 1, 3, 2))
    add("conv", f(1, 2, 1, 1), f(5, 3, 1, 2), padding="same")
    add("conv", f(1, 9, 1), f(2, 1, 1), strides=4)
    add("conv", f(1, 9, 1), f(2, 1, 1), strides=4, padding="same")
    add("conv", f(0, 5, 5, 2), f(3, 3, 2, 4), padding="same", gradient=False)
    for padding in ("valid", "same"):
        add("depthwise_conv", f(2, 6, 5, 3), f(3, 2, 3, 2), padding=padding)
        add("separable_conv", f(2, 6, 2), f(3, 2, 2), f(1, 4, 3), strides=2, padding=padding)
        # What a transposed kernel reaches, with strides below, at and above its size.
        for strides in (1, 2, 3, 4):
            add("conv_transpose", f(2, 4, 2), f(3, 5, 2), strides=strides, padding=padding)
            add("conv_transpose", f(2, 4, 2), f(2, 5, 2), strides=strides, padding=padding)
        add("conv_transpose", f(1, 3, 3, 2), f(3, 2, 4, 2), dilation_rate=2, padding=padding)
        for extra in (0, 1):
            add(
                "conv_transpose",
                f(1, 3, 2, 2), f(3, 4, 1, 2),
                strides=2, padding=padding, output_padding=extra,
            )  # fmt: skip
    add("depthwise_conv", f(2, 3, 6), f(3, 3, 1), data_format=FIRST, strides=2)
    add("separable_conv", f(1, 2, 5, 4), f(2, 2, 2, 1), f(1, 1, 2, 3), data_format=FIRST)
    add("conv_transpose", f(1, 2, 3, 3), f(2, 2, 4, 2), strides=2, data_format=FIRST)
    add("conv_transpose", f(1, 2, 2, 2, 1), f(2, 2, 2, 2, 1), strides=(1, 2, 1), padding="same")
    # Pooling
    for op in ("max_pool", "average_pool"):
        for padding in ("valid", "same"):
            add(op, f(2, 7, 2), 2, 2, padding)
            add(op, f(2, 5, 6, 3), (3, 2), (2, 1), padding)
            add(op, f(1, 4, 3, 5, 2), 2, (1, 2, 3), padding)
        add(op, f(2, 3, 5, 4), (2, 3), (2, 3), "same", data_format=FIRST)
        add(op, f(2, 1, 1, 3), 3, 2, "same")
        add(op, f(1, 9, 1), 2, 4)
    for op in ("adaptive_max_pool", "adaptive_average_pool"):
        add(op, f(2, 7, 2), 3)
        add(op, f(2, 6, 5, 3), (3, 2))
        add(op, f(1, 3, 2, 4), (3, 3), data_format=FIRST)
        add(op, f(1, 3, 4, 5, 1), (2, 3, 2))
    add("max_pool", np.float32([[[1], [1], [0], [1], [1], [1]]]), 3, 1, "same")
    return cases


WINDOW_CASES = _window_cases()

# (size, arguments) for images of shape (2, 5, 4, 3).
RESIZES: list[tuple[tuple[int, int], dict[str, Any]]] = [
    *[((7, 6), {"interpolation": m}) for m in ("nearest", "bilinear", "bicubic", "lanczos3")],
    *[((2, 3), {"interpolation": m}) for m in ("nearest", "bilinear", "bicubic", "lanczos5")],
    ((2, 3), {"interpolation": "bilinear", "antialias": True}),
    ((2, 3), {"interpolation": "bicubic", "antialias": True}),
    ((6, 3), {"crop_to_aspect_ratio": True}),
    ((6, 3), {"pad_to_aspect_ratio": True, "fill_value": 2.0}),
]
