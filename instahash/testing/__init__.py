"""Checks for gradients written by hand, and Hypothesis strategies for bags and ratings; for your own tests too.

gradients.py   check_gradient (every entry), check_directional (random directions, for many parameters)
strategies.py  bags, bag_matrices, rating_matrices; needs Hypothesis, which is imported when one is first used
"""

from instahash.testing.gradients import GradientError, NotSmoothError, check_directional, check_gradient

__all__ = ["GradientError", "NotSmoothError", "bag_matrices", "bags", "check_directional", "check_gradient", "rating_matrices"]


def __getattr__(name):
    if name in ("bags", "bag_matrices", "rating_matrices"):
        from instahash.testing import strategies

        return getattr(strategies, name)
    raise AttributeError(f"module 'instahash.testing' has no attribute '{name}'")
