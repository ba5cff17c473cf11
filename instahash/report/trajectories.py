"""Vectors and the ways that they took through a training, as a figure and as an animation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.animation import Animation, FuncAnimation, HTMLWriter, PillowWriter
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from tqdm import tqdm

from instahash.arrays import as_array, plain
from instahash.errors import DataError
from instahash.files import writing
from instahash.parameters import whole
from instahash.report.wording import displayable

OPTIONS = {"text.parse_math": False, "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
# The user's own settings of matplotlib change nothing.
drawing = style.context(["default", OPTIONS])
SIZE, DPI = 6.0, 100
# Frames a second of an animation.
RATE = 20
COLOURS = 10
# Numbers further from 0 cannot be drawn.
LARGEST = 1e100
# MB of a page, past which matplotlib leaves frames out: its own 20 are less than a hundred snapshots of forty words.
MOST_MB = 1000
# In place of the font of icons that matplotlib's page would fetch from the network.
ICONS = {
    "minus": "−",
    "plus": "+",
    "play": "▶",
    "pause": "‖",
    "fast-backward": "«",
    "step-backward": "‹",
    "step-forward": "›",
    "fast-forward": "»",
}
STYLE = ".fa { font-style: normal; display: inline-block; } .fa-flip-horizontal { transform: scaleX(-1); }"


@drawing
def trajectories(paths: np.ndarray, names: Sequence[str], groups: Sequence[int] | None = None) -> Figure:
    """A figure of vectors: a line for the way of each, and a point with its name where it ends.

    paths : (n_snapshots, n_words, dim) float, as :meth:`instahash.training.Snapshots.of` gives them.
    names : n_words texts.  groups : n_words whole numbers; those of one have one colour. Default: each its own.

    Two numbers a vector are drawn as they are. More are projected on the two directions in which the last vectors vary
    most, the same for all snapshots; the axes say how much of their variance that is. A single number is drawn over
    time. Raises DataError for paths of another shape or with numbers that are not finite.
    """
    plane, axes, colours = _prepared(paths, names, groups)
    for word, colour in enumerate(colours):
        axes.plot(*plane[:, word].T, color=colour, alpha=0.45, linewidth=1.2)
        axes.plot(*plane[-1, word], color=colour, marker="o", markersize=4)
        _named(axes, names[word], plane[-1, word])
    return axes.figure  # type: ignore[return-value]


@drawing
def animation(
    paths: np.ndarray, names: Sequence[str], groups: Sequence[int] | None = None, *, between: int = 4, tail: int = 10
) -> FuncAnimation:
    """The same as an animation, in which vectors go straight from each snapshot to the next.

    between : int >= 1, frames from one snapshot to the next.  tail : int >= 0, snapshots whose way stays visible.
    Others, and errors, as in :func:`trajectories`. :func:`save_animation` writes it. A notebook shows `to_jshtml()`, of
    which matplotlib leaves out the frames past `animation.embed_limit`, 20 MB, and fetches icons from the network.
    """
    between, tail = whole(between, "animation: between", 1), whole(tail, "animation: tail", 0)
    plane, axes, colours = _prepared(paths, names, groups)
    moments = np.arange(between * (len(plane) - 1) + 1) / between
    frames = np.stack([_at(plane, moment) for moment in moments])
    lines = [axes.plot([], [], color=colour, alpha=0.45, linewidth=1.2)[0] for colour in colours]
    points = [axes.plot([], [], color=colour, marker="o", markersize=4)[0] for colour in colours]
    texts = [_named(axes, name, frames[0, word]) for word, name in enumerate(names)]

    def draw(moment: int) -> list[Any]:
        for word, (line, point, text) in enumerate(zip(lines, points, texts)):
            line.set_data(*frames[max(0, moment - tail * between) : moment + 1, word].T)
            point.set_data(*frames[moment : moment + 1, word].T)
            text.xy = frames[moment, word]
        return [*lines, *points, *texts]

    return FuncAnimation(axes.figure, draw, len(frames), interval=1000 / RATE, blit=False)  # type: ignore[arg-type]


@drawing
def save_animation(moving: Animation, file: str | Path) -> None:
    """Write an animation as .gif, or as .html, a page with buttons that needs nothing else, whole or not at all.

    Raises DataError for another kind of file, or one that cannot be written.
    """
    path = Path(file)
    if path.suffix not in (".gif", ".html"):
        raise DataError(f"an animation is written as .gif or .html, not as '{path.name:.60}'; give such a name")
    is_page = path.suffix == ".html"
    writer = HTMLWriter(RATE, embed_frames=True, embed_limit=MOST_MB) if is_page else PillowWriter(RATE)
    with tqdm(desc="frames", disable=None, leave=False) as shown:

        def progress(_: int, total: int) -> None:
            shown.total = total
            shown.update()

        with writing(path) as out, TemporaryDirectory() as folder:
            made = Path(folder, path.name)  # matplotlib wants a name
            moving.save(made, writer, dpi=DPI, progress_callback=progress)
            content = made.read_bytes()
            out.write(_by_itself(content.decode(), path.stem).encode() if is_page else content)


def _by_itself(page: str, title: str) -> str:
    """matplotlib's page with a title, and with icons of its own."""
    icons = "".join(f'.fa-{name}::before {{ content: "{icon}"; }} ' for name, icon in ICONS.items())
    page = re.sub(r"<link\b[^>]*>", f"<style>{STYLE} {icons}</style>", page, count=1)
    return f'<!doctype html>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n{page}'


