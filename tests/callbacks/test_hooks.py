"""Hooks are called in Keras's order with Keras's arguments."""

from __future__ import annotations

import itertools

import pytest
from tests.training.programs import regression_data

import cornu

HOOKS = [
    f"on_{mode}{part}_{end}"
    for mode, part in itertools.product(("train", "test", "predict"), ("", "_batch"))
    for end in ("begin", "end")
] + ["on_epoch_begin", "on_epoch_end"]


def _recorder(keras, events, name, skip=()):
    """Returns a callback that notes each hook, its number and the names in its logs."""

    def hook(event):
        def call(self, *arguments, logs=None):
            if arguments and (arguments[-1] is None or isinstance(arguments[-1], dict)):
                *arguments, logs = arguments
            shown = None if logs is None else sorted(logs)
            events.append((name, event, *arguments, shown))

        return call

    methods = {event: hook(event) for event in HOOKS if event not in skip}
    methods["set_params"] = lambda self, params: events.append((name, sorted(params)))
    return type("Recorder", (keras.callbacks.Callback,), methods)()


def _run(keras):
    events: list = []
    x, y = regression_data(40)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])

    def record(name, skip=()):
        return [_recorder(keras, events, name, skip)]

    two = record("a") + record("b")
    model.fit(x, y, epochs=2, batch_size=20, verbose=0, callbacks=two, validation_data=(x, y))
    model.evaluate(x, y, batch_size=20, verbose=0, callbacks=record("evaluate"))
    model.predict(x, batch_size=20, verbose=0, callbacks=record("predict"))

    def batches():
        for _ in range(2):
            yield x[:20], y[:20]

    model.fit(batches(), steps_per_epoch=2, verbose=0, callbacks=record("generator"))
    quiet = [hook for hook in HOOKS if "batch" in hook]
    model.fit(x, y, batch_size=20, verbose=0, callbacks=record("epochs only", quiet))

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    stopped = [Stop(), *record("stopped")]
    model.fit(x, y, epochs=3, batch_size=20, verbose=0, callbacks=stopped)
    return events


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
def test_order_of_hooks(quick_keras):
    theirs = _run(quick_keras)
    assert _run(cornu) == theirs


def test_hooks_of_batches_see_the_model_as_it_is_then():
    x, y = regression_data(60)
    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(1)])
    model.compile("sgd", "mse")
    seen = []

    class Look(cornu.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            seen.append((batch, int(self.model.optimizer.iterations)))

        def on_train_batch_end(self, batch, logs=None):
            seen.append((batch, int(self.model.optimizer.iterations)))

    model.fit(x, y, batch_size=20, verbose=0, callbacks=Look())
    assert seen == [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3)]


def test_old_names_of_batch_hooks():
    seen = []

    class Old(cornu.callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            seen.append(f"begin {batch}")

        def on_batch_end(self, batch, logs=None):
            seen.append(f"end {batch}")

    x, y = regression_data(40)
    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, batch_size=20, verbose=0, callbacks=[Old()])
    assert seen == ["begin 0", "end 0", "begin 1", "end 1"]


def test_lambda_callback():
    seen = []
    callback = cornu.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: seen.append(("epoch", epoch)),
        on_train_end=lambda logs: seen.append(("end", sorted(logs))),
        on_train_batch_end=lambda batch, logs: seen.append(("batch", batch)),
    )
    x, y = regression_data(40)
    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, batch_size=20, verbose=0, callbacks=[callback])
    assert seen == [("epoch", 0), ("batch", 0), ("batch", 1), ("end", ["loss"])]


@pytest.mark.parametrize("wrong", ["early", cornu.callbacks.EarlyStopping, 3])
def test_what_is_no_callback_is_named(wrong):
    x, y = regression_data(20)
    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="callbacks: expected"):
        model.fit(x, y, callbacks=[wrong], verbose=0)
    assert int(model.optimizer.iterations) == 0
