"""The public list of bench_gradients.py: losses with right gradients, and wrong ones that people write for them.

case.py      what a problem is: data, parameters, a loss, its gradient, wrong ones with their kind of mistake
proof.py     by jax, that right ones are right; how wrong the wrong ones are
checkers.py  how each checker is asked, and with which settings
scores.py    from answers to figures

The other modules are the problems, a family each, in NumPy.
"""

from importlib import import_module

FAMILIES = (
    *("regression", "likelihoods", "densities", "matrices", "networks", "layers", "recurrent", "states", "words"),
    *("items", "numerics", "sizes"),
)


def problems():
    """{family: its problems}."""
    return {family: import_module(f"gradients.{family}").PROBLEMS for family in FAMILIES}
