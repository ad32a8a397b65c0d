"""What classifiers, regressors and transformers share: building, training, parameters."""

from __future__ import annotations

import contextlib
import copy
import threading
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from cornu.core import session
from cornu.models import Model, Sequential, clone_model
from cornu.saving import serialize_keras_object
from cornu.sklearn import _parameters as routing

try:
    from sklearn.utils.validation import validate_data
except ImportError:  # scikit-learn before 1.6

    def validate_data(estimator: Any, **arguments: Any) -> Any:
        return estimator._validate_data(**arguments)


_DEFAULT_EPOCHS = 100


class Estimator(BaseEstimator):
    """Base of the estimators; the arguments are documented there."""

    # What fit prints unless told: a search trains many models.
    _verbose: Any = 0
    # Of estimators that have no such parameters.
    model: Any = None
    warm_start = False
    model_kwargs: dict[str, Any] | None = None
    fit_kwargs: dict[str, Any] | None = None
    # After fit.
    model_: Any
    history_: Any

    def __init__(
        self,
        model: Any = None,
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
        random_state: Any = None,
        **parameters: Any,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs
        self.random_state = random_state
        self._take(parameters)

    # -- parameters ------------------------------------------------------------------------

    def _template(self) -> Any:
        """Returns the model that was given, or the function that builds one."""
        return self._default_network if self.model is None else self.model

    def _default_network(self, X: Any, y: Any, units: Any = (64, 64)) -> Any:
        raise NotImplementedError

    def _check_names(self) -> None:
        template = self._template()
        is_function = callable(template) and not isinstance(template, Model)
        routing.check_names(self._further(), template if is_function else None, type(self).__name__)

    def _take(self, parameters: dict[str, Any]) -> None:
        # As scikit-learn wants it, parameters are checked by fit, not when they are set.
        for name, value in parameters.items():
            setattr(self, name, value)

    def _further(self) -> dict[str, Any]:
        """Returns the parameters beside those of `__init__`."""
        own = self._get_param_names()
        return {
            name: value
            for name, value in vars(self).items()
            if name not in own and not name.startswith("_") and not name.endswith("_")
        }

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Returns all parameters by name, those for the build function and `fit` among them.

        Args:
            deep: Accepted for scikit-learn's signature.
        """
        return {**super().get_params(deep=False), **self._further()}

    def set_params(self, **params: Any) -> Estimator:
        """Sets parameters; any name that the build function or `Model.fit` takes is one.

        Args:
            **params: Names and values.

        Returns:
            The estimator.
        """
        own = self._get_param_names()
        for name in own:
            if name in params:
                setattr(self, name, params.pop(name))
        self._take(params)
        return self

    # -- the model -------------------------------------------------------------------------

    def _new_model(self, X: Any, y: Any) -> Any:
        build = self._template()
        if isinstance(build, Model):
            return self._ready(_fresh(build), X)
        if not callable(build):
            raise TypeError(
                f"{type(self).__name__}: model is a compiled model, or a function that returns "
                f"one; got {build!r}."
            )
        taken = routing.BuildArguments(build)
        given = {**routing.for_build(self._further(), taken), **(self.model_kwargs or {})}
        missing = taken.missing(given)
        if len(missing) not in (0, 2):
            raise ValueError(
                f"{type(self).__name__}: the function that builds the model needs "
                f"{', '.join(missing)}. Pass it as a parameter of the estimator, such as "
                f"{missing[0]}=..., or give it a default. (Two arguments without a value would be "
                f"the data X and y.)"
            )
        return self._ready(build(*((X, y) if missing else ()), **given), X)

    def _ready(self, model: Any, X: Any) -> Any:
        if not isinstance(model, Model):
            raise TypeError(
                f"{type(self).__name__}: the function that builds the model returned {model!r} of "
                f"type {type(model).__name__}; it must return a compiled model."
            )
        if not model.compiled or model.loss is None:
            raise ValueError(
                f"{type(self).__name__}: the model is not compiled, or has no loss. Call "
                f"model.compile(optimizer=..., loss=...) in the function that builds it."
            )
        if isinstance(model, Sequential) and not model.built:
            model.build((None, *X.shape[1:]))  # the form of the targets depends on its outputs
        return model

    def _session(self) -> Any:
        """Makes everything random repeat, whatever other threads do, when random_state is given."""
        state = self.random_state
        if state is None:
            return contextlib.nullcontext()
        if isinstance(state, (int, np.integer)):
            return session.isolated(int(state))
        return session.isolated(check_random_state(state).randint(2**31 - 1))

    # -- training --------------------------------------------------------------------------

    def _checked_x(self, X: Any, y: Any = "no_validation", *, reset: bool, **arguments: Any) -> Any:
        """Returns data as arrays after scikit-learn's checks; sparse tables become dense."""
        checked = validate_data(
            self, X=X, y=y, reset=reset, accept_sparse="csr", allow_nd=True, **arguments
        )
        x, targets = checked if isinstance(checked, tuple) else (checked, None)
        x = x.toarray() if scipy.sparse.issparse(x) else x
        return x if targets is None else (x, targets)

    def _train(self, X: Any, build_y: Any, encode: Any, sample_weight: Any, given: Any) -> None:
        """Builds a model unless the last one is trained on, and trains it."""
        self._check_names()
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float32)
        with self._session():
            goes_on = self.warm_start and hasattr(self, "model_")
            model = self.model_ if goes_on else self._new_model(X, build_y)
            arguments = self._fit_arguments(given)
            validation = arguments.get("validation_data")
            if isinstance(validation, (tuple, list)):
                inputs = self._checked_x(validation[0], reset=False)
                arguments["validation_data"] = (
                    inputs,
                    encode(model, validation[1]),
                    *validation[2:],
                )
            self.history_ = model.fit(
                X, encode(model, build_y), sample_weight=sample_weight, **arguments
            )
        self.model_ = model

    def _fit_arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        unknown = [name for name in given if name not in routing.FIT_NAMES]
        if unknown:
            raise TypeError(f"{type(self).__name__}.fit: fit() has no argument {unknown[0]!r}.")
        arguments = {"verbose": self._verbose}
        if self._template() == self._default_network:
            arguments["epochs"] = _DEFAULT_EPOCHS
        arguments.update(self.fit_kwargs or {})
        arguments.update(routing.for_fit(self._further()))
        in_thread = threading.current_thread() is not threading.main_thread()
        if arguments.get("callbacks") is not None:
            arguments["callbacks"] = copy.deepcopy(arguments["callbacks"])
        arguments.update(given)
        if in_thread and given.get("callbacks") is not None:
            # A search has handed the same objects to trainings in other threads.
            arguments["callbacks"] = copy.deepcopy(given["callbacks"])
        return arguments

    def _outputs(self, X: Any, given: dict[str, Any], model: Any = None) -> Any:
        """Returns the outputs of the trained model, or of another one, as an array."""
        check_is_fitted(self, "model_")
        x = self._checked_x(X, reset=False)
        arguments: dict[str, Any] = {"verbose": 0}
        parameters = {**(self.fit_kwargs or {}), **routing.for_fit(self._further()), **given}
        for name in ("batch_size", "verbose"):
            if name in parameters:
                arguments[name] = parameters[name]
        return (model or self.model_).predict(x, **arguments)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        return tags

    def _more_tags(self) -> dict[str, Any]:  # scikit-learn before 1.6
        weights = (
            "Batches are drawn from the rows, so a weight of 2 is not the same as a row twice."
        )
        return {
            "X_types": ["2darray", "sparse", "3darray"],
            "_xfail_checks": {"check_sample_weights_invariance": weights},
        }


def _fresh(model: Any) -> Any:
    """Returns a model with the same structure and training as another, and new weights."""
    fresh = clone_model(model)
    if model.compiled:
        fresh.compile_from_config(serialize_keras_object(model.get_compile_config()))
    return fresh
