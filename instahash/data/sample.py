"""The embedded sample: posts made from tables of what people post about, so that a fresh machine has data.

Each file of `topics` is a theme: first words for all of its topics, then its topics, one a block,

    name popularity
    kinds: classes of the offline labeller, or "all of" a broader word
    seen: what else the offline labeller says
    google: what Google Cloud Vision says
    plain: hashtags that are plain words
    chain: hashtags as people who want to be found write them
    with: other topics in the same photo

all from most to least common. A post shows a topic and often some of those that go with it. Either annotator gives its
labels, right ones and false guesses. Its author has one of three styles: plain words; plain words, gear and technique;
or chains and hashtags that people put under anything. What belongs together is known, so models can be checked by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from instahash.data.broader import broader, class_names
from instahash.data.posts import Label, Post
from instahash.data.small import small_posts, zipf
from instahash.data.words import joined

GENERAL = (
    "photography photooftheday love instagood picoftheday instagram beautiful photo happy instadaily travel follow art "
    "like4like followme cute fun life nofilter tbt igers style amazing repost bestoftheday"
).split()
GEAR = (
    "canon nikon sony fujifilm 50mm 35mm iphone 85mm lightroom dslr mirrorless leica gopro film drone olympus vsco "
    "shotoniphone sigma tamron lumix"
).split()
NOISE = "monday friday sunday weekend mood random throwback goals blessed today memories morning".split()
GUESSES = (
    "font, leisure, art, recreation, fun, event, darkness, rectangle, circle, monochrome, gesture, pattern, metal, "
    "tints and shades, wood, glass, electric blue, still life photography, flash photography, sky, happy, landscape"
).split(", ")
# How many hashtags each style has of each kind: at least, and how many more on average.
STYLES = {
    "plain": {"plain": (2, 1.5), "theme": (0, 0.8), "company": (0, 0.9), "craft": (0, 0.15), "general": (0, 0.15)},
    "craft": {"plain": (2, 1.5), "theme": (0, 1.0), "company": (0, 0.9), "craft": (1, 1.2), "gear": (0, 1.2),
              "chain": (0, 0.3), "general": (0, 0.2)},
    "chain": {"plain": (2, 1.5), "theme": (0, 1.0), "company": (0, 0.6), "chain": (2, 2.0), "theme chain": (0, 1.5),
              "general": (1, 2.0)},
}  # fmt: skip
SHARES = {"plain": 0.62, "craft": 0.15, "chain": 0.23}


class Topic(NamedTuple):
    """What a topic's photos show and what is written under them, each from most to least common.

    theme : the name of a file of `topics`; a theme itself is a topic too, with `craft` and `places`.
    popularity : about how often people post about it, 1 for most topics.
    """

    theme: str
    popularity: float
    kinds: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    google: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    craft: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@cache
def topics() -> tuple[dict[str, Topic], dict[str, Topic]]:
    """All topics, and all themes, by their names."""
    found: dict[str, Topic] = {}
    themes: dict[str, Topic] = {}
    for path in sorted((files(__package__) / "topics").iterdir(), key=lambda path: path.name):
        name = path.name.removesuffix(".txt")
        for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
            first, *lines = block.splitlines()
            head, _, popularity = first.partition(" ")
            (found if name in themes else themes)[head] = _topic(name, float(popularity or 1), lines)
    return found, themes


def _topic(theme: str, popularity: float, lines: Sequence[str]) -> Topic:
    fields: dict[str, tuple[str, ...]] = {}
    for line in lines:
        key, _, values = line.strip().partition(": ")
        separator = ", " if key in ("kinds", "seen", "google") else None
        fields["company" if key == "with" else key] = tuple(values.split(separator))
    kinds = [kind for text in fields.pop("kinds", ()) for kind in _kinds(text)]
    return Topic(theme, popularity, tuple(dict.fromkeys(kinds)), **fields)


def _kinds(text: str) -> list[str]:
    word = text.removeprefix("all of ")
    return [text] if word == text else [name for name in class_names() if word == name or word in broader(name)]


def sample_posts(n_posts: int = 3600, seed: int = 0) -> Iterator[Post]:
    """The sample's posts; the same for the same arguments on every machine."""
    rng = np.random.default_rng([seed, 18])
    known, themes = topics()
    unseen = {name: list(topic.seen) for name, topic in known.items()}
    kinds = {name: [*twice, *rng.permutation(once), *twice] for name, (twice, once) in _dealt().items()}
    for number, name in enumerate(_names(rng, n_posts)):
        topic, theme = known[name], themes[known[name].theme]
        company = [known[other] for other in _draw(rng, topic.company, rng.choice(3, p=(0.4, 0.4, 0.2)), 0.5)]
        surely = [str(kinds[name].pop()) for _ in kinds[name][:2]]  # until all that the topic was dealt are shown
        shown = surely or _draw(rng, topic.kinds, 1, 0)
        if surely or rng.random() < 0.5:
            labels = _offline_labels(rng, topic, theme, company, shown, bool(surely))
            if unseen[name]:  # each is seen once, where the topic has as many posts
                word = unseen[name].pop(0)
                labels[word] = max(_score(rng), 0.5, labels.get(word, 0))
        else:
            labels = _google_labels(rng, topic, theme, company, shown)
        hashtags = _hashtags(rng, topic, theme, company)
        hashtags += [word for word in map(joined, _believed(labels)) if word in _plain_words() and rng.random() < 0.25]
        hashtags += [joined(kind) for kind in shown if labels.get(kind, 0) >= 0.5 and rng.random() < 0.25]
        ranked = sorted(labels.items(), key=lambda item: -item[1])
        yield Post(
            f"sample/{name}/{number:05d}.jpg",
            tuple(dict.fromkeys(hashtags[i] for i in rng.permutation(len(hashtags)))),
            tuple(Label(description, round(score, 4)) for description, score in ranked),
            made_up=True,
        )


