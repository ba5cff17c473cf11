"""The model file: one archive, `model.npz`, in a directory that the user names."""

from __future__ import annotations

import shlex
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from instahash.checkpoint import CHECKPOINT, options_of
from instahash.errors import ModelError, cut
from instahash.files import MODEL_FILE, check_writable, model_folder
from instahash.npz import OTHERWISE, Arrays, make_lasting, open_archive, read_json, read_sections, write_archive

FORMAT_VERSION = 4
MODEL = MODEL_FILE
# Numbers of an array from which on a model file keeps half of their bits.
LARGE = 2**24
# The part of an array's numbers that may be so small that half precision has them less well.
COARSE = 0.02
# Characters of a command that is repeated in a message.
_MOST_COMMAND = 200


def write_model(directory: str | Path, header: dict[str, Any], sections: dict[str, Arrays]) -> None:
    """Save a model in one file, which takes the place of an older one whole or not at all.

    Arrays of more than LARGE numbers are kept in half precision where that has nearly all of them to a part in 2,048.

    Raises ModelError where it cannot be written; a model already there is then unchanged.
    """
    advice = f"nothing there was changed, free some space or {OTHERWISE}"
    write_archive(Path(directory, MODEL), {"format_version": FORMAT_VERSION, **header}, sections, advice, _halved)


def read_model(directory: str | Path) -> tuple[dict[str, Any], dict[str, Arrays]]:
    """The header and the sections that :func:`write_model` was given, what it has halved in float32 again.

    directory : where the model is, or its file there.

    Raises ModelError where the file is missing, damaged, not a model, or of another format.
    """
    with _opened(directory) as (archive, path):
        return _header(archive, path), read_sections(archive, path)


def read_header(directory: str | Path) -> dict[str, Any]:
    """The header alone; errors as in :func:`read_model`."""
    with _opened(directory) as (archive, path):
        return _header(archive, path)


def has_model(directory: str | Path) -> bool:
    """Whether a whole model is in this directory."""
    with suppress(ModelError):
        read_model(directory)
        return True
    return False


def make_directory(directory: str | Path) -> None:
    """Make the model directory before the work of a training begins; ModelError where it cannot be written."""
    make_lasting(Path(directory))
    check_writable(Path(directory, MODEL), ModelError, OTHERWISE)


def _halved(array: Any) -> np.ndarray:
    """An array of many float32 as float16, where none of them is too large for it and few are too small."""
    array = np.asarray(array)
    if array.dtype != np.float32 or array.size <= LARGE:
        return array
    sizes, half = np.abs(array.reshape(-1, order="A")[:: max(array.size // 2**16, 1)]), np.finfo(np.float16)
    fine = np.mean((sizes > 0) & (sizes < half.tiny)) < COARSE and max(array.max(), -array.min()) < half.max
    return array.astype(np.float16) if fine else array


def _header(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    header = read_json(archive, path)
    version = header.get("format_version")
    if version != FORMAT_VERSION:
        newer = isinstance(version, int) and version > FORMAT_VERSION
        advice = "install a newer instahash" if newer else "train the model anew"
        raise ModelError(
            f"'{path}' has format {cut(repr(version))}, this instahash reads format {FORMAT_VERSION}; {advice}"
        )
    return header


@contextmanager
def _opened(directory: str | Path) -> Iterator[tuple[zipfile.ZipFile, Path]]:
    """The archive of a model and its path."""
    path = model_folder(directory) / MODEL
    try:
        archive = open_archive(path)
    except FileNotFoundError:
        raise ModelError(f"there is no model in '{directory}': {_how_to_train(directory)}") from None
    with archive:
        yield archive, path


def _how_to_train(directory: str | Path) -> str:
    """What a directory without a model lacks, and the command that helps, as a shell takes it."""
    command = ["instahash-train", "--model-dir", str(directory)]
    try:
        began = options_of(Path(directory, CHECKPOINT))
    except FileNotFoundError:
        return f"train one with {shlex.join(command)}, or in Python with InstaHash().fit(posts) and save"
    same = "" if began else ", on the same posts,"
    pasted = shlex.join([*command, *(began or ("--data", "POSTS")), "--resume"])
    how = f"{same} with {pasted}" if len(pasted) <= _MOST_COMMAND else " with the command that began it, and --resume"
    return f"it holds an interrupted training; finish it{how}"
