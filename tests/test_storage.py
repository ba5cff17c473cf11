"""A model is one file that is there whole or not at all, and a reader believes nothing that it declares."""

import io
import json
import os
import re
import shlex
import sys
import zipfile

import numpy as np
import pytest

from instahash.checkpoint import CHECKPOINT, Checkpoint
from instahash.errors import ModelError
from instahash.storage import MODEL, has_model, make_directory, read_header, read_model, write_model

HEADER = {"mode": "paper", "history": {"loss": [0.25, 0.125]}}
SECTIONS = {"words": {"text": np.frombuffer("é海".encode(), np.uint8)}, "autorec": {"U": np.arange(6.0).reshape(2, 3)}}
OTHER = {"words": {"text": np.zeros(2, np.uint8)}, "autorec": {"U": np.zeros(2)}}


def text(directory):
    return read_model(directory)[1]["words"]["text"].tobytes().decode()


def test_round_trip(tmp_path):
    write_model(tmp_path / "a" / "b", HEADER, SECTIONS)
    header, sections = read_model(tmp_path / "a" / "b")
    assert {key: header[key] for key in HEADER} == HEADER and read_header(tmp_path / "a" / "b") == header
    np.testing.assert_array_equal(sections["autorec"]["U"], SECTIONS["autorec"]["U"])
    assert os.listdir(tmp_path / "a" / "b") == [MODEL] and has_model(tmp_path / "a" / "b")


@pytest.mark.parametrize(
    "array",
    [
        np.float64(3.5),
        np.zeros((0, 4), np.float32),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.array([True, False]),
        np.arange(10, dtype=">i4")[::2],
    ],
    ids=["scalar", "empty", "fortran", "bool", "strided"],
)
def test_arrays_of_every_kind_come_back(tmp_path, array):
    write_model(tmp_path, {}, {"a": {"b": array}})
    back = read_model(tmp_path)[1]["a"]["b"]
    np.testing.assert_array_equal(back, array)
    assert back.dtype == np.asarray(array).dtype and back.flags.writeable


def test_numpy_and_people_can_read_the_file(tmp_path):
    write_model(tmp_path, HEADER, SECTIONS)
    with np.load(tmp_path / MODEL) as archive:
        np.testing.assert_array_equal(archive["autorec.U"], SECTIONS["autorec"]["U"])
    with zipfile.ZipFile(tmp_path / MODEL) as archive:
        assert archive.namelist()[0] == "header.json" and json.loads(archive.read("header.json"))["mode"] == "paper"


def test_the_same_content_gives_the_same_bytes(tmp_path):
    for name in "ab":
        write_model(tmp_path / name, HEADER, SECTIONS)
    assert (tmp_path / "a" / MODEL).read_bytes() == (tmp_path / "b" / MODEL).read_bytes()


def test_a_model_is_named_by_its_file_too(tmp_path):
    write_model(tmp_path, HEADER, SECTIONS)
    assert read_header(tmp_path / MODEL) == read_header(str(tmp_path)) == read_model(tmp_path / MODEL)[0]


def test_saving_again_replaces_the_model_and_keeps_other_files(tmp_path):
    write_model(tmp_path, HEADER, SECTIONS)
    (tmp_path / "notes.txt").write_text("mine")
    write_model(tmp_path, HEADER, OTHER)
    assert text(tmp_path) == "\0\0" and (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "ctrl-c"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["open", "fsync", "replace", "write"])
def test_a_save_that_stops_anywhere_leaves_the_old_model_or_the_new(tmp_path, monkeypatch, call, when, error):
    """Each call of the system, failing before or after it has done its work."""
    write_model(tmp_path, HEADER, SECTIONS)
    owner = {"open": "builtins.open", "fsync": "os.fsync", "replace": "os.replace", "write": "zipfile.ZipFile.writestr"}
    module, _, name = owner[call].rpartition(".")
    target = zipfile.ZipFile if call == "write" else sys.modules[module]
    real = getattr(target, name)

    def failing(*args, **options):
        monkeypatch.setattr(target, name, real)  # what cleans up works again
        if when == "after":
            real(*args, **options)
        raise error

    monkeypatch.setattr(target, name, failing)
    with pytest.raises((ModelError, KeyboardInterrupt)) as caught:
        write_model(tmp_path, HEADER, OTHER)
    assert caught.type is KeyboardInterrupt or "nothing there was changed" in str(caught.value)
    assert text(tmp_path) == ("\0\0" if (call, when) == ("replace", "after") else "é海")
    assert os.listdir(tmp_path) == [MODEL]


