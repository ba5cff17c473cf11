"""How the experts' weights are learnt: from posts held out, of which as much is known as in each context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from instahash.data import Echoes
from instahash.experts.examples import Examples
from instahash.experts.people import Keys
from instahash.experts.protocol import PHOTO, in_words
from instahash.experts.understanding import FEW, contexts_of, trusted
from instahash.recommend import Fusion, Queries
from instahash.recommend.fusion import Scores, Told
from instahash.sparse import CSR, keep, ranks_in_rows, row_of_entries

if TYPE_CHECKING:  # it begins the learning
    from instahash.experts.panel import Panel


@dataclass(frozen=True)
class Fusing:
    """Learns each context's weights, and how it is calibrated.

    panel : Panel, whose experts have learnt.  examples : Examples of posts that they have not learnt from.
    learnt : (n_hashtags,) bool, hashtags that the experts have learnt from a post. Only these count: what experts
        say of another says nothing about them, and the more of the hashtags are rare the more there are of these.

    Short are one to FEW of a post's words, at random. Chosen is a random half of its hashtags; for the calibration one
    to all of them, as while they are chosen one by one.

    First weights are learnt as if no post had a key, then what is corrected where experts know one: that of particular
    keys before that of general ones. So what a country's counts are worth is learnt beside what each of its people
    does; without, they would also be believed for holding the author's own posts.
    """

    panel: Panel
    examples: Examples
    learnt: np.ndarray

    def learn(self, context: str) -> str:
        """Learn a context's weights; returns what to say of them."""
        start, fusion = context.removesuffix(PHOTO), self.panel.fusions[context]
        half, some, none, short = self._parts
        words = short if start == "short" else np.full(len(short), start in ("description", "both"))
        choosing, readers = start in ("chosen", "both"), self.panel.readers(context)[::-1]
        for n in range(len(readers) + 1):
            keys, told = self._known_to(readers[:n])
            if n and not told[readers[n - 1]].any():
                continue
            lesson = self._lesson(context, words, half if choosing else none, keys, told)
            fusion.fit(*lesson[:4], lesson[5])
            if choosing:
                lesson = self._lesson(context, words, some, keys, told)
            fusion.calibrate(*lesson)
        return _said(context, fusion)

    @cached_property
    def _parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Of the hashtags a half, some and none, and of the words few, each (nnz,) bool."""
        dataset, rng = self.examples.dataset, np.random.default_rng([self.panel.settings.seed, 1])
        half = rng.random(dataset.hashtags.nnz) < 0.5
        some = _some(dataset.hashtags, np.diff(dataset.hashtags.indptr), rng)
        return half, some, np.zeros(len(half), bool), _some(dataset.description, FEW, rng)

    def _known_to(self, readers: Sequence[str]) -> tuple[Keys, Told]:
        """Of each post's keys those that one of these experts knows, and how far each knows them."""
        experts, domain = {name: self.panel.experts[name] for name in readers}, self.panel.domain
        known = [
            tuple(key for key in own if any(e.knows(key, domain) for e in experts.values()))
            for own in self.examples.dataset.keys
        ]
        return known, {name: expert.told(known, domain) for name, expert in experts.items()}

    def _lesson(
        self, context: str, words: np.ndarray, chosen: np.ndarray, keys: Keys, told: Told
    ) -> tuple[Scores, CSR, np.ndarray, np.ndarray, np.ndarray, Told]:
        """What a Fusion learns from the posts that are in a context when these words, hashtags and keys are known, and
        of which the last expert of `told` is told something.
        """
        dataset, panel = self.examples.dataset, self.panel
        description, echoes = keep(dataset.description, words), dataset.echoes
        if context.removesuffix(PHOTO) not in ("both", "description"):
            echoes = Echoes.of_description(description)
        photos = dataset.photo_features if context.endswith(PHOTO) else None
        queries = Queries.of(description, keep(dataset.hashtags, chosen), keys, echoes, photo_features=photos)
        queries = trusted(queries, panel.domain, np.ones(description.shape[0], np.float32))
        in_context = contexts_of(queries) == context
        rows = np.flatnonzero(in_context & ([*told.values()][-1] > 0) if told else in_context)
        part, rest = queries.rows(rows), panel.domain.outputs(keep(dataset.hashtags, ~chosen))
        candidates = panel.candidates(part)
        scores, rest = panel.scores(context, part, candidates), rest[rows]
        targets = candidates.columns(keep(rest, self.learnt[rest.indices]))
        excluded = panel.named(part.chosen, candidates) | (candidates.of_all(self.learnt) == 0)
        told = {name: own[rows] for name, own in told.items()}
        return scores, targets, excluded, self.examples.weights[rows], np.diff(part.chosen.indptr), told


def _said(context: str, fusion: Fusion) -> str:
    def listed(weights: np.ndarray) -> str:
        return ", ".join(f"{member} {weight:.2f}" for member, weight in zip(fusion.members, weights))

    corrections = (
        f"; added where '{name}' knows a post's keys: {listed(own.weights)}" for name, own in fusion.corrections.items()
    )
    return f"Weights where {in_words(context)}: {listed(fusion.weights)}{''.join(corrections)}."


def _some(matrix: CSR, most: Any, rng: np.random.Generator) -> np.ndarray:
    """Which entries are among one to `most` of their row's, at random: (nnz,) bool; most : int, or (n_rows,) int."""
    ranks = ranks_in_rows(matrix, rng.random(matrix.nnz))
    return ranks < rng.integers(1, np.broadcast_to(np.maximum(most, 1), matrix.shape[0]) + 1)[row_of_entries(matrix)]
