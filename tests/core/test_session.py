"""Threads that train side by side draw as if each were alone."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import cornu as keras
from cornu.core import session, settings


def draw(seed):
    """What a training draws: names, default seeds, initial weights, shuffles, dropout."""
    with session.isolated(seed):
        model = keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dropout(0.5)]
        )
        model.add(keras.layers.Dense(1))
        model.compile("adam", "mse")
        data = np.arange(160, dtype="float32").reshape(40, 4) / 160
        history = model.fit(data, data[:, :1], epochs=3, batch_size=8, verbose=0)
        noise = keras.random.normal((3,)).numpy().tolist()
        names = [layer.name for layer in model.layers]
        return history.history["loss"], noise, names, [w.tolist() for w in model.get_weights()]


def test_threads_do_not_disturb_each_other():
    alone = [draw(seed) for seed in range(6)]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(draw, range(6)))
    assert together == alone


def test_a_session_is_the_program_after_set_random_seed():
    keras.utils.set_random_seed(5)
    loss, noise, _, weights = draw(11)
    keras.utils.set_random_seed(11)
    with session.isolated(0):
        keras.utils.set_random_seed(11)
        inside = keras.random.normal((2,)).numpy().tolist()
    assert inside == keras.random.normal((2,)).numpy().tolist()
    assert (loss, noise, weights) == draw(11)[:2] + draw(11)[3:]


def test_the_program_goes_on_as_if_nothing_had_happened():
    keras.utils.set_random_seed(3)
    expected = random.random(), np.random.random(), settings.unique_name("thing")
    settings.reset_names()
    keras.utils.set_random_seed(3)
    draw(1)
    assert (random.random(), np.random.random(), settings.unique_name("thing")) == expected
