"""Files of posts in each format, plain, compressed and in zip files, and the answers of image services."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import math
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.jsons import JSON, JSON_LINES
from chaos.mutations import BYTES, LINES, compressed
from chaos.samples import CAPTION, OWN, ROWS, VALUES
from chaos.target import Target, Wrong, fault_of_line, on_file
from chaos.tiny import trained
from chaos.zips import ZIP, in_members, packed
from instahash.data import Corpus, Post
from instahash.data.times import seconds_of
from instahash.evaluation import evaluate
from instahash.formats import Reading, read_posts

TEXT, TEXT_LINES = BYTES | LINES | JSON, BYTES | LINES | JSON_LINES
UTC = "2023-02-01_10-00-00_UTC"


def use(path: Path) -> None:
    """Read all posts and what is said of them, and make arrays of them."""
    reading = Reading()
    posts = list(read_posts(path, reading=reading))
    for post in posts:
        check(post)
    Corpus.from_posts(posts)
    for text in reading.lines():
        if fault := fault_of_line(text):
            raise Wrong(f"{fault}: {text[:200]!r}")


def learn(path: Path) -> None:
    """Recommend for the posts that are read, learn on from them, and evaluate with them."""
    found = list(read_posts(path))
    model = deepcopy(trained("best-rich"))
    list(model.recommend_posts(found, 3))
    model.partial_fit(found)
    evaluate(model, Corpus.from_posts(found))


def check(post: Post) -> None:
    """Raise Wrong for a post with a value of another kind than :class:`Post` says."""
    texts = [post.id, *post.hashtags, *post.features, *post.photos, *(label.description for label in post.labels)]
    texts += [text for text in (post.user, post.created_at) if text is not None]
    for text in texts:
        if not isinstance(text, str):
            raise Wrong(f"{text!r:.60} in place of a text")
        text.encode()  # which halves of surrogate pairs have no form in
    if not all(isinstance(label.score, float) and 0 <= label.score <= 1 for label in post.labels):
        raise Wrong(f"labels of {post.labels!r:.200}")
    if post.created_at is not None and math.isnan(seconds_of(post.created_at)):
        raise Wrong(f"the time {post.created_at!r:.60}")


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def as_lines(values: Sequence[Any]) -> bytes:
    return b"".join(as_json(value) + b"\n" for value in values)


def parquet(folder: Path) -> list[bytes]:
    import pyarrow
    from pyarrow import parquet

    rows = [
        {"id": str(i), "hashtags": ["a", f"b{i}"], "caption": CAPTION, "created_at": 1717156800 + i} for i in range(20)
    ]
    found = []
    for compression in ("snappy", "none", "zstd"):
        parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "a.parquet", compression=compression)
        found.append((folder / "a.parquet").read_bytes())
    return found


@dataclass(frozen=True)
class Always:
    """Inputs that need no folder."""

    contents: Sequence[bytes]

    def __call__(self, folder: Path) -> Sequence[bytes]:
        return self.contents


FOLDERS: list[dict[str, bytes]] = [
    {"posts.jsonl": as_lines(OWN), "a/posts.csv": ROWS.encode(), "1.jpg": b"\xff\xd8\xff"},
    {
        f"anna/{UTC}.txt": CAPTION.encode(),
        f"anna/{UTC}_1.jpg": b"x",
        f"anna/{UTC}.json": as_json(VALUES["instaloader"]),
    },
    {"content/posts_1.json": as_json(VALUES["export"]), "media/posts/1.jpg": b"x", "posts_2.json": b"[]"},
    {"data_list.txt": b"1.jpg\n2.jpg\n", "tag_list.txt": b"a b\nb\n", "vocab_index.txt": b"a 1\nb 2\n"},
]
PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}
TARGETS = [
    Target("posts-lines", Always([as_lines(OWN), as_lines(VALUES["apify"])]), TEXT_LINES, on_file("a.jsonl", use)),
    Target(
        "posts-table",
        Always([ROWS.encode(), ROWS.replace(",", ";").encode("utf-16")]),
        BYTES | LINES,
        on_file("a.csv", use),
    ),
    Target("posts-learn", Always([as_lines(OWN)]), LINES | JSON_LINES, on_file("a.jsonl", learn), share=0.3),
    Target("posts-parquet", parquet, BYTES, on_file("a.parquet", use)),
    *(
        Target(f"posts-{name}", Always([as_json(value)]), TEXT, on_file("a.json", use), share=0.3)
        for name, value in VALUES.items()
    ),
    *(
        Target(
            f"posts-{suffix}",
            Always([pack(as_lines(OWN))]),
            BYTES | compressed(TEXT_LINES, pack),
            on_file(f"a.jsonl.{suffix}", use),
        )
        for suffix, pack in PACKERS.items()
    ),
    Target(
        "posts-zip",
        Always([packed(list(files.items())) for files in FOLDERS]),
        BYTES | ZIP | in_members(TEXT),
        on_file("a.zip", use),
    ),
]
