"""Einstein sums: any product of tensors described by letters for their axes."""

from __future__ import annotations

from typing import Any

from cornu.core import shapes
from cornu.core.primitives import dot as d
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout
from cornu.core.primitives import reduce as r
from cornu.core.tensor import Tensor
from cornu.ops._operands import cast, op, together
from cornu.ops.matrices import diagonal
from cornu.ops.shaping import permute

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@op
def einsum(subscripts: str, *operands: Any, **keywords: Any) -> Tensor:
    """Returns a sum of products, described by a letter for each axis.

    Args:
        subscripts: Letters of each operand's axes separated by commas, then `->` and those of the
            result. Letters missing in the result are summed over; `...` stands for any leading
            axes. Without `->` the result has the letters that occur once, in alphabetical order.
        *operands: Array-likes.
        **keywords: `optimize`, accepted for Keras's signature; products are taken from the left.

    Returns:
        A tensor of the promoted dtype.

    Raises:
        ValueError: When the description does not fit the operands.

    Example:
        >>> einsum("ij,jk->ik", [[1, 2], [3, 4]], [[1, 0], [0, 2]]).tolist()
        [[1, 4], [3, 8]]
    """
    keywords.pop("optimize", None)
    if keywords:
        raise TypeError(f"einsum: unexpected arguments {', '.join(sorted(keywords))}.")
    tensors = together(list(operands))
    if tensors and tensors[0].dtype in ("int8", "bool"):
        tensors = [cast(x, "int32") for x in tensors]
    labels, result = parse(subscripts, [x.ndim for x in tensors])
    _check_sizes(subscripts, labels, tensors)
    sizes: dict[str, int] = {}
    for names, x in zip(labels, tensors, strict=True):
        for name, size in zip(names, x.shape, strict=True):
            sizes[name] = size if sizes.get(name, 1) == 1 else sizes[name]
    current, names = _single(tensors[0], labels[0], _needed(labels[1:], result), sizes)
    for place in range(1, len(tensors)):
        later = _needed(labels[place + 1 :], result)
        right, right_names = _single(tensors[place], labels[place], later | set(names), sizes)
        kept = later | set(right_names)
        current, names = _single(current, names, kept, sizes)
        current, names = _product(current, names, right, right_names, later)
    current, names = _single(current, names, set(result), sizes)
    current = permute(current, [names.index(name) for name in result])
    target = tuple(sizes[name] for name in result)
    if current.shape != target:
        current = layout.broadcast(current, shape=target, dims=tuple(range(len(target))))
    return current


def parse(subscripts: str, ranks: list[int]) -> tuple[list[str], str]:
    """Returns the letters of each operand and of the result; `...` becomes letters of its own.

    Example:
        >>> parse("...i,ij", [2, 2])
        (['Ai', 'ij'], 'Aj')
    """
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise ValueError(
            f"einsum: {subscripts!r} describes {len(terms)} operands, but {len(ranks)} are given."
        )
    for term in (*terms, right):
        bare = term.replace("...", "", 1)
        if bare and not bare.isalpha():
            raise ValueError(
                f"einsum: {subscripts!r} has other signs than letters, ',', '...', '->'."
            )
    free = [letter for letter in _LETTERS if letter not in text]
    hidden = []
    for term, rank in zip(terms, ranks, strict=True):
        count = rank - len(term.replace("...", ""))
        if count < 0 or ("..." not in term and count):
            raise ValueError(f"einsum: {term!r} does not describe a tensor of rank {rank}.")
        hidden.append(count)
    most = max(hidden, default=0)
    spare = "".join(free[:most])
    labels = [
        term.replace("...", spare[most - count :] if count else "")
        for term, count in zip(terms, hidden, strict=True)
    ]
    if arrow:
        result = right.replace("...", spare)
    else:
        letters = "".join(terms).replace("...", "")
        result = spare + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    if len(set(result)) != len(result) or not set(result) <= set("".join(labels)):
        raise ValueError(
            f"einsum: the result of {subscripts!r} has a letter twice, or one no operand has."
        )
    return labels, result


def _check_sizes(subscripts: str, labels: list[str], tensors: list[Tensor]) -> None:
    sizes: dict[str, int] = {}
    for names, x in zip(labels, tensors, strict=True):
        for name, size in zip(names, x.shape, strict=True):
            known = sizes.get(name, 1)
            if size != known and 1 not in (size, known):
                shown = ", ".join(str(tensor.shape) for tensor in tensors)
                raise ValueError(
                    f"einsum: in {subscripts!r} axis {name!r} has sizes {known} and {size} (shapes "
                    f"{shown})."
                )
            sizes[name] = max(size, known) if 0 not in (size, known) else 0


def _needed(labels: list[str], result: str) -> set[str]:
    return set("".join(labels)) | set(result)


def _single(x: Tensor, names: str, kept: set[str], sizes: dict[str, int]) -> tuple[Tensor, str]:
    """Takes diagonals of repeated letters, drops size-1 axes that broadcast, sums unused letters."""
    for name in dict.fromkeys(names):
        while names.count(name) > 1:
            first = names.index(name)
            second = names.index(name, first + 1)
            x = diagonal(x, 0, first, second)
            names = names[:first] + names[first + 1 : second] + names[second + 1 :] + name
    small = [axis for axis, name in enumerate(names) if x.shape[axis] == 1 and sizes[name] != 1]
    if small:
        x = layout.reshape(x, shape=shapes.reduced(x.shape, small))
        names = "".join(name for axis, name in enumerate(names) if axis not in small)
    unused = tuple(axis for axis, name in enumerate(names) if name not in kept)
    if unused:
        x = r.reduce_sum(x, axes=unused)
        names = "".join(name for axis, name in enumerate(names) if axis not in unused)
    return x, names


def _product(
    a: Tensor, a_names: str, b: Tensor, b_names: str, later: set[str]
) -> tuple[Tensor, str]:
    """Multiplies two tensors, summing over common letters that nothing needs later."""
    common = [name for name in a_names if name in b_names]
    summed = [name for name in common if name not in later]
    batch = [name for name in common if name in later]
    if not summed and not [name for name in (*a_names, *b_names) if name not in batch]:
        order = [b_names.index(name) for name in a_names]
        return e.mul(a, permute(b, order)), a_names
    result = d.dot_general(
        a,
        b,
        contract=(tuple(map(a_names.index, summed)), tuple(map(b_names.index, summed))),
        batch=(tuple(map(a_names.index, batch)), tuple(map(b_names.index, batch))),
    )
    names = "".join(batch)
    names += "".join(name for name in a_names if name not in common)
    names += "".join(name for name in b_names if name not in common)
    return result, names
