"""Photos with their authors' hashtags: sources and albums, ranked lists against those hashtags, how sure a mean is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import numpy as np

from instahash.data import Label, words
from instahash.errors import DataError
from instahash.evaluation.ranking import accuracy, ndcg, precision, recall
from instahash.files import reading

TOP = 10
OF_FIRST = {"hit": accuracy, "ndcg": ndcg, "precision": precision, "recall": recall}
MEASURES = {f"{name}@{k}": (measure, k) for k in (5, TOP) for name, measure in OF_FIRST.items()}
N_RESAMPLES, LEVEL = 2000, 0.95
# Sources are resampled where there are so many; the mean of fewer says little of others.
FEWEST_SOURCES = 5
# An album ends where the hashtags of so many photos before and behind have a cosine below this.
NEAR, ALIKE = 5, 0.3


class Shown(NamedTuple):
    """A photo. hashtags : as its author wrote them. album : unique over sources. path : None where there is no file."""

    id: str
    source: str
    album: str
    hashtags: tuple[str, ...]
    path: Path | None

    @property
    def truth(self) -> set[str]:
        return {word for hashtag in self.hashtags for word in words(hashtag)}


def read_photos(folder: str | Path) -> list[Shown]:
    """The photos that the .jsonl files below a folder give hashtags, in the order of the files.

    A line has "id", the photo's path below the folder (or below that of the file), "hashtags" and perhaps "album". A
    source is the first folder on the way to the photo. Its albums are those named, or the folders below it, or the runs
    of :func:`runs`. DataError where there is none.
    """
    folder, sources = Path(folder), {}
    for file in sorted([*folder.rglob("*.jsonl"), *folder.rglob("*.jsonl.gz")]):
        with reading(file) as lines:
            for item in map(json.loads, filter(bytes.strip, lines)):
                if not any(map(words, item.get("hashtags") or ())):
                    continue
                path = next((p for p in (folder / item["id"], file.parent / item["id"]) if p.is_file()), None)
                place = (path or folder / item["id"]).relative_to(folder).parts
                source = place[0] if len(place) > 1 else folder.resolve().name
                sources.setdefault(source, []).append((item, path, "/".join(place[1:-1])))
    shown = []
    for source, rows in sources.items():
        run = runs([item["hashtags"] for item, _, _ in rows])
        for (item, path, below), number in zip(rows, run):
            album = f"{source}/{item.get('album') or below or number}"
            shown.append(Shown(item["id"], source, album, tuple(item["hashtags"]), path))
    if not shown:
        raise DataError(f"no .jsonl file below '{folder}' has hashtags; give lines of a photo's id and hashtags")
    return shown


def runs(hashtags: Sequence[Iterable[str]]) -> list[int]:
    """The number of the album of each photo: a new one begins where the hashtags change most, and much."""
    alike = np.ones(len(hashtags))
    for i in range(1, len(hashtags)):
        before, behind = (Counter(tag for own in part for tag in set(own)) for part in _around(hashtags, i))
        lengths = [sum(count**2 for count in part.values()) for part in (before, behind)]
        alike[i] = sum(before[tag] * behind[tag] for tag in before) / np.sqrt(max(1, lengths[0] * lengths[1]))
    least = [alike[i] < ALIKE and alike[i] == alike[max(1, i - NEAR + 1) : i + NEAR].min() for i in range(len(alike))]
    return np.cumsum(least).tolist()


def _around(items, i):
    return items[max(0, i - NEAR) : i], items[i : i + NEAR]


def folds_of(albums: Sequence[str], n_folds: int, seed: int = 0) -> np.ndarray:
    """The fold of each photo, whole albums, the largest first to the fold that has least so far: (n,) int."""
    sizes, filled = Counter(albums), np.zeros(n_folds, int)
    order = np.random.default_rng(seed).permutation(sorted(sizes)).tolist()
    fold = {}
    for album in sorted(order, key=lambda album: -sizes[album]):
        fold[album] = int(filled.argmin())
        filled[fold[album]] += sizes[album]
    return np.array([fold[album] for album in albums])


# Lists of one photo


def one_word(texts: Iterable[str]) -> list[str]:
    """Each text as one normalised word, each once; those of which nothing is left go."""
    return [word for word in dict.fromkeys("".join(words(text)) for text in texts) if word]


def repeated(labels: Iterable[Label]) -> list[str]:
    """The labels themselves as hashtags, best score first."""
    return one_word(label.description for label in sorted(labels, key=lambda label: -label.score))


def interleaved(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """One of each in turn; where one ends, the rest of the other."""
    return list(dict.fromkeys(word for pair in zip_longest(first, second) for word in pair if word is not None))


# Figures of many photos


def measured(lists: Sequence[Sequence[str]], truths: Sequence[set[str]]) -> np.ndarray:
    """MEASURES of each photo's first hashtags, (n, len(MEASURES)) float64."""
    hit = np.zeros((len(lists), TOP), bool)
    for row, ranked, truth in zip(hit, lists, truths):
        row[: len(ranked)] = [word in truth for word in ranked[:TOP]]
    sizes = np.array([len(truth) for truth in truths])
    return np.stack([measure(hit, sizes, k) for measure, k in MEASURES.values()], axis=1)


def weights_of(sources: Sequence[str], albums: Sequence[str], seed: int = 0) -> np.ndarray | None:
    """How often each photo is in each of N_RESAMPLES resamples, (N_RESAMPLES, n); None where nothing can vary.

    Albums are drawn with replacement within each source, as many as it has, and before that the sources, where there
    are FEWEST_SOURCES.
    """
    names, of = np.unique(np.array(albums), return_inverse=True)
    source_of = dict(zip(albums, sources))
    own = {}
    for number, album in enumerate(names.tolist()):
        own.setdefault(source_of[album], []).append(number)
    groups, rng = [np.array(numbers) for numbers in own.values()], np.random.default_rng(seed)
    if len(groups) < FEWEST_SOURCES and max(map(len, groups)) < 2:
        return None
    weights = np.zeros((N_RESAMPLES, len(names)))
    for row in weights:
        some = rng.integers(len(groups), size=len(groups)) if len(groups) >= FEWEST_SOURCES else range(len(groups))
        drawn = [groups[i][rng.integers(len(groups[i]), size=len(groups[i]))] for i in some]
        row[:] = np.bincount(np.concatenate(drawn), minlength=len(names))
    return weights[:, of]


def interval(values: np.ndarray, weights: np.ndarray | None) -> list[float | None]:
    """[mean, low, high] of a value of each photo (n,), the 95 % percentile interval of the resamples."""
    mean = float(values.mean())
    if weights is None:
        return [mean, None, None]
    means = weights @ values / weights.sum(axis=1)
    return [mean, *np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()]
