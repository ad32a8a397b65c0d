"""What each step of a pipeline does to the elements, by TensorFlow's documented semantics."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import ops
from cornu.core.errors import InvalidArgumentError
from cornu.data import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Dataset
from cornu.utils import set_random_seed


def values(dataset):
    return [np.asarray(value).tolist() for value in dataset.as_numpy_iterator()]


def numbers(count=10):
    return Dataset.range(count)


def test_slices_are_rows_of_nested_structures():
    dataset = Dataset.from_tensor_slices(({"a": [1, 2], "b": [[1.0], [2.0]]}, [0, 1]))
    features, label = next(iter(dataset))
    assert features["a"].numpy() == 1
    assert features["b"].shape == (1,)
    assert label.dtype == "int32"
    assert len(dataset) == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [(3, "scalar"), (([1, 2], [1, 2, 3]), "first dimension"), ((), "no array")],
)
def test_slices_refuse_what_has_no_common_rows(given, message):
    with pytest.raises(ValueError, match=message):
        Dataset.from_tensor_slices(given)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d.take(3), [0, 1, 2]),
        (lambda d: d.take(-1).skip(8), [8, 9]),
        (lambda d: d.skip(-1), []),
        (lambda d: d.skip(7).repeat(2), [7, 8, 9, 7, 8, 9]),
        (lambda d: d.shard(3, 1), [1, 4, 7]),
        (lambda d: d.filter(lambda n: n % 3 == 0), [0, 3, 6, 9]),
        (lambda d: d.take_while(lambda n: n < 4), [0, 1, 2, 3]),
        (lambda d: d.map(lambda n: n % 4).unique(), [0, 1, 2, 3]),
        (lambda d: d.batch(4), [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]),
        (lambda d: d.batch(4, drop_remainder=True), [[0, 1, 2, 3], [4, 5, 6, 7]]),
        (lambda d: d.batch(4).rebatch(5), [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]),
        (lambda d: d.batch(4).unbatch().take(2), [0, 1]),
        (lambda d: d.take(2).concatenate(d.skip(9)), [0, 1, 9]),
        (lambda d: d.take(3).repeat(2).batch(2), [[0, 1], [2, 0], [1, 2]]),
        (lambda d: d.enumerate(start=5).map(lambda i, n: i * n).take(3), [0, 6, 14]),
        (lambda d: d.batch(5).map(lambda b: ops.sum(b)), [10, 35]),
        (lambda d: d.take(2).flat_map(lambda n: Dataset.from_tensors(n).repeat(2)), [0, 0, 1, 1]),
        (lambda d: d.scan(0, lambda s, n: (s + n, s + n)).take(4), [0, 1, 3, 6]),
    ],
)
def test_steps(change, expected):
    dataset = change(numbers())
    assert values(dataset) == expected
    assert values(dataset) == expected  # every pass begins anew
    assert dataset.cardinality() in (len(expected), UNKNOWN_CARDINALITY)


def test_zip_ends_with_the_shortest():
    zipped = Dataset.zip((numbers(3), {"x": numbers().skip(5)}))
    assert [(int(a), int(b["x"])) for a, b in zipped] == [(0, 5), (1, 6), (2, 7)]
    assert len(Dataset.zip(numbers(2), numbers())) == 2
    with pytest.raises(TypeError, match="tuple"):
        Dataset.zip([numbers(), numbers()])


@pytest.mark.parametrize("of_table", [True, False])
def test_windows_overlap_and_stride(of_table):
    def windows(**keywords):
        below = numbers(7) if of_table else numbers(8).filter(lambda n: n < 7)
        return [values(window) for window in below.window(3, **keywords)]

    assert windows() == [[0, 1, 2], [3, 4, 5], [6]]
    assert windows(shift=2, drop_remainder=True) == [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    assert windows(shift=3, stride=2) == [[0, 2, 4], [3, 5], [6]]
    assert windows(shift=5) == [[0, 1, 2], [5, 6]]


def test_windows_of_pairs_are_pairs_of_datasets():
    pairs = Dataset.zip((numbers(4), numbers(4))).window(2)
    rows = pairs.flat_map(lambda a, b: Dataset.zip((a.batch(2), b.batch(2))))
    assert [x.tolist() + y.tolist() for x, y in rows.as_numpy_iterator()] == [
        [0, 1] * 2,
        [2, 3] * 2,
    ]


def test_interleave_takes_blocks_in_turn():
    made = Dataset.range(1, 6).interleave(
        lambda n: Dataset.from_tensors(n).repeat(6), cycle_length=2, block_length=4
    )
    assert "".join(map(str, values(made))) == "111122221122333344443344555555"


def test_batch_of_different_shapes_says_what_to_do():
    ragged = Dataset.from_tensors(np.zeros(2)).concatenate(Dataset.from_tensors(np.zeros(3)))
    with pytest.raises(
        InvalidArgumentError, match=r"shape \[2\] and element 1 had shape \[3\].*padded"
    ):
        values(ragged.batch(4))
    with pytest.raises(NotImplementedError, match="padded_batch"):
        numbers().ragged_batch(2)


def rows_of_lengths(*lengths):
    return Dataset.from_generator(
        lambda: (list(range(1, n + 1)) for n in lengths), output_types="int32", output_shapes=[None]
    )


def test_padded_batch():
    dataset = rows_of_lengths(1, 3, 2)
    assert values(dataset.padded_batch(2)) == [[[1, 0, 0], [1, 2, 3]], [[1, 2]]]
    padded = values(dataset.padded_batch(3, padded_shapes=[4], padding_values=-1))
    assert padded[0][0] == [1, -1, -1, -1]
    with pytest.raises(InvalidArgumentError, match="smaller size"):
        values(dataset.padded_batch(3, padded_shapes=[2]))
    pairs = dataset.map(lambda row: (row, ops.size(row)))
    made = pairs.padded_batch(2, padded_shapes=([None], []))
    assert [part.shape for part in next(made.as_numpy_iterator())] == [(2, 3), (2,)]


def test_buckets_hold_elements_of_similar_length():
    made = rows_of_lengths(1, 5, 2, 6).bucket_by_sequence_length(
        lambda row: row.shape[0], bucket_boundaries=[4], bucket_batch_sizes=[2, 2]
    )
    assert [batch.shape for batch in made.as_numpy_iterator()] == [(2, 2), (2, 6)]


@pytest.mark.parametrize("size", [1, 3, 10, 99])
def test_shuffle_is_a_permutation_within_the_buffer(size):
    order = values(numbers().shuffle(size, seed=3))
    assert sorted(order) == list(range(10))
    assert all(value <= place + size - 1 for place, value in enumerate(order))
    others = values(numbers().filter(lambda n: n > 2).shuffle(size, seed=3))
    assert sorted(others) == list(range(3, 10))


def test_shuffle_repeats_by_seed_and_changes_by_pass():
    first, again = numbers(50).shuffle(50, seed=1), numbers(50).shuffle(50, seed=1)
    one, two = values(first), values(first)
    assert one != two
    assert [values(again), values(again)] == [one, two]
    fixed = numbers(50).shuffle(50, seed=1, reshuffle_each_iteration=False)
    assert values(fixed) == values(fixed)


def test_shuffles_follow_the_programs_seed_without_drawing_from_it():
    def orders():
        set_random_seed(5)
        return [values(numbers(30).shuffle(30)) for _ in range(2)], np.random.rand()

    first, drawn = orders()
    assert first[0] != first[1]
    assert orders() == (first, drawn)
    set_random_seed(5)
    assert np.random.rand() == drawn


def test_infinite_data():
    dataset = numbers(3).repeat()
    assert dataset.cardinality() == INFINITE_CARDINALITY
    assert values(dataset.batch(2).take(2)) == [[0, 1], [2, 0]]
    assert dataset.batch(2).element_spec.shape == (2,)
    with pytest.raises(TypeError, match="infinite"):
        len(dataset)
    with pytest.raises(TypeError, match="unknown"):
        len(numbers().filter(lambda n: n > 2))


def test_choosing_among_datasets():
    parts = [Dataset.from_tensors(k).repeat(3) for k in range(3)]
    assert values(Dataset.choose_from_datasets(parts, Dataset.range(3).repeat(2))) == [0, 1, 2] * 2
    drawn = values(Dataset.sample_from_datasets(parts, [0.0, 0.5, 0.5], seed=1))
    assert sorted(drawn) == [1, 1, 1, 2, 2, 2]


def test_reduce_carries_a_structure():
    total, count = numbers(5).reduce((0, 0), lambda state, n: (state[0] + n, state[1] + 1))
    assert (int(total), int(count)) == (10, 5)


def test_errors_of_elements_can_be_left_out():
    def refuse(n):
        if int(n) == 2:
            raise ValueError("two")
        return n

    assert values(numbers(4).map(refuse).ignore_errors()) == [0, 1, 3]
    with pytest.raises(ValueError, match="two"):
        values(numbers(4).map(refuse))


@pytest.mark.parametrize(
    "make",
    [
        lambda d: d.batch(0),
        lambda d: d.shuffle(0),
        lambda d: d.window(0),
        lambda d: d.shard(2, 2),
        lambda d: d.interleave(lambda n: d, cycle_length=0),
        lambda d: d.get_single_element(),
        lambda d: values(d.filter(lambda n: n)),
    ],
)
def test_impossible_numbers(make):
    with pytest.raises(InvalidArgumentError):
        make(numbers())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda d: d.map(3), "function"),
        (lambda d: d.apply(lambda x: 3), "Dataset"),
        (lambda d: d.flat_map(lambda n: n), "returns a Dataset"),
        (lambda d: d.map(lambda n: None), "return"),
        (lambda d: d.concatenate(Dataset.from_tensors(1.0)), "different kinds"),
        (lambda d: Dataset.from_generator([1, 2]), "callable"),
    ],
)
def test_wrong_functions(make, message):
    with pytest.raises(TypeError, match=message):
        values(make(numbers()))
