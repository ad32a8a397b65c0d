"""Names that TensorFlow kept for later: `tf.experimental`."""

from __future__ import annotations

from typing import Any

from cornu.tf._names import no_such_name

__all__ = ["numpy"]


class numpy:
    """NumPy's manners for tensors."""

    @staticmethod
    def experimental_enable_numpy_behavior(*arguments: Any, **keywords: Any) -> None:
        """Refuses: tensors keep TensorFlow's rules."""
        raise NotImplementedError(
            "Tensors of cornu.tf keep TensorFlow's rules; use cornu.ops, whose functions have "
            "NumPy's names and promote dtypes."
        )


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.experimental", name, __all__)
