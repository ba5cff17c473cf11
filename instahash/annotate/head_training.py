"""Trains the head: the words that ImageNet lacks, from the features of photos whose words are known.

    python -m instahash.annotate.head_training FOLDER

FOLDER holds `features.npz` and `manifest.json`. The square roots of the features, which are less skewed, are
standardised and turned onto their principal components. A ridge regression (Hoerl and Kennard, Technometrics, 1970)
gives each word a raw score z, and a logistic regression of z and of the classes' score for the word makes a probability
of it (Platt, Probabilistic Outputs for Support Vector Machines, 1999).

A probability is to hold for photos of people who are in no source. So the logistic regression sees the z of a ridge
that has not seen the photo's source: photos of one source are alike, and a ridge that knows some of them is too sure.

Letters: `X` (n_photos, n_components) components, `Y` (n_photos, n_words) whether a word is true, `Z` raw scores.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from instahash.annotate.classes import class_scores
from instahash.annotate.efficientnet import EfficientNet, read_checkpoint
from instahash.annotate.head import HEAD, Head, class_logits
from instahash.annotate.offline import packaged_weights
from instahash.data.broader import head_words
from instahash.errors import DataError, InstahashError
from instahash.files import check_writable, writing

N_COMPONENTS, REG, N_FOLDS = 400, 3000.0, 5
# A photo of one of these dishes is none of the others; sources say only which one it is.
DISHES = ("bread", "burger", "dessert", "pasta", "pizza", "salad", "soup")
NEVER_DESSERT = ("meat", "seafood", "vegetable")
RENAMED = {"sports": "sport"}  # to the word of the classes


class Photos(NamedTuple):
    """Features of photos with words that are surely true, and which words are known to be true or not."""

    words: tuple[str, ...]
    features: np.ndarray  # (n_photos, n_features) float32
    Y: np.ndarray  # (n_photos, n_words) bool
    known: np.ndarray  # likewise
    source: np.ndarray  # (n_photos,) from 0 on


def read_photos(folder: Path) -> Photos:
    """The photos of a folder, without those that were made black and white. Raises DataError where it has none."""
    try:
        rows = json.loads((folder / "manifest.json").read_text("utf-8"))["words"]
        words = tuple(RENAMED.get(row["word"], row["word"]) for row in rows)
        with np.load(folder / "features.npz") as arrays:
            kept = ~arrays["grey"]
            shape = len(kept), len(words)
            Y, unsure = (_dense(arrays[f"{name}_indptr"], arrays[f"{name}_ids"], shape) for name in ("word", "unsure"))
            photos = Photos(words, arrays["F"].astype(np.float32)[kept], Y[kept], ~unsure[kept], arrays["source"][kept])
    except (OSError, KeyError, ValueError) as error:
        advice = "give the folder with features.npz and manifest.json"
        raise DataError(f"there are no features with words in '{folder}' ({error}); {advice}") from None
    return photos._replace(known=photos.known | excluded(words, photos.Y))


def _dense(indptr: np.ndarray, ids: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    matrix = sparse.csr_array((np.ones(len(ids), bool), ids, indptr), shape=shape)
    matrix.check_format(full_check=True)
    return np.asarray(matrix.toarray())


def excluded(words: tuple[str, ...], Y: np.ndarray) -> np.ndarray:
    """Which words a photo cannot have for the dish that it shows."""
    result = np.zeros_like(Y)
    column = {word: Y[:, i] for i, word in enumerate(words)}
    apart = [(a, b) for a in DISHES for b in DISHES if a != b]
    apart += [pair for word in NEVER_DESSERT for pair in (("dessert", word), (word, "dessert"))]
    apart += [(a, "cake") for a, b in apart if b == "dessert"]
    for shown, other in apart:
        if shown in column and other in column:
            result[:, words.index(other)] |= column[shown]
    return result & ~Y


def components(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(mean (d,), V (d, n_components)): the features' principal components are (features - mean) V."""
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    _, V = np.linalg.eigh(np.cov(features / deviation, rowvar=False))
    return mean, V[:, : -N_COMPONENTS - 1 : -1] / deviation[:, None]


