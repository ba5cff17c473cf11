"""All measures for a model's answers to a corpus. The model is whatever answers as `InstaHash` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from instahash.data import Corpus, Vocabulary, words
from instahash.dense import unit_rows
from instahash.errors import DataError, shown
from instahash.evaluation.bootstrap import Difference, differences, mean_intervals
from instahash.evaluation.protocols import Task, make_tasks
from instahash.evaluation.ranking import MEASURES
from instahash.evaluation.scores import Scores, as_ranked
from instahash.evaluation.similarity import TABLES, fraction_table, histogram
from instahash.names import OURS
from instahash.parameters import truth, whole
from instahash.sparse import CSR, is_member

# Posts at a time; (POSTS_AT_ONCE, n_words) scores of each system are held in memory.
POSTS_AT_ONCE = 1024
# Posts whose way to the answer is kept.
MOST_EXAMPLES = 10**6
# Hashtags of a list that the ranking measures look at.
DEEPEST = max(k for _, k in MEASURES.values())
JSON_KEYS = "posts tables ranking empty defaulted most_used protocol tables_by_system differences lists".split()
JSON_KEYS += ["everybody", "counts", "bands"]


class Details(NamedTuple):
    """The posts of an evaluation, a row each, and what was recommended.

    given, truth : CSR (posts, n_words), see :class:`Task`.
    ranked : (posts, m) int32, instahash's hashtags, best first, -1 for none.  hit : (posts, m) bool, whether in truth.
    answers : list of Recommendation, with their traces.
    ranking, intervals : dict of system -> ranking measure -> (posts,) float64, and the 95 % interval of its mean.
    unit : (n_words, dim) float64, word vectors of length 1 or 0.
    """

    ids: list[str]
    given: CSR
    truth: CSR
    ranked: np.ndarray
    hit: np.ndarray
    answers: list[Any]
    ranking: dict[str, dict[str, np.ndarray]]
    intervals: dict[str, dict[str, tuple[float, float]]]
    vocabulary: Vocabulary
    unit: np.ndarray


class Evaluation(NamedTuple):
    """The result of an evaluation. A system is "instahash" or one of the model's `rankings`.

    posts : how many posts are evaluated: those of which the model knows enough for the protocol. Everything but
        `everybody` and `counts` is about these.
    similarities : dict of system -> table name -> (posts,) float64, cosine or Jaccard of each post, NaN where it has
        none, of lists cut to the length of instahash's.
    ranking : dict of system -> measure -> mean.
    differences : dict of other system -> ranking measure -> instahash's mean minus the other's, and its interval.
    lists : dict of system -> "novelty", "coverage" and "intra_list_similarity" of the lists so cut.
    empty, defaulted, most_used : how many posts have no recommended hashtag, have "autorec" as their source (the
        intersection was empty), and have "most_used" or "general" (nothing was known of them).
    everybody : "posts", how many have the hashtags that the protocol needs, known or not; "ranking", as above over
        these. All hashtags of an author are to be found, so that an unknown one is always missed; a post of which
        nothing can be given has what a system says then.
    counts : how many posts were read, what they lack and how many are evaluated; see `protocols.COUNTS`.
    bands : "head", "middle" and "tail" of the hashtag vocabulary -> quality there; see `bands.BandCounts`.
    examples : dicts, each a post with what was given, sought and recommended, and the trace between.
    details : None where `evaluate` was not told to keep them.
    """

    posts: int
    protocol: str
    similarities: dict[str, dict[str, np.ndarray]]
    ranking: dict[str, dict[str, float]]
    differences: dict[str, dict[str, Difference]]
    lists: dict[str, dict[str, float]]
    empty: int
    defaulted: int
    most_used: int
    everybody: dict[str, Any]
    counts: dict[str, int]
    bands: dict[str, Any]
    examples: list[dict[str, Any]]
    details: Details | None = None

    @property
    def values(self) -> dict[str, np.ndarray]:
        """Table name -> (posts,) float64: instahash's `similarities`."""
        return self.similarities[OURS]

    @property
    def histograms(self) -> dict[str, dict[str, list[Any]]]:
        """Table name -> edges and counts, 20 bins; cosines over [-1, 1], Jaccards over [0, 1]."""
        return {name: histogram(values, -1.0 if "cosine" in name else 0.0) for name, values in self.values.items()}

    def to_json(self) -> dict[str, Any]:
        tables = {s: {name: fraction_table(v) for name, v in row.items()} for s, row in self.similarities.items()}
        values = self._asdict() | {"tables": tables[OURS], "tables_by_system": tables}
        return {name: values[name] for name in JSON_KEYS}


