"""The figures: how the measures and sizes are spread over the posts, and how the models learnt."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from instahash.errors import plural
from instahash.report.markup import element, figure, folded, section, table
from instahash.report.plots import curve, histogram
from instahash.report.terms import alone
from instahash.report.wording import TABLES

# Bars of a histogram of whole numbers, at most.
BARS = 24
CURVES = {
    "word2vec_loss": ("Word2Vec", "loss a pair", "epochs, or sweeps of the exact trainer"),
    "autorec_loss": ("AutoRec, from descriptions", "cross-entropy a hashtag", "epochs"),
    "completion_loss": ("AutoRec, from chosen hashtags", "cross-entropy a hashtag", "epochs"),
    "autorec_rmse": ("AutoRec", "RMSE over all entries", "epochs"),
}


def distributions(result, about):
    details = result.details
    both = [len(set(answer.word2vec) & set(answer.autorec)) for answer in details.answers]
    given = "given-hashtags" if result.protocol == "completion" else "labels"
    sizes = {
        "both": ("Words in the sets of both models", both),
        "recommended": ("Hashtags recommended for a post", (details.ranked >= 0).sum(axis=1)),
        "hits": ("Of the first ten, right", details.hit[:, :10].sum(axis=1)),
        "sought": ("Hashtags of the author that are sought", np.diff(details.truth.indptr)),
        given: ("Words of the description", np.diff(details.given.indptr)),
    }
    if given != "labels":
        sizes[given] = ("Hashtags of the author that are given", sizes[given][1])
    histograms = [_similarity(name, result) for name in result.values]
    histograms += [_sizes(name, *what) for name, what in sizes.items()]
    curves = [_learning(name, values) for name, values in about.header.get("history", {}).items() if values]
    return section(
        "distributions",
        "Distributions",
        element("p", "Over the posts, for instahash. The upright line is the mean."),
        alone(about),
        element("h3", "Histograms"),
        element("div", histograms, class_="figures"),
        element("h3", "Learning curves", id="learning"),
        element("div", curves, class_="figures")
        if curves
        else element("p", "The model holds no history of its training."),
    )


def _similarity(name, result):
    found, values = result.histograms[name], result.values[name]
    edges, counts = found["edges"], found["counts"]
    known = values[~np.isnan(values)]
    mean = float(known.mean()) if len(known) else None
    labels = [f"{low:.2f} to {high:.2f}" for low, high in pairwise(edges)]
    ends = [edges[0] + (edges[-1] - edges[0]) * share for share in (0, 0.25, 0.5, 0.75, 1)]
    marks = [(i * len(counts) / 4, f"{end:g}".replace("-", "−")) for i, end in enumerate(ends)]
    place = None if mean is None else (mean - edges[0]) / (edges[-1] - edges[0]) * len(counts)
    without = len(values) - len(known)
    return _drawn(f"hist-{name.replace('_', '-')}", TABLES[name], labels, counts, mean, place, "value", marks, without)


def _sizes(name, title, sizes):
    sizes = np.asarray(sizes)
    width = -(-(int(sizes.max()) + 1) // BARS)
    counts = np.bincount(sizes // width).tolist()
    firsts = [i * width for i in range(len(counts))]
    labels = [str(first) if width == 1 else f"{first}–{first + width - 1}" for first in firsts]
    place = (sizes.mean() + 0.5) / width
    return _drawn(f"hist-{name}", title, labels, counts, float(sizes.mean()), place, "number")


def _drawn(name, title, labels, counts, mean, place, axis, marks=None, without=0):
    most = labels[int(np.argmax(counts))]
    said = f"Mean {mean:.2f}; most often {most}." if mean is not None else "No post has one."
    drawing = histogram(f"{name}-drawing", title, said, labels, counts, axis, marks, place)
    posts = plural(sum(counts), "post") + (f", {without:,} more have none" if without else "")
    rows = [[label, f"{count:,}"] for label, count in zip(labels, counts)]
    numbers = folded("Numbers", table(f"{name}-numbers", title, [axis, "posts"], rows, scroll=False))
    return figure(name, drawing, [element("strong", f"{title}."), f" {said} {posts}."], numbers)


def _learning(name, values):
    model, measure, axis = CURVES.get(name, (name, "loss", "epochs"))
    slug = name.replace("_", "-")
    said = f"{plural(len(values), 'epoch')}, from {values[0]:.4f} to {values[-1]:.4f}."
    drawing = curve(f"curve-{slug}-drawing", f"{model}: {measure}", said, values, axis, measure)
    rows = [[str(i + 1), f"{value:.4f}"] for i, value in enumerate(values)]
    numbers = folded(
        "Numbers", table(f"curve-{slug}-numbers", f"{model}: {measure}", ["epoch", measure], rows, scroll=False)
    )
    return figure(f"curve-{slug}", drawing, [element("strong", f"{model}: {measure}."), f" {said}"], numbers)
