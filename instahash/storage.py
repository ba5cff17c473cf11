"""The model directory and the checkpoint: written whole or not at all, read only when whole. Never pickle.

A directory holds `model.json` and the files it lists with their SHA-256. Saving writes every file beside its old one,
under its name plus ".new"; renaming `model.json.new` is the one moment at which the new model takes the old one's
place, and the other renames only tidy up. A reader takes, for each file, whichever of the two names has the content
that `model.json` asks for. So a full disk, a kill or a second process at any moment leaves the old model or the new.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shlex
import time
import zipfile
from collections.abc import Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from instahash.errors import ModelError

FORMAT_VERSION = 1
CHECKPOINT = "checkpoint.npz"


def write_model(directory: str | Path, header: dict, files: dict[str, dict]) -> None:
    """Save `header` as model.json and each of `files`: a name ending in .json with a dict, or in .npz with arrays.

    Raises ModelError where the directory cannot be written; a model already there is then unchanged.
    """
    directory = Path(directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _tidy(directory)
        checksums = {}
        for name, content in files.items():
            _write(directory / f"{name}.new", content)
            checksums[name] = _checksum(directory / f"{name}.new")
        header = {"format_version": FORMAT_VERSION, **header, "checksums": checksums}
        checksums["model.json"] = _header_checksum(header)
        _write(directory / "model.json.new", header)
        os.replace(directory / "model.json.new", directory / "model.json")
    except BaseException as error:
        for name in [*files, "model.json"]:
            _remove(directory / f"{name}.new")
        if not isinstance(error, OSError):
            raise
        raise ModelError(
            f"cannot write the model to '{directory}': {error.strerror or error}; nothing there was changed, free some "
            "space or choose another --model-dir"
        ) from None
    _tidy(directory)


def make_directory(directory: str | Path) -> None:
    """Make the model directory before the work of a training begins; ModelError where it cannot be written."""
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
        probe = Path(directory, ".writable")
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ModelError(
            f"cannot write to the model directory '{directory}': {error.strerror}; choose another --model-dir"
        ) from None


def write_text(path: str | Path, text: str) -> None:
    """Write a text file whole or not at all. Raises ModelError where it cannot be written."""
    with _beside(path) as new:
        new.write_text(text, encoding="utf-8")
        os.replace(new, path)


def must_be_writable(path: str | Path) -> None:
    """Raise :func:`write_text`'s ModelError before the work whose result is to be written; the file stays as it is."""
    with _beside(path) as new:
        new.write_bytes(b"")


@contextmanager
def _beside(path):
    """A new file beside `path`, gone in the end. Raises ModelError where `path` cannot be written."""
    path = Path(path)
    if path.is_dir():
        raise ModelError(f"cannot write '{path}': it is a folder; choose a file")
    new = path.with_name(f".{path.name}.new")
    try:
        yield new
    except OSError as error:
        raise ModelError(f"cannot write '{path}': {error.strerror}; choose another file") from None
    finally:
        _remove(new)


def read_model(directory: str | Path) -> tuple[dict, dict[str, dict]]:
    """The header and the files of a model directory, as :func:`write_model` was given them.

    Raises ModelError where the directory, or a file of it, is missing, changed, or of a newer format.
    """
    directory = Path(directory)
    for attempt in (1, 2, 3):  # another process may be saving: then the names move once under our feet
        try:
            header = _read_header(directory)
            names = [name for name in header["checksums"] if name != "model.json"]
            return header, {name: _read_file(directory, name, header["checksums"][name]) for name in names}
        except ModelError:
            if attempt == 3:
                raise
            time.sleep(0.02)


def has_model(directory: str | Path) -> bool:
    """Whether a whole model is in this directory."""
    try:
        read_model(directory)
    except ModelError:
        return False
    return True


def _training(directory: str | Path, *options: str) -> str:
    """The command that trains a model in this directory, as a shell takes it."""
    return shlex.join(["instahash-train", "--model-dir", str(directory), *options])


def _began_with(checkpoint: Path) -> list[str]:
    """The options of the command that a checkpoint is of; none where they are not known."""
    with suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        with np.load(checkpoint, allow_pickle=False) as archive:
            options = [str(option) for option in archive["options"]]
        return options if all(map(str.isprintable, options)) else []
    return []


