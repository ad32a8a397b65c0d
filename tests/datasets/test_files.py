"""Finding and downloading: the order of folders, digests, and nothing half-written ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from cornu.datasets._files import DatasetError, RemoteFile, data_folders, fetch

CONTENT = b"some data" * 1000


@pytest.fixture
def remote(server):
    server.files["/toy.bin"] = CONTENT
    return RemoteFile(
        "toy", "toy.bin", f"{server.url}/toy.bin", hashlib.sha256(CONTENT).hexdigest()
    )


def everything_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_downloads_once_into_the_data_home(homes, server, remote):
    path = fetch(remote)
    assert path == homes[0] / "toy.bin"
    assert path.read_bytes() == CONTENT
    assert fetch(remote) == path
    assert server.requests == ["/toy.bin"]


def test_downloads_into_the_keras_cache_without_a_data_home(homes, remote, monkeypatch):
    monkeypatch.delenv("CORNU_DATA_HOME")
    assert fetch(remote) == homes[1] / "toy.bin"


def test_the_keras_cache_is_in_the_home_folder_by_default(monkeypatch):
    monkeypatch.delenv("CORNU_DATA_HOME", raising=False)
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert data_folders() == [Path.home() / ".keras" / "datasets"]


@pytest.mark.parametrize("where", [0, 1])
def test_a_file_on_this_machine_is_used_without_the_network(homes, server, remote, where):
    homes[where].mkdir(parents=True)
    (homes[where] / "toy.bin").write_bytes(b"mine")
    assert fetch(remote).read_bytes() == b"mine"
    assert server.requests == []


def test_the_data_home_comes_before_the_keras_cache(homes, remote):
    for folder in homes:
        folder.mkdir(parents=True)
        (folder / "toy.bin").write_bytes(str(folder).encode())
    assert fetch(remote).parent == homes[0]


def test_an_absolute_path_is_taken_as_it_is(homes, remote, tmp_path):
    path = tmp_path / "elsewhere" / "mine.bin"
    assert fetch(remote, str(path)) == path
    assert path.read_bytes() == CONTENT


def test_a_wrong_digest_keeps_nothing(homes, server, remote):
    server.files["/toy.bin"] = b"not the data"
    with pytest.raises(DatasetError, match=r"toy: .* has SHA-256 [0-9a-f]{64}, expected"):
        fetch(remote)
    assert everything_in(homes[0]) == []


def test_a_broken_connection_keeps_nothing(homes, server, remote):
    server.truncate = 10
    with pytest.raises(DatasetError, match="toy: downloading .* failed"):
        fetch(remote)
    assert everything_in(homes[0]) == []


def test_offline_says_what_to_do(homes, server, remote):
    server.stop()
    with pytest.raises(DatasetError, match="put it at .*toy.bin, or set CORNU_DATA_HOME"):
        fetch(remote)
    assert everything_in(homes[0]) == []


def test_a_missing_page_says_so(homes, server, remote):
    server.files.clear()
    with pytest.raises(DatasetError, match="Not Found"):
        fetch(remote)


def test_only_the_web_is_downloaded_from(homes, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    file = RemoteFile("toy", "toy.bin", secret.as_uri(), "0" * 64)
    with pytest.raises(DatasetError, match="refusing to download"):
        fetch(file)


def test_a_folder_that_cannot_be_written_says_so(homes, remote, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("CORNU_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(DatasetError, match="toy: cannot write to"):
        fetch(remote)
