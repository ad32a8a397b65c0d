"""Options of pipelines, which TensorFlow's programs set; the results are the same with any."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


class Options:
    """Holds what a program sets.

    Pipelines here keep the order of elements and choose threads themselves, so nothing depends on
    it.

    Example:
        >>> options = Options()
        >>> options.deterministic = False
        >>> options.threading.private_threadpool_size = 4
        >>> options.deterministic
        False
    """

    def __init__(self) -> None:
        self.deterministic: Any = None
        self.experimental_deterministic: Any = None
        self.autotune = SimpleNamespace(enabled=None, cpu_budget=None, ram_budget=None)
        self.threading = SimpleNamespace(
            private_threadpool_size=None, max_intra_op_parallelism=None
        )
        self.experimental_distribute = SimpleNamespace(auto_shard_policy=None, num_devices=None)
        self.experimental_optimization = SimpleNamespace()
        self.experimental_threading = SimpleNamespace()

    def merge(self, options: Options) -> Options:
        """Returns options with those of another one on top."""
        merged = Options()
        vars(merged).update(vars(self))
        vars(merged).update({k: v for k, v in vars(options).items() if v is not None})
        return merged
