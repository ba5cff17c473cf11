"""What passes over shards gave, kept so that a training that ended can go on; the first of them."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from instahash.checkpoint import Checkpoint
from instahash.data import Summary, Vocabulary
from instahash.errors import DataWarning, ModelError, cut, one_line
from instahash.forms import COUNT, MISFITS, Form, fit
from instahash.parameters import to_json
from instahash.shards.reading import Encoding, encoding_of
from instahash.shards.shard import Arrays
from instahash.shards.shards import Shards
from instahash.trainer import Detail

Report = Callable[[str], object]
T = TypeVar("T")
# What is kept of the first pass beside the vocabulary.
READ_FORMS = {
    "summary": Form("float64", (len(Summary._fields),), 0, COUNT),
    "digest": Form("uint8", (32,), 0, 255),
}


class Passes:
    """Arrays by the name of the pass.

    checkpoint : a file for them, or None.  resume : begin with what it has.  options : kept in it.
    """

    def __init__(
        self, shards: Shards, settings: Any, checkpoint: str | Path | None, resume: bool, options: Iterable[str]
    ):
        self.checkpoint = Checkpoint(checkpoint, _fingerprint(shards, settings), options) if checkpoint else None
        self.done = self.checkpoint.load() if self.checkpoint and resume else {}

    def once(self, name: str, work: Callable[[], Arrays], made: Callable[[Arrays], T]) -> T:
        """What is `made` of the arrays that `work` gives, or gave before.

        Raises ModelError where nothing can be made of those in the checkpoint.
        """
        if name not in self.done:
            arrays = work()
            self.keep(name, arrays)
            return made(arrays)
        try:
            return made(self.done[name])
        except MISFITS as error:
            what = f"the checkpoint holds no '{name}' of this training ({cut(one_line(repr(error)))})"
            raise ModelError(f"{what}; train without --resume to begin anew") from None

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

    def made(arrays: Arrays) -> tuple[Vocabulary, Summary, str]:
        fit(arrays, READ_FORMS)
        sizes, figures = arrays["summary"][:4].astype(int), arrays["summary"][4:]
        digest = f"{int(arrays['digest'].tobytes(), 16):032x}"
        return Vocabulary.from_arrays(arrays), Summary(*sizes.tolist(), *figures.tolist()), digest

    vocabulary, summary, digest = passes.once("read", work, made)
    report(Detail(summary))
    return Encoding(vocabulary, settings.data.min_score), summary, digest


def _fingerprint(shards: Shards, settings: Any) -> str:
    """Names settings and shards, and how they are read: a checkpoint of others is not taken up."""
    content = to_json(settings)
    content.pop("n_threads")
    files = [[name, shards.sizes[name]] for name in shards.names]
    text = json.dumps([content, files, shards.how], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
