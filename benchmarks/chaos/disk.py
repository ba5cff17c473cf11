"""Lost power: which disks there may be after each step of a save, and what a reader finds on each of them.

What was written to a file since it was last synced may be on the disk, or half of it, or nothing of it, or zeros of its
length. Of the names that were made, changed and removed in a folder since that was last synced, any may be on the disk
and any may not.
"""

import io
import os
import shutil
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import instahash.files
from chaos.processes import Findings
from chaos.saved import Saved

# How much of what is not synced reaches the disk.
WRITTEN: tuple[Callable[[bytes, bytes], bytes], ...] = (
    lambda synced, now: now,
    lambda synced, now: synced,
    lambda synced, now: now[: len(now) // 2],
    lambda synced, now: bytes(len(now)),
)


class Steps:
    """The steps of a save: (what, ...) tuples, where "open", "rename", "link", "unlink" and "mkdir" change names.

    at, error, done : the error that the steps of these numbers end in, after they are done or before.
    """

    def __init__(self, at: Container[int] = (), error: BaseException | None = None, done: bool = False):
        self.found: list[tuple[Any, ...]] = []
        self._at, self._error, self._done = at, error, done

    def step(self, act: Callable[[], Any], *what: Any) -> Any:
        """Do it, note it, and fail where that is wanted."""
        fails = len(self.found) in self._at and self._error is not None
        self.found.append(what)
        if fails and not self._done:
            raise self._error
        result = act()
        if fails:
            raise self._error
        return result


class _File(io.FileIO):
    """A file whose writes are noted."""

    def __init__(self, path: Path, mode: str, steps: Steps):
        steps.step(lambda: super(_File, self).__init__(path, mode.replace("b", "")), "open", str(path))
        self._steps, self._path = steps, str(path)

    def write(self, data: Any) -> int:
        place, content = self.tell(), bytes(data)
        return self._steps.step(lambda: super(_File, self).write(content), "write", self._path, place, content)


@contextmanager
def noted(steps: Steps) -> Iterator[None]:
    """Note what `instahash.files` does to files and folders."""
    real = {name: getattr(os, name) for name in ("fsync", "replace", "link", "unlink", "mkdir")}

    def opened(path: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        if "x" not in mode:
            return open(path, mode, *args, **options)
        return io.BufferedWriter(_File(path, mode, steps))

    def fsync(number: int) -> None:
        steps.step(lambda: real["fsync"](number), "fsync", os.readlink(f"/proc/self/fd/{number}"))

    def replace(old: Path, new: Path) -> None:
        steps.step(lambda: real["replace"](old, new), "rename", str(old), str(new))

    def link(old: Path, new: Path) -> None:
        if os.path.lexists(old) and not os.path.lexists(new):
            steps.step(lambda: real["link"](old, new), "link", str(old), str(new))
        else:
            real["link"](old, new)

    def unlink(path: Path, **options: Any) -> None:
        if os.path.lexists(path):
            steps.step(lambda: real["unlink"](path, **options), "unlink", str(path))
        else:
            real["unlink"](path, **options)

    def mkdir(path: Path, *args: Any, **options: Any) -> None:
        if os.path.lexists(path):
            real["mkdir"](path, *args, **options)
        else:
            steps.step(lambda: real["mkdir"](path, *args, **options), "mkdir", str(path))

    ours = {"fsync": fsync, "replace": replace, "link": link, "unlink": unlink, "mkdir": mkdir}
    instahash.files.open = opened  # type: ignore[attr-defined]
    for name, function in ours.items():
        setattr(os, name, function)
    try:
        yield
    finally:
        del instahash.files.open  # type: ignore[attr-defined]
        for name, function in real.items():
            setattr(os, name, function)


class Disk:
    """What may be on the disk of a folder whose content was on it before."""

    def __init__(self, folder: Path):
        self.names: dict[str, int | None] = {str(folder): None}  # a file's number, None of a folder
        self.pending: dict[str, list[tuple[Any, ...]]] = {}  # by folder, the steps that change names
        self.now: list[bytes] = []
        self.synced: list[bytes] = []
        self._open: dict[str, int] = {}  # as the system sees it, whatever is on the disk
        for path in sorted(folder.rglob("*")):
            self.names[str(path)] = None if path.is_dir() else self._new(path.read_bytes())
        self._open = {name: file for name, file in self.names.items() if file is not None}

    def _new(self, content: bytes = b"") -> int:
        self.now.append(content)
        self.synced.append(content)
        return len(self.now) - 1

    def do(self, what: str, path: str, *more: Any) -> None:
        if what == "write":
            file, (place, content) = self._open[path], more
            now = self.now[file].ljust(place, b"\0")
            self.now[file] = now[:place] + content + now[place + len(content) :]
        elif what == "fsync" and path in self._open:
            self.synced[self._open[path]] = self.now[self._open[path]]
        elif what == "fsync":
            for step in self.pending.pop(path, []):
                _name(self.names, *step)
        else:
            file = None
            if what == "open":
                file = self._open[path] = self._new()
            elif what == "unlink":
                file = self._open.pop(path)
            elif what == "rename":
                file = self._open[more[0]] = self._open.pop(path)
            elif what == "link":
                file = self._open[more[0]] = self._open[path]
            self.pending.setdefault(os.path.dirname(path), []).append((what, path, file, *more))

    def possible(self) -> Iterator[dict[str, bytes | None]]:
        """All that may be on the disk: the content by path, None of a folder."""
        pending = [step for steps in self.pending.values() for step in steps]
        unsynced = [file for file in range(len(self.now)) if self.now[file] != self.synced[file]]
        for kept in product((True, False), repeat=len(pending)):
            names = dict(self.names)
            for step, is_kept in zip(pending, kept):
                if is_kept:
                    _name(names, *step)
            here = [file for file in unsynced if file in names.values()]
            for how in product(WRITTEN, repeat=len(here)):
                content = dict(enumerate(self.synced))
                content |= {file: written(self.synced[file], self.now[file]) for file, written in zip(here, how)}
                yield {name: None if file is None else content[file] for name, file in names.items()}


def _name(names: dict[str, int | None], what: str, path: str, file: int | None, *more: Any) -> None:
    """Change the names as a step does."""
    if what in ("unlink", "rename"):
        names.pop(path, None)
    if what != "unlink":
        names[more[0] if more else path] = file


def lay(disk: dict[str, bytes | None], old: Path, new: Path) -> None:
    """Make what is on a disk of the folder `old` in the folder `new`; what is in no folder that is there, is lost."""
    for name in sorted(disk, key=lambda name: name.count("/")):
        path, content = new / Path(name).relative_to(old), disk[name]
        if content is None and (path == new or path.parent.is_dir()):
            path.mkdir()
        elif content is not None and path.parent.is_dir():
            path.write_bytes(content)


def lost_power(saved: Saved, folder: Path, old: bool, findings: Findings) -> None:
    """Save version 2, over 1 where there is an `old` one, and read what each possible disk holds after each step."""
    shutil.rmtree(folder, ignore_errors=True)
    before, after = folder / "before", folder / "after"
    before.mkdir(parents=True)
    inside = before if old or not saved.makes_folders else before / "a" / "b"
    if old:
        saved.save(before, 1)
    disk, steps = Disk(before), Steps()
    with noted(steps):
        saved.save(inside, 2)
    first: int | None = 1 if old else None
    for number in range(len(steps.found) + 1):
        if number:
            disk.do(*steps.found[number - 1])
        is_saved = number == len(steps.found)
        tried = set()
        for found in disk.possible():
            if (known := tuple(sorted(found.items()))) in tried:
                continue
            tried.add(known)
            lay(found, before, after)
            when = f"{saved.name}, lost power after {' '.join(map(str, steps.found[number - 1][:2])) if number else ''}"
            findings.version(saved, after / inside.relative_to(before), {2} if is_saved else {first, 2}, when)
            shutil.rmtree(after)
            findings.done["disks_after_lost_power"] += 1
    there = {str(path): None if path.is_dir() else path.read_bytes() for path in before.rglob("*")}
    if {str(before): None, **there} != next(disk.possible()):
        raise RuntimeError(f"steps of saving '{saved.name}' were missed, so that nothing is known of lost power")
