"""Who takes part: the contenders, and the environment variables that put all on equal terms."""

import os
from dataclasses import dataclass
from pathlib import Path

from benchmarks.workloads import Workload

# Keras calls cornu's peers by the name of the backend; both run benchmarks/keras_training.py.


@dataclass(frozen=True)
class Contender:
    """One way of training the workloads.

    Attributes:
        name: What `--contenders` takes.
        title: The column of the tables.
        environment: The virtual environment it runs in (see environments.py).
        program: The module that trains: "keras_training", "torch_loop" or "jax_loop".
        backend: Keras's backend, for the Keras contenders.
        counted: Whether it competes for "best peer".
        workloads: The workloads it runs; all when empty.
        pipelines: Whether it has `tf.data`, and so runs the workloads that are fed by it.
    """

    name: str
    title: str
    environment: str
    program: str
    backend: str = ""
    counted: bool = True
    workloads: tuple[str, ...] = ()
    pipelines: bool = False

    def runs(self, workload: Workload) -> bool:
        """Whether it takes part in a workload."""
        if workload.pipeline and not self.pipelines:
            return False
        return not self.workloads or workload.name in self.workloads


_ALL = (
    Contender("cornu", "cornu", "cornu", "keras_training", counted=False, pipelines=True),
    Contender(
        "keras-tensorflow",
        "Keras (TF)",
        "tensorflow",
        "keras_training",
        "tensorflow",
        pipelines=True,
    ),
    Contender("keras-jax", "Keras (JAX)", "jax", "keras_training", "jax"),
    Contender("keras-torch", "Keras (Torch)", "torch", "keras_training", "torch"),
    Contender("torch", "PyTorch loop", "torch", "torch_loop"),
    Contender("jax", "JAX loop", "jax", "jax_loop"),
    # A whole epoch as one compiled jax.lax.scan is another kind of program than a training loop:
    # shown where it is quick, not counted as a peer (README.md says why).
    Contender(
        "jax-scan",
        "JAX scan",
        "jax",
        "jax_loop",
        counted=False,
        workloads=("tabular", "wide_deep"),
    ),
)

CONTENDERS: dict[str, Contender] = {contender.name: contender for contender in _ALL}


def process_environment(contender: Contender, threads: int, home: Path) -> dict[str, str]:
    """The environment a contender's process is started with."""
    environment = dict(os.environ)
    for name in (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
        "CORNU_NUM_THREADS",
    ):
        environment[name] = str(threads)
    environment["CUDA_VISIBLE_DEVICES"] = ""
    environment["JAX_PLATFORMS"] = "cpu"
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    environment["PYTHONHASHSEED"] = "0"
    environment["KERAS_HOME"] = str(home / "keras")  # not the user's floatx and epsilon
    # What pip installs is compiled to bytecode; the source tree must be able to keep its own.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.pop("KERAS_BACKEND", None)
    if contender.backend:
        environment["KERAS_BACKEND"] = contender.backend
    return environment
