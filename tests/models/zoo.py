"""Models that can be built alike with cornu and with Keras."""

from __future__ import annotations


def sequential(k):
    return k.Sequential(
        [
            k.Input((4,)),
            k.layers.Dense(8, activation="relu"),
            k.layers.Dropout(0.3),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def sequential_by_add(k):
    model = k.Sequential(name="added")
    model.add(k.layers.InputLayer((5, 2)))
    model.add(k.layers.Flatten())
    model.add(k.layers.Dense(12))
    model.add(k.layers.Reshape((3, 4)))
    model.add(k.layers.LeakyReLU())
    return model


def deferred(k):
    model = k.Sequential([k.layers.Dense(8), k.layers.ReLU(), k.layers.Dense(2)])
    model.build((None, 4))
    return model


def wide_and_deep(k):
    wide = k.Input((5,), name="wide_input")
    deep = k.Input((6,), name="deep_input")
    norm = k.layers.Rescaling(0.5)(deep)
    hidden = k.layers.Dense(30, activation="relu", name="hidden_layer_with_a_long_name")(norm)
    hidden = k.layers.Dense(30, activation="relu")(hidden)
    joined = k.layers.concatenate([wide, hidden])
    out = k.layers.Dense(1, name="main")(joined)
    auxiliary = k.layers.Dense(1, name="auxiliary")(hidden)
    return k.Model(inputs=[wide, deep], outputs=[out, auxiliary])


def shared(k):
    a, b = k.Input((4,)), k.Input((4,))
    layer = k.layers.Dense(3, activation="tanh")
    return k.Model([a, b], k.layers.Subtract()([layer(a), layer(layer2(k)(b))]), name="twins")


def layer2(k):
    return k.layers.Dense(4, activation="elu")


def by_dict(k):
    inputs = {name: k.Input((3,), name=name) for name in ("b", "a", "c")}
    total = k.layers.Add()([inputs["b"], inputs["a"], inputs["c"]])
    return k.Model(inputs, {"total": total, "out": k.layers.Dense(2)(total)}, name="dicts")


def nested(k):
    encoder = k.Sequential([k.Input((6,)), k.layers.Dense(3, activation="selu")], name="encoder")
    inner = k.Input((3,))
    decoder = k.Model(inner, k.layers.Dense(6)(inner), name="decoder")
    outer = k.Input((6,))
    return k.Model(outer, decoder(encoder(outer)), name="autoencoder")


def residual(k):
    inputs = k.Input((4,))
    x = inputs
    for _ in range(3):
        y = k.layers.Dense(4, activation="relu")(x)
        x = k.layers.Add()([x, k.layers.Dropout(0.1)(y)])
    return k.Model(inputs, k.layers.Dense(1)(x))


def frozen(k):
    model = sequential(k)
    model.layers[0].trainable = False
    return model


MODELS = {
    function.__name__: function
    for function in (
        sequential,
        sequential_by_add,
        deferred,
        wide_and_deep,
        shared,
        by_dict,
        nested,
        residual,
        frozen,
    )
}


def subclassed(k):
    class Net(k.Model):
        def __init__(self, width=5):
            super().__init__()
            self.first = k.layers.Dense(width, activation="relu")
            self.blocks = [k.layers.Dense(4), k.layers.Dense(3)]
            self.drop = k.layers.Dropout(0.5)
            self.heads = {"a": k.layers.Dense(2, name="head")}

        def call(self, inputs, training=False):
            x = self.first(inputs)
            for block in self.blocks:
                x = block(x)
            return self.heads["a"](self.drop(x, training=training))

    return Net()
