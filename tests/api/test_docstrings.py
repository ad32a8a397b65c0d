"""Public names are documented, their arguments too, and every example runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re

import pytest

import cornu

# Where a user finds names. What these modules export must be documented.
PUBLIC = [
    "cornu",
    "cornu.activations",
    "cornu.callbacks",
    "cornu.config",
    "cornu.constraints",
    "cornu.datasets",
    "cornu.initializers",
    "cornu.layers",
    "cornu.losses",
    "cornu.metrics",
    "cornu.models",
    "cornu.ops",
    "cornu.optimizers",
    "cornu.optimizers.schedules",
    "cornu.random",
    "cornu.regularizers",
    "cornu.utils",
]
# What a function computes on needs no words of its own if the summary says what is computed.
OPERANDS = {"x", "x1", "x2", "inputs", "y_true", "y_pred"}


def source_modules():
    return sorted(
        module.name
        for module in pkgutil.walk_packages(cornu.__path__, "cornu.")
        if not module.name.endswith("_native")
    )


def public_objects():
    seen: dict[int, tuple[str, object]] = {}
    for module_name in PUBLIC:
        module = importlib.import_module(module_name)
        names = getattr(module, "__all__", None) or [n for n in vars(module) if n[0] != "_"]
        for name in names:
            value = getattr(module, name)
            if not (inspect.isclass(value) or inspect.isfunction(value)):
                continue
            if (value.__module__ or "").startswith("cornu"):
                seen.setdefault(id(value), (f"{module_name}.{name}", value))
    return [pytest.param(value, id=name) for name, value in seen.values()]


def arguments_of(value) -> list[str]:
    function = value.__init__ if inspect.isclass(value) else value
    if function is object.__init__:
        return []
    parameters = inspect.signature(function).parameters.values()
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return [p.name for p in parameters if p.kind not in kinds and p.name != "self"]


@pytest.mark.parametrize("value", public_objects())
def test_public_name_is_documented(value):
    text = inspect.cleandoc(value.__doc__ or "") + "\n"
    assert text.strip(), "no docstring"
    summary = text.split("\n\n", 1)[0]
    assert summary.rstrip().endswith("."), f"the first line is no sentence: {summary!r}"
    missing = [
        name
        for name in arguments_of(value)
        if name not in OPERANDS and not re.search(rf"\b{name}\b", text)
    ]
    assert missing == [], f"arguments without description: {missing}"


@pytest.mark.parametrize("name", source_modules())
def test_examples_run(name):
    module = importlib.import_module(name)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, _ = doctest.testmod(module, optionflags=flags)
    assert failed == 0
