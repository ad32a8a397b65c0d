"""The command line and the processes that take turns."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.command import DOCUMENTS, main
from benchmarks.contenders import CONTENDERS, process_environment
from benchmarks.turns import ROOT, Process, WorkerError


def test_unknown_names_are_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "tabular,imagenet"])
    message = capsys.readouterr().err
    assert "'imagenet' is none of tabular, wide_deep" in message


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_have_a_place_for_the_tables(name):
    report.replace_section((ROOT / name).read_text(encoding="utf-8"), "tables")


def test_every_contender_gets_the_same_threads_and_its_own_backend(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "openvino")
    jax = process_environment(CONTENDERS["keras-jax"], 2, tmp_path)
    torch = process_environment(CONTENDERS["torch"], 2, tmp_path)
    assert jax["OMP_NUM_THREADS"] == torch["OMP_NUM_THREADS"] == "2"
    assert jax["KERAS_BACKEND"] == "jax"
    assert "KERAS_BACKEND" not in torch


@pytest.fixture
def process(tmp_path):
    worker = Process(CONTENDERS["jax"], [sys.executable], 1, tmp_path, str(ROOT))
    yield worker
    worker.close()


def test_a_process_is_stopped_between_its_turns(process):
    assert process.ask("peak") > 1
    os.waitid(os.P_PID, process._process.pid, os.WSTOPPED | os.WNOWAIT)
    status = Path(f"/proc/{process._process.pid}/stat").read_text()
    assert status.rpartition(")")[2].split()[0] == "T"
    assert process.ask("peak") > 1


def test_a_failing_contender_reports_its_own_traceback(process):
    with pytest.raises(WorkerError, match=r"(?s)jax failed in 'prepare'.*KeyError"):
        process.ask("prepare", workload="no such")


def test_a_dead_contender_is_noticed(process):
    process._process.kill()
    with pytest.raises(WorkerError, match="did not answer"):
        process.ask("peak")
