"""The figures: how the measures and sizes are spread over the posts, and how the models learnt."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from instahash.report.examples import in_both
from instahash.report.plots import curve, histogram
from instahash.report.wording import TABLES, plural

# Bars of a histogram of whole numbers, at most.
BARS = 24
# A history's name -> the model, what was measured, and each time what.
CURVES = {
    "word2vec_loss": ("Word2Vec", "loss a pair", "epochs, or sweeps of the exact trainer"),
    "softmax_loss": ("Network, from descriptions", "cross-entropy a hashtag", "epochs"),
    "completion_loss": ("Network, from chosen hashtags", "cross-entropy a hashtag", "epochs"),
    "autorec_rmse": ("AutoRec", "RMSE over all entries", "epochs"),
}


def distributions(result: Any, history: dict[str, list[float]]) -> dict[str, Any]:
    """The figures of an Evaluation and of a training's history; each a dict for the template's `figure`."""
    details = result.details
    given = "Hashtags of the author that are given" if result.protocol == "completion" else "Words of the description"
    sizes = {
        "both": ("Words in the sets of both models", [len(in_both(answer)) for answer in details.answers]),
        "recommended": ("Hashtags recommended for a post", (details.ranked >= 0).sum(axis=1)),
        "hits": ("Of the first ten, right", details.hit[:, :10].sum(axis=1)),
        "sought": ("Hashtags of the author that are sought", np.diff(details.truth.indptr)),
        "given": (given, np.diff(details.given.indptr)),
    }
    histograms = [_similarity(name, result) for name in result.values]
    histograms += [_sizes(name, title, np.asarray(numbers)) for name, (title, numbers) in sizes.items()]
    return {"histograms": histograms, "curves": [_curve(name, values) for name, values in history.items() if values]}


def _similarity(name: str, result: Any) -> dict[str, Any]:
    found, values = result.histograms[name], result.values[name]
    counts, (low, *_, high) = found["counts"], found["edges"]
    known = values[~np.isnan(values)]
    mean = float(known.mean()) if len(known) else None
    labels = [f"{start:.2f} to {end:.2f}" for start, end in pairwise(found["edges"])]
    marks = [(i * len(counts) / 4, f"{low + (high - low) * i / 4:g}".replace("-", "−")) for i in range(5)]
    place = None if mean is None else (mean - low) / (high - low) * len(counts)
    drawn = _histogram(name.replace("_", "-"), TABLES[name], labels, counts, mean, place, "value", marks)
    without = len(values) - len(known)
    return drawn | {"said": f"{drawn['said']}, {without:,} more have none"} if without else drawn


def _sizes(name: str, title: str, sizes: np.ndarray) -> dict[str, Any]:
    width = -(-(int(sizes.max()) + 1) // BARS)
    counts = np.bincount(sizes // width).tolist()
    firsts = [i * width for i in range(len(counts))]
    labels = [str(first) if width == 1 else f"{first}–{first + width - 1}" for first in firsts]
    return _histogram(name, title, labels, counts, float(sizes.mean()), (sizes.mean() + 0.5) / width, "number")


def _histogram(
    name: str,
    title: str,
    labels: Sequence[str],
    counts: Sequence[int],
    mean: float | None,
    place: float | None,
    axis: str,
    marks: Sequence[tuple[float, str]] | None = None,
) -> dict[str, Any]:
    """The figure of counts with their mean, which lies at a place in bars from the left."""
    most = labels[int(np.argmax(counts))]
    said = f"Mean {mean:.2f}; most often {most}." if mean is not None else "No post has one."
    drawing = histogram(f"hist-{name}-drawing", title, said, labels, counts, axis, marks, place)
    rows = [[label, f"{count:,}"] for label, count in zip(labels, counts)]
    said = f"{said} {plural(sum(counts), 'post')}"
    columns = [axis, "posts"]
    return {"name": f"hist-{name}", "drawing": drawing, "title": title, "said": said, "columns": columns, "rows": rows}


def _curve(name: str, values: Sequence[float]) -> dict[str, Any]:
    model, measure, axis = CURVES.get(name, (name, "loss", "epochs"))
    slug, title = f"curve-{name.replace('_', '-')}", f"{model}: {measure}"
    said = f"{plural(len(values), 'epoch')}, from {values[0]:.4f} to {values[-1]:.4f}"
    drawing = curve(f"{slug}-drawing", title, f"{said}.", values, axis, measure)
    rows = [[str(epoch), f"{value:.4f}"] for epoch, value in enumerate(values, 1)]
    return {"name": slug, "drawing": drawing, "title": title, "said": said, "columns": ["epoch", measure], "rows": rows}
