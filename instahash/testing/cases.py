"""A parameter's gradient beside what was expected, and whether a model of it predicts the gradient."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from instahash.testing.places import Place, place_of, share_of_rows
from instahash.testing.point import Elsewhere, Point, Probe

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


class Found(NamedTuple):
    """What was found, a number a probe.

    said : the gradient's numbers.  derivatives : what they should be.
    floors : the part of the tolerance that is not relative. hidden : the derivative is not known to a tenth of G.
    sides : maps a probe's number to the slopes on both sides of a kink, NaN at an end of the loss.
    jump : the size of a jump of the loss close by; 0 where there is none, or nothing is wrong.
    """

    said: np.ndarray
    derivatives: np.ndarray
    floors: np.ndarray
    wrong: np.ndarray
    hidden: np.ndarray
    sides: dict[int, tuple[float, float]]
    rtol: float
    jump: float = 0.0


@dataclass
class Case:
    """One parameter's gradient, found and expected. Arrays have the parameter's shape.

    expected : NaN where it was not checked.
    floor : the part of the tolerance that is not relative to the numbers.
    others : the cases of all parameters; sizes : numbers that may be a forgotten factor, by name.
    elsewhere : as :meth:`Point.elsewhere`, for all parameters.
    kinds : the only kinds of mistake that make sense; all where it is empty.
    wirtinger : the convention of a gradient by complex numbers, whose last axis has both parts; empty for real ones.
    """

    name: str
    param: np.ndarray
    found: np.ndarray
    expected: np.ndarray
    floor: np.ndarray
    wrong: np.ndarray
    rtol: float
    others: list[Case] = field(default_factory=list)
    sizes: Mapping[str, float] = field(default_factory=dict)
    elsewhere: Callable[[], Elsewhere] = list
    kinds: Collection[str] = ()
    wirtinger: str = ""

    def __post_init__(self) -> None:
        self.checked = ~np.isnan(self.expected)
        self.missing = np.where(self.checked, self.expected - self.found, 0.0)
        size = np.maximum(np.abs(self.found), np.abs(np.nan_to_num(self.expected)))
        self.clear = self.wrong & (np.abs(self.missing) > 5 * (self.rtol * size + self.floor))
        self.place = self._place()

    def fits(self, model: np.ndarray, weight: float = 1.0, constants: int = 0, where: Any = True) -> bool:
        """Does `model` predict the gradient?

        weight : how many numbers, each off by `floor`, the model adds up. constants : how many were chosen to fit.
        """
        where, clear = self.checked & where, self.clear & where
        off = np.abs(self.found - model)
        bound = 2 * self.rtol * np.maximum(np.abs(self.found), np.abs(model))
        bound += (1 + weight) * self.floor.max(where=self.checked, initial=0)
        near = off <= 1e-3 * np.abs(self.missing).max(initial=0)
        return bool(clear.sum() > constants and (off <= bound)[where].all() and near[clear].all())

    def fits_where_wrong(self, model: np.ndarray, weight: float = 1.0, constants: int = 0) -> bool:
        """As `fits`, for a model of the wrong entries; the right ones are right."""
        return self.fits(np.where(self.wrong, model, self.expected), weight, constants)

    def _place(self) -> Place:
        """Where wrong entries sit, if they do not sit everywhere."""
        if self.kinds or not self.checked.all():
            return Place()
        if self.wirtinger:
            real, imaginary = (bool(self.wrong[..., part].any()) for part in (0, 1))
            if real != imaginary:
                return Place("in real parts" if real else "in imaginary parts")
            return Place()
        nothing = np.abs(self.expected) <= self.floor
        expected = np.where(nothing, 0.0, self.expected)
        return place_of(self.wrong, nothing & ~self.wrong, self.param, expected, self.name)

    @property
    def share_of_rows(self) -> float:
        """The part of all rows, or columns, that is wrong for the most part while the others are right; else 1.

        Real and imaginary parts are two columns.
        """
        if self.kinds or not self.checked.all():
            return 1.0
        if self.wirtinger:
            return 0.5 if self.place.text else 1.0
        return share_of_rows(self.wrong)


def placed(like: Sequence[np.ndarray], probes: Sequence[Probe], found: Found) -> list[Arrays]:
    """What is expected, the floor and what is wrong, in arrays like these; NaN, 0 and no where nothing is known."""
    arrays: list[Arrays] = [(np.full(a.shape, np.nan), np.zeros(a.shape), np.zeros(a.shape, bool)) for a in like]
    for probe, *values in zip(probes, found.derivatives, found.floors, found.wrong):
        for array, value in zip(arrays[probe.position], values):
            array[probe.place] = value
    return arrays


def entries(point: Point, probes: list[Probe], found: Found, sizes: Mapping[str, float]) -> list[Case]:
    """The cases of all parameters, from the probes of their entries."""
    cases: list[Case] = []
    elsewhere = cache(point.elsewhere)
    arrays = placed(point.params, probes, found)
    leaves = zip(point.names, point.params, point.gradients, arrays, point.is_complex)
    for name, param, said, of_param, is_complex in leaves:
        convention = point.wirtinger if is_complex else ""
        cases.append(Case(name, param, said, *of_param, found.rtol, cases, sizes, elsewhere, (), convention))
    return cases
