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
    "cornu.backend",
    "cornu.callbacks",
    "cornu.config",
    "cornu.constraints",
    "cornu.data",
    "cornu.datasets",
    "cornu.initializers",
    "cornu.layers",
    "cornu.losses",
    "cornu.metrics",
    "cornu.models",
    "cornu.ops",
    "cornu.optimizers",
    "cornu.optimizers.schedules",
    "cornu.preprocessing.image",
    "cornu.preprocessing.sequence",
    "cornu.preprocessing.text",
    "cornu.profiler",
    "cornu.random",
    "cornu.regularizers",
    "cornu.sklearn",
    "cornu.tuner",
    "cornu.tf",
    "cornu.tf.bitwise",
    "cornu.tf.config",
    "cornu.tf.data",
    "cornu.tf.data.experimental",
    "cornu.tf.debugging",
    "cornu.tf.distribute",
    "cornu.tf.image",
    "cornu.tf.io",
    "cornu.tf.linalg",
    "cornu.tf.math",
    "cornu.tf.nest",
    "cornu.tf.nn",
    "cornu.tf.random",
    "cornu.tf.saved_model",
    "cornu.tf.profiler",
    "cornu.tf.strings",
    "cornu.tf.train",
    "cornu.tf.summary",
    "cornu.utils",
    "cornu.visualization",
]
# What a function computes on needs no words of its own if the summary says what is computed.
OPERANDS = {"x", "x1", "x2", "inputs", "y_true", "y_pred"}


def source_modules():
    return sorted(
        module.name
        for module in pkgutil.walk_packages(cornu.__path__, "cornu.")
        if not module.name.endswith("_native")
    )


def public_objects(module_name: str):
    """What a module exports; without a list of it, what it defines or gathers from its files."""
    module = importlib.import_module(module_name)
    listed = getattr(module, "__all__", None)
    for name in listed or [name for name in vars(module) if name[0] != "_"]:
        value = getattr(module, name)
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        if (value.__module__ or "").startswith("cornu" if listed else module_name):
            yield name, value


def arguments_of(value) -> list[str]:
    function = value.__init__ if inspect.isclass(value) else value
    if function is object.__init__:
        return []
    parameters = inspect.signature(function).parameters.values()
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return [p.name for p in parameters if p.kind not in kinds and p.name != "self"]


def problems_of(value) -> list[str]:
    text = inspect.cleandoc(value.__doc__ or "") + "\n"
    if not text.strip():
        return ["has no docstring"]
    problems = []
    summary = text.split("\n\n", 1)[0].rstrip()
    if not summary.endswith("."):
        problems.append(f"begins with no sentence: {summary!r}")
    problems += [
        f"does not say what {name} is"
        for name in arguments_of(value)
        if name not in OPERANDS and not re.search(rf"\b{name}\b", text)
    ]
    if ">>>" not in text and not issubclass(value if inspect.isclass(value) else int, Exception):
        problems.append("has no example")
    return problems


@pytest.mark.parametrize("module_name", PUBLIC)
def test_public_names_are_documented(module_name):
    found = [
        f"{name} {problem}"
        for name, value in public_objects(module_name)
        for problem in problems_of(value)
    ]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("name", source_modules())
def test_examples_run(name):
    module = importlib.import_module(name)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, _ = doctest.testmod(module, optionflags=flags)
    assert failed == 0
