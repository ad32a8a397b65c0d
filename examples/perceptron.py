"""The perceptron rule: learning from mistakes alone, in a training loop of our own.

Rosenblatt's perceptron (1958) is a layer of threshold units and a rule that needs no derivative:
show one picture; a unit that was right stays as it is; one that was silent but should have fired
adds the picture to its weights; one that fired but should have been silent takes it away:

    w <- w + rate * (y - answer) * x,    b <- b + rate * (y - answer)

If a straight cut can part the classes, the rule finds one after finitely many mistakes. If not, as
for XOR, it goes round in circles for ever. And a threshold says yes or no, not how sure it is: where
several units fire, or none, the sums in front of the thresholds have to decide.

    python examples/perceptron.py            # some seconds
    python examples/perceptron.py --quick

The 8 by 8 pictures of handwritten digits are part of the package.
"""

import argparse

import numpy as np

import cornu as keras
from cornu import layers

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
TABLES = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}


def step(x):
    """1 above zero, else 0."""
    return keras.ops.cast(x > 0, x.dtype)


def perceptron(inputs, units):
    """A layer of threshold units that know nothing yet."""
    layer = layers.Dense(units, activation=step, kernel_initializer="zeros")
    layer.build((None, inputs))
    return layer


def train(layer, x, y, epochs, rate=1.0, seed=0):
    """The perceptron rule, one sample at a time; returns each unit's mistakes in every epoch."""
    random = np.random.default_rng(seed)
    mistakes = []
    for _ in range(epochs):
        wrong = np.zeros(layer.units, dtype=int)
        for row in random.permutation(len(x)):
            sample = keras.ops.convert_to_tensor(x[row : row + 1])
            error = y[row : row + 1] - layer(sample)  # 0 where a unit was right, else 1 or -1
            if not keras.ops.any(error != 0):
                continue
            layer.kernel.assign_add(rate * keras.ops.matmul(keras.ops.transpose(sample), error))
            layer.bias.assign_add(rate * error[0])
            wrong += np.asarray(error[0] != 0)
        mistakes.append(wrong)
        if not wrong.any():
            break
    return np.array(mistakes)


def main(quick=False, seed=0):
    """Learns logic tables and digits by the rule; returns what was measured."""
    print("mistakes in each pass over the four rows of a table:")
    tables = {}
    for name, answers in TABLES.items():
        layer = perceptron(2, 1)
        target = np.array(answers, dtype="float32")[:, None]
        tables[name] = train(layer, INPUTS, target, epochs=12, seed=seed)[:, 0].tolist()
        end = "converged" if tables[name][-1] == 0 else "goes on for ever"
        print(f"  {name:4}", *tables[name], f"({end})")

    # Ten units for ten digits: each shall fire for its own.
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    if quick:
        x_train, y_train, x_test, y_test = x_train[:200], y_train[:200], x_test[:200], y_test[:200]
    x_train, x_test = (x.reshape(len(x), 64).astype("float32") / 16 for x in (x_train, x_test))
    one_hot = keras.utils.to_categorical(y_train, 10).astype("float32")
    epochs = 5 if quick else 30
    layer = perceptron(64, 10)
    mistakes = train(layer, x_train, one_hot, epochs, seed=seed)

    print(f"\nmistakes of the ten units on {len(x_train)} digits:")
    print("          ", *(f"{digit:4}" for digit in range(10)))
    shown = [0, 1, 2, 4, 9, 19, 29] if not quick else range(len(mistakes))
    for epoch in (at for at in shown if at < len(mistakes)):
        print(f"  epoch {epoch + 1:2}", *(f"{count:4}" for count in mistakes[epoch]))

    fires = np.asarray(layer(x_test))
    sums = x_test @ np.asarray(layer.kernel) + np.asarray(layer.bias)
    alone = fires.sum(axis=1) == 1
    results = {
        "tables": tables,
        "mistakes": mistakes.sum(axis=1).tolist(),
        "one fires": float(alone.mean()),
        "perceptron": float(np.mean(sums.argmax(axis=1) == y_test)),
    }
    print(
        f"\nOn {len(x_test)} other digits, exactly one unit fires in {alone.mean():.1%} of cases,"
    )
    print(
        f"and it is the right one in {np.mean(fires[alone].argmax(axis=1) == y_test[alone]):.1%} of those."
    )
    print(f"The largest sum is right in {results['perceptron']:.1%}.")

    # The same layer with a soft threshold and gradient descent also says how sure it is.
    keras.utils.set_random_seed(seed)
    soft = keras.Sequential([keras.Input((64,)), layers.Dense(10, activation="softmax")])
    soft.compile(
        optimizer=keras.optimizers.SGD(0.5),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    soft.fit(x_train, y_train, batch_size=32, epochs=epochs, verbose=0)
    _, results["softmax"] = soft.evaluate(x_test, y_test, verbose=0)
    sure = soft.predict(x_test, verbose=0).max(axis=1)
    print(f"Softmax and gradient descent: {results['softmax']:.1%} right; of its answers")
    guesses = soft.predict(x_test, verbose=0).argmax(axis=1)
    for low, high in ((0, 0.6), (0.6, 0.95), (0.95, 1.01)):
        between = (sure >= low) & (sure < high)
        if between.any():
            right = np.mean(guesses[between] == y_test[between])
            print(
                f"  {between.sum():4} are {low:.0%} to {min(high, 1):.0%} sure, and {right:.0%} of them right"
            )
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few digits and passes")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
