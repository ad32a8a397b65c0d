"""What programs ask about the installation: `tf.test`."""

from __future__ import annotations

from typing import Any

__all__ = ["gpu_device_name", "is_built_with_cuda", "is_built_with_gpu_support", "is_gpu_available"]


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """Returns whether there is a GPU to compute on; the native engine uses the processor.

    Args:
        cuda_only: Accepted for TensorFlow's signature.
        min_cuda_compute_capability: Likewise.

    Example:
        >>> import cornu.tf as tf
        >>> tf.test.is_gpu_available()
        False
    """
    return False


def is_built_with_cuda() -> bool:
    """Returns whether the native engine computes with CUDA.

    Example:
        >>> import cornu.tf as tf
        >>> tf.test.is_built_with_cuda()
        False
    """
    return False


def is_built_with_gpu_support() -> bool:
    """Returns whether the native engine computes on GPUs.

    Example:
        >>> import cornu.tf as tf
        >>> tf.test.is_built_with_gpu_support()
        False
    """
    return False


def gpu_device_name() -> str:
    """Returns the name of the first GPU, which is empty without one.

    Example:
        >>> import cornu.tf as tf
        >>> tf.test.gpu_device_name()
        ''
    """
    return ""
