"""Vanishing gradients: why deep networks did not learn, and what made them.

Backpropagation multiplies: the gradient of a layer is that of the layer above, times its weights,
times the slope of its activation. The sigmoid's slope is a quarter at best. Ten layers of it leave
less than a millionth, and the layers that see the picture never learn what to look for. For twenty
years that was the end of deep networks. What ended it is simple:

- weights of the right size: drawn so that signals neither fade nor grow from layer to layer, which
  depends on the number of inputs (Glorot and Bengio, 2010, for tanh; He and others, 2015, for relu);
- activations with slope one where they are on: relu, or selu, which also keeps mean and spread;
- normalization, which brings every layer's sums back to mean 0 and spread 1;
- shortcuts: a layer adds to what goes past it, so that the gradient has a way round it.

    python examples/vanishing_gradients.py            # half a minute
    python examples/vanishing_gradients.py --quick

The 8 by 8 pictures of handwritten digits are part of the package.
"""

import argparse
from pathlib import Path

import cornu as keras
from cornu import layers

DEPTH = 12
UNITS = 48


def small():
    """Weights of one size for all layers. A new object each: one object draws the same every time."""
    return keras.initializers.RandomNormal(stddev=0.05)


def network(activation, weights, normalized=False, shortcuts=False):
    """Twelve hidden layers of 48 units, with or without the cures."""
    inputs = x = keras.Input((64,))
    for number in range(1, DEPTH + 1):
        before = x
        initializer = weights() if callable(weights) else weights
        x = layers.Dense(UNITS, kernel_initializer=initializer, name=f"hidden_{number}")(x)
        if normalized:
            x = layers.BatchNormalization()(x)
        x = layers.Activation(activation)(x)
        if shortcuts and number > 1:
            x = layers.Add()([before, x])
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def recipes():
    """Networks as of 1990, and what changed since."""
    return {
        "sigmoid, small weights": ("sigmoid", small),
        "sigmoid, Glorot's weights": ("sigmoid", "glorot_normal"),
        "tanh, small weights": ("tanh", small),
        "tanh, Glorot's weights": ("tanh", "glorot_normal"),
        "relu, small weights": ("relu", small),
        "relu, He's weights": ("relu", "he_normal"),
        "selu, LeCun's weights": ("selu", "lecun_normal"),
        "sigmoid, normalized": ("sigmoid", "glorot_normal", True),
        "tanh, small, shortcuts": ("tanh", small, False, True),
    }


def gradient_sizes(model, x, y):
    """The root mean square of the gradient of each hidden layer's weights."""
    loss_of = keras.losses.SparseCategoricalCrossentropy()
    kernels = [model.get_layer(f"hidden_{number}").kernel for number in range(1, DEPTH + 1)]
    with keras.GradientTape() as tape:
        loss = loss_of(y, model(x, training=True))
    return [
        float(keras.ops.sqrt(keras.ops.mean(keras.ops.square(gradient))))
        for gradient in tape.gradient(loss, kernels)
    ]


def main(quick=False, seed=0, figures=None):
    """Measures gradients before training, then trains; returns both for each network."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    x_train, x_test = (x.reshape(len(x), 64).astype("float32") / 8 - 1 for x in (x_train, x_test))
    shown = (1, 4, 8, 12)
    print(f"{DEPTH} hidden layers; the size of a weight's gradient before training, in layer")
    print(f"{'':27}", *(f"{number:>8}" for number in shown), f"{'first':>9}", " accuracy")
    print(f"{'':27}", *(" " * 8 for _ in shown), f"{'/ last':>9}", " after training")
    measured = {}
    for name, recipe in recipes().items():
        keras.utils.set_random_seed(seed)
        model = network(*recipe)
        sizes = gradient_sizes(model, x_train[:256], y_train[:256])
        model.compile(
            optimizer=keras.optimizers.SGD(0.01, momentum=0.9),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        model.fit(x_train, y_train, batch_size=32, epochs=5 if quick else 30, verbose=0)
        _, accuracy = model.evaluate(x_test, y_test, verbose=0)
        measured[name] = {"sizes": sizes, "ratio": sizes[0] / sizes[-1], "accuracy": accuracy}
        print(
            f"{name:27}",
            *(f"{sizes[number - 1]:8.0e}" for number in shown),
            f"{measured[name]['ratio']:9.0e}",
            f"{accuracy:9.1%}",
            flush=True,
        )
    if figures:
        draw(measured, Path(figures))
    return measured


def draw(measured, folder):
    """The sizes of the gradients over the layers."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(7.5, 3.6), layout="constrained")
    axis = figure.subplots()
    for number, (name, found) in enumerate(measured.items()):
        style = "--" if "small" in name else "-"
        axis.plot(range(1, DEPTH + 1), found["sizes"], style, color=f"C{number}", label=name)
    axis.set(
        xlabel="layer (the picture comes in at 1)", ylabel="size of its gradient", yscale="log"
    )
    axis.grid(alpha=0.3)
    figure.legend(loc="outside right center", fontsize=8)
    figure.savefig(folder / "vanishing_gradients.png", dpi=80)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--figures", metavar="FOLDER", help="draw the gradients (needs matplotlib)")
    main(**vars(parser.parse_args()))
