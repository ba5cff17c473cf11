"""Settings by name, and model directories that are there whole or not at all."""

import json
import os
import re
import shlex

import numpy as np
import pytest

from instahash.errors import ModelError, SettingsError
from instahash.settings import Settings, sections
from instahash.storage import CHECKPOINT, Checkpoint, make_directory, read_model, write_model, write_text


def test_every_setting_can_be_set_by_name():
    for section, names in sections().items():
        for name in names:
            default = getattr(getattr(Settings(), section), name)
            value = {"input": "description", "target": "hashtags", "epochs": 1}.get(name, type(default)(1))
            changed = Settings().changed([f"{section}.{name}={value}"])
            assert getattr(getattr(changed, section), name) == value
            assert Settings.from_json(json.loads(json.dumps(changed.to_json()))) == changed


def test_epochs_may_be_left_to_the_number_of_posts():
    settings = Settings.of("paper").changed(["autorec.epochs=auto"])
    assert settings.autorec.epochs == "auto" and Settings.from_json(settings.to_json()) == settings
    epochs = [settings.autorec.of_model(n_posts)["epochs"] for n_posts in (1, 5_000, 40_000, 10**6)]
    assert epochs == [410, 24, 12, 12]
    assert settings.changed(["autorec.epochs=3"]).autorec.of_model(5_000)["epochs"] == 3
    with pytest.raises(SettingsError, match="autorec.epochs is 'many'; it must be a whole number"):
        settings.changed(["autorec.epochs=many"])


@pytest.mark.parametrize(
    "assignment, message",
    [
        ("epochs=3", "is not a setting; write section.name=value"),
        ("autorec.epochs", "is not a setting"),
        ("autorec.epoch=3", "there is no setting 'autorec.epoch'; the settings are data.max_hashtags"),
        ("autorec.epochs=3.5", "must be a whole number"),
        ("autorec.reg=much", "must be a number, as in autorec.reg=0.0"),
        ("autorec.reg=nan", "must be a finite number"),
        ("autorec.length=-1", "autorec.length is -1.0; it must be at least 0"),
        ("data.min_score=2", r"must lie in \[0, 1\]"),
        ("data.max_hashtags=0", "data.max_hashtags is 0; it must be at least 1"),
        ("autorec.input=photo", "autorec.input is 'photo'; it must be one of bag, description"),
        ("autorec.target=photo", "autorec.target is 'photo'; it must be one of bag, hashtags"),
    ],
)
def test_a_wrong_setting_is_named(assignment, message):
    with pytest.raises(SettingsError, match=message):
        Settings().changed([assignment])


def test_settings_of_a_newer_version_are_refused():
    for value in ({"colour": 1}, {"autorec": 3}, {"seed": "x"}, {"mode": "other"}):
        with pytest.raises(SettingsError):
            Settings.from_json(value)


HEADER = {"mode": "paper", "history": {"loss": [0.25, 0.125]}}
FILES = {"vocabulary.json": {"words": ["é", "海"]}, "autorec.npz": {"U": np.arange(6.0).reshape(2, 3)}}
OTHER = {"vocabulary.json": {"words": ["b"]}, "autorec.npz": {"U": np.zeros(2)}}


def words(directory):
    return read_model(directory)[1]["vocabulary.json"]["words"]


def test_round_trip(tmp_path):
    write_model(tmp_path / "a" / "b", HEADER, FILES)
    header, files = read_model(tmp_path / "a" / "b")
    assert {key: header[key] for key in HEADER} == HEADER and files["vocabulary.json"] == FILES["vocabulary.json"]
    np.testing.assert_array_equal(files["autorec.npz"]["U"], FILES["autorec.npz"]["U"])
    assert sorted(os.listdir(tmp_path / "a" / "b")) == ["autorec.npz", "model.json", "vocabulary.json"]


def test_saving_again_replaces_the_model_and_keeps_other_files(tmp_path):
    write_model(tmp_path, HEADER, FILES)
    (tmp_path / "notes.txt").write_text("mine")
    write_model(tmp_path, HEADER, OTHER)
    assert words(tmp_path) == ["b"] and (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("fails_at", range(8))
def test_a_save_that_stops_anywhere_leaves_the_old_model_or_the_new(tmp_path, monkeypatch, fails_at):
    """Each step of a save is one write or one rename; stop at the k-th, as a kill or a full disk would."""
    write_model(tmp_path, HEADER, FILES)
    steps, real = [], {"replace": os.replace, "fsync": os.fsync}

    def step(name):
        def run(*args):
            if len(steps) == fails_at:
                raise OSError(28, "No space left on device")
            steps.append(name)
            return real[name](*args)

        return run

    for name in real:
        monkeypatch.setattr(os, name, step(name))
    try:
        write_model(tmp_path, HEADER, OTHER)
    except ModelError as error:
        assert "No space left on device" in str(error)
    monkeypatch.undo()
    committed = "replace" in steps
    assert words(tmp_path) == (["b"] if committed else ["é", "海"])
    if not committed:
        assert not list(tmp_path.glob("*.new"))
    write_model(tmp_path, HEADER, OTHER)  # and the next save is not troubled by what was left
    assert words(tmp_path) == ["b"] and not list(tmp_path.glob("*.new"))


def test_a_failed_save_after_an_unfinished_one_keeps_the_model(tmp_path, monkeypatch):
    write_model(tmp_path, HEADER, OTHER)
    for name in ("vocabulary.json", "autorec.npz"):  # as if killed right after model.json was renamed
        os.rename(tmp_path / name, tmp_path / f"{name}.new")
    assert words(tmp_path) == ["b"]

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelError, match="nothing there was changed"):
        write_model(tmp_path, HEADER, FILES)
    assert words(tmp_path) == ["b"]


