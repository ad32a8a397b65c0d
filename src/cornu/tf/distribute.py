"""Training on several devices, of which there is one: `tf.distribute`.

Programs written for several devices run unchanged: a strategy here is a scope that changes nothing,
and says that there is one replica.
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Sequence
from typing import Any

from cornu.core.errors import UnsupportedError
from cornu.tf import _reduction
from cornu.tf._names import no_such_name

__all__ = [
    "CentralStorageStrategy", "HierarchicalCopyAllReduce", "InputContext", "MirroredStrategy",
    "MultiWorkerMirroredStrategy", "NcclAllReduce", "OneDeviceStrategy", "ReduceOp",
    "ReductionToOneDevice", "ReplicaContext", "Strategy", "TPUStrategy", "cluster_resolver",
    "experimental", "get_replica_context", "get_strategy", "has_strategy",
    "in_cross_replica_context",
]  # fmt: skip


class ReduceOp(enum.Enum):
    """How the values of replicas become one.

    Example:
        >>> ReduceOp.SUM.value
        'SUM'
    """

    SUM = "SUM"
    MEAN = "MEAN"


class InputContext:
    """What a function that makes a data set is told about replicas: that there is one.

    Example:
        >>> InputContext().get_per_replica_batch_size(32)
        32
    """

    num_input_pipelines = 1
    input_pipeline_id = 0
    num_replicas_in_sync = 1

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        """Returns the size of a replica's part of a batch: all of it."""
        return global_batch_size


class ReplicaContext:
    """The one replica.

    Example:
        >>> ReplicaContext().num_replicas_in_sync
        1
    """

    num_replicas_in_sync = 1
    replica_id_in_sync_group = 0

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """Returns the value: nothing is to be combined with it."""
        return value

    def merge_call(self, merge_fn: Callable[..., Any], args: Any = (), kwargs: Any = None) -> Any:
        """Returns what a function makes of the strategy and the values."""
        return merge_fn(get_strategy(), *args, **(kwargs or {}))


class Strategy:
    """A strategy for one device.

    Example:
        >>> strategy = Strategy()
        >>> with strategy.scope():
        ...     strategy.num_replicas_in_sync
        1
    """

    num_replicas_in_sync = 1

    @contextlib.contextmanager
    def scope(self) -> Any:
        """Makes this the strategy that `get_strategy` returns, inside a `with` block."""
        _scopes.append(self)
        try:
            yield self
        finally:
            _scopes.remove(self)

    def run(self, fn: Callable[..., Any], args: Sequence[Any] = (), kwargs: Any = None, options: Any = None) -> Any:  # fmt: skip
        """Returns what a function returns on the one replica."""
        return fn(*args, **(kwargs or {}))

    def reduce(self, reduce_op: Any, value: Any, axis: int | None = None) -> Any:
        """Returns the values of the replicas as one; along an axis also the samples."""
        if axis is None:
            return value
        kind = getattr(reduce_op, "value", str(reduce_op)).upper()
        return _reduction.functions["reduce_mean" if kind == "MEAN" else "reduce_sum"](value, axis)

    def gather(self, value: Any, axis: int = 0) -> Any:
        """Returns the values of the replicas joined: the one there is."""
        return value

    def experimental_local_results(self, value: Any) -> tuple[Any, ...]:
        """Returns the values of the replicas of this machine."""
        return (value,)

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """Returns the data set."""
        return dataset

    def distribute_datasets_from_function(self, dataset_fn: Any, options: Any = None) -> Any:
        """Returns the data set that a function makes."""
        return dataset_fn(InputContext())

    experimental_distribute_datasets_from_function = distribute_datasets_from_function

    @property
    def extended(self) -> Strategy:
        """The strategy itself."""
        return self


_scopes: list[Strategy] = []
_default = Strategy()


class MirroredStrategy(Strategy):
    """A strategy for the devices of this machine, of which there is one.

    Args:
        devices: Names of devices; all stand for the processor.
        cross_device_ops: Accepted for TensorFlow's signature.

    Example:
        >>> MirroredStrategy().num_replicas_in_sync
        1
    """

    def __init__(self, devices: Any = None, cross_device_ops: Any = None) -> None:
        self.devices = devices


