"""Arrays by section and name in one zip file of uncompressed members: written whole or not at all, checked when read.

First stands `header.json` for people to read, then one `.npy` member an array, named section.name. Never pickle.
NumPy reads such a file as any .npz.
"""

from __future__ import annotations

import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, Any, cast

import numpy as np

from instahash.errors import ModelError
from instahash.files import check_regular, sync_folder, writing
from instahash.forms import declared

HEADER = "header.json"
OTHERWISE = "choose another directory"
Arrays = dict[str, np.ndarray]
# Bytes of a header, which is looked at before it is parsed: what JSON makes of a byte may have twenty.
_MOST_HEADER = 2**24
# What section.name.npy is called at most.
_MEMBER = re.compile(r"[\x20-\x7e]{1,100}\.[\x20-\x7e]{1,100}\.npy")
# Bytes before the name of a member in a zip file.
_LOCAL_HEADER = 30


def write_archive(
    path: Path,
    header: dict[str, Any],
    sections: dict[str, Arrays],
    advice: str,
    as_kept: Callable[[Any], np.ndarray] = np.asarray,
) -> None:
    """Write an archive, which takes the place of an older file whole or not at all, in a directory that is made.

    advice : str, what to try where it cannot be written.  as_kept : what is written of an array.

    Raises ModelError where it cannot be written; what was there is then unchanged.
    """
    make_lasting(path.parent)
    with writing(path, ModelError, advice) as file, _new_archive(file) as archive:
        archive.writestr(zipfile.ZipInfo(HEADER), json.dumps(header, indent=1) + "\n")
        for section, arrays in sections.items():
            for name, array in arrays.items():
                with archive.open(zipfile.ZipInfo(f"{section}.{name}.npy"), "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, as_kept(array), allow_pickle=False)


def open_archive(path: Path) -> zipfile.ZipFile:
    """An archive of which the names and the sizes of the members are looked at, to be closed.

    Raises FileNotFoundError where there is none, ModelError where it cannot be read or has what no archive has.
    """
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
        raise
    except NotADirectoryError:
        raise ModelError(f"'{path.parent}' is a file; give the directory of a trained model") from None
    except OSError as error:
        raise ModelError(f"cannot read '{path}': {error.strerror or error}") from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise ModelError(f"'{path}' is damaged or no model; copy the model again or train it anew") from None


def read_json(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """The header; ModelError where it is not a JSON object."""
    try:
        value = json.loads(_member(archive, HEADER, path, Lock()).tobytes())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ModelError(f"'{path}' has a header that is not a JSON object; copy the model again or train it anew")
    return value


def read_sections(archive: zipfile.ZipFile, path: Path) -> dict[str, Arrays]:
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


def make_lasting(directory: Path) -> None:
    """Make a directory that lasts, with those above it that are not there yet."""
    try:
        new = [folder for folder in (directory, *directory.parents) if not folder.exists()]
        os.makedirs(directory, exist_ok=True)
    except OSError as error:
        what = f"cannot write to the model directory '{directory}': {error.strerror}"
        raise ModelError(f"{what}; {OTHERWISE}") from None
    for folder in reversed(new):
        sync_folder(folder.parent)


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
