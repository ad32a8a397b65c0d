"""SwapEMAWeights and RemoteMonitor."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse

import numpy as np
import pytest
from tests.engines import engine as engine

import cornu as keras

X = np.linspace(0, 1, 32, dtype=np.float32).reshape(16, 2)
Y = X[:, :1] * 2


def model_with(optimizer):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer, "mse")
    return model


def averaging():
    return keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9)


class Noted(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.tested, self.ended, self.averages = [], [], []

    def _weights(self):
        return self.model.get_weights()[0].ravel().tolist()

    def on_test_begin(self, logs=None):
        self.tested.append(self._weights())

    def on_epoch_end(self, epoch, logs=None):
        self.ended.append(self._weights())


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_averages_are_validated_and_weights_are_trained(engine, swap_on_epoch):
    noted = Noted()
    model = model_with(averaging())
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch)
    losses = model.fit(
        X, Y, epochs=3, batch_size=4, verbose=0, shuffle=False, validation_data=(X, Y),
        callbacks=[swap, noted],
    ).history["loss"]  # fmt: skip
    plain = model_with(averaging())
    wanted = plain.fit(X, Y, epochs=3, batch_size=4, verbose=0, shuffle=False).history["loss"]
    assert losses == wanted
    assert model.get_weights()[0].tolist() == plain.get_weights()[0].tolist()  # the averages
    assert (noted.tested == noted.ended) == swap_on_epoch
    np.testing.assert_array_equal(noted.tested[-1], model.get_weights()[0].ravel())


def test_a_training_that_stops_early_ends_with_the_averages():
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.seen = self.model.get_weights()[0]
            self.model.stop_training = True

    stop = Stop()
    model = model_with(averaging())
    model.fit(X, Y, epochs=9, verbose=0, callbacks=[keras.callbacks.SwapEMAWeights(True), stop])
    np.testing.assert_array_equal(model.get_weights()[0], stop.seen)


def test_predictions_use_the_averages_and_leave_the_weights():
    model = model_with(averaging())
    x = keras.ops.convert_to_tensor(X)
    for _ in range(5):
        with keras.GradientTape() as tape:
            loss = keras.ops.mean((model(x) - Y) ** 2)
        weights = model.trainable_weights
        model.optimizer.apply(tape.gradient(loss, weights), weights)
    before = model.get_weights()
    predicted = model.predict(X, verbose=0, callbacks=[keras.callbacks.SwapEMAWeights()])
    kernel, bias = (model.optimizer.slot("average", v).numpy() for v in model.trainable_weights)
    np.testing.assert_allclose(predicted, X @ kernel + bias, rtol=1e-5)
    for mine, theirs in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_averages_must_be_kept():
    with pytest.raises(ValueError, match="use_ema=True"):
        model_with("sgd").fit(X, Y, verbose=0, callbacks=[keras.callbacks.SwapEMAWeights()])


@pytest.fixture
def listening():
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            received.append((self.path, self.headers, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_numbers_are_sent(listening):
    root, received = listening
    form = keras.callbacks.RemoteMonitor(root, field="numbers", headers={"X-Token": "a"})
    plain = keras.callbacks.RemoteMonitor(root, path="/json", send_as_json=True)
    history = model_with("sgd").fit(X, Y, verbose=0, callbacks=[form, plain]).history
    (path, headers, body), (json_path, json_headers, json_body) = received
    assert (path, headers["X-Token"], json_path) == ("/publish/epoch/end/", "a", "/json")
    assert json_headers["Content-Type"] == "application/json"
    wanted = {"epoch": 0, "loss": history["loss"][0]}
    assert json.loads(urllib.parse.parse_qs(body)["numbers"][0]) == wanted
    assert json.loads(json_body) == wanted


def test_a_server_that_is_not_there_is_a_warning():
    with pytest.warns(UserWarning, match="could not send"):
        keras.callbacks.RemoteMonitor("http://127.0.0.1:9").on_epoch_end(0, {"loss": 1.0})
    with pytest.raises(ValueError, match="is an address"):
        keras.callbacks.RemoteMonitor("file:///etc/passwd")
