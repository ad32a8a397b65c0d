"""Transfer learning: what was learned for one task serves the next.

A network has learned the digits 0 to 4 from 30,000 pictures. Now it has to tell 5 to 9 apart, and of
those only few are labelled. Its lower layers know strokes and corners; those are the same. So they
are taken over and frozen (`trainable = False`: no training changes them), and only a new last layer
learns. When that is good, the rest may be thawed and learn on, with small steps, so as not to
destroy what it knows: fine-tuning. After each change of `trainable` the model is compiled again.

Frozen layers always answer the same. One can therefore also ask them once, and keep what they say:
feature extraction, with a model that ends at a layer in the middle.

    python examples/transfer_learning.py            # half a minute
    python examples/transfer_learning.py --quick

The data are MNIST, found or downloaded as in Keras.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers


def network():
    """Convolutions that find features, and a last layer that names five digits."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, padding="same", strides=2, activation="relu"),
            layers.Conv2D(32, 3, padding="same", strides=2, activation="relu"),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(name="features"),
            layers.Dropout(0.3),
            layers.Dense(5, activation="softmax", name="names"),
        ]
    )


def compile_and_fit(model, x, y, epochs, rate=1e-3):
    """The usual training; the learning rate of each stage differs."""
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(x, y, batch_size=min(64, len(x) // 4), epochs=epochs, verbose=0)


def accuracy_of(model, test):
    """The share of right answers."""
    return model.evaluate(*test, batch_size=500, verbose=0)[1]


def transferred(weights_file, x, y, test, epochs):
    """Takes all layers but the last from a file; returns the accuracies frozen and fine-tuned."""
    model = network()
    fresh = model.get_layer("names").get_weights()
    model.load_weights(weights_file)
    model.get_layer("names").set_weights(fresh)  # its five outputs meant other digits

    for layer in model.layers[:-1]:
        layer.trainable = False
    compile_and_fit(model, x, y, epochs)
    frozen = accuracy_of(model, test)

    model.trainable = True
    compile_and_fit(model, x, y, epochs // 2, rate=1e-4)
    return frozen, accuracy_of(model, test)


def main(quick=False, seed=0):
    """Learns 0 to 4, then 5 to 9 from few examples in three ways; returns the accuracies."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    x_train, x_test = (x[..., None].astype("float32") / 255 for x in (x_train, x_test))
    low = y_train < 5
    known = x_train[low], y_train[low]
    if quick:
        known, x_test, y_test = (known[0][:3000], known[1][:3000]), x_test[:1000], y_test[:1000]
    new = x_train[~low], y_train[~low] - 5
    low_test = y_test < 5
    test = x_test[~low_test], y_test[~low_test] - 5

    keras.utils.set_random_seed(seed)
    first = network()
    compile_and_fit(first, *known, epochs=2 if quick else 3)
    share = accuracy_of(first, (x_test[low_test], y_test[low_test]))
    print(f"digits 0 to 4: {len(known[0]):,} pictures, {share:.1%} of the test right")

    results = {}
    with tempfile.TemporaryDirectory() as folder:
        weights_file = Path(folder) / "zero_to_four.weights.h5"
        first.save_weights(weights_file)
        print("\ndigits 5 to 9, test accuracy after learning from few pictures:")
        print(f"{'pictures':>9}{'from scratch':>15}{'frozen':>9}{'fine-tuned':>13}")
        for count in (25,) if quick else (25, 100, 500, 2500):
            epochs = 20 if quick else 40
            x, y = new[0][:count], new[1][:count]
            keras.utils.set_random_seed(seed)
            scratch = network()
            compile_and_fit(scratch, x, y, epochs)
            keras.utils.set_random_seed(seed)
            results[count] = (
                accuracy_of(scratch, test),
                *transferred(weights_file, x, y, test, epochs),
            )
            one, two, three = results[count]
            print(f"{count:9,}{one:15.1%}{two:9.1%}{three:13.1%}", flush=True)

    # The same thing by feature extraction: each picture is put into numbers once, and one layer learns.
    extractor = keras.Model(inputs=first.inputs, outputs=first.get_layer("features").output)
    features = extractor.predict(new[0][:250], batch_size=250, verbose=0)
    keras.utils.set_random_seed(seed)
    head = keras.Sequential(
        [keras.Input(features.shape[1:]), layers.Dense(5, activation="softmax")]
    )
    compile_and_fit(head, features, new[1][:250], epochs=40, rate=5e-3)
    test_features = extractor.predict(test[0], batch_size=500, verbose=0)
    results["extracted"] = accuracy_of(head, (test_features, test[1]))
    print(
        f"\n{features.shape[1]} features of 250 pictures and one layer: {results['extracted']:.1%}"
    )
    model = keras.Sequential([extractor, head])
    extractor.trainable = False
    counts = [
        sum(int(np.prod(w.shape)) for w in ws) for ws in (model.trainable_weights, model.weights)
    ]
    print(f"as one model: {counts[1]:,} weights, {counts[0]:,} of them trainable")
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer pictures and epochs")
    parser.add_argument("--seed", type=int, default=0)
    main(**vars(parser.parse_args()))
