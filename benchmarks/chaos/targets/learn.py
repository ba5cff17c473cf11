"""A student's folder: what was kept of the progress, and files of steps in any encoding. No file of a step is run."""

from __future__ import annotations

from pathlib import Path

from chaos.jsons import JSON
from chaos.mutations import BYTES, LINES
from chaos.target import Target, Wrong, on_file
from instahash.learn.course import steps
from instahash.learn.folder import PROGRESS, Folder
from instahash.learn.sources import read_source


def progress(folder: Path) -> list[bytes]:
    return [b'{"passed": ["%s"], "hints": {"%s": 2}}' % ((steps()[0].name.encode(),) * 2)]


def use_progress(path: Path) -> None:
    folder, step = Folder(path.parent), steps()[0]
    taken = sum(folder.hints.values())
    if not 0 <= folder.n_passed() <= len(steps()) or folder.lost and taken:
        raise Wrong(f"{folder.n_passed()} steps, {taken} hints, {folder.lost!r}")
    folder.next_step()
    if not 0 < len(folder.take_hint(step)) <= len(step.hints()):
        raise Wrong("no hints, or more than there are")
    folder.mark(step, True)
    if Folder(path.parent).lost:
        raise Wrong("what was written is broken")


def sources(folder: Path) -> list[bytes]:
    text = steps()[0].exercise()
    return [text.encode(), f"# coding: latin-1\n{text}".encode("latin-1", "replace"), text.encode("utf-8-sig")]


def use_source(path: Path) -> None:
    if "\r\n" in read_source(path):
        raise Wrong("ends of lines of another kind")


TARGETS = [
    Target("learn-progress", progress, BYTES | JSON, on_file(PROGRESS, use_progress), share=0.3),
    Target("learn-source", sources, BYTES | LINES, on_file("step.py", use_source), share=0.3),
]
