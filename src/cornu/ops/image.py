"""Images: Keras's `keras.ops.image`."""

from cornu.ops.colors import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from cornu.ops.resizing import resize
from cornu.ops.warping import (
    affine_transform,
    elastic_transform,
    gaussian_blur,
    map_coordinates,
)

__all__ = [
    "affine_transform",
    "elastic_transform",
    "gaussian_blur",
    "hsv_to_rgb",
    "map_coordinates",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
]
