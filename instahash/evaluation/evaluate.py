"""All measures for a model's answers to a corpus. The model is whatever answers as `InstaHash` does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from instahash.data import Corpus, encode, words
from instahash.evaluation.bootstrap import differences
from instahash.evaluation.details import Details
from instahash.evaluation.novelty import self_information
from instahash.evaluation.protocols import questions
from instahash.evaluation.scores import Scores, as_ranked
from instahash.evaluation.similarity import histogram, share_table, unit_vectors

# Posts at a time; (BLOCK, n_words) scores of each system are held in memory.
BLOCK = 1024
TOP = 10
# The system that is evaluated; the others are what it is compared with.
OURS = "instahash"


class Evaluation(NamedTuple):
    """What an evaluation found. A system is "instahash" or one of the model's `rankings`.

    posts : int, how many could be asked about; all else speaks of these.  protocol : str, what they were asked.
    similarities : dict of system -> table name -> (posts,) float64, cosine or Jaccard of each post, NaN where it has
        none, of lists cut to the length of instahash's.
    ranking : dict of system -> measure -> mean.
    differences : dict of other system -> ranking measure -> instahash's mean less the other's, and its interval.
    lists : dict of system -> "novelty", "coverage" and "intra_list_similarity" of the lists so cut.
    empty : int, posts for which the filter left no hashtag.  defaulted : int, posts without an intersection.
    examples : list of dicts, each the sets of one post on the way from its description to its hashtags.
    details : Details, every post by itself, where they were asked for, else None.
    """

    posts: int
    protocol: str
    similarities: dict
    ranking: dict
    differences: dict
    lists: dict
    empty: int
    defaulted: int
    examples: list
    details: Details | None = None

    @property
    def values(self):
        """Table name -> (posts,) float64: instahash's `similarities`."""
        return self.similarities[OURS]

    @property
    def histograms(self):
        """Table name -> edges and counts, 20 bins; cosines over [-1, 1], Jaccards over [0, 1]."""
        return {name: histogram(values, -1.0 if "cosine" in name else 0.0) for name, values in self.values.items()}

    def to_json(self):
        tables = {
            system: {name: share_table(values) for name, values in measures.items()}
            for system, measures in self.similarities.items()
        }
        return {
            "posts": self.posts,
            "tables": tables[OURS],
            "ranking": self.ranking,
            "empty": self.empty,
            "defaulted": self.defaulted,
            "protocol": self.protocol,
            "tables_by_system": tables,
            "differences": self.differences,
            "lists": self.lists,
        }


def evaluate(
    model,
    corpus: Corpus,
    protocol: str = "description",
    n_examples: int = 3,
    seed: int = 0,
    progress: bool = False,
    details: bool = False,
) -> Evaluation:
    """Evaluate `model` on posts it was not trained on.

    protocol : "description" or "completion", what is asked of it; see :func:`instahash.evaluation.questions`.
    seed : 0 or more; draws the hashtags that "completion" gives, and the resamples behind the intervals.
    progress : show a bar where standard error is a terminal.
    details : also keep every post's answer, about 1 kB a post; see :class:`Details`.

    Where posts name users, `model` is told them; no other system can be.

    Each system's list is cut to the length of instahash's answer to the same post, except for the ranking measures,
    which have a length of their own. "completion" has no description, so no table compares with one.

    Raises DataError for another protocol, and where no post can be asked about.
    """
    vocabulary = model.vocabulary
    data = encode(corpus, vocabulary, model.settings.data.min_score)
    rows, description, chosen, truth = questions(data, protocol, seed)
    information = self_information(vocabulary.hashtag_counts, model.summary["posts"])
    unit = unit_vectors(model.word2vec.word_vectors())
    scores = Scores(unit, information, vocabulary.is_hashtag)
    kept, listed = [], []
    shown = np.unique(np.linspace(0, len(rows) - 1, n_examples).astype(int))  # spread evenly over the posts
    number, examples, empty, defaulted = _Numbers(vocabulary), [], 0, 0
    for start in tqdm(range(0, len(rows), BLOCK), "Evaluating", disable=None if progress else True):
        block = slice(start, start + BLOCK)
        given = {} if chosen is None else {"chosen": chosen[block]}
        whose = {"keys": [data.keys[row] for row in rows[block]]} if any(data.keys) else {}
        answers = model.recommend_matrix(description[block], **given, **whose)
        ids = [number.of(answer.hashtags) for answer in answers]
        ours = as_ranked(ids)
        if details:
            kept += answers
            listed += ids
        lengths = (ours >= 0).sum(axis=1)
        # The others are asked for as many as our longest answer has, so that all can be compared at its length.
        others = model.rankings(description[block], max(TOP, ours.shape[1]), **given)
        for system, ranked in {OURS: ours, **others}.items():
            scores.add(system, ranked, lengths, truth[block], None if given else description[block])
        empty += sum(not answer.hashtags for answer in answers)
        defaulted += sum(answer.source == "autorec" for answer in answers)
        for i in shown[(shown >= start) & (shown < start + BLOCK)]:
            sets = {"author": truth[[i]]} | ({"given": chosen[[i]]} if given else {})
            text = {name: vocabulary.words_array[found.indices].tolist() for name, found in sets.items()}
            examples.append({"id": data.ids[rows[i]], **text, **answers[i - start].trace, "hashtags": answers[i - start].hashtags, "source": answers[i - start].source})
    ranking = scores.values("ranking")
    every = None
    if details:
        asked = [data.ids[row] for row in rows], description if chosen is None else chosen, truth
        every = Details.of(*asked, listed, kept, ranking, vocabulary, unit, seed)
    return Evaluation(
        posts=len(rows),
        protocol=protocol,
        similarities=scores.values("similarity"),
        ranking=scores.ranking(),
        differences=differences(ranking, OURS, seed),
        lists=scores.lists(),
        empty=empty,
        defaulted=defaulted,
        examples=examples,
        details=every,
    )


class _Numbers(dict):
    """A hashtag as people write it -> its id, or -1 where it is not one word of the vocabulary."""

    def __init__(self, vocabulary):
        self.vocabulary = vocabulary

    def __missing__(self, hashtag):
        found = words(hashtag)
        known = self.vocabulary.lookup(found)[0]
        self[hashtag] = int(known[0]) if len(found) == len(known) == 1 else -1
        return self[hashtag]

    def of(self, hashtags):
        """The ids of those that have one, each once, in order."""
        return [i for i in dict.fromkeys(self[hashtag] for hashtag in hashtags) if i >= 0]
