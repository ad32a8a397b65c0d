"""Profiles: what is counted, how it is shown, and the files that other programs open."""

from __future__ import annotations

import gzip
import json
import threading

import numpy as np
import pytest
from tests.engines import engine as engine

import cornu as keras
from cornu import ops, profiler


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8, activation="relu", name="hidden"),
         keras.layers.Dense(1, name="last")],
        name="net",
    )  # fmt: skip
    model.compile("adam", "mse", metrics=["mae"])
    return model


def fit(model, rows=64):
    x = np.linspace(0, 1, rows * 4, dtype=np.float32).reshape(rows, 4)
    return model.fit(x, x[:, :1], batch_size=16, verbose=0)


def test_a_training_is_counted_by_primitive_and_by_layer(engine, model):
    with profiler.profile() as profile:
        fit(model)
    products = [t for t in profile.timings if t.operation.name.startswith("dot_general")]
    assert sum(timing.calls for timing in products) == 4 * 5  # two forward, three backward
    assert {"net/hidden", "gradients/net/hidden", "net/last", "gradients/net/last"} == {
        timing.operation.scope for timing in products
    }
    assert 0 < sum(timing.nanoseconds for timing in profile.timings) <= profile.seconds * 1e9
    assert "dot_general" in profile.table()
    assert "gradients/net/hidden" in profile.table("layer")
    assert "net/last: dot_general" in profile.table("operation", rows=200)
    assert "more)" in profile.table(rows=2)


def test_nothing_is_measured_before_and_after(model):
    fit(model)
    with profiler.profile() as profile:
        pass
    fit(model)
    assert profile.timings == []
    assert profile.table()


def test_profiling_does_not_change_a_training(model):
    losses = []
    for profiled in (False, True):
        twin = keras.models.clone_model(model)
        twin.set_weights(model.get_weights())
        twin.compile("adam", "mse")
        np.random.seed(1)  # noqa: TID251 (shuffles are drawn from this generator)
        if profiled:
            with profiler.profile():
                losses += fit(twin).history["loss"]
        else:
            losses += fit(twin).history["loss"]
    assert losses[0] == losses[1]


def test_the_body_of_a_loop_is_not_counted_twice(engine):
    net = keras.Sequential([keras.Input((6, 3)), keras.layers.SimpleRNN(4, name="loop")])
    net.predict(np.ones((4, 6, 3)), verbose=0)
    with profiler.profile() as profile:
        net.predict(np.ones((4, 6, 3)), verbose=0)
    total = sum(timing.nanoseconds for timing in profile.timings)
    assert 0 < total <= profile.seconds * 1e9
    assert "loop" in profile.table("layer")


def test_the_trace_lies_inside_the_profile_and_names_parts(engine, model, tmp_path):
    with profiler.profile() as profile, profiler.annotate("my epoch", epoch=3):
        fit(model)
    path = tmp_path / "deep" / "trace.json"
    profile.save_trace(path)
    events = json.loads(path.read_text())["traceEvents"]
    spans = [event for event in events if event["ph"] == "X"]
    (mine,) = [event for event in spans if event["name"] == "my epoch"]
    assert mine["args"] == {"epoch": 3}
    for event in spans:
        assert 0 <= event["ts"] <= event["ts"] + event["dur"] <= profile.seconds * 1e6 + 0.01
    products = [event for event in spans if event["name"].startswith("dot_general")]
    assert len(products) == 20
    assert products[0]["args"] == {"part": "net/hidden", "shape": [16, 8]}
    profile.save_trace(tmp_path / "trace.json.gz")
    with gzip.open(tmp_path / "trace.json.gz", "rt") as file:
        assert json.load(file)["traceEvents"] == events


def test_a_full_trace_drops_calls_but_the_table_counts_them(model):
    with profiler.profile(max_events=10) as profile:
        fit(model)
    assert len(list(profile._recorder.spans())) <= 10 + len(profile._recorder.runs)
    assert profile._recorder.dropped > 0
    counted = [t.calls for t in profile.timings if t.operation.name.startswith("dot_general")]
    assert sum(counted) == 20


def test_threads_have_tracks_of_their_own(model):
    fit(model)
    x = np.ones((16, 4), np.float32)
    workers = [
        threading.Thread(target=model.predict, args=(x,), kwargs={"verbose": 0}, name=f"user {i}")
        for i in range(2)
    ]
    with profiler.profile() as profile:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert set(profile._recorder.threads) >= {"user 0", "user 1"}


def test_one_profile_at_a_time(tmp_path):
    profiler.start(tmp_path / "logs")
    with pytest.raises(profiler.AlreadyProfilingError, match="only one"):
        profiler.start(tmp_path / "other")
    with pytest.raises(profiler.AlreadyProfilingError), profiler.profile():
        pass
    ops.add(1.0, 2.0)
    assert not (tmp_path / "logs").exists()  # files appear at the end
    profile = profiler.stop()
    assert profile.timings
    folder = next((tmp_path / "logs" / "plugins" / "profile").iterdir())
    assert sorted(file.name.split(".", 1)[1] for file in folder.iterdir()) == [
        "trace.json.gz",
        "xplane.pb",
    ]
    with pytest.raises(profiler.NotProfilingError, match="start one"):
        profiler.stop()


def test_two_profiles_of_one_second_have_two_folders(tmp_path):
    with profiler.profile() as profile:
        ops.add(1.0, 2.0)
    assert profile.save(tmp_path) != profile.save(tmp_path)


def test_an_error_in_the_block_ends_the_profile():
    with pytest.raises(ZeroDivisionError), profiler.profile() as profile:
        1 / 0
    assert profile.seconds >= 0
    with profiler.profile():
        pass


def test_mistakes_are_named():
    profile = profiler.profile()
    with pytest.raises(ValueError, match="complete after"):
        profile.table()
    with profile:
        pass
    with pytest.raises(ValueError, match="make a new one"), profile:
        pass
    with pytest.raises(ValueError, match="Did you mean 'layer'"):
        profile.table(by="layers")
    with pytest.raises(ValueError, match="negative"):
        profiler.profile(max_events=-1)


def read_message(data):
    """Returns the fields of a protocol buffer as (number, value) pairs."""
    fields, place = [], 0

    def varint():
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while place < len(data):
        key = varint()
        value = varint()
        if key & 7 == 2:
            place += value
            value = data[place - value : place]
        fields.append((key >> 3, value))
    return fields


def test_the_xplane_holds_every_call(model, tmp_path):
    with profiler.profile() as profile:
        fit(model)
    (path,) = (tmp_path / profile.save(tmp_path)).glob("*.xplane.pb")
    space = dict(read_message(path.read_bytes()))
    plane = read_message(space[1])
    assert dict(plane)[2] == b"/host:CPU"
    names = {}
    for number, value in plane:
        if number == 4:
            metadata = read_message(dict(read_message(value))[2])
            names[dict(metadata)[1]] = dict(metadata)[2].decode()
    (line,) = [read_message(value) for number, value in plane if number == 3]
    events = [dict(read_message(value)) for number, value in line if number == 4]
    assert len(events) == len(list(profile._recorder.spans()))
    products = [event for event in events if names[event[1]].startswith("dot_general")]
    assert len(products) == 20
    assert all(event[2] + event[3] <= profile.seconds * 1e12 for event in events)
