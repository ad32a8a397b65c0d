"""Which function an estimator's parameter goes to: the one that builds the model, or `fit`.

scikit-learn's searches set parameters of the estimator by name. So an estimator takes, beside its
own, the names of the build function's and of fit's arguments; `model__x` and `fit__x` say which of
the two is meant.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from cornu.core.errors import suggestion
from cornu.models import Model

_MODEL, _FIT = "model__", "fit__"
_DATA = ("self", "x", "y", "sample_weight")
FIT_NAMES = tuple(name for name in inspect.signature(Model.fit).parameters if name not in _DATA)
PREDICT_NAMES = ("batch_size", "verbose", "steps", "callbacks")


class BuildArguments:
    """What a function that builds models takes.

    Args:
        build: The function.
    """

    def __init__(self, build: Callable[..., Any]) -> None:
        parameters = inspect.signature(build).parameters.values()
        self._any = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self._named = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
        self.names = [p.name for p in self._named]

    def takes(self, name: str) -> bool:
        """Whether the function has an argument of that name."""
        return self._any or name in self.names

    def missing(self, given: Iterable[str]) -> list[str]:
        """Returns the arguments without a default that are not among those given."""
        return [p.name for p in self._named if p.default is p.empty and p.name not in given]


def check_names(names: Iterable[str], build: Callable[..., Any] | None, owner: str) -> None:
    """Raises ValueError for a parameter that neither the build function nor fit takes.

    Args:
        names: Names of parameters.
        build: The function that builds the model; None for a model that is there already.
        owner: Class of the estimator.
    """
    taken = None if build is None else BuildArguments(build)
    for name in names:
        if name.startswith(_FIT):
            legal = name.removeprefix(_FIT) in FIT_NAMES
        else:
            argument = name.removeprefix(_MODEL)
            legal = name in FIT_NAMES or (taken is not None and taken.takes(argument))
        if not legal:
            known = [*FIT_NAMES, *(taken.names if taken else ())]
            raise ValueError(
                f"{owner}: {name!r} is not a legal parameter: neither fit() nor the function that "
                f"builds the model takes it.{suggestion(name, known)}"
            )


def for_build(parameters: dict[str, Any], taken: BuildArguments) -> dict[str, Any]:
    """Returns what goes to the function that builds the model.

    Args:
        parameters: The estimator's further parameters.
        taken: What the function takes.
    """
    plain = {
        name: value
        for name, value in parameters.items()
        if "__" not in name
        and (name in taken.names or (name not in FIT_NAMES and taken.takes(name)))
    }
    return {**plain, **_without(parameters, _MODEL)}


def for_fit(parameters: dict[str, Any]) -> dict[str, Any]:
    """Returns what goes to `Model.fit`.

    Args:
        parameters: The estimator's further parameters.
    """
    plain = {name: value for name, value in parameters.items() if name in FIT_NAMES}
    return {**plain, **_without(parameters, _FIT)}


def _without(parameters: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in parameters.items()
        if name.startswith(prefix)
    }
