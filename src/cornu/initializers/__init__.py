"""Initializers: the values that weights begin with.

A seeded initializer gives the same values at every call; without a seed one is drawn from Python's
`random`, so that `keras.utils.set_random_seed` makes all weights repeat.
"""

from __future__ import annotations

from typing import Any

from cornu.core.errors import names_of as _names_of
from cornu.initializers._initializer import Constant as Constant
from cornu.initializers._initializer import Identity as Identity
from cornu.initializers._initializer import Initializer as Initializer
from cornu.initializers._initializer import Ones as Ones
from cornu.initializers._initializer import Zeros as Zeros
from cornu.initializers._random import Orthogonal as Orthogonal
from cornu.initializers._random import RandomInitializer as RandomInitializer
from cornu.initializers._random import RandomNormal as RandomNormal
from cornu.initializers._random import RandomUniform as RandomUniform
from cornu.initializers._random import TruncatedNormal as TruncatedNormal
from cornu.initializers._scaling import GlorotNormal as GlorotNormal
from cornu.initializers._scaling import GlorotUniform as GlorotUniform
from cornu.initializers._scaling import HeNormal as HeNormal
from cornu.initializers._scaling import HeUniform as HeUniform
from cornu.initializers._scaling import LecunNormal as LecunNormal
from cornu.initializers._scaling import LecunUniform as LecunUniform
from cornu.initializers._scaling import VarianceScaling as VarianceScaling
from cornu.initializers._scaling import compute_fans as compute_fans
from cornu.saving import identifiers
from cornu.saving.serialization import serialize_keras_object


def get(identifier: Any) -> Any:
    """Returns the initializer for a name, config, class or object.

    Args:
        identifier: "glorot_uniform", "he_normal", ..., a config, an Initializer, a function, or None.

    Returns:
        A callable, or None.

    Raises:
        ValueError: For an unknown name, with the closest one.

    Example:
        >>> type(get("he_normal")).__name__
        'HeNormal'
    """
    return identifiers.resolve("initializer", identifier)


def serialize(initializer: Any) -> Any:
    """Returns the config of an initializer.

    Args:
        initializer: An initializer.

    Example:
        >>> serialize(Zeros())["class_name"]
        'Zeros'
    """
    return serialize_keras_object(initializer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the initializer of a config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Classes and functions by name, looked at first.

    Example:
        >>> type(deserialize("zeros")).__name__
        'Zeros'
    """
    return identifiers.resolve("initializer", config, custom_objects)


zeros = Zeros
ones = Ones
constant = Constant
identity = Identity
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
glorot_uniform = GlorotUniform
glorot_normal = GlorotNormal
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
he_normal = HeNormal
he_uniform = HeUniform
orthogonal = Orthogonal

__getattr__ = _names_of(__name__)
