"""What to say about a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable

from cornu.core.errors import suggestion

# Names that people write, and where the function is.
_MEANT = {
    "arange": "tf.range", "shuffle": "tf.random.shuffle", "squared": "tf.square",
    "substract": "tf.subtract", "log": "tf.math.log", "mean": "tf.reduce_mean",
    "sum": "tf.reduce_sum", "max": "tf.reduce_max", "min": "tf.reduce_min",
    "prod": "tf.reduce_prod", "all": "tf.reduce_all", "any": "tf.reduce_any",
    "std": "tf.math.reduce_std", "var": "tf.math.reduce_variance", "array": "tf.constant",
    "concatenate": "tf.concat", "dot": "tf.tensordot", "full": "tf.fill", "flip": "tf.reverse",
    "clip": "tf.clip_by_value", "astype": "tf.cast", "mul": "tf.multiply", "sub": "tf.subtract",
    "div": "tf.divide", "random_uniform": "tf.random.uniform", "random_normal": "tf.random.normal",
    "random_shuffle": "tf.random.shuffle", "set_random_seed": "tf.random.set_seed",
    "rand": "tf.random.uniform", "randn": "tf.random.normal", "randint": "tf.random.uniform",
    "seed": "tf.random.set_seed", "power": "tf.pow", "absolute": "tf.abs", "relu": "tf.nn.relu",
    "softmax": "tf.nn.softmax", "top_k": "tf.math.top_k", "inv": "tf.linalg.inv",
    "det": "tf.linalg.det", "ndim": "tf.rank", "len": "tf.size", "dtype": "tf.dtypes",
    "reduce_std": "tf.math.reduce_std", "reduce_variance": "tf.math.reduce_variance",
    "flatten": "tf.reshape(x, [-1])", "lgamma": "tf.math.lgamma", "matrix_inverse": "tf.linalg.inv",
    "log1p": "tf.math.log1p", "softplus": "tf.nn.softplus", "erf": "tf.math.erf",
    "ceil": "tf.math.ceil", "Session": "plain calls, since everything runs eagerly",
    "placeholder": "plain arguments, or tf.keras.Input", "layers": "tf.keras.layers",
    "global_variables_initializer": "nothing, since variables have their value at once",
    "gradients": "tape.gradient(y, x), with y computed inside `with tf.GradientTape() as tape:`",
    "get_variable": "tf.Variable", "get_default_graph": "a tf.function", "assign": "v.assign(value)",
    "reset_default_graph": "tf.keras.backend.clear_session()",
    "ConfigProto": "nothing, since there are no sessions", "logging": "tf.get_logger()",
    "estimator": "a tf.keras.Model", "feature_column": "the preprocessing layers of tf.keras.layers",
    "contrib": "tf.keras",
    "string_split": "tf.strings.split", "gfile": "tf.io.gfile", "sparse_placeholder": "tf.keras.Input",
    "lite": "a saved model (cornu makes no files of TensorFlow Lite)",
}  # fmt: skip


def no_such_name(module: str, name: str, there: Iterable[str]) -> AttributeError:
    """Returns the error for a name that a module lacks, with what is probably meant.

    Args:
        module: "tf", "tf.math", ...
        name: What was asked for.
        there: The names that the module has.

    Returns:
        An AttributeError.
    """
    meant = _MEANT.get(name)
    names = sorted(there)
    if meant is not None and meant != f"{module}.{name}":
        hint = f" Write {meant} instead."
    else:
        hint = suggestion(name, names)
    return AttributeError(f"module {module!r} has no attribute {name!r}.{hint}")
