"""Control flow as functions: choices, loops, and functions of slices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import ops
from cornu.core import tree
from cornu.tf._convert import convert
from cornu.tf._tensor import adopt
from cornu.tf.errors import InvalidArgumentError, OutOfRangeError


def cond(pred: Any, true_fn: Any = None, false_fn: Any = None, name: Any = None) -> Any:
    """Returns the result of one of two functions.

    Args:
        pred: Which: a boolean.
        true_fn: Called without arguments when it holds.
        false_fn: Called otherwise.
        name: Accepted for TensorFlow's signature.

    Returns:
        What the function returns.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.cond(tf.constant(True), lambda: tf.constant(1), lambda: tf.constant(2)))
        1
    """
    held = convert(pred)
    if held.is_symbolic:
        return tree.map_structure(adopt, ops.cond(held, true_fn, false_fn))
    return true_fn() if held else false_fn()


def case(pred_fn_pairs: Any, default: Any = None, exclusive: bool = False, strict: bool = False, name: Any = "case") -> Any:  # fmt: skip
    """Returns the result of the function that belongs to the first condition that holds.

    Args:
        pred_fn_pairs: Pairs of a boolean and a function without arguments.
        default: Called when no condition holds; the last function of the pairs when None.
        exclusive: Whether it is an error that two conditions hold.
        strict: Accepted for TensorFlow's signature.
        name: Likewise.

    Returns:
        What the function returns.

    Raises:
        InvalidArgumentError: When two conditions hold that exclude each other.

    Example:
        >>> import cornu.tf as tf
        >>> x = tf.constant(2)
        >>> int(tf.case([(x < 1, lambda: tf.constant(1))], default=lambda: tf.constant(9)))
        9
    """
    pairs = [(convert(pred), function) for pred, function in pred_fn_pairs]
    if not pairs:
        raise ValueError("case: expected at least one pair of a condition and a function.")
    if exclusive and sum(bool(pred) for pred, _ in pairs) > 1:
        raise InvalidArgumentError("case: more than one condition holds, with exclusive=True.")
    rest = default or pairs[-1][1]
    for pred, function in reversed(pairs):
        rest = _chosen(pred, function, rest)
    return rest()


def _chosen(pred: Any, function: Callable[[], Any], rest: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: cond(pred, function, rest)


def switch_case(branch_index: Any, branch_fns: Any, default: Any = None, name: Any = "switch_case") -> Any:  # fmt: skip
    """Returns the result of one of several functions, chosen by its number.

    Args:
        branch_index: The number.
        branch_fns: Functions without arguments, as a list or as pairs or a dict by number.
        default: Called for a number that has no function; the last one when None.
        name: Accepted for TensorFlow's signature.

    Returns:
        What the function returns.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.switch_case(tf.constant(1), [lambda: tf.constant(5), lambda: tf.constant(6)]))
        6
    """
    index = convert(branch_index)
    if isinstance(branch_fns, dict) or (branch_fns and isinstance(branch_fns[0], (list, tuple))):
        functions = dict(branch_fns)
    else:
        functions = dict(enumerate(branch_fns))
    last = default or functions[max(functions)]
    return case([(index == number, function) for number, function in functions.items()], last)


def while_loop(cond: Any, body: Any, loop_vars: Any, shape_invariants: Any = None, maximum_iterations: Any = None, name: Any = None, **keywords: Any) -> Any:  # fmt: skip
    """Returns loop variables after a function was applied as long as a condition holds.

    Args:
        cond: From the variables to a boolean.
        body: From the variables to their next values.
        loop_vars: What they are at the beginning.
        shape_invariants: Accepted for TensorFlow's signature.
        maximum_iterations: Stop after so many rounds.
        name: Accepted for TensorFlow's signature.
        **keywords: Likewise.

    Returns:
        The variables at the end, in the form of `loop_vars`.

    Example:
        >>> import cornu.tf as tf
        >>> [int(i) for i in tf.while_loop(lambda i: i < 5, lambda i: [i + 1], [tf.constant(0)])]
        [5]
    """
    kind = type(loop_vars) if isinstance(loop_vars, (list, tuple)) else list
    values = [
        value if isinstance(value, TensorArray) else tree.map_structure(convert, value)
        for value in (loop_vars if isinstance(loop_vars, (list, tuple)) else [loop_vars])
    ]
    limit = None if maximum_iterations is None else int(maximum_iterations)
    first = convert(cond(*values))
    if first.is_symbolic:
        return _captured_loop(cond, body, values, limit, kind)
    rounds = 0
    while first and (limit is None or rounds < limit):
        result = body(*values)
        values = list(result) if isinstance(result, (list, tuple)) else [result]
        rounds += 1
        first = convert(cond(*values))
    return _packed(kind, values)


def _captured_loop(cond: Any, body: Any, values: list[Any], limit: int | None, kind: Any) -> Any:
    def step(*state: Any) -> Any:
        result = body(*tree.map_structure(adopt, list(state)))
        return tuple(result) if isinstance(result, (list, tuple)) else (result,)

    def goes_on(*state: Any) -> Any:
        return cond(*tree.map_structure(adopt, list(state)))

    end = ops.while_loop(goes_on, step, tuple(values), limit)
    return _packed(kind, tree.map_structure(adopt, list(end)))


def _packed(kind: Any, values: list[Any]) -> Any:
    return kind(*values) if hasattr(kind, "_fields") else kind(values)


def map_fn(fn: Any, elems: Any, dtype: Any = None, parallel_iterations: Any = None, fn_output_signature: Any = None, name: Any = None, **keywords: Any) -> Any:  # fmt: skip
    """Returns a function's results for the slices of the first axis, stacked.

    Args:
        fn: From a slice (or a structure of them) to a tensor or structure.
        elems: Tensor, or structure of tensors of one length.
        dtype: Accepted for TensorFlow's signature.
        parallel_iterations: Likewise.
        fn_output_signature: Likewise.
        name: Likewise.
        **keywords: Likewise.

    Returns:
        Tensors with the first axis of `elems`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.map_fn(lambda x: x * x, tf.constant([1, 2, 3])).numpy().tolist()
        [1, 4, 9]
    """
    tensors = tree.map_structure(convert, elems)
    count = tree.flatten(tensors)[0].shape[0]
    rows = [fn(tree.map_structure(lambda t, i=i: t[i], tensors)) for i in range(count)]
    return tree.map_structure(lambda *parts: adopt(ops.stack([convert(p) for p in parts])), *rows)


def vectorized_map(fn: Any, elems: Any, fallback_to_while_loop: bool = True, warn: bool = True) -> Any:  # fmt: skip
    """Returns a function's results for the slices of the first axis, stacked, as `map_fn` does.

    Args:
        fn: From a slice (or a structure of them) to a tensor or structure.
        elems: Tensor, or structure of tensors of one length.
        fallback_to_while_loop: Accepted for TensorFlow's signature.
        warn: Likewise.

    Returns:
        Tensors with the first axis of `elems`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.vectorized_map(lambda x: x * x, tf.constant([1, 2, 3])).numpy().tolist()
        [1, 4, 9]
    """
    return map_fn(fn, elems)


def _slices(elems: Any, reverse: bool) -> list[Any]:
    tensors = tree.map_structure(convert, elems)
    places = range(tree.flatten(tensors)[0].shape[0])
    ordered = reversed(places) if reverse else places
    return [tree.map_structure(lambda tensor, i=i: tensor[i], tensors) for i in ordered]


def scan(fn: Any, elems: Any, initializer: Any = None, parallel_iterations: Any = 10, back_prop: bool = True, swap_memory: bool = False, infer_shape: bool = True, reverse: bool = False, name: Any = None) -> Any:  # fmt: skip
    """Returns all states of a function that combines a state with the next slice, stacked.

    Args:
        fn: From the state and a slice to the next state.
        elems: Tensor, or structure of tensors of one length.
        initializer: The state before the first slice; the first slice itself when None.
        parallel_iterations: Accepted for TensorFlow's signature.
        back_prop: Likewise.
        swap_memory: Likewise.
        infer_shape: Likewise.
        reverse: Whether to begin at the end.
        name: Accepted for TensorFlow's signature.

    Returns:
        Tensors with the first axis of `elems`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.scan(lambda total, x: total + x, tf.constant([1, 2, 3])).numpy().tolist()
        [1, 3, 6]
    """
    slices = _slices(elems, reverse)
    states = []
    if initializer is None:
        state = slices.pop(0)
        states.append(state)
    else:
        state = tree.map_structure(convert, initializer)
    for item in slices:
        state = fn(state, item)
        states.append(state)
    if reverse:
        states.reverse()
    return tree.map_structure(lambda *parts: adopt(ops.stack([convert(p) for p in parts])), *states)


def foldl(fn: Any, elems: Any, initializer: Any = None, **keywords: Any) -> Any:
    """Returns the last state of a function that combines a state with the next slice.

    Args:
        fn: From the state and a slice to the next state.
        elems: Tensor, or structure of tensors of one length.
        initializer: The state before the first slice; the first slice itself when None.
        **keywords: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.foldl(lambda total, x: total + x, tf.constant([1, 2, 3])))
        6
    """
    return _folded(fn, _slices(elems, reverse=False), initializer)


def foldr(fn: Any, elems: Any, initializer: Any = None, **keywords: Any) -> Any:
    """Returns the last state of a function that combines a state with the slice before.

    Args:
        fn: From the state and a slice to the next state.
        elems: Tensor, or structure of tensors of one length.
        initializer: The state after the last slice; the last slice itself when None.
        **keywords: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.foldr(lambda total, x: total - x, tf.constant([1, 2, 3])))
        0
    """
    return _folded(fn, _slices(elems, reverse=True), initializer)


def _folded(fn: Any, slices: list[Any], initializer: Any) -> Any:
    state = slices.pop(0) if initializer is None else tree.map_structure(convert, initializer)
    for item in slices:
        state = fn(state, item)
    return state


class TensorArray:
    """A list of tensors that loops write to and read from.

    Args:
        dtype: Element type of the tensors.
        size: How many there are.
        dynamic_size: Whether writing behind the end makes the list longer.
        clear_after_read: Accepted for TensorFlow's signature.
        tensor_array_name: Likewise.
        handle: Likewise.
        flow: Likewise.
        infer_shape: Likewise.
        element_shape: Likewise.
        colocate_with_first_write_call: Likewise.
        name: Likewise.

    Example:
        >>> import cornu.tf as tf
        >>> array = tf.TensorArray(tf.float32, size=2)
        >>> array = array.write(0, 1.0).write(1, 2.0)
        >>> array.stack().numpy().tolist()
        [1.0, 2.0]
    """

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: Any = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: Any = None,
    ) -> None:
        self.dtype = dtype
        self.dynamic_size = bool(dynamic_size)
        self.element_shape = element_shape
        self._items: list[Any] = [None] * (0 if size is None else int(size))

    def _place(self, index: Any, what: str) -> int:
        place = int(index)
        if not 0 <= place < len(self._items):
            raise OutOfRangeError(
                f"TensorArray: tried to {what} index {place}, but its size is {len(self._items)}"
                f"{'' if self.dynamic_size else ' and dynamic_size is False'}."
            )
        return place

    def write(self, index: Any, value: Any, name: Any = None) -> TensorArray:
        """Returns the array with a tensor at a place."""
        if self.dynamic_size and int(index) >= len(self._items):
            self._items += [None] * (int(index) + 1 - len(self._items))
        self._items[self._place(index, "write to")] = convert(value, dtype=self.dtype)
        return self

    def read(self, index: Any, name: Any = None) -> Any:
        """Returns the tensor at a place."""
        item = self._items[self._place(index, "read from")]
        if item is None:
            raise InvalidArgumentError(
                f"TensorArray: could not read index {int(index)}: nothing was written there."
            )
        return item

    def _filled(self) -> list[Any]:
        known = next((item for item in self._items if item is not None), None)
        if known is None:
            raise InvalidArgumentError("TensorArray: nothing was written to it yet.")
        return [ops.zeros_like(known) if item is None else item for item in self._items]

    def stack(self, name: Any = None) -> Any:
        """Returns all tensors joined along a new first axis; zeros where nothing was written."""
        return adopt(ops.stack(self._filled()))

    def concat(self, name: Any = None) -> Any:
        """Returns all tensors joined along their first axis."""
        return adopt(ops.concatenate(self._filled(), 0))

    def gather(self, indices: Any, name: Any = None) -> Any:
        """Returns some tensors joined along a new first axis."""
        places = convert(indices).numpy().tolist()
        return adopt(ops.stack([self.read(place) for place in places]))

    def unstack(self, value: Any, name: Any = None) -> TensorArray:
        """Returns the array with the slices of a tensor's first axis."""
        tensor = convert(value, dtype=self.dtype)
        self._items = [tensor[place] for place in range(tensor.shape[0])]
        return self

    def scatter(self, indices: Any, value: Any, name: Any = None) -> TensorArray:
        """Returns the array with the slices of a tensor at some places."""
        tensor = convert(value, dtype=self.dtype)
        for position, place in enumerate(convert(indices).numpy().tolist()):
            self.write(place, tensor[position])
        return self

    def split(self, value: Any, lengths: Any, name: Any = None) -> TensorArray:
        """Returns the array with parts of a tensor's first axis."""
        tensor, start = convert(value, dtype=self.dtype), 0
        self._items = []
        for length in convert(lengths).numpy().tolist():
            self._items.append(tensor[start : start + length])
            start += length
        return self

    def size(self, name: Any = None) -> Any:
        """Returns how many tensors there are."""
        return convert(len(self._items))

    def identity(self) -> TensorArray:
        """Returns the array."""
        return self

    def close(self, name: Any = None) -> None:
        """Forgets the tensors."""
        self._items = []
