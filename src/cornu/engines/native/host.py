"""Nodes without a kernel: computed by the reference engine, in Python, in the middle of a plan."""

from __future__ import annotations

import numpy as np

from cornu.core import dtypes
from cornu.core.graph import Node, Value
from cornu.core.passes.clusters import Cluster
from cornu.engines.native.emitter import Emitter, Place, byte_size
from cornu.engines.reference.table import find, lower


class HostFunction:
    """Computes a node on memory that the native engine lends.

    Args:
        node: What to compute.

    Raises:
        UnsupportedError: When the reference engine does not know the primitive either.
    """

    def __init__(self, node: Node) -> None:
        self._name = node.primitive.name
        find(self._name)
        self._params = node.params
        self._inputs = [value.spec for value in node.inputs]
        self._outputs = [value.spec for value in node.outputs]

    def __call__(self, *memory: memoryview) -> None:
        arrays = [
            np.ndarray(spec.shape, dtypes.to_numpy(spec.dtype), block)
            for spec, block in zip((*self._inputs, *self._outputs), memory, strict=True)
        ]
        count = len(self._inputs)
        results = lower(self._name, arrays[:count], self._params, self._inputs, self._outputs)
        for target, result in zip(arrays[count:], results, strict=True):
            target[...] = result


def emit_on_host(emitter: Emitter, cluster: Cluster) -> None:
    """Emits a call of the reference engine's function."""
    node = cluster.root
    assert node is not None
    places: list[Place] = [emitter.dense(value) for value in node.inputs]
    places += [emitter.allocate(value, cluster) for value in node.outputs]
    values: list[Value] = [*node.inputs, *node.outputs]
    emitter.plan.host_call(
        HostFunction(node),
        places,
        [byte_size(value) for value in values],
        len(node.inputs),
    )
