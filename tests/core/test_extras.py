"""A missing optional package is reported with the command that installs it."""

import sys

import pytest

from cornu.core.extras import MissingExtraError, optional_import


def test_an_installed_package_is_imported():
    assert optional_import("json.decoder", "plot", "Reading") is sys.modules["json.decoder"]


def test_a_missing_package_names_the_pip_command():
    with pytest.raises(
        ImportError, match=r"^Drawing needs .*pip install 'cornu\[plot\]'"
    ) as caught:
        optional_import("no_such_package.figure", "plot", "Drawing")
    assert isinstance(caught.value, MissingExtraError)
    assert caught.value.name == "no_such_package"


def test_a_package_that_misses_something_itself_says_so(tmp_path, monkeypatch):
    (tmp_path / "broken_package.py").write_text("import no_such_dependency\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency") as caught:
        optional_import("broken_package", "plot", "Drawing")
    assert not isinstance(caught.value, MissingExtraError)
