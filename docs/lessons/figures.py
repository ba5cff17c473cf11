"""Draw the figures of the lessons, from what the cells of the pages compute. Needs matplotlib, the extra `report`.

    python3 docs/lessons/figures.py [--out FOLDER] [FIGURE ...]

The same versions of Python's packages give the same bytes. A figure is light or dark as its reader's system is.
"""

import argparse
import contextlib
import io
import os
import re
import tempfile
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("svg")
from matplotlib import pyplot as plt

HERE = Path(__file__).resolve().parent

# Colours on light and on dark paper.
INK, SOFT, FAINT, PAPER = "#1f2328", "#59636e", "#d1d9e0", "#ffffff"
BLUE, ORANGE, GREEN, PINK = "#0969da", "#bc4c00", "#1a7f37", "#bf3989"
DARK = {
    INK: "#f0f6fc",
    SOFT: "#a5adb6",
    FAINT: "#3d444d",
    PAPER: "#0d1117",
    BLUE: "#58a6ff",
    ORANGE: "#f0883e",
    GREEN: "#3fb950",
    PINK: "#f778ba",
}
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "instahash",
    "path.simplify": False,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": INK,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "axes.edgecolor": SOFT,
    "axes.labelcolor": SOFT,
    "axes.titlecolor": INK,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
}
# The paper behind a text, so that no line crosses it.
NOTHING_BEHIND = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}


# From pages to files


@cache
def lesson(name):
    """The names that the cells of a lesson leave behind."""
    names = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for source in re.findall(r"^```python\n(.*?)^```", (HERE / name).read_text("utf-8"), re.DOTALL | re.MULTILINE):
            exec(source, names)
    return names


