"""Who survived the Titanic? A table with gaps and words, made into numbers.

1,309 passengers, and what is known of them: class, sex, age, relatives aboard, fare, port. A network
takes only numbers, and all of them. Words become columns of zeros and ones, one for each category
(one-hot encoding); a missing age becomes the median of the passenger's class and sex, beside a
column that says that it was missing, which tells something too. What fills the gaps is learned from
the training rows alone.

And one must know one's columns: `boat` says in which lifeboat someone sat. A network that may read
it is nearly always right, and useless: it was written down after the fact.

    python examples/titanic.py            # some seconds
    python examples/titanic.py --quick

Needs pandas and scikit-learn. The file is titanic3.csv (Thomas Cason's list, as at
https://hbiostat.org/data/repo/titanic3.csv), in the folder that CORNU_DATA_HOME names.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedShuffleSplit

import cornu as keras
from cornu import layers

NUMBERS = ["age", "sibsp", "parch", "fare"]
CATEGORIES = ["pclass", "sex", "embarked"]


def load():
    """The passengers as a frame."""
    path = Path(os.environ.get("CORNU_DATA_HOME", ".")) / "titanic3.csv"
    if not path.is_file():
        sys.exit(
            f"{path} is not there. Download https://hbiostat.org/data/repo/titanic3.csv and set "
            f"CORNU_DATA_HOME to its folder."
        )
    return pd.read_csv(path)


class Preparation:
    """Makes numbers of passengers; what it needs to know for it comes from the training rows."""

    def __init__(self, train, extra=()):
        self.ages = train.groupby(["pclass", "sex"]).age.median()
        self.fares = train.groupby("pclass").fare.median()
        self.port = train.embarked.mode()[0]
        self.extra = list(extra)
        table = self.table(train)
        self.columns = table.columns
        self.mean, self.spread = table[NUMBERS].mean(), table[NUMBERS].std()

    def table(self, frame):
        """Gaps filled, words as columns of zeros and ones."""
        frame = frame.copy()
        frame["age_unknown"] = frame.age.isna()
        groups = pd.MultiIndex.from_frame(frame[["pclass", "sex"]])
        frame["age"] = frame.age.fillna(pd.Series(self.ages.reindex(groups).values, frame.index))
        frame["fare"] = np.log1p(frame.fare.fillna(frame.pclass.map(self.fares)))
        frame["embarked"] = frame.embarked.fillna(self.port)
        wanted = [*NUMBERS, *CATEGORIES, "age_unknown", *self.extra]
        return pd.get_dummies(frame[wanted], columns=CATEGORIES)

    def __call__(self, frame):
        """The table in the columns of the training rows, numbers at the same size."""
        table = self.table(frame).reindex(columns=self.columns, fill_value=False)
        table[NUMBERS] = (table[NUMBERS] - self.mean) / self.spread
        return table


def network(columns):
    """One output: the probability of having survived."""
    return keras.Sequential(
        [
            keras.Input((columns,)),
            layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-3)),
            layers.Dropout(0.2),
            layers.Dense(8, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def train(prepare, passengers, epochs, seed):
    """Frames go into `fit` as they are, with their columns of True and False."""
    keras.utils.set_random_seed(seed)
    model = network(len(prepare.columns))
    model.compile(
        optimizer=keras.optimizers.Adam(3e-3), loss="binary_crossentropy", metrics=["accuracy"]
    )
    model.fit(prepare(passengers), passengers.survived, batch_size=32, epochs=epochs, verbose=0)
    return model


def main(quick=False, seed=0):
    """Prepares, trains and compares on several splits; returns the shares of right answers."""
    passengers = load()
    missing = passengers.isna().sum()
    print(
        f"{len(passengers)} passengers, {passengers.survived.mean():.1%} survived; missing values:"
    )
    print(missing[missing > 0].to_string(), "\n")

    # So few test rows say little; five splits say more. Each part has as many survivors as all.
    splits = StratifiedShuffleSplit(2 if quick else 5, test_size=0.25, random_state=seed)
    epochs = 10 if quick else 40
    found = {
        "nobody survives": [],
        "women survive": [],
        "network": [],
        "network that reads `boat`": [],
    }
    passengers["has_boat"] = passengers.boat.notna()
    for rows, others in splits.split(passengers, passengers.survived):
        known, unknown = passengers.iloc[rows], passengers.iloc[others]
        truth = unknown.survived.to_numpy()
        found["nobody survives"].append(np.mean(truth == 0))
        found["women survive"].append(np.mean((unknown.sex == "female") == truth))
        for name, extra in (("network", []), ("network that reads `boat`", ["has_boat"])):
            prepare = Preparation(known, extra)
            model = train(prepare, known, epochs, seed)
            found[name].append(model.evaluate(prepare(unknown), truth, verbose=0)[1])
            if name == "network":
                honest, prepare_honest = model, prepare
    print("a passenger becomes")
    print(prepare_honest(known[:1]).round(2).iloc[0].to_string(), "\n")
    print(f"right answers for passengers it has not seen (mean of {splits.n_splits} splits):")
    for name, shares in found.items():
        print(f"  {name:27}{np.mean(shares):.1%}   (from {min(shares):.1%} to {max(shares):.1%})")

    couple = pd.DataFrame(
        {
            "pclass": [1, 3, 2, 3],
            "sex": ["female", "male", "male", "female"],
            "age": [17, 20, 2, np.nan],
            "sibsp": [1, 0, 1, 0],
            "parch": [1, 0, 1, 0],
            "fare": [80, 8, 26, 8],
            "embarked": ["S", "S", "S", "Q"],
        },
        index=[
            "girl of 17, first class",
            "man of 20, third class",
            "boy of 2, second",
            "woman, third",
        ],
    )
    print("\nprobability of survival:")
    for who, chance in zip(couple.index, honest.predict(prepare_honest(couple), verbose=0)[:, 0]):
        print(f"  {who:26}{chance:.0%}")
    return {name: float(np.mean(shares)) for name, shares in found.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer splits and epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
