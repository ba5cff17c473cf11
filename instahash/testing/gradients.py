"""Is this gradient the derivative of that loss? Central differences of fourth order, in float64.

    f'(x) = (-f(x + 2h) + 8 f(x + h) - 8 f(x - h) + f(x - 2h)) / 12h + O(h^4)

With h near the fifth root of the machine epsilon both the O(h^4) and the rounding error are about 1e-13 of the values
involved, so that a tolerance of 1e-7 leaves no room for a wrong term.
"""

from __future__ import annotations

import numpy as np

STEP = 1e-3


class GradientError(AssertionError):
    """A gradient that is not the derivative of its loss; the text names the parameter, the index and both values."""


def check_gradient(loss, gradient, *params, rtol=1e-6, atol=1e-8, names=None, n_checked=None, seed=0):
    """Compare each entry of a hand-written gradient with a central difference.

    loss : called as loss(*params), returns a float.
    gradient : called as gradient(*params), returns one array a parameter (or the one array of a single parameter).
    params : float64 arrays; they are not changed.
    names : a name a parameter, for the message.
    n_checked : check so many entries of each parameter, drawn with `seed`; default all.

    Raises GradientError at the entry that is furthest off, TypeError for parameters that are not float64.
    """
    params, gradients, names = _checked(gradient, params, names)
    scale = max((float(np.abs(array).max(initial=0)) for array in gradients), default=0.0)
    worst = (0.0, None)
    for position, (name, param, got) in enumerate(zip(names, params, gradients)):
        indices = np.arange(param.size)
        if n_checked is not None and n_checked < param.size:
            indices = np.random.default_rng([seed, position]).choice(param.size, n_checked, replace=False)
        for index in indices:
            direction = np.zeros(param.size)
            direction[index] = 1.0
            moves = [np.zeros_like(other) for other in params]
            moves[position] = direction.reshape(param.shape)
            expected = _difference(loss, params, moves)
            found = got.reshape(-1)[index]
            excess = abs(found - expected) - rtol * max(abs(expected), scale) - atol
            if not excess <= worst[0]:  # also where it is NaN
                place = tuple(int(i) for i in np.unravel_index(index, param.shape))
                worst = (np.inf if np.isnan(excess) else excess, (name, place, expected, found))
    if worst[1]:
        name, place, expected, found = worst[1]
        raise GradientError(
            f"d loss / d {name}{list(place)} is {expected:.10g} by central differences, "
            f"but the gradient says {found:.10g}"
        )


def check_directional(loss, gradient, *params, rtol=1e-6, atol=1e-8, n_directions=5, seed=0):
    """Compare gradient . d with the derivative of the loss along d, for random unit directions d over all parameters.

    One number a direction whatever the size of the parameters: five loss evaluations check millions of entries at once,
    though they cannot say which is wrong. Arguments as in :func:`check_gradient`. Raises GradientError.
    """
    params, gradients, _ = _checked(gradient, params, None)
    rng = np.random.default_rng(seed)
    for number in range(n_directions):
        moves = [rng.standard_normal(param.shape) for param in params]
        length = np.sqrt(sum((move**2).sum() for move in moves))
        moves = [move / length for move in moves]
        expected = _difference(loss, params, moves)
        found = float(sum((got * move).sum() for got, move in zip(gradients, moves)))
        if not abs(found - expected) <= rtol * abs(expected) + atol:
            raise GradientError(
                f"along random direction {number} the loss changes by {expected:.10g} a unit, but the gradient says "
                f"{found:.10g}; check_gradient names the entry"
            )


def _checked(gradient, params, names):
    for param in params:
        if not isinstance(param, np.ndarray) or param.dtype != np.float64:
            kind = getattr(param, "dtype", type(param).__name__)
            raise TypeError(f"parameters must be float64 arrays, not {kind}; convert them with .astype(np.float64)")
    params = [param.copy() for param in params]
    gradients = gradient(*params)
    gradients = [gradients] if isinstance(gradients, np.ndarray) else list(gradients)
    names = names or ["parameter" if len(params) == 1 else f"parameter {i}" for i in range(len(params))]
    if len(gradients) != len(params):
        raise GradientError(f"there are {len(params)} parameters, but the gradient has {len(gradients)} arrays")
    for name, param, got in zip(names, params, gradients):
        if np.shape(got) != param.shape:
            raise GradientError(f"{name} has shape {param.shape}, but its gradient {np.shape(got)}")
    return params, gradients, names


def _difference(loss, params, moves):
    values = [
        float(loss(*(param + step * STEP * move for param, move in zip(params, moves)))) for step in (-2, -1, 1, 2)
    ]
    return (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * STEP)
