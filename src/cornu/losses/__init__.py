"""Losses: how far predictions are from targets, as classes and as functions."""

from collections.abc import Callable
from typing import Any

from cornu.core.errors import names_of as _names_of
from cornu.losses._loss import Loss as Loss
from cornu.losses._loss import LossFunctionWrapper as LossFunctionWrapper
from cornu.losses._margin import CategoricalHinge as CategoricalHinge
from cornu.losses._margin import Dice as Dice
from cornu.losses._margin import Hinge as Hinge
from cornu.losses._margin import SquaredHinge as SquaredHinge
from cornu.losses._margin import Tversky as Tversky
from cornu.losses._probability import BinaryCrossentropy as BinaryCrossentropy
from cornu.losses._probability import BinaryFocalCrossentropy as BinaryFocalCrossentropy
from cornu.losses._probability import CategoricalCrossentropy as CategoricalCrossentropy
from cornu.losses._probability import CategoricalFocalCrossentropy as CategoricalFocalCrossentropy
from cornu.losses._probability import KLDivergence as KLDivergence
from cornu.losses._probability import SparseCategoricalCrossentropy as SparseCategoricalCrossentropy
from cornu.losses._regression import CosineSimilarity as CosineSimilarity
from cornu.losses._regression import Huber as Huber
from cornu.losses._regression import LogCosh as LogCosh
from cornu.losses._regression import MeanAbsoluteError as MeanAbsoluteError
from cornu.losses._regression import MeanAbsolutePercentageError as MeanAbsolutePercentageError
from cornu.losses._regression import MeanSquaredError as MeanSquaredError
from cornu.losses._regression import MeanSquaredLogarithmicError as MeanSquaredLogarithmicError
from cornu.losses._regression import Poisson as Poisson
from cornu.ops.loss_functions import binary_crossentropy as binary_crossentropy
from cornu.ops.loss_functions import binary_focal_crossentropy as binary_focal_crossentropy
from cornu.ops.loss_functions import categorical_crossentropy as categorical_crossentropy
from cornu.ops.loss_functions import (
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from cornu.ops.loss_functions import categorical_hinge as categorical_hinge
from cornu.ops.loss_functions import cosine_similarity as cosine_similarity
from cornu.ops.loss_functions import dice as dice
from cornu.ops.loss_functions import hinge as hinge
from cornu.ops.loss_functions import huber as huber
from cornu.ops.loss_functions import kl_divergence as kl_divergence
from cornu.ops.loss_functions import log_cosh as log_cosh
from cornu.ops.loss_functions import mean_absolute_error as mean_absolute_error
from cornu.ops.loss_functions import (
    mean_absolute_percentage_error as mean_absolute_percentage_error,
)
from cornu.ops.loss_functions import mean_squared_error as mean_squared_error
from cornu.ops.loss_functions import (
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
)
from cornu.ops.loss_functions import poisson as poisson
from cornu.ops.loss_functions import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from cornu.ops.loss_functions import squared_hinge as squared_hinge
from cornu.ops.loss_functions import tversky as tversky
from cornu.saving import identifiers
from cornu.saving.serialization import serialize_keras_object


def get(identifier: Any) -> Callable[..., Any] | None:
    """Returns the loss for a name, config, class, function or object.

    Args:
        identifier: "mse", "binary_crossentropy", ..., a config, a Loss, a function, or None.

    Returns:
        A Loss or function, or None.

    Raises:
        ValueError: For an unknown name, with the closest one.

    Example:
        >>> get("mse").__name__
        'mean_squared_error'
    """
    found: Callable[..., Any] | None = identifiers.resolve("loss", identifier)
    return found


def serialize(loss: Any) -> Any:
    """Returns the config of a loss.

    Args:
        loss: A loss or a function.

    Example:
        >>> serialize(MeanSquaredError())["class_name"]
        'MeanSquaredError'
    """
    return serialize_keras_object(loss)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the loss of a config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Classes and functions by name, looked at first.

    Example:
        >>> deserialize("mse") is mean_squared_error
        True
    """
    return identifiers.resolve("loss", config, custom_objects)


mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
bce = BCE = binary_crossentropy
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh


class Reduction:
    """Names of the ways in which a loss makes one number of those of the samples (Keras 2).

    Example:
        >>> MeanSquaredError(reduction=Reduction.SUM).reduction
        'sum'
    """

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"


__getattr__ = _names_of(__name__)
