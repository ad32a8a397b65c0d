"""The networks of the workloads as JAX functions of the common weights.

A network is `apply(parameters, moving, inputs, key) -> outputs, moving`: `moving` holds the moving
statistics of batch normalization, and `key` is None when predicting, for dropout and statistics.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.weights import initial
from benchmarks.workloads import Workload

Tree = Any  # nested tuples, lists and dicts of arrays
Apply = Callable[[Tree, Tree, list[jax.Array], Any], tuple[Any, Tree]]

_EPSILON = 1e-3  # Keras's, of every normalization
_ACTIVATIONS = {"relu": jax.nn.relu, "selu": jax.nn.selu, "tanh": jnp.tanh}


def build(workload: Workload) -> tuple[Tree, Tree, Apply]:
    """The parameters, the moving statistics and the function of a network."""
    parameters: Tree = {}
    moving: Tree = {}
    for name, arrays in initial(workload).items():
        values = [jnp.asarray(array) for array in arrays]
        if name.startswith("norm") and len(values) == 4:
            values, moving[name] = values[:2], values[2:]
        parameters[name] = values

    def apply(parameters: Tree, moving: Tree, inputs: list[jax.Array], key: Any) -> Any:
        return _NETWORKS[workload.network](workload, parameters, moving, inputs, key)

    return parameters, moving, apply


def _dropout(x: jax.Array, rate: float, key: Any) -> jax.Array:
    if key is None or not rate:
        return x
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def _keys(key: Any, count: int) -> Any:
    return [None] * count if key is None else jax.random.split(key, count)


def _dense(x: jax.Array, layer: Tree) -> jax.Array:
    return x @ layer[0] + layer[1]


def _convolve(x: jax.Array, layer: Tree, padding: str, stride: int = 1) -> jax.Array:
    order = ("NHWC", "HWIO", "NHWC")
    x = jax.lax.conv_general_dilated(
        x, layer[0], (stride, stride), padding, dimension_numbers=order
    )
    return x + layer[1] if len(layer) > 1 else x


def _stack(workload: Workload, p: Tree, moving: Tree, inputs: Tree, key: Any) -> Any:
    x, two = inputs[-1], workload.task == "two_outputs"
    names = [name for name in p if name.startswith("dense")]
    for name, one in zip(names, _keys(key, len(names))):
        x = _dense(x, p[name])
        if two or name != names[-1]:
            x = _dropout(_ACTIVATIONS[workload.activation](x), workload.dropout, one)
    if not two:
        return x, moving
    joined = jnp.concatenate([inputs[0], x], axis=1)
    return (_dense(joined, p["main"]), _dense(x, p["auxiliary"])), moving


def _cifar_cnn(workload: Workload, p: Tree, moving: Tree, inputs: Tree, key: Any) -> Any:
    (x,), keys = inputs, _keys(key, 3)
    for first, second, one in (("conv1", "conv2", keys[0]), ("conv3", "conv4", keys[1])):
        x = jax.nn.relu(_convolve(x, p[first], "SAME"))
        x = jax.nn.relu(_convolve(x, p[second], "VALID"))
        window = (1, 2, 2, 1)
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")
        x = _dropout(x, workload.dropout, one)
    x = jax.nn.relu(_dense(x.reshape(len(x), -1), p["dense"]))
    return _dense(_dropout(x, 2 * workload.dropout, keys[2]), p["output"]), moving


def _cnn_bn(workload: Workload, p: Tree, moving: Tree, inputs: Tree, key: Any) -> Any:
    updated = dict(moving)

    def block(x: jax.Array, number: int, stride: int) -> jax.Array:
        x = _convolve(x, p[f"conv{number}"], "SAME", stride)
        name = f"norm{number}"
        gamma, beta = p[name]
        if key is None:
            mean, variance = moving[name]
        else:
            mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
            pairs = zip(moving[name], (mean, variance))
            updated[name] = [0.99 * old + 0.01 * new for old, new in pairs]
        scale = gamma * jax.lax.rsqrt(variance + _EPSILON)
        return x * scale + (beta - mean * scale)

    (x,) = inputs
    x = jax.nn.relu(block(x, 1, 1))
    x = jax.nn.relu(block(x, 2, 2))
    x = jax.nn.relu(block(x, 3, 2))
    x = jax.nn.relu(x + block(x, 4, 1))
    return _dense(x.mean((1, 2)), p["output"]), updated


# The products with the inputs are taken of all steps at once, outside the scan.


def _lstm_layer(x: jax.Array, layer: Tree) -> jax.Array:
    kernel, recurrent, bias = layer
    projected = jnp.swapaxes(x, 0, 1) @ kernel + bias
    zeros = jnp.zeros((len(x), len(recurrent)))

    def step(state: Tree, projected: jax.Array) -> tuple[Tree, jax.Array]:
        h, c = state
        i, f, g, o = jnp.split(projected + h @ recurrent, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    _, every = jax.lax.scan(step, (zeros, zeros), projected, unroll=UNROLL)
    return jnp.swapaxes(every, 0, 1)


def _lstm(workload: Workload, p: Tree, moving: Tree, inputs: Tree, key: Any) -> Any:
    x = _lstm_layer(_lstm_layer(inputs[0], p["lstm1"]), p["lstm2"])
    return _dense(x[:, -1], p["output"]), moving


def _gru_text(workload: Workload, p: Tree, moving: Tree, inputs: Tree, key: Any) -> Any:
    kernel, recurrent, (bias, recurrent_bias) = p["gru"]
    vectors = p["embedding"][0][inputs[0].T]

    def step(h: jax.Array, projected: jax.Array) -> tuple[jax.Array, None]:
        z, r, n = jnp.split(projected, 3, axis=1)
        hz, hr, hn = jnp.split(h @ recurrent + recurrent_bias, 3, axis=1)
        z = jax.nn.sigmoid(z + hz)
        n = jnp.tanh(n + jax.nn.sigmoid(r + hr) * hn)
        return z * h + (1 - z) * n, None

    zeros = jnp.zeros((vectors.shape[1], len(recurrent)))
    last, _ = jax.lax.scan(step, zeros, vectors @ kernel + bias, unroll=UNROLL)
    return _dense(last, p["output"]), moving


def _embed_pool(workload: Workload, p: Tree, moving: Tree, inputs: Tree, key: Any) -> Any:
    return _dense(p["embedding"][0][inputs[0]].mean(1), p["output"]), moving


def _normalize(x: jax.Array, layer: Tree) -> jax.Array:
    gamma, beta = layer
    centred = x - x.mean(-1, keepdims=True)
    variance = (centred * centred).mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt(variance + _EPSILON) * gamma + beta


def _attention(workload: Workload, p: Tree, moving: Tree, inputs: Tree, key: Any) -> Any:
    (x,) = inputs
    wq, bq, wk, bk, wv, bv, wo, bo = p["attention"]
    query, keys, values = (
        jnp.einsum("btd,dhe->bthe", x, w) + b for w, b in ((wq, bq), (wk, bk), (wv, bv))
    )
    attended = jax.nn.dot_product_attention(query, keys, values)
    x = _normalize(x + jnp.einsum("bthe,hed->btd", attended, wo) + bo, p["norm1"])
    forward = _dense(jax.nn.relu(_dense(x, p["dense1"])), p["dense2"])
    x = _normalize(x + forward, p["norm2"])
    return _dense(x.mean(1), p["output"]), moving


UNROLL = 1

_NETWORKS: dict[str, Callable[..., Any]] = {
    "dense": _stack,
    "cifar_cnn": _cifar_cnn,
    "cnn_bn": _cnn_bn,
    "lstm": _lstm,
    "gru_text": _gru_text,
    "embed_pool": _embed_pool,
    "attention": _attention,
}
