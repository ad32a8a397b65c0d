"""Building blocks of networks: `tf.nn`."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.tf._convert import axes_of, convert, operands, public
from cornu.tf._elementwise import _FLOATS, _NUMBERS, functions, refuse_dtype
from cornu.tf._gathering import gather
from cornu.tf._names import no_such_name
from cornu.tf._ordering import in_top_k as in_top_k
from cornu.tf._ordering import top_k as top_k
from cornu.tf.errors import InvalidArgumentError
from cornu.tf.linalg import l2_normalize as l2_normalize
from cornu.tf.random import uniform

sigmoid = functions["sigmoid"]
tanh = functions["tanh"]
softplus = functions["softplus"]
softsign = functions["softsign"]


def _activation(name: str, text: str, compute: Any, allowed: frozenset[str]) -> Any:
    def function(features: Any, name: Any = None) -> Any:
        x = convert(features)
        refuse_dtype(f"tf.nn.{function.__name__}", x, allowed)
        return compute(x)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{text}\n\nArgs:\n    features: Tensor.\n    name: Accepted for TensorFlow's signature.\n\n"
        f"Returns:\n    A tensor.\n\nExample:\n    >>> import cornu.tf as tf\n    >>> "
        f"tf.nn.{name}([1.0]).shape\n    TensorShape([1])\n"
    )
    return public(function)


relu = _activation("relu", "Returns max(x, 0).", ops.relu, _NUMBERS)
relu6 = _activation("relu6", "Returns min(max(x, 0), 6).", ops.relu6, _NUMBERS)
elu = _activation("elu", "Returns x, and exp(x) - 1 below zero.", ops.elu, _FLOATS)
selu = _activation("selu", "Returns a scaled elu that keeps mean and variance.", ops.selu, _FLOATS)
silu = _activation("silu", "Returns x * sigmoid(x).", ops.silu, _FLOATS)
swish = _activation("swish", "Returns x * sigmoid(x).", ops.silu, _FLOATS)


@public
def leaky_relu(features: Any, alpha: float = 0.2, name: Any = None) -> Any:
    """Returns x, and alpha * x below zero.

    Args:
        features: Tensor.
        alpha: Slope below zero.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.nn.leaky_relu([-10.0, 1.0]).numpy().tolist()
        [-2.0, 1.0]
    """
    return ops.leaky_relu(convert(features), alpha)


@public
def gelu(features: Any, approximate: bool = False, name: Any = None) -> Any:
    """Returns x times the normal distribution function of x.

    Args:
        features: Tensor.
        approximate: Whether tanh stands in for the error function.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> float(tf.nn.gelu(0.0))
        0.0
    """
    return ops.gelu(convert(features), approximate)


@public
def softmax(logits: Any, axis: Any = -1, name: Any = None) -> Any:
    """Returns exp(x) divided by its sum along an axis.

    Args:
        logits: Float tensor.
        axis: The axis.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.nn.softmax([0.0, 0.0]).numpy().tolist()
        [0.5, 0.5]
    """
    x = convert(logits)
    refuse_dtype("tf.nn.softmax", x, _FLOATS)
    return ops.softmax(x, -1 if axis is None else axes_of(axis))


@public
def log_softmax(logits: Any, axis: Any = -1, name: Any = None) -> Any:
    """Returns the logarithm of softmax.

    Args:
        logits: Float tensor.
        axis: The axis.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.nn.log_softmax([0.0]).numpy().tolist()
        [0.0]
    """
    x = convert(logits)
    refuse_dtype("tf.nn.log_softmax", x, _FLOATS)
    return ops.log_softmax(x, -1 if axis is None else axes_of(axis))


@public
def softmax_cross_entropy_with_logits(labels: Any, logits: Any, axis: int = -1, name: Any = None) -> Any:  # fmt: skip
    """Returns the cross-entropy between true class probabilities and softmax(logits).

    Args:
        labels: Probabilities of the classes.
        logits: Scores, of the same shape.
        axis: Axis of the classes.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor with one axis less.

    Example:
        >>> import cornu.tf as tf
        >>> round(float(tf.nn.softmax_cross_entropy_with_logits([1.0, 0.0], [0.0, 0.0])), 4)
        0.6931
    """
    scores, truth = operands("SoftmaxCrossEntropyWithLogits", logits, labels)
    return ops.negative(ops.sum(ops.multiply(truth, ops.log_softmax(scores, axis)), axis=axis))


@public
def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any, name: Any = None) -> Any:
    """Returns the cross-entropy between true class numbers and softmax(logits).

    Args:
        labels: Class numbers.
        logits: Scores, with one axis more.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor of the shape of `labels`.

    Example:
        >>> import cornu.tf as tf
        >>> round(float(tf.nn.sparse_softmax_cross_entropy_with_logits([0], [[0.0, 0.0]])[0]), 4)
        0.6931
    """
    truth, scores = convert(labels), convert(logits)
    if truth.shape != scores.shape[:-1]:
        raise InvalidArgumentError(
            f"sparse_softmax_cross_entropy_with_logits: labels of shape {truth.shape} do not go "
            f"with logits of shape {scores.shape}; they need one number per row."
        )
    return ops.sparse_categorical_crossentropy(truth, scores, from_logits=True)


@public
def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns the cross-entropy between true probabilities and sigmoid(logits), each on its own.

    Args:
        labels: Probabilities.
        logits: Scores, of the same shape.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor of the same shape.

    Example:
        >>> import cornu.tf as tf
        >>> round(float(tf.nn.sigmoid_cross_entropy_with_logits(1.0, 0.0)), 4)
        0.6931
    """
    x, z = operands("SigmoidCrossEntropyWithLogits", logits, labels)
    # max(x, 0) - x z + log(1 + exp(-|x|)) does not overflow.
    tail = ops.log1p(ops.exp(ops.negative(ops.abs(x))))
    return ops.add(ops.subtract(ops.relu(x), ops.multiply(x, z)), tail)


