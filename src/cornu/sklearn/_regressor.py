"""Regressor: a model as scikit-learn's regressor."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin

from cornu import layers
from cornu.models import Sequential
from cornu.sklearn._estimator import Estimator


class Regressor(RegressorMixin, Estimator):
    """A regressor for scikit-learn's pipelines, cross-validation and searches.

    Args:
        model: A compiled model, whose structure is trained from new weights by every `fit`; or a
            function that returns one. The function is called with the parameters whose names it
            takes, and with `(X, y)`, y of two axes, if two arguments are left without a value.
            None: a dense network with hidden layers of `units=(64, 64)`, trained for 100 epochs.
        warm_start: Whether a further `fit` goes on with the trained model.
        model_kwargs: Arguments for the function, as a dict.
        fit_kwargs: Arguments for `Model.fit`, as a dict.
        random_state: An int makes fit repeat exactly, as after `set_random_seed`, in threads too;
            a RandomState gives a new seed each time; None uses the program's generators.
        **parameters: Arguments of the function and of `Model.fit` by name, such as `units=32` or
            `epochs=20`: what searches set. `model__x` and `fit__x` say which one is meant.

    Attributes:
        model_: The trained model.
        history_: The History of its training.

    Example:
        >>> import numpy as np
        >>> from sklearn.pipeline import make_pipeline
        >>> from sklearn.preprocessing import StandardScaler
        >>> x = np.linspace(0, 10, 200)[:, None]
        >>> pipeline = make_pipeline(StandardScaler(), Regressor(random_state=1))
        >>> bool(pipeline.fit(x, 3 * x[:, 0] - 1).score(x, 3 * x[:, 0] - 1) > 0.9)
        True
    """

    def _default_network(self, X: Any, y: Any, units: Any = (64, 64)) -> Any:
        hidden = [layers.Dense(n, activation="relu") for n in np.atleast_1d(units)]
        first = [layers.Flatten()] if X.ndim > 2 else []
        model = Sequential([*first, *hidden, layers.Dense(y.shape[1])])
        model.compile(optimizer="adam", loss="mean_squared_error")
        return model

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Regressor:
        """Trains a model.

        Args:
            X: Array of shape (samples, ...), a data frame, or a sparse table.
            y: Numbers of shape (samples,) or (samples, outputs).
            sample_weight: Weight of each sample.
            **kwargs: Further arguments of `Model.fit` for this call.

        Returns:
            The regressor.

        Raises:
            ValueError: When the data do not fit each other or the model.
        """
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None."
            )
        X, y = self._checked_x(X, y, reset=True, multi_output=True, y_numeric=True)
        self._target_axes = y.ndim
        self._train(X, columns(y), lambda _, targets: columns(targets), sample_weight, kwargs)
        return self

    def predict(self, X: Any, **kwargs: Any) -> Any:
        """Returns a prediction for each sample.

        Args:
            X: Data as in `fit`.
            **kwargs: `batch_size` and `verbose` of `Model.predict`.

        Returns:
            Array of y's form in `fit`.
        """
        outputs = self._outputs(X, kwargs).astype(np.float64)
        return outputs.reshape(len(outputs)) if self._target_axes == 1 else outputs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _more_tags(self) -> dict[str, Any]:  # scikit-learn before 1.6
        return {**super()._more_tags(), "multioutput": True}


def columns(y: Any) -> Any:
    """Returns numbers of shape (samples,) as one column."""
    y = np.asarray(y)
    return y.reshape(len(y), -1) if y.ndim < 2 else y
