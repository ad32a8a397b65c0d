"""Discretization: quantities as numbers of the ranges they fall into."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import registry, settings
from cornu.core.keras_tensor import KerasTensor
from cornu.core.tensor import Tensor
from cornu.layers.adapting import note_change
from cornu.layers.layer import Layer
from cornu.layers.preprocessing.encoding import MODES, checked_mode, encode, encoded_shape
from cornu.layers.preprocessing.tokens import Array, batches_of

# A summary of many values: a row of some of them, ascending, and how many values each stands for.
_NOTHING = np.zeros((2, 0), np.float32)


@registry.builtin("layer")
class Discretization(Layer):
    """Numbers ranges: 0 below the first boundary, 1 from there to below the second, and so on.

    Args:
        bin_boundaries: The boundaries, ascending.
        num_bins: Instead: how many ranges `adapt` makes, with equally many values in each.
        epsilon: How exactly; smaller is more exact and slower.
        output_mode: "int", or a vector mode of `CategoryEncoding`.
        sparse: Accepted for Keras's signature; must be False.
        dtype: Dtype of vectors.
        name: Name of the layer.
        **kwargs: `bins`, the old name of `bin_boundaries`, and `trainable`.

    Raises:
        ValueError: When both or none of `bin_boundaries` and `num_bins` are given.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.Discretization(bin_boundaries=[0.0, 1.0])
        >>> layer([[-1.5, 0.5, 3.0]]).tolist()
        [[0, 1, 2]]
    """

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if "bins" in kwargs:
            old = kwargs.pop("bins")
            if isinstance(old, int):
                num_bins = old
            else:
                bin_boundaries = old
        if dtype is None:
            dtype = "int64" if output_mode == "int" else settings.floatx()
        super().__init__(name=name, dtype=dtype, **kwargs)
        if (bin_boundaries is None) == (num_bins is None):
            raise ValueError(
                f"Discretization: give either bin_boundaries, or num_bins and call adapt(data); got "
                f"bin_boundaries={bin_boundaries} and num_bins={num_bins}."
            )
        if num_bins is not None and num_bins < 1:
            raise ValueError(f"Discretization: num_bins must be 1 or more; got {num_bins}.")
        if sparse:
            raise ValueError("Discretization: sparse=True is not supported; results are dense.")
        if bin_boundaries is not None:
            bin_boundaries = [float(boundary) for boundary in bin_boundaries]
            if sorted(bin_boundaries) != bin_boundaries:
                raise ValueError(
                    f"Discretization: bin_boundaries must ascend; got {bin_boundaries}."
                )
        self.bin_boundaries = bin_boundaries
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.output_mode = checked_mode(output_mode, ("int", *MODES), "Discretization")
        self.sparse = sparse
        self._summary: Array = _NOTHING

    @property
    def input_dtype(self) -> str:
        """The dtype of the quantities."""
        return settings.floatx()

    @property
    def output_dtype(self) -> str:
        """The dtype of the result."""
        return "int32" if self.output_mode == "int" else self.compute_dtype

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Chooses boundaries that put equally many values into each range.

        Args:
            data: An array, list or pandas column, or an iterable of batches.
            batch_size: Accepted for Keras 2's signature; has no effect.
            steps: How many batches of an iterable are taken; all when None.

        Raises:
            ValueError: When the layer was made with boundaries, or the data are empty.
        """
        del batch_size
        if self.num_bins is None:
            raise ValueError(
                f"{self._who()} was made with bin_boundaries, so it cannot adapt to data. Give "
                f"num_bins instead."
            )
        self.reset_state()
        batches = batches_of(data, steps)
        for batch in [data] if batches is None else batches:
            self.update_state(batch)
        if not self._summary.shape[1]:
            raise ValueError(f"{self._who()}.adapt: the data are empty.")
        self.finalize_state()

    def reset_state(self) -> None:
        """Forgets what was seen so far."""
        self._summary = _NOTHING

    def update_state(self, data: Any) -> None:
        """Takes in the values of one batch."""
        array = Tensor.numpy(data) if isinstance(data, Tensor) else np.asarray(data)
        fresh = _summary_of(array.astype(np.float32), self.epsilon)
        both = np.concatenate([fresh, self._summary], axis=1)
        self._summary = _compressed(both[:, np.argsort(both[0])], self.epsilon)

    def finalize_state(self) -> None:
        """Makes the boundaries of what was seen."""
        if self.num_bins is not None:
            bins = _compressed(self._summary, 1.0 / self.num_bins)
            self.bin_boundaries = [float(boundary) for boundary in bins[0, :-1]]
            note_change()

    def _depth(self) -> int | None:
        return self.num_bins if self.bin_boundaries is None else len(self.bin_boundaries) + 1

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape, or for vectors that of `CategoryEncoding`."""
        if self.output_mode == "int":
            return tuple(input_shape)
        return encoded_shape(input_shape, self.output_mode, self._depth())

    def compute_output_spec(self, inputs: Any) -> Any:
        """Returns a KerasTensor like the output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=self.output_dtype)

    def call(self, inputs: Any) -> Any:
        """Numbers quantities."""
        if self.bin_boundaries is None:
            raise ValueError(
                f"{self._who()} has no boundaries yet. Call adapt(data) first, or give "
                f"bin_boundaries."
            )
        numbers = ops.digitize(ops.cast(inputs, settings.floatx()), list(self.bin_boundaries))
        if self.output_mode == "int":
            return ops.cast(numbers, "int32")
        depth = len(self.bin_boundaries) + 1
        return encode(numbers, self.output_mode, depth, self.output_dtype)

    def load_own_variables(self, store: Any) -> None:
        """Does nothing: boundaries are part of the config."""

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        boundaries = self.bin_boundaries
        return {
            "bin_boundaries": None if boundaries is None else list(boundaries),
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a layer from what `get_config` returned."""
        config = dict(config)
        boundaries = None
        if config.get("num_bins") is not None:
            boundaries = config.pop("bin_boundaries", None)
        layer = cls(**config)
        if boundaries is not None:
            layer.bin_boundaries = [float(boundary) for boundary in boundaries]
        return layer


def _summary_of(values: Array, epsilon: float) -> Array:
    """Returns about 1 / epsilon of the sorted values, evenly taken, and what each stands for."""
    ordered = np.sort(values.reshape(-1))
    step = max(ordered.size * epsilon, 1.0)
    chosen = ordered[int(step - 1) :: int(step)]
    return np.stack([chosen, np.full_like(chosen, step)])


def _compressed(summary: Array, epsilon: float) -> Array:
    """Returns a summary of 1 / epsilon values, by interpolation of the cumulative counts."""
    if summary.shape[1] * epsilon < 1:
        return summary
    wanted = epsilon + np.arange(0.0, 1.0, epsilon)
    counts = summary[1].cumsum()
    shares = counts / counts[-1]
    values = np.interp(wanted, shares, summary[0])
    upto = np.interp(wanted, shares, counts)
    return np.stack([values, np.diff(upto, prepend=0.0)]).astype(np.float32)
