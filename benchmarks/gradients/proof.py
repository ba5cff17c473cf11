"""Proofs that the list's right gradients are right, by jax, and that its wrong ones are wrong by more than rounding."""

from types import FunctionType

import numpy as np


def read_by_jax(function):
    """A loss, and what it calls in this package, with jax.numpy for np."""
    import jax.numpy
    import jax.scipy.special

    names = {**function.__globals__, "np": jax.numpy, "special": jax.scipy.special}
    for name, value in names.items():
        if isinstance(value, FunctionType) and value.__module__.startswith("gradients."):
            names[name] = FunctionType(value.__code__, names, name, value.__defaults__)
    return FunctionType(function.__code__, names, function.__name__, function.__defaults__)


def as_arrays(gradient, d, params):
    """What a gradient function returns, one array a parameter; the parameters are copied for it."""
    returned = gradient(d, *[param.copy() for param in params.values()])
    return [np.asarray(array) for array in ([returned] if len(params) == 1 else returned)]


def off_from_jax(problem):
    """How far the right gradient is from jax's in float64: the largest difference relative to a parameter's largest."""
    import jax

    jax.config.update("jax_enable_x64", True)
    d, params = problem.at(np.float64)
    expected = jax.grad(read_by_jax(problem.f), range(1, 1 + len(params)))(d, *map(jax.numpy.asarray, params.values()))
    found = as_arrays(problem.gradient, d, params)
    size = max(float(np.abs(e).max()) for e in expected) or 1.0
    same = all(f.shape == e.shape for f, e in zip(found, expected))
    return max(float(np.abs(f - e).max()) for f, e in zip(found, expected)) / size if same else np.inf


def wrongness(problem, wrong, dtype):
    """(share, roundings, names): how wrong a gradient is.

    share : the largest error over the largest entry of the same parameter's right gradient.
    roundings : the largest error times max(1, |x|), what it would make of the loss, over the rounding of the loss.
    names : the parameters it is wrong for. All are inf, and names empty, if it is no array of the right shape for each,
        or is not finite, changes its parameters, or returns something else at the second call.
    """
    d, params = problem.at(dtype)
    own = [param.copy() for param in params.values()]
    returned = wrong.gradient(d, *own)
    found = [returned] if len(params) == 1 else list(returned)
    shapes = [np.shape(array) for array in found]
    if shapes != [param.shape for param in own] or not all(np.isfinite(array).all() for array in found):
        return np.inf, np.inf, []
    if not all(map(np.array_equal, own, params.values())):
        return np.inf, np.inf, []
    found = [np.array(array, np.float64) for array in found]
    if not all(map(np.allclose, found, as_arrays(wrong.gradient, d, params))):
        return np.inf, np.inf, []
    d, params = problem.at(dtype)
    loss, share, roundings, names = float(problem.f(d, *params.values())), 0.0, 0.0, []
    for name, said, right in zip(params, found, as_arrays(problem.gradient, d, params)):
        off = np.abs(said - right)
        own = float(off.max() / (np.abs(right).max() or 1.0))
        moved = float((off * np.maximum(1, np.abs(params[name]))).max())
        share, roundings = max(share, own), max(roundings, moved / (np.finfo(dtype).eps * abs(loss) or 1e-300))
        if own > 100 * np.finfo(dtype).eps:
            names.append(name)
    return share, roundings, names
