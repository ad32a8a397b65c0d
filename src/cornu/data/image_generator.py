"""ImageDataGenerator: Keras 2's batches of randomly changed images."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core import settings
from cornu.data.image_batches import ArrayImages, FrameImages, ImageBatches
from cornu.data.image_changes import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
)
from cornu.data.image_listing import directory_images, frame_images

Array = np.ndarray[Any, Any]


class ImageDataGenerator:
    """Yields batches of images, each time changed at random; an old name of Keras 2.

    Layers such as `keras.layers.RandomRotation` do the same inside a model, and faster.

    Args:
        featurewise_center: Whether the mean of the data set is subtracted (needs `fit`).
        samplewise_center: Whether the mean of each image is.
        featurewise_std_normalization: Whether images are divided by the deviation of the data set.
        samplewise_std_normalization: Whether by their own.
        zca_whitening: Whether pixels are made uncorrelated (needs `fit`).
        zca_epsilon: Keeps that from dividing by 0.
        rotation_range: Largest angle in degrees.
        width_shift_range: Largest shift: pixels, or below 1 a part of the width; or a list of
            shifts to choose from.
        height_shift_range: Likewise along the height.
        brightness_range: Smallest and largest factor of brightness.
        shear_range: Largest angle of shear in degrees.
        zoom_range: Largest change by zooming, or the smallest and the largest factor.
        channel_shift_range: Largest number that is added to the colours.
        fill_mode: What lies beyond the border: "nearest", "constant", "reflect" or "wrap".
        cval: The value there for "constant".
        horizontal_flip: Whether images are mirrored left and right.
        vertical_flip: Whether up and down.
        rescale: Factor for all values, after the other changes; 1/255 for bytes.
        preprocessing_function: Applied to each image after the random changes.
        data_format: "channels_last" or "channels_first".
        validation_split: Part of the images that `subset="validation"` yields.
        interpolation_order: 0 takes the nearest pixel, 1 interpolates.
        dtype: Dtype of the batches.

    Raises:
        ValueError: For settings that contradict each other or are out of range.

    Example:
        >>> images, labels = np.zeros((8, 4, 4, 3)), np.arange(8)
        >>> generator = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True)
        >>> batches = generator.flow(images, labels, batch_size=4, seed=1)
        >>> x, y = next(batches)
        >>> x.shape, len(batches)
        ((4, 4, 4, 3), 2)
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Any = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[Array], Array] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ) -> None:
        self.featurewise_center = featurewise_center or zca_whitening
        self.samplewise_center = samplewise_center or samplewise_std_normalization
        self.featurewise_std_normalization = featurewise_std_normalization and not zca_whitening
        self.featurewise_center = self.featurewise_center or featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = brightness_range
        self.shear_range = shear_range
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.interpolation_order = interpolation_order
        self.dtype = settings.floatx() if dtype is None else dtype
        self.data_format = data_format or settings.image_data_format()
        if self.data_format not in ("channels_last", "channels_first"):
            raise ValueError(
                f"ImageDataGenerator: data_format is 'channels_last' or 'channels_first'; got "
                f"{data_format!r}."
            )
        last = self.data_format == "channels_last"
        self.row_axis, self.col_axis, self.channel_axis = (1, 2, 3) if last else (2, 3, 1)
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(
                f"ImageDataGenerator: validation_split is between 0 and 1; got {validation_split}."
            )
        self._validation_split = validation_split
        if isinstance(zoom_range, (int, float)):
            zoom_range = (1 - zoom_range, 1 + zoom_range)
        self.zoom_range = _two("zoom_range", zoom_range)
        if brightness_range is not None:
            _two("brightness_range", brightness_range)
        self.mean: Array | None = None
        self.std: Array | None = None
        self.zca_whitening_matrix: Array | None = None

    # ---------------------------------------------------------------- sources

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> ImageBatches:
        """Returns batches of images in memory.

        Args:
            x: Images of rank 4; or a tuple of them and of a list of further inputs.
            y: Targets.
            batch_size: Images in a batch.
            shuffle: Whether each pass takes them in a new order.
            sample_weight: Weight of each image.
            seed: For repeatable order and changes.
            save_to_dir: Folder into which the changed images are written; none when None.
            save_prefix: Beginning of their names.
            save_format: "png" or "jpeg".
            ignore_class_split: Accepted for Keras's signature.
            subset: "training" or "validation", with `validation_split`.

        Raises:
            ValueError: For data that do not fit together.
        """
        del ignore_class_split
        return ArrayImages(
            self, x, y, sample_weight, subset, batch_size=batch_size, shuffle=shuffle, seed=seed,
            save_to_dir=save_to_dir, save_prefix=save_prefix, save_format=save_format,
        )  # fmt: skip

    def flow_from_directory(
        self,
        directory: str,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> ImageBatches:
        """Returns batches of the images in a folder with a folder for each class.

        Args:
            directory: The folder.
            target_size: Height and width to which images are brought.
            color_mode: "rgb", "rgba" or "grayscale".
            classes: Names of the folders in the order of their numbers; sorted when None.
            class_mode: "categorical" (one-hot), "binary", "sparse", "input" (the images
                themselves) or None.
            batch_size: Images in a batch.
            shuffle: Whether each pass takes them in a new order.
            seed: For repeatable order and changes.
            save_to_dir: Folder into which the changed images are written; none when None.
            save_prefix: Beginning of their names.
            save_format: "png" or "jpeg".
            follow_links: Whether links to folders are followed.
            subset: "training" or "validation", with `validation_split`.
            interpolation: How images are resized: "nearest", "bilinear", "bicubic", ...
            keep_aspect_ratio: Whether they are cut instead of distorted.

        Raises:
            ValueError: For an unknown mode, and a folder that is missing or holds no images.
        """
        frame = directory_images(directory, classes, follow_links, subset, self._validation_split)
        return FrameImages(
            self, *frame, class_mode=class_mode, target_size=target_size, color_mode=color_mode,
            interpolation=interpolation, keep_aspect_ratio=keep_aspect_ratio,
            batch_size=batch_size, shuffle=shuffle, seed=seed, save_to_dir=save_to_dir,
            save_prefix=save_prefix, save_format=save_format,
        )  # fmt: skip

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: str | None = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        **kwargs: Any,
    ) -> ImageBatches:
        """Returns batches of the images whose files a pandas frame lists.

        Args:
            dataframe: The frame.
            directory: Folder below which the files lie; names are whole paths when None.
            x_col: Column with the files.
            y_col: Column with the classes; a list of columns for several numbers ("raw").
            weight_col: Column with a weight for each image.
            target_size: Height and width to which images are brought.
            color_mode: "rgb", "rgba" or "grayscale".
            classes: Classes in the order of their numbers; sorted when None.
            class_mode: "categorical" (one-hot), "binary", "sparse", "raw" (numbers as they are),
                "input" (the images themselves) or None.
            batch_size: Images in a batch.
            shuffle: Whether each pass takes them in a new order.
            seed: For repeatable order and changes.
            save_to_dir: Folder into which the changed images are written; none when None.
            save_prefix: Beginning of their names.
            save_format: "png" or "jpeg".
            subset: "training" or "validation", with `validation_split`.
            interpolation: How images are resized: "nearest", "bilinear", "bicubic", ...
            validate_filenames: Whether rows whose file is missing are left out.
            **kwargs: `keep_aspect_ratio`, and old arguments that mean nothing any more.

        Raises:
            ValueError: For a missing column, an unknown mode, and when no file is there.
        """
        rows = frame_images(
            dataframe, directory, x_col, y_col, weight_col, classes, class_mode,
            validate_filenames, subset, self._validation_split,
        )  # fmt: skip
        return FrameImages(
            self, *rows, class_mode=class_mode, target_size=target_size, color_mode=color_mode,
            interpolation=interpolation, keep_aspect_ratio=kwargs.get("keep_aspect_ratio", False),
            batch_size=batch_size, shuffle=shuffle, seed=seed, save_to_dir=save_to_dir,
            save_prefix=save_prefix, save_format=save_format,
        )  # fmt: skip

    # ---------------------------------------------------------------- one image

    def standardize(self, x: Array) -> Array:
        """Returns an image after the function, the factor and the normalizations.

        Args:
            x: One image; floats are changed in place.
        """
        if self.preprocessing_function is not None:
            x = self.preprocessing_function(x)
        if self.rescale:
            x = x * self.rescale
        if self.samplewise_center:
            x = x - np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x = x / (np.std(x, keepdims=True) + 1e-6)
        if self.featurewise_center:
            x = x - self._fitted("mean", "featurewise_center")
        if self.featurewise_std_normalization:
            x = x / (self._fitted("std", "featurewise_std_normalization") + 1e-6)
        if self.zca_whitening:
            matrix = self._fitted("zca_whitening_matrix", "zca_whitening")
            if np.ndim(matrix):
                x = (x.reshape(1, -1) @ matrix).reshape(x.shape)
        return x

    def _fitted(self, name: str, setting: str) -> Any:
        value = getattr(self, name)
        if value is None:
            warnings.warn(
                f"ImageDataGenerator has {setting}=True but was not fitted, so it is left out. "
                f"Call fit(images) first.",
                stacklevel=2,
            )
            return 1.0 if name == "std" else 0.0
        return value

    def get_random_transform(
        self, img_shape: tuple[int, ...], seed: int | None = None, random: Any = None
    ) -> dict[str, Any]:
        """Returns what a random change is.

        Args:
            img_shape: Shape of the image.
            seed: For a repeatable change.
            random: A `numpy.random.RandomState`; NumPy's global one when None.
        """
        random = np.random.RandomState(seed) if seed is not None else random or np.random
        spin, shear = self.rotation_range, self.shear_range
        theta = random.uniform(-spin, spin) if spin else 0
        tx = _shift(random, self.height_shift_range, img_shape[self.row_axis - 1])
        ty = _shift(random, self.width_shift_range, img_shape[self.col_axis - 1])
        slant = random.uniform(-shear, shear) if shear else 0
        zx, zy = 1, 1
        if tuple(self.zoom_range) != (1, 1):
            zx, zy = random.uniform(*self.zoom_range, 2)
        flips = [random.random_sample() < 0.5 for _ in range(2)]
        shift = self.channel_shift_range
        return {
            "theta": theta,
            "tx": tx,
            "ty": ty,
            "shear": slant,
            "zx": zx,
            "zy": zy,
            "flip_horizontal": bool(flips[0] * self.horizontal_flip),
            "flip_vertical": bool(flips[1] * self.vertical_flip),
            "channel_shift_intensity": random.uniform(-shift, shift) if shift else None,
            "brightness": random.uniform(*self.brightness_range) if self.brightness_range else None,
        }

    def apply_transform(self, x: Array, transform_parameters: dict[str, Any]) -> Array:
        """Returns an image after a change.

        Args:
            x: One image.
            transform_parameters: What `get_random_transform` returns, or a part of it.
        """
        given = transform_parameters
        rows, columns, channels = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        affine = {name: given.get(name, 0) for name in ("theta", "tx", "ty", "shear")}
        affine |= {name: given.get(name, 1) for name in ("zx", "zy")}
        if any(affine[name] for name in ("theta", "tx", "ty", "shear")) or (
            affine["zx"] != 1 or affine["zy"] != 1
        ):
            x = apply_affine_transform(
                x, **affine, row_axis=rows, col_axis=columns, channel_axis=channels,
                fill_mode=self.fill_mode, cval=self.cval, order=self.interpolation_order,
            )  # fmt: skip
        if given.get("channel_shift_intensity") is not None:
            x = apply_channel_shift(x, given["channel_shift_intensity"], channels)
        if given.get("flip_horizontal", False):
            x = np.flip(x, columns)
        if given.get("flip_vertical", False):
            x = np.flip(x, rows)
        if given.get("brightness") is not None:
            x = apply_brightness_shift(x, given["brightness"], scale=False)
        return x

    def random_transform(self, x: Array, seed: int | None = None) -> Array:
        """Returns an image after a random change.

        Args:
            x: One image.
            seed: For a repeatable change.
        """
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Computes the mean, the deviation and the whitening of a data set.

        Args:
            x: Images of rank 4.
            augment: Whether they are changed at random first.
            rounds: How often, with `augment`.
            seed: For repeatable changes.

        Raises:
            ValueError: For another rank.
        """
        images = np.array(x, dtype=self.dtype)
        if images.ndim != 4:
            raise ValueError(
                f"ImageDataGenerator.fit: expected images of rank 4, such as (samples, height, "
                f"width, channels); got shape {images.shape}."
            )
        if augment:
            random = np.random.RandomState(seed) if seed is not None else np.random
            images = np.array(
                [
                    self.apply_transform(
                        image, self.get_random_transform(image.shape, random=random)
                    )
                    for _ in range(rounds)
                    for image in images
                ],
                dtype=self.dtype,
            )
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = images.mean(axes, keepdims=True)[0]
            images = images - self.mean
        if self.featurewise_std_normalization:
            self.std = images.std(axes, keepdims=True)[0]
            images = images / (self.std + 1e-6)
        if self.zca_whitening:
            flat = images.reshape(len(images), -1)
            u, s, _ = np.linalg.svd(flat.T @ flat / len(flat))
            self.zca_whitening_matrix = (u / np.sqrt(s + self.zca_epsilon)) @ u.T


def _two(name: str, value: Any) -> tuple[float, float]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ValueError(f"ImageDataGenerator: {name} is a pair such as (0.8, 1.2); got {value!r}.")
    return value[0], value[1]


def _shift(random: Any, limit: Any, size: int) -> float:
    """Returns a random shift in pixels."""
    if not np.any(limit):
        return 0
    if np.ndim(limit):
        shift = random.choice(limit) * random.choice([-1, 1])
    elif isinstance(limit, (int, np.integer)):
        shift = random.choice(int(limit)) * random.choice([-1, 1])
    else:
        shift = random.uniform(-limit, limit)
    return float(shift * size) if np.max(limit) < 1 else float(shift)
