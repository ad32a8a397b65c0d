"""House prices, and why numbers of different sizes have to be scaled first.

A Californian district of 1990 has some 35,000 people, lies at a latitude of 37 and earns 3.9 (tens of
thousands of dollars a year). A weight of the population moves the answer ten thousand times as far
as a weight of the income, and one learning rate has to serve both: gradient descent overflows, or
crawls. So every column is brought to the same size first, by what the *training* rows say alone:
MinMaxScaler maps it to 0 ... 1, StandardScaler to mean 0 and spread 1. Counts, of which most are
small and a few huge, are replaced by ratios and logarithms: rooms for each household say more
than rooms.

    python examples/house_prices.py            # some seconds
    python examples/house_prices.py --quick

Needs pandas, and scikit-learn (`pip install 'cornu[sklearn]' pandas`). The data, the California
housing of Pace and Barry, are found or downloaded as in Keras.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

import cornu as keras
from cornu import layers

COLUMNS = [
    "longitude",
    "latitude",
    "age",
    "rooms",
    "bedrooms",
    "population",
    "households",
    "income",
]
COUNTS = ["rooms", "bedrooms", "population", "households"]
DOLLARS = 100_000  # the network answers in units of this


def load():
    """Training and test rows as frames, and the prices in dollars."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.california_housing.load_data()
    frames = (pd.DataFrame(x, columns=COLUMNS) for x in (x_train, x_test))
    return (*frames, y_train, y_test)


def ratios(frame):
    """Sizes of households instead of sums over the district."""
    return pd.DataFrame(
        {
            "people": frame.population / frame.households,
            "rooms": frame.rooms / frame.households,
            "bedrooms": frame.bedrooms / frame.rooms,
        }
    )


def preparations():
    """Ways to make numbers of a frame; each learns its minima or means by `fit` and keeps them."""
    plain = ["longitude", "latitude", "age", "income"]
    logarithm = make_pipeline(FunctionTransformer(np.log), StandardScaler())
    return {
        "as they are": FunctionTransformer(),
        "min-max": make_column_transformer((MinMaxScaler(), COLUMNS)),
        "standard": make_column_transformer((StandardScaler(), COLUMNS)),
        "standard, logs and ratios": make_column_transformer(
            (StandardScaler(), plain),
            (logarithm, COUNTS),
            (make_pipeline(FunctionTransformer(ratios), logarithm), COUNTS),
        ),
    }


def network(inputs, hidden=(64, 64)):
    """A regression: one output, with no activation."""
    model = keras.Sequential([keras.Input((inputs,))])
    for units in hidden:
        model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dense(1))
    return model


def train(model, x, y, epochs, loss="mse"):
    """Fits with early stopping on the last sixth of the rows; returns the history."""
    model.compile(optimizer=keras.optimizers.Adam(2e-3), loss=loss, metrics=["mae"])
    stop = keras.callbacks.EarlyStopping(patience=8, restore_best_weights=True)
    return model.fit(
        x,
        y / DOLLARS,
        batch_size=64,
        epochs=epochs,
        validation_split=1 / 6,
        callbacks=[stop],
        verbose=0,
    )


def main(quick=False, seed=0, figures=None):
    """Trains on raw and on scaled columns; returns the mean absolute errors in dollars."""
    frame_train, frame_test, y_train, y_test = load()
    if quick:
        frame_train, y_train = frame_train[:4000], y_train[:4000]
    print(frame_train.describe().loc[["min", "50%", "max"]].round(1).to_string())
    print(f"\n{len(frame_train)} districts to learn from, {len(frame_test)} to test on\n")
    epochs = 15 if quick else 60

    errors = {"the median price for all": np.abs(y_test - np.median(y_train)).mean()}
    for name, preparation in preparations().items():
        x_train = np.asarray(preparation.fit_transform(frame_train), dtype="float32")
        x_test = np.asarray(preparation.transform(frame_test), dtype="float32")
        keras.utils.set_random_seed(seed)
        model = network(x_train.shape[1])
        history = train(model, x_train, y_train, epochs)
        guesses = model.predict(x_test, batch_size=1000, verbose=0)[:, 0] * DOLLARS
        errors[name] = np.abs(guesses - y_test).mean()
        print(f"{name}: {len(history.epoch)} epochs, the last of them")
        print(pd.DataFrame(history.history).tail(1).round(4).to_string(index=False), "\n")

    # The same columns with one layer (that is linear regression), and with losses that forgive.
    for name, hidden, loss in (
        ("linear regression", (), "mse"),
        ("loss mae", (64, 64), "mae"),
        ("loss huber", (64, 64), "huber"),
    ):
        keras.utils.set_random_seed(seed)
        other = network(x_train.shape[1], hidden)
        train(other, x_train, y_train, epochs, loss)
        others = other.predict(x_test, batch_size=1000, verbose=0)[:, 0] * DOLLARS
        errors[name] = np.abs(others - y_test).mean()

    print("mean absolute error of the prices of other districts, in dollars:")
    for name, error in errors.items():
        print(f"  {name:28}{error:8,.0f}")
    print("\nfive of them, and what the network of logs and ratios says:")
    for guess, truth in zip(guesses[:5], y_test):
        print(f"  {truth:8,.0f}   {guess:8,.0f}")
    if figures:
        draw(y_test, guesses, Path(figures))
    return {name: float(error) for name, error in errors.items()}


def draw(truth, guesses, folder):
    """Predicted against true prices."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(4.2, 4), layout="constrained")
    axis = figure.subplots()
    keras.visualization.predictions_against_truth(truth / 1000, guesses / 1000, ax=axis)
    axis.set(xlabel="price, thousand dollars", ylabel="predicted")
    figure.savefig(folder / "house_prices.png", dpi=80)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rows and epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--figures", metavar="FOLDER", help="draw the prices (needs matplotlib)")
    main(**vars(parser.parse_args()))
