"""Recurrence: a layer that reads one thing after the other, and how long it remembers.

A recurrent layer has a state. In every step it mixes what it reads with what it knew,

    state <- tanh(input @ kernel + state @ recurrent_kernel + bias),

with the same weights in all steps; after the last one the state stands for the whole sequence. That
is all of SimpleRNN, and it is written out below. Its trouble is the same as that of deep networks:
what was read long ago has passed through many multiplications. (It does well for a while because
its recurrent weights are born orthogonal: they turn a state, and neither shrink nor blow it up.) LSTM (Hochreiter and Schmidhuber,
1997) and GRU (Cho and others, 2014) keep a memory that is only added to, and gates that learn when
to write, when to forget and when to speak.

Here they read handwritten digits, row by row, and then nothing for a while before they are asked.
A gate is no magic: as layers are born, the forget gate of an LSTM lets 73 % through in each step
(the sigmoid of its bias, 1), and of 73 % forty times over nothing is left to learn from. Born with
a bias of 5, it lets 99 % through, and remembers.

    python examples/recurrence.py            # a minute
    python examples/recurrence.py --quick

The 8 by 8 pictures of handwritten digits are part of the package.
"""

import argparse

import numpy as np

import cornu as keras
from cornu import layers

UNITS = 32


def by_hand(layer, sequences):
    """SimpleRNN in NumPy."""
    kernel, recurrent_kernel, bias = layer.get_weights()
    state = np.zeros((len(sequences), layer.units), dtype="float32")
    for step in range(sequences.shape[1]):
        state = np.tanh(sequences[:, step] @ kernel + state @ recurrent_kernel + bias)
    return state


def reader(kind, steps, width):
    """One recurrent layer, or for comparison one that takes the mean of all rows."""
    model = keras.Sequential([keras.Input((steps, width))])
    if kind == "mean of rows":
        model.add(layers.Dense(UNITS, activation="tanh"))
        model.add(layers.GlobalAveragePooling1D())
    elif kind == "LSTM, open gate":
        model.add(layers.LSTM(UNITS))
        kernel, recurrent_kernel, bias = model.layers[0].get_weights()
        bias[UNITS : 2 * UNITS] = 5.0  # input, forget, candidate and output gates, in this order
        model.layers[0].set_weights([kernel, recurrent_kernel, bias])
    else:
        model.add(
            {"SimpleRNN": layers.SimpleRNN, "LSTM": layers.LSTM, "GRU": layers.GRU}[kind](UNITS)
        )
    model.add(layers.Dense(10, activation="softmax"))
    return model


def with_pause(pictures, pause):
    """Sequences of the eight rows of a picture, followed by rows of nothing."""
    silence = np.zeros((len(pictures), pause, 8), dtype="float32")
    return np.concatenate([pictures, silence], axis=1)


def main(quick=False, seed=0):
    """Checks the formula, then trains with pauses of several lengths; returns the accuracies."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    x_train, x_test = (x.astype("float32") / 16 for x in (x_train, x_test))

    keras.utils.set_random_seed(seed)
    layer = layers.SimpleRNN(UNITS)
    difference = np.abs(np.asarray(layer(x_test)) - by_hand(layer, x_test)).max()
    print(f"SimpleRNN and the formula differ by at most {difference:.0e}")
    for kind in ("SimpleRNN", "GRU", "LSTM"):
        print(f"  {kind:10}{reader(kind, 8, 8).layers[0].count_params():6,} weights")

    pauses = (0, 20) if quick else (0, 10, 20, 40)
    kinds = ("SimpleRNN", "GRU", "LSTM", "LSTM, open gate", "mean of rows")
    print("\ntest accuracy when the digit was seen, before the answer,")
    print(" " * 15, *(f"{pause:>5} steps" for pause in pauses), " ago")
    accuracies = {kind: [] for kind in kinds}
    for kind in kinds:
        for pause in pauses:
            keras.utils.set_random_seed(seed)
            model = reader(kind, 8 + pause, 8)
            model.compile(
                optimizer=keras.optimizers.Adam(5e-3, clipnorm=1.0),
                loss="sparse_categorical_crossentropy",
                metrics=["accuracy"],
            )
            train, test = with_pause(x_train, pause), with_pause(x_test, pause)
            model.fit(train, y_train, batch_size=32, epochs=6 if quick else 25, verbose=0)
            accuracies[kind].append(model.evaluate(test, y_test, verbose=0)[1])
        print(f"{kind:15}", *(f"{accuracy:11.1%}" for accuracy in accuracies[kind]), flush=True)

    # What a layer knows after every row, not only at the end: return_sequences.
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            layers.LSTM(UNITS, return_sequences=True),
            layers.TimeDistributed(layers.Dense(10, activation="softmax")),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(5e-3), loss="sparse_categorical_crossentropy")
    every_row = np.repeat(y_train[:, None], 8, axis=1)
    model.fit(x_train, every_row, batch_size=32, epochs=6 if quick else 25, verbose=0)
    right = (model.predict(x_test, verbose=0).argmax(axis=-1) == y_test[:, None]).mean(axis=0)
    print("\nwhen asked after every row, it is right in")
    print("  ", ", ".join(f"{share:.0%}" for share in right), "after rows 1 to 8")
    return {"difference": float(difference), "accuracies": accuracies, "rows": right.tolist()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few epochs, two pauses")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
