"""The networks of the workloads as Keras programs: the same lines for Keras and for cornu."""

from typing import Any

from benchmarks.weights import HEADS, initial
from benchmarks.workloads import DEEP_FEATURES, LOSS_WEIGHTS, WIDE_FEATURES, WORDS, Workload

_LOSSES = {
    "regression": "mse",
    "classes": "sparse_categorical_crossentropy",
    "one_hot": "categorical_crossentropy",
    "binary": "binary_crossentropy",
    "reconstruction": "binary_crossentropy",
}
_OUTPUTS = {
    "classes": "softmax",
    "one_hot": "softmax",
    "binary": "sigmoid",
    "reconstruction": "sigmoid",
}


def build(keras: Any, workload: Workload) -> Any:
    """The compiled model of a workload, started from the common weights."""
    if workload.task == "two_outputs":
        model = _wide_and_deep(keras, workload)
        loss: dict[str, Any] = {"loss": ["mse", "mse"], "loss_weights": list(LOSS_WEIGHTS)}
    else:
        model = _NETWORKS[workload.network](keras, workload)
        loss = {"loss": _LOSSES[workload.task]}
        if workload.task in ("classes", "one_hot", "binary"):
            loss["metrics"] = ["accuracy"]
    optimizers = keras.optimizers
    kinds = {"sgd": optimizers.SGD, "rmsprop": optimizers.RMSprop, "adam": optimizers.Adam}
    optimizer = kinds[workload.optimizer](learning_rate=workload.learning_rate)
    model.compile(optimizer=optimizer, **loss)
    for name, arrays in initial(workload).items():
        model.get_layer(name).set_weights(arrays)
    return model


def _wide_and_deep(keras: Any, workload: Workload) -> Any:
    layers = keras.layers
    wide = keras.Input((WIDE_FEATURES,), name="wide_input")
    deep = keras.Input((DEEP_FEATURES,), name="deep_input")
    hidden = deep
    for index, units in enumerate(workload.widths[1:]):
        hidden = layers.Dense(units, activation=workload.activation, name=f"dense{index + 1}")(
            hidden
        )
    joined = layers.Concatenate()([wide, hidden])
    main = layers.Dense(1, name="main")(joined)
    auxiliary = layers.Dense(1, name="auxiliary")(hidden)
    return keras.Model(inputs=[wide, deep], outputs=[main, auxiliary])


def _stack(keras: Any, workload: Workload) -> Any:
    layers = keras.layers
    model = keras.Sequential([keras.Input((workload.widths[0],))])
    for index, units in enumerate(workload.widths[1:-1]):
        model.add(layers.Dense(units, activation=workload.activation, name=f"dense{index + 1}"))
        if workload.dropout:
            model.add(layers.Dropout(workload.dropout))
    last = len(workload.widths) - 1
    activation = _OUTPUTS.get(workload.task)
    model.add(layers.Dense(workload.widths[-1], activation=activation, name=f"dense{last}"))
    return model


def _cifar_cnn(keras: Any, workload: Workload) -> Any:
    layers, rate = keras.layers, workload.dropout
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu", name="conv1"),
            layers.Conv2D(32, 3, activation="relu", name="conv2"),
            layers.MaxPooling2D(2),
            layers.Dropout(rate),
            layers.Conv2D(64, 3, padding="same", activation="relu", name="conv3"),
            layers.Conv2D(64, 3, activation="relu", name="conv4"),
            layers.MaxPooling2D(2),
            layers.Dropout(rate),
            layers.Flatten(),
            layers.Dense(512, activation="relu", name="dense"),
            layers.Dropout(2 * rate),
            layers.Dense(10, activation="softmax", name="output"),
        ]
    )


def _cnn_bn(keras: Any, workload: Workload) -> Any:
    layers = keras.layers

    def block(x: Any, number: int, filters: int, strides: int) -> Any:
        conv = layers.Conv2D(
            filters, 3, strides, padding="same", use_bias=False, name=f"conv{number}"
        )
        return layers.BatchNormalization(name=f"norm{number}")(conv(x))

    inputs = keras.Input((28, 28, 1))
    x = layers.ReLU()(block(inputs, 1, 32, 1))
    x = layers.ReLU()(block(x, 2, 64, 2))
    x = layers.ReLU()(block(x, 3, 64, 2))
    x = layers.ReLU()(layers.Add()([x, block(x, 4, 64, 1)]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax", name="output")(x))


def _lstm(keras: Any, workload: Workload) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((50, 1)),
            layers.LSTM(20, return_sequences=True, name="lstm1"),
            layers.LSTM(20, name="lstm2"),
            layers.Dense(1, name="output"),
        ]
    )


def _gru_text(keras: Any, workload: Workload) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((100,), dtype="int32"),
            layers.Embedding(WORDS, 64, name="embedding"),
            layers.GRU(64, name="gru"),
            layers.Dense(1, activation="sigmoid", name="output"),
        ]
    )


def _embed_pool(keras: Any, workload: Workload) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((200,), dtype="int32"),
            layers.Embedding(WORDS, 16, name="embedding"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, activation="sigmoid", name="output"),
        ]
    )


def _attention(keras: Any, workload: Workload) -> Any:
    layers = keras.layers
    inputs = keras.Input((64, 64))
    attention = layers.MultiHeadAttention(HEADS, 64 // HEADS, name="attention")
    x = layers.Add()([inputs, attention(inputs, inputs)])
    x = layers.LayerNormalization(name="norm1")(x)
    forward = layers.Dense(128, activation="relu", name="dense1")(x)
    forward = layers.Dense(64, name="dense2")(forward)
    x = layers.LayerNormalization(name="norm2")(layers.Add()([x, forward]))
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax", name="output")(x))


_NETWORKS = {
    "dense": _stack,
    "cifar_cnn": _cifar_cnn,
    "cnn_bn": _cnn_bn,
    "lstm": _lstm,
    "gru_text": _gru_text,
    "embed_pool": _embed_pool,
    "attention": _attention,
}