def write(figure, path):
    """An SVG file without a date, with coordinates of two decimals, whose colours follow the reader's system."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    dark = "".join(
        f'[style*="{part}: {light}"]{{{part}:{DARK[light]}!important}}' for light in DARK for part in ("fill", "stroke")
    )
    svg = text.getvalue().replace("</style>", f"@media (prefers-color-scheme:dark){{{dark}}}</style>", 1)
    svg = svg.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")  # Verdana's letters are as wide
    svg = re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), svg)
    path.write_text(re.sub(r"\s*\n\s*", "\n", svg), encoding="utf-8")


def dots(ax, x, y, colour, size=3.0, alpha=1.0):
    """A dot at each point, all of them one path."""
    gap = np.full(len(x), np.nan)
    xs, ys = np.stack([x, x, gap], 1).ravel(), np.stack([y, y, gap], 1).ravel()
    ax.plot(xs, ys, color=colour, lw=size, alpha=alpha, solid_capstyle="round")


# 1. word2vec


def sigmoid(names):
    figure, axes = plt.subplots(1, 3, figsize=(8.4, 2.7), layout="constrained")
    x = np.linspace(-5, 5, 101)
    s = names["sigmoid"](x)
    panels = [
        ("σ(z), the probability", [(s, INK, "")]),
        ("the losses", [(-np.log(s), BLUE, "seen: −log σ(z)"), (-np.log(1 - s), ORANGE, "not seen: −log σ(−z)")]),
        ("their derivatives, the errors", [(s - 1, BLUE, "σ(z) − 1"), (s, ORANGE, "σ(z)")]),
    ]
    for ax, (title, curves) in zip(axes, panels):
        ax.set_title(title)
        ax.set_xlabel("score z")
        ax.grid(True)
        for y, colour, label in curves:
            ax.plot(x, y, color=colour, label=label)
    axes[1].legend(loc="upper center", fontsize=8.5, labelcolor=SOFT)
    axes[1].set_ylim(-0.1, 7.4)
    axes[2].text(-4.8, -0.85, "σ(z) − 1", color=BLUE)
    axes[2].text(4.9, 0.78, "σ(z)", color=ORANGE, ha="right")
    log3 = np.log(3)
    for ax, y, text, place in (
        (axes[0], 3 / 4, "3/4", (1.5, 0.62)),
        (axes[1], np.log(4 / 3), "0.29", (1.0, 0.75)),
        (axes[2], -1 / 4, "−1/4", (1.5, -0.36)),
    ):
        ax.plot([log3], [y], "o", color=PINK, ms=6)
        ax.text(*place, text, color=PINK)
    return figure


def pair(names):
    figure, ax = plt.subplots(figsize=(5.2, 4.6), layout="constrained")
    line = np.linspace(-2.5, 2.5, 81)
    w, c = np.meshgrid(line, line)
    loss = np.logaddexp(0, -w * c)
    levels = [0.01, 0.03, 0.1, 0.3, np.log(2), 1.2, 2, 3, 4, 5]
    for level in (0.03, 0.1, 0.3):
        ax.contourf(w, c, loss, [0, level], colors=[BLUE], alpha=0.12)
    lines = ax.contour(w, c, loss, levels, colors=SOFT, linewidths=0.8)
    ax.clabel(lines, [0.03, 0.1, 0.3, 1.2, 2, 4], fontsize=8, colors=SOFT, fmt="%g")
    for start in ((-1.8, 1.3), (2.1, -1.5), (0.1, -0.25), (0.3, 0.9)):
        at, path = np.array(start), [start]
        for _ in range(80):
            at = at + 0.1 * names["sigmoid"](-at[0] * at[1]) * at[::-1]
            path.append(at)
        path = np.array(path)
        ax.plot(*path.T, color=ORANGE)
        ax.plot(*path[0], "o", color=ORANGE, ms=5)
        ax.annotate("", path[-1], path[-4], arrowprops={"arrowstyle": "-|>", "color": ORANGE, "lw": 1.8})
    ax.plot([0], [0], "x", color=INK, ms=8, mew=2)
    ax.text(0.12, 0.1, "saddle, log 2", color=INK, fontsize=9)
    ax.set(xlabel="w", ylabel="c", aspect="equal", xlim=(-2.5, 2.5), ylim=(-2.5, 2.5))
    ax.set_title("−log σ(w c)")
    return figure


def words(names):
    figure, (ax, side) = plt.subplots(1, 2, figsize=(8.4, 4.2), width_ratios=(2.2, 1), layout="constrained")
    path = np.array([W for W, _ in names["path"]])
    shifts = {"sea": (6, 5), "sand": (7, -3), "ocean": (6, -9), "wave": (-4, 7), "love": (6, -8), "dog": (-26, 5)}
    shifts |= {"puppy": (-44, -7), "grass": (6, 2), "coffee": (6, 3), "cup": (-4, 8)}
    groups = [("sea sand wave ocean", BLUE), ("dog puppy grass", ORANGE), ("coffee cup", GREEN), ("love", INK)]
    for group, colour in groups:
        for word in group.split():
            x, y = path[:, names["number"][word]].T
            ax.plot(x[::4], y[::4], color=colour, alpha=0.55, lw=1.3)
            ax.plot(x[100::100], y[100::100], ".", color=colour, ms=4)
            ax.plot(x[-1], y[-1], "o", color=colour, ms=6)
            ax.annotate(word, (x[-1], y[-1]), shifts[word], textcoords="offset points", color=colour)
    ax.axhline(0, color=FAINT, lw=0.8, zorder=0)
    ax.axvline(0, color=FAINT, lw=0.8, zorder=0)
    ax.set(aspect="equal", xlim=(-1.9, 2.15), ylim=(-1.15, 2.75))
    ax.set_title("input vectors; a small dot each 100 steps")
    side.plot(range(0, 400, 4), names["losses"][::4], color=INK)
    side.grid(True)
    side.set(xlabel="step", xticks=(0, 100, 200, 300, 400))
    side.set_title("loss a pair")
    return figure


def pmi(names):
    figure, axes = plt.subplots(1, 3, figsize=(8.4, 3.1), layout="constrained")
    W, C = names["path"][-1]
    rng = np.random.default_rng(0)
    some = rng.choice(len(names["pmi309"]), 700, replace=False)
    panels = [
        ("10 words, 2 numbers each", names["pmi"], (W @ C.T)[names["met"]], 5, 0.8),
        ("10 words, 10 numbers each", names["pmi"], names["Z"][names["met"]], 5, 0.8),
        ("309 words, 50 numbers each", names["pmi309"][some], names["Z309"][some], 2.5, 0.6),
    ]
    for ax, (title, formula, scores, size, alpha) in zip(axes, panels):
        low, high = min(formula.min(), scores.min()) - 0.3, max(formula.max(), scores.max()) + 0.3
        ax.plot([low, high], [low, high], color=SOFT, lw=1)
        dots(ax, formula, scores, BLUE, size, alpha)
        ax.set(xlim=(low, high), ylim=(low, high), aspect="equal", xlabel="PMI − log k")
        ax.set_title(title)
    axes[0].set_ylabel("score w · c")
    return figure


# 2. AutoRec


def layers(names):
    figure, ax = plt.subplots(figsize=(8.4, 4.4), layout="constrained")
    ax.set(xlim=(-0.75, 4.75), ylim=(-0.55, 2.75), aspect="equal")
    ax.axis("off")
    heights = (2, 1, 0)
    inputs, unit, outputs = [(0, y) for y in heights], (1.75, 1), [(3.5, y) for y in heights]

    def arrow(start, end, weight, gradient):
        ax.annotate(
            "", end, start, arrowprops={"arrowstyle": "-|>", "color": SOFT, "lw": 1, "shrinkA": 19, "shrinkB": 19}
        )
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        ax.text(x, y + 0.03, weight, color=BLUE, ha="center", va="bottom", fontsize=9.5, bbox=NOTHING_BEHIND)
        ax.text(x, y - 0.03, gradient, color=ORANGE, ha="center", va="top", fontsize=9.5, bbox=NOTHING_BEHIND)

    def node(place, text):
        ax.plot(*place, "o", ms=35, mfc=PAPER, mec=INK, mew=1.3)
        ax.text(*place, text, ha="center", va="center", fontsize=10.5)

    for at, weight, gradient in zip(inputs, ("1", "−1", "2"), ("3/2", "3/2", "0")):
        arrow(at, unit, weight, gradient)
    for at, weight, gradient in zip(outputs, ("−4", "−2", "2"), ("−1/4", "1/8", "1/8")):
        arrow(unit, at, weight, gradient)
    for at, word, value in zip(inputs, ("sea", "sand", "dog"), ("2", "2", "0")):
        node(at, value)
        ax.text(at[0] - 0.3, at[1], word, ha="right", va="center")
    node(unit, "1/4")
    for at, value, wanted, error in zip(outputs, ("1", "5/2", "1/2"), ("2", "2", "0"), ("−1", "1/2", "1/2")):
        node(at, value)
        ax.text(at[0] + 0.3, at[1] + 0.13, f"wanted {wanted}", va="center", color=SOFT)
        ax.text(at[0] + 0.3, at[1] - 0.13, f"error {error}", va="center", color=ORANGE)
    for x, text in ((0, "x"), (0.875, "V"), (1.75, "h = g(V x + log 3)"), (2.625, "U"), (3.5, "o = U h + b")):
        ax.text(x, 2.55, text, ha="center", color=SOFT)
    ax.text(1.75, 0.5, "z = log 3", ha="center", color=BLUE, fontsize=9.5)
    ax.text(1.75, 0.29, "dJ/dz = 3/4", ha="center", color=ORANGE, fontsize=9.5)
    ax.text(-0.3, -0.5, "forwards: weights and values", color=BLUE)
    ax.text(2.0, -0.5, "backwards: derivatives of the loss", color=ORANGE)
    return figure


def codes(names):
    figure, axes = plt.subplots(1, 4, figsize=(8.4, 2.4), sharex=True, sharey=True, layout="constrained")
    groups = ((BLUE, "sea", (0.18, 0.27)), (ORANGE, "dog", (-0.45, 0.27)), (GREEN, "coffee", (-0.2, -0.33)))
    for ax, (epoch, H) in zip(axes, names["history"].items()):
        ax.axhline(0, color=FAINT, lw=0.8, zorder=0)
        ax.axvline(0, color=FAINT, lw=0.8, zorder=0)
        for t, (colour, word, place) in enumerate(groups):
            x, y = np.unique(H[names["topic"] == t].round(3), axis=0).T
            dots(ax, x, y, colour, 4, 0.8)
            if epoch == 20:
                ax.text(*place, word, color=colour)
        ax.set_title(f"epoch {epoch}")
        ax.set(aspect="equal", xlim=(-0.55, 0.55), ylim=(-0.55, 0.55), xlabel="unit 1", xticks=(-0.5, 0, 0.5))
    axes[0].set(ylabel="unit 2", yticks=(-0.5, 0, 0.5))
    return figure


def outputs(names):
    figure, ax = plt.subplots(figsize=(8.4, 3.1), layout="constrained")
    ax.set(xlim=(-0.6, 17.2), ylim=(-0.4, 6.1), aspect="equal")
    ax.axis("off")
    posts, words, units = 3.0, 7.0, 0.7

    def matrix(x, y, width, height, colour, name, size="", dashed=False):
        style = {"ls": (0, (4, 3)), "facecolor": "none"} if dashed else {"facecolor": PAPER}
        ax.add_patch(plt.Rectangle((x, y), width, height, edgecolor=colour, lw=1.4, **style))
        ax.text(x + width / 2, y + height / 2, name, ha="center", va="center", color=colour)
        ax.text(x + width / 2, y - 0.15, size, ha="center", va="top", fontsize=8.5, color=SOFT)

    ax.text(-0.2, 5.6, "not made: each output of each post", color=ORANGE)
    matrix(0.9, 0.8, units, posts, BLUE, "H")
    matrix(1.9, posts + 0.8 + 0.3, words, units, BLUE, "Uᵀ")
    matrix(1.9, 0.8, words, posts, ORANGE, "O = H Uᵀ + 1 bᵀ", "words", dashed=True)
    ax.text(0.7, 0.8 + posts / 2, "posts", ha="right", va="center", fontsize=8.5, color=SOFT, rotation=90)
    ax.text(1.7, posts + 1.1 + units / 2, "units", ha="right", va="center", fontsize=8.5, color=SOFT)
    ax.text(10.1, 5.6, "made: the same sums, the same gradients", color=GREEN)
    for x, name, colour in ((10.9, "H", BLUE), (12.6, "S U", GREEN)):
        matrix(x, 0.8, units, posts, colour, "")
        ax.text(x + units / 2, 0.8 + posts / 2, name, ha="center", va="center", color=colour, rotation=90)
    ax.text(10.7, 0.8 + posts / 2, "posts", ha="right", va="center", fontsize=8.5, color=SOFT, rotation=90)
    for x in (10.9, 12.6):
        ax.text(x + units / 2, 0.65, "units", ha="center", va="top", fontsize=8.5, color=SOFT)
    for y, name in ((3.1, "UᵀU"), (0.8, "HᵀH")):
        matrix(14.3, y, units, units, GREEN, "", "units")
        ax.text(15.2, y + units / 2, name, va="center", color=GREEN)
    return figure


def ratings(names):
    figure, axes = plt.subplots(1, 3, figsize=(8.4, 2.8), sharey=True, layout="constrained")
    bins = np.linspace(-1.3, 1.5, 57)
    titles = "20 units", "300 units", "300 units, half the input dropped"
    for ax, title, kinds in zip(axes, titles, names["ratings"].values()):
        ax.axvline(0, color=FAINT, zorder=0)
        for (name, values), colour in zip(kinds.items(), (BLUE, ORANGE, SOFT)):
            fractions = np.histogram(values.clip(bins[0], bins[-1]), bins)[0] / len(values)
            ax.stairs(fractions, bins, fill=True, color=colour, alpha=0.25)
            ax.stairs(fractions, bins, color=colour, lw=1.3, label=name)
        ax.set_title(title)
        ax.set(xlabel="rating", xlim=(-1.3, 1.5), ylim=(0, 0.3))
    axes[0].set_ylabel("share of the words")
    axes[0].legend(labelcolor="linecolor", fontsize=9)
    return figure


# 3. Gradients


def step(names):
    figure, ax = plt.subplots(figsize=(7.2, 4), layout="constrained")
    steps = 10.0 ** -np.arange(0.5, 13.01, 0.125)
    for colour, name in ((BLUE, "forward"), (ORANGE, "central"), (GREEN, "fourth")):
        errors = np.array([names["error"](names[name], size) for size in steps])
        ax.plot(steps, errors, color=colour)
        best = errors.argmin()
        ax.plot(steps[best], errors[best], "o", color=colour, ms=6)
    ax.text(3e-3, 6e-3, "forward, δ", color=BLUE, ha="right")
    ax.text(3e-4, 1.2e-6, "central, δ²", color=ORANGE, ha="right")
    ax.text(3e-2, 4e-12, "fourth, δ⁴", color=GREEN)
    ax.text(2e-11, 3e-4, "rounding, ε / δ", color=SOFT)
    ax.grid(True)
    ax.set(xscale="log", yscale="log", xlabel="step δ", ylim=(1e-14, 1))
    ax.set_xticks(10.0 ** -np.arange(1, 14, 2), [f"1e-{e}" for e in range(1, 14, 2)])
    ax.set_yticks(10.0 ** -np.arange(0, 15, 2), ["1", *(f"1e-{e}" for e in range(2, 15, 2))])
    ax.minorticks_off()
    ax.set_title("error of the quotient")
    return figure


def mistakes(names):
    figure, axes = plt.subplots(1, 6, figsize=(8.4, 2.7), layout="constrained")

    def grid(ax, wrong, x, y):
        for (row, column), is_wrong in np.ndenumerate(wrong):
            colours = (
                {"facecolor": ORANGE, "edgecolor": ORANGE} if is_wrong else {"facecolor": "none", "edgecolor": SOFT}
            )
            ax.add_patch(plt.Rectangle((x + column + 0.1, y - row - 0.9), 0.8, 0.8, lw=0.8, **colours))

    for ax, (kind, found) in zip(axes, names["mistakes"].items()):
        V, mu, U, b = (~np.isclose(a, c, rtol=1e-6, atol=1e-8) for a, c in zip(found, names["right"]))
        for wrong, x, y in ((V, 0, 0), (mu[:, None], 5.6, 0), (U.T, 0, -3.6), (b[None], 0, -7.2)):
            grid(ax, wrong, x, y)
        ax.set(xlim=(-0.2, 6.8), ylim=(-8.4, 0.2), aspect="equal")
        ax.axis("off")
        ax.set_title(kind.replace(" forgotten", "\nforgotten").replace(" skipped", "\nskipped"), fontsize=9.5)
    for text, y in (("V, mu", -1.5), ("Uᵀ", -5.1), ("b", -7.7)):
        axes[0].text(-0.5, y, text, ha="right", va="center", color=SOFT)
    return figure


# 4. The paper in 30 lines


def recipe(names):
    figure, ax = plt.subplots(figsize=(8.4, 4.3), layout="constrained")
    ax.set(xlim=(-0.2, 100), ylim=(0, 56))
    ax.axis("off")
    known, near, both = names["known"], list(names["near"]), list(names["both"])
    positive = sorted(names["positive"], key=lambda i: -names["outputs"][i])
    size = 8.6

    def box(x, y, width, height, title, note):
        ax.add_patch(plt.Rectangle((x, y), width, height, facecolor="none", edgecolor=FAINT, lw=1.2))
        ax.text(x, y + height + 3.4, title, fontsize=10)
        ax.text(x, y + height + 1, note, fontsize=8, color=SOFT)

    def listed(x, top, ids, colours):
        rows = -(-len(ids) // 3)
        for n, i in enumerate(ids):
            place = x + (0, 10.5, 25.5)[n // rows], top - 2.9 * (n % rows)
            ax.text(*place, known.words[i], fontsize=size, va="top", color=colours(i))

    def arrow(start, end):
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": SOFT, "lw": 1.2})

    box(0, 9, 16, 33, "labels", "0.5 or more")
    for n, (label, score) in enumerate(names["post"].labels):
        ax.text(1, 41 - 3.1 * n, f"{score:.2f}", fontsize=8, va="top", color=SOFT)
        ax.text(6, 41 - 3.1 * n, label, fontsize=size, va="top")
    box(21, 29, 40, 21.5, "Word2Vec", "the 20 words nearest")
    listed(22, 49.7, near, lambda i: INK if i in both else BLUE)
    box(21, 1, 40, 18.5, "AutoRec", "the words rated above 0")
    listed(22, 18.7, positive, lambda i: INK if i in both else ORANGE)
    box(66, 10, 14, 29, "in both", "Word2Vec's order")
    hashtags = [i for i in both if known.is_hashtag[i]]
    for n, i in enumerate(both):
        colour = GREEN if i in hashtags else INK
        ax.text(67, 38.2 - 28 / len(both) * n, known.words[i], fontsize=8, va="top", color=colour)
    box(85, 16, 14.8, 17, "recommended", "of these the hashtags")
    for n, i in enumerate(hashtags):
        ax.text(86, 31.8 - 3.1 * n, known.words[i], fontsize=size, va="top", color=GREEN)
    arrow((16.4, 28), (20.6, 37))
    arrow((16.4, 22), (20.6, 12))
    arrow((61.4, 37), (65.6, 29))
    arrow((61.4, 12), (65.6, 20))
    arrow((80.4, 24.5), (84.6, 24.5))
    return figure


# 5. Where it goes wrong


def popularity(names):
    figure, axes = plt.subplots(1, 3, figsize=(8.4, 3), sharex=True, sharey=True, layout="constrained")
    known = names["known"]
    hashtags = known.words_array[known.hashtag_ids]
    used = known.hashtag_counts[known.hashtag_ids] / len(names["train"])
    for ax, (novelty, lists) in zip(axes, names["lists"].items()):
        listed = np.array([np.mean([hashtag in a for a in lists]) for hashtag in hashtags])
        ax.plot([0, 0.4], [0, 0.4], color=SOFT, lw=1)
        dots(ax, used, listed, BLUE, 5, 0.7)
        for hashtag, x, y, shift, side in zip(hashtags, used, listed, ((-6, 4), (0, 7)), ("right", "center")):
            ax.annotate(hashtag, (x, y), shift, textcoords="offset points", ha=side, color=INK)
        ax.grid(True)
        ax.set(xlabel="share of the posts that use it", xlim=(-0.01, 0.4), ylim=(-0.03, 1.03))
        ax.set_title(f"novelty {novelty:g}")
    axes[0].set_ylabel("share of the lists that have it")
    axes[0].text(0.3, 0.22, "as used", color=SOFT, fontsize=9)
    return figure


def crowd(names):
    figure, (ax, side) = plt.subplots(1, 2, figsize=(8.4, 3.3), width_ratios=(1, 1.5), layout="constrained")
    for end, colour, name, place in (
        ((1, 0), BLUE, "coffee, cup", (0.62, -0.16)),
        ((0, 1), ORANGE, "dog", (0.05, 0.95)),
        ((2 / 3, 1 / 3), INK, "their mean", (0.52, 0.4)),
    ):
        ax.annotate(
            "", end, (0, 0), arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 2, "shrinkA": 0, "shrinkB": 0}
        )
        ax.text(*place, name, color=colour)
    turn = np.arctan2(1, 2)
    for low, high, radius, text in ((0, turn, 0.3, "27°"), (turn, np.pi / 2, 0.24, "63°")):
        angles, middle = np.linspace(low, high, 30), (low + high) / 2
        ax.plot(radius * np.cos(angles), radius * np.sin(angles), color=SOFT, lw=1)
        ax.text(
            *((radius + 0.09) * np.array([np.cos(middle), np.sin(middle)])),
            text,
            color=SOFT,
            fontsize=9,
            ha="center",
            va="center",
        )
    ax.set(xlim=(-0.1, 1.15), ylim=(-0.25, 1.15), aspect="equal")
    ax.axis("off")
    three, model = ["coffee", "cup", "dog"], names["paper"]
    near, index = model.recommend(three, trace=True).trace["word2vec"], model.vocabulary.index
    unit = model.word_vectors().unit
    mean = unit[[index[word] for word in three]].mean(axis=0)
    for place, word in enumerate(near):
        colour = ORANGE if names["topics"][word] == {"dogs"} else BLUE
        side.plot([place, place], [0, unit[index[word]] @ mean / np.linalg.norm(mean)], color=colour, lw=5)
    side.set_xticks(range(len(near)), near, rotation=60, ha="right", rotation_mode="anchor")
    side.set(xlim=(-0.7, 19.7), ylim=(0, 1))
    side.set_title("the 20 nearest words, by cosine with the mean")
    return figure


def overfit(names):
    figure, axes = plt.subplots(1, 3, figsize=(8.4, 2.9), sharey=True, layout="constrained")
    for ax, (name, losses) in zip(axes, names["history"].items()):
        epochs = np.arange(1, len(losses) + 1)
        ax.plot(epochs, losses[:, 0], color=BLUE)
        ax.plot(epochs, losses[:, 1], color=ORANGE)
        best = losses[:, 1].argmin()
        ax.plot(epochs[best], losses[best, 1], "o", color=ORANGE, ms=6)
        ax.axhline(names["alone"], color=SOFT, lw=1, ls=(0, (4, 3)))
        ax.grid(True)
        ax.set(xlabel="epoch", xlim=(0, 61), ylim=(1.5, 6.2))
        ax.set_title(name)
    axes[0].set_ylabel("cross-entropy of a hashtag")
    axes[0].text(60, 4.2, "new posts", color=ORANGE, ha="right")
    axes[0].text(60, 2.25, "its own posts", color=BLUE, ha="right")
    axes[0].text(60, 5.15, "popularity alone", color=SOFT, ha="right", fontsize=9)
    return figure


FIGURES = {
    "sigmoid.svg": ("1-word2vec.md", sigmoid),
    "pair.svg": ("1-word2vec.md", pair),
    "words.svg": ("1-word2vec.md", words),
    "pmi.svg": ("1-word2vec.md", pmi),
    "layers.svg": ("2-autorec.md", layers),
    "codes.svg": ("2-autorec.md", codes),
    "outputs.svg": ("2-autorec.md", outputs),
    "ratings.svg": ("2-autorec.md", ratings),
    "step.svg": ("3-gradients.md", step),
    "mistakes.svg": ("3-gradients.md", mistakes),
    "recipe.svg": ("4-the-paper-in-30-lines.md", recipe),
    "popularity.svg": ("5-where-it-goes-wrong.md", popularity),
    "crowd.svg": ("5-where-it-goes-wrong.md", crowd),
    "overfit.svg": ("5-where-it-goes-wrong.md", overfit),
}


def main():
    parser = argparse.ArgumentParser(description="Draw the figures of the lessons.")
    parser.add_argument("names", nargs="*", metavar="FIGURE", help="default: all")
    parser.add_argument("--out", type=Path, default=HERE, metavar="FOLDER")
    args = parser.parse_args()
    out = args.out.resolve()
    with tempfile.TemporaryDirectory() as folder, plt.rc_context(STYLE):
        os.chdir(folder)  # whatever the cells write goes there
        for name in args.names or FIGURES:
            page, draw = FIGURES[name]
            write(draw(lesson(page)), out / name)
        os.chdir(out)


if __name__ == "__main__":
    main()
