"""A rare class: when 99 % right is worthless, and what weights do about it.

In a hundred pictures there is one eight, and it must not be overlooked (read: one sick person in a
hundred). Who never sees an eight is right in 99 % of cases. The loss thinks so as well: every
sample counts the same, so the many outvote the few. Two arguments of `fit` change the vote without
touching the data:

- `class_weight` multiplies the loss of every sample by the weight of its class; with the inverse of
  the frequencies both classes have the same say.
- `sample_weight` has one number for each sample. Rare classes can weigh more, doubtful labels less,
  and those with weight 0 are not seen at all. Here a part of the labels is known to be damaged.

Accuracy hides all this. Recall (how many of the eights are found) and precision (how many of the
alarms are eights) show it, and the area under their curve does for all thresholds at once.

    python examples/imbalanced_classes.py            # some seconds
    python examples/imbalanced_classes.py --quick

The data are MNIST with most of its eights left out, found or downloaded as in Keras.
"""

import argparse

import numpy as np

import cornu as keras
from cornu import layers

RARE = 8
SHARE = 0.01


def thinned(x, y, share, rows, random):
    """`rows` pictures, of which the given share shows the rare digit; and 1 for those."""
    few = random.permutation(np.flatnonzero(y == RARE))[: round(share * rows)]
    many = random.permutation(np.flatnonzero(y != RARE))[: rows - len(few)]
    chosen = random.permutation(np.concatenate([few, many]))
    return x[chosen].reshape(rows, 784).astype("float32") / 255, (y[chosen] == RARE).astype(
        "float32"
    )


def network(bias=0.0):
    """One output: is it an eight?"""
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(
                1, activation="sigmoid", bias_initializer=keras.initializers.Constant(bias)
            ),
        ]
    )


def main(quick=False, seed=0):
    """Trains with and without weights; returns the measures of each."""
    (x_all, y_all), (x_more, y_more) = keras.datasets.mnist.load_data()
    random = np.random.default_rng(seed)
    rows = 5000 if quick else 20_000
    x_train, y_train = thinned(x_all, y_all, SHARE, rows, random)
    x_test, y_test = thinned(x_more, y_more, SHARE, 9000, random)
    rare = int(y_train.sum())
    print(f"{rows} pictures, {rare} eights; the test has {int(y_test.sum())} in {len(y_test)}")

    # Half of the sum of weights for each class; the mean weight stays 1.
    balanced = {0: rows / (2 * (rows - rare)), 1: rows / (2 * rare)}
    print(f"balanced weights: {balanced[0]:.3f} for the others, {balanced[1]:.1f} for the eights")
    # Somebody's labels are upside down, and we know whose.
    damaged = random.random(rows) < 0.05
    y_damaged = np.where(damaged, 1 - y_train, y_train)
    trust = np.where(damaged, 0.0, 1.0)

    trainings = {
        "no weights": {"y": y_train},
        "class_weight": {"y": y_train, "class_weight": balanced},
        "class_weight, 10 times": {"y": y_train, "class_weight": {0: 1.0, 1: 10.0}},
        "damaged labels": {"y": y_damaged},
        "damaged, sample_weight 0": {"y": y_damaged, "sample_weight": trust},
    }
    measured = {"never an eight": {"accuracy": float(1 - y_test.mean()), "recall": 0.0}}
    for name, options in trainings.items():
        keras.utils.set_random_seed(seed)
        model = network()
        model.compile(
            optimizer=keras.optimizers.Adam(1e-3),
            loss="binary_crossentropy",
            metrics=[
                "accuracy",
                keras.metrics.Recall(name="recall"),
                keras.metrics.Precision(name="precision"),
                keras.metrics.AUC(curve="PR", name="area"),
            ],
        )
        model.fit(x_train, batch_size=64, epochs=4 if quick else 15, verbose=0, **options)
        measured[name] = model.evaluate(x_test, y_test, batch_size=500, verbose=0, return_dict=True)

    names = ("accuracy", "recall", "precision", "area")
    print("\n" + " " * 26, *(f"{name:>9}" for name in names))
    for kind, values in measured.items():
        print(
            f"{kind:26}",
            *(f"{values[name]:9.1%}" if name in values else " " * 8 + "-" for name in names),
        )
    return measured


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few pictures and epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
