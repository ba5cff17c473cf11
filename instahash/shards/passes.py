"""What passes over shards gave, kept so that a training that ended can go on; the first of them."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from instahash.data import Summary, Vocabulary
from instahash.errors import DataWarning
from instahash.parameters import to_json
from instahash.shards.reading import Encoding, encoding_of
from instahash.shards.shard import Arrays
from instahash.shards.shards import Shards
from instahash.storage import Checkpoint

Report = Callable[[str], object]


class Passes:
    """Arrays by the name of the pass.

    checkpoint : a file for them, or None.  resume : begin with what it has.  options : kept in it.
    """

    def __init__(
        self, shards: Shards, settings: Any, checkpoint: str | Path | None, resume: bool, options: Iterable[str]
    ):
        self.checkpoint = Checkpoint(checkpoint, _fingerprint(shards, settings), options) if checkpoint else None
        self.done = self.checkpoint.load() if self.checkpoint and resume else {}

    def once(self, name: str, work: Callable[[], Arrays]) -> Arrays:
        """What `work` gives, or what it gave before."""
        if name in self.done:
            return self.done[name]
        arrays = work()
        self.keep(name, arrays)
        return arrays

    def keep(self, name: str, arrays: Arrays) -> None:
        """Keep what a pass gave, or some rounds of it, where there is a checkpoint."""
        if self.checkpoint:
            self.done[name] = arrays
            self.checkpoint.save(self.done)


def read(shards: Shards, settings: Any, passes: Passes, report: Report) -> tuple[Encoding, Summary, str]:
    """The Encoding of all posts, their Summary, which is reported, and the digest of what was read."""

    def work() -> Arrays:
        encoding, summary, found = encoding_of(shards, settings.data)
        report(found.reading.table(found.with_hashtags, found.with_labels))
        for line in found.reading.lines():
            warnings.warn(line, DataWarning, stacklevel=2)
        digest = np.frombuffer(f"{found.digest % 2**128:032x}".encode(), np.uint8)
        return encoding.vocabulary.to_arrays() | {"summary": np.array(summary, np.float64), "digest": digest}

    arrays = passes.once("read", work)
    sizes, figures = arrays["summary"][:4].astype(int), arrays["summary"][4:]
    summary = Summary(*sizes.tolist(), *figures.tolist())
    report(str(summary))
    encoding = Encoding(Vocabulary.from_arrays(arrays), settings.data.min_score)
    return encoding, summary, arrays["digest"].tobytes().decode()


def _fingerprint(shards: Shards, settings: Any) -> str:
    """Names settings and shards, and how they are read: a checkpoint of others is not taken up."""
    content = to_json(settings)
    content.pop("n_threads")
    files = [[name, shards.sizes[name]] for name in shards.names]
    text = json.dumps([content, files, shards.how], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