def _prepared(
    paths: np.ndarray, names: Sequence[str], groups: Sequence[int] | None
) -> tuple[np.ndarray, Axes, list[str]]:
    """The ways in a plane, (n_snapshots, n_words, 2), axes on which they have space, and the colour of each."""
    if isinstance(names, str) or not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise DataError(f"names are {names!r:.40}; give a list of texts, one for each word")
    n_words, paths = len(names), plain(paths, "paths")
    numbers = np.arange(n_words) if groups is None else as_array(groups, "groups", ("n_words",))
    if paths.ndim != 3 or paths.shape[1] != n_words or len(numbers) != n_words or not paths.size:
        wanted = "paths are (n_snapshots, n_words, dim), with a name, and a group if any, for each word"
        raise DataError(f"{wanted}; these are {paths.shape}, with {n_words} names and {len(numbers)} groups")
    if (numbers != np.floor(numbers)).any():
        raise DataError("groups must be whole numbers")
    paths = as_array(paths, "paths", paths.shape, finite=False)
    if not (np.abs(paths) < LARGEST).all():
        raise DataError("the paths have numbers that are not finite; draw a training that went well")
    plane, labels = _in_a_plane(paths)
    figure = Figure((SIZE, SIZE), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    low, high = plane.min(axis=(0, 1)), plane.max(axis=(0, 1))
    reach = np.maximum(high - low, 1e-9)
    if paths.shape[2] > 1:  # directions are as they are
        reach[:] = reach.max()
        axes.set_aspect("equal")
    axes.set(xlabel=labels[0], ylabel=labels[1])
    left, bottom = (low + high) / 2 - 0.58 * reach
    axes.set(xlim=(left, left + 1.24 * reach[0]), ylim=(bottom, bottom + 1.16 * reach[1]))
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # or each frame would be laid out anew
    return plane, axes, [f"C{int(group) % COLOURS}" for group in numbers]


def _in_a_plane(paths: np.ndarray) -> tuple[np.ndarray, tuple[str, str]]:
    n_snapshots, n_words, dim = paths.shape
    if dim == 1:
        time = np.broadcast_to(np.arange(n_snapshots, dtype=float)[:, None, None], (n_snapshots, n_words, 1))
        return np.concatenate([time, paths], axis=2), ("snapshot", "the number of a vector")
    if dim == 2:
        return paths, ("first number", "second number")
    middle = paths[-1].mean(axis=0)
    _, s, directions = np.linalg.svd(paths[-1] - middle, full_matrices=False)
    shares = np.append(s**2, [0, 0])[:2] / max((s**2).sum(), np.finfo(float).tiny)
    basis = np.zeros((2, dim))
    basis[: len(directions[:2])] = directions[:2]
    basis *= np.where(basis[[0, 1], np.abs(basis).argmax(axis=1)] < 0, -1, 1)[:, None]  # the largest entry is positive
    first, second = (f"{place} direction, {share:.0%} of the variance" for place, share in zip(("1st", "2nd"), shares))
    return (paths - middle) @ basis.T, (first, second)


def _at(plane: np.ndarray, moment: float) -> np.ndarray:
    place = min(int(moment), len(plane) - 1)
    after = min(place + 1, len(plane) - 1)
    return plane[place] + (moment - place) * (plane[after] - plane[place])


def _named(axes: Axes, name: str, place: np.ndarray) -> Any:
    return axes.annotate(
        displayable(name), tuple(place), (5, 0), textcoords="offset points", va="center", annotation_clip=False
    )
