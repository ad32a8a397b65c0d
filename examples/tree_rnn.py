"""A network that is a different tree for every picture: a Tree-RNN by subclassing.

A Sequential or functional model is one fixed graph of layers. Here every picture has its own:
a plain square, or one of two by two pixels, is a leaf; any other is cut into four, which are
understood first and then joined, by the same small layer at every height. What is deep for one picture is flat for the
next, which only a model written as a Python program can express.

    python examples/tree_rnn.py            # some minutes: trees are read one by one
    python examples/tree_rnn.py --quick

The 8 by 8 pictures of handwritten digits are part of the package.
"""

import argparse
from dataclasses import dataclass

import numpy as np

import cornu as keras
from cornu import layers


@dataclass
class Square:
    """A square of a picture: a leaf with the brightness of its four quarters, or four squares."""

    brightness: list[float]
    quarters: tuple["Square", ...] = ()

    def leaves(self):
        """The number of squares that were not cut."""
        return sum(quarter.leaves() for quarter in self.quarters) or 1


def tree_of(pixels):
    """The tree of a square array of pixels, cut until a square is plain or two by two pixels."""
    half = len(pixels) // 2
    parts = [
        pixels[rows, columns]
        for rows in (slice(half), slice(half, None))
        for columns in (slice(half), slice(half, None))
    ]
    brightness = [float(part.mean()) for part in parts]
    if half == 1 or np.ptp(pixels) < 0.15:
        return Square(brightness)
    return Square(brightness, tuple(tree_of(part) for part in parts))


class TreeNetwork(keras.Model):
    """Understands a tree from its leaves to its root, then names the digit."""

    def __init__(self, units=32):
        super().__init__()
        self.leaf = layers.Dense(units, activation="tanh")
        self.join = layers.Dense(units, activation="tanh")
        self.answer = layers.Dense(10)

    def understand(self, square):
        """The vector of a square: the recursion that gives the network its name."""
        if not square.quarters:
            return self.leaf(keras.ops.convert_to_tensor([square.brightness]))
        quarters = [self.understand(quarter) for quarter in square.quarters]
        return self.join(keras.ops.concatenate(quarters, axis=1))

    def call(self, *, trees):
        """Logits of several trees, one row each."""
        return self.answer(keras.ops.concatenate([self.understand(tree) for tree in trees]))


def accuracy(model, trees, labels):
    """The share of trees whose largest logit is the right one."""
    guesses = keras.ops.convert_to_numpy(model(trees=trees)).argmax(axis=1)
    return float(np.mean(guesses == labels))


def main(quick=False, seed=0):
    """Trains in a loop of its own; returns the losses and the test accuracy."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    if quick:
        x_train, y_train, x_test, y_test = x_train[:160], y_train[:160], x_test[:60], y_test[:60]
    train = [tree_of(image / 16) for image in x_train]
    test = [tree_of(image / 16) for image in x_test]
    print("the first picture:")
    for row in x_train[0]:
        print("".join(f"{pixel:3}" for pixel in row))
    sizes = [tree.leaves() for tree in train]
    print(f"as a tree it has {sizes[0]} leaves")
    print(f"{len(train)} trees of {min(sizes)} to {max(sizes)} leaves\n")

    keras.utils.set_random_seed(seed)
    model = TreeNetwork()
    optimizer = keras.optimizers.Adam(3e-3)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    random = np.random.default_rng(seed)
    losses = []
    for epoch in range(3 if quick else 8):
        total = 0.0
        for rows in np.array_split(random.permutation(len(train)), len(train) // 16):
            # No compiled step: Python walks the trees, and the tape remembers where it went.
            with keras.GradientTape() as tape:
                loss = loss_of(y_train[rows], model(trees=[train[row] for row in rows]))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            total += float(loss) * len(rows)
        losses.append(total / len(train))
        right = accuracy(model, test, y_test)
        print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}, test accuracy {right:.3f}", flush=True)
    print(f"\n{model.count_params():,} weights, the same at every height of every tree")
    return {"losses": losses, "accuracy": right}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few pictures and epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
