"""The public list of bench_gradients.py: losses with right gradients, and wrong ones that people write for them.

case.py holds what a problem is; the other modules have the problems, a family each, in NumPy.
"""

from importlib import import_module

FAMILIES = ("regression", "embeddings", "networks", "sequences", "matrices", "densities", "numerics")


def problems():
    """{family: its problems}."""
    return {family: import_module(f"gradients.{family}").PROBLEMS for family in FAMILIES}
