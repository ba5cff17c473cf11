"""All measures for a model's answers to a corpus. The model is whatever answers as `InstaHash` does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse
from tqdm import tqdm

from instahash.data import Corpus, encode
from instahash.errors import DataError
from instahash.evaluation.ranking import ranking_measures
from instahash.evaluation.similarity import cosine, histogram, jaccard, share_table

# Posts at a time; (BLOCK, n_words) scores of each system are held in memory.
BLOCK = 1024
TOP = 10


class Evaluation(NamedTuple):
    """What an evaluation found.

    posts : int, how many had a description and a truth in the vocabulary; all else speaks of these.
    values : dict of table name -> (posts,) float64, cosine or Jaccard of each post, NaN where it has none.
    ranking : dict of system -> measure -> mean.
    empty : int, posts for which the filter left no hashtag.  defaulted : int, posts without an intersection.
    examples : list of dicts, each the sets of one post on the way from its description to its hashtags.
    """

    posts: int
    values: dict
    ranking: dict
    empty: int
    defaulted: int
    examples: list

    @property
    def histograms(self):
        """Table name -> edges and counts, 20 bins; cosines over [-1, 1], Jaccards over [0, 1]."""
        return {name: histogram(values, -1.0 if "cosine" in name else 0.0) for name, values in self.values.items()}

    def to_json(self):
        tables = {name: share_table(values) for name, values in self.values.items()}
        return {
            "posts": self.posts,
            "tables": tables,
            "ranking": self.ranking,
            "empty": self.empty,
            "defaulted": self.defaulted,
        }


def evaluate(model, corpus: Corpus, n_examples: int = 3, progress: bool = False) -> Evaluation:
    """Evaluate `model` on posts it was not trained on; `progress` shows a bar where standard error is a terminal.

    The truth of a post is its author's hashtags within the hashtag vocabulary. Raises DataError where no post has both
    a truth and a description that the model knows.
    """
    data = encode(corpus, model.vocabulary, model.settings.data.min_score)
    rows = np.flatnonzero((np.diff(data.hashtags.indptr) > 0) & (np.diff(data.description.indptr) > 0))
    if not len(rows):
        raise DataError(
            f"none of the {len(corpus):,} posts has both a hashtag and a label that the model knows; give posts with "
            "both, of the kind it was trained on"
        )
    truth, description = data.hashtags[rows], data.description[rows]
    answers, rankings = [], {}
    for start in tqdm(range(0, len(rows), BLOCK), "Evaluating", disable=None if progress else True):
        part = description[start : start + BLOCK]
        answers += model.recommend_matrix(part)
        for name, ranked in model.rankings(part, TOP).items():
            rankings.setdefault(name, []).append(ranked)
    ids = [model.vocabulary.lookup(answer.hashtags)[0] for answer in answers]
    ranked = {"instahash": _padded(ids)} | {name: np.concatenate(parts) for name, parts in rankings.items()}
    answered, vectors = _matrix(ids, truth.shape[1]), model.word2vec.word_vectors()
    return Evaluation(
        posts=len(rows),
        values={
            "cosine_ground_truth": cosine(answered, truth, vectors),
            "cosine_description": cosine(answered, description, vectors),
            "jaccard_ground_truth": jaccard(answered, truth),
            "jaccard_description": jaccard(answered, description),
        },
        ranking={name: ranking_measures(order, truth) for name, order in ranked.items()},
        empty=sum(not answer.hashtags for answer in answers),
        defaulted=sum(answer.defaulted for answer in answers),
        examples=_examples(data, rows, truth, answers, n_examples),
    )


def _examples(data, rows, truth, answers, n_examples):
    """Posts spread evenly over the corpus, with every set on the way."""
    text = data.vocabulary.words_array
    examples = []
    for i in np.unique(np.linspace(0, len(rows) - 1, n_examples).astype(int)):
        author = text[truth.indices[truth.indptr[i] : truth.indptr[i + 1]]].tolist()
        examples.append({"id": data.ids[rows[i]], "author": author, **answers[i]._asdict()})
    return examples


def _padded(ids):
    ranked = np.full((len(ids), TOP), -1, np.int32)
    for row, found in zip(ranked, ids):
        row[: min(TOP, len(found))] = found[:TOP]
    return ranked


def _matrix(ids, n_words):
    indptr = np.cumsum([0] + [len(found) for found in ids])
    indices = np.concatenate(ids) if ids else np.empty(0, np.int32)
    matrix = sparse.csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(len(ids), n_words))
    matrix.sort_indices()
    return matrix
