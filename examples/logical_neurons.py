"""Logical neurons: what one threshold can compute, and why XOR needs a second layer.

The artificial neuron of McCulloch and Pitts (1943) adds up what comes in and fires when the sum is
above its threshold. With two inputs, the places where it fires lie on one side of a straight line:
enough for AND, OR and NOT. "One or the other, but not both" (XOR) has its answers on the two
diagonals of a square, and no straight line parts those. Two lines do, so two units in front of a
third compute it: the whole case for hidden layers, in four rows of data.

Who wires the units? Here first we do, then gradient descent. It needs a slope, which a step does
not have; so the learned network has a smooth step instead, the sigmoid or the hyperbolic tangent.

    python examples/logical_neurons.py            # some seconds
    python examples/logical_neurons.py --quick
"""

import argparse
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
GATES = {  # weights of the two inputs, and the bias: the threshold with its sign turned
    "AND": ([1, 1], -1.5),
    "OR": ([1, 1], -0.5),
    "NAND": ([-1, -1], 1.5),
    "not the first": ([-1, 0], 0.5),
}
TRUTH = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0], "XOR": [0, 1, 1, 0]}


def step(x):
    """1 above zero, else 0: a neuron that fires or does not."""
    return keras.ops.cast(x > 0, x.dtype)


def gate(weights, bias):
    """One threshold unit, wired by hand."""
    unit = keras.Sequential([keras.Input((len(weights),)), layers.Dense(1, activation=step)])
    unit.set_weights([np.array(weights, dtype="float32")[:, None], np.array([bias])])
    return unit


def xor_by_hand():
    """Fires when OR does and NAND does: three units in two layers, with nine numbers."""
    network = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(2, activation=step, name="or_and_nand"),
            layers.Dense(1, activation=step, name="both"),
        ]
    )
    (either, either_bias), (not_both, not_both_bias) = GATES["OR"], GATES["NAND"]
    both, both_bias = GATES["AND"]
    network.get_layer("or_and_nand").set_weights(
        [np.array([either, not_both]).T, np.array([either_bias, not_both_bias])]
    )
    network.get_layer("both").set_weights([np.array(both)[:, None], np.array([both_bias])])
    return network


def share_of_single_units(answers):
    """How many of all units with weights and bias from -2 to 2, a tenth apart, give the answers."""
    values = np.linspace(-2, 2, 41)
    first, second, bias = np.meshgrid(values, values, values)
    sums = [first * a + second * b + bias for a, b in INPUTS]
    right = [(total > 1e-9) == bool(answer) for total, answer in zip(sums, answers)]
    return int(np.all(right, axis=0).sum()), first.size


def learn_xor(hidden, seed, epochs):
    """A network with smooth units that finds its weights itself; returns it with its losses."""
    keras.utils.set_random_seed(seed)
    network = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(hidden, activation="tanh"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    network.compile(optimizer=keras.optimizers.Adam(0.05), loss="binary_crossentropy")
    target = np.array(TRUTH["XOR"], dtype="float32")[:, None]
    losses = network.fit(INPUTS, target, batch_size=4, epochs=epochs, verbose=0).history["loss"]
    return network, losses


def answers_of(network):
    """The four answers, rounded to 0 or 1."""
    outputs = network.predict(INPUTS, verbose=0)[:, 0]
    return [int(output > 0.5) for output in outputs]


def main(quick=False, seed=0, figures=None):
    """Wires gates, proves XOR out of reach of one unit, and learns it; returns what was found."""
    print("inputs          ", *("".join(str(int(bit)) for bit in row) for row in INPUTS))
    for name, (weights, bias) in GATES.items():
        print(f"{name:16}", *(f"{answer:2}" for answer in answers_of(gate(weights, bias))))
    by_hand = answers_of(xor_by_hand())
    print(f"{'XOR, by hand':16}", *(f"{answer:2}" for answer in by_hand))
    majority = gate([1, 1, 1], -1.5)
    votes = np.array([[1, 0, 0], [1, 0, 1], [1, 1, 1]], dtype="float32")
    print("majority of 100, 101, 111:", majority.predict(votes, verbose=0)[:, 0].astype(int))

    print("\nsingle units that compute it, of all with weights and bias from -2 to 2:")
    singles = {}
    for name, answers in TRUTH.items():
        singles[name], total = share_of_single_units(answers)
        print(f"  {name:5}{singles[name]:6,} of {total:,}")

    print("\nXOR learned by gradient descent, from ten random starts:")
    epochs, starts = (300, 3) if quick else (500, 10)
    solved = {}
    for hidden in (1, 2, 4, 8):
        runs = [learn_xor(hidden, seed + start, epochs) for start in range(starts)]
        solved[hidden] = sum(answers_of(network) == TRUTH["XOR"] for network, _ in runs)
        print(f"  {hidden} hidden units: {solved[hidden]:2} of {starts} succeed")
    network, losses = runs[0]
    steps = [0, 9, 99, epochs - 1]
    print("loss of one with eight units:", ", ".join(f"{losses[at]:.4f}" for at in steps), end=" ")
    print(f"after {', '.join(str(at + 1) for at in steps)} epochs")
    for row, output in zip(INPUTS, network.predict(INPUTS, verbose=0)[:, 0]):
        print(f"  {int(row[0])} xor {int(row[1])} = {output:.3f}")
    if figures:
        draw(network, Path(figures))
    return {"by_hand": by_hand, "singles": singles, "solved": solved, "starts": starts}


def draw(learned, folder):
    """Where AND, the hand-made XOR and the learned XOR fire, over the plane of their inputs."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    networks = {
        "AND: one unit, one line": (gate(*GATES["AND"]), TRUTH["AND"]),
        "XOR by hand: two lines": (xor_by_hand(), TRUTH["XOR"]),
        "XOR learned": (learned, TRUTH["XOR"]),
    }
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    for axis, (title, (network, answers)) in zip(figure.subplots(1, 3), networks.items()):
        keras.visualization.decision_boundary(network, INPUTS, answers, ax=axis)
        axis.get_legend().remove()
        axis.scatter(*INPUTS.T, c=answers, cmap="RdBu_r", edgecolors="black", s=60, zorder=3)
        axis.set(title=title, xticks=[0, 1], yticks=[0, 1])
    figure.savefig(folder / "logical_neurons.png", dpi=80)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few starts and epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--figures", metavar="FOLDER", help="draw where they fire (needs matplotlib)"
    )
    main(**vars(parser.parse_args()))