def _names(rng: np.random.Generator, n_posts: int) -> list[str]:
    """The topics of n posts: enough of each for the kinds that it was dealt, and more by popularity, if n is large."""
    known, _ = topics()
    dealt = np.array([len(twice) + len(once) / 2 for twice, once in _dealt().values()])
    weights = dealt + [5 * topic.popularity for topic in known.values()]
    ends = np.round(np.cumsum(weights) * (n_posts / weights.sum())).astype(int)
    names = np.repeat(list(known), np.diff(ends, prepend=0))
    return [str(name) for name in rng.permutation(names)]


@cache
def _dealt() -> dict[str, tuple[list[str], list[str]]]:
    """The kinds that each topic shows twice, since no other topic shows them, and those that it shows once."""
    known, _ = topics()
    dealt: dict[str, tuple[list[str], list[str]]] = {name: ([], []) for name in known}
    for kind in class_names():
        owners = [name for name, topic in known.items() if kind in topic.kinds][:2]
        for name in owners:
            dealt[name][len(owners) - 1].append(kind)
    return dealt


def _offline_labels(
    rng: np.random.Generator, topic: Topic, theme: Topic, company: Sequence[Topic], shown: Sequence[str], surely: bool
) -> dict[str, float]:
    """What the offline labeller says; `surely` of the kinds too, of which it may otherwise be unsure, or silent."""
    labels: dict[str, float] = {}
    kinds = [(kind, 0.5 if surely else 0.1) for kind in shown]
    kinds += [(kind, 0.2) for other in company for kind in _draw(rng, other.kinds, rng.random() < 0.25, 0)]
    for name, least in kinds:
        score = least + (0.95 - least) * rng.random()
        for word in (name, *broader(name)):  # of which each is at least as sure as those before it
            labels[word] = max(score, labels.get(word, 0))
            score += 0.5 * (0.99 - score) * rng.random()
    seen = _draw(rng, topic.seen, 1 + rng.poisson(1.0), 0.7) + _draw(rng, theme.seen, rng.poisson(0.5), 0.7)
    for other in company:
        seen += _draw(rng, other.seen, 1, 0.7)
    for word in seen:
        labels[word] = max(_score(rng), labels.get(word, 0))
    if not surely and rng.random() < 0.5:  # little is recognised
        labels = {word: score for word, score in labels.items() if rng.random() < 0.4} or labels
    for word in _draw(rng, class_names(), rng.poisson(1.0), 0):
        labels.setdefault(word, 0.49 * rng.random())
    return labels


def _google_labels(
    rng: np.random.Generator, topic: Topic, theme: Topic, company: Sequence[Topic], shown: Sequence[str]
) -> dict[str, float]:
    """What Google says, which seldom names kinds."""
    seen = _draw(rng, topic.google, 3 + rng.poisson(3.0), 0.5) + _draw(rng, theme.google, rng.poisson(1.5), 0.5)
    for other in company:
        seen += _draw(rng, other.google, 1 + rng.poisson(0.7), 0.7)
    seen += _draw(rng, shown, rng.random() < 0.3, 0)
    labels = {word: _score(rng) for word in seen}
    for word in _draw(rng, GUESSES, rng.poisson(1.5), 0.3):
        labels.setdefault(word, 0.75 - 0.45 * rng.random())
    return labels


def _hashtags(rng: np.random.Generator, topic: Topic, theme: Topic, company: Sequence[Topic]) -> list[str]:
    style = STYLES[str(rng.choice(list(SHARES), p=list(SHARES.values())))]
    sources = {
        "plain": topic.plain, "theme": theme.plain, "chain": topic.chain, "theme chain": theme.chain,
        "craft": theme.craft, "gear": GEAR, "general": GENERAL,
    }  # fmt: skip
    found = []
    for name, source in sources.items():
        least, more = style.get(name, (0, 0.0))
        found += _draw(rng, source, least + rng.poisson(more), 0.9)
    for other in company:
        found += _draw(rng, other.plain, rng.poisson(style["company"][1]), 1.0)
    if rng.random() < 0.12:
        found += _draw(rng, theme.places, 1 + rng.poisson(0.3), 0.3)
    return found + _draw(rng, NOISE, rng.poisson(0.15), 0.3)


def _believed(labels: dict[str, float]) -> list[str]:
    return [word for word, score in labels.items() if score >= 0.5]


@cache
def _plain_words() -> frozenset[str]:
    return frozenset(word for table in topics() for topic in table.values() for word in topic.plain)


def _score(rng: np.random.Generator) -> float:
    return float(0.97 - 0.5 * rng.random() ** 1.5)


def _draw(rng: np.random.Generator, items: Sequence[str], n: float, exponent: float) -> list[str]:
    """At most n different items, one after another, the k-th in proportion to k ** -exponent."""
    if not n or not items:
        return []
    # The first to arrive, where arrivals have these rates.
    arrivals = rng.standard_exponential(len(items)) / zipf(len(items), exponent)
    return [items[i] for i in np.argsort(arrivals)[: int(n)]]


# Posts to train on, others of the same kind, and a few topics for lessons, by what every data argument calls them.
SAMPLES: dict[str, Callable[[], Iterator[Post]]] = {
    "sample": sample_posts,
    "sample-held-out": partial(sample_posts, 1000, seed=1),
    "sample-small": small_posts,
}
