"""Checks for gradients written by hand, and Hypothesis strategies for parameters and data; for your own tests too.

gradients.py   check_gradient (every entry), check_directional (random directions, for many parameters)
comparing.py   numbers of a gradient beside slopes; how much was checked
messages.py    what is said of them;  errors.py  what is raised
functions.py   a loss and its gradient in whatever form they come;  trees.py  parameters of any structure
wirtinger.py   conventions for complex parameters
points.py      a loss and its gradient at a point, and lines through it
quotients.py   a derivative along a line, by difference quotients that know their error; kinks
noise.py       how large the errors of a loss are
cases.py       a gradient beside what was expected
mistakes.py    which kind of mistake explains wrong numbers
strategies.py  parameters, probabilities, away_from_kinks, bags, bag_matrices, csr_matrices, rating_matrices; needs
               Hypothesis, which is imported when one is first used

docs/testing.md has worked examples.
"""

from typing import Any

from instahash.testing.errors import GradientError, NotSmoothError
from instahash.testing.gradients import check_directional, check_gradient

__all__ = [
    "GradientError", "NotSmoothError", "away_from_kinks", "bag_matrices", "bags", "check_directional", "check_gradient",
    "csr_matrices", "parameters", "probabilities", "rating_matrices",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in __all__:
        from instahash.testing import strategies

        return getattr(strategies, name)
    raise AttributeError(f"module 'instahash.testing' has no attribute '{name}'")
