"""GradientTape with TensorFlow's manners."""

from __future__ import annotations

import enum
import warnings
from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes as core
from cornu.core import tree
from cornu.core.tape import GradientTape as CoreTape
from cornu.core.tensor import Tensor as CoreTensor
from cornu.core.variable import Variable as CoreVariable
from cornu.tf._convert import convert
from cornu.tf._tensor import adopt


class UnconnectedGradients(enum.Enum):
    """What a tape gives for a source on which the target does not depend.

    Example:
        >>> import cornu.tf as tf
        >>> x, y = tf.Variable(1.0), tf.Variable(1.0)
        >>> with tf.GradientTape() as tape:
        ...     z = x * 2.0
        >>> float(tape.gradient(z, y, unconnected_gradients=tf.UnconnectedGradients.ZERO))
        0.0
    """

    NONE = "none"
    ZERO = "zero"


class GradientTape(CoreTape):
    """Records what is computed inside its `with` block, to differentiate it afterwards.

    Args:
        persistent: Whether `gradient` may be called more than once.
        watch_accessed_variables: Whether trainable variables that are read are watched.

    Example:
        >>> import cornu.tf as tf
        >>> x = tf.Variable(3.0)
        >>> with tf.GradientTape() as tape:
        ...     y = x * x
        >>> tape.gradient(y, x)
        <tf.Tensor: shape=(), dtype=float32, numpy=6.0>
    """

    def watch(self, tensor: Any) -> None:
        """Makes the tape follow tensors; whole numbers only bring a warning, as they have no derivative.

        Args:
            tensor: A tensor or variable, or a nested structure of them.

        Raises:
            TypeError: For something that is neither.
        """
        leaves = tree.flatten(tensor)
        for leaf in leaves:
            whole = isinstance(leaf, (CoreTensor, CoreVariable)) and not core.is_float(leaf.dtype)
            if whole:
                warnings.warn(
                    f"The dtype of the watched tensor must be floating (e.g. tf.float32), got "
                    f"{str.__str__(leaf.dtype)}; its gradient will be None.",
                    stacklevel=2,
                )
            else:
                super().watch(leaf)

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Any:
        """Returns the derivatives of (the sum of) a target with respect to sources.

        Args:
            target: Tensor or nested structure of tensors computed inside the block.
            sources: Variables and watched tensors, in any nested structure.
            output_gradients: Weights of the target's elements; ones when None.
            unconnected_gradients: `tf.UnconnectedGradients.NONE` or `.ZERO`.

        Returns:
            Derivatives in the form of `sources`; None where there is no connection.

        Raises:
            RuntimeError: When a tape that is not persistent is used twice.
        """
        if output_gradients is not None:
            output_gradients = tree.map_structure(convert, output_gradients)
        result = super().gradient(target, sources, output_gradients, unconnected_gradients)
        return tree.map_structure(adopt, result)

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """Returns the matrix of derivatives of each target element with respect to the sources.

        Args:
            target: A tensor computed inside the block.
            sources: Variables and watched tensors, in any nested structure.
            unconnected_gradients: As in `gradient`.
            parallel_iterations: Accepted for TensorFlow's signature.
            experimental_use_pfor: Likewise.

        Returns:
            In the form of `sources`: tensors of shape `target.shape + source.shape`.
        """
        # Rows are taken one by one through `gradient`, whose results are adopted already.
        result = super().jacobian(target, sources, unconnected_gradients)
        return tree.map_structure(adopt, result)

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """Returns for each row of a batch the matrix of derivatives of its target by its source.

        Args:
            target: A tensor of shape (batch, ...).
            source: A watched tensor of shape (batch, ...), each row of which acts on its row alone.
            unconnected_gradients: As in `gradient`.
            parallel_iterations: Accepted for TensorFlow's signature.
            experimental_use_pfor: Likewise.

        Returns:
            A tensor of shape `(batch, *target.shape[1:], *source.shape[1:])`.
        """
        if target.shape[0] != source.shape[0]:
            raise ValueError(
                f"Need first dimension of target shape {target.shape} and source shape "
                f"{source.shape} to match."
            )
        rows = []
        persistent, self._persistent = self._persistent, True
        count = target.size // max(target.shape[0], 1)
        try:
            for place in range(count):
                # One element of every row at once: rows do not act on each other.
                weight = np.zeros((target.shape[0], count), np.float32)
                weight[:, place] = 1.0
                seed = convert(weight.reshape(tuple(target.shape)), target.dtype)
                rows.append(self.gradient(target, source, seed, unconnected_gradients))
        finally:
            self._persistent = persistent
        if any(row is None for row in rows):
            return None
        shape = (*target.shape, *source.shape[1:])
        return adopt(ops.reshape(ops.stack(rows, 1), shape))
