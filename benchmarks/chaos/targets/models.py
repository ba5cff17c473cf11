"""Model files and checkpoints: of both modes, of settings of every kind, each member of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from chaos.jsons import JSON
from chaos.mutations import BYTES, LINES
from chaos.npy import NPY
from chaos.target import Target, Wrong, on_file
from chaos.tiny import KINDS, N_FEATURES, model_file, posts, settings
from chaos.zips import ZIP, in_members
from instahash import InstaHash, write_posts
from instahash.checkpoint import CHECKPOINT, Checkpoint
from instahash.data import fit_dataset
from instahash.errors import DivergenceError, SettingsError
from instahash.pipeline.identity import fingerprint
from instahash.pipeline.mode import MODES
from instahash.shards import Shards, fit_best
from instahash.storage import MODEL, write_model
from instahash.trainer import Trainer

HEADER_TEXT = {f"header: {name}": mutation for name, mutation in in_members({**JSON, **LINES}, ".json").items()}
FILE = {
    **{f"bytes: {name}": mutation for name, mutation in BYTES.items()},
    **ZIP,
    **in_members(NPY, ".npy"),
    **HEADER_TEXT,
}
LABELS = ([("sea", 0.9), ("dog", 0.2)], ["nowhere", "golden sand"], [("café", 0.4)], [])


def use(path: Path) -> None:
    """Load a model and ask it for all that it has."""
    answers(InstaHash.load(path.parent))


def answers(model: InstaHash) -> None:
    """All kinds of questions, learning on, and what that has learnt is saved and asked again."""
    ask(model)
    try:
        model.partial_fit(posts(True, 5, 2))
    except (SettingsError, DivergenceError):  # in mode paper; or weights so large that gradients have no end
        return
    ask(model)


def ask(model: InstaHash) -> None:
    novel: dict[str, Any] = {"novelty": 0.3, "diversity": 0.6, "trace": True} if model.settings.mode == "best" else {}
    features = np.arange(N_FEATURES, dtype=np.float32)
    for labels in LABELS:
        about: dict[str, Any] = {"photo_features": features} if model.reads_photos and labels else {}
        check(model.recommend(labels, 5, chosen=["sun"], user="u1", features=["country:pt"], **about).scores)
        check(model.recommend(labels, banned=["beach"], **novel).scores)
    for _, answer in model.recommend_posts(posts(False, 3, 3)):
        check(answer.scores)
    model.word_vectors().most_similar(["sea"], ignore_missing=True, topn=3) if "sea" in model.vocabulary.index else None
    if len(model.vocabulary):
        from scipy import sparse

        n = len(model.vocabulary)
        model.rankings(sparse.csr_array(np.eye(2, n, dtype=np.float32)), 4)


def check(scores: Sequence[float]) -> None:
    if not np.isfinite(scores).all():
        raise Wrong("a score that is not finite")


def files_of(kind: str, folder: Path) -> list[bytes]:
    """The model of a kind as it is saved, and as large arrays would be, in half precision."""
    content = model_file(kind, folder)
    from instahash.storage import read_model

    header, sections = read_model(folder / kind)
    header.pop("format_version")
    half = {
        section: {
            name: array.astype(np.float16) if array.dtype == np.float32 and array.ndim == 2 else array
            for name, array in arrays.items()
        }
        for section, arrays in sections.items()
    }
    write_model(folder / "half", header, half)
    return [content, (folder / "half" / MODEL).read_bytes()]


class States(Checkpoint):
    """Keeps every state of a training, each as a file's content."""

    kept: list[bytes]

    def save(self, states: dict[str, Any]) -> None:
        self._next_save = 0.0
        super().save(states)
        self.kept.append(self.path.read_bytes())


def states_of(kind: str, folder: Path) -> list[bytes]:
    """The checkpoints of a training from its beginning to its end."""
    own, dataset = settings(kind), dataset_of(kind)
    checkpoint = States(folder / CHECKPOINT, fingerprint(own, dataset), ["--data", "posts.jsonl"])
    checkpoint.kept = []
    MODES[own.mode][0](own).fit(dataset, Trainer(checkpoint))
    return checkpoint.kept


def dataset_of(kind: str) -> Any:
    data = settings(kind).data
    from instahash.data import Corpus

    return fit_dataset(Corpus.from_posts(posts(KINDS[kind][2])), data.max_hashtags, data.min_score, data.min_count)


def resume(kind: str) -> Callable[[Path], None]:
    def call(path: Path) -> None:
        try:
            model = InstaHash(settings(kind)).fit(posts(KINDS[kind][2]), checkpoint=path, resume=True)
        except DivergenceError:
            return
        check(model.recommend(LABELS[0]).scores)

    return call


@cache
def sharded() -> TemporaryDirectory[str]:
    """A folder with posts in two files, which goes when this process ends; a checkpoint is of the same files alone."""
    folder = TemporaryDirectory()
    for half in (0, 1):
        write_posts(f"{folder.name}/{half}.jsonl", posts(True)[half::2])
    return folder


def from_shards(path: Path, resume: bool = False) -> None:
    with Shards(f"{sharded().name}/*.jsonl") as shards, suppress(DivergenceError):
        check(fit_best(shards, settings("best"), checkpoint=path, resume=resume).recommend(LABELS[0]).scores)


def states_of_shards(folder: Path) -> list[bytes]:
    """The checkpoint of a training from shards, with the state of each pass."""
    from_shards(folder / CHECKPOINT)
    return [(folder / CHECKPOINT).read_bytes()]


def go_on_from_shards(path: Path) -> None:
    from_shards(path, resume=True)


TARGETS = [
    *(Target(f"model-{kind}", partial(files_of, kind), FILE, on_file(MODEL, use), share=4) for kind in KINDS),
    *(
        Target(f"checkpoint-{kind}", partial(states_of, kind), FILE, on_file(CHECKPOINT, resume(kind)), share=0.5)
        for kind in KINDS
    ),
    Target(
        "checkpoint-shards", states_of_shards, FILE, on_file(CHECKPOINT, partial(from_shards, resume=True)), share=0.3
    ),
]
