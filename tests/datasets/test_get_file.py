"""get_file: names as Keras gives them, digests checked, archives that cannot reach outside."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

import cornu
import cornu.tf as tf
from cornu.datasets._files import DatasetError

get_file = cornu.utils.get_file


def packed_tar(*members):
    """A compressed tar archive of (name, content) pairs and TarInfo objects."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                name, content = member
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def packed_zip(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def files_below(folder):
    return sorted(
        os.path.relpath(os.path.join(place, name), folder)
        for place, _, names in os.walk(folder)
        for name in names
    )


def test_a_file_is_downloaded_once_and_again_when_its_digest_is_wrong(server, homes, tmp_path):
    server.files["/a.csv"] = b"1,2"
    digest = hashlib.sha256(b"1,2").hexdigest()
    options = {"origin": f"{server.url}/a.csv", "cache_dir": tmp_path, "file_hash": digest}
    path = get_file("a.csv", **options)
    assert path == str(tmp_path / "datasets" / "a.csv")
    assert get_file("a.csv", **options) == path
    assert len(server.requests) == 1
    (tmp_path / "datasets" / "a.csv").write_bytes(b"damaged")
    assert Path(get_file("a.csv", **options)).read_bytes() == b"1,2"
    get_file("a.csv", force_download=True, **options)
    assert len(server.requests) == 3
    server.files["/a.csv"] = b"changed"
    with pytest.raises(DatasetError, match=f"expected {digest}.*nothing was kept"):
        get_file("b.csv", **options)
    assert files_below(tmp_path / "datasets") == ["a.csv"]


def test_a_file_in_the_data_home_serves(server, homes):
    homes[0].mkdir()
    (homes[0] / "here.txt").write_text("found")
    path = get_file(origin=f"{server.url}/here.txt")
    assert Path(path).read_text() == "found"
    assert server.requests == []


@pytest.mark.parametrize(
    ("arguments", "origin", "folder", "archive"),
    [
        ({"fname": "pictures.tgz", "untar": True}, "p.tgz", "pictures_extracted", "pictures.tgz"),
        ({"fname": "pictures", "extract": True}, "p.tgz", "pictures", "pictures_archive"),
        ({"extract": True}, "p.zip", "p.zip", "p.zip_archive"),
        ({"fname": "a.zip", "extract": True}, "p.zip", "a_extracted", "a.zip"),
    ],
)
def test_archives_get_a_folder_of_their_own(server, tmp_path, arguments, origin, folder, archive):
    """The names are those of Keras 3.15."""
    server.files["/p.tgz"] = packed_tar(("inner/a.txt", b"hello"))
    server.files["/p.zip"] = packed_zip(("inner/a.txt", b"hello"))
    for _ in range(2):
        path = get_file(origin=f"{server.url}/{origin}", cache_dir=tmp_path, **arguments)
        assert path == str(tmp_path / "datasets" / folder)
    assert files_below(tmp_path / "datasets") == sorted([f"{folder}/inner/a.txt", archive])
    assert len(server.requests) == 1


def test_keras_2_unpacks_beside_the_archive(server, tmp_path):
    server.files["/p.tgz"] = packed_tar(("flowers/a.txt", b"hello"))
    server.files["/p.zip"] = packed_zip(("cats/b.txt", b"hello"))
    folder = tmp_path / "datasets"
    path = tf.keras.utils.get_file("flowers", f"{server.url}/p.tgz", untar=True, cache_dir=tmp_path)
    assert path == str(folder / "flowers")
    assert (folder / "flowers" / "a.txt").read_bytes() == b"hello"
    path = tf.keras.utils.get_file("p.zip", f"{server.url}/p.zip", extract=True, cache_dir=tmp_path)
    assert path == str(folder / "p.zip")
    (folder / "cats" / "own.txt").write_text("of the user")
    tf.keras.utils.get_file("p.zip", f"{server.url}/p.zip", extract=True, cache_dir=tmp_path)
    assert files_below(folder / "cats") == ["b.txt", "own.txt"]
    assert len(server.requests) == 2


def _link(name, target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (packed_tar(("../out.txt", b"x")), "points outside the folder"),
        (packed_tar(("/out.txt", b"x")), "points outside the folder"),
        (packed_zip(("a/../../out.txt", b"x")), "points outside the folder"),
        (packed_zip(("..\\out.txt", b"x")), "points outside the folder"),
        (packed_tar(_link("a", "."), ("a/../out.txt", b"x")), "is a link or a device"),
        (packed_tar(_link("a", "/etc/passwd", tarfile.LNKTYPE)), "is a link or a device"),
        (packed_tar(_link("pipe", "", tarfile.FIFOTYPE)), "is a link or a device"),
        (packed_tar(("ok.txt", b"x" * 5000))[:60], "Cannot unpack"),
        (b"no archive at all", "is no tar or zip archive"),
    ],
)
def test_hostile_archives_leave_nothing_behind(server, tmp_path, content, message):
    server.files["/p"] = content
    with pytest.raises(DatasetError, match=message):
        get_file("p", origin=f"{server.url}/p", extract=True, cache_dir=tmp_path / "cache")
    assert files_below(tmp_path) == ["cache/datasets/p_archive"]


def test_bombs_are_not_unpacked(server, tmp_path, monkeypatch):
    monkeypatch.setattr("cornu.datasets._archives._MOST_BYTES", 1 << 16)
    monkeypatch.setattr("cornu.datasets._archives._MOST_RATIO", 10)
    server.files["/p"] = packed_zip(("zeros", bytes(1 << 20)))
    with pytest.raises(DatasetError, match="far more than the archive's own size"):
        get_file("p", origin=f"{server.url}/p", extract=True, cache_dir=tmp_path)
    assert files_below(tmp_path) == ["datasets/p_archive"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fname": "a"}, "pass origin="),
        ({"fname": "../a", "origin": "http://x/a"}, "name inside the cache"),
        ({"fname": "/a", "origin": "http://x/a"}, "name inside the cache"),
        ({"origin": "http://x/"}, "has no file name"),
        (
            {"origin": "http://x/a", "file_hash": "0", "hash_algorithm": "crc"},
            "must be 'auto', 'sha256' or 'md5'",
        ),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        get_file(**arguments)


def test_other_protocols_are_refused(tmp_path):
    with pytest.raises(DatasetError, match="refusing to download from 'file:///etc/passwd'"):
        get_file(origin="file:///etc/passwd", cache_dir=tmp_path)
