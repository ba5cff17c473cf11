"""A loss of many points in one call, one number a point, and the gradient of each by its own parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import numpy as np

from instahash.testing.cases import entries
from instahash.testing.comparing import Checked, checked_entries, compare, drawn, joined
from instahash.testing.errors import GradientError
from instahash.testing.functions import Functions, rectangular
from instahash.testing.messages import report, say_how_little
from instahash.testing.options import deadline_after, must_be_seed, must_be_sizes, must_be_some
from instahash.testing.point import Point, Probe
from instahash.testing.quotients import QUICK, step
from instahash.testing.trees import Leaf, bytes_of

__tracebackhide__ = True


def check_batched(
    loss: Callable[..., Any],
    gradient: Callable[..., Any],
    *params: Any,
    rtol: float | None = None,
    atol: float = 0.0,
    names: Sequence[str] | None = None,
    n_checked: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    sizes: Mapping[str, float] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    wirtinger: str = "x+iy",
) -> Checked:
    """Compare gradients at many points, whose losses come out of one call, with difference quotients.

    loss, gradient : the loss returns (n_points,), a loss for each point; the gradient what `params` are.
    params : as in :func:`check_gradient`, but every array is (n_points, ...), a row a point.
    n_checked : check so many entries of each parameter of a point, the same at all points.
    seconds : compute losses for that time; entries come in an order drawn with `seed`, and at least one is checked.

    Four calls of the loss check one entry at all points. Other arguments, what is returned, errors and warnings as in
    :func:`check_gradient`. GradientError also where the loss of a point depends on other points; ValueError where
    parameters do not have one number of rows.
    """
    must_be_some(n_checked, "n_checked")
    must_be_seed(seed)
    must_be_sizes(sizes)
    deadline = deadline_after(seconds)
    functions = Functions(loss, gradient, params, names, kwargs, False)
    shapes = {leaf.name: leaf.shape for leaf in functions.leaves}
    lengths = {shape[0] if shape else None for shape in shapes.values()}
    if len(lengths) != 1 or None in lengths:
        text = f"every parameter must have a row for each point, not the shapes {shapes}"
        raise ValueError(f"{text}; what all points share goes in as kwargs={{...}}")
    whole, (n_points,) = Point(_Sum(functions), wirtinger), lengths
    batch = _Batch(functions, n_points or 0, whole)
    points = [Point(_Row(batch, i), wirtinger) for i in range(batch.n_points)]
    probes: list[Probe] = []
    parts = []
    entries_of_all = _entries(whole, n_checked, seed, seconds is not None)
    chosen: list[tuple[int, int]] = []
    for entry in entries_of_all:
        if chosen and monotonic() > deadline:
            break
        batch.look_ahead([point.entry(*entry).line for point in points], QUICK[whole.dtype])
        chosen.append(entry)
    for i, point in enumerate(points):
        of_point, found = compare(point, [point.entry(*at) for at in chosen], rtol, atol)
        probes += [_of_all(probe, i, whole) for probe in of_point]
        parts.append(found)
    if parts:
        found = joined(parts)
        report(whole.names, probes, found, lambda: entries(whole, probes, found, sizes or {}))
    checked = checked_entries(whole, probes)
    if len(chosen) < len(entries_of_all):
        say_how_little(checked)
    return checked


def _entries(whole: Point, n_checked: int | None, seed: int, in_any_order: bool) -> list[tuple[int, int]]:
    """The leaf, and the flat index in a row of it, of each entry that is to be checked."""
    found = [
        (position, int(index))
        for position, param in enumerate(whole.params)
        for index in drawn(param[0].size if len(param) else 0, n_checked, [seed, position])
    ]
    return [found[i] for i in np.random.default_rng(seed).permutation(len(found))] if in_any_order else found


def _of_all(probe: Probe, i: int, whole: Point) -> Probe:
    """That of point i as one of all points."""
    place = (i, *probe.place)
    at = list(place[:-1] if whole.is_complex[probe.position] else place)
    part = probe.name[-5:] if probe.name.endswith((".real", ".imag")) else ""
    return probe._replace(name=f"d loss[{i}] / d {whole.names[probe.position]}{at}{part}", place=place)


class _Sum:
    """The loss of all points, and its gradient: no point's depends on another."""

    def __init__(self, functions: Functions) -> None:
        self.leaves, self.gradient, self._functions = functions.leaves, functions.gradient, functions

    def loss(self, arrays: Sequence[np.ndarray]) -> Any:
        return np.sum(rectangular(self._functions.loss(arrays), "loss"))


class _Batch:
    """Losses of rows; those that are asked for are computed together as far as they are known before."""

    def __init__(self, functions: Functions, n_points: int, whole: Point) -> None:
        self._functions, self.n_points, self._arrays = functions, n_points, whole.params
        self.leaves, self.gradients = functions.leaves, functions.gradient(whole.params)
        self._known: dict[tuple[int, bytes], Any] = {}
        self._asked: dict[int, list[np.ndarray]] | None = None
        if n_points > 1:
            alone = self._losses([np.repeat(array[:1], n_points, 0) for array in whole.params])[0]
            together = self._losses(whole.params)[0]
            if not np.isclose(alone, together, rtol=1e-4, atol=0, equal_nan=True):
                text = f"the loss of point 0 is {together:.6g}, and {alone:.6g} where other points are other ones"
                text += "; it must not depend on them: is there a sum or a mean over points?"
                raise GradientError(text, {"loss": "state"})

    def look_ahead(self, lines: Sequence[Callable[[float], Any]], level: int) -> None:
        """Compute what an entry's first quotients need; lines : those of all rows."""
        for t in (step(level), -step(level), step(level - 1), -step(level - 1)):
            self._asked = {}
            for line in lines:
                line(t)
            asked, self._asked = self._asked, None
            if len(asked) == self.n_points:
                # Where one of them has no loss, they are asked for one by one.
                with np.errstate(all="ignore"), suppress(ArithmeticError, ValueError):
                    losses = self._losses([np.stack(rows) for rows in zip(*(asked[i] for i in sorted(asked)))])
                    self._known |= {(i, bytes_of(asked[i])): losses[i] for i in asked}

    def loss(self, row: int, arrays: Sequence[np.ndarray]) -> Any:
        if self._asked is not None:
            self._asked[row] = [array.copy() for array in arrays]
            return np.nan
        key = row, bytes_of(arrays)
        if key not in self._known:
            moved = [array.copy() for array in self._arrays]
            for array, of_row in zip(moved, arrays):
                array[row] = of_row
            self._known[key] = self._losses(moved)[row]
        return self._known[key]

    def _losses(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        losses = rectangular(self._functions.loss(arrays), "loss")
        if losses.shape != (self.n_points,):
            text = f"the loss has shape {losses.shape}, and must be ({self.n_points},), one number a point"
            text += "; sum over all axes but the first"
            raise GradientError(text, {"loss": "shape"})
        return losses


class _Row:
    """The loss and the gradient of one point."""

    def __init__(self, batch: _Batch, row: int) -> None:
        self._batch, self._row = batch, row
        self.leaves = [Leaf(leaf.name, np.array(leaf.array[row]), leaf.is_complex) for leaf in batch.leaves]

    def loss(self, arrays: Sequence[np.ndarray]) -> Any:
        return self._batch.loss(self._row, arrays)

    def gradient(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        """That at the point itself."""
        return [np.asarray(gradient)[self._row] for gradient in self._batch.gradients]
