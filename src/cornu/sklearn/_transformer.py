"""Transformer: what a model makes of data, as a step of scikit-learn's pipelines."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from cornu import layers
from cornu.models import Model, Sequential
from cornu.sklearn._estimator import Estimator

_CODE = "code"


class Transformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Estimator):
    """Features that a model learns, as a step of scikit-learn's pipelines.

    Without y the model is trained to reproduce its inputs: an autoencoder.

    Args:
        model: A compiled model, whose structure is trained from new weights by every `fit`; or a
            function that returns one, called as in `Classifier`. None: an autoencoder with a
            hidden layer of `units=(8,)`, whose outputs are the features.
        warm_start: Whether a further `fit` goes on with the trained model.
        model_kwargs: Arguments for the function, as a dict.
        fit_kwargs: Arguments for `Model.fit`, as a dict.
        random_state: An int makes fit repeat exactly; see `Classifier`.
        layer: Name of the layer whose outputs are the features; None for the model's outputs.
        **parameters: Arguments of the function and of `Model.fit` by name.

    Attributes:
        model_: The trained model.
        history_: The History of its training.

    Example:
        >>> import numpy as np
        >>> x = np.random.RandomState(0).normal(size=(50, 6))
        >>> Transformer(units=(2,), epochs=3, random_state=1).fit_transform(x).shape
        (50, 2)
    """

    def __init__(
        self,
        model: Any = None,
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
        random_state: Any = None,
        layer: str | None = None,
        **parameters: Any,
    ) -> None:
        self.layer = layer
        super().__init__(model, warm_start, model_kwargs, fit_kwargs, random_state, **parameters)

    def _default_network(self, X: Any, y: Any, units: Any = (8,)) -> Any:
        *outer, inner = np.atleast_1d(units)
        hidden = [layers.Dense(n, activation="tanh") for n in outer]
        hidden.append(layers.Dense(inner, activation="tanh", name=_CODE))
        model = Sequential([layers.Input(X.shape[1:]), *hidden, layers.Dense(y.shape[1])])
        model.compile(optimizer="adam", loss="mean_squared_error")
        return model

    def fit(self, X: Any, y: Any = None, **kwargs: Any) -> Transformer:
        """Trains a model.

        Args:
            X: Array of shape (samples, ...), a data frame, or a sparse table.
            y: Targets; None for X itself.
            **kwargs: Further arguments of `Model.fit` for this call.

        Returns:
            The transformer.
        """
        if y is None:
            X = y = self._checked_x(X, reset=True)
        else:
            X, y = self._checked_x(X, y, reset=True, multi_output=True, y_numeric=True)
            y = y.reshape(len(y), -1) if y.ndim < 2 else y
        self._train(X, y, lambda _, targets: targets, None, kwargs)
        features = self._features(X[:1], {})
        self._n_features_out = features.shape[1]
        return self

    def transform(self, X: Any, **kwargs: Any) -> Any:
        """Returns the features of data.

        Args:
            X: Data as in `fit`.
            **kwargs: `batch_size` and `verbose` of `Model.predict`.

        Returns:
            Array of shape (samples, features).
        """
        return self._features(X, kwargs)

    def _features(self, X: Any, given: dict[str, Any]) -> Any:
        name = _CODE if self.model is None else self.layer
        check_is_fitted(self, "model_")
        model = self.model_
        if name is not None:
            model = Model(model.inputs, model.get_layer(name).output)
        outputs = self._outputs(X, given, model)
        return outputs.reshape(len(outputs), -1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _more_tags(self) -> dict[str, Any]:  # scikit-learn before 1.6
        return {**super()._more_tags(), "preserves_dtype": []}
