"""Computing in float16 or bfloat16 with weights in float32: Keras 2's `keras.mixed_precision`."""

from __future__ import annotations

from cornu.dtype_policies import DTypePolicy as DTypePolicy
from cornu.dtype_policies import DTypePolicy as Policy
from cornu.dtype_policies import dtype_policy as dtype_policy
from cornu.dtype_policies import dtype_policy as global_policy
from cornu.dtype_policies import set_dtype_policy as set_dtype_policy
from cornu.dtype_policies import set_dtype_policy as set_global_policy
from cornu.optimizers import LossScaleOptimizer as LossScaleOptimizer

__path__: list[str] = []

set_policy = set_global_policy

__all__ = [
    "DTypePolicy", "LossScaleOptimizer", "Policy", "dtype_policy", "global_policy", "set_dtype_policy",
    "set_global_policy", "set_policy",
]  # fmt: skip
