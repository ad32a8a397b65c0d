"""The table of layers on images, sequences and volumes that are compared with Keras."""

from __future__ import annotations

from typing import Any

FIRST = "channels_first"

# (class, arguments, shape of the inputs without the batch)
CONVOLUTIONS: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("Conv1D", {"filters": 3, "kernel_size": 3}, (7, 2)),
    ("Conv1D", {"filters": 3, "kernel_size": 3, "padding": "causal"}, (6, 2)),
    ("Conv1D", {"filters": 3, "kernel_size": 2, "padding": "causal", "strides": 2}, (6, 2)),
    (
        "Conv1D",
        {"filters": 4, "kernel_size": 2, "padding": "causal", "dilation_rate": 3, "groups": 2},
        (6, 4),
    ),
    ("Conv1D", {"filters": 2, "kernel_size": 2, "data_format": FIRST, "activation": "relu"}, (3, 5)),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "padding": "same", "activation": "tanh"}, (5, 4, 2)),
    ("Conv2D", {"filters": 3, "kernel_size": (2, 3), "strides": (2, 1)}, (5, 4, 1)),
    ("Conv2D", {"filters": 3, "kernel_size": 2, "dilation_rate": (2, 1), "use_bias": False}, (5, 4, 2)),
    (
        "Conv2D",
        {"filters": 4, "kernel_size": 3, "padding": "SAME", "data_format": FIRST, "strides": 2},
        (2, 5, 6),
    ),
    ("Conv2D", {"filters": 6, "kernel_size": 2, "groups": 3, "kernel_regularizer": "l2"}, (4, 4, 3)),
    ("Conv2D", {"filters": 2, "kernel_size": 1}, (1, 1, 3)),
    ("Conv2D", {"filters": 4, "kernel_size": 2, "groups": 2, "lora_rank": 2, "lora_alpha": 3}, (4, 4, 6)),
    ("Conv2D", {"filters": 2, "kernel_size": 5, "padding": "same"}, (2, 1, 3)),
    ("Conv2D", {"filters": 2, "kernel_size": 2, "strides": 4}, (9, 9, 1)),
    ("Conv3D", {"filters": 2, "kernel_size": 2, "padding": "same"}, (3, 2, 3, 2)),
    ("Conv3D", {"filters": 2, "kernel_size": 2, "strides": (1, 2, 1), "data_format": FIRST}, (1, 3, 4, 3)),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2}, (4, 2)),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 2, "strides": 3, "padding": "same"}, (4, 2)),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}, (3, 2, 2)),
    (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 1},
        (3, 2, 2),
    ),
    (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "data_format": FIRST},
        (2, 3, 4),
    ),
    ("Conv3DTranspose", {"filters": 2, "kernel_size": 2, "strides": 2}, (2, 2, 1, 2)),
    ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2, "padding": "same"}, (6, 2)),
    ("DepthwiseConv2D", {"kernel_size": 3, "strides": 2, "activation": "relu"}, (6, 5, 3)),
    ("DepthwiseConv2D", {"kernel_size": 2, "depth_multiplier": 2, "data_format": FIRST}, (2, 4, 4)),
    ("SeparableConv1D", {"filters": 3, "kernel_size": 3, "strides": 2}, (7, 2)),
    ("SeparableConv2D", {"filters": 3, "kernel_size": 2, "depth_multiplier": 2}, (4, 5, 2)),
    ("SeparableConv2D", {"filters": 3, "kernel_size": 3, "padding": "same", "data_format": FIRST}, (2, 4, 5)),
]  # fmt: skip

POOLING: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    *[
        case
        for kind in ("Max", "Average")
        for case in (
            (f"{kind}Pooling1D", {"pool_size": 2}, (7, 2)),
            (f"{kind}Pooling1D", {"pool_size": 3, "strides": 1, "padding": "same"}, (5, 2)),
            (f"{kind}Pooling2D", {"pool_size": (2, 3), "padding": "same"}, (5, 4, 2)),
            (f"{kind}Pooling2D", {"pool_size": 2, "strides": (1, 2), "data_format": FIRST}, (2, 4, 5)),
            (f"{kind}Pooling2D", {"pool_size": 3, "padding": "same"}, (1, 1, 2)),
            (f"{kind}Pooling3D", {"pool_size": 2}, (2, 3, 4, 2)),
            (f"Global{kind}Pooling1D", {}, (5, 3)),
            (f"Global{kind}Pooling2D", {"keepdims": True}, (4, 3, 2)),
            (f"Global{kind}Pooling2D", {"data_format": FIRST}, (2, 4, 3)),
            (f"Global{kind}Pooling3D", {}, (2, 3, 2, 2)),
            (f"Adaptive{kind}Pooling1D", {"output_size": 3}, (7, 2)),
            (f"Adaptive{kind}Pooling2D", {"output_size": (3, 2)}, (6, 5, 2)),
            (f"Adaptive{kind}Pooling3D", {"output_size": 2, "data_format": FIRST}, (2, 3, 4, 2)),
        )
    ],
]  # fmt: skip