def rewrite(directory, change):
    """The model file with its members changed by change(dict of name -> bytes)."""
    with zipfile.ZipFile(directory / MODEL) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    options = change(members) or {}
    with zipfile.ZipFile(directory / MODEL, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def npy(header):
    """A file of an array whose header is given as text."""
    text = header.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def flip(directory, at):
    content = bytearray((directory / MODEL).read_bytes())
    content[content.index(at)] ^= 1
    (directory / MODEL).write_bytes(content)


@pytest.mark.parametrize(
    "breaking, message",
    [
        (lambda d: (d / MODEL).unlink(), "there is no model in .* train one"),
        (lambda d: (d / MODEL).write_bytes((d / MODEL).read_bytes()[:-9]), "is damaged or no model"),
        (lambda d: (d / MODEL).write_bytes(b""), "is damaged or no model"),
        (lambda d: flip(d, "é海".encode()), "is damaged in 'words.text.npy'"),
        (lambda d: flip(d, b"0.25"), "is damaged in 'header.json'"),
        (lambda d: rewrite(d, lambda m: m.pop("header.json") and {}), "has no 'header.json', so it is no"),
        (lambda d: rewrite(d, lambda m: m.update({"header.json": b"[]"})), "header that is not a JSON object"),
        (lambda d: rewrite(d, lambda m: m.update({"header.json": b"[" * 10**5})), "header that is not a JSON object"),
        (lambda d: rewrite(d, lambda m: m.update({"header.json": b'{"format_version": 9}'})), "format 9.*a newer"),
        (lambda d: rewrite(d, lambda m: m.update({"header.json": b'{"format_version": "x"}'})), "format 'x'"),
        (lambda d: rewrite(d, lambda m: {"compression": zipfile.ZIP_DEFLATED}), "compressed or encrypted member"),
        (lambda d: rewrite(d, lambda m: m.update({"words.text.npy": b"PK"})), "which is no array"),
        (
            lambda d: rewrite(d, lambda m: m.update(
                {"words.text.npy": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }")})),
            "not of the size that it declares",
        ),
        (
            lambda d: rewrite(d, lambda m: m.update(
                {"words.text.npy": npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }") + bytes(8)})),
            "its header cannot be read",
        ),
        (
            lambda d: rewrite(d, lambda m: m.update(
                {"words.text.npy": npy("{'descr': '<U2', 'fortran_order': False, 'shape': (1,), }") + bytes(8)})),
            "its header cannot be read",
        ),
        (lambda d: rewrite(d, lambda m: m.update({"words.text.npy": npy("{'descr': (")})), "its header cannot be read"),
        (
            lambda d: rewrite(d, lambda m: m.update(
                {"words.text.npy": npy("{'descr': ',,', 'fortran_order': False, 'shape': (1,), }")})),
            "its header cannot be read",
        ),
    ],
)  # fmt: skip
def test_a_damaged_model_is_named(tmp_path, breaking, message):
    write_model(tmp_path, HEADER, SECTIONS)
    breaking(tmp_path)
    with pytest.raises(ModelError, match=message) as caught:
        read_model(tmp_path)
    assert "\n" not in str(caught.value) and not has_model(tmp_path)


def same_content_under(names, directory):
    """A file in which all of these names stand for the content of one member."""
    content = (directory / MODEL).read_bytes()
    end = content.index(b"PK\5\6")
    entries = content[content.index(b"PK\1\2") : end]
    last = entries[entries.rindex(b"PK\1\2") :]
    name = b"autorec.U.npy"
    made = entries + b"".join(last.replace(name, new) for new in names)
    n, start = entries.count(b"PK\1\2") + len(names), content.index(b"PK\1\2")
    numbers = (n.to_bytes(2, "little") * 2, len(made).to_bytes(4, "little"), start.to_bytes(4, "little"), b"\0\0")
    (directory / MODEL).write_bytes(content[:start] + made + content[end : end + 8] + b"".join(numbers))


def test_many_names_for_the_same_bytes_take_no_memory(tmp_path):
    """An archive may say a thousand times where its one large array lies."""
    write_model(tmp_path, HEADER, SECTIONS | {"autorec": {"U": np.zeros(1000)}})
    whole = (tmp_path / MODEL).read_bytes()
    same_content_under([], tmp_path)
    assert (tmp_path / MODEL).read_bytes() == whole
    same_content_under([b"autorec.%c.npy" % letter for letter in b"VWX"], tmp_path)
    assert len(zipfile.ZipFile(tmp_path / MODEL).namelist()) == 6
    with pytest.raises(ModelError, match="is damaged or no model"):
        read_model(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update({"\x1b[2J.a.npy": m["autorec.U.npy"]}),
        lambda m: m.update({"a" * 500 + ".a.npy": m["autorec.U.npy"]}),
        lambda m: m.update({"autorec.py": b"import this"}),
        lambda m: m.update({"header.json": b" " * 2**24 + m["header.json"]}),
    ],
    ids=["control", "long", "other", "header"],
)
def test_members_that_no_model_has_are_refused(tmp_path, change):
    write_model(tmp_path, HEADER, SECTIONS)
    rewrite(tmp_path, lambda members: change(members) or {})
    with pytest.raises(ModelError, match="is damaged or no model") as caught:
        read_model(tmp_path)
    assert str(caught.value).isprintable()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(tmp_path):
    write_model(tmp_path, HEADER, SECTIONS)
    with zipfile.ZipFile(tmp_path / MODEL, "a") as archive:
        archive.writestr("autorec.U.npy", b"")
    with pytest.raises(ModelError, match="is damaged or no model"):
        read_model(tmp_path)


def test_nothing_in_absurdly_many_rows_is_refused(tmp_path):
    write_model(tmp_path, HEADER, {"a": {"b": np.zeros((0, 2**30), np.float32)}})
    with pytest.raises(ModelError, match="absurd number of rows"):
        read_model(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_is_no_model(tmp_path):
    os.mkfifo(tmp_path / MODEL)  # opened, it would wait for a writer for ever
    with pytest.raises(ModelError, match="it is no regular file"):
        read_model(tmp_path)


def test_every_truncation_and_many_flipped_bytes_are_one_line(tmp_path):
    write_model(tmp_path, HEADER, SECTIONS)
    content = (tmp_path / MODEL).read_bytes()
    rng = np.random.default_rng(0)
    for changed in [content[:n] for n in range(0, len(content), 7)] + [
        content[:i] + bytes([content[i] ^ int(rng.integers(1, 256))]) + content[i + 1 :]
        for i in rng.integers(0, len(content), 300)
    ]:
        (tmp_path / MODEL).write_bytes(changed)
        try:
            read_model(tmp_path)
        except ModelError as error:
            assert "\n" not in str(error)


def train_in(path):
    return f"instahash-train --model-dir {shlex.quote(str(path))}"


def test_commands_in_messages_can_be_pasted(tmp_path):
    folder = tmp_path / "a b"
    with pytest.raises(ModelError, match=f"train one with {re.escape(train_in(folder))}, or in Python with "):
        read_model(folder)
    folder.mkdir()
    for options, printed in (
        (["--data", "it's.jsonl", "--set", "a.b=1"], """ --data 'it'"'"'s.jsonl' --set a.b=1"""),
        (["--data", "\x1b[2J"], " --data POSTS"),  # nothing that would steer a terminal
    ):
        Checkpoint(folder / CHECKPOINT, "", options).save({"m": {"x": np.ones(1)}})
        assert list(Checkpoint(folder / CHECKPOINT, "").load()) == ["m"]
        with pytest.raises(ModelError, match=f"{re.escape(train_in(folder) + printed)} --resume$"):
            read_model(folder)
    Checkpoint(folder / CHECKPOINT, "", ["--data", "x" * 300]).save({})
    with pytest.raises(ModelError, match="finish it with the command that began it, and --resume$"):
        read_model(folder)  # a command of which the half is missing is of no use


def test_a_directory_that_is_no_model(tmp_path):
    with pytest.raises(ModelError, match="there is no model in '.*train one with .* in Python with InstaHash") as error:
        read_model(tmp_path / "missing")
    assert "recommend" not in str(error.value)
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModelError, match="is a file; give the directory"):
        read_model(tmp_path / "file")
    (tmp_path / CHECKPOINT).write_bytes(b"")
    wanted = f"it, on the same posts, with {re.escape(train_in(tmp_path))} --data POSTS --resume"
    with pytest.raises(ModelError, match=wanted):
        read_model(tmp_path)
    for work in (make_directory, lambda path: write_model(path, HEADER, SECTIONS)):
        with pytest.raises(ModelError, match="cannot write"):
            work(tmp_path / "file" / "below")


def test_checkpoint_round_trip(tmp_path):
    states = {"word2vec": {"W": np.eye(2), "history": np.array([1.0])}}
    checkpoint = Checkpoint(tmp_path / "deep" / CHECKPOINT, "data and settings")
    assert checkpoint.load() == {}
    checkpoint.save(states)
    loaded = checkpoint.load()
    np.testing.assert_array_equal(loaded["word2vec"]["W"], np.eye(2))
    with pytest.raises(ModelError, match="made with other data or settings"):
        Checkpoint(checkpoint.path, "others").load()
    checkpoint.path.write_bytes(checkpoint.path.read_bytes()[:50])
    with pytest.raises(ModelError, match="is damaged or no model; train without --resume"):
        checkpoint.load()


def test_a_checkpoint_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModelError, match="cannot write"):
        Checkpoint(tmp_path / "file" / CHECKPOINT, "").save({})


def test_saving_costs_at_most_a_tenth_of_the_time(tmp_path, monkeypatch):
    clock = iter([0.0, 1.0, 1.0, 5.0, 10.5, 11.0, 11.0])
    monkeypatch.setattr("instahash.checkpoint.time.monotonic", lambda: next(clock))
    checkpoint, saved = Checkpoint(tmp_path / CHECKPOINT, ""), []
    for number in range(3):  # at 0, taking 1 second; at 5, too early; at 10.5
        checkpoint.save({"m": {"number": np.array(number)}})
        saved.append(int(checkpoint.load()["m"]["number"]))
    assert saved == [0, 0, 2]


def test_a_pickle_is_never_read_or_written(tmp_path):
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        write_model(tmp_path, HEADER, {"a": {"b": np.array([{"a": 1}], dtype=object)}})
    buffer = io.BytesIO()
    np.savez(buffer, **{"a.b": np.array([{"a": 1}], dtype=object)})
    write_model(tmp_path, HEADER, SECTIONS)
    with zipfile.ZipFile(buffer) as archive:
        rewrite(tmp_path, lambda members: members.update({"a.b.npy": archive.read("a.b.npy")}))
    with pytest.raises(ModelError, match="is no array"):
        read_model(tmp_path)


def test_large_arrays_are_kept_in_half_precision(tmp_path, monkeypatch):
    monkeypatch.setattr("instahash.storage.LARGE", 9)
    arrays = {
        "large": np.linspace(-3, 3, 10, dtype=np.float32).reshape(2, 5).T,
        "small": np.linspace(-3, 3, 9, dtype=np.float32),
        "far": np.array([1e5, *range(9)], np.float32),
        "near": np.array([*range(9), 1e-6], np.float32),
        "double": np.linspace(-3, 3, 10),
    }
    write_model(tmp_path, {}, {"part": arrays})
    found = read_model(tmp_path)[1]["part"]
    assert {name: array.dtype for name, array in found.items()} == {name: a.dtype for name, a in arrays.items()}
    for name in ("small", "far", "near", "double"):
        np.testing.assert_array_equal(found[name], arrays[name])
    np.testing.assert_allclose(found["large"], arrays["large"], rtol=2**-11)
    assert (found["large"] != arrays["large"]).any()
