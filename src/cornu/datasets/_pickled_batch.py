"""A reader for the pickles inside data files (CIFAR, IMDB, Reuters) that executes nothing.

A pickle is a program for a stack machine, and Python's own reader runs it. This one walks the
opcodes, knows dictionaries, lists, tuples, strings, numbers and NumPy arrays of numbers, and
refuses every other opcode and every other name.
"""

from __future__ import annotations

import io
import pickletools
import re
from typing import Any

import numpy as np

_ARRAY, _DTYPE, _REBUILD, _ENCODE = "ndarray", "dtype", "rebuild array", "encode bytes"
# The only names a batch may mention; each stands for a fixed action here, nothing is imported.
_KNOWN = {
    "numpy ndarray": _ARRAY,
    "numpy dtype": _DTYPE,
    "numpy.core.multiarray _reconstruct": _REBUILD,
    "numpy._core.multiarray _reconstruct": _REBUILD,
    "_codecs encode": _ENCODE,
}
_MARK = object()
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_NUMBERS = {"BININT", "BININT1", "BININT2", "INT", "LONG", "LONG1", "LONG4", "BINFLOAT", "FLOAT"}
# Python 2 wrote str as these; pickletools hands them over decoded as latin-1.
_BYTE_STRINGS = {"STRING", "BINSTRING", "SHORT_BINSTRING"}
_TEXTS = {"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"}
_BYTES = {"BINBYTES", "SHORT_BINBYTES", "BINBYTES8"}
_SHORT_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


def read_pickled_lists(content: bytes) -> np.ndarray[Any, Any]:
    """Returns the vector of lists of whole numbers that a pickled array of objects holds.

    Args:
        content: The bytes of the pickle (protocol 0 to 4).

    Returns:
        An array of dtype object.

    Raises:
        ValueError: If the pickle is damaged or asks for anything but lists, numbers and arrays.
    """
    machine = _Machine(takes_lists=True)
    stream = io.BytesIO(content)
    position = 0
    while position < len(content):
        numbers = _NUMBERS_IN_A_ROW.match(content, position)
        if numbers is not None:
            machine.stack += _whole_numbers(numbers.group())
            position = numbers.end()
            continue
        opcode = _OPCODES.get(content[position])
        if opcode is None:
            raise ValueError(f"byte {position} of the pickle is no opcode")
        stream.seek(position + 1)
        argument = None if opcode.arg is None else opcode.arg.reader(stream)
        position = stream.tell()
        if opcode.name == "STOP":
            (value,) = machine.stack or (None,)
            if not isinstance(value, _Pending) or value.value is None or value.value.ndim != 1:
                raise ValueError("the pickle does not hold one vector")
            return value.value
        machine.step(opcode.name, argument)
    raise ValueError("the pickle has no end")


_OPCODES = {ord(opcode.code): opcode for opcode in pickletools.opcodes}

# Whole numbers of 1, 2 and 4 bytes: nearly all that such a pickle holds.
_NUMBERS_IN_A_ROW = re.compile(rb"(?:K.|M..|J....)+", re.DOTALL)
_NUMBER = re.compile(rb"K(.)|M(..)|J(....)", re.DOTALL)


def _whole_numbers(content: bytes) -> list[int]:
    return [
        one[0] if one else int.from_bytes(two or four, "little", signed=not two)
        for one, two, four in _NUMBER.findall(content)
    ]


class _Name:
    """A known global name, on the stack."""

    def __init__(self, meaning: str):
        self.meaning = meaning


class _Pending:
    """A dtype or an array between its creation and the opcode that fills it."""

    def __init__(self, kind: str, code: str = ""):
        self.kind = kind
        self.code = code
        self.value: np.ndarray | None = None


def read_pickled_batch(content: bytes) -> dict[Any, Any]:
    """Returns the dictionary that a pickle of plain values and arrays holds.

    Args:
        content: The bytes of the pickle (protocol 0 to 4).

    Returns:
        The dictionary; Python 2 strings are bytes.

    Raises:
        ValueError: If the pickle is damaged or asks for anything but plain values and arrays.
    """
    machine = _Machine()
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name == "STOP":
            return machine.result()
        machine.step(opcode.name, argument)
    raise ValueError("the pickle has no end")