@public
def l2_loss(t: Any, name: Any = None) -> Any:
    """Returns half the sum of squares.

    Args:
        t: Float tensor.
        name: Accepted for TensorFlow's signature.

    Returns:
        A scalar tensor.

    Example:
        >>> import cornu.tf as tf
        >>> float(tf.nn.l2_loss([1.0, 1.0]))
        1.0
    """
    return ops.multiply(ops.sum(ops.square(convert(t))), 0.5)


@public
def dropout(x: Any, rate: Any, noise_shape: Any = None, seed: Any = None, name: Any = None) -> Any:
    """Returns a tensor with a random share set to zero and the rest scaled up.

    Args:
        x: Float tensor.
        rate: Share to set to zero.
        noise_shape: Shape of the mask, which broadcasts; that of `x` when None.
        seed: The operation's seed.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.nn.dropout([1.0, 2.0], rate=0.0).numpy().tolist()
        [1.0, 2.0]
    """
    tensor, share = convert(x), float(rate)
    if not 0.0 <= share < 1.0:
        raise InvalidArgumentError(f"dropout: rate must be in [0, 1); got {rate}.")
    if not share:
        return tensor
    sizes = tensor.shape if noise_shape is None else noise_shape
    noise = uniform(sizes, dtype=tensor.dtype, seed=seed)
    kept = ops.cast(ops.greater_equal(noise, share), str.__str__(tensor.dtype))
    return ops.multiply(ops.multiply(tensor, 1.0 / (1.0 - share)), kept)


@public
def bias_add(value: Any, bias: Any, data_format: Any = None, name: Any = None) -> Any:
    """Returns a tensor plus a vector along its channels.

    Args:
        value: Tensor.
        bias: Vector.
        data_format: "N...C" (channels last) or "NC..." (channels first).
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.nn.bias_add([[1.0, 2.0]], [1.0, 1.0]).numpy().tolist()
        [[2.0, 3.0]]
    """
    x = convert(value)
    vector: Any = convert(bias, hint=x.dtype)
    if str(data_format).startswith("NC"):
        vector = ops.reshape(vector, (-1, *(1,) * (x.ndim - 2)))
    return ops.add(*operands("BiasAdd", x, vector))


@public
def moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: Any = None) -> Any:
    """Returns means and variances over axes.

    Args:
        x: Float tensor.
        axes: The axes.
        shift: Accepted for TensorFlow's signature.
        keepdims: Whether the axes stay, with size 1.
        name: Accepted for TensorFlow's signature.

    Returns:
        `(mean, variance)`.

    Example:
        >>> import cornu.tf as tf
        >>> [float(m) for m in tf.nn.moments([1.0, 3.0], axes=[0])]
        [2.0, 1.0]
    """
    tensor, over = convert(x), axes_of(axes)
    return ops.mean(tensor, over, keepdims), ops.var(tensor, over, keepdims)


@public
def embedding_lookup(params: Any, ids: Any, max_norm: Any = None, name: Any = None) -> Any:
    """Returns rows of a table by number.

    Args:
        params: Table.
        ids: Whole numbers.
        max_norm: Only None.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.nn.embedding_lookup([[1.0], [2.0]], [1]).numpy().tolist()
        [[2.0]]
    """
    if max_norm is not None:
        raise InvalidArgumentError("embedding_lookup: max_norm is not supported.")
    return gather(params, ids)


