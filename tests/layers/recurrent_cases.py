"""The table of recurrent layers that are compared with Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

STEPS, UNITS = 4, 3
EVERYTHING = {"return_sequences": True, "return_state": True}
FIRST = "channels_first"


class Case(NamedTuple):
    """One layer: its name, how each module makes it, and what it is called on.

    Attributes:
        make: Called with the module `keras.layers` or `cornu.layers`.
        shape: Shape of one step of the inputs without the batch.
        masked: Whether some steps do not count.
        stated: Whether initial states are given.
    """

    name: str
    make: Callable[[Any], Any]
    shape: tuple[int, ...] = (2,)
    masked: bool = False
    stated: bool = False


def _plain(name: str, masked: bool, stated: bool, **arguments: Any) -> Case:
    return Case(name, lambda k: getattr(k, name)(UNITS, **arguments), (2,), masked, stated)


def _stack(k: Any, *kinds: str, **arguments: Any) -> list[Any]:
    return [
        getattr(k, f"{kind}Cell")(UNITS + place, **arguments) for place, kind in enumerate(kinds)
    ]


def _image(size: int, shape: tuple[int, ...], **arguments: Any) -> Case:
    name = f"ConvLSTM{size}D"
    return Case(name, lambda k: getattr(k, name)(UNITS, **arguments), shape)


LAYERS = [
    _plain("SimpleRNN", False, False),
    _plain("SimpleRNN", True, True, use_bias=False, activation="relu", **EVERYTHING),
    _plain("SimpleRNN", True, False, dropout=0.3, recurrent_dropout=0.4, seed=3),
    _plain("LSTM", False, True, kernel_regularizer="l2", unit_forget_bias=False),
    _plain("LSTM", True, False, go_backwards=True, **EVERYTHING),
    _plain("LSTM", True, True, dropout=0.4, seed=3, return_state=True),
    _plain("LSTM", False, False, recurrent_dropout=0.4, dropout=0.2, seed=3, **EVERYTHING),
    _plain(
        "LSTM", True, False, activation=None, recurrent_activation="hard_sigmoid", unroll=True,
        implementation=1, bias_constraint="non_neg",
    ),
    _plain("LSTM", True, True, zero_output_for_mask=True, **EVERYTHING),
    _plain("GRU", False, True, return_sequences=True),
    _plain("GRU", True, True, reset_after=False, go_backwards=True, **EVERYTHING),
    _plain("GRU", True, False, dropout=0.4, recurrent_dropout=0.3, seed=3),
    _plain("GRU", False, False, dropout=0.4, seed=3, reset_after=False, recurrent_dropout=0.3),
    _plain("GRU", False, False, use_bias=False, activation="softsign", unroll=True, **EVERYTHING),
]  # fmt: skip

COMPOSED = [
    Case(
        "RNN-stack",
        lambda k: k.RNN(_stack(k, "LSTM", "GRU", dropout=0.3, seed=4), **EVERYTHING),
        masked=True,
    ),
    Case(
        "RNN-recurrent-dropout",
        lambda k: k.RNN(_stack(k, "SimpleRNN", "LSTM", recurrent_dropout=0.3, seed=4)),
        stated=True,
    ),
    Case("RNN-cell", lambda k: k.RNN(k.GRUCell(UNITS), go_backwards=True, **EVERYTHING)),
    Case("Bidirectional", lambda k: k.Bidirectional(k.LSTM(UNITS)), masked=True),
    Case(
        "Bidirectional-states",
        lambda k: k.Bidirectional(k.GRU(UNITS, **EVERYTHING), merge_mode="mul"),
        masked=True,
        stated=True,
    ),
    Case(
        "Bidirectional-both",
        lambda k: k.Bidirectional(k.SimpleRNN(UNITS, return_sequences=True), merge_mode=None),
        masked=True,
    ),
    Case(
        "Bidirectional-ave",
        lambda k: k.Bidirectional(
            k.GRU(UNITS, dropout=0.3, seed=5),
            "ave",
            backward_layer=k.LSTM(UNITS, go_backwards=True),
        ),
    ),
    Case(
        "Bidirectional-sum",
        lambda k: k.Bidirectional(k.RNN(_stack(k, "GRU", "GRU"), return_sequences=True), "sum"),
    ),
    Case("TimeDistributed-Dense", lambda k: k.TimeDistributed(k.Dense(UNITS, activation="tanh"))),
    Case(
        "TimeDistributed-Conv",
        lambda k: k.TimeDistributed(k.Conv2D(UNITS, 2, padding="same")),
        (3, 4, 2),
        masked=True,
    ),
    Case("TimeDistributed-Dropout", lambda k: k.TimeDistributed(k.Dropout(0.4, seed=3)), (6,)),
    Case("TimeDistributed-batch", lambda k: k.TimeDistributed(k.BatchNormalization()), (3,)),
    Case(
        "TimeDistributed-LSTM",
        lambda k: k.TimeDistributed(k.Bidirectional(k.LSTM(UNITS))),
        (3, 2),
    ),
    _image(1, (5, 2), kernel_size=3, strides=2, **EVERYTHING),
    _image(1, (2, 6), kernel_size=2, data_format=FIRST, dilation_rate=2, go_backwards=True),
    _image(2, (4, 3, 2), kernel_size=(2, 3), padding="same", dropout=0.3, seed=3, **EVERYTHING),
    _image(2, (2, 4, 3), kernel_size=2, data_format=FIRST, recurrent_dropout=0.3, seed=3),
    _image(3, (2, 3, 2, 1), kernel_size=2, use_bias=False, recurrent_activation="relu"),
]

CASES = [*LAYERS, *COMPOSED]
