"""Keras 2's functions of graphs: what they were for, in models that run at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu.core import settings, tree
from cornu.core.errors import UnsupportedError
from cornu.models import Model

_PHASE = "keras2_learning_phase"


def function(inputs: Any, outputs: Any, updates: Any = None, name: str | None = None, **kwargs: Any) -> Callable[[Any], Any]:  # fmt: skip
    """Returns a function from values of some tensors of a model to those of others.

    Args:
        inputs: KerasTensors to give values for, as a list.
        outputs: KerasTensors to compute.
        updates: Accepted for Keras 2's signature.
        name: Likewise.
        **kwargs: Likewise.

    Returns:
        A function of a list of arrays that returns NumPy arrays in the form of `outputs`.

    Example:
        >>> import cornu as keras
        >>> from cornu import backend as K
        >>> model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,))])
        >>> outputs_of = K.function([model.input], [model.layers[0].output])
        >>> outputs_of([np.ones((1, 3))])[0].shape
        (1, 2)
    """
    wanted = [tensor for tensor in tree.flatten(inputs) if tensor is not None]
    # The phase (training or not) was an input of graphs; here it is an argument of calls.
    phases = [isinstance(tensor, _LearningPhase) for tensor in wanted]
    tensors = [t for t, phase in zip(wanted, phases, strict=True) if not phase]
    several = isinstance(outputs, (list, tuple))
    model = Model(tensors, list(outputs) if several else [outputs])

    def run(values: Any) -> Any:
        given = list(values) if isinstance(values, (list, tuple)) else [values]
        training = bool(learning_phase().value)
        arrays = []
        for value, phase in zip(given, phases, strict=True):
            if phase:
                training = bool(value)
            else:
                arrays.append(np.asarray(value, None))
        results = model(arrays, training=training)
        found = [np.asarray(result) for result in tree.flatten(results)]
        return found if several else found[0]

    return run


class _LearningPhase:
    """Stands for "training or not" among the inputs of `function`."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __int__(self) -> int:
        return self.value

    def __bool__(self) -> bool:
        return bool(self.value)

    def __eq__(self, other: object) -> bool:
        return self.value == other

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return str(self.value)


def learning_phase() -> Any:
    """Returns whether calls outside of `fit` and `predict` are for training: 0 or 1.

    Example:
        >>> learning_phase()
        0
    """
    return _LearningPhase(settings.state.attributes.get(_PHASE, 0))


def set_learning_phase(value: int) -> None:
    """Sets what `learning_phase` returns and what `function` computes with.

    Args:
        value: 0 or 1.

    Raises:
        ValueError: For anything else.

    Example:
        >>> set_learning_phase(0)
    """
    if value not in (0, 1):
        raise ValueError(f"set_learning_phase: expected 0 or 1; got {value!r}.")
    settings.state.attributes[_PHASE] = int(value)


def gradients(loss: Any, variables: Sequence[Any]) -> Any:
    """Refuses: derivatives need a record of what was computed, which a GradientTape makes.

    Args:
        loss: A tensor.
        variables: Tensors or variables.

    Raises:
        NotImplementedError: Always, with what to write instead.

    Example:
        >>> try:
        ...     gradients(None, [])
        ... except NotImplementedError:
        ...     "refused"
        'refused'
    """
    raise UnsupportedError(
        "keras.backend.gradients: tensors are computed at once, so there is no graph to "
        "differentiate. Compute the loss inside `with tf.GradientTape() as tape:` and call "
        "tape.gradient(loss, variables)."
    )


def get_session(*args: Any, **kwargs: Any) -> Any:
    """Refuses: there are no sessions.

    Args:
        *args: Not used.
        **kwargs: Not used.

    Raises:
        NotImplementedError: Always, with what to write instead.

    Example:
        >>> try:
        ...     get_session()
        ... except NotImplementedError:
        ...     "refused"
        'refused'
    """
    raise UnsupportedError(
        "There are no sessions: every function computes its result at once. Read a tensor with "
        ".numpy(), and drop session settings."
    )
