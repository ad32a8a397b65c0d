"""The table of recurrent layers that are compared with Keras."""

from __future__ import annotations

from typing import Any

EVERYTHING = {"return_sequences": True, "return_state": True}

# (class, arguments, whether steps are masked, whether initial states are given)
CASES: list[tuple[str, dict[str, Any], bool, bool]] = [
    ("SimpleRNN", {}, False, False),
    ("SimpleRNN", {"use_bias": False, "activation": "relu", **EVERYTHING}, True, True),
    ("SimpleRNN", {"dropout": 0.3, "recurrent_dropout": 0.4, "seed": 3}, True, False),
    ("LSTM", {"kernel_regularizer": "l2", "unit_forget_bias": False}, False, True),
    ("LSTM", {"go_backwards": True, **EVERYTHING}, True, False),
    ("LSTM", {"dropout": 0.4, "seed": 3, "return_state": True}, True, True),
    ("LSTM", {"implementation": 1, "bias_constraint": "non_neg"}, False, False),
    ("LSTM", {"recurrent_dropout": 0.4, "dropout": 0.2, "seed": 3, **EVERYTHING}, False, False),
    (
        "LSTM",
        {"activation": None, "recurrent_activation": "hard_sigmoid", "unroll": True},
        True,
        False,
    ),
    ("LSTM", {"zero_output_for_mask": True, **EVERYTHING}, True, True),
    ("GRU", {"return_sequences": True}, False, True),
    ("GRU", {"reset_after": False, "go_backwards": True, **EVERYTHING}, True, True),
    ("GRU", {"dropout": 0.4, "recurrent_dropout": 0.3, "seed": 3}, True, False),
    ("GRU", {"dropout": 0.4, "seed": 3, "reset_after": False, "recurrent_dropout": 0.3}, False, False),
    ("GRU", {"use_bias": False, "activation": "softsign", "unroll": True, **EVERYTHING}, False, False),
]  # fmt: skip