def ridge(X: np.ndarray, Y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """U (n_components + 1, n_words): of each word the least sum of weight (x u - y)^2 + REG |u|^2, where y is 1 or -1.

    weights : (n_photos, n_words); the last row of U is a constant, which costs nothing.
    """
    X = np.append(X, np.ones((len(X), 1), X.dtype), 1)
    costs = np.diag(np.append(np.full(X.shape[1] - 1, REG), 1e-6))
    U = np.empty((X.shape[1], Y.shape[1]))
    columns, same = np.unique(weights, axis=1, return_inverse=True)
    for k, weight in enumerate(columns.T):  # words that are known of the same photos have one matrix
        rows, words = weight > 0, same == k
        A = X[rows] * weight[rows, None]
        y = np.where(Y[np.ix_(rows, words)], 1, -1).astype(X.dtype)
        U[:, words] = np.linalg.solve(A.T @ X[rows] + costs, A.T @ y)
    return U


def raw(X: np.ndarray, U: np.ndarray) -> np.ndarray:
    """Z (n_photos, n_words)."""
    return np.asarray(X @ U[:-1] + U[-1])


def left_out(X: np.ndarray, photos: Photos) -> np.ndarray:
    """Z of each photo by a ridge that has not seen its source, and by one that has not seen the photo, mixed.

    A word cannot be learnt without the source that all of its photos are in. So the second, which has not seen a fifth
    of the photos drawn at random, counts for the share of the word's photos that are in the source.
    """
    n = np.stack([photos.Y[photos.source == source].sum(0) for source in range(photos.source.max() + 1)])
    share = (n / np.maximum(n.sum(0), 1))[photos.source]
    folds = np.random.default_rng(0).integers(0, N_FOLDS, len(X))
    return (1 - share) * _without(photos.source, X, photos) + share * _without(folds, X, photos)


def _without(group: np.ndarray, X: np.ndarray, photos: Photos) -> np.ndarray:
    """Z of each photo by a ridge that has not seen its group."""
    weights = photo_weights(photos)
    Z = np.empty(photos.Y.shape)
    for number in np.unique(group):
        out = group == number
        Z[out] = raw(X[out], ridge(X[~out], photos.Y[~out], weights[~out]))
    return Z


def photo_weights(photos: Photos) -> np.ndarray:
    """(n_photos, n_words): a source of n photos weighs as the root of n; 0 where a word is not known."""
    n = np.bincount(photos.source)[photos.source]
    return np.where(photos.known, (n**-0.5 / (n**-0.5).mean())[:, None], 0).astype(np.float32)


def calibration_weights(photos: Photos) -> np.ndarray:
    """(n_photos,): a source weighs as many as the words that it shows, since what people post is of many kinds."""
    n = np.bincount(photos.source)
    n_words = np.array([photos.Y[photos.source == source].any(0).sum() for source in range(len(n))])
    return np.asarray((n_words / np.maximum(n, 1))[photos.source])


def logistic(inputs: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(n_inputs + 1,): slopes of at least 0 and a constant, with Platt's targets, which are short of 0 and 1."""
    target = np.where(y, (y.sum() + 1) / (y.sum() + 2), 1 / ((~y).sum() + 2))
    inputs = np.append(inputs, np.ones((len(inputs), 1)), 1)

    def loss(slopes: np.ndarray) -> tuple[float, np.ndarray]:
        return logistic_loss(slopes, inputs, target, weights)

    bounds = [(0, None)] * (inputs.shape[1] - 1) + [(None, None)]
    return np.asarray(minimize(loss, np.zeros(inputs.shape[1]), jac=True, bounds=bounds).x)


def logistic_loss(
    slopes: np.ndarray, inputs: np.ndarray, target: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """The weighted cross-entropy of expit(inputs slopes) and its gradient."""
    m = inputs @ slopes
    loss = weights @ (np.logaddexp(0, m) - target * m)
    return float(loss), np.asarray(inputs.T @ (weights * (expit(m) - target)))


def calibrated(Z: np.ndarray, of_classes: np.ndarray, photos: Photos) -> np.ndarray:
    """(3, n_words): of each word the slopes of z and of the classes' log odds, and a constant.

    of_classes : (n_photos, n_words) the classes' scores, NaN for words that they have not.
    """
    weights = calibration_weights(photos)
    result = np.zeros((3, len(photos.words)))
    for i in range(len(photos.words)):
        rows = photos.known[:, i]
        inputs = Z[rows, i, None]
        if not np.isnan(of_classes[0, i]):
            inputs = np.append(inputs, class_logits(of_classes[rows, i, None]), 1)
        *slopes, constant = logistic(inputs, photos.Y[rows, i], weights[rows])
        result[: len(slopes), i], result[2, i] = slopes, constant
    return result


def probabilities(Z: np.ndarray, of_classes: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """(n_photos, n_words): what `calibrated` makes of raw scores and of the classes' scores."""
    return np.asarray(expit(slopes[0] * Z + slopes[1] * class_logits(np.nan_to_num(of_classes)) + slopes[2]))


def scores_of_classes(features: np.ndarray, words: Sequence[str]) -> np.ndarray:
    """(n_photos, n_words): the classes' scores, NaN for words that they have not."""
    found = map(class_scores, EfficientNet(read_checkpoint(packaged_weights())).probabilities(features))
    return np.array([[scores.get(word, np.nan) for word in words] for scores in found])


def trained(photos: Photos, words: Sequence[str]) -> tuple[Head, dict[str, np.ndarray]]:
    """The head for some of the words, and what heads that had not seen a photo say of it.

    That is (n_photos, n_words) of the "classes" alone, the "head" alone and "joined" as probabilities.
    Raises DataError where the photos say nothing about one of the words.
    """
    if missing := [word for word in words if word not in photos.words]:
        raise DataError(f"no photo says whether it shows {', '.join(missing)}; give photos with all words of head.txt")
    columns = [photos.words.index(word) for word in words]
    photos = photos._replace(words=tuple(words), Y=photos.Y[:, columns], known=photos.known[:, columns])
    roots = np.sqrt(photos.features)
    mean, V = components(roots)
    X = (roots - mean) @ V
    of_classes = scores_of_classes(photos.features, words)
    Z = left_out(X, photos)
    slopes = calibrated(Z, of_classes, photos)
    U = ridge(X, photos.Y, photo_weights(photos))
    W = V @ U[:-1]
    b = slopes[0] * (U[-1] - mean @ W) + slopes[2]
    unseen = {"classes": of_classes, "head": Z, "joined": probabilities(Z, of_classes, slopes)}
    return Head(tuple(words), W * slopes[0], slopes[1], b), unseen


def average_precision(y: np.ndarray, scores: np.ndarray) -> float:
    """The mean precision at each true one, by decreasing score; NaN without any."""
    y = y[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(y) / np.arange(1, len(y) + 1))[y].mean()) if y.any() else float("nan")


def figures(photos: Photos, words: Sequence[str], unseen: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Of each word the average precisions, and of the joined scores of at least 0.5 how many there are and are right.

    None where there is nothing to say.
    """
    rows = []
    for k, word in enumerate(words):
        known = photos.known[:, photos.words.index(word)]
        y = photos.Y[known, photos.words.index(word)]
        scores = {name: array[known, k] for name, array in unseen.items()}
        sure = scores["joined"] >= 0.5
        row: dict[str, Any] = {"word": word, "photos": int(y.sum())}
        for name, of_word in scores.items():
            row[name] = None if np.isnan(of_word).any() else round(average_precision(y, of_word), 3)
        rows.append(
            row | {"at_half": int(sure.sum()), "right": round(float(y[sure].mean()), 3) if sure.any() else None}
        )
    return rows


def main(argv: Sequence[str] | None = None) -> int:
    """The command; status 2 for bad input."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="with features.npz and manifest.json")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(HEAD), help="the file to write")
    args = parser.parse_args(argv)
    try:
        check_writable(args.out)
        photos = read_photos(args.folder)
        head, unseen = trained(photos, head_words())
        rows = figures(photos, head.words, unseen)
        print("".join(f"{name:>12}" for name in rows[0]))
        print(*("".join(f"{'-' if cell is None else cell:>12}" for cell in row.values()) for row in rows), sep="\n")
        W, slopes, b = (array.astype(np.float16) for array in head[1:])
        with writing(args.out) as file:
            np.savez_compressed(file, words=np.array(head.words), W=W, slopes=slopes, b=b)
    except InstahashError as error:
        print(f"head_training: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
