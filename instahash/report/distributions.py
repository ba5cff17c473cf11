"""How the measures and sizes are spread over the posts, and how the models learnt."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from instahash.errors import plural
from instahash.names import heading
from instahash.report.examples import in_both
from instahash.report.plots import Marks, curve, histogram
from instahash.report.wording import TITLES, number

# Bars of a histogram of whole numbers, at most.
BARS = 24
# A history's name -> what was measured, and each time what.
CURVES = {
    "word2vec_loss": ("loss a pair", "epochs, or sweeps of the exact trainer"),
    "softmax_loss": ("cross-entropy a hashtag", "epochs"),
    "completion_loss": ("cross-entropy a hashtag", "epochs"),
    "autorec_rmse": ("RMSE over all entries", "epochs"),
}
Figure = dict[str, Any]  # what the template's macro `figure` shows


def distributions(result: Any, history: dict[str, list[float]]) -> dict[str, list[Figure]]:
    """The figures of an Evaluation and of a training's history."""
    details = result.details
    given = "Hashtags of the author that are given" if result.protocol == "completion" else "Words of the description"
    sizes = {
        "both": ("Words in the sets of both models", [len(in_both(answer)) for answer in details.answers]),
        "recommended": ("Hashtags recommended for a post", (details.ranked >= 0).sum(axis=1)),
        "hits": ("Of the first ten, right", details.hit[:, :10].sum(axis=1)),
        "sought": ("Hashtags of the author that are sought", np.diff(details.truth.indptr)),
        "given": (given, np.diff(details.given.indptr)),
    }
    histograms = [
        _similarities(name, values, result.histograms[name]["edges"]) for name, values in result.values.items()
    ]
    histograms += [_sizes(name, title, np.asarray(values)) for name, (title, values) in sizes.items()]
    return {"histograms": histograms, "curves": [_curve(name, values) for name, values in history.items() if values]}


def _similarities(name: str, values: np.ndarray, edges: list[float]) -> Figure:
    labels = [f"{low:.2f} to {high:.2f}" for low, high in pairwise(edges)]
    marks = [(i, number(edges[i], "g")) for i in range(0, len(edges), len(labels) // 4)]
    return _histogram(name.replace("_", "-"), TITLES[name], values, edges, labels, "value", marks)


def _sizes(name: str, title: str, sizes: np.ndarray) -> Figure:
    width = -(-(int(sizes.max()) + 1) // BARS)
    firsts = range(0, int(sizes.max()) + 1, width)
    labels = [str(first) if width == 1 else f"{first}–{first + width - 1}" for first in firsts]
    return _histogram(name, title, sizes, [first - 0.5 for first in (*firsts, firsts[-1] + width)], labels, "number")


def _histogram(
    name: str, title: str, values: np.ndarray, edges: Sequence[float], labels: list[str], axis: str, marks: Marks = ()
) -> Figure:
    """The values, NaN for posts without one, between each two edges and their mean."""
    known = values[~np.isnan(values)]
    counts = np.histogram(known, edges)[0].tolist()
    said, place = "No post has one.", None
    if len(known):
        said = f"Mean {known.mean():.2f}; most often {labels[int(np.argmax(counts))]}."
        place = float(np.interp(known.mean(), edges, range(len(edges))))
    more = f", {len(values) - len(known):,} more have none" if len(known) < len(values) else ""
    rows = list(zip(labels, counts))
    return {
        "name": f"hist-{name}", "title": title, "said": f"{said} {plural(len(known), 'post')}{more}.",
        "drawing": histogram(labels, counts, axis, marks, place), "columns": [axis, "posts"], "rows": rows,
    }  # fmt: skip


def _curve(name: str, values: Sequence[float]) -> Figure:
    model, _, last = name.rpartition("_")
    measure, axis = CURVES.get(name, (last, "epochs"))
    rows = [[str(epoch), f"{value:.4f}"] for epoch, value in enumerate(values, 1)]
    said = f"{plural(len(values), 'epoch')}, from {values[0]:.4f} to {values[-1]:.4f}."
    return {
        "name": f"curve-{name.replace('_', '-')}", "title": f"{heading(model)}: {measure}", "said": said,
        "drawing": curve(values, axis, measure), "columns": ["epoch", measure], "rows": rows,
    }  # fmt: skip
