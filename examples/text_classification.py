"""Spam or not: text as numbers, first as a bag of words, then word by word.

5,574 text messages, 13 % of them spam. Words become numbers, numbers become vectors (Embedding),
and then there are two ways: take the mean of a message's vectors, which forgets the order of the
words but can be read like a list, or let a GRU read them one after the other.

    python examples/text_classification.py            # a minute
    python examples/text_classification.py --quick

The file is SMSSpamCollection.tsv, the SMS Spam Collection of Almeida and Hidalgo (UCI Machine
Learning Repository), one "label<TAB>text" a line, in the folder that CORNU_DATA_HOME names.
"""

import argparse
import os
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers

WORDS = 4000  # of the vocabulary; 0 is padding, 1 a word that is not in it
LENGTH = 40  # words of a message; the rest is cut off
TEST_MESSAGES = 1500


def load_messages():
    """Texts, and 1 for spam."""
    path = Path(os.environ.get("CORNU_DATA_HOME", ".")) / "SMSSpamCollection.tsv"
    if not path.is_file():
        sys.exit(
            f"{path} is not there. Download the SMS Spam Collection from "
            f"https://archive.ics.uci.edu/dataset/228 and set CORNU_DATA_HOME to its folder."
        )
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    labels, texts = zip(*(line.split("\t", 1) for line in lines))
    return list(texts), np.array([label == "spam" for label in labels], dtype="float32")


def words_of(text):
    """Lower-case words, numbers as a shape (5p, 0000), and the signs that spam is fond of."""
    return re.findall(r"[a-z']+|0+|[£$!?]", re.sub(r"\d", "0", text.lower()))


def bag_of_words():
    """The mean of the word vectors, and one number for each of their coordinates."""
    return keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            layers.Embedding(WORDS, 16, mask_zero=True, name="vectors"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, activation="sigmoid", name="score"),
        ],
        name="bag_of_words",
    )


def word_by_word():
    """A GRU reads the vectors; the mask that Embedding makes lets it skip the padding."""
    return keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            layers.Embedding(WORDS, 32, mask_zero=True),
            layers.GRU(32),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="word_by_word",
    )


def main(quick=False, seed=0):
    """Trains both networks; returns the share of right answers, of the networks and without any."""
    texts, labels = load_messages()
    order = np.random.default_rng(seed).permutation(len(texts))
    test, train = order[:TEST_MESSAGES], order[TEST_MESSAGES:]
    if quick:
        train = train[:2000]

    # The vocabulary is learned from the training messages alone.
    counts = Counter(word for index in train for word in words_of(texts[index]))
    vocabulary = [word for word, _ in counts.most_common(WORDS - 2)]
    numbers = {word: number for number, word in enumerate(vocabulary, start=2)}
    x = np.zeros((len(texts), LENGTH), dtype="int32")
    for row, text in zip(x, texts):
        # ":-)" has no word; the mean of nothing would be 0/0 and spoil all weights.
        found = [numbers.get(word, 1) for word in words_of(text)][:LENGTH] or [1]
        row[: len(found)] = found
    example = int(train[labels[train] == 1][0])
    print(f"{texts[example]!r}\nbecomes {x[example][x[example] > 0].tolist()}\n")

    results = {"nothing": float(1 - labels[test].mean())}
    for build in (bag_of_words, word_by_word):
        keras.utils.set_random_seed(seed)
        model = build()
        model.compile(
            optimizer=keras.optimizers.Adam(3e-3),
            loss="binary_crossentropy",
            metrics=["accuracy", keras.metrics.Precision(), keras.metrics.Recall()],
        )
        model.fit(x[train], labels[train], batch_size=32, epochs=4 if quick else 10, verbose=0)
        _, accuracy, precision, recall = model.evaluate(
            x[test], labels[test], batch_size=250, verbose=0
        )
        results[model.name] = accuracy
        print(f"{model.name}, {model.count_params():,} weights:")
        print(
            f"  {100 * accuracy:.1f} % right; of what it calls spam {100 * precision:.1f} % is, and "
            f"it finds {100 * recall:.1f} % of the spam"
        )
        if build is bag_of_words:
            # Score of a message = mean over its words of (vector . weights): each word has a score.
            vectors = model.get_layer("vectors").get_weights()[0]
            scores = vectors @ model.get_layer("score").get_weights()[0][:, 0]
            ranked = np.argsort(scores[2 : len(vocabulary) + 2])
            print("  words that speak for spam:    ", *(vocabulary[i] for i in ranked[:-13:-1]))
            print("  words that speak against spam:", *(vocabulary[i] for i in ranked[:12]))
    print(f"Who always says 'no spam' is right in {100 * results['nothing']:.1f} %.")
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few messages and epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
