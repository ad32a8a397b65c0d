"""Deep, big, simple: plain dense layers, and pictures that are new in every epoch.

In 2010, when deep networks were believed to need careful layer-by-layer training, Ciresan and others
took the simplest of all: dense layers, tanh, gradient descent, but large (784-2500-2000-1500-1000-500-10,
twelve million weights) and with pictures that never come twice. Before every epoch each is turned,
stretched and bent a little, as handwriting is. Nothing can be learned by heart, so nothing has to
be held back; and the 60,000 pictures as they are, never trained on, can tell how well it goes.

The short run here has a fifth of the units, a sixth of the pictures and few epochs, and asks one
question: what are the deformed pictures worth? The recipe of the paper is `--full`: all pictures,
the whole network, a learning rate that falls by 0.3 % an epoch. The paper reports 35 mistakes in
10,000 (0.35 %) after some 800 epochs on a GPU; that figure has not been reproduced here.

    python examples/deep_big_simple.py            # a minute or two
    python examples/deep_big_simple.py --quick
    python examples/deep_big_simple.py --full --epochs 800     # for a GPU, or for days

Reference: D. Ciresan, U. Meier, L. Gambardella, J. Schmidhuber, "Deep, big, simple neural nets for
handwritten digit recognition", Neural Computation 22 (2010). The data are MNIST, found or downloaded
as in Keras.
"""

import argparse
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers

WIDTHS = (2500, 2000, 1500, 1000, 500)
BATCH = 64


def network(share=1.0, deform=False):
    """Dense layers of hyperbolic tangents, and nothing else."""
    model = keras.Sequential([keras.Input((28, 28, 1))])
    if deform:
        model.add(Deformation(name="deformation"))
    model.add(layers.Flatten())
    for width in WIDTHS:
        model.add(layers.Dense(round(share * width), activation="tanh"))
    model.add(layers.Dense(10, activation="softmax"))
    return model


