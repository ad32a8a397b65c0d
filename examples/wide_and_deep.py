"""Wide and deep: two ways through one network, with two inputs and two outputs.

What is simple in the data should not have to pass through many layers, where it is bent; what is
complicated needs them. A wide-and-deep network (Cheng and others, 2016) has both: some inputs go
straight to the last layer, others through hidden ones, and the last layer sees both ends. No
Sequential model can say that; the functional API can: layers are called on tensors, and a model is
what lies between its inputs and its outputs.

A second output looks at the deep part alone and is asked the same question. Its loss counts a
tenth. It keeps the deep part learning something useful of its own instead of leaning on the wide
one; after training nobody has to look at it.

    python examples/wide_and_deep.py            # some seconds
    python examples/wide_and_deep.py --quick

The data are prices of Californian districts (see house_prices.py), found or downloaded as in Keras.
"""

import argparse

import numpy as np

import cornu as keras
from cornu import layers

WIDE = [0, 1, 2, 3, 7]  # longitude, latitude, age, rooms, income
DEEP = [2, 3, 4, 5, 6, 7]  # age, rooms, bedrooms, population, households, income
DOLLARS = 100_000


def load():
    """Inputs of both ways, scaled, and prices."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.california_housing.load_data()
    for x in (x_train, x_test):
        x[:, 3:7] = np.log(x[:, 3:7])
    scale = layers.Normalization()
    scale.adapt(x_train)
    parts = []
    for x, y in ((x_train, y_train), (x_test, y_test)):
        x = np.asarray(scale(x))
        parts.append(({"wide": x[:, WIDE], "deep": x[:, DEEP]}, y / DOLLARS))
    return parts


def build(kind):
    """The network: "wide", "deep", "wide and deep", or that "with a second output"."""
    wide = keras.Input((len(WIDE),), name="wide")
    deep = keras.Input((len(DEEP),), name="deep")
    hidden = layers.Dense(30, activation="relu")(deep)
    hidden = layers.Dense(30, activation="relu")(hidden)
    if kind == "wide":
        return keras.Model(inputs=[wide], outputs={"price": layers.Dense(1, name="price")(wide)})
    if kind == "deep":
        return keras.Model(inputs=[deep], outputs={"price": layers.Dense(1, name="price")(hidden)})
    both = layers.Concatenate()([wide, hidden])
    outputs = {"price": layers.Dense(1, name="price")(both)}
    if kind == "with a second output":
        outputs["again"] = layers.Dense(1, name="again")(hidden)
    return keras.Model(inputs=[wide, deep], outputs=outputs)


def train(model, x, y, epochs):
    """Inputs and targets go by their names; each output has its own loss and weight."""
    weights = {"price": 0.9, "again": 0.1}
    names = list(model.output_names)
    model.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss=dict.fromkeys(names, "mse"),
        loss_weights={name: weights[name] if len(names) > 1 else 1.0 for name in names},
        metrics={"price": ["mae"]},
    )
    return model.fit(
        {name: x[name] for name in (tensor.name for tensor in model.inputs)},
        dict.fromkeys(names, y),
        batch_size=64,
        epochs=epochs,
        validation_split=1 / 6,
        verbose=0,
    ).history


def main(quick=False, seed=0):
    """Trains the four networks; returns their mean absolute errors in dollars."""
    (x_train, y_train), (x_test, y_test) = load()
    rows = 4000 if quick else len(y_train)
    x_train, y_train = {name: x[:rows] for name, x in x_train.items()}, y_train[:rows]
    errors = {}
    for kind in ("wide", "deep", "wide and deep", "with a second output"):
        keras.utils.set_random_seed(seed)
        model = build(kind)
        history = train(model, x_train, y_train, 5 if quick else 30)
        outputs = model.predict(x_test, batch_size=1000, verbose=0)
        errors[kind] = float(np.abs(outputs["price"][:, 0] - y_test).mean()) * DOLLARS
        if kind == "with a second output":
            model.summary()
            print("\nwhat `fit` reports with two outputs, at the end:")
            for name, values in history.items():
                print(f"  {name:16}{values[-1]:.4f}")
            errors["the second output"] = (
                float(np.abs(outputs["again"][:, 0] - y_test).mean()) * DOLLARS
            )
    print("\nmean absolute error of the prices of other districts, in dollars:")
    for kind, error in errors.items():
        print(f"  {kind:24}{error:8,.0f}")
    return errors


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rows and epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
