"""Tomorrow's temperature: an LSTM against the naive forecast.

Ten years of daily minimum temperatures of Melbourne. A forecast is worth something if it beats
what costs nothing: "tomorrow will be as today". The network reads thirty days, one after the other,
and keeps what matters in its memory cells.

    python examples/forecast.py            # a minute
    python examples/forecast.py --quick

The file is daily-min-temperatures.csv of https://github.com/jbrownlee/Datasets (Australian Bureau
of Meteorology), in the folder that CORNU_DATA_HOME names.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers

WINDOW = 30
TEST_DAYS = 730  # the last two years


def load_series():
    """The temperatures, oldest first."""
    path = Path(os.environ.get("CORNU_DATA_HOME", ".")) / "daily-min-temperatures.csv"
    if not path.is_file():
        sys.exit(
            f"{path} is not there. Download it from https://github.com/jbrownlee/Datasets and set "
            f"CORNU_DATA_HOME to its folder."
        )
    lines = path.read_text().split()[1:]  # below the head: "1981-01-01",20.7
    return np.array([float(line.split(",")[1]) for line in lines], dtype="float32")


def windows(values):
    """Every stretch of WINDOW days, and the day after it."""
    stretches = np.lib.stride_tricks.sliding_window_view(values, WINDOW + 1)
    return stretches[:, :-1, None].copy(), stretches[:, -1].copy()


def main(quick=False, seed=0, figures=None):
    """Trains and compares; returns the mean absolute errors in degrees."""
    series = load_series()
    print(f"{len(series)} days, {series.min():.1f} to {series.max():.1f} degrees")

    # Time has a direction: the past trains, the last two years test. Mean and spread are taken
    # from the past alone; the future must not leak into them.
    past = series[:-TEST_DAYS]
    mean, spread = past.mean(), past.std()
    scaled = (series - mean) / spread
    x_train, y_train = windows(scaled[:-TEST_DAYS])
    x_test, y_test = windows(scaled[-TEST_DAYS - WINDOW :])

    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((WINDOW, 1)),
            layers.LSTM(20, return_sequences=True),
            layers.LSTM(20),
            layers.Dense(1),
        ]
    )
    model.summary()
    model.compile(optimizer=keras.optimizers.Adam(3e-3), loss="mse")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
    history = model.fit(
        x_train,
        y_train,
        batch_size=32,
        epochs=6 if quick else 40,
        validation_split=0.15,  # the last of the past
        callbacks=[stop],
        verbose=0,
    ).history
    for epoch in range(0, len(history["loss"]), 1 if quick else 5):
        print(
            f"epoch {epoch + 1:2}: loss {history['loss'][epoch]:.4f}, "
            f"validation loss {history['val_loss'][epoch]:.4f}"
        )

    truth = y_test * spread + mean
    forecast = model.predict(x_test, batch_size=TEST_DAYS, verbose=0)[:, 0] * spread + mean
    errors = {
        "as the yearly mean": np.abs(truth - mean).mean(),
        "as a year before": np.abs(truth - series[-TEST_DAYS - 365 : -365]).mean(),
        "as today (naive)": np.abs(truth - series[-TEST_DAYS - 1 : -1]).mean(),
        "LSTM": np.abs(truth - forecast).mean(),
    }
    print("\nmean absolute error over the last two years, degrees:")
    for name, error in errors.items():
        print(f"  {name:20}{error:.3f}")
    gain = 1 - errors["LSTM"] / errors["as today (naive)"]
    print(f"The LSTM is {100 * gain:.0f} % better than the naive forecast.")
    if figures:
        draw(truth, forecast, Path(figures))
    return errors


def draw(truth, forecast, folder):
    """A hundred days of truth and forecast."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(8, 3), layout="constrained")
    axis = figure.subplots()
    axis.plot(truth[-100:], ".-", color="0.5", label="measured")
    axis.plot(forecast[-100:], label="LSTM, from the thirty days before")
    axis.set(xlabel="day", ylabel="degrees Celsius")
    axis.legend()
    axis.grid(alpha=0.3)
    figure.savefig(folder / "forecast.png", dpi=90)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--figures", metavar="FOLDER", help="draw the forecast (needs matplotlib)")
    main(**vars(parser.parse_args()))