def compute_average_loss(per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None, max_rank: Any = None) -> Any:  # fmt: skip
    """Returns the sum of samples' losses divided by the size of the batch.

    Args:
        per_example_loss: Loss of each sample.
        sample_weight: Weight of each sample; 1 when None.
        global_batch_size: Size of the batch; the number of losses when None.
        max_rank: Accepted for TensorFlow's signature.

    Returns:
        A scalar tensor.

    Example:
        >>> import cornu.tf as tf
        >>> float(tf.nn.compute_average_loss([1.0, 2.0], global_batch_size=4))
        0.75
    """
    losses: Any = convert(per_example_loss)
    if sample_weight is not None:
        losses = losses * convert(sample_weight, hint=losses.dtype)
    count = losses.shape[0] if global_batch_size is None else global_batch_size
    return convert(ops.divide(ops.sum(losses), ops.cast(count, str.__str__(losses.dtype))))


def scale_regularization_loss(regularization_loss: Any) -> Any:
    """Returns the sum of penalties divided by the number of replicas, which is one.

    Args:
        regularization_loss: A scalar, or a tensor of them.

    Returns:
        A scalar tensor.

    Example:
        >>> import cornu.tf as tf
        >>> float(tf.nn.scale_regularization_loss([1.0, 2.0]))
        3.0
    """
    return convert(ops.sum(convert(regularization_loss)))


def _window(value: Any, rank: int) -> Any:
    """Returns the spatial part of sizes that TensorFlow writes for 1, 2 or 4 axes."""
    if isinstance(value, int):
        return value
    sizes = tuple(int(size) for size in value)
    if len(sizes) == 1:
        return sizes[0]
    return sizes[1:-1] if len(sizes) == rank + 2 else sizes


@public
def conv2d(input: Any, filters: Any, strides: Any, padding: Any, data_format: str = "NHWC", dilations: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns the two-dimensional convolution of images with filters.

    Args:
        input: Images of shape (batch, height, width, channels).
        filters: Tensor of shape (height, width, in channels, out channels).
        strides: Steps: one number, two, or four of which the outer ones are 1.
        padding: "SAME" or "VALID".
        data_format: "NHWC" or "NCHW".
        dilations: Spread of the filter's taps.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.nn.conv2d(tf.ones((1, 4, 4, 1)), tf.ones((2, 2, 1, 3)), 1, "VALID").shape
        TensorShape([1, 3, 3, 3])
    """
    x, kernel = convert(input), convert(filters)
    layout = "channels_first" if data_format.startswith("NC") else "channels_last"
    if x.dtype != kernel.dtype:
        operands("Conv2D", x, ops.cast(ops.zeros(()), str.__str__(kernel.dtype)))
    return ops.conv(
        x, kernel, _window(strides, 2), padding.lower(), layout,
        1 if dilations is None else _window(dilations, 2),
    )  # fmt: skip


def _pool(name: str, text: str, compute: Any) -> Any:
    def function(input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NHWC", name: Any = None) -> Any:  # fmt: skip
        x = convert(input)
        layout = "channels_first" if data_format.startswith("NC") else "channels_last"
        rank = x.ndim - 2
        return compute(x, _window(ksize, rank), _window(strides, rank), padding.lower(), layout)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{text}\n\nArgs:\n    input: Images of shape (batch, height, width, channels).\n    ksize: "
        f'Sizes of the window.\n    strides: Steps of the window.\n    padding: "SAME" or '
        f'"VALID".\n    data_format: "NHWC" or "NCHW".\n    name: Accepted for TensorFlow\'s '
        f"signature.\n\nReturns:\n    A tensor.\n\nExample:\n    >>> import cornu.tf as tf\n    >>> "
        f'tf.nn.{name}(tf.ones((1, 4, 4, 1)), 2, 2, "VALID").shape\n    TensorShape([1, 2, 2, 1])\n'
    )
    return public(function)


max_pool = _pool("max_pool", "Returns the greatest element of each window.", ops.max_pool)
max_pool2d = _pool("max_pool2d", "Returns the greatest element of each window.", ops.max_pool)
avg_pool = _pool("avg_pool", "Returns the mean of each window.", ops.average_pool)
avg_pool2d = _pool("avg_pool2d", "Returns the mean of each window.", ops.average_pool)


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.nn", name, [n for n in globals() if n[0] != "_"])
