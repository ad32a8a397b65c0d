"""Metrics: numbers that gather over the batches of an epoch."""

from collections.abc import Callable
from typing import Any

from cornu.core import registry
from cornu.core.errors import names_of as _names_of
from cornu.metrics._accuracy import Accuracy as Accuracy
from cornu.metrics._accuracy import BinaryAccuracy as BinaryAccuracy
from cornu.metrics._accuracy import CategoricalAccuracy as CategoricalAccuracy
from cornu.metrics._accuracy import SparseCategoricalAccuracy as SparseCategoricalAccuracy
from cornu.metrics._accuracy import SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy
from cornu.metrics._accuracy import TopKCategoricalAccuracy as TopKCategoricalAccuracy
from cornu.metrics._accuracy import binary_accuracy as binary_accuracy
from cornu.metrics._accuracy import categorical_accuracy as categorical_accuracy
from cornu.metrics._accuracy import sparse_categorical_accuracy as sparse_categorical_accuracy
from cornu.metrics._accuracy import (
    sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy,
)
from cornu.metrics._accuracy import top_k_categorical_accuracy as top_k_categorical_accuracy
from cornu.metrics._confusion import FalseNegatives as FalseNegatives
from cornu.metrics._confusion import FalsePositives as FalsePositives
from cornu.metrics._confusion import Precision as Precision
from cornu.metrics._confusion import Recall as Recall
from cornu.metrics._confusion import TrueNegatives as TrueNegatives
from cornu.metrics._confusion import TruePositives as TruePositives
from cornu.metrics._correlation import ConcordanceCorrelation as ConcordanceCorrelation
from cornu.metrics._correlation import PearsonCorrelation as PearsonCorrelation
from cornu.metrics._correlation import concordance_correlation as concordance_correlation
from cornu.metrics._correlation import pearson_correlation as pearson_correlation
from cornu.metrics._curves import AUC as AUC
from cornu.metrics._curves import PrecisionAtRecall as PrecisionAtRecall
from cornu.metrics._curves import RecallAtPrecision as RecallAtPrecision
from cornu.metrics._curves import SensitivityAtSpecificity as SensitivityAtSpecificity
from cornu.metrics._curves import SpecificityAtSensitivity as SpecificityAtSensitivity
from cornu.metrics._errors import BinaryCrossentropy as BinaryCrossentropy
from cornu.metrics._errors import CategoricalCrossentropy as CategoricalCrossentropy
from cornu.metrics._errors import CategoricalHinge as CategoricalHinge
from cornu.metrics._errors import CosineSimilarity as CosineSimilarity
from cornu.metrics._errors import Hinge as Hinge
from cornu.metrics._errors import KLDivergence as KLDivergence
from cornu.metrics._errors import LogCoshError as LogCoshError
from cornu.metrics._errors import MeanAbsoluteError as MeanAbsoluteError
from cornu.metrics._errors import MeanAbsolutePercentageError as MeanAbsolutePercentageError
from cornu.metrics._errors import MeanSquaredError as MeanSquaredError
from cornu.metrics._errors import MeanSquaredLogarithmicError as MeanSquaredLogarithmicError
from cornu.metrics._errors import Poisson as Poisson
from cornu.metrics._errors import RootMeanSquaredError as RootMeanSquaredError
from cornu.metrics._errors import SparseCategoricalCrossentropy as SparseCategoricalCrossentropy
from cornu.metrics._errors import SquaredHinge as SquaredHinge
from cornu.metrics._metric import Metric as Metric
from cornu.metrics._overlap import BinaryIoU as BinaryIoU
from cornu.metrics._overlap import IoU as IoU
from cornu.metrics._overlap import MeanIoU as MeanIoU
from cornu.metrics._overlap import OneHotIoU as OneHotIoU
from cornu.metrics._overlap import OneHotMeanIoU as OneHotMeanIoU
from cornu.metrics._reduction import Mean as Mean
from cornu.metrics._reduction import MeanMetricWrapper as MeanMetricWrapper
from cornu.metrics._reduction import Sum as Sum
from cornu.metrics._score import F1Score as F1Score
from cornu.metrics._score import FBetaScore as FBetaScore
from cornu.metrics._score import R2Score as R2Score
from cornu.ops.loss_functions import binary_crossentropy as binary_crossentropy
from cornu.ops.loss_functions import binary_focal_crossentropy as binary_focal_crossentropy
from cornu.ops.loss_functions import categorical_crossentropy as categorical_crossentropy
from cornu.ops.loss_functions import (
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from cornu.ops.loss_functions import categorical_hinge as categorical_hinge
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
from cornu.saving import identifiers
from cornu.saving.serialization import serialize_keras_object

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
bce = BCE = binary_crossentropy
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh

# Short names stand for metric objects, not for the functions of the same name.
for _name, _metric in {
    "mse": MeanSquaredError, "MSE": MeanSquaredError, "mean_squared_error": MeanSquaredError,
    "mae": MeanAbsoluteError, "MAE": MeanAbsoluteError, "mean_absolute_error": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError, "MAPE": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError, "MSLE": MeanSquaredLogarithmicError,
    "rmse": RootMeanSquaredError, "bce": BinaryCrossentropy, "BCE": BinaryCrossentropy,
    "kld": KLDivergence, "KLD": KLDivergence, "kl_divergence": KLDivergence,
    "kullback_leibler_divergence": KLDivergence, "cosine_proximity": CosineSimilarity,
    "logcosh": LogCoshError, "log_cosh": LogCoshError, "cosine_similarity": CosineSimilarity,
    "poisson": Poisson, "hinge": Hinge, "squared_hinge": SquaredHinge,
    "categorical_hinge": CategoricalHinge, "binary_crossentropy": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "root_mean_squared_error": RootMeanSquaredError, "auc": AUC, "precision": Precision,
    "recall": Recall, "mean_absolute_percentage_error": MeanAbsolutePercentageError,
    "mean_squared_logarithmic_error": MeanSquaredLogarithmicError,
}.items():  # fmt: skip
    registry.add_alias("metric", _name, _metric)


def get(identifier: Any) -> Callable[..., Any] | None:
    """Returns the metric for a name, config, class, function or object.

    Args:
        identifier: "mae", "Precision", ..., a config, a Metric, a function, or None.

    Returns:
        A Metric or function, or None.

    Raises:
        ValueError: For an unknown name, with the closest one.

    Example:
        >>> get("mae").name
        'mean_absolute_error'
    """
    found: Callable[..., Any] | None = identifiers.resolve("metric", identifier)
    return found


def serialize(metric: Any) -> Any:
    """Returns the config of a metric.

    Args:
        metric: A metric or a function.

    Example:
        >>> serialize(MeanSquaredError())["class_name"]
        'MeanSquaredError'
    """
    return serialize_keras_object(metric)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the metric of a config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Classes and functions by name, looked at first.

    Example:
        >>> type(deserialize(serialize(MeanSquaredError()))).__name__
        'MeanSquaredError'
    """
    return identifiers.resolve("metric", config, custom_objects)


__getattr__ = _names_of(__name__)
