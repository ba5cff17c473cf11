"""The model file and the checkpoint: written whole or not at all, checked when read. Never pickle.

A model is one file, `model.npz`, in a directory that the user names: a zip archive of uncompressed members, first
`header.json` for people to read, then one `.npy` member an array, named section.name. NumPy reads it as any .npz.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from threading import Lock
from typing import IO, Any, TypeVar, cast

import numpy as np

from instahash.errors import ModelError, cut
from instahash.files import MODEL_FILE, check_regular, check_writable, model_folder, sync_folder, writing
from instahash.forms import declared
from instahash.locks import alone

FORMAT_VERSION = 4
MODEL, CHECKPOINT, HEADER = MODEL_FILE, "checkpoint.npz", "header.json"
Arrays = dict[str, np.ndarray]
F = TypeVar("F", bound=Callable[..., Any])
# Bytes of a header, which is looked at before it is parsed: what JSON makes of a byte may have twenty.
_MOST_HEADER = 2**24
# What section.name.npy is called at most.
_MEMBER = re.compile(r"[\x20-\x7e]{1,100}\.[\x20-\x7e]{1,100}\.npy")
# Numbers of an array from which on a model file keeps half of their bits.
LARGE = 2**24
# The part of an array's numbers that may be so small that half precision has them less well.
COARSE = 0.02
OTHERWISE = "choose another directory"
# Characters of a command that is repeated in a message.
_MOST_COMMAND = 200
# Bytes before the name of a member in a zip file.
_LOCAL_HEADER = 30


def write_model(directory: str | Path, header: dict[str, Any], sections: dict[str, Arrays]) -> None:
    """Save a model in one file, which takes the place of an older one whole or not at all.

    Arrays of more than LARGE numbers are kept in half precision where that has nearly all of them to a part in 2,048.

    Raises ModelError where it cannot be written; a model already there is then unchanged.
    """
    advice = f"nothing there was changed, free some space or {OTHERWISE}"
    _write(Path(directory, MODEL), {"format_version": FORMAT_VERSION, **header}, sections, advice, _halved)


def read_model(directory: str | Path) -> tuple[dict[str, Any], dict[str, Arrays]]:
    """The header and the sections that :func:`write_model` was given, what it has halved in float32 again.

    directory : where the model is, or its file there.

    Raises ModelError where the file is missing, damaged, not a model, or of another format.
    """
    path = model_folder(directory) / MODEL
    with _archive(path, directory) as archive:
        return _header(archive, path), _sections(archive, path)


def read_header(directory: str | Path) -> dict[str, Any]:
    """The header alone; errors as in :func:`read_model`."""
    path = model_folder(directory) / MODEL
    with _archive(path, directory) as archive:
        return _header(archive, path)


def has_model(directory: str | Path) -> bool:
    """Whether a whole model is in this directory."""
    with suppress(ModelError):
        read_model(directory)
        return True
    return False


def make_directory(directory: str | Path) -> None:
    """Make the model directory before the work of a training begins; ModelError where it cannot be written."""
    _make(Path(directory))
    check_writable(Path(directory, MODEL), ModelError, OTHERWISE)


class Checkpoint:
    """The state of a training between two epochs, in one file that is replaced whole.

    path : the file.  fingerprint : str that names data and settings; a file with another one is not taken up.
    options : those of the command that trains, but for the directory, so that messages can say how to go on.
    """

    def __init__(self, path: str | Path, fingerprint: str, options: Iterable[str] = ()):
        self.path, self.fingerprint, self.options = Path(path), fingerprint, list(options)
        self._next_save = 0.0

    def load(self) -> dict[str, Arrays]:
        """The saved states by model, {} where there is no file. ModelError where they are of another training."""
        if not self.path.exists():
            return {}
        anew = "train without --resume (resume=True in Python) to begin anew"
        try:
            with _archive(self.path, self.path.parent) as archive:
                about = _json(archive, self.path)
                saved = _sections(archive, self.path) if about.get("fingerprint") == self.fingerprint else None
        except ModelError as error:
            raise ModelError(f"{str(error).rpartition(';')[0] or error}; {anew}") from None
        if saved is None:
            was = f"the checkpoint '{self.path}' was made with other data or settings"
            raise ModelError(f"{was}; repeat those to go on, or {anew}")
        return saved

    def save(self, states: dict[str, Arrays]) -> None:
        """Save the states, unless the last save is so recent that saving would take over a tenth of the time."""
        began = time.monotonic()
        if began < self._next_save:
            return
        about = {"fingerprint": self.fingerprint, "options": self.options}
        _write(self.path, about, states, f"free some space or {OTHERWISE}")
        self._next_save = time.monotonic() + 9 * (time.monotonic() - began)


@contextmanager
def sole_training(checkpoint: str | Path | None) -> Iterator[None]:
    """Keep all other trainings away from a checkpoint while the block runs; None is no checkpoint.

    Raises ModelError where another process or thread is at it. A process that was killed is at nothing.
    """
    if not checkpoint:
        yield
        return
    path = Path(checkpoint)
    _make(path.parent)

    def taken(process: str) -> ModelError:
        who = f"another training{process and f' (process {process})'}"
        return ModelError(f"{who} writes to '{path.parent}'; wait for it or {OTHERWISE}")

    with alone(path.with_name(f".{path.name}.lock"), taken):
        yield


def trains(fit: F) -> F:
    """A function with an argument `checkpoint`, given by its name, which then has that file to itself.

    All its arguments live until it ends.
    """

    @wraps(fit)
    def alone_with_it(*args: Any, **options: Any) -> Any:
        with sole_training(options.get("checkpoint")):
            return fit(*args, **options)

    return cast(F, alone_with_it)


def _make(directory: Path) -> None:
    """Make a directory that lasts, with those above it that are not there yet."""
    try:
        new = [folder for folder in (directory, *directory.parents) if not folder.exists()]
        os.makedirs(directory, exist_ok=True)
    except OSError as error:
        what = f"cannot write to the model directory '{directory}': {error.strerror}"
        raise ModelError(f"{what}; {OTHERWISE}") from None
    for folder in reversed(new):
        sync_folder(folder.parent)


def _write(
    path: Path,
    header: dict[str, Any],
    sections: dict[str, Arrays],
    advice: str,
    as_kept: Callable[[Any], np.ndarray] = np.asarray,
) -> None:
    _make(path.parent)
    with writing(path, ModelError, advice) as file, _new_archive(file) as archive:
        archive.writestr(zipfile.ZipInfo(HEADER), json.dumps(header, indent=1) + "\n")
        for section, arrays in sections.items():
            for name, array in arrays.items():
                with archive.open(zipfile.ZipInfo(f"{section}.{name}.npy"), "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, as_kept(array), allow_pickle=False)


def _halved(array: Any) -> np.ndarray:
    """An array of many float32 as float16, where none of them is too large for it and few are too small."""
    array = np.asarray(array)
    if array.dtype != np.float32 or array.size <= LARGE:
        return array
    sizes, half = np.abs(array.reshape(-1, order="A")[:: max(array.size // 2**16, 1)]), np.finfo(np.float16)
    fine = np.mean((sizes > 0) & (sizes < half.tiny)) < COARSE and max(array.max(), -array.min()) < half.max
    return array.astype(np.float16) if fine else array


def _sections(archive: zipfile.ZipFile, path: Path) -> dict[str, Arrays]:
    """All arrays, those of half precision in float32. One is read while others are checked and widened."""
    members, reading = [member for member in archive.namelist() if member != HEADER], Lock()

    def wide(member: str) -> np.ndarray:
        array = _read_array(archive, member, path, reading)
        return array.astype(np.float32) if array.dtype == np.float16 else array

    sections: dict[str, Arrays] = {}
    with ThreadPoolExecutor() as pool:
        for member, array in zip(members, pool.map(wide, members)):
            section, _, name = member.removesuffix(".npy").partition(".")
            sections.setdefault(section, {})[name] = array
    return sections


@contextmanager
def _new_archive(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """A zip archive that is completed only where the block ends well: closing half of one would hide why it failed."""
    archive = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
    try:
        yield archive
        archive.close()
    finally:
        archive.fp = None


def _read_array(archive: zipfile.ZipFile, name: str, path: Path, reading: Lock) -> np.ndarray:
    """An array that is exactly as large as its member, so that no declared size is believed; in the member's memory."""
    content = _member(archive, name, path, reading)
    try:
        dtype, shape, order, start = declared(content.data, len(content))
        if max(shape, default=0) > os.fstat(cast(IO[bytes], archive.fp).fileno()).st_size:
            raise ValueError("nothing is in it, in an absurd number of rows or columns")
        return content[start:].view(dtype).reshape(shape, order=order)
    except (ValueError, TypeError, OverflowError) as error:
        raise ModelError(f"'{path}' holds '{name}', which is no array: {error}; copy the model again") from None


