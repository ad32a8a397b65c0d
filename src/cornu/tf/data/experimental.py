"""`tf.data.experimental`: older and rarer names."""

from __future__ import annotations

import glob
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from cornu.core import dtypes
from cornu.core.tensor import Tensor as CoreTensor
from cornu.data import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Options
from cornu.data.csv import column_of, inferred_dtype, read_columns
from cornu.data.lines import compression_of
from cornu.data.sources import Slices
from cornu.tf._convert import convert
from cornu.tf._names import no_such_name
from cornu.tf.data._dataset import Dataset
from cornu.tf.data._files import paths_of
from cornu.tf.errors import InvalidArgumentError

__all__ = [
    "AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "AutoShardPolicy", "Counter",
    "CsvDataset", "Options", "assert_cardinality", "bucket_by_sequence_length", "cardinality",
    "choose_from_datasets", "enumerate_dataset", "get_single_element", "get_structure",
    "group_by_window", "ignore_errors", "load", "make_csv_dataset", "sample_from_datasets",
    "save", "scan", "shuffle_and_repeat", "snapshot", "take_while", "unbatch", "unique",
]  # fmt: skip

AutoShardPolicy = SimpleNamespace(AUTO=0, FILE=1, DATA=2, HINT=3, OFF=-1)

Change = Callable[[Any], Any]


def cardinality(dataset: Any) -> Any:
    """Returns the number of elements of a dataset as an int64 tensor.

    Args:
        dataset: The dataset.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.data.experimental.cardinality(tf.data.Dataset.range(3)))
        3
    """
    return convert(np.int64(int(dataset.cardinality())))


def assert_cardinality(expected_cardinality: Any) -> Change:
    """Returns a change for `apply` that checks the number of elements.

    Args:
        expected_cardinality: The number.

    Example:
        >>> import cornu.tf as tf
        >>> dataset = tf.data.Dataset.range(3).apply(tf.data.experimental.assert_cardinality(3))
        >>> len(dataset)
        3
    """

    def check(dataset: Any) -> Any:
        found = int(dataset.cardinality())
        if found >= 0 and found != int(expected_cardinality):
            raise InvalidArgumentError(
                f"assert_cardinality: the dataset has {found} elements, not "
                f"{int(expected_cardinality)}."
            )
        return dataset

    return check


def Counter(start: Any = 0, step: Any = 1, dtype: Any = "int64") -> Any:
    """Returns a dataset of whole numbers without end.

    Args:
        start: The first.
        step: Their distance.
        dtype: Their dtype.

    Example:
        >>> import cornu.tf as tf
        >>> [int(n) for n in tf.data.experimental.Counter(start=3).take(2)]
        [3, 4]
    """
    return Dataset.counter(start, step, dtype)


def _method(name: str, method: str = "") -> Callable[..., Change]:
    """Returns the older form of a method: it gives a change for `apply`."""

    def make(*arguments: Any, **keywords: Any) -> Change:
        return lambda dataset: getattr(dataset, method or name)(*arguments, **keywords)

    make.__name__ = name
    make.__doc__ = f"""Returns a change for `apply`: the method `{method or name}`.

    Args:
        *arguments: Of the method.
        **keywords: Likewise.

    Example:
        >>> import cornu.tf as tf
        >>> callable(tf.data.experimental.{name})
        True
    """
    return make


bucket_by_sequence_length = _method("bucket_by_sequence_length")
enumerate_dataset = _method("enumerate_dataset", "enumerate")
group_by_window = _method("group_by_window")
ignore_errors = _method("ignore_errors")
scan = _method("scan")
snapshot = _method("snapshot")
take_while = _method("take_while")
unbatch = _method("unbatch")
unique = _method("unique")
sample_from_datasets = Dataset.sample_from_datasets
choose_from_datasets = Dataset.choose_from_datasets


def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: Any = None) -> Change:
    """Returns a change for `apply`: shuffling, then repeating.

    Args:
        buffer_size: As in `shuffle`.
        count: As in `repeat`.
        seed: As in `shuffle`.

    Example:
        >>> import cornu.tf as tf
        >>> twice = tf.data.experimental.shuffle_and_repeat(3, 2)
        >>> len(tf.data.Dataset.range(3).apply(twice))
        6
    """
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def get_single_element(dataset: Any) -> Any:
    """Returns the one element of a dataset.

    Args:
        dataset: The dataset.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.data.experimental.get_single_element(tf.data.Dataset.range(1)))
        0
    """
    return dataset.get_single_element()


