"""TensorBoard: watching trainings while they run, and comparing them afterwards.

The callback writes event files into a folder, one subfolder for each run: the curves of training
and validation, histograms of all weights after every epoch, the graph of the model. What else one
wants to see, `tf.summary` writes: numbers, pictures, text. The viewer is a web page that reads the
folder and is started beside the training:

    tensorboard --logdir logs

or in a notebook, `%load_ext tensorboard` and `%tensorboard --logdir logs`. Here three learning
rates are compared, and what was written is read back and printed, as the viewer would show it.

    python examples/tensorboard_tour.py                      # some seconds
    python examples/tensorboard_tour.py --logs logs          # keep the files, for the viewer
    python examples/tensorboard_tour.py --quick

Needs TensorBoard (`pip install 'cornu[tensorboard]'`). The 8 by 8 pictures of handwritten digits are
part of the package.
"""

import argparse
import tempfile
from pathlib import Path

import cornu as keras
from cornu import layers, tf

RATES = (1e-4, 1e-2, 1.0)


def network():
    """A small network of digits."""
    return keras.Sequential(
        [
            keras.Input((8, 8)),
            layers.Flatten(),
            layers.Dense(32, activation="relu", name="features"),
            layers.Dense(10, activation="softmax", name="names"),
        ],
        name="digits",
    )


def train(rate, data, folder, epochs, seed):
    """One run, with its own folder; returns the accuracy of the test."""
    (x_train, y_train), test = data
    keras.utils.set_random_seed(seed)
    model = network()
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    watch = keras.callbacks.TensorBoard(folder, histogram_freq=1)
    model.fit(x_train, y_train, epochs=epochs, validation_data=test, callbacks=[watch], verbose=0)
    return model, model.evaluate(*test, verbose=0)[1]


def write_more(model, data, folder):
    """What the callback does not: pictures that were read wrongly, and words."""
    _, (x_test, y_test) = data
    wrong = model.predict(x_test, verbose=0).argmax(axis=1) != y_test
    writer = tf.summary.create_file_writer(str(folder / "more"))
    with writer.as_default(step=0):
        tf.summary.image("read wrongly", x_test[wrong][..., None], max_outputs=5)
        tf.summary.text("notes", "Written by a *lesson*: the pictures are 8 by 8 pixels.")
        tf.summary.scalar("mistakes", int(wrong.sum()))
    writer.flush()


def read_back(folder):
    """The tags that a run's files hold, by kind; scalars with their last value."""
    from tensorboard.backend.event_processing.event_accumulator import (  # noqa: PLC0415
        EventAccumulator,
    )

    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    return events


def main(quick=False, seed=0, logs=None):
    """Trains three runs and prints what is in their files; returns the number of tags of each."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    data = (x_train / 16, y_train), (x_test / 16, y_test)
    found = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(logs or temporary)
        for rate in RATES:
            run = folder / f"rate_{rate:g}"
            model, accuracy = train(rate, data, run, 2 if quick else 10, seed)
            print(f"{run.name:12}test accuracy {accuracy:.1%}")
            if rate == RATES[1]:
                write_more(model, data, run)
        for path in sorted(folder.rglob("events.out.tfevents.*")):
            tags = read_back(path.parent).Tags()
            names = sorted(
                {*tags["scalars"], *tags["tensors"], *(["graph"] if tags["graph"] else [])}
            )
            found[path.parent.relative_to(folder).as_posix()] = names
    print("\nwhat TensorBoard finds:")
    for run, names in found.items():
        print(f"{run}: {len(names)} tags")
        if run.startswith(f"rate_{RATES[1]:g}"):
            print("\n".join(f"    {name}" for name in names))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--logs", metavar="FOLDER", help="keep the event files here")
    main(**vars(parser.parse_args()))
