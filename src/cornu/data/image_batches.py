"""Batches of images for ImageDataGenerator: from memory and from files."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from cornu.data.image_listing import check_class_mode, split_of
from cornu.data.images import array_to_img, img_to_array, load_img
from cornu.data.py_dataset import PyDataset

Array = np.ndarray[Any, Any]

_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}


class ImageBatches(PyDataset):
    """Batches of changed images, by number or one after the other without end.

    Args:
        generator: Makes the changes.
        n: Number of images.
        batch_size: Images in a batch.
        shuffle: Whether each pass takes them in a new order.
        seed: For repeatable order and changes; NumPy's global generator is used when None.
        save_to_dir: Folder into which the changed images are written, or None.
        save_prefix: Beginning of their names.
        save_format: Ending of their names.

    Attributes:
        batch_index: Number of the next batch.
        total_batches_seen: How many were made so far.

    Example:
        >>> from cornu.preprocessing.image import ImageDataGenerator
        >>> batches = ImageDataGenerator().flow(np.zeros((5, 4, 4, 3)), batch_size=2)
        >>> len(batches), batches[2].shape
        (3, (1, 4, 4, 3))
    """

    def __init__(
        self,
        generator: Any,
        n: int,
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
    ) -> None:
        super().__init__()
        self.image_data_generator = generator
        self.n = self.samples = n
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.batch_index = 0
        self.total_batches_seen = 0
        self._order: Array | None = None

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def _random(self) -> Any:
        """Returns the generator of the next batch."""
        if self.seed is None:
            return np.random
        return np.random.RandomState(self.seed + self.total_batches_seen)

    def _draw_order(self, random: Any) -> None:
        self._order = random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def __getitem__(self, index: int) -> Any:
        """Returns a batch.

        Args:
            index: Its number.
        """
        if index >= len(self):
            raise IndexError(f"There are {len(self)} batches of images; got index {index}.")
        random = self._random()
        self.total_batches_seen += 1
        if self._order is None:
            self._draw_order(random)
        return self._batch(self._rows(index), random)

    def _rows(self, index: int) -> Array:
        assert self._order is not None
        return self._order[index * self.batch_size : (index + 1) * self.batch_size]

    def __iter__(self) -> ImageBatches:
        return self

    def __next__(self) -> Any:
        random = self._random()
        if self.batch_index == 0 or self._order is None:
            self._draw_order(random)
        rows = self._rows(self.batch_index)
        self.batch_index = (self.batch_index + 1) % len(self)
        self.total_batches_seen += 1
        return self._batch(rows, random)

    next = __next__

    def reset(self) -> None:
        """Goes back to the first batch."""
        self.batch_index = 0

    def on_epoch_end(self) -> None:
        """Draws a new order."""
        self._draw_order(self._random())

    def _changed(self, image: Array, random: Any) -> Array:
        generator = self.image_data_generator
        parameters = generator.get_random_transform(image.shape, random=random)
        return generator.standardize(generator.apply_transform(image, parameters))

    def _save(self, images: Array, rows: Array) -> None:
        if not self.save_to_dir:
            return
        form = self.image_data_generator.data_format
        for image, row in zip(images, rows):
            # The number of the batch keeps images of several passes apart.
            name = f"{self.save_prefix}_{row}_{self.total_batches_seen}.{self.save_format}"
            array_to_img(image, form, scale=True).save(os.path.join(self.save_to_dir, name))

    def _batch(self, rows: Array, random: Any) -> Any:
        """Returns the images with the given numbers, changed, and what belongs to them."""
        raise NotImplementedError


class ArrayImages(ImageBatches):
    """Batches of images in memory; the arguments are those of `ImageDataGenerator.flow`."""

    def __init__(
        self, generator: Any, x: Any, y: Any, sample_weight: Any, subset: str | None, **kwargs: Any
    ) -> None:
        more: list[Any] = []
        if isinstance(x, (tuple, list)) and not np.isscalar(x[0]) and isinstance(x, tuple):
            more = [np.asarray(part) for part in (x[1] if isinstance(x[1], list) else [x[1]])]
            x = x[0]
        images = np.asarray(x, generator.dtype)
        labels = None if y is None else np.asarray(y)
        weights = None if sample_weight is None else np.asarray(sample_weight)
        parts = [("y", labels), ("sample_weight", weights), *(("x", part) for part in more)]
        for name, part in parts:
            if part is not None and len(part) != len(images):
                raise ValueError(
                    f"ImageDataGenerator.flow: there are {len(images)} images, but {name} has "
                    f"{len(part)} rows."
                )
        if images.ndim != 4:
            raise ValueError(
                f"ImageDataGenerator.flow: expected images of rank 4, such as (samples, height, "
                f"width, channels); got shape {images.shape}."
            )
        if subset is not None:
            begin, end = split_of(subset, generator._validation_split)
            span = slice(int(len(images) * begin), int(len(images) * end))
            images, more = images[span], [part[span] for part in more]
            labels = None if labels is None else labels[span]
            weights = None if weights is None else weights[span]
        self.x, self.y, self.sample_weight, self.x_misc = images, labels, weights, more
        super().__init__(generator, len(images), **kwargs)

    def _batch(self, rows: Array, random: Any) -> Any:
        dtype = self.image_data_generator.dtype
        images = np.array([self._changed(self.x[row], random) for row in rows], dtype)
        self._save(images, rows)
        x: Any = [images, *(part[rows] for part in self.x_misc)] if self.x_misc else images
        if self.y is None:
            return x
        if self.sample_weight is None:
            return x, self.y[rows]
        return x, self.y[rows], self.sample_weight[rows]


class FrameImages(ImageBatches):
    """Batches of images in files; the arguments are those of `flow_from_directory`.

    Attributes:
        classes: The number of each image's class.
        class_indices: The number of each class.
        filenames: The files below their folder.
        filepaths: The files.
        image_shape: Shape of one image.
    """

    def __init__(
        self,
        generator: Any,
        paths: list[str],
        filenames: list[str],
        labels: Array | None,
        class_indices: dict[Any, int],
        sample_weight: Array | None,
        class_mode: str | None,
        target_size: tuple[int, int],
        color_mode: str,
        interpolation: str,
        keep_aspect_ratio: bool,
        **kwargs: Any,
    ) -> None:
        check_class_mode(class_mode)
        if color_mode not in _CHANNELS:
            raise ValueError(
                f"color_mode is one of {', '.join(map(repr, _CHANNELS))}; got {color_mode!r}."
            )
        if class_mode == "binary" and len(class_indices) > 2:
            raise ValueError(
                f"class_mode='binary' needs two classes; there are {len(class_indices)}: "
                f"{list(class_indices)}. Use 'categorical' or 'sparse'."
            )
        self.filepaths, self.filenames = paths, filenames
        self.labels, self.class_indices = labels, class_indices
        self.sample_weight = sample_weight
        self.class_mode = class_mode
        self.target_size = tuple(target_size)
        self.color_mode = color_mode
        self.interpolation = interpolation
        self.keep_aspect_ratio = keep_aspect_ratio
        self.num_classes = len(class_indices)
        channels, last = _CHANNELS[color_mode], generator.data_format == "channels_last"
        sizes = self.target_size
        self.image_shape = (*sizes, channels) if last else (channels, *sizes)
        super().__init__(generator, len(paths), **kwargs)

    @property
    def classes(self) -> Array | None:
        """The number of each image's class."""
        return self.labels

    def _batch(self, rows: Array, random: Any) -> Any:
        generator = self.image_data_generator
        images = np.zeros((len(rows), *self.image_shape), generator.dtype)
        for place, row in enumerate(rows):
            picture = load_img(
                self.filepaths[row], self.color_mode, self.target_size, self.interpolation,
                self.keep_aspect_ratio,
            )  # fmt: skip
            images[place] = self._changed(img_to_array(picture, generator.data_format), random)
        self._save(images, rows)
        if self.class_mode is None:
            return images
        targets = images.copy() if self.class_mode == "input" else self._targets(rows)
        if self.sample_weight is None:
            return images, targets
        return images, targets, self.sample_weight[rows]

    def _targets(self, rows: Array) -> Array:
        assert self.labels is not None
        numbers = self.labels[rows]
        if self.class_mode == "categorical":
            one_hot = np.zeros((len(rows), self.num_classes), self.image_data_generator.dtype)
            one_hot[np.arange(len(rows)), numbers] = 1
            return one_hot
        dtype = self.image_data_generator.dtype
        return numbers if self.class_mode == "raw" else numbers.astype(dtype)