class Deformation(layers.Layer):
    """Turns, stretches and bends pictures, each in its own way, anew in every training step.

    Every pixel is fetched from a place near by, between pixels by linear interpolation. The bending
    moves the places by a random field that is smoothed, so that neighbours move together (Simard,
    Steinkraus and Platt, 2003). Outside of training pictures pass as they are.
    """

    def __init__(self, degrees=15, stretch=0.15, bend=36.0, smoothness=5.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.turn = np.pi * degrees / 180
        self.stretch = stretch
        self.bend = bend
        offsets = np.arange(-2 * smoothness, 2 * smoothness + 1)
        bell = np.exp(-0.5 * (offsets / smoothness) ** 2)
        self.bell = (bell / bell.sum()).astype("float32")
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        if not training:
            return x
        rows, columns = self.places(keras.ops.shape(x)[0], *x.shape[1:3])
        return self.fetch(x, rows, columns)

    def places(self, count, height, width):
        """Where the pixels of each picture come from: rows and columns (count, height, width)."""
        ops, random = keras.ops, keras.random
        field = random.uniform((2 * count, height, width, 1), -1, 1, seed=self.seed_generator)
        field = ops.conv(field, self.bell[:, None, None, None], padding="same")
        field = ops.conv(field, self.bell[None, :, None, None], padding="same")
        field = self.bend * ops.reshape(field, (2, count, height, width))
        turn, tall, wide = (
            random.uniform((count, 1, 1), -size, size, seed=self.seed_generator)
            for size in (self.turn, self.stretch, self.stretch)
        )
        middle = (height - 1) / 2, (width - 1) / 2
        down = ops.reshape(ops.arange(height, dtype="float32"), (1, height, 1)) - middle[0]
        right = ops.reshape(ops.arange(width, dtype="float32"), (1, 1, width)) - middle[1]
        rows = (1 + tall) * (ops.cos(turn) * down + ops.sin(turn) * right) + middle[0] + field[0]
        columns = (1 + wide) * (ops.cos(turn) * right - ops.sin(turn) * down) + middle[1] + field[1]
        return ops.clip(rows, 0, height - 1), ops.clip(columns, 0, width - 1)

    def fetch(self, x, rows, columns):
        """The values of pictures (count, height, width, 1) at these places."""
        ops = keras.ops
        height, width = x.shape[1:3]
        flat = ops.reshape(x, (-1, height * width))
        top, left = ops.floor(rows), ops.floor(columns)
        below, beside = rows - top, columns - left
        total = 0.0
        for down, share in ((0, 1 - below), (1, below)):
            for right, part in ((0, 1 - beside), (1, beside)):
                row = ops.minimum(top + down, height - 1)
                column = ops.minimum(left + right, width - 1)
                place = ops.reshape(ops.cast(row * width + column, "int32"), (-1, height * width))
                values = ops.take_along_axis(flat, place, axis=1)
                total = total + share * part * ops.reshape(values, (-1, height, width))
        return total[..., None]


def train(x, y, deform, options, seed):
    """One network, with new pictures in every epoch or not; returns it with its errors on `x`."""
    keras.utils.set_random_seed(seed)
    model = network(options["share"], deform)
    rate = keras.optimizers.schedules.ExponentialDecay(0.05, -(-len(x) // BATCH), options["decay"])
    model.compile(
        optimizer=keras.optimizers.SGD(rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    # Validation sees the pictures as they are.
    history = model.fit(
        x,
        y,
        batch_size=BATCH,
        epochs=options["epochs"],
        validation_data=(x, y),
        validation_batch_size=500,
        verbose=2 if options["full"] else 0,
    ).history
    return model, [1 - accuracy for accuracy in history["val_accuracy"]]


def main(quick=False, seed=0, full=False, epochs=None, figures=None):
    """Trains with and without fresh pictures; returns the shares of mistakes."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    x_train, x_test = (x[..., None].astype("float32") / 127.5 - 1 for x in (x_train, x_test))
    options = {"share": 0.2, "decay": 0.9, "epochs": epochs or 20, "full": full}
    rows = 10_000
    if full:
        options.update(share=1.0, decay=0.997, epochs=epochs or 800)
        rows = len(x_train)
    if quick:
        options.update(share=0.02, epochs=epochs or 3)
        rows, x_test, y_test = 1000, x_test[:500], y_test[:500]
    x_train, y_train = x_train[:rows], y_train[:rows]
    sizes = [network(share).count_params() for share in (1.0, options["share"])]
    print(f"{sizes[0]:,} weights in the paper, {sizes[1]:,} here")

    found = {}
    for deform in (True, False)[: 1 if full else 2]:
        name = "new pictures in every epoch" if deform else "the same pictures"
        model, errors = train(x_train, y_train, deform, options, seed)
        wrong = 1 - model.evaluate(x_test, y_test, batch_size=500, verbose=0)[1]
        found[name] = {"errors": errors, "test": wrong}
        print(f"\n{name}, {len(errors)} epochs of {rows:,}:")
        print(f"  the {rows:,} as they are: {errors[0]:.2%} wrong ... {errors[-1]:.2%}")
        print(f"  the test: {round(wrong * len(x_test))} of {len(x_test):,} wrong ({wrong:.2%})")
    if figures:
        draw(x_train[:3], seed, Path(figures))
    return found


def draw(pictures, seed, folder):
    """Three pictures, and what becomes of them in seven epochs."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    deform = Deformation(seed=seed)
    columns = [pictures, *(np.asarray(deform(pictures, training=True)) for _ in range(7))]
    figure = Figure(figsize=(7.2, 2.9), layout="constrained")
    axes = figure.subplots(3, 8)
    axes[0, 0].set_title("as it is", fontsize=9)
    for column, drawn in zip(axes.T, columns):
        for axis, picture in zip(column, drawn):
            axis.imshow(picture[..., 0], cmap="gray_r", vmin=-1, vmax=1)
            axis.set(xticks=[], yticks=[])
    figure.savefig(folder / "deep_big_simple.png", dpi=80)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small network, few pictures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--full", action="store_true", help="the recipe of the paper")
    parser.add_argument("--epochs", type=int, help="20 by default, 800 with --full")
    parser.add_argument(
        "--figures", metavar="FOLDER", help="draw deformed pictures (needs matplotlib)"
    )
    main(**vars(parser.parse_args()))
