"""Optional packages: imported when first needed, and missed with the command that brings them."""

from __future__ import annotations

import importlib
from types import ModuleType

from cornu.core.errors import CornuError


class MissingExtraError(CornuError, ImportError):
    """A package that cornu needs for one of its extras is not installed."""


def optional_import(module: str, extra: str, purpose: str) -> ModuleType:
    """Imports an optional package.

    Args:
        module: The module to import, such as `"matplotlib.figure"`.
        extra: The extra of cornu that brings it, such as `"plot"`.
        purpose: What needs it; the error begins with it.

    Returns:
        The module.

    Raises:
        MissingExtraError: It is not installed; the message names the pip command. A package that is
            there but cannot be imported raises its own error.

    Example:
        >>> optional_import("json", "plot", "This example").__name__
        'json'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if (error.name or "").partition(".")[0] != package:
            raise
        raise MissingExtraError(
            f"{purpose} needs the package {package!r}, which is not installed. "
            f"Install it with: pip install 'cornu[{extra}]'",
            name=error.name,
        ) from None
