"""Filling the gaps in Shakespeare: a small transformer encoder.

Some letters of a line are hidden, and the network has to say what they were. To guess the gap in
"to be or n_t to be" one looks at both sides and near and far, wherever the hint is. That is what
attention does: every position asks all others, and takes what answers best. Nothing in it knows an
order, so every position also gets a vector that says where it stands.

    python examples/transformer.py            # some minutes
    python examples/transformer.py --quick

The file is shakespeare.txt ("tiny Shakespeare", https://github.com/karpathy/char-rnn, data/
tinyshakespeare/input.txt), in the folder that CORNU_DATA_HOME names.

Reference: A. Vaswani et al., "Attention is all you need" (2017); J. Devlin et al., "BERT" (2018).
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers

LENGTH = 64  # characters of a stretch of text
WIDTH = 64  # numbers that describe a character
HEADS = 4
HIDDEN_SHARE = 0.15


def load_text():
    """The text, in lower case: fewer letters, and the network is small."""
    path = Path(os.environ.get("CORNU_DATA_HOME", ".")) / "shakespeare.txt"
    if not path.is_file():
        sys.exit(
            f"{path} is not there. Download data/tinyshakespeare/input.txt from "
            f"https://github.com/karpathy/char-rnn under that name, and set CORNU_DATA_HOME to its "
            f"folder."
        )
    return path.read_text(encoding="utf-8").lower().replace("\n", " ")


class Positions(layers.Layer):
    """Adds to every character a learned vector of its place."""

    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], initializer="uniform", name="table")

    def call(self, x):
        return x + self.table


def encoder_block(x):
    """Look around, then think: each half is added to what is already known.

    Normalizing what goes into each half, and not the sum, leaves a straight way for the gradient.
    """
    normal = layers.LayerNormalization()(x)
    x = layers.Add()([x, layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(normal, normal)])
    normal = layers.LayerNormalization()(x)
    thought = layers.Dense(2 * WIDTH, activation="relu")(normal)
    return layers.Add()([x, layers.Dense(WIDTH)(thought)])


def build(letters, blocks=2):
    """Characters in, for each place the probabilities of all letters out."""
    inputs = keras.Input((LENGTH,), dtype="int32")
    x = Positions()(layers.Embedding(letters + 1, WIDTH)(inputs))
    for _ in range(blocks):
        x = encoder_block(x)
    x = layers.LayerNormalization()(x)
    return keras.Model(inputs, layers.Dense(letters, activation="softmax")(x))


def main(quick=False, seed=0):
    """Trains; returns the shares of hidden letters that are found, with and without the network."""
    text = load_text()
    alphabet = sorted(set(text))
    gap = len(alphabet)  # the number that stands for a hidden letter
    numbers = np.array([alphabet.index(letter) for letter in text], dtype="int32")
    stretches = numbers[: len(numbers) // LENGTH * LENGTH].reshape(-1, LENGTH)
    train, test = stretches[:-1500], stretches[-1500:]
    if quick:
        train, test = train[:6000], test[:300]
    print(f"{len(alphabet)} different characters, {len(train)} stretches of {LENGTH} to learn from")

    random = np.random.default_rng(seed)

    def hide(stretches):
        """Stretches with gaps, and where the gaps are: only there an answer counts."""
        hidden = random.random(stretches.shape) < HIDDEN_SHARE
        return np.where(hidden, gap, stretches), hidden

    keras.utils.set_random_seed(seed)
    model = build(len(alphabet))
    print(f"{model.count_params():,} weights\n")
    model.compile(
        optimizer=keras.optimizers.Adam(3e-3),
        loss="sparse_categorical_crossentropy",
    )
    gapped_test, hidden_test = hide(test)
    common = np.bincount(train.ravel()).argmax()
    results = {"most frequent": float(np.mean(test[hidden_test] == common)), "losses": []}
    for epoch in range(4 if quick else 8):
        gapped, hidden = hide(train)  # new gaps in every epoch
        history = model.fit(
            gapped, train, sample_weight=hidden.astype("float32"), batch_size=32, verbose=0
        ).history
        results["losses"].append(history["loss"][0])
        guesses = model.predict(gapped_test, batch_size=250, verbose=0).argmax(axis=2)
        results["network"] = float(np.mean(guesses[hidden_test] == test[hidden_test]))
        print(
            f"epoch {epoch + 1:2}: loss {history['loss'][0]:.4f}, "
            f"{100 * results['network']:.1f} % of the hidden test letters found",
            flush=True,
        )
    print(f"always a blank would find {100 * results['most frequent']:.1f} %\n")
    for row in range(3):
        for numbers in (gapped_test[row], np.where(hidden_test, guesses, test)[row], test[row]):
            print("  " + "".join([*alphabet, "_"][number] for number in numbers))
        print()
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="less text, fewer epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
