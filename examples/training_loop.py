"""Training by hand: what `fit` does, in a dozen lines of our own.

Forward, loss, backward, step: `GradientTape` remembers what was computed and gives the derivatives,
an optimizer moves the weights. Whoever writes the loop can do in it what no argument of `fit`
offers. Three ways, from the freest to the quickest:

1. the loop written out, every operation run as it comes;
2. the same step, turned into one compiled program by `tf.function`;
3. the step as `train_step` of a model of one's own, with `fit` around it: progress bar, callbacks
   and validation come for nothing, and an epoch runs without Python in between.

The step has something of its own here: smoothed targets (a digit is a seven with 90 %, and each of
the others with 1 %), and gradients that are cut where they grow too large. All three ways draw the same
shuffles and end at the same weights.

    python examples/training_loop.py            # some seconds
    python examples/training_loop.py --quick

The 8 by 8 pictures of handwritten digits are part of the package.
"""

import argparse
import time

import numpy as np

import cornu as keras
from cornu import layers, tf

BATCH = 32
SMOOTHING = 0.1


def network(kind=keras.Sequential):
    """A small network that gives logits."""
    return kind(
        [
            keras.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(10),
        ]
    )


def loss_of(y, logits):
    """Cross-entropy with targets that are not too sure."""
    targets = keras.ops.one_hot(y, 10) * (1 - SMOOTHING) + SMOOTHING / 10
    return keras.ops.mean(keras.ops.categorical_crossentropy(targets, logits, from_logits=True))


def one_step(model, optimizer, x, y):
    """Forward, loss, backward, step: all of deep learning."""
    with keras.GradientTape() as tape:
        loss = loss_of(y, model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    gradients = [keras.ops.clip(gradient, -0.1, 0.1) for gradient in gradients]
    optimizer.apply(gradients, model.trainable_variables)
    return loss


def by_hand(x, y, epochs, compiled):
    """The loop written out; returns the model and the mean loss of every epoch."""
    model = network()
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(model.trainable_variables)

    def step(x, y):
        return one_step(model, optimizer, x, y)

    if compiled:
        step = tf.function(step)
    mean = keras.metrics.Mean()
    losses = []
    for _ in range(epochs):
        mean.reset_state()
        order = np.random.permutation(len(x))
        for first in range(0, len(x), BATCH):
            rows = order[first : first + BATCH]
            mean.update_state(step(x[rows], y[rows]), sample_weight=len(rows))
        losses.append(float(mean.result()))
    return model, losses


class Smoothed(keras.Sequential):
    """A model that trains in its own way; everything else of it is as always."""

    def train_step(self, data):
        """One step: the dictionary that is returned goes to the progress bar and the history."""
        x, y = data
        self.mean.update_state(one_step(self, self.optimizer, x, y), sample_weight=len(x))
        return {"loss": self.mean.result()}

    @property
    def metrics(self):
        """What `fit` resets at the beginning of every epoch."""
        return [self.mean]

    def compile(self, optimizer):
        """No loss: the step has it."""
        super().compile(optimizer=optimizer)
        self.mean = keras.metrics.Mean(name="loss")


def by_fit(x, y, epochs):
    """`fit` with a step of our own."""
    model = network(Smoothed)
    model.compile(keras.optimizers.Adam(1e-3))
    return model, model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0).history["loss"]


def main(quick=False, seed=0):
    """Trains in the three ways; returns losses, weights and accuracies."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    x_train, x_test = (x.reshape(len(x), 64).astype("float32") / 16 for x in (x_train, x_test))
    if quick:
        x_train, y_train = x_train[:480], y_train[:480]
    epochs = 2 if quick else 8
    ways = {
        "written out": lambda: by_hand(x_train, y_train, epochs, compiled=False),
        "compiled step": lambda: by_hand(x_train, y_train, epochs, compiled=True),
        "fit, own step": lambda: by_fit(x_train, y_train, epochs),
    }
    results = {}
    for name, train in ways.items():
        keras.utils.set_random_seed(seed)
        start = time.perf_counter()
        model, losses = train()
        seconds = time.perf_counter() - start
        right = float(np.mean(model.predict(x_test, verbose=0).argmax(axis=1) == y_test))
        results[name] = {"losses": losses, "accuracy": right, "weights": model.get_weights()}
        steps = epochs * -(-len(x_train) // BATCH)
        print(
            f"{name:15}loss {losses[0]:.6f} ... {losses[-1]:.6f}, {right:.1%} right, "
            f"{1e6 * seconds / steps:6.0f} microseconds a step"
        )
    first = results["written out"]["weights"]
    for name in list(ways)[1:]:
        pairs = zip(first, results[name]["weights"])
        difference = max(float(np.abs(a - b).max()) for a, b in pairs)
        print(f"weights of '{name}' differ from those of 'written out' by at most {difference:.0e}")
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few pictures and epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