def _read_header(directory: Path) -> dict[str, Any]:
    path = directory / "model.json"
    try:
        header = json.loads(path.read_bytes())
    except FileNotFoundError:
        train = _training(directory)
        if (directory / CHECKPOINT).exists():
            began = _began_with(directory / CHECKPOINT)
            train = _training(directory, *(began or ("--data", "POSTS")), "--resume")
            why = f"it holds an interrupted training; finish it{'' if began else ', on the same posts,'} with {train}"
        else:
            why = f"it has no model.json; train one, on --data of your own or the sample, with {train}"
        raise ModelError(f"there is no model in '{directory}': {why}") from None
    except NotADirectoryError:
        raise ModelError(f"'{directory}' is a file; --model-dir takes the directory of a trained model") from None
    except OSError as error:
        raise ModelError(f"cannot read '{path}': {error.strerror or error}") from None
    except ValueError:
        raise ModelError(f"'{path}' is not JSON, it was damaged; copy the model again or train it anew") from None
    version = header.get("format_version") if isinstance(header, dict) else None
    if not isinstance(version, int):
        raise ModelError(f"'{path}' does not describe an instahash model; train one with {_training(directory)}")
    if version > FORMAT_VERSION:
        raise ModelError(
            f"the model in '{directory}' has format {version}, this instahash reads up to {FORMAT_VERSION}; "
            "install a newer instahash"
        )
    checksums = header.get("checksums")
    if not isinstance(checksums, dict) or checksums.get("model.json") != _header_checksum(header):
        raise ModelError(f"'{path}' was changed after it was saved; copy the model again or train it anew")
    return header


def _read_file(directory: Path, name: str, checksum: str) -> dict:
    if "/" in name or "\\" in name:
        raise ModelError(f"the model in '{directory}' names a file outside its directory: '{name}'")
    found = False
    for path in (directory / name, directory / f"{name}.new"):
        try:
            content = path.read_bytes()
        except OSError:
            continue
        found = True
        if hashlib.sha256(content).hexdigest() == checksum:
            return json.loads(content) if name.endswith(".json") else _arrays(content, path)
    fault = "is not the file that was saved (its checksum differs)" if found else "is missing"
    raise ModelError(f"'{directory / name}' {fault}; copy the whole model again or train it anew")


def _arrays(content: bytes, path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"'{path}' cannot be read as arrays: {error}") from None


def _header_checksum(header: dict) -> str:
    others = {name: value for name, value in header["checksums"].items() if name != "model.json"}
    text = json.dumps({**header, "checksums": others}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _write(path: Path, content: dict) -> None:
    with open(path, "wb") as file:
        if path.name.removesuffix(".new").endswith(".json"):
            indent = 1 if path.name.startswith("model.json") else None  # the one that people look into
            file.write(json.dumps(content, ensure_ascii=False, indent=indent).encode())
        else:
            np.savez(file, **content)
        file.flush()
        os.fsync(file.fileno())


def _tidy(directory: Path) -> None:
    """Give the files that model.json asks for their own names; a save may have been stopped before that."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        checksums = json.loads((directory / "model.json").read_bytes())["checksums"]
        for name, checksum in checksums.items():
            new = directory / f"{name}.new"
            if name != "model.json" and new.exists() and _checksum(new) == checksum:
                os.replace(new, directory / name)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


class Checkpoint:
    """The state of a training between two epochs, in one file, replaced whole.

    path : the file.  fingerprint : str that names data and settings; a file with another one is not taken up.
    options : those of the command that trains, but for the directory, so that messages can say how to go on.
    """

    def __init__(self, path: str | Path, fingerprint: str, options: Sequence[str] = ()):
        self.path, self.fingerprint, self.options = Path(path), fingerprint, list(options)
        self._next_save = 0.0

    def load(self) -> dict[str, dict[str, np.ndarray]]:
        """The saved states by model, or {} where there is no file. Raises ModelError where it belongs elsewhere."""
        try:
            arrays = _arrays(self.path.read_bytes(), self.path)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ModelError(f"cannot read the checkpoint '{self.path}': {error.strerror or error}") from None
        if str(arrays.pop("fingerprint", "")) != self.fingerprint:
            raise ModelError(
                f"the checkpoint '{self.path}' was made with other data or settings; repeat those to go on with it, "
                "or train without --resume to begin anew"
            )
        arrays.pop("options", None)
        states: dict[str, dict[str, np.ndarray]] = {}
        for key, array in arrays.items():
            model, _, name = key.partition(".")
            states.setdefault(model, {})[name] = array
        return states

    def save(self, states: dict[str, dict[str, np.ndarray]]) -> None:
        """Save the states, unless the last save is so recent that saving would take over a tenth of the time."""
        began = time.monotonic()
        if began < self._next_save:
            return
        arrays = {f"{model}.{name}": array for model, state in states.items() for name, array in state.items()}
        new = self.path.with_name(f"{self.path.name}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            about = {"fingerprint": np.array(self.fingerprint), "options": np.array(self.options, str)}
            _write(new, about | arrays)
            os.replace(new, self.path)
        except BaseException as error:
            _remove(new)
            if not isinstance(error, OSError):
                raise
            raise ModelError(
                f"cannot write the checkpoint '{self.path}': {error.strerror or error}; free some space or choose "
                "another --model-dir"
            ) from None
        self._next_save = time.monotonic() + 9 * (time.monotonic() - began)