def _archive(path: Path, directory: str | Path) -> zipfile.ZipFile:
    try:
        check_regular(path)
        archive = zipfile.ZipFile(path)
        try:
            _check_members(archive, path.stat().st_size)
        except zipfile.BadZipFile:
            archive.close()
            raise
        return archive
    except FileNotFoundError:
        raise ModelError(f"there is no model in '{directory}': {_how_to_train(directory)}") from None
    except NotADirectoryError:
        raise ModelError(f"'{directory}' is a file; give the directory of a trained model") from None
    except OSError as error:
        raise ModelError(f"cannot read '{path}': {error.strerror or error}") from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise ModelError(f"'{path}' is damaged or no model; copy the model again or train it anew") from None


def _check_members(archive: zipfile.ZipFile, size: int) -> None:
    """BadZipFile where a file of so many bytes has members that no model has: what they are called, or how large."""
    names = archive.namelist()
    if len({*names}) < len(names) or not all(name == HEADER or _MEMBER.fullmatch(name) for name in names):
        raise zipfile.BadZipFile("its members have names that no model has")
    # Several names may stand for the same bytes.
    if sum(info.file_size for info in archive.infolist()) > size:
        raise zipfile.BadZipFile("its members are larger than the file")
    header = archive.NameToInfo.get(HEADER)
    if header and header.file_size > _MOST_HEADER:
        raise zipfile.BadZipFile("its header is too large")