def get_structure(dataset: Any) -> Any:
    """Returns the spec of the elements of a dataset or iterator.

    Args:
        dataset: Dataset or iterator.

    Example:
        >>> import cornu.tf as tf
        >>> tf.data.experimental.get_structure(tf.data.Dataset.range(1)).dtype
        tf.int64
    """
    return dataset.element_spec


def save(dataset: Any, path: Any, compression: Any = None, shard_func: Any = None) -> None:
    """Writes the elements of a dataset into a folder.

    Args:
        dataset: The dataset.
        path: The folder.
        compression: Accepted for TensorFlow's signature.
        shard_func: Likewise.

    Example:
        >>> import tempfile
        >>> import cornu.tf as tf
        >>> folder = tempfile.mkdtemp()
        >>> tf.data.experimental.save(tf.data.Dataset.range(2), folder)
        >>> len(tf.data.experimental.load(folder))
        2
    """
    dataset.save(path)


def load(path: Any, element_spec: Any = None, compression: Any = None, reader_func: Any = None) -> Any:  # fmt: skip
    """Returns the dataset that `save` wrote.

    Args:
        path: The folder.
        element_spec: Accepted for TensorFlow's signature.
        compression: Likewise.
        reader_func: Likewise.

    Example:
        >>> import tempfile
        >>> import cornu.tf as tf
        >>> folder = tempfile.mkdtemp()
        >>> tf.data.experimental.save(tf.data.Dataset.range(2), folder)
        >>> [int(n) for n in tf.data.experimental.load(folder)]
        [0, 1]
    """
    return Dataset.load(path)


def CsvDataset(
    filenames: Any,
    record_defaults: Any,
    compression_type: Any = None,
    buffer_size: Any = None,
    header: bool = False,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    select_cols: Any = None,
    exclude_cols: Any = None,
) -> Any:
    r"""Returns the lines of CSV files as a dataset of tuples of scalars.

    Args:
        filenames: Name, or list of names.
        record_defaults: One for each column: a dtype for a column that must be there, or a value
            that stands where the field is empty.
        compression_type: "", "GZIP" or "ZLIB".
        buffer_size: Accepted for TensorFlow's signature.
        header: Whether the first line of each file is left out.
        field_delim: What stands between fields.
        use_quote_delim: Whether quotation marks hold fields together.
        na_value: Text that means a missing field.
        select_cols: Numbers of the columns to read, in increasing order.
        exclude_cols: Numbers of the columns to leave out.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import cornu.tf as tf
        >>> path = Path(tempfile.mkdtemp()) / "a.csv"
        >>> _ = path.write_text("1,x\n,y\n")
        >>> for number, text in tf.data.experimental.CsvDataset(path, [0.5, tf.string]):
        ...     print(float(number), text.numpy())
        1.0 b'x'
        0.5 b'y'
    """
    _, columns = read_columns(
        paths_of(filenames), None, header=header, delimiter=field_delim,
        quoted=use_quote_delim, compression=compression_of(compression_type),
    )  # fmt: skip
    places = list(range(len(columns))) if select_cols is None else list(select_cols)
    places = [place for place in places if place not in (exclude_cols or ())]
    if len(places) != len(record_defaults):
        raise InvalidArgumentError(
            f"CsvDataset: expected {len(record_defaults)} fields, as record_defaults says, "
            f"but the file has {len(places)}."
        )
    kinds = [default_of(default) for default in record_defaults]
    arrays = tuple(
        column_of(columns[place], kind, default, na_value, f"column {place}")
        for place, (kind, default) in zip(places, kinds, strict=True)
    )
    return Dataset(Slices(arrays))


def default_of(given: Any) -> tuple[str, Any]:
    """Returns the dtype and the default value that an entry of `record_defaults` means."""
    if isinstance(given, (str, bytes)) and not hasattr(given, "as_numpy_dtype"):
        return "string", given.decode() if isinstance(given, bytes) else given
    if isinstance(given, type) or hasattr(given, "as_numpy_dtype"):
        return dtypes.canonical("string" if given is str else given), None
    value = np.asarray(CoreTensor.numpy(convert(given)))
    kind = dtypes.canonical(value.dtype)
    return kind, value.ravel()[0] if value.size else None