class _Machine:
    """The stack and the memo of a pickle."""

    def __init__(self, takes_lists: bool = False) -> None:
        self.takes_lists = takes_lists
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def result(self) -> dict[Any, Any]:
        if len(self.stack) != 1 or not isinstance(self.stack[0], dict):
            raise ValueError("the pickle does not hold one dictionary")
        return {
            key: value.value if isinstance(value, _Pending) else value
            for key, value in self.stack[0].items()
        }

    def step(self, name: str, argument: Any) -> None:
        push = self.stack.append
        if name in ("PROTO", "FRAME"):
            return
        if name in _CONSTANTS:
            push(_CONSTANTS[name])
        elif name in _NUMBERS or name in _TEXTS or name in _BYTES:
            push(argument)
        elif name in _BYTE_STRINGS:
            push(argument.encode("latin-1"))
        elif name == "MARK":
            push(_MARK)
        elif name == "EMPTY_DICT":
            push({})
        elif name == "EMPTY_LIST":
            push([])
        elif name in _SHORT_TUPLES:
            count = _SHORT_TUPLES[name]
            push(tuple(self.pop() for _ in range(count))[::-1])
        elif name == "TUPLE":
            push(tuple(self.pop_to_mark()))
        elif name == "LIST":
            push(self.pop_to_mark())
        elif name == "DICT":
            push(self.pairs(self.pop_to_mark()))
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[argument] = self.top()
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = self.top()
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            push(self.memo[argument])
        elif name in ("APPEND", "APPENDS"):
            items = [self.pop()] if name == "APPEND" else self.pop_to_mark()
            self.top(list).extend(items)
        elif name in ("SETITEM", "SETITEMS"):
            items = [self.pop(), self.pop()][::-1] if name == "SETITEM" else self.pop_to_mark()
            self.top(dict).update(self.pairs(items))
        elif name == "GLOBAL":
            push(self.known(argument))
        elif name == "STACK_GLOBAL":
            attribute, module = self.pop(), self.pop()
            push(self.known(f"{module} {attribute}"))
        elif name == "REDUCE":
            arguments, function = self.pop(), self.pop()
            push(self.call(function, arguments))
        elif name == "BUILD":
            state = self.pop()
            self.fill(self.top(_Pending), state)
        else:
            raise ValueError(f"opcode {name} is not allowed in a data file")

    def pop(self) -> Any:
        if not self.stack:
            raise ValueError("the pickle takes more values than it has")
        return self.stack.pop()

    def top(self, kind: type = object) -> Any:
        if not self.stack or not isinstance(self.stack[-1], kind):
            raise ValueError(f"expected a {kind.__name__} in the pickle")
        return self.stack[-1]

    def pop_to_mark(self) -> list[Any]:
        items = []
        while (item := self.pop()) is not _MARK:
            items.append(item)
        return items[::-1]

    @staticmethod
    def pairs(items: list[Any]) -> dict[Any, Any]:
        keys, values = items[::2], items[1::2]
        if len(keys) != len(values) or not all(isinstance(key, (bytes, str, int)) for key in keys):
            raise ValueError("a dictionary of the pickle is malformed")
        return dict(zip(keys, values))

    @staticmethod
    def known(name: str) -> _Name:
        if name not in _KNOWN:
            raise ValueError(f"the pickle asks for {name!r}, which a data file has no need of")
        return _Name(_KNOWN[name])

    @staticmethod
    def call(function: Any, arguments: Any) -> Any:
        meaning = function.meaning if isinstance(function, _Name) else None
        if not isinstance(arguments, tuple):
            raise ValueError("a call in the pickle is malformed")
        if meaning == _REBUILD:
            return _Pending(_ARRAY)
        if meaning == _DTYPE and arguments and isinstance(arguments[0], (bytes, str)):
            code = arguments[0]
            return _Pending(_DTYPE, code if isinstance(code, str) else code.decode("latin-1"))
        if meaning == _ENCODE and len(arguments) == 2 and isinstance(arguments[0], str):
            return arguments[0].encode("latin-1")
        raise ValueError("the pickle calls something that a data file has no need of")

    def fill(self, target: _Pending, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 5:
            raise ValueError("an array of the pickle is malformed")
        if target.kind == _DTYPE:
            order = state[1].decode("latin-1") if isinstance(state[1], bytes) else state[1]
            if order not in ("<", ">", "|", "="):
                raise ValueError(f"unknown byte order {order!r}")
            target.code = order + target.code.lstrip("<>|=")
            return
        _, shape, dtype, fortran, content = state[:5]
        if self.takes_lists and isinstance(dtype, _Pending) and "O" in dtype.code:
            target.value = self.lists(shape, content)
            return
        if not isinstance(dtype, _Pending) or not isinstance(content, bytes):
            raise ValueError("an array of the pickle is malformed")
        element = np.dtype(dtype.code)
        if element.kind not in "biuf":
            raise ValueError(f"an array of dtype {dtype.code!r} is not allowed in a data file")
        if not isinstance(shape, tuple) or not all(isinstance(d, int) and d >= 0 for d in shape):
            raise ValueError(f"an array of the pickle has shape {shape!r}")
        flat = np.frombuffer(content, element)
        target.value = flat.reshape(shape, order="F" if fortran else "C")

    @staticmethod
    def lists(shape: Any, content: Any) -> np.ndarray[Any, Any]:
        plain = isinstance(content, list) and all(isinstance(item, list) for item in content)
        if not plain or shape != (len(content),):
            raise ValueError("an array of the pickle holds other objects than lists")
        value = np.empty(len(content), object)
        value[:] = content
        return value
