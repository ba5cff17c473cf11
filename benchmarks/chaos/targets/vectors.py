"""Files of word vectors: word2vec's text and binary, GloVe's text, compressed or not; with limits of any kind."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from chaos.jsons import odd_value
from chaos.mutations import BYTES, LINES, compressed
from chaos.target import Target, Wrong, on_file
from chaos.tiny import WORDS
from instahash.word2vec import WordVectors

TEXT = BYTES | LINES


def files(name: str, binary: bool, folder: Path) -> list[bytes]:
    """A few words' vectors, and one word's."""
    vectors = np.random.default_rng(3).standard_normal((len(WORDS), 5)).astype(np.float32)
    WordVectors(WORDS, vectors).save(folder / name, binary)
    WordVectors(WORDS[:1], vectors[:1] * 1e6).save(folder / f"one-{name}", binary)
    return [(folder / each).read_bytes() for each in (name, f"one-{name}")]


def glove(folder: Path) -> list[bytes]:
    """The same without a first line."""
    return [content.split(b"\n", 1)[1] for content in files("v.txt", False, folder)]


def use(binary: bool) -> Callable[[Path], None]:
    def call(path: Path) -> None:
        found = WordVectors.load(path, binary)
        if not np.isfinite(found.vectors).all() or len(found.words) != len(found.vectors):
            raise Wrong("vectors that are not finite, or not as many as words")
        if len(found):
            found.most_similar(found.words[0], topn=3)

    return call


def limited(limit: Any, folder: Path) -> None:
    path = folder / "v.txt"
    path.write_bytes(files("v.txt", False, folder)[0])
    if len(WordVectors.load(path, limit=limit)) > len(WORDS):
        raise Wrong("more words than there are")


def target(name: str, file: str, binary: bool, packed: Callable[[bytes], bytes] | None = None) -> Target:
    table = BYTES if binary else TEXT
    if packed:
        table = BYTES | compressed(table, packed)
    return Target(f"vectors-{name}", partial(files, file, binary), table, on_file(file, use(binary)))


TARGETS = [
    target("text", "v.txt", False),
    target("binary", "v.bin", True),
    target("gz", "v.txt.gz", False, gzip.compress),
    target("xz", "v.bin.xz", True, lzma.compress),
    target("bz2", "v.txt.bz2", False, bz2.compress),
    Target("vectors-limit", lambda folder: [None, 2], {"limit": lambda rng, *_: odd_value(rng, 2)}, limited, share=0.2),
    Target("vectors-glove", glove, TEXT, on_file("v.txt", use(False))),
]
