"""The estimators under Keras 2's names and with its manners (`keras.wrappers.scikit_learn`)."""

from __future__ import annotations

from typing import Any

from sklearn.utils.validation import check_is_fitted

from cornu.sklearn._classifier import Classifier
from cornu.sklearn._estimator import Estimator
from cornu.sklearn._regressor import Regressor, columns


class _Keras2(Estimator):
    """What the two have in common."""

    _verbose = "auto"
    build_fn: Any

    def _template(self) -> Any:
        if self.build_fn is not None:
            return self.build_fn
        if callable(self):
            return self.__call__
        raise TypeError(
            f"{type(self).__name__}: pass build_fn, a function that returns a compiled model, or "
            f"derive a class with a __call__ method that does."
        )

    def _take(self, parameters: dict[str, Any]) -> None:
        super()._take(parameters)
        self._check_names()

    @property
    def model(self) -> Any:
        """The trained model, Keras 2's name of `model_`; None before `fit`."""
        return self.__dict__.get("model_")

    @property
    def history(self) -> dict[str, list[Any]]:
        """The numbers of every epoch, so that what `fit` returns can be used as a History."""
        return self.history_.history

    @property
    def epoch(self) -> list[int]:
        """The numbers of the epochs."""
        return self.history_.epoch

    @property
    def sk_params(self) -> dict[str, Any]:
        """The parameters beside `build_fn`."""
        return self._further()


class KerasClassifier(_Keras2, Classifier):
    """Keras 2's name of `Classifier`; `fit` prints its progress as in Keras unless `verbose=0`.

    Args:
        build_fn: Function that returns a compiled model; None in a class with `__call__`.
        random_state: An int makes fit repeat exactly; see `Classifier`.
        **sk_params: Arguments of the function and of `Model.fit` by name.

    Raises:
        ValueError: For a parameter that neither of them takes.

    Example:
        >>> import cornu as keras
        >>> def build(units=4):
        ...     model = keras.Sequential([keras.layers.Dense(units, "relu")])
        ...     model.add(keras.layers.Dense(1, "sigmoid"))
        ...     model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        ...     return model
        >>> classifier = KerasClassifier(build, units=8, epochs=2, verbose=0)
        >>> classifier.fit([[0.0], [1.0]], [0, 1]).classes_.tolist()
        [0, 1]
    """

    def __init__(self, build_fn: Any = None, random_state: Any = None, **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.random_state = random_state
        self._take(sk_params)

    def predict_classes(self, X: Any, **kwargs: Any) -> Any:
        """Returns the label of each sample, as `predict` does."""
        return self.predict(X, **kwargs)


class KerasRegressor(_Keras2, Regressor):
    """Keras 2's name of `Regressor`; its score is the negative loss, so larger is better.

    Args:
        build_fn: Function that returns a compiled model; None in a class with `__call__`.
        random_state: An int makes fit repeat exactly; see `Regressor`.
        **sk_params: Arguments of the function and of `Model.fit` by name.

    Raises:
        ValueError: For a parameter that neither of them takes.

    Example:
        >>> import cornu as keras
        >>> def build_model(rate=0.1):
        ...     model = keras.Sequential([keras.layers.Dense(1)])
        ...     model.compile(loss="mse", optimizer=keras.optimizers.SGD(rate))
        ...     return model
        >>> regressor = KerasRegressor(build_model, epochs=50, verbose=0, random_state=1)
        >>> regressor = regressor.fit([[0.0], [1.0]], [1.0, 3.0])
        >>> -0.1 < regressor.score([[0.0], [1.0]], [1.0, 3.0]) <= 0
        True
    """

    def __init__(self, build_fn: Any = None, random_state: Any = None, **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.random_state = random_state
        self._take(sk_params)

    def score(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> float:
        """Returns the negative loss on data: minus the mean squared error for the loss "mse".

        Args:
            X: Data as in `fit`.
            y: True numbers.
            sample_weight: Weight of each sample.
            **kwargs: `batch_size` and `verbose` of `Model.evaluate`.
        """
        check_is_fitted(self, "model_")
        x, y = self._checked_x(X, y, reset=False, multi_output=True, y_numeric=True)
        loss = self.model_.evaluate(
            x, columns(y), sample_weight=sample_weight, **{"verbose": 0, **kwargs}
        )
        return -float(loss[0] if isinstance(loss, list) else loss)
