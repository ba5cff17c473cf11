"""What the pictures of several steps are drawn with, on the axes of matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

INK, BLUE, ORANGE, GREEN, GREY = "#1f2328", "#0969da", "#bc4c00", "#1a7f37", "#8c959f"


def table(
    axes: Any,
    numbers: Any,
    title: str,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    form: str = "{:g}",
    zero: str = "0",
    largest: float = 0,
) -> None:
    """A matrix as coloured cells with their numbers: blue above 0, orange below.

    numbers : (n_rows, n_columns), or one row.  rows, columns : what stands beside and above them.
    form : of a number, as of :meth:`str.format`.  zero : what stands for 0.
    largest : a number with the full colour, where two tables have the same scale; 0: the largest of this one.
    """
    numbers = np.atleast_2d(np.asarray(numbers, dtype=float))
    # Pale colours, so that the numbers can be read.
    limit = 2 * (largest or max(np.abs(numbers).max(initial=0), 1e-300))
    axes.pcolormesh(numbers, cmap="RdBu", vmin=-limit, vmax=limit, edgecolors="white", linewidth=2)
    for i, j in np.ndindex(numbers.shape):
        if text := form.format(numbers[i, j]) if numbers[i, j] else zero:
            axes.text(j + 0.5, i + 0.5, text, ha="center", va="center", color=INK)
    axes.invert_yaxis()
    axes.set_aspect("equal")
    axes.set_title(title, fontsize=10)
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns)
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def arrow(axes: Any, start: Any, end: Any, colour: str, label: str = "") -> None:
    """An arrow between two points of the plane, with its label at the tip."""
    axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1.8})
    axes.annotate(label, end, (4, 4), textcoords="offset points", color=colour)


def plain(axes: Any, **settings: Any) -> None:
    """Axes without the lines above and to the right; `settings` as of :meth:`matplotlib.axes.Axes.set`."""
    axes.set(**settings)
    axes.spines[["top", "right"]].set_visible(False)
