"""From labels to hashtags, step by step, as plain values. No number is computed anew that a model gives."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from itertools import islice, takewhile
from typing import Any

import numpy as np

from instahash.archive import is_image
from instahash.data import words
from instahash.data.given import labels_of
from instahash.errors import DataError, cut
from instahash.explore.groups import GROUPS, mixed, places_of_groups
from instahash.explore.network import N_HASHTAGS, RANKED, NetworkSteps, centres
from instahash.explore.words import Words, number
from instahash.names import heading

# Endings that are offered for the beginning of a word, and words of that beginning that are looked at.
ENDINGS, LOOKED_AT = 5, 5000
MOST_WORDS = 300  # of all labels, and of all chosen hashtags


class Explainer:
    """model : a trained InstaHash, which is only read: several threads may query at once. What it learns later is
    another model, and changes nothing here.
    """

    def __init__(self, model: Any):
        model = model.learnt
        self.model, self.vocabulary, self.words = model, model.vocabulary, Words(model.vocabulary)
        self.vectors = model.word_vectors()
        self._sorted = sorted(self.vocabulary.words)
        ids = self.vocabulary.hashtag_ids
        self._word_of = dict(zip(self.vocabulary.spelled(ids), self.vocabulary.words_array[ids]))
        counts = self.vocabulary.hashtag_counts[ids]
        self._use = dict(zip(self.vocabulary.words_array[ids], zip(counts.tolist(), places_of_groups(counts).tolist())))
        self._centres: dict[str, tuple[np.ndarray, float]] = {}

    def explain(
        self,
        labels: Iterable[str | dict[str, Any]],
        chosen: Iterable[str] = (),
        novelty: float | None = None,
        top: int = N_HASHTAGS,
        mix: Sequence[int] | None = None,
        photo_features: str | None = None,
    ) -> dict[str, Any]:
        """Every step to the hashtags for a photo.

        labels : texts as people type them, "sky" or "sky:0.93", or several of them in one text; or dicts of a
            "description" and its "score".
        chosen : hashtags picked already.  novelty, top : as in :meth:`InstaHash.recommend`.
        mix : how many big, middle and niche hashtags are wanted, in place of `top`; see :mod:`.groups`.
        photo_features : those of the photo as :func:`text_of_features` writes them.
        Raises DataError for a score out of range, more than MOST_WORDS words or other features, SettingsError for
        novelty that the mode does not know.
        """
        read, given = self._read(labels)
        picked = [word for text in chosen for word in words(text)]
        _check_size("chosen hashtags", len(picked))
        seen = {} if photo_features is None else {"photo_features": features_of_text(photo_features)}
        query = self.model.queries(given, chosen, **seen)
        most = top if mix is None else len(self.vocabulary.hashtag_ids)
        answer = self.model.recommend(given, most, chosen=chosen, novelty=novelty, trace=True, **seen)
        hashtags = [self._hashtag(*pair) for pair in zip(answer.hashtags, answer.scores)]
        networks = [self._network(part) for part in self.model.mode.networks(query)]
        similar = self._similar(query, len(answer.trace["word2vec"]))
        ranking = networks[0]["ranking"] if networks else []
        steps = {
            "labels": read,
            "chosen": [self.words.named(word) for word in dict.fromkeys(picked)],
            "description": answer.trace["description"],
            "word2vec": similar,
            "networks": networks,
            "source": answer.source,
            "scores_are": answer.scores_are,
            "hashtags": hashtags if mix is None else mixed(hashtags, mix),
        }
        if "combined" in answer.trace:  # mode "paper"
            steps["positive"] = len(answer.trace["autorec"])
            steps["combined"] = [self.words.named(word) for word in answer.trace["combined"]]
            shared = set(answer.trace["combined"]) if answer.source == "intersection" else set()
        else:
            steps["experts"] = self._experts(query, steps["hashtags"], novelty)
            shared = {word["word"] for word in similar} & {word["word"] for word in ranking}
        for word in [*similar, *ranking]:
            word["shared"] = word["word"] in shared
        return steps

    def _hashtag(self, spelled: str, score: float) -> dict[str, Any]:
        """A recommended hashtag; one that no post of the training has is of the niche group."""
        word = self._word_of.get(spelled, spelled)
        posts, place = self._use.get(word, (0, len(GROUPS) - 1))
        return {"word": word, "spelled": spelled, "score": number(score), "posts": posts, "group": GROUPS[place]}

    @property
    def novelty(self) -> float:
        """Of a query that says nothing of it."""
        return self.model.settings.list.novelty if self.model.settings.mode == "best" else 0.0

    def warm_up(self) -> None:
        """Query once, so that the first user does not wait for a compiler."""
        word = self.vocabulary.words[self.vocabulary.hashtag_ids[0]]
        self.explain([word], [word])
        self.neighbours(word)

    def neighbours(self, word: str) -> dict[str, Any]:
        """The words nearest to a word, and in how many posts it was used. Raises UnknownWordError."""
        near = self.vectors.most_similar([word], topn=N_HASHTAGS)
        return {
            **self.words.named(word),
            "posts": int(self.vocabulary.hashtag_counts[self.vocabulary.index[word]]),
            "neighbours": [{**self.words.named(other), "cosine": number(cosine)} for other, cosine in near],
        }

    def _read(
        self, labels: Iterable[str | dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], list[tuple[str, float | None]]]:
        """What is made of each label, and the labels as `recommend` takes them."""
        given = list(labels)
        for text in given:
            if isinstance(text, str) and is_image(text):
                raise DataError(f"'{cut(text)}' is the name of a photo; drop the photo itself, or type what is in it")
        named = [label for one in given for label in labels_of(one, self.vocabulary.index)]
        found = [words(name) for name, _ in named]
        _check_size("labels", sum(map(len, found)))
        read = []
        for (name, score), own in zip(named, found):
            rejected = score is not None and score < self.model.settings.data.min_score
            described = [self.words.named(word) for word in own]
            for word in described:
                if not word["known"]:
                    word["endings"] = self._endings(word["word"])
            read.append({"text": name.strip(), "score": score, "rejected": rejected, "words": described})
        return read, named

    def _endings(self, start: str) -> list[str]:
        """The most used words that begin so."""
        first = bisect_left(self._sorted, start)
        after = islice(self._sorted, first, first + LOOKED_AT)
        found = takewhile(lambda word: word.startswith(start), after)
        return nsmallest(ENDINGS, found, key=self.vocabulary.index.__getitem__)

    def _similar(self, query: Any, n: int) -> list[dict[str, Any]]:
        """Word2Vec's n words nearest to all that is known."""
        (ids,), (cosines,) = self.vectors.most_similar_to_sets(query.words(), n, exclude=False)
        return self.words.valued(ids[ids >= 0], cosines[ids >= 0], "cosine")

    def _network(self, part: Any) -> dict[str, Any]:
        if part.name not in self._centres:
            self._centres[part.name] = centres(part.network)
        return NetworkSteps(part, self.words, self._centres[part.name]).steps()

    def _experts(self, query: Any, answer: list[dict[str, Any]], novelty: float | None) -> dict[str, Any]:
        """What each expert of mode "best" gives the first hashtags, and how that becomes a probability.

        A lift is the weighted score less its mean over all candidates: lifts add up to log p but for a constant.
        """
        opinions = self.model.mode.opinions(query)
        shift = self.model.mode.shift(query, opinions.hashtags[None], novelty)[0]
        scores = np.stack(list(opinions.scores.values()))
        weights = np.array(list(opinions.weights.values()))[:, None]
        lifts = weights * (scores - scores.mean(axis=1, keepdims=True))
        order = np.argsort(-(opinions.log_p + shift), kind="stable")
        final = {hashtag["word"] for hashtag in answer}
        names = self.vocabulary.words_array[opinions.hashtags]
        picked = set(query.chosen.indices.tolist())
        return {
            "known": opinions.known,
            "experts": [
                {"name": name, "title": heading(name), "weight": number(weight)}
                for name, weight in opinions.weights.items()
            ],
            "hashtags": [
                self.words.at(
                    opinions.hashtags[t],
                    place=place,
                    probability=number(opinions.probabilities[t]),
                    log_p=number(opinions.log_p[t]),
                    shift=number(shift[t]),
                    scores=[number(score) for score in scores[:, t]],
                    lifts=[number(lift) for lift in lifts[:, t]],
                    chosen=int(opinions.hashtags[t]) in picked,
                    final=names[t] in final,
                )
                for place, t in enumerate(order[: 10 * RANKED], 1)
                if place <= RANKED or names[t] in final
            ],
        }


def _check_size(what: str, n_words: int) -> None:
    if n_words > MOST_WORDS:
        raise DataError(f"the {what} have {n_words:,} words, {MOST_WORDS} are the most; give fewer")


def text_of_features(features: np.ndarray) -> str:
    """Features of a photo, (n_features,) float, as base64 of little-endian float16."""
    return base64.b64encode(features.astype("<f2").tobytes()).decode()


def features_of_text(text: str) -> np.ndarray:
    """What :func:`text_of_features` was given, (n_features,) float16. Raises DataError where it is no such text."""
    try:
        features = np.frombuffer(base64.b64decode(text, validate=True), "<f2")
    except (binascii.Error, ValueError):
        raise DataError("photo_features are no base64 of float16 numbers; send what /photo gives") from None
    if not np.isfinite(features).all():
        raise DataError("photo_features are not all finite; send what /photo gives")
    return features
