"""One shard: a file of posts, wherever it is, and what is kept of it on the disk of the machine that works on it."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from instahash.data import Post
from instahash.errors import DataError, one_line
from instahash.formats import Reading, read_posts
from instahash.formats.photo_features import FEATURES, features_path

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Shard:
    """What a function is given that works on a shard.

    name : a path or a URL.  folder : where arrays are kept, which may be lost at any time.
    how : arguments of :func:`instahash.read_posts`.
    """

    name: str
    folder: Path
    how: Mapping[str, Any] = field(default_factory=dict)

    def posts(self, reading: Reading) -> Iterator[Post]:
        """The posts one after the other. Raises DataError, which names the shard, where it cannot be read."""
        with _here(self.name) as path:
            try:
                yield from read_posts(path, reading=reading, **self.how)
            except DataError as error:
                raise DataError(str(error).replace(str(path), self.name)) from None
            for left_out in reading.firsts.items():
                place = left_out[1].place.replace(str(path), self.name)
                reading.firsts[left_out[0]] = left_out[1]._replace(place=place)

    def kept(self, what: str, make: Callable[[], Arrays]) -> Arrays:
        """The arrays that `make` gives, mapped into memory; made and kept where they are not there yet.

        what : names the arrays of this shard: the same for the same content.
        """
        place = self.folder / f"{_digest(self.name)}-{_digest(what)}"
        if not place.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            # Nothing is synced: after a loss of power no process looks here any more.
            beside = Path(tempfile.mkdtemp(dir=self.folder))
            for name, array in make().items():
                np.save(beside / f"{name}.npy", array, allow_pickle=False)
            try:
                beside.rename(place)
            except OSError:  # another thread has made the same
                shutil.rmtree(beside)
        return {path.stem: _mapped(path) for path in place.glob("*.npy")}


def held(folder: Path, names: list[str]) -> list[str]:
    """The shards among `names` of which something is kept in a folder."""
    there = {path.name.partition("-")[0] for path in folder.glob("*-*")}
    return [name for name in names if _digest(name) in there]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def find(pattern: str) -> dict[str, int]:
    """The shards that a path, a URL or a pattern of such names, and their bytes.

    Paths become absolute, so that workers in other folders find them. Features of photos lie beside shards, and are
    none. Raises DataError where there is none.
    """
    if "://" in pattern:
        with _reachable(pattern):
            system, path = _file_system(pattern)
            files = system.glob(path, detail=True).items()
            found = {system.unstrip_protocol(name): about.get("size") or 0 for name, about in files}
    else:
        own = glob.escape(pattern) if os.path.exists(pattern) else pattern
        found = {os.path.abspath(name): os.path.getsize(name) for name in glob.glob(own, recursive=True)}
    found = {name: size for name, size in found.items() if not name.endswith(FEATURES)}
    if not found:
        raise DataError(f"no file is named '{pattern}'; give a file, a URL or a pattern, as in 'shards/*.jsonl.gz'")
    return found


@contextmanager
def _here(name: str) -> Iterator[Path]:
    """The file on this machine: of a URL a copy, for as long as it is read."""
    if "://" not in name:
        yield Path(name)
        return
    with tempfile.TemporaryDirectory() as folder:
        with _reachable(name):
            system, path = _file_system(name)
            copy = Path(folder, os.path.basename(path))
            system.get_file(path, str(copy))
            beside = features_path(Path(path)).name  # features of the photos, where there are any
            if system.exists(place := path[: -len(copy.name)] + beside):
                system.get_file(place, str(copy.with_name(beside)))
        yield copy


def _file_system(url: str) -> Any:
    try:
        import fsspec
    except ImportError:
        advice = 'install it with: python3 -m pip install "instahash[cluster]"'
        raise DataError(f"'{url}' needs the package fsspec; {advice}") from None
    return fsspec.core.url_to_fs(url)


@contextmanager
def _reachable(url: str) -> Iterator[None]:
    """DataError in place of what a file system raises, which is anything."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        raise DataError(f"cannot read '{url}': {one_line(error) or type(error).__name__}") from None


def _mapped(path: Path) -> np.ndarray:
    """Copied on write: kernels that are compiled for arrays in memory take it as it is."""
    with suppress(ValueError):  # nothing can be mapped of an empty array
        return np.load(path, mmap_mode="c").view(np.ndarray)
    return np.load(path)
