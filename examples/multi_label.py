"""Several answers at once: which digits are on the strip?

Telling ten digits apart, exactly one answer is right, so ten outputs share one certainty (softmax).
On a strip with up to four digits, any set of answers can be right, also none. Every output then is
a yes or no of its own: sigmoid instead of softmax, binary cross-entropy instead of categorical, a
row of zeros and ones (multi-hot) as the target, and a threshold for each output.

How good it is has several answers, too. "Is this digit on it?" is right most of the time even if
one always says no. Precision: of the digits it names, how many are there? Recall: of those that
are there, how many does it name? And the hardest: is the whole set right?

    python examples/multi_label.py            # some seconds
    python examples/multi_label.py --quick

The strips are put together from the handwritten digits that are part of the package.
"""

import argparse

import numpy as np

import cornu as keras
from cornu import layers

PLACES = 4
SHADES = " .:-=+*#%@"


def strips(digits, labels, count, seed):
    """Strips of four places, each empty or with a digit; and the sets of digits as multi-hot rows."""
    random = np.random.default_rng(seed)
    chosen = random.integers(len(digits), size=(count, PLACES))
    filled = random.random((count, PLACES)) < 0.6
    pictures = digits[chosen] * filled[..., None, None]  # (count, places, 8, 8)
    targets = np.zeros((count, 10), dtype="float32")
    for row, place in np.argwhere(filled):
        targets[row, labels[chosen[row, place]]] = 1
    return pictures.transpose(0, 2, 1, 3).reshape(count, 8, 8 * PLACES, 1), targets


def network(activation):
    """Convolutions that know neighbours; the maximum over all places: a digit counts anywhere."""
    return keras.Sequential(
        [
            keras.Input((8, 8 * PLACES, 1)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.Conv2D(64, 4, activation="relu"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(10, activation=activation),
        ]
    )


def judged(targets, answers):
    """The measures of a set of yes-and-no answers."""
    hits = np.sum(answers * targets)
    return {
        "each answer": float(np.mean(answers == targets)),
        "precision": float(hits / max(answers.sum(), 1)),
        "recall": float(hits / targets.sum()),
        "whole set": float(np.mean(np.all(answers == targets, axis=1))),
        "empty strip": float(np.mean(~answers[~targets.any(axis=1)].any(axis=1))),
    }


def main(quick=False, seed=0):
    """Trains with sigmoids, and with softmax for comparison; returns what was measured."""
    (digits, labels), (others, other_labels) = keras.datasets.digits.load_data()
    x_train, y_train = strips(digits / 16, labels, 1000 if quick else 6000, seed)
    x_test, y_test = strips(others / 16, other_labels, 300 if quick else 2000, seed + 1)
    shown = int(y_test.sum(axis=1).argmax())
    for line in x_test[shown, :, :, 0]:
        print("".join(SHADES[int(9 * value)] * 2 for value in line).rstrip())
    print(f"becomes {y_test[shown].astype(int)}\n")

    results = {"always no": judged(y_test, np.zeros_like(y_test))}
    for activation, loss in (
        ("softmax", "categorical_crossentropy"),
        ("sigmoid", "binary_crossentropy"),
    ):
        keras.utils.set_random_seed(seed)
        model = network(activation)
        model.compile(optimizer=keras.optimizers.Adam(2e-3), loss=loss, metrics=["binary_accuracy"])
        # Softmax shares one certainty among all that is there, and has nothing for the empty strip.
        targets = y_train
        if activation == "softmax":
            targets = y_train / np.maximum(y_train.sum(axis=1, keepdims=True), 1)
        model.fit(x_train, targets, batch_size=64, epochs=6 if quick else 10, verbose=0)
        outputs = model.predict(x_test, batch_size=500, verbose=0)
        threshold = 0.5 if activation == "sigmoid" else 1 / (2 * PLACES)
        results[activation] = judged(y_test, (outputs > threshold).astype("float32"))

    print(f"{'':12}", *(f"{name:>12}" for name in results["sigmoid"]))
    for kind, measures in results.items():
        print(f"{kind:12}", *(f"{value:12.1%}" for value in measures.values()))
    print("\nsigmoids on the strip above:")
    print("  ", "  ".join(f"{digit}: {value:.2f}" for digit, value in enumerate(outputs[shown])))

    # The threshold is a choice: a lower one finds more and is wrong more often.
    print("\nthreshold  precision  recall")
    for threshold in (0.1, 0.3, 0.5, 0.7, 0.9):
        measures = judged(y_test, (outputs > threshold).astype("float32"))
        print(f"{threshold:9}{measures['precision']:11.1%}{measures['recall']:8.1%}")
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few strips and epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
