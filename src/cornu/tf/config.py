"""Devices and the way functions run: `tf.config`."""

from __future__ import annotations

from typing import Any, NamedTuple

from cornu.config import num_threads, set_num_threads
from cornu.tf._function import functions_run_eagerly as functions_run_eagerly
from cornu.tf._function import run_functions_eagerly as run_functions_eagerly
from cornu.tf._names import no_such_name

__all__ = [
    "LogicalDevice", "LogicalDeviceConfiguration", "PhysicalDevice", "experimental",
    "experimental_connect_to_cluster", "experimental_run_functions_eagerly",
    "functions_run_eagerly", "get_visible_devices", "list_logical_devices",
    "list_physical_devices", "optimizer", "run_functions_eagerly",
    "set_logical_device_configuration", "set_soft_device_placement", "set_visible_devices",
    "threading",
]  # fmt: skip


experimental_run_functions_eagerly = run_functions_eagerly


class PhysicalDevice(NamedTuple):
    """A device of this machine.

    Attributes:
        name: Its name.
        device_type: "CPU" or "GPU".

    Example:
        >>> PhysicalDevice("/physical_device:CPU:0", "CPU").device_type
        'CPU'
    """

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device as programs see it.

    Attributes:
        name: Its name.
        device_type: "CPU" or "GPU".

    Example:
        >>> LogicalDevice("/device:CPU:0", "CPU").name
        '/device:CPU:0'
    """

    name: str
    device_type: str


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """Returns the devices of this machine.

    Args:
        device_type: "CPU" or "GPU"; all when None.

    Returns:
        A list; the native engine computes on the processor, so there is no "GPU".

    Example:
        >>> import cornu.tf as tf
        >>> tf.config.list_physical_devices("GPU")
        []
    """
    devices = [PhysicalDevice("/physical_device:CPU:0", "CPU")]
    return [d for d in devices if device_type in (None, d.device_type)]


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """Returns the devices as programs see them.

    Args:
        device_type: "CPU" or "GPU"; all when None.

    Returns:
        A list.

    Example:
        >>> import cornu.tf as tf
        >>> [device.name for device in tf.config.list_logical_devices()]
        ['/device:CPU:0']
    """
    devices = [LogicalDevice("/device:CPU:0", "CPU")]
    return [d for d in devices if device_type in (None, d.device_type)]


def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """Returns the devices that may be used.

    Args:
        device_type: "CPU" or "GPU"; all when None.

    Returns:
        A list.

    Example:
        >>> import cornu.tf as tf
        >>> len(tf.config.get_visible_devices("CPU"))
        1
    """
    return list_physical_devices(device_type)


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Accepts a choice of devices; there is only the processor.

    Args:
        devices: Devices.
        device_type: "CPU" or "GPU".

    Example:
        >>> import cornu.tf as tf
        >>> tf.config.set_visible_devices([], "GPU")
    """


class LogicalDeviceConfiguration(NamedTuple):
    """Settings of a part of a device; accepted and without effect.

    Attributes:
        memory_limit: Memory in MB.
        experimental_priority: A number.

    Example:
        >>> LogicalDeviceConfiguration(memory_limit=1024).memory_limit
        1024
    """

    memory_limit: int | None = None
    experimental_priority: int | None = None


def set_logical_device_configuration(device: Any, logical_devices: Any) -> None:
    """Accepts how a device is cut into several; the processor stays one.

    Args:
        device: A device.
        logical_devices: Settings of its parts.

    Example:
        >>> import cornu.tf as tf
        >>> cpu = tf.config.list_physical_devices("CPU")[0]
        >>> tf.config.set_logical_device_configuration(cpu, [])
    """


def set_soft_device_placement(enabled: bool) -> None:
    """Accepts whether another device may stand in for one that is missing; it always does.

    Args:
        enabled: Whether.

    Example:
        >>> import cornu.tf as tf
        >>> tf.config.set_soft_device_placement(True)
    """


def experimental_connect_to_cluster(*arguments: Any, **keywords: Any) -> None:
    """Refuses: computations run on this machine.

    Args:
        *arguments: Not used.
        **keywords: Not used.

    Raises:
        ValueError: Always; programs that look for a TPU go on without one.

    Example:
        >>> import cornu.tf as tf
        >>> try:
        ...     tf.config.experimental_connect_to_cluster(None)
        ... except ValueError:
        ...     "no cluster"
        'no cluster'
    """
    raise ValueError("tf.config.experimental_connect_to_cluster: there is no cluster.")


class optimizer:
    """How graphs are made faster; that is always done.

    Example:
        >>> import cornu.tf as tf
        >>> tf.config.optimizer.set_jit(True)
    """

    @staticmethod
    def set_jit(enabled: Any) -> None:
        """Accepts whether graphs are compiled; they always are."""

    @staticmethod
    def get_jit() -> str:
        """Returns that graphs are compiled."""
        return "autoclustering"

    @staticmethod
    def set_experimental_options(options: dict[str, Any]) -> None:
        """Accepts settings."""

    @staticmethod
    def get_experimental_options() -> dict[str, Any]:
        """Returns no settings."""
        return {}


class experimental:
    """Older names of functions of this module.

    Example:
        >>> import cornu.tf as tf
        >>> tf.config.experimental.list_physical_devices("GPU")
        []
    """

    @staticmethod
    def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
        """Returns the devices of this machine."""
        return list_physical_devices(device_type)

    @staticmethod
    def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
        """Returns the devices as programs see them."""
        return list_logical_devices(device_type)

    VirtualDeviceConfiguration = LogicalDeviceConfiguration

    @staticmethod
    def set_virtual_device_configuration(device: Any, logical_devices: Any) -> None:
        """Accepts how a device is cut into several."""

    @staticmethod
    def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
        """Accepts a choice of devices."""

    @staticmethod
    def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
        """Returns the devices that may be used."""
        return get_visible_devices(device_type)

    @staticmethod
    def set_memory_growth(device: Any, enable: bool) -> None:
        """Accepts a wish about the memory of a GPU."""

    @staticmethod
    def get_memory_growth(device: Any) -> bool:
        """Returns whether memory is taken as it is needed; it always is."""
        return True


class threading:
    """How many threads compute.

    Example:
        >>> import cornu.tf as tf
        >>> tf.config.threading.get_inter_op_parallelism_threads()
        1
    """

    @staticmethod
    def set_intra_op_parallelism_threads(num_threads: int) -> None:
        """Sets how many threads the engine computes with; 0 leaves that to the engine."""
        if num_threads:
            set_num_threads(num_threads)

    @staticmethod
    def get_intra_op_parallelism_threads() -> int:
        """Returns how many threads the engine computes with."""
        return num_threads()

    @staticmethod
    def set_inter_op_parallelism_threads(num_threads: int) -> None:
        """Accepts a wish; operations run one after the other."""

    @staticmethod
    def get_inter_op_parallelism_threads() -> int:
        """Returns 1; operations run one after the other."""
        return 1


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.config", name, __all__)
