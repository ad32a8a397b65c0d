"""Searching hyperparameters: depth, width, learning rate, dropout, and no patience to try them all.

A network has few choices that gradient descent cannot make, but they multiply: a grid of ten values
for each of five is 100,000 trainings. Better ways to spend twenty of them:

- random search: with as many trials it sees many more values of each choice than a grid;
- Hyperband: many start, with few epochs; of each round only the best third goes on, for longer;
- searches that look at what they have seen: Bayesian optimization (here Optuna's), and zooming in,
  which draws each round from a smaller region around the best so far.

A search is stored as it goes. The program that is started again finds it, goes on where it was, and
rebuilds its best model. One rule for all: what is searched is judged on validation rows; the test
is asked once, at the end.

scikit-learn's searches do the same with a model that looks like one of its estimators, with
cross-validation on top.

    python examples/hyperparameter_search.py            # a minute
    python examples/hyperparameter_search.py --quick

Needs `pip install 'cornu[tune,sklearn]'`. The 8 by 8 pictures of handwritten digits are part of the
package.
"""

import argparse
import tempfile

from sklearn.model_selection import RandomizedSearchCV

import cornu as keras
from cornu import layers
from cornu.sklearn import Classifier


def build(hp):
    """A compiled network for given choices; asking for one declares it."""
    model = keras.Sequential([keras.Input((64,))])
    for number in range(hp.Int("hidden layers", 1, 3)):
        model.add(layers.Dense(hp.Int(f"units {number + 1}", 8, 128, sampling="log")))
        model.add(layers.Activation(hp.Choice("activation", ["relu", "tanh", "sigmoid"])))
    if hp.Boolean("dropout"):
        model.add(
            layers.Dropout(
                hp.Float("dropped", 0.1, 0.5, parent_name="dropout", parent_values=[True])
            )
        )
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(
        optimizer=keras.optimizers.Adam(hp.Float("rate", 1e-5, 1e-1, sampling="log")),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def searches(folder, trials, epochs, seed):
    """Four ways to spend about as many epochs of training."""
    options = {"objective": "val_accuracy", "directory": folder, "seed": seed, "parallel": 2}
    return {
        "random": keras.tuner.RandomSearch(
            build, max_trials=trials, project_name="random", **options
        ),
        "Hyperband": keras.tuner.Hyperband(
            build, max_epochs=epochs, factor=3, project_name="hyperband", **options
        ),
        "Bayesian": keras.tuner.BayesianOptimization(
            build, max_trials=trials, project_name="bayesian", **options
        ),
        "zooming in": keras.tuner.ZoomSearch(
            build, max_trials=trials, round_size=max(trials // 4, 1), project_name="zoom", **options
        ),
    }


def make(units=32, rate=1e-3):
    """For scikit-learn: a function with the choices as arguments."""
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(units, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def main(quick=False, seed=0):
    """Searches in each way; returns the accuracies of the best models."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    x_train, x_test = (x.reshape(len(x), 64).astype("float32") / 16 for x in (x_train, x_test))
    rows = 400 if quick else 1100
    known, validation = (x_train[:rows], y_train[:rows]), (x_train[rows:], y_train[rows:])
    trials, epochs = (3, 3) if quick else (16, 12)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, tuner in searches(folder, trials, epochs, seed).items():
            if name == "random":
                print(f"{'':12}{'trials':>7}{'worst':>8}{'best':>8}{'test':>8}  the best choices")
            tuner.search(*known, validation_data=validation, epochs=epochs, verbose=0)
            scores = [trial.score for trial in tuner.trials.values() if trial.score is not None]
            best = tuner.get_best_models()[0]
            results[name] = best.evaluate(x_test, y_test, verbose=0)[1]
            chosen = tuner.get_best_hyperparameters()[0].values
            words = ", ".join(
                f"{key} {value:.2g}" if isinstance(value, float) else f"{key} {value}"
                for key, value in chosen.items()
                if key in ("hidden layers", "units 1", "activation", "rate")
            )
            print(
                f"{name:12}{len(tuner.trials):7}{min(scores):8.1%}{max(scores):8.1%}"
                f"{results[name]:8.1%}  {words}",
                flush=True,
            )

        # The same program once more: what is stored is not trained again.
        again = searches(folder, trials, epochs, seed)["random"]
        print(f"\nstarted again, the random search finds {len(again.trials)} trials done", end="")
        print(f" and {again.remaining_trials} to do")
        results["found again"] = len(again.trials)

    space = {"units": [8, 16, 32, 64, 128], "rate": [1e-4, 1e-3, 1e-2, 1e-1]}
    search = RandomizedSearchCV(
        Classifier(make, epochs=epochs, verbose=0, random_state=seed),
        space,
        n_iter=2 if quick else 8,
        cv=3,
        random_state=seed,
    )
    search.fit(*known)
    results["scikit-learn"] = float(search.score(x_test, y_test))
    print(
        f"scikit-learn, {search.n_splits_}-fold: best {search.best_params_}, "
        f"{search.best_score_:.1%} in cross-validation, {results['scikit-learn']:.1%} of the test"
    )
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few trials and epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