BORDERS: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("ZeroPadding1D", {"padding": (1, 2)}, (3, 2)),
    ("ZeroPadding1D", {"data_format": FIRST}, (3, 2)),
    ("ZeroPadding2D", {"padding": 2}, (3, 2, 2)),
    ("ZeroPadding2D", {"padding": (0, 1)}, (3, 2, 2)),
    ("ZeroPadding2D", {"padding": ((1, 0), (2, 3)), "data_format": FIRST}, (2, 3, 2)),
    ("ZeroPadding3D", {"padding": ((1, 0), (0, 0), (2, 1))}, (2, 3, 2, 1)),
    ("Cropping1D", {"cropping": (0, 2)}, (5, 2)),
    ("Cropping2D", {"cropping": ((1, 0), (0, 2))}, (4, 4, 2)),
    ("Cropping2D", {"cropping": (1, 0), "data_format": FIRST}, (2, 4, 4)),
    ("Cropping3D", {"cropping": ((1, 1), (0, 1), (0, 0))}, (4, 3, 2, 1)),
    ("UpSampling1D", {"size": 3}, (3, 2)),
    ("UpSampling2D", {"size": (2, 3)}, (3, 2, 2)),
    ("UpSampling2D", {"interpolation": "bilinear", "data_format": FIRST}, (2, 3, 2)),
    ("UpSampling2D", {"size": 3, "interpolation": "bicubic"}, (3, 2, 1)),
    ("UpSampling3D", {"size": (1, 2, 2)}, (2, 3, 2, 1)),
]

NORMALIZATIONS: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("BatchNormalization", {}, (4,)),
    ("BatchNormalization", {"axis": 1, "momentum": 0.8, "epsilon": 0.1}, (3, 4)),
    ("BatchNormalization", {"scale": False}, (3, 2, 4)),
    ("BatchNormalization", {"center": False, "gamma_regularizer": "l2"}, (5, 3)),
    ("BatchNormalization", {"renorm": True}, (4,)),
    (
        "BatchNormalization",
        {"renorm": True, "renorm_clipping": {"rmin": 0.8, "rmax": 1.2, "dmax": 0.2}},
        (3, 2),
    ),
    ("LayerNormalization", {}, (3, 4)),
    ("LayerNormalization", {"axis": (1, 2), "center": False}, (3, 4)),
    ("LayerNormalization", {"axis": 1, "scale": False, "epsilon": 0.1}, (3, 4)),
    ("GroupNormalization", {"groups": 2}, (3, 2, 4)),
    ("GroupNormalization", {"groups": -1, "axis": 1}, (3, 4)),
    ("GroupNormalization", {"groups": 1, "center": False, "scale": False}, (4,)),
    ("UnitNormalization", {}, (3, 4)),
    ("UnitNormalization", {"axis": (1, 2)}, (3, 4)),
    ("RMSNormalization", {}, (3, 4)),
    ("RMSNormalization", {"axis": [1, 2], "epsilon": 0.1}, (3, 4)),
]

NOISE: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("SpatialDropout1D", {"rate": 0.4, "seed": 3}, (5, 4)),
    ("SpatialDropout2D", {"rate": 0.4, "seed": 3}, (3, 2, 4)),
    ("SpatialDropout2D", {"rate": 0.4, "seed": 3, "data_format": FIRST}, (4, 3, 2)),
    ("SpatialDropout3D", {"rate": 0.4, "seed": 3}, (2, 2, 2, 3)),
    ("GaussianNoise", {"stddev": 0.3, "seed": 3}, (3, 4)),
    ("GaussianDropout", {"rate": 0.3, "seed": 3}, (3, 4)),
    ("AlphaDropout", {"rate": 0.3, "seed": 3}, (3, 4)),
    ("AlphaDropout", {"rate": 0.3, "seed": 3, "noise_shape": (None, 1, 4)}, (3, 4)),
]

CASES = [*CONVOLUTIONS, *POOLING, *BORDERS, *NORMALIZATIONS, *NOISE]
