"""What a gradient says and what differences see along directions, and how often the loss was called."""

import numpy as np

from instahash.learn.compare import Wrong, case, same, unchanged


def example(a, b):
    return float((a**3 * b).sum())


def squares(V, mu, b):
    """A loss with three parameters of shapes of their own, in which they are coupled."""
    return float((np.tanh(V.sum(1) + mu) ** 2).sum() * (b**2).sum() + (V**3).sum())


def slope(V, mu, b):
    z = np.tanh(V.sum(1) + mu)
    dz = 2 * z * (1 - z**2) * (b**2).sum()
    return [dz[:, None] + 3 * V**2, dz, 2 * b * (z**2).sum()]


def check(answer):
    a, b = np.array(2.0), np.array(1.0)
    with case("the example of the text"):
        look(answer, example, [a, b], [3 * a**2 * b, a**3], [np.array(1.0), np.array(-1.0)], 0.1)
    rng = np.random.default_rng(27)
    for shape, t in (((2, 3), 0.1), ((4, 2), 1e-2), ((3, 5), 1e-4)):
        shapes = shape, shape[0], 4
        parameters, directions = ([rng.normal(size=s) for s in shapes] for _ in range(2))
        with case(f"three parameters of shapes {shapes} and t = {t}"):
            look(answer, squares, parameters, slope(*parameters), directions, t)


def look(answer, loss, parameters, gradients, directions, t):
    called = []

    def counted(*moved):
        if len(moved) != len(parameters):
            raise Wrong(f"the loss is called with {len(moved)} of {len(parameters)} parameters: loss(*parameters)")
        called.append([np.array(p) for p in moved])
        return loss(*moved)

    with unchanged(parameters=parameters, gradients=gradients, directions=directions):
        found = answer.along(counted, parameters, gradients, directions, t)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise Wrong("two numbers are wanted, said and seen")
    parts = [float((g * d).sum()) for g, d in zip(gradients, directions)]
    said = {
        "missing term: said has the first parameter only": parts[0],
        "missing term: said has the last parameter only": parts[-1],
        "said is a list of numbers, one a parameter; add them up": np.array(parts),
        "reduction: said is a mean; it is the sum over all entries": sum(
            (g * d).mean() for g, d in zip(gradients, directions)
        ),
        "factor: t is in said; only seen has t": t * sum(parts),
        "missing term: said is the sum of the gradients; each entry is multiplied by its d": sum(
            g.sum() for g in gradients
        ),
    }
    same(found[0], sum(parts), "said", mistaken=said)

    def at(*steps):
        return loss(*[p + s * d for p, s, d in zip(parameters, steps, directions)])

    n = len(parameters)
    right = (at(*[t] * n) - at(*[-t] * n)) / (2 * t)
    alone = np.eye(n) * t
    seen = {
        "factor: seen is twice what it should be: between the two points lies 2t": 2 * right,
        "factor: seen is not divided by 2t": right * 2 * t,
        "sign: seen is the loss behind less the loss ahead": -right,
        "seen looks ahead only, from the parameters to parameters + t d; look to both sides": (
            at(*[t] * n) - at(*[0] * n)
        )
        / t,
        "seen moves one parameter at a time; move all at once": sum((at(*s) - at(*-s)) / (2 * t) for s in alone),
        "missing term: only the first parameter moves": (at(*alone[0]) - at(*-alone[0])) / (2 * t),
        "seen is what the gradient says; it has to come from the loss": sum(parts),
    }
    same(found[1], right, "seen", mistaken=seen if t > 1e-3 else {}, rtol=1e-7)
    if len(called) != 2:
        raise Wrong(f"the loss was called {len(called)} times; two calls are enough, however many entries there are")
