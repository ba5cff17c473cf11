"""Planted posts of which everything is known, and a reader of the page."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest

from instahash.data import Corpus, Label, Post, Vocabulary
from instahash.evaluation import evaluate
from instahash.recommend import Recommendation
from instahash.report import About, page

# Two topics, dogs and the sea, and two hashtags that go with both. Grass and sand are labels alone.
HASHTAGS = ["love", "dog", "puppy", "pup", "sea", "beach", "wave", "happy"]
WORDS = [*HASHTAGS, "grass", "sand"]
TOPICS = [("dog", "puppy", "pup", "grass"), ("sea", "beach", "wave", "sand")]
# Hashtags of a topic are near each other; labels and the two others have directions of their own.
VECTORS = np.zeros((10, 6))
VECTORS[[1, 2, 3], 0], VECTORS[[4, 5, 6], 1] = 1, 1
VECTORS[[1, 2, 3, 4, 5, 6], 2] = [0.1, 0.3, 0.5, 0.1, 0.3, 0.5]
VECTORS[0, 3], VECTORS[7, 4], VECTORS[[8, 9], 5] = 1, 1, [1, -1]


def planted_posts(n_posts=160):
    """Of each topic as many posts of each kind: descriptive, mixed, non-descriptive, abstract."""
    posts = []
    for i in range(n_posts):
        a, b, c, seen = TOPICS[i % 2]
        tags = [(a,), (a, b, "love"), (b, c, "love"), ("love", "happy", b)][i // 2 % 4]
        posts.append(Post(f"photos/{i:03}.jpg", tags, (Label(a, 0.9), Label(seen, 0.8))))
    return posts


class StandIn:
    """Says the first two hashtags of a topic and love; the other system says what is popular."""

    vocabulary = Vocabulary(WORDS, [160] * 10, [120, 40, 60, 20, 40, 60, 20, 40, 0, 0])
    settings = SimpleNamespace(data=SimpleNamespace(min_score=0.5))
    word_vectors = staticmethod(lambda: SimpleNamespace(vectors=VECTORS))

    def __init__(self, network="autorec"):
        self.summary, self.network = {"posts": 160}, network

    def recommend_matrix(self, description, *, chosen, keys, trace, echoes=None):
        answers = []
        for row in range(description.shape[0]):
            asked = chosen if chosen is not None else description
            known = [WORDS[i] for i in asked[[row]].indices]
            a, b, _, seen = TOPICS[any(word in TOPICS[1] for word in known)]
            said = [a, b, "love"]
            trace = {"description": known, "word2vec": [a, seen, b], self.network: [a, "love", b], "combined": [a, b]}
            answers.append(Recommendation(said, [0.9, 0.8, 0.7], "cosine", "intersection", trace))
        return answers

    def rankings(self, description, top, chosen=None):
        return {"popularity": np.tile(np.array([0, 2, 5, 1], np.int32), (description.shape[0], 1))}


@pytest.fixture(scope="session")
def planted():
    return evaluate(StandIn(), Corpus.from_posts(planted_posts()), details=True)


@pytest.fixture(scope="session")
def completion():
    return evaluate(StandIn(), Corpus.from_posts(planted_posts()), "completion", details=True)


@pytest.fixture(scope="session")
def completion_of_best():
    return evaluate(StandIn("completion"), Corpus.from_posts(planted_posts()), "completion", details=True)


@pytest.fixture(scope="session")
def mixed():
    """Also posts: 20 without a hashtag, 30 with an unknown one, 40 without a label, 10 with an unknown one."""
    kinds = [((), "dog", 20), (("zeppelin",), "dog", 30), (("love",), "", 40), (("love",), "zeppelin", 10)]
    more = [
        Post(f"{tags} {seen} {i}", tags, tuple(Label(word, 0.9) for word in seen.split()))
        for tags, seen, n in kinds
        for i in range(n)
    ]
    return evaluate(StandIn(), Corpus.from_posts(planted_posts() + more), details=True)


@pytest.fixture(scope="session")
def few():
    """An evaluation of the first planted posts, so many."""
    return lambda n_posts: evaluate(StandIn(), Corpus.from_posts(planted_posts(n_posts)), details=True)


class Page(HTMLParser):
    """What stands in an HTML file, and that every element is closed by its own end.

    elements : list of (name, attributes), in order.  tables : dict of id -> rows of texts.  captions : dict of table id
    -> text.  ids : list.  text : str, all text outside of style and title.
    """

    VOID = ("meta", "wbr")

    def __init__(self, html):
        super().__init__()
        self.elements, self.tables, self.captions, self.ids, self.open = [], {}, {}, [], []
        self.texts, self.titled = [], set()
        assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, name, attributes):
        assert len(dict(attributes)) == len(attributes), f"an attribute twice in {name}"
        attributes = dict(attributes)
        self.elements.append((name, attributes))
        self.ids += [attributes["id"]] if "id" in attributes else []
        if name == "title" and self.open[-1][0] == "svg":
            self.titled.add(self.open[-1][1]["aria-labelledby"])
        if name == "table":
            self.tables[attributes["id"]] = []
        elif name == "tr":
            self._table().append([])
        elif name in ("th", "td"):
            self._table()[-1].append("")
        elif name == "caption":
            self.captions[self._inside("table")] = ""
        if name not in self.VOID:
            self.open.append((name, attributes))

    def handle_startendtag(self, name, attributes):
        self.elements.append((name, dict(attributes)))
        assert any(opened == "svg" for opened, _ in self.open), f"<{name}/> outside of a drawing"

    def handle_endtag(self, name):
        assert self.open.pop()[0] == name, name

    def handle_data(self, data):
        names = [name for name, _ in self.open]
        if "style" in names or "title" in names:
            return
        self.texts.append(data)
        if "caption" in names:
            self.captions[self._inside("table")] += data
        elif names and {"th", "td"} & set(names):
            self._table()[-1][-1] += data

    def _inside(self, name):
        return next(attributes["id"] for opened, attributes in reversed(self.open) if opened == name)

    def _table(self):
        return self.tables[self._inside("table")]

    @property
    def text(self):
        """With each run of blanks and line ends as one blank."""
        return re.sub(r"[ \n]+", " ", "".join(self.texts))


@pytest.fixture(scope="session")
def read():
    return Page


HEADER = {
    "mode": "paper",
    "settings": {
        "data": {"max_hashtags": 30, "min_score": 0.5},
        "word2vec": {"vectors": "auto"},
        "seed": 0,
        "on": True,
    },
    "sizes": {"n_words": 10},
    "summary": {"posts": 160},
    "history": {"word2vec_loss": [3.0, 2.5], "autorec_rmse": [0.2], "another": [1.0, 2.0], "none": []},
    "versions": {"numpy": "2.0"},
}
ABOUT = About(
    data="held.jsonl", model="photos", baselines="train.jsonl", header=HEADER, posts_read=170, seed=3,
    defaults={"data": {"max_hashtags": 1000, "min_score": 0.5}, "word2vec": {"vectors": "auto"}, "seed": 0, "on": True},
    date="2026-01-02", seconds={"evaluating": 1.25}, arrays={"expert_linear": 1500}, versions={"numpy": "2.1"},
)  # fmt: skip


@pytest.fixture(scope="session")
def about():
    return ABOUT


@pytest.fixture(scope="session")
def html(planted):
    return page(planted, ABOUT)


@pytest.fixture(scope="session")
def seen(html):
    return Page(html)
