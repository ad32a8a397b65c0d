"""Classifier: a model as scikit-learn's classifier."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d

from cornu import layers
from cornu.losses import Loss
from cornu.models import Sequential
from cornu.sklearn._estimator import Estimator


class Classifier(ClassifierMixin, Estimator):
    """A classifier for scikit-learn's pipelines, cross-validation and searches.

    Labels may be numbers or text. The model gets them as its loss wants them: numbers for a sparse
    loss or a single output, one-hot rows otherwise.

    Args:
        model: A compiled model, whose structure is trained from new weights by every `fit`; or a
            function that returns one. The function is called with the parameters whose names it
            takes, and with `(X, y)`, y as one-hot rows, if two arguments are left without a value.
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
        classes_: The labels.

    Example:
        >>> from sklearn.model_selection import cross_val_score
        >>> from cornu.datasets import digits
        >>> (x, y), _ = digits.load_data()
        >>> classifier = Classifier(units=(32,), epochs=20, random_state=1)
        >>> scores = cross_val_score(classifier, x.reshape(len(x), -1) / 16, y, cv=2)
        >>> bool(scores.mean() > 0.9)
        True
    """

    def _default_network(self, X: Any, y: Any, units: Any = (64, 64)) -> Any:
        several = np.ndim(y) == 2 and not self._is_one_hot
        model = Sequential([layers.Dense(n, activation="relu") for n in np.atleast_1d(units)])
        if X.ndim > 2:
            model = Sequential([layers.Flatten(), *model.layers])
        activation = "sigmoid" if several else "softmax"
        model.add(layers.Dense(y.shape[1], activation=activation))
        loss = "binary_crossentropy" if several else "categorical_crossentropy"
        model.compile(optimizer="adam", loss=loss)
        return model

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, class_weight: Any = None, **kwargs: Any
    ) -> Classifier:
        """Trains a model.

        Args:
            X: Array of shape (samples, ...), a data frame, or a sparse table.
            y: Labels of shape (samples,); one-hot rows; or rows of 0 and 1 for several labels.
            sample_weight: Weight of each sample.
            class_weight: Weight of each label as a dict, or "balanced".
            **kwargs: Further arguments of `Model.fit` for this call; the labels of
                `validation_data` are like y.

        Returns:
            The classifier.

        Raises:
            ValueError: When the data do not fit each other or the model, or y has one class only.
        """
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None."
            )
        X, y = self._checked_x(X, y, reset=True, multi_output=True)
        check_classification_targets(y)
        several = np.ndim(y) == 2 and y.shape[1] > 1
        if several and not type_of_target(y).startswith("multilabel"):
            raise ValueError(
                f"{type(self).__name__}: y has {y.shape[1]} columns, but they do not hold 0 and 1 "
                f"only. Several labels need one column of 0 and 1 each."
            )
        if not several:
            y = column_or_1d(y, warn=True)
        weights = class_weight if class_weight is not None else self._further().get("class_weight")
        if weights is not None:
            balanced = compute_sample_weight(weights, y)
            sample_weight = balanced if sample_weight is None else sample_weight * balanced
        kwargs.pop("class_weight", None)
        self._has_rows = several
        if several:
            self.classes_ = np.arange(y.shape[1])
            targets = y.astype(np.float32)
        else:
            self.classes_ = np.unique(y)
            if len(self.classes_) < 2:
                raise ValueError(
                    f"{type(self).__name__} can't train when only one class is present: all "
                    f"labels are {self.classes_[0]!r}."
                )
            targets = self._one_hot(y)
        self._is_one_hot = not several
        self._train(X, targets, self._for_loss, sample_weight, kwargs)
        if several:
            self._is_one_hot = _wants_one_hot(self.model_)
        return self

    def _fit_arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        arguments = super()._fit_arguments(given)
        arguments.pop("class_weight", None)  # already in the weights of the samples
        return arguments

    def _numbers(self, y: Any) -> Any:
        places = np.searchsorted(self.classes_, y)
        places = np.minimum(places, len(self.classes_) - 1)
        unknown = self.classes_[places] != y
        if np.any(unknown):
            raise ValueError(
                f"{type(self).__name__}: label {np.asarray(y)[unknown][0]!r} is not among the "
                f"classes it was fitted with: {list(self.classes_)}."
            )
        return places

    def _one_hot(self, y: Any) -> Any:
        return np.eye(len(self.classes_), dtype=np.float32)[self._numbers(y)]

    def _for_loss(self, model: Any, y: Any) -> Any:
        """Returns targets in the form that the model's loss wants."""
        y = np.asarray(y)
        rows = y if y.ndim == 2 and y.shape[1] > 1 else self._one_hot(column_or_1d(y))
        if self._has_rows:
            return rows.astype(np.float32)
        classes = len(self.classes_)
        columns = _columns(model) or (1 if "binary" in _loss_name(model) else classes)
        if columns < classes and not (columns == 1 and classes == 2):
            raise ValueError(
                f"{type(self).__name__}: y has {classes} classes, but the model has {columns} "
                f"output{'s' * (columns != 1)}. Its last layer needs one output for each class."
            )
        if _is_sparse(model):
            return rows.argmax(axis=1)
        if columns == 1:
            return rows[:, 1:]
        return np.pad(rows, ((0, 0), (0, columns - classes)))

    def predict_proba(self, X: Any, **kwargs: Any) -> Any:
        """Returns the probability of each class.

        Args:
            X: Data as in `fit`.
            **kwargs: `batch_size` and `verbose` of `Model.predict`.

        Returns:
            Array of shape (samples, classes).
        """
        outputs = self._outputs(X, kwargs)
        outputs = outputs.reshape(len(outputs), -1)
        if _from_logits(self.model_):
            outputs = _probabilities(outputs, softmax=self._is_one_hot and outputs.shape[1] > 1)
        if outputs.shape[1] == 1 and not self._has_rows:
            outputs = np.hstack([1 - outputs, outputs])
        return outputs[:, : len(self.classes_)]

    def predict(self, X: Any, **kwargs: Any) -> Any:
        """Returns the label of each sample.

        Args:
            X: Data as in `fit`.
            **kwargs: `batch_size` and `verbose` of `Model.predict`.

        Returns:
            Array of shape (samples,); rows of 0 and 1 where several labels were trained.
        """
        check_is_fitted(self, "model_")
        probabilities = self.predict_proba(X, **kwargs)
        if self._is_one_hot:
            return self.classes_[probabilities.argmax(axis=1)]
        return (probabilities > 0.5).astype(np.int64)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Returns the share of right predictions.

        Args:
            X: Data as in `fit`.
            y: True labels, as in `fit`.
            sample_weight: Weight of each sample.
        """
        if self._has_rows and self._is_one_hot and np.ndim(y) == 2:
            y = np.asarray(y).argmax(axis=1)
        return float(super().score(X, y, sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags

    def _more_tags(self) -> dict[str, Any]:  # scikit-learn before 1.6
        return {**super()._more_tags(), "multilabel": True, "multioutput": True}


def _loss_name(model: Any) -> str:
    loss = model.loss
    if isinstance(loss, (list, tuple)) and len(loss) == 1:
        loss = loss[0]
    if isinstance(loss, str):
        return loss.lower()
    return str(getattr(loss, "name", None) or getattr(loss, "__name__", "")).lower()


def _is_sparse(model: Any) -> bool:
    return "sparse" in _loss_name(model)


def _wants_one_hot(model: Any) -> bool:
    return "categorical" in _loss_name(model) and not _is_sparse(model)


def _from_logits(model: Any) -> bool:
    config = model.loss.get_config() if isinstance(model.loss, Loss) else {}
    return bool(config.get("from_logits"))


def _columns(model: Any) -> int | None:
    shape = getattr(model, "output_shape", None) if model.built else None
    return shape[-1] if isinstance(shape, tuple) and shape and isinstance(shape[-1], int) else None


def _probabilities(logits: Any, *, softmax: bool) -> Any:
    if not softmax:
        return 1 / (1 + np.exp(-logits))
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)
