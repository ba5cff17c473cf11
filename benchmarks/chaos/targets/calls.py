"""What people call, with values of any kind for any argument: a sound answer, or one line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from scipy import sparse

from chaos.mutations import BYTES, FLOATS, INTEGERS, LINES, TEXTS, Mutation
from chaos.target import Target, Wrong, on_file, run_command
from chaos.tiny import posts, trained
from instahash import Label, Post, WordVectors, read_posts, write_posts
from instahash.data import Corpus, hashtags_in, labels_from_text, train_test_split
from instahash.evaluation import evaluate
from instahash.recommend import Preferences

Call = tuple[str, dict[str, Any]]  # its name, and arguments by name
ODD: list[Any] = [
    *(None, True, False, (), [], {}, set(), b"sea", bytearray(b"a"), object(), object, len, Ellipsis, NotImplemented),
    *(1j, Fraction(1, 3), datetime(2024, 5, 1), range(3), slice(2), memoryview(b"ab"), frozenset(("sea",)), print),
    *(np.float32(0.5), np.int8(3), np.bool_(True), np.datetime64("2024-05-01"), np.str_("sea"), np.array("sea")),
    *(np.zeros(3), np.zeros((2, 3)), np.array(["sea", "sun"]), np.array([None, 3], object), np.full(6, np.nan)),
    *(np.zeros(0), np.array([["sea", "0.5"]]), sparse.csr_array((2, 5)), sparse.csr_array((0, 0)), Path("sea")),
    *([None], [[]], [()], [{}], [["sea"]], [("sea", 7)], [("sea", -0.1)], [("sea", math.nan)], [("sea", "0.5")]),
    *([{"description": "sea"}], [{"score": 1}], {"sea": 2}, {"sea": 0.5}, {"description": 3, "score": 1}, {1: 2}),
    *("sea, boat", "#sea #sun", "sea:0.5", "sea:7", Label("sea", 0.5), Post("1"), [Post("1")], ["sea"] * 2000),
    *INTEGERS, *FLOATS, *TEXTS,
]  # fmt: skip


@cache
def vectors() -> WordVectors:
    return trained("best").word_vectors()


@cache
def corpus() -> Corpus:
    return Corpus.from_posts(posts(True, 12, 5))


def learn(posts: Any) -> None:
    """On a copy, so that the model stays."""
    from copy import deepcopy

    deepcopy(trained("best")).partial_fit(posts)


def prefer(half_life: Any, keys: Any, times: Any) -> None:
    made = Preferences(half_life)
    made.add(keys, sparse.csr_array(np.eye(2, 4, dtype=np.float32)), times)
    made.most_used(keys, 4, 0, 3)


def write(posts: Any, folder: Path) -> None:
    write_posts(folder / "posts.jsonl", posts)
    list(read_posts(folder / "posts.jsonl"))


ROWS = [{"id": "1", "hashtags": ["sea"], "labels": [{"description": "sun", "score": 0.5}], "user": "u1"}]
RECOMMEND: dict[str, Any] = {
    **{"labels": ["sea", ("sun", 0.4)], "top": 5, "chosen": ["dog"], "user": "u1", "features": ["country:pt"]},
    **{"photo_features": None, "novelty": 0.3, "diversity": 0.2, "banned": ["cat"], "trace": True, "min_score": 0.5},
}
PAPER = {name: value for name, value in RECOMMEND.items() if name not in ("novelty", "diversity")}
POSTS: dict[str, Any] = {"posts": ROWS, "top": 3, "novelty": 0.1, "diversity": 0.1, "banned": None, "n_threads": 1}
POST = {
    **{"id": "1", "hashtags": ("sea",), "labels": (Label("sea", 0.5),), "user": None, "created_at": "2024-05-01"},
    **{"features": (), "photos": (), "photo_features": None, "made_up": False},
}
SIMILAR = {"positive": ["sea"], "negative": ["dog"], "topn": 3, "restrict_to": None, "ignore_missing": True}
EVALUATE = {"protocol": "description", "n_examples": 2, "seed": 0, "progress": False, "details": True}
# Call -> the function, and sound arguments.
CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    **{f"recommend-{kind}": (lambda _kind=kind, **own: trained(_kind).recommend(**own),
                             RECOMMEND if kind != "paper" else PAPER)
       for kind in ("best", "best-rich", "paper")},
    "recommend_posts": (lambda **own: list(trained("best-rich").recommend_posts(**own)), POSTS),
    "recommend_matrix": (lambda **own: trained("best").recommend_matrix(**own),
                         {"description": None, "top": 3, "chosen": None,
                          "keys": None, "echoes": None, "photo_features": None, "n_threads": 1}),
    "rankings": (lambda **own: trained("best").rankings(**own),
                 {"description": None, "top": 3, "chosen": None}),
    "knows_user": (lambda **own: trained("best-rich").knows_user(**own), {"user": "u1"}),
    "partial_fit": (learn, {"posts": ROWS * 3}),
    "most_similar": (lambda **own: vectors().most_similar(**own), SIMILAR),
    "similarity": (lambda **own: vectors().similarity(**own), {"a": "sea", "b": "sun"}),
    "n_similarity": (lambda **own: vectors().n_similarity(**own),
                     {"a": ["sea"], "b": ["sun"], "ignore_missing": False}),
    "doesnt_match": (lambda **own: vectors().doesnt_match(**own), {"words": ["sea", "dog"], "ignore_missing": True}),
    "rank": (lambda **own: vectors().rank(**own), {"a": "sea", "b": "sun"}),
    "vector": (lambda words: vectors()[words], {"words": ["sea", "sun"]}),
    "vectors": (WordVectors, {"words": ["a", "b"], "vectors": np.eye(2)}),
    "sets": (lambda **own: vectors().most_similar_to_sets(**own),
             {"sets": None, "top": 3, "restrict_to": None, "exclude": True, "block": 64}),
    "Post": (Post, POST),
    "Label": (Label, {"description": "sea", "score": 0.5}),
    "Corpus": (Corpus.from_posts, {"posts": [Post("1", ("sea",))]}),
    "read_posts": (lambda **own: list(read_posts(**own)),
                   {"source": None, "format": "auto", "columns": {}, "strict": False}),
    "write_posts": (write, {"posts": ROWS}),
    "split": (train_test_split, {"n_posts": 9, "test_fraction": 0.2, "seed": 0}),
    "hashtags_in": (hashtags_in, {"text": "#sea"}),
    "labels_from_text": (labels_from_text, {"text": "sea:0.5, sun"}),
    "evaluate": (lambda **own: evaluate(trained("best"), corpus(), **own), EVALUATE),
    "Preferences": (prefer, {"half_life": 3.0, "keys": [("user:a",), ()], "times": None}),
}  # fmt: skip


def sound(folder: Path) -> list[Call]:
    for kind in ("best", "best-rich", "paper"):
        trained(kind)
    one_post = sparse.csr_array((1, len(trained("best").vocabulary)), dtype=np.float32)
    few = {"description": one_post, "sets": one_post, "source": folder / "posts.jsonl"}
    write_posts(few["source"], posts(True, 3))
    return [
        (name, {part: few.get(part) if value is None else value for part, value in own.items()})
        for name, (_, own) in CALLS.items()
    ]


def argument(rng: Random, value: Call, others: Sequence[Call]) -> Call:
    """One argument has a value of another kind."""
    name, own = value
    return name, {**own, rng.choice(list(own)): rng.choice(ODD)}


def inside(rng: Random, value: Call, others: Sequence[Call]) -> Call:
    """An odd value is in a list, a tuple, a dict, an array or something that gives it once."""
    name, own = value
    odd = rng.choice(ODD)
    shapes: list[Callable[[], Any]] = [
        *(lambda: [odd], lambda: ["sea", odd], lambda: (odd, odd), lambda: {"labels": odd, "hashtags": odd, "id": odd}),
        *(
            lambda: [{"description": odd, "score": odd}],
            lambda: [("sea", odd)],
            lambda: [{"labels": [odd], "user": odd}],
        ),
        *(lambda: iter([odd]), lambda: [{"hashtags": odd, "created_at": odd, "user_features": odd}]),
    ]
    return name, {**own, rng.choice(list(own)): rng.choice(shapes)()}


def ask(value: Call, folder: Path) -> None:
    name, own = value
    call = CALLS[name][0]
    answer = call(**own, folder=folder) if call is write else call(**own)
    scores = getattr(answer, "scores", [])
    if not np.isfinite(scores).all():
        raise Wrong("a score that is not finite")


# Commands


OPTIONS = {
    "recommend": {
        **{"--labels": "sea, sun:0.7", "--top": "3", "--chosen": "#dog", "--user": "u1", "--novelty": "0.2"},
        **{"--diversity": "0.1", "--platform": "instagram", "--min-score": "0.4"},
    },
    "recommend posts": {"--posts": "posts.csv", "--columns": "hashtags=Tags,id=Nr", "--format": "auto", "--top": "2"},
    "train": {
        **{"--mode": "best", "--max-hashtags": "5", "--min-count": "1", "--min-score": "0.5"},
        **{"--seed": "0", "--threads": "1"},
    },
}  # fmt: skip


@cache
def saved() -> TemporaryDirectory[str]:
    """A folder with a model and posts, which goes when this process ends."""
    folder = TemporaryDirectory()
    trained("best").save(folder.name)
    Path(folder.name, "posts.csv").write_text("Nr,Tags,labels\n1,#sea,sun\n")
    return folder


def lines(folder: Path) -> list[Call]:
    return [(command, dict(options)) for command, options in OPTIONS.items()]


def option(rng: Random, value: Call, others: Sequence[Call]) -> Call:
    """An option has an odd text, or is another command's."""
    command, options = value
    texts = [text for text in [*TEXTS, *map(str, INTEGERS), *map(str, FLOATS)] if "\0" not in text]
    name = rng.choice([*options, "--json", "--quiet", f"--{rng.choice(['x', 'top', 'labels'])}"])
    return command, {**options, name: rng.choice(texts)}


def run(value: Call, folder: Path) -> None:
    from instahash.cli import recommend, train

    command, options = value
    if options.get("--posts") == "posts.csv":
        options = options | {"--posts": f"{saved().name}/posts.csv"}
    given = [part for name, text in options.items() for part in (name, text)]
    if command.startswith("recommend"):
        run_command(recommend.main, "--model-dir", saved().name, *given)
    else:
        run_command(train.main, "--settings", "--model-dir", folder, *given)


def ban(path: Path) -> None:
    from instahash.cli import recommend

    run_command(recommend.main, "--model-dir", saved().name, "--labels", "sea", "--banned", path)


KINDS_OF_VALUES: Mapping[str, Mutation] = {"argument": argument, "inside": inside}
TARGETS = [
    Target("calls-python", sound, KINDS_OF_VALUES, ask, share=2.0),
    Target("calls-commands", lines, {"option": option}, run),
    Target("calls-banned", lambda folder: [b"#sea, sun\ndog\n"], BYTES | LINES, on_file("banned.txt", ban), share=0.3),
]