def damage(directory, name, change):
    path = directory / name
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    "breaking, message",
    [
        (lambda d: (d / "model.json").unlink(), "there is no model in .* it has no model.json"),
        (lambda d: (d / "autorec.npz").unlink(), "autorec.npz' is missing; copy the whole model"),
        (lambda d: damage(d, "autorec.npz", lambda b: b[:-9]), "is not the file that was saved"),
        (lambda d: damage(d, "vocabulary.json", lambda b: b.replace(b"words", b"sword")), "its checksum differs"),
        (lambda d: damage(d, "model.json", lambda b: b[:-9]), "is not JSON"),
        (lambda d: damage(d, "model.json", lambda b: b.replace(b"0.25", b"0.20")), "was changed after it was saved"),
        (lambda d: damage(d, "model.json", lambda b: b"[]"), "does not describe an instahash model"),
        (
            lambda d: damage(d, "model.json", lambda b: b.replace(b'"format_version": 1', b'"format_version": 9')),
            "has format 9, this instahash reads up to 1; install a newer",
        ),
    ],
)
def test_a_damaged_model_is_named(tmp_path, breaking, message):
    write_model(tmp_path, HEADER, FILES)
    breaking(tmp_path)
    with pytest.raises(ModelError, match=message) as caught:
        read_model(tmp_path)
    assert "\n" not in str(caught.value)


def train_in(path):
    return f"instahash-train --model-dir {shlex.quote(str(path))}"


def test_commands_in_messages_can_be_pasted(tmp_path):
    folder = tmp_path / "a b"
    with pytest.raises(ModelError, match=f"the sample, with {re.escape(train_in(folder))}$"):
        read_model(folder)
    write_model(folder, HEADER, FILES)
    (folder / "model.json").write_text("[]")
    with pytest.raises(ModelError, match=f"train one with {re.escape(train_in(folder))}$"):
        read_model(folder)
    (folder / "model.json").unlink()
    for options, shown in (
        (["--data", "it's.jsonl", "--set", "a.b=1"], """ --data 'it'"'"'s.jsonl' --set a.b=1"""),
        (["--data", "\x1b[2J"], " --data POSTS"),  # nothing that would steer a terminal
    ):
        Checkpoint(folder / CHECKPOINT, "", options).save({"m": {"x": np.ones(1)}})
        assert list(Checkpoint(folder / CHECKPOINT, "").load()) == ["m"]
        with pytest.raises(ModelError, match=f"{re.escape(train_in(folder) + shown)} --resume$"):
            read_model(folder)


def test_a_directory_that_is_no_model(tmp_path):
    with pytest.raises(ModelError, match="there is no model in"):
        read_model(tmp_path / "missing")
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModelError, match="is a file; --model-dir takes the directory"):
        read_model(tmp_path / "file")
    (tmp_path / CHECKPOINT).write_bytes(b"")
    wanted = f"it, on the same posts, with {re.escape(train_in(tmp_path))} --data POSTS --resume"
    with pytest.raises(ModelError, match=wanted):
        read_model(tmp_path)
    for work in (
        make_directory,
        lambda path: write_model(path, HEADER, FILES),
        lambda path: write_text(path / "x", ""),
    ):
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
    with pytest.raises(ModelError, match="cannot be read as arrays"):
        checkpoint.load()


def test_a_checkpoint_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModelError, match="cannot write the checkpoint"):
        Checkpoint(tmp_path / "file" / CHECKPOINT, "").save({})


def test_saving_costs_at_most_a_tenth_of_the_time(tmp_path, monkeypatch):
    clock = iter([0.0, 1.0, 1.0, 5.0, 10.5, 11.0, 11.0])
    monkeypatch.setattr("instahash.storage.time.monotonic", lambda: next(clock))
    checkpoint, saved = Checkpoint(tmp_path / CHECKPOINT, ""), []
    for number in range(3):  # at 0, taking 1 second; at 5, too early; at 10.5
        checkpoint.save({"m": {"number": np.array(number)}})
        saved.append(int(checkpoint.load()["m"]["number"]))
    assert saved == [0, 0, 2]


def test_a_pickle_is_never_read(tmp_path):
    np.savez(tmp_path / CHECKPOINT, fingerprint=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelError, match="cannot be read as arrays"):
        Checkpoint(tmp_path / CHECKPOINT, "").load()