def make_csv_dataset(
    file_pattern: Any,
    batch_size: Any,
    column_names: Any = None,
    column_defaults: Any = None,
    label_name: Any = None,
    select_columns: Any = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs: Any = None,
    shuffle: bool = True,
    shuffle_buffer_size: Any = 10000,
    shuffle_seed: Any = None,
    prefetch_buffer_size: Any = None,
    num_parallel_reads: Any = None,
    sloppy: bool = False,
    num_rows_for_inference: Any = 100,
    compression_type: Any = None,
    ignore_errors: bool = False,
    encoding: str = "utf-8",
) -> Any:
    r"""Returns batches of the columns of CSV files, as dicts by column name.

    Args:
        file_pattern: Name with `*` and `?`, or a list of such.
        batch_size: Rows in a batch.
        column_names: Names of the columns; those of the first line when None.
        column_defaults: Dtypes or defaults of the read columns; told from the data when None.
        label_name: Column to take out: elements are then (features, label).
        select_columns: Names or numbers of the columns to read.
        field_delim: What stands between fields.
        use_quote_delim: Whether quotation marks hold fields together.
        na_value: Text that means a missing field.
        header: Whether the first line of each file has the names.
        num_epochs: Passes over the data; without end when None.
        shuffle: Whether rows come in random order.
        shuffle_buffer_size: Rows that are mixed.
        shuffle_seed: Of the order.
        prefetch_buffer_size: Accepted for TensorFlow's signature.
        num_parallel_reads: Likewise.
        sloppy: Likewise.
        num_rows_for_inference: Rows that tell the dtypes; all when None.
        compression_type: "", "GZIP" or "ZLIB".
        ignore_errors: Whether lines with another number of fields are left out.
        encoding: Of the files.

    Returns:
        A dataset.

    Raises:
        ValueError: When no file matches, or a column does not exist.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import cornu.tf as tf
        >>> path = Path(tempfile.mkdtemp()) / "a.csv"
        >>> _ = path.write_text("age,survived\n22,0\n38,1\n")
        >>> dataset = tf.data.experimental.make_csv_dataset(
        ...     path, batch_size=2, label_name="survived", num_epochs=1, shuffle=False
        ... )
        >>> features, label = next(iter(dataset))
        >>> features["age"].numpy().tolist(), label.numpy().tolist()
        ([22, 38], [0, 1])
    """
    paths = sorted({path for pattern in paths_of(file_pattern) for path in glob.glob(pattern)})
    if not paths:
        raise InvalidArgumentError(f"make_csv_dataset: no file matches {file_pattern!r}.")
    names, fields = read_columns(
        paths, column_names, header=header, delimiter=field_delim, quoted=use_quote_delim,
        compression=compression_of(compression_type), encoding=encoding, lenient=ignore_errors,
    )  # fmt: skip
    chosen = _chosen(names, select_columns)
    if label_name is not None and label_name not in chosen:
        raise InvalidArgumentError(
            f"`label_name` provided must be one of the columns: {label_name!r} is none of "
            f"{', '.join(chosen)}."
        )
    if column_defaults is not None and len(column_defaults) not in (len(chosen), len(names)):
        raise InvalidArgumentError(
            f"make_csv_dataset: {len(chosen)} columns are read; column_defaults has "
            f"{len(column_defaults)} entries."
        )
    columns: dict[str, Any] = {}
    for position, name in enumerate(chosen):
        place = names.index(name)
        if column_defaults is None:
            kind = inferred_dtype(fields[place][:num_rows_for_inference], na_value)
            default: Any = "" if kind == "string" else 0
        else:
            whole = len(column_defaults) == len(names)
            kind, default = default_of(column_defaults[place if whole else position])
        columns[name] = column_of(fields[place], kind, default, na_value, f"column {name!r}")
    label = columns.pop(label_name) if label_name is not None else None
    dataset = Dataset(Slices(columns if label is None else (columns, label)))
    if shuffle:
        dataset = dataset.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        dataset = dataset.repeat(num_epochs)
    return dataset.batch(batch_size, drop_remainder=num_epochs is None)


def _chosen(names: list[str], selected: Any) -> list[str]:
    if selected is None:
        return names
    chosen = [names[item] if isinstance(item, int) else item for item in selected]
    missing = [name for name in chosen if name not in names]
    if missing:
        raise InvalidArgumentError(
            f"make_csv_dataset: there is no column {missing[0]!r}; the columns are "
            f"{', '.join(names)}."
        )
    return [name for name in names if name in chosen]


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.data.experimental", name, __all__)
