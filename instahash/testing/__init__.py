"""Checks for gradients written by hand, and Hypothesis strategies for parameters and data; for your own tests too.

gradients.py   check_gradient (every entry), check_directional (random directions, for many parameters)
batches.py     check_batched (many points in one call)
jacobians.py   check_jacobian, check_hessian;  products.py  Jacobians from their products with vectors
comparing.py   numbers of a gradient beside slopes; how much was checked
messages.py    what is said of them;  errors.py  what is raised
functions.py   a loss and its gradient in whatever form they come;  trees.py  parameters of any structure
wirtinger.py   conventions for complex parameters
point.py       a loss and its gradient at a point, and lines through it
quotients.py   a derivative along a line, by difference quotients that know their error; kinks
noise.py       how large the errors of a loss are
cases.py       a gradient beside what was expected
mistakes.py    which kind of mistake explains wrong numbers
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

_MODULES = {
    "batches": "check_batched",
    "comparing": "Checked",
    "errors": "GradientError NotSmoothError",
    "gradients": "check_directional check_gradient",
    "jacobians": "check_hessian check_jacobian",
    "strategies": "away_from_kinks bag_matrices bags csr_matrices parameters points probabilities rating_matrices",
}
_HOME = {name: f"instahash.testing.{module}" for module, names in _MODULES.items() for name in names.split()}
__all__ = [*_HOME]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'instahash.testing' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
