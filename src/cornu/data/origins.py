"""Origins: the methods of Dataset that make one from something else."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.core import dtypes
from cornu.core.errors import InvalidArgumentError, MissingFileError
from cornu.data.caching import Loaded
from cornu.data.combining import Chosen, Zip, random_choices
from cornu.data.elements import is_structure, map_components
from cornu.data.manners import Manners
from cornu.data.shuffling import Seeds
from cornu.data.signature import signature_of
from cornu.data.sources import Counted, Generated, Numbers, RandomNumbers, Slices, Tensors
from cornu.data.stage import Stage


class Origins:
    """The part of a Dataset that makes one."""

    manners: Manners
    _stage: Stage

    if TYPE_CHECKING:

        def __init__(self, stage: Stage) -> None: ...

    @classmethod
    def _absorbed(cls, value: Any) -> Any:
        def leaf(part: Any) -> Any:
            return part._stage if isinstance(part, Origins) else cls.manners.absorb(part)

        return map_components(leaf, value)

    @classmethod
    def from_tensor_slices(cls, tensors: Any, name: Any = None) -> Any:
        """Returns a dataset of the rows of arrays.

        Args:
            tensors: Array, or tuple or dict of arrays with the same number of rows.
            name: Accepted for TensorFlow's signature.

        Raises:
            ValueError: When an array has no rows or the numbers differ.
        """
        if hasattr(tensors, "to_dict") and hasattr(tensors, "columns"):  # a pandas table
            tensors = tensors.to_numpy()
        return cls(Slices(cls._absorbed(_plain_dict(tensors))))

    @classmethod
    def from_tensors(cls, tensors: Any, name: Any = None) -> Any:
        """Returns a dataset of one element.

        Args:
            tensors: The element.
            name: Accepted for TensorFlow's signature.
        """
        return cls(Tensors(cls._absorbed(_plain_dict(tensors))))

    @classmethod
    def from_generator(
        cls,
        generator: Callable[..., Any],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: Any = None,
    ) -> Any:
        """Returns a dataset of what a Python generator yields.

        Args:
            generator: Called for each pass; returns something to iterate over.
            output_types: Dtypes of the components.
            output_shapes: Their shapes.
            args: Arguments of `generator`, which gets them as NumPy arrays.
            output_signature: Specs of the components, in place of types and shapes.
            name: Accepted for TensorFlow's signature.

        Raises:
            TypeError: When `generator` is not callable.
        """
        if not callable(generator):
            raise TypeError(
                "`generator` must be a Python callable: pass the function, not what it returns."
            )
        signature = signature_of(output_signature, output_types, output_shapes)
        given = [cls._absorbed(value)[()] for value in args or ()]
        return cls(Generated(lambda: generator(*given), signature, cls.manners.absorb))

    @classmethod
    def range(cls, *args: Any, **kwargs: Any) -> Any:
        """Returns a dataset of whole numbers.

        Args:
            *args: stop; start and stop; or start, stop and step.
            **kwargs: `output_type`, a dtype (int64), and `name`.
        """
        kwargs.pop("name", None)
        kind = dtypes.canonical(kwargs.pop("output_type", "int64"))
        if kwargs:
            raise TypeError(f"range: unknown arguments {', '.join(kwargs)}.")
        if not 1 <= len(args) <= 3:
            raise InvalidArgumentError(f"range: takes 1 to 3 numbers; got {len(args)}.")
        numbers = range(*(int(value) for value in args))
        return cls(Numbers(numbers, dtypes.to_numpy(kind)))

    @classmethod
    def counter(cls, start: Any = 0, step: Any = 1, dtype: Any = "int64", name: Any = None) -> Any:
        """Returns a dataset of whole numbers without end, from `start` in distances of `step`."""
        kind = dtypes.to_numpy(dtypes.canonical(dtype))
        return cls(Counted(int(start), int(step), kind))

    @classmethod
    def random(cls, seed: Any = None, rerandomize_each_iteration: Any = None, name: Any = None) -> Any:  # fmt: skip
        """Returns a dataset of random whole numbers below 2**32, without end.

        Args:
            seed: Of the numbers; follows from the program's seeds when None.
            rerandomize_each_iteration: Whether every pass has other numbers.
            name: Accepted for TensorFlow's signature.
        """
        return cls(RandomNumbers(Seeds(seed, fixed=not rerandomize_each_iteration)))

    @classmethod
    def list_files(
        cls, file_pattern: Any, shuffle: Any = None, seed: Any = None, name: Any = None
    ) -> Any:
        """Returns a dataset of the names of files.

        Args:
            file_pattern: Name with `*` and `?`, or a list of such.
            shuffle: Whether every pass has a random order; None means True.
            seed: Of the order.
            name: Accepted for TensorFlow's signature.

        Raises:
            ValueError: When no file has such a name.
        """
        patterns = np.atleast_1d(cls.manners.absorb(_paths(file_pattern))).ravel().tolist()
        found = sorted({path for pattern in patterns for path in glob.glob(pattern)})
        if not found:
            raise InvalidArgumentError(f"No files matched pattern: {', '.join(patterns)}")
        names = np.empty(len(found), object)
        names[:] = found
        files = cls(Slices(names))
        return files if shuffle is False else files.shuffle(len(found), seed)  # type: ignore[attr-defined]

    @classmethod
    def load(cls, path: Any, element_spec: Any = None, compression: Any = None, reader_func: Any = None) -> Any:  # fmt: skip
        """Returns the dataset that `save` wrote.

        Args:
            path: The folder.
            element_spec: Accepted for TensorFlow's signature.
            compression: Likewise.
            reader_func: Likewise.

        Raises:
            FileNotFoundError: When there is none.
        """
        file = Path(path) / "elements.cornu"
        if not file.is_file():
            raise MissingFileError(f"No saved dataset in {str(path)!r}: {file.name} is missing.")
        return cls(Loaded(file))

    @classmethod
    def zip(cls, *args: Any, datasets: Any = None, name: Any = None) -> Any:
        """Returns the elements of several datasets side by side.

        Args:
            *args: Datasets, or one structure of datasets.
            datasets: The same by name.
            name: Accepted for TensorFlow's signature.

        Raises:
            TypeError: For what is no dataset.
        """
        form = datasets if datasets is not None else (args[0] if len(args) == 1 else args)
        if isinstance(form, list):
            raise TypeError("zip: got a list; pass a tuple of datasets: Dataset.zip((a, b)).")

        def stage(leaf: Any) -> Stage:
            if not isinstance(leaf, Origins):
                raise TypeError(f"zip: expected datasets; got a {type(leaf).__name__}.")
            return leaf._stage

        return cls(Zip(map_components(stage, form)))

    @classmethod
    def sample_from_datasets(
        cls,
        datasets: Any,
        weights: Any = None,
        seed: Any = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: Any = None,
    ) -> Any:
        """Returns elements of several datasets, chosen at random.

        Args:
            datasets: List of datasets.
            weights: How often each is chosen; equally often when None.
            seed: Of the choice.
            stop_on_empty_dataset: Whether it ends with the first dataset that does.
            rerandomize_each_iteration: Accepted for TensorFlow's signature.

        Raises:
            ValueError: When the numbers of datasets and weights differ.
        """
        stages = [dataset._stage for dataset in datasets]
        shares = np.ones(len(stages)) if weights is None else np.asarray(weights, np.float64)
        if shares.shape != (len(stages),):
            raise InvalidArgumentError(
                f"sample_from_datasets: {len(stages)} datasets need as many weights; got "
                f"{shares.tolist()}."
            )
        choices = random_choices(shares, Seeds(seed, fixed=False))
        return cls(Chosen(stages, choices, stop_on_empty_dataset))

    @classmethod
    def choose_from_datasets(
        cls, datasets: Any, choice_dataset: Any, stop_on_empty_dataset: bool = True
    ) -> Any:
        """Returns elements of several datasets, chosen by the numbers that another one gives.

        Args:
            datasets: List of datasets.
            choice_dataset: Dataset of numbers.
            stop_on_empty_dataset: Whether it ends with the first dataset that does.
        """
        numbers = choice_dataset._stage

        def choose(left: list[bool]) -> Iterator[int]:
            return (int(element) for element in numbers.elements())

        stages = [dataset._stage for dataset in datasets]
        return cls(Chosen(stages, choose, stop_on_empty_dataset))

    def out_of_range(self, text: str) -> Exception:
        """Returns the error of an iterator at its end."""
        return IndexError(text)


def _plain_dict(value: Any) -> Any:
    """Returns tables and mappings of columns as dicts of arrays."""
    if isinstance(value, dict):
        return {key: _plain_dict(part) for key, part in value.items()}
    if is_structure(value):
        parts = [_plain_dict(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value.to_numpy() if hasattr(value, "iloc") else value


def _paths(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value]
    return str(value) if isinstance(value, Path) else value