def evaluate(
    model: Any,
    corpus: Corpus,
    protocol: str = "description",
    n_examples: int = 3,
    seed: int = 0,
    progress: bool = False,
    details: bool = False,
) -> Evaluation:
    """Evaluate `model` on posts it was not trained on. Where posts name users, it is told them; other systems are not.

    protocol : "description" or "completion"; see :func:`instahash.evaluation.make_tasks`.
    seed : 0 or more; draws the hashtags that "completion" gives, and the resamples behind the intervals.
    progress : show a bar where standard error is a terminal.
    details : also keep every post's answer, about 1 kB a post; see :class:`Details`.

    Each system's list is cut to the length of instahash's for the same post, except for the ranking measures, which
    have a length of their own. "completion" has no description, so no table compares with one.
    Raises DataError for another protocol, and where no post is evaluated.
    """
    n_examples, seed, details, progress = _options(n_examples, seed, details, progress)
    model = getattr(model, "learnt", model)  # of an InstaHash that learns meanwhile, all answers are of what it was
    vocabulary, keys = model.vocabulary, _keys(corpus)
    task, others, read = make_tasks(corpus, vocabulary, protocol, seed, model.settings.data.min_score)
    ids, scores = [corpus.ids[row] for row in task.rows], _scores(model)
    to_ids, spread = _id_finder(vocabulary), np.unique(np.linspace(0, len(ids) - 1, n_examples).astype(int))
    counts, examples, kept = Counter[str](), list[dict[str, Any]](), list[Any]()
    blocks = [(posts, start) for posts in (task, others) for start in range(0, len(posts.rows), POSTS_AT_ONCE)]
    for posts, start in tqdm(blocks, "Evaluating", disable=None if progress else True):
        part, stop = posts.part(slice(start, start + POSTS_AT_ONCE)), start + POSTS_AT_ONCE
        examined = spread[(spread >= start) & (spread < stop)].tolist() if posts is task else []
        answers = _answers(model, part, keys, corpus.photo_features, bool(examined) or (details and posts is task))
        rankings = _rankings(model, part, as_ranked([to_ids(answer.hashtags) for answer in answers]))
        if posts is others:
            scores.add_others(rankings, part)
            continue
        scores.add(rankings, (rankings[OURS] >= 0).sum(axis=1), part)
        counts.update([answer.source for answer in answers] + ["empty" for answer in answers if not answer.hashtags])
        examples += [_example(ids[i], task.part(slice(i, i + 1)), answers[i - start], vocabulary) for i in examined]
        kept += answers if details else []
    ranking, everybody = scores.values(MEASURES), read["read"] - read["without_hashtags"]
    return Evaluation(
        posts=len(ids),
        protocol=protocol,
        similarities=scores.values(TABLES),
        ranking=scores.means(MEASURES),
        differences=differences(ranking, OURS, seed),
        lists=scores.lists(),
        empty=counts["empty"],
        defaulted=counts["autorec"],
        most_used=counts["most_used"] + counts["general"],
        everybody={"posts": everybody, "ranking": scores.everybody(everybody)},
        counts=read,
        bands=scores.bands(),
        examples=examples,
        details=_details(ids, task, kept, scores, model, seed) if details else None,
    )


def _details(ids: list[str], task: Task, answers: list[Any], scores: Scores, model: Any, seed: int) -> Details:
    to_ids, ranking = _id_finder(model.vocabulary), scores.values(MEASURES)
    ranked = as_ranked([to_ids(answer.hashtags) for answer in answers])
    found = ranked, is_member(ranked, task.truth), answers, ranking, mean_intervals(ranking, seed)
    return Details(ids, task.given, task.truth, *found, model.vocabulary, scores.unit)


def _options(n_examples: Any, seed: Any, details: Any, progress: Any) -> tuple[int, int, bool, bool]:
    """The options of an evaluation, checked."""
    numbers = whole(n_examples, "n_examples", 0, DataError, MOST_EXAMPLES), whole(seed, "seed", 0, DataError)
    return *numbers, truth(details, "details", DataError), truth(progress, "progress", DataError)


def _keys(corpus: Any) -> list[tuple[str, ...]]:
    if not isinstance(corpus, Corpus):
        raise DataError(f"corpus is {shown(corpus)}; give Corpus.from_posts(posts)")
    return corpus.keys()


def _scores(model: Any) -> Scores:
    vocabulary, unit = model.vocabulary, unit_rows(model.word_vectors().vectors.astype(np.float64))
    return Scores(unit, vocabulary.hashtag_counts, model.summary["posts"])


def _answers(
    model: Any, posts: Task, keys: list[tuple[str, ...]], photo_features: np.ndarray | None, trace: bool
) -> list[Any]:
    """What the model recommends; `keys` and `photo_features` are those of all posts read."""
    own = [keys[row] for row in posts.rows] if any(keys) else None
    known = {"chosen": posts.chosen, "keys": own, "echoes": posts.echoes}
    if photo_features is not None:
        known["photo_features"] = photo_features[posts.rows]
    return model.recommend_matrix(posts.description, **known, trace=trace)


def _rankings(model: Any, posts: Task, ours: np.ndarray) -> dict[str, np.ndarray]:
    """Every system's lists. The others' are as long as our longest, so that all can be compared at its length."""
    return {OURS: ours, **model.rankings(posts.description, max(DEEPEST, ours.shape[1]), chosen=posts.chosen)}


def _id_finder(vocabulary: Vocabulary) -> Callable[[Iterable[str]], list[int]]:
    """A function from hashtags as people write them to the ids of those that are one known word, each once."""

    @cache
    def number(hashtag: str) -> int:
        found = words(hashtag)
        return vocabulary.index.get(found[0], -1) if len(found) == 1 else -1

    return lambda hashtags: [i for i in dict.fromkeys(map(number, hashtags)) if i >= 0]


def _example(id: str, post: Task, answer: Any, vocabulary: Vocabulary) -> dict[str, Any]:
    sets = {"author": post.truth} | ({} if post.chosen is None else {"given": post.chosen})
    texts = {name: vocabulary.words_array[matrix.indices].tolist() for name, matrix in sets.items()}
    return {"id": id, **texts, "hashtags": answer.hashtags, "source": answer.source, "trace": answer.trace}
