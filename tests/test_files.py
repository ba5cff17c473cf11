"""Files are decompressed by their content, compressed by their suffix, and written whole or not at all."""

import bz2
import gzip
import lzma
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from instahash.errors import DataError, ModelError
from instahash.files import STALE, check_writable, reading, write_text, writing

TEXT = "sea #海 \udc00\n" * 3


@pytest.mark.parametrize("name, decompress", [("a.txt", bytes), ("a.gz", gzip.decompress), ("A.XZ", lzma.decompress)])
def test_what_is_written_is_compressed_by_its_suffix_and_read_back(tmp_path, name, decompress):
    write_text(tmp_path / name, TEXT)
    content = (tmp_path / name).read_bytes()
    assert decompress(content) == TEXT.encode("utf-8", "surrogatepass")
    with reading(tmp_path / name) as file:
        assert file.read() == decompress(content)
    write_text(tmp_path / name, TEXT)
    assert (tmp_path / name).read_bytes() == content, "the same text, other bytes"


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("content", [b"sea", b"", b"BZhave"])
def test_the_content_says_how_a_file_is_compressed(tmp_path, compress, content):
    """A browser may have decompressed it on its way, and kept the name."""
    for name in ("a", "a.gz", "a.bz2"):
        (tmp_path / name).write_bytes(compress(content))
        with reading(tmp_path / name) as file:
            assert file.read() == content


def test_zstandard_is_written_and_read(tmp_path):
    pytest.importorskip("backports.zstd" if sys.version_info < (3, 14) else "compression.zstd")
    write_text(tmp_path / "a.zst", TEXT)
    assert (tmp_path / "a.zst").read_bytes()[:4] == b"\x28\xb5\x2f\xfd"
    with reading(tmp_path / "a.zst") as file:
        assert file.read() == TEXT.encode("utf-8", "surrogatepass")
    (tmp_path / "a.zst").write_bytes((tmp_path / "a.zst").read_bytes()[:-3])
    with pytest.raises(DataError, match="is cut off"), reading(tmp_path / "a.zst") as file:
        file.read()


def test_zstandard_without_its_package_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"\x28\xb5\x2f\xfd")
    for name in ("backports", "compression"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(DataError, match=r"needs the package backports.zstd; .*instahash\[formats\]"):
        with reading(tmp_path / "a"):
            pass


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a.gz", gzip.compress(b"sea" * 99)[:-9], "is cut off"),
        ("a.gz", gzip.compress(b"sea" * 99)[:10] + b"\xff" * 9, "is not a sound compressed file"),
        ("a.xz", lzma.compress(b"sea")[:-4] + b"\xff" * 4, "is not a sound compressed file"),
        ("a.bz2", bz2.compress(b"sea")[:10] + b"\xff" * 99, "cannot read"),
        ("missing", None, "cannot read .*: No such file"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message) as caught, reading(tmp_path / name) as file:
        file.read()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("error", [KeyError("x"), KeyboardInterrupt()])
def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "a.gz"
    write_text(path, "old")
    with pytest.raises(type(error)), writing(path) as file:
        file.write(b"new")
        raise error
    with reading(path) as file:
        assert file.read() == b"old"
    assert os.listdir(tmp_path) == ["a.gz"]


def test_what_cannot_be_written_is_one_line_of_the_wanted_kind(tmp_path):
    (tmp_path / "file").write_text("x")
    for path, why in (
        (tmp_path, "it is a folder"),
        (tmp_path / "file" / "x", "Not a directory"),
        (tmp_path / "a" / "b", "No such"),
    ):
        with (
            pytest.raises(ModelError, match=f"cannot write '{path}': {why}.*; do this"),
            writing(path, ModelError, "do this"),
        ):
            pass
        with pytest.raises(DataError, match=f"cannot write '{path}': {why}.*choose another file"):
            check_writable(path)
    check_writable(tmp_path / "new")
    check_writable(tmp_path / "file")
    assert os.listdir(tmp_path) == ["file"] and (tmp_path / "file").read_text() == "x"


def test_a_link_beside_the_file_is_not_followed(tmp_path, monkeypatch):
    """A name that somebody guessed beforehand must not lead the writer elsewhere."""
    monkeypatch.setattr("instahash.files.secrets.token_hex", lambda n: "guessed")
    (tmp_path / "victim").write_text("mine")
    (tmp_path / ".a.guessed.new").symlink_to(tmp_path / "victim")
    with pytest.raises(DataError, match="cannot write"):
        write_text(tmp_path / "a", "sea")
    assert (tmp_path / "victim").read_text() == "mine"


def test_what_a_killed_writer_left_is_removed_in_time(tmp_path):
    old, young, other = (tmp_path / name for name in (".a.0123.new", ".a.4567.new", ".b.0123.new"))
    for path in (old, young, other):
        path.write_text("half")
    for path in (old, other):
        os.utime(path, (time.time() - STALE - 9,) * 2)
    write_text(tmp_path / "a", "sea")
    assert not old.exists() and young.exists() and other.exists()


def test_a_name_is_no_pattern(tmp_path):
    for name in ("a**b", "[a]"):
        write_text(tmp_path / name, "sea")
        assert (tmp_path / name).read_text() == "sea"


def test_two_may_look_at_once_whether_a_file_can_be_written(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(check_writable, [tmp_path / "a"] * 200))
    assert os.listdir(tmp_path) == []