def _member(archive: zipfile.ZipFile, name: str, path: Path, reading: Lock) -> np.ndarray:
    """The content of a member, (n_bytes,) uint8, whose checksum is compared; one compressed or encrypted is refused.

    It is read into memory of its own, which the array that it holds keeps: `zipfile` would give bytes to be copied.
    reading : held while the place in the file matters.
    """
    try:
        info, file = archive.getinfo(name), cast(IO[bytes], archive.fp)
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise ModelError(f"'{path}' has a compressed or encrypted member '{name}'; save the model again")
        with reading:
            file.seek(info.header_offset)
            lengths = struct.unpack("<2H", file.read(_LOCAL_HEADER)[-4:])  # of the name and of more, before the content
            start = file.seek(sum(lengths), os.SEEK_CUR)
            if start + info.file_size > os.fstat(file.fileno()).st_size:
                raise zipfile.BadZipFile("it ends after the file does")
            content = np.empty(info.file_size, np.uint8)
            file.readinto(content)  # type: ignore[attr-defined]
        if zlib.crc32(content.data) != info.CRC:
            raise zipfile.BadZipFile("its checksum is wrong")
        return content
    except KeyError:
        raise ModelError(f"'{path}' has no '{name}', so it is no instahash model") from None
    except (zipfile.BadZipFile, OSError, ValueError, struct.error) as error:
        raise ModelError(f"'{path}' is damaged in '{name}' ({error}); copy the model again or train it anew") from None


def _json(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_member(archive, HEADER, path, Lock()).tobytes())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ModelError(f"'{path}' has a header that is not a JSON object; copy the model again or train it anew")
    return value


def _header(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    header = _json(archive, path)
    version = header.get("format_version")
    if version != FORMAT_VERSION:
        newer = isinstance(version, int) and version > FORMAT_VERSION
        advice = "install a newer instahash" if newer else "train the model anew"
        raise ModelError(
            f"'{path}' has format {cut(repr(version))}, this instahash reads format {FORMAT_VERSION}; {advice}"
        )
    return header


def _how_to_train(directory: str | Path) -> str:
    """What a directory without a model lacks, and the command that helps, as a shell takes it."""
    checkpoint = Path(directory, CHECKPOINT)
    command = ["instahash-train", "--model-dir", str(directory)]
    if not checkpoint.exists():
        return f"train one with {shlex.join(command)}, or in Python with InstaHash().fit(posts) and save"
    began: Sequence[str] = ()
    with suppress(ModelError), _archive(checkpoint, directory) as archive:
        options = _json(archive, checkpoint).get("options")
        if isinstance(options, list) and all(isinstance(text, str) and text.isprintable() for text in options):
            began = options
    same = "" if began else ", on the same posts,"
    pasted = shlex.join([*command, *(began or ("--data", "POSTS")), "--resume"])
    how = f"{same} with {pasted}" if len(pasted) <= _MOST_COMMAND else " with the command that began it, and --resume"
    return f"it holds an interrupted training; finish it{how}"