class CentralStorageStrategy(MirroredStrategy):
    """As MirroredStrategy.

    Args:
        compute_devices: Names of devices.
        parameter_device: Accepted for TensorFlow's signature.

    Example:
        >>> CentralStorageStrategy().num_replicas_in_sync
        1
    """

    def __init__(self, compute_devices: Any = None, parameter_device: Any = None) -> None:
        super().__init__(compute_devices)


class OneDeviceStrategy(MirroredStrategy):
    """A strategy for one device.

    Args:
        device: Its name.

    Example:
        >>> OneDeviceStrategy("/CPU:0").devices
        ['/CPU:0']
    """

    def __init__(self, device: Any) -> None:
        super().__init__([device])


class MultiWorkerMirroredStrategy(MirroredStrategy):
    """A strategy for several machines, of which there is one.

    Args:
        cluster_resolver: Accepted for TensorFlow's signature.
        communication_options: Likewise.

    Example:
        >>> MultiWorkerMirroredStrategy().num_replicas_in_sync
        1
    """

    def __init__(self, cluster_resolver: Any = None, communication_options: Any = None) -> None:
        super().__init__()


class TPUStrategy(Strategy):
    """Refuses: there is no TPU.

    Args:
        *arguments: Not used.
        **keywords: Not used.

    Raises:
        NotImplementedError: Always.

    Example:
        >>> try:
        ...     TPUStrategy()
        ... except NotImplementedError:
        ...     "no TPU"
        'no TPU'
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        raise UnsupportedError(
            "tf.distribute.TPUStrategy: there is no TPU. Use tf.distribute.get_strategy()."
        )


class HierarchicalCopyAllReduce:
    """A way to combine values of devices; with one device there is nothing to combine.

    Args:
        num_packs: Accepted for TensorFlow's signature.

    Example:
        >>> HierarchicalCopyAllReduce().num_packs
        1
    """

    def __init__(self, num_packs: int = 1) -> None:
        self.num_packs = num_packs


class NcclAllReduce(HierarchicalCopyAllReduce):
    """As HierarchicalCopyAllReduce.

    Args:
        num_packs: Accepted for TensorFlow's signature.

    Example:
        >>> NcclAllReduce().num_packs
        1
    """


class ReductionToOneDevice(HierarchicalCopyAllReduce):
    """As HierarchicalCopyAllReduce.

    Args:
        num_packs: Accepted for TensorFlow's signature.

    Example:
        >>> ReductionToOneDevice().num_packs
        1
    """


def get_strategy() -> Strategy:
    """Returns the strategy whose scope is open, or the one for one device.

    Example:
        >>> get_strategy().num_replicas_in_sync
        1
    """
    return _scopes[-1] if _scopes else _default


def has_strategy() -> bool:
    """Returns whether the scope of a strategy is open.

    Example:
        >>> has_strategy()
        False
    """
    return bool(_scopes)


def get_replica_context() -> ReplicaContext:
    """Returns the one replica.

    Example:
        >>> get_replica_context().replica_id_in_sync_group
        0
    """
    return ReplicaContext()


def in_cross_replica_context() -> bool:
    """Returns whether the scope of a strategy is open.

    Example:
        >>> in_cross_replica_context()
        False
    """
    return has_strategy()


class cluster_resolver:
    """What finds machines; programs ask it for a TPU and go on without one.

    Example:
        >>> try:
        ...     cluster_resolver.TPUClusterResolver()
        ... except ValueError:
        ...     "no TPU"
        'no TPU'
    """

    class TPUClusterResolver:
        """Refuses with the ValueError after which programs go on without a TPU."""

        def __init__(self, *arguments: Any, **keywords: Any) -> None:
            raise ValueError("Please provide a TPU Name to connect to: there is no TPU.")

        @staticmethod
        def connect(*arguments: Any, **keywords: Any) -> Any:
            """Refuses likewise."""
            return cluster_resolver.TPUClusterResolver()


class experimental:
    """Older names.

    Example:
        >>> experimental.CentralStorageStrategy().num_replicas_in_sync
        1
    """

    CentralStorageStrategy = CentralStorageStrategy
    MultiWorkerMirroredStrategy = MultiWorkerMirroredStrategy
    TPUStrategy = TPUStrategy


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.distribute", name, __all__)
