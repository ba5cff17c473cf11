"""Files are decompressed by their content, compressed by their suffix, and written whole or not at all."""

import bz2
import gzip
import lzma
import os
import stat
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


@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to none yet"])
def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path, there):
    """As where a model is kept on another disk."""
    (tmp_path / "disk").mkdir()
    if there:
        (tmp_path / "disk" / "b").write_text("old")
    (tmp_path / "a.gz").symlink_to(tmp_path / "between")
    (tmp_path / "between").symlink_to(os.path.join("disk", "b"))
    with pytest.raises(KeyError), writing(tmp_path / "a.gz"):
        raise KeyError
    assert (tmp_path / "disk" / "b").exists() == there
    write_text(tmp_path / "a.gz", "new")
    assert (tmp_path / "a.gz").is_symlink() and (tmp_path / "between").is_symlink()
    assert gzip.decompress((tmp_path / "disk" / "b").read_bytes()) == b"new" and os.listdir(tmp_path / "disk") == ["b"]


def test_links_that_lead_nowhere_or_belong_to_another_are_refused(tmp_path, monkeypatch):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(DataError, match="cannot write .*: Too many levels of symbolic links; choose another"):
        write_text(tmp_path / "a", "new")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)  # as /tmp is
    (tmp_path / "shared" / "c").symlink_to(tmp_path / "victim")
    (tmp_path / "victim").write_text("mine")
    write_text(tmp_path / "shared" / "c", "own")
    real, me = type(tmp_path).stat, os.geteuid()
    folder = [0o41777, 0, 0, 0, me + 2, *[0] * 5]
    monkeypatch.setattr("instahash.files.os.geteuid", lambda: me + 1)
    monkeypatch.setattr(
        type(tmp_path),
        "stat",
        lambda path, **how: os.stat_result(folder) if path.name == "shared" else real(path, **how),
    )
    with pytest.raises(DataError, match="it is a link of another user"):
        write_text(tmp_path / "shared" / "c", "new")
    assert (tmp_path / "victim").read_text() == "own"


def test_what_is_no_file_is_not_replaced_by_one(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").symlink_to("/dev/null")
    for name in ("pipe", "a"):
        with pytest.raises(DataError, match="it is no regular file; choose"):
            check_writable(tmp_path / name)
    with pytest.raises(DataError, match="cannot write .*null"):
        write_text(tmp_path / "a\0b", "")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o400])
def test_a_file_that_is_replaced_passes_its_permissions_on(tmp_path, mode):
    """Already while it is written: what is private is never readable beside."""
    write_text(path := tmp_path / "a", "old")
    path.chmod(mode)
    with writing(path) as file:
        file.write(b"new")
        (beside,) = (other for other in tmp_path.iterdir() if other != path)
        assert stat.S_IMODE(beside.stat().st_mode) == mode
    assert path.read_text() == "new" and stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("hours", [-2, 2], ids=["behind", "ahead"])
def test_what_a_killed_writer_left_is_removed_in_time(tmp_path, hours):
    """Also where the clock was set meanwhile; what a writer that lives is at stays, however old it looks."""
    old, young, other, link = (tmp_path / name for name in (".a.01.new", ".a.45.new", ".b.01.new", ".a.67.new"))
    for path in (old, young, other):
        path.write_text("half")
    link.symlink_to(young)
    moment = time.time() + hours * STALE
    for path in (old, other):
        os.utime(path, (moment, moment))
    with writing(tmp_path / "a") as file:
        (beside,) = {*tmp_path.glob(".a.*.new")} - {young, link}
        os.utime(beside, (moment, moment))
        write_text(tmp_path / "a", "second")
        file.write(b"first")
    assert (tmp_path / "a").read_text() == "first", "of two writers the last wins"
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "a", young, other, link])


def test_looking_whether_a_file_can_be_written_leaves_nothing(tmp_path, monkeypatch):
    """Nor does it when it is killed: what it left is what a writer would have left."""
    write_text(tmp_path / "a", "old")
    monkeypatch.setattr("instahash.files.os.unlink", lambda path: None)
    check_writable(tmp_path / "a")
    monkeypatch.undo()
    (left,) = tmp_path.glob(".*")
    os.utime(left, (0, 0))
    check_writable(tmp_path / "a")
    assert os.listdir(tmp_path) == ["a"] and (tmp_path / "a").read_text() == "old"


def test_many_files_in_a_folder_take_no_longer_each(tmp_path, monkeypatch):
    """Though the folder is listed, for what was left there, which takes as long as it has names."""
    listed, real = [], os.listdir
    monkeypatch.setattr("instahash.files.os.fsync", lambda number: None)
    monkeypatch.setattr("instahash.files.os.listdir", lambda folder: listed.append(names := real(folder)) or names)
    for i in range(450):
        write_text(tmp_path / str(i), "sea")
    assert sum(map(len, listed)) < 100 * 450
    (left := tmp_path / ".a.01.new").write_text("half")
    os.utime(left, (0, 0))
    for _ in range(5):
        write_text(tmp_path / "a", "sea")
    assert not left.exists()


def test_a_name_is_no_pattern(tmp_path):
    for name in ("a**b", "[a]"):
        write_text(tmp_path / name, "sea")
        assert (tmp_path / name).read_text() == "sea"


def test_two_may_look_at_once_whether_a_file_can_be_written(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(check_writable, [tmp_path / "a"] * 200))
    assert os.listdir(tmp_path) == []
