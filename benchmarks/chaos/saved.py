"""What instahash writes, each in versions that tell on themselves: every part of a file says of which version it is."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from instahash.checkpoint import CHECKPOINT, Checkpoint
from instahash.data import Label, Post
from instahash.files import write_text
from instahash.formats import read_posts, write_posts
from instahash.storage import MODEL, read_model, write_model
from instahash.word2vec.formats import read_vectors, write_vectors

N = 3_000


class Mixed(Exception):
    """A file with parts of several versions."""


class Saved(NamedTuple):
    """name : the file's.  save(folder, k) : write version k.  parts(folder) : the versions found in a file, all of it.

    makes_folders : a save makes the folder where it is not there.
    beside : a second file that belongs to it. Then only one process may write at a time, and who reads meanwhile is
        told that they do not belong together.
    """

    name: str
    save: Callable[[Path, int], None]
    parts: Callable[[Path], set[int]]
    makes_folders: bool = False
    beside: str = ""

    def load(self, folder: Path) -> int | None:
        """The version that is there, None where there is no file. Raises Mixed, or what reading raises."""
        if not (folder / self.name).exists():
            return None
        found = self.parts(folder)
        if len(found) != 1:
            raise Mixed(f"'{self.name}' has parts of {len(found)} versions")
        return found.pop()


def _arrays(k: int) -> dict:
    return {"a": {"x": np.full(N, k), "y": np.full(7, k)}, "b": {"z": np.full(N, k)}}


def _versions(sections: dict) -> set[int]:
    assert {name: set(part) for name, part in sections.items()} == {"a": {"x", "y"}, "b": {"z"}}
    return {int(n) for part in sections.values() for array in part.values() for n in array}


def _save_model(folder: Path, k: int) -> None:
    write_model(folder, {"version": k}, _arrays(k))


def _model(folder: Path) -> set[int]:
    header, sections = read_model(folder)
    return _versions(sections) | {header["version"]}


def _save_checkpoint(folder: Path, k: int) -> None:
    Checkpoint(folder / CHECKPOINT, "some training").save(_arrays(k))


def _checkpoint(folder: Path) -> set[int]:
    return _versions(Checkpoint(folder / CHECKPOINT, "some training").load())


def _save_report(folder: Path, k: int) -> None:
    write_text(folder / "report.html", f"{k}\n" * N)


def _report(folder: Path) -> set[int]:
    lines = (folder / "report.html").read_text().splitlines()
    assert len(lines) == N
    return set(map(int, lines))


def _save_posts(folder: Path, k: int) -> None:
    write_posts(folder / "posts.jsonl.gz", (Post(f"{k}", ("sea",), (Label(str(n), 0.5),)) for n in range(200)))


def _posts(folder: Path) -> set[int]:
    posts = list(read_posts(folder / "posts.jsonl.gz"))
    assert [post.labels[0].description for post in posts] == [str(n) for n in range(200)]
    return {int(post.id) for post in posts}


def _save_photos(folder: Path, k: int) -> None:
    row = np.full(50, k % 1000, np.float16)
    write_posts(folder / "photos.jsonl", (Post(f"{k}", ("sea",), photo_features=row) for _ in range(30)))


def _photos(folder: Path) -> set[int]:
    posts = list(read_posts(folder / "photos.jsonl"))
    assert len(posts) == 30
    assert all((post.photo_features == int(post.id) % 1000).all() for post in posts)
    return {int(post.id) for post in posts}


def _save_vectors(folder: Path, k: int) -> None:
    write_vectors(folder / "vectors.txt", [f"word{n}x" for n in range(300)], np.full((300, 5), k))


def _vectors(folder: Path) -> set[int]:
    words, vectors = read_vectors(folder / "vectors.txt")
    assert len(words) == 300
    return {int(n) for n in np.unique(vectors)}


SAVED = (
    Saved(MODEL, _save_model, _model, True),
    Saved(CHECKPOINT, _save_checkpoint, _checkpoint, True),
    Saved("report.html", _save_report, _report),
    Saved("posts.jsonl.gz", _save_posts, _posts),
    Saved("photos.jsonl", _save_photos, _photos, beside="photos.jsonl.features.npy"),
    Saved("vectors.txt", _save_vectors, _vectors),
)
