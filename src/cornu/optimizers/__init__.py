"""Optimizers: rules by which gradients change weights."""

from typing import Any

from cornu.core.old_paths import old_modules_of
from cornu.optimizers import schedules as schedules
from cornu.optimizers._adam import Adam as Adam
from cornu.optimizers._adam import Adamax as Adamax
from cornu.optimizers._adam import AdamW as AdamW
from cornu.optimizers._adam import Nadam as Nadam
from cornu.optimizers._loss_scale import LossScaleOptimizer as LossScaleOptimizer
from cornu.optimizers._optimizer import Optimizer as Optimizer
from cornu.optimizers._rmsprop import RMSprop as RMSprop
from cornu.optimizers._sgd import SGD as SGD
from cornu.optimizers._sparse_and_sign import Adadelta as Adadelta
from cornu.optimizers._sparse_and_sign import Adagrad as Adagrad
from cornu.optimizers._sparse_and_sign import Ftrl as Ftrl
from cornu.optimizers._sparse_and_sign import Lion as Lion
from cornu.saving import identifiers
from cornu.saving.serialization import serialize_keras_object


def get(identifier: Any) -> Optimizer:
    """Returns the optimizer for a name, config, class or object.

    Args:
        identifier: "sgd", "adam", ..., a config, or an Optimizer.

    Returns:
        An Optimizer.

    Raises:
        ValueError: For an unknown name, with the closest one.

    Example:
        >>> type(get("adam")).__name__
        'Adam'
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if not isinstance(identifier, (str, dict, type)):
        raise ValueError(
            f"Expected the name, config or object of an optimizer; got {identifier!r} "
            f"({type(identifier).__name__})."
        )
    optimizer: Optimizer = identifiers.resolve("optimizer", identifier)
    return optimizer


def serialize(optimizer: Optimizer) -> Any:
    """Returns the config of an optimizer.

    Args:
        optimizer: An optimizer.

    Example:
        >>> serialize(SGD())["class_name"]
        'SGD'
    """
    return serialize_keras_object(optimizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the optimizer of a config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Classes and functions by name, looked at first.

    Example:
        >>> type(deserialize(serialize(SGD()))).__name__
        'SGD'
    """
    return identifiers.resolve("optimizer", config, custom_objects)


__getattr__ = old_modules_of("optimizers")
