"""Images before they reach a model: Keras's `keras.preprocessing.image`."""

from cornu.data.image_batches import ImageBatches as Iterator
from cornu.data.image_changes import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
)
from cornu.data.image_generator import ImageDataGenerator
from cornu.data.images import array_to_img, img_to_array, load_img, save_img

__all__ = [
    "ImageDataGenerator",
    "Iterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "img_to_array",
    "load_img",
    "save_img",
]
