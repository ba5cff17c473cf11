"""A few posts, and models trained on them in all modes and with settings of every kind, each made once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from instahash import InstaHash, Post
from instahash.pipeline import settings_of

WORDS = "sea beach sun sand wave dog puppy grass park cat city street night light food cake coffee café 海".split()
N_FEATURES = 6
NETWORKS = ("softmax", "completion", "photo_network")
SMALL = ["word2vec.dim=3", "word2vec.epochs=2"]
SMALL_BEST = SMALL + ["stream.epochs=1", "fusion.held_out=0.2"]
SMALL_BEST += [f"{name}.{setting}" for name in NETWORKS for setting in ("n_hidden=4", "epochs=2", "batch_size=16")]
SMALL_PAPER = [*SMALL, "autorec.n_hidden=4", "autorec.epochs=2", "autorec.batch_size=16", "ratings.n_expand=3"]
# name -> (mode, settings beside the small ones, whether the posts have what not every post has)
KINDS: dict[str, tuple[str, list[str], bool]] = {
    "best": ("best", [], False),
    "best-rich": (
        "best",
        [
            *("stream.half_life=30", "word2vec.trainer=sampling", "word2vec.vectors=input", "inputs.length=0"),
            *("softmax.dtype=float64", "softmax.hidden=tanh", "softmax.optimizer=momentum", "softmax.reg=0.01"),
            *("completion.negatives=batch", "completion.hidden=identity", "completion.schedule=constant"),
            *("list.novelty=0.3", "list.diversity=0.5", "data.min_count=2", "data.min_score=0.3"),
        ],
        True,
    ),
    "paper": ("paper", [], False),
    "paper-spectral": (
        "paper",
        [
            *("autorec.epochs=0", "autorec.init=spectral", "autorec.hidden=identity", "autorec.dtype=float64"),
            *("autorec.decoder=ridge", "ratings.input=description", "ratings.target=hashtags"),
            *("ratings.expansion_last=0.1", "word2vec.vectors=sum", "combination.n_default=0"),
        ],
        True,
    ),
}


@cache
def posts(rich: bool = False, n: int = 40, seed: int = 1) -> list[Post]:
    """Posts of six neighbouring words each; where they are rich, with users, times, features and photos."""
    rng = Random(seed)
    made = []
    for i in range(n):
        start = rng.randrange(len(WORDS) - 5)
        words = rng.sample(WORDS[start : start + 6], 6)
        labels = tuple((word, round(rng.random(), 2)) for word in words[3:])
        more: dict[str, Any] = {}
        if rich:
            more = {"user": f"u{i % 3}", "features": ("country:pt",), "created_at": f"2024-01-{i % 28 + 1:02}"}
            if i % 4:
                more["photo_features"] = np.full(N_FEATURES, start / 8, np.float16) + np.arange(N_FEATURES)
        made.append(Post(str(i), tuple(words[:3]), labels, **more))
    return made


def settings(kind: str) -> Any:
    mode, changes, _ = KINDS[kind]
    return settings_of(mode, (SMALL_BEST if mode == "best" else SMALL_PAPER) + changes)


@cache
def trained(kind: str) -> InstaHash:
    """The model of a kind; it must not be changed."""
    return InstaHash(settings(kind)).fit(posts(KINDS[kind][2]))


def model_file(kind: str, folder: Path) -> bytes:
    """What the model file of a kind holds."""
    trained(kind).save(folder / kind)
    return (folder / kind / "model.npz").read_bytes()
