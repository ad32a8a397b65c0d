"""How windows lie on images: the arguments of convolutions and pooling, read and checked.

Ops and layers read `strides`, `padding`, `data_format` and so on by the same few functions, and say
by the same rule how large a result is. Images of rank n + 2 have n spatial axes, 1 to 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.core import settings
from cornu.core.primitives import layout
from cornu.core.tensor import Tensor

Pairs = tuple[tuple[int, int], ...]
_FORMATS = ("channels_last", "channels_first")


def per_axis(value: Any, rank: int, argument: str, who: str, *, least: int = 1) -> tuple[int, ...]:
    """Returns a setting with one entry for each spatial axis.

    Args:
        value: A whole number for all axes, or one for each.
        rank: Number of spatial axes.
        argument: Its name, for the message.
        who: The function or layer, for the message.
        least: The smallest number allowed.

    Returns:
        `rank` ints.

    Raises:
        ValueError: For anything else.

    Example:
        >>> per_axis(2, 3, "strides", "conv")
        (2, 2, 2)
    """
    entries = [value] * rank if hasattr(value, "__index__") else value
    fits = isinstance(entries, Sequence) and len(entries) == rank and not isinstance(entries, str)
    if not fits or any(not _is_whole(entry, least) for entry in entries):
        number = f"an int >= {least}"
        wanted = number if rank == 1 else f"{number} or a tuple of {rank} of them"
        raise ValueError(f"{who}: {argument} must be {wanted}; got {argument}={value!r}.")
    return tuple(int(entry) for entry in entries)


def _is_whole(value: Any, least: int) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool) and int(value) >= least


def image_format(data_format: Any, who: str) -> str:
    """Returns "channels_last" or "channels_first"; None takes the setting of `keras.config`.

    Raises:
        ValueError: For anything else.

    Example:
        >>> image_format(None, "conv")
        'channels_last'
    """
    if data_format is None:
        return settings.image_data_format()
    wanted = str(data_format).lower()
    if wanted not in _FORMATS:
        raise ValueError(
            f"{who}: data_format must be 'channels_last' or 'channels_first'; got {data_format!r}."
        )
    return wanted


def padding_mode(padding: Any, rank: int, who: str, *, causal: bool = False) -> str | Pairs:
    """Returns "valid", "same", "causal", or explicit padding as pairs.

    Args:
        padding: One of the names in any case, or for each spatial axis a number or a pair
            (before, after).
        rank: Number of spatial axes.
        who: The function or layer, for the message.
        causal: Whether "causal" is allowed.

    Returns:
        The name in lower case, or pairs.

    Raises:
        ValueError: For anything else.

    Example:
        >>> padding_mode("SAME", 2, "conv")
        'same'
        >>> padding_mode([1, (0, 2)], 2, "conv")
        ((1, 1), (0, 2))
    """
    names = ("valid", "same", "causal") if causal else ("valid", "same")
    if isinstance(padding, str):
        if padding.lower() in names:
            return padding.lower()
    elif isinstance(padding, (list, tuple)) and len(padding) == rank:
        pairs = [(p, p) if _is_whole(p, 0) else p for p in padding]
        if all(
            isinstance(p, (list, tuple)) and len(p) == 2 and all(_is_whole(n, 0) for n in p)
            for p in pairs
        ):
            return tuple((int(before), int(after)) for before, after in pairs)
    listed = ", ".join(map(repr, names))
    hint = " 'causal' is known for one spatial axis only." if padding == "causal" else ""
    raise ValueError(
        f"{who}: padding must be {listed}, or {rank} pair(s) of ints >= 0 (before, after); got "
        f"{padding!r}.{hint}"
    )


def explicit_padding(
    padding: str | Pairs,
    sizes: Sequence[int],
    window: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
) -> Pairs:
    """Returns the padding as pairs.

    Args:
        padding: As `padding_mode` returns it.
        sizes: Spatial sizes of the image.
        window: Sizes of the window.
        strides: Its steps.
        dilation: Distance of its elements.

    Returns:
        A pair (before, after) for each axis; of an odd "same" padding the larger part is behind.

    Example:
        >>> explicit_padding("same", (5,), (4,), (1,), (1,))
        ((1, 2),)
    """
    if not isinstance(padding, str):
        return padding
    pairs = []
    for n, k, stride, gap in zip(sizes, window, strides, dilation, strict=True):
        reach = (k - 1) * gap
        if padding == "same":
            total = max((-(-n // stride) - 1) * stride + reach + 1 - n, 0)
            pairs.append((total // 2, total - total // 2))
        else:
            pairs.append((reach if padding == "causal" else 0, 0))
    return tuple(pairs)


def window_places(
    padding: str | Pairs,
    sizes: Sequence[int | None],
    window: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    who: str,
) -> tuple[int | None, ...]:
    """Returns how many places a window takes along each axis.

    Args:
        padding: As `padding_mode` returns it.
        sizes: Spatial sizes of the image; None where unknown.
        window: Sizes of the window.
        strides: Its steps.
        dilation: Distance of its elements.
        who: The function or layer, for the message.

    Returns:
        The spatial sizes of the result; None where unknown.

    Raises:
        ValueError: When the window fits nowhere.

    Example:
        >>> window_places("valid", (7, None), (3, 3), (2, 2), (1, 1), "conv")
        (3, None)
    """
    known = [0 if n is None else n for n in sizes]
    places: list[int | None] = []
    pairs = explicit_padding(padding, known, window, strides, dilation)
    for n, pair, k, stride, gap in zip(sizes, pairs, window, strides, dilation, strict=True):
        if n is None:
            places.append(None)
            continue
        room = n + sum(pair) - (k - 1) * gap - 1
        if room < 0 < n:
            dilated = f" with dilation {tuple(dilation)}" if max(dilation) > 1 else ""
            raise ValueError(
                f"{who}: a window of size {tuple(window)}{dilated} does not fit an image with "
                f"spatial size {tuple(sizes)}, so the output would be empty. Take a smaller window "
                f"or padding='same'."
            )
        places.append(max(room // stride + 1, 0))
    return tuple(places)


def transposed_padding(
    padding: str | Pairs,
    output_padding: Sequence[int] | None,
    sizes: Sequence[int | None],
    window: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    who: str,
) -> tuple[tuple[int | None, ...], Pairs]:
    """Returns the sizes that a transposed convolution makes and what it cuts off.

    Args:
        padding: As `padding_mode` returns it.
        output_padding: Places added behind, one number for each axis, or None for the default: the
            result is as long as the window reaches ("valid"), or `strides` times the input
            ("same").
        sizes: Spatial sizes of the input; None where unknown.
        window: Sizes of the kernel.
        strides: Steps of the kernel in the result.
        dilation: Distance of the kernel's elements.
        who: The function or layer, for the message.

    Returns:
        The spatial sizes of the result, and the padding of the convolution that it transposes.

    Raises:
        ValueError: When `output_padding` is not smaller than the strides.
    """
    results: list[int | None] = []
    pairs: list[tuple[int, int]] = []
    extras: Sequence[int | None] = output_padding or [None] * len(sizes)
    explicit: Pairs = () if isinstance(padding, str) else padding
    for axis, (n, k, stride, gap, extra) in enumerate(
        zip(sizes, window, strides, dilation, extras, strict=True)
    ):
        if extra is not None and extra >= stride:
            raise ValueError(
                f"{who}: output_padding must be smaller than strides along each axis; got "
                f"output_padding={tuple(extras)} and strides={tuple(strides)}."
            )
        reach = (k - 1) * gap + 1
        if padding == "valid":
            before, after = 0, -max(stride - reach, 0) if extra is None else -extra
        elif padding == "same":
            odd = reach % 2
            total = stride + reach - 2 if extra is None else reach + odd - 2 + extra
            lead = min(total - total // 2, reach - 1)
            before, after = reach - 1 - lead, reach - 1 - (total - lead)
        else:
            before, after = explicit[axis]
            after -= extra or 0
        results.append(None if n is None else max((n - 1) * stride + reach - before - after, 0))
        # What is added behind the last place of the kernel is out of the convolution's reach.
        pairs.append((before, max(after, 0)))
    return tuple(results), tuple(pairs)


def channels_to_end(x: Tensor, data_format: str) -> Tensor:
    """Returns an image with its channels on the last axis.

    Args:
        x: An image.
        data_format: How it is.

    Returns:
        The image, transposed when it was "channels_first".
    """
    if data_format == "channels_last":
        return x
    result: Tensor = layout.transpose(x, permutation=(0, *range(2, x.ndim), 1))
    return result


def channels_from_end(x: Tensor, data_format: str) -> Tensor:
    """Returns an image with channels on the last axis in another format.

    Args:
        x: An image, "channels_last".
        data_format: How it shall be.

    Returns:
        The image, transposed for "channels_first".
    """
    if data_format == "channels_last":
        return x
    result: Tensor = layout.transpose(x, permutation=(0, x.ndim - 1, *range(1, x.ndim - 1)))
    return result


def spatial_sizes(shape: Sequence[Any], data_format: str) -> tuple[Any, ...]:
    """Returns the sizes of an image without batch and channels.

    Example:
        >>> spatial_sizes((None, 3, 8, 9), "channels_first")
        (8, 9)
    """
    return tuple(shape[1:-1] if data_format == "channels_last" else shape[2:])


def image_shape(batch: Any, spatial: Sequence[Any], channels: Any, data_format: str) -> Any:
    """Returns the shape of an image from its parts.

    Example:
        >>> image_shape(None, (8, 9), 3, "channels_first")
        (None, 3, 8, 9)
    """
    if data_format == "channels_last":
        return (batch, *spatial, channels)
    return (batch, channels, *spatial)
