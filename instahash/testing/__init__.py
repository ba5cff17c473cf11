"""Checks for gradients written by hand, and Hypothesis strategies for parameters and data; for your own tests too.

gradients.py   check_gradient (every entry), check_directional (random directions, for many parameters)
batches.py     check_batched (many points in one call)
scaling.py     check_sizes (at which sizes a gradient is wrong);  searching.py  check_points (at points of Hypothesis)
jacobians.py   check_jacobian, check_hessian;  outputs.py  the function's outputs;  products.py  matrices from products
comparing.py   numbers of a gradient beside slopes; how much was checked
messages.py    what is said of them;  errors.py  what is raised;  options.py  options that make no sense
functions.py   a loss and its gradient in whatever form they come;  arguments.py  what is handed in;  parts.py  what was
               returned for each leaf;  trees.py  parameters of any structure
wirtinger.py   conventions for complex parameters
point.py       a loss and its gradient at a point, and lines through it;  returned.py  what these return
quotients.py   a derivative along a line, by difference quotients that know their error; kinks
noise.py       how large the errors of a loss are
cases.py       a gradient beside what was expected
mistakes.py    which kind of mistake explains wrong numbers;  arranged.py  right ones elsewhere;  chains.py  factors
traces.py      what can be said where no kind does;  layers.py  what norms, softmaxes and rotations leave
places.py      where wrong entries sit;  values.py  what their numbers have in common
orders.py      gradients that are returned in another order
strategies.py  what Hypothesis draws: points, parameters, probabilities, away_from_kinks, bags, bag_matrices,
               csr_matrices, rating_matrices; it is imported when one of these is first used
plugin.py      the fixture assert_gradient, for pytest

Importing this package is cheap, since pytest does so at its start. docs/testing.md has worked examples.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from instahash.testing.batches import check_batched
    from instahash.testing.comparing import Checked
    from instahash.testing.errors import GradientError, NotSmoothError
    from instahash.testing.gradients import check_directional, check_gradient
    from instahash.testing.jacobians import check_hessian, check_jacobian
    from instahash.testing.scaling import check_sizes
    from instahash.testing.searching import check_points
    from instahash.testing.strategies import (
        away_from_kinks,
        bag_matrices,
        bags,
        csr_matrices,
        parameters,
        points,
        probabilities,
        rating_matrices,
    )

__all__ = [
    "Checked", "GradientError", "NotSmoothError", "away_from_kinks", "bag_matrices", "bags", "check_batched",
    "check_directional", "check_gradient", "check_hessian", "check_jacobian", "check_points", "check_sizes",
    "csr_matrices", "parameters", "points", "probabilities", "rating_matrices",
]  # fmt: skip
_HOME = {
    "Checked": "comparing", "GradientError": "errors", "NotSmoothError": "errors", "check_batched": "batches",
    "check_directional": "gradients", "check_gradient": "gradients", "check_hessian": "jacobians",
    "check_jacobian": "jacobians", "check_points": "searching", "check_sizes": "scaling",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(f"instahash.testing.{_HOME.get(name, 'strategies')}"), name)
    raise AttributeError(f"module 'instahash.testing' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
