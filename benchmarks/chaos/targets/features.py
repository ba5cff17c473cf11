"""Features of photos beside a file of posts: the array, and what posts say of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from chaos.jsons import JSON_LINES
from chaos.mutations import BYTES, LINES, Mutation
from chaos.npy import NPY
from chaos.target import Target, Wrong
from chaos.tiny import N_FEATURES, posts
from instahash import read_posts, write_posts

Files = tuple[bytes, bytes]  # of posts, and of the features beside them
POSTS, FEATURES = "posts.jsonl", "posts.jsonl.features.npy"


def files(folder: Path) -> list[Files]:
    made = []
    for n in (6, 2):
        write_posts(folder / POSTS, posts(True, n, n))
        made.append(((folder / POSTS).read_bytes(), (folder / FEATURES).read_bytes()))
    return made


def of(place: int, mutation: Mutation) -> Mutation:
    """Of one of the two files."""

    def change(rng: Any, value: Files, others: Any) -> Files:
        new = [*value]
        new[place] = mutation(rng, value[place], [other[place] for other in others])
        return new[0], new[1]

    return change


def call(value: Files, folder: Path) -> None:
    (folder / POSTS).write_bytes(value[0])
    (folder / FEATURES).write_bytes(value[1])
    for post in read_posts(folder / POSTS):
        features = post.photo_features
        if features is not None and (np.shape(features) != (N_FEATURES,) or not np.isfinite(features).all()):
            raise Wrong(f"features of the shape {np.shape(features)}")


TABLE = {f"array: {name}": of(1, mutation) for name, mutation in (BYTES | NPY).items()}
TABLE |= {f"posts: {name}": of(0, mutation) for name, mutation in (LINES | JSON_LINES).items()}
TARGETS = [Target("photo-features", files, TABLE, call)]
