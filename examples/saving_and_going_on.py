"""Saving, and going on: a training that was killed ends at the numbers of one that was not.

A training is more than its weights. The optimizer remembers slopes, dropout and shuffling draw from
random generators, a count of steps drives the learning rate: who keeps only weights goes on, but
elsewhere. What there is:

- `model.save("model.keras")` keeps architecture, weights, compilation and the optimizer's memory in
  one file; `load_model` gives the model back, and `fit` goes on. Loading runs no code from the file.
- `save_weights("x.weights.h5")` keeps the numbers alone, the optimizer's too; the program has to
  build the same network before it loads them. (`get_weights` gives those of the layers only.)
- `ModelCheckpoint` saves during `fit`, every epoch or only when it was the best so far.
- `BackupAndRestore` keeps everything after every epoch; the same program, started again, goes on
  from there. Here this very script is started a second time, and dies in the middle of its fourth
  epoch as if somebody had pulled the plug.

    python examples/saving_and_going_on.py            # some seconds
    python examples/saving_and_going_on.py --quick

The 8 by 8 pictures of handwritten digits are part of the package.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers

DEATH = 3  # the epoch, counted from zero, in which the plug is pulled
PULLED = 9  # exit status of the process that died


def load():
    """Digits as rows of 64 numbers."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    x_train, x_test = (x.reshape(len(x), 64).astype("float32") / 16 for x in (x_train, x_test))
    return x_train, y_train, (x_test, y_test)


def network():
    """With dropout, so that a training has random numbers to lose."""
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


class PullThePlug(keras.callbacks.Callback):
    """Ends the process at once in the middle of an epoch: nothing is tidied up, nothing saved."""

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch == DEATH

    def on_train_batch_end(self, batch, logs=None):
        if self.now and batch == 10:
            os._exit(PULLED)


def training(folder, epochs, seed, dies=False):
    """The program that is killed, and started again as it is."""
    keras.utils.set_random_seed(seed)
    x, y, test = load()
    model = network()
    callbacks = [keras.callbacks.BackupAndRestore(folder / "backup")] if folder else []
    if dies:
        callbacks.append(PullThePlug())
    history = model.fit(x, y, epochs=epochs, validation_data=test, callbacks=callbacks, verbose=0)
    return model, history.epoch, history.history["val_loss"]


def largest_difference(one, other):
    """Between the weights of two models."""
    pairs = zip(one.get_weights(), other.get_weights())
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def go_on_from_files(folder, epochs, seed):
    """Half a training, then one epoch more: with all that belongs to it, and with weights alone."""
    x, y, test = load()
    keras.utils.set_random_seed(seed)
    model = network()
    checkpoint = keras.callbacks.ModelCheckpoint(folder / "best.keras", save_best_only=True)
    model.fit(x, y, epochs=epochs, validation_data=test, callbacks=[checkpoint], verbose=0)
    model.save(folder / "model.keras")
    model.save_weights(folder / "model.weights.h5")

    loaded = keras.models.load_model(folder / "model.keras")  # compiled, as it was
    same = np.array_equal(model.predict(test[0], verbose=0), loaded.predict(test[0], verbose=0))
    print(f"the loaded model answers the same to the bit: {same}")
    print(f"its optimizer has made {int(loaded.optimizer.iterations)} steps")
    rebuilt, cold = network(), network()
    rebuilt.load_weights(folder / "model.weights.h5")
    cold.set_weights(model.get_weights())

    losses = {}
    for name, resumed in (
        ("without a break", model),
        ("from model.keras", loaded),
        ("from model.weights.h5", rebuilt),
        ("from get_weights", cold),
    ):
        losses[name] = resumed.fit(x, y, shuffle=False, epochs=1, verbose=0).history["loss"][0]
    print("loss of one more epoch")
    for name, loss in losses.items():
        print(f"  {name:22}{loss:.6f}")
    best, _ = keras.models.load_model(folder / "best.keras").evaluate(*test, verbose=0)
    print(f"test loss of the best epoch before, kept by ModelCheckpoint: {best:.6f}")
    return {"same": same, **losses}


def main(quick=False, seed=0, worker=None):
    """Trains whole, killed and resumed; returns the differences."""
    epochs = 5 if quick else 10
    if worker:  # the process that dies
        training(Path(worker), epochs, seed, dies=True)
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole, _, losses = training(None, epochs, seed)
        print(f"{epochs} epochs at a stretch: test loss {losses[-1]:.6f}")

        command = [sys.executable, __file__, "--worker", str(folder), "--seed", str(seed)]
        command += ["--quick"] if quick else []
        status = subprocess.run(command, check=False).returncode
        if status != PULLED:
            raise RuntimeError(f"The training that was to die ended with status {status}.")
        print(f"another process died in epoch {DEATH + 1}")
        resumed, epochs_left, losses = training(folder, epochs, seed)
        print(
            f"started again, it trains epochs {epochs_left[0] + 1} to {epochs_left[-1] + 1}: ",
            end="",
        )
        print(f"test loss {losses[-1]:.6f}")
        difference = largest_difference(whole, resumed)
        print(f"largest difference of any weight: {difference:g}\n")
        files = go_on_from_files(folder, epochs // 2, seed)
    return {"difference": difference, "epochs": epochs_left, **files}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--worker", metavar="FOLDER", help="be the training that dies")
    main(**vars(parser.parse_args()))
