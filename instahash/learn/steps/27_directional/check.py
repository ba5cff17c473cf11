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
    called = 0

    def counted(*moved):
        nonlocal called
        if len(moved) != len(parameters):
            raise Wrong(f"the loss is called with {len(moved)} of {len(parameters)} parameters: loss(*parameters)")
        called += 1
        return loss(*moved)

    with unchanged(parameters=parameters, gradients=gradients, directions=directions):
        found = answer.along(counted, parameters, gradients, directions, t)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise Wrong("two numbers are wanted, said and seen")

    def at(steps):
        return loss(*[p + s * d for p, s, d in zip(parameters, steps, directions)])

    def half(steps):
        return (at(steps) - at(-steps)) / 2

    every, alone = np.full(len(parameters), t), t * np.eye(len(parameters))
    seen = half(every) / t
    each = [float((g * d).sum()) for g, d in zip(gradients, directions)]
    mistaken = {
        "swapped: this is seen; said comes first": seen,
        "missing term: said has the first parameter only": each[0],
        "missing term: said has the last parameter only": each[-1],
        "said is a list of numbers, one a parameter; add them up": np.array(each),
        "reduction: said is made of means; it is the sum over all entries": sum(
            (g * d).mean() for g, d in zip(gradients, directions)
        ),
        "factor: t is in said; only seen has t": t * sum(each),
        "missing term: said is the sum of the gradients; each entry is multiplied by its d": sum(
            map(np.sum, gradients)
        ),
    }
    same(found[0], sum(each), "said", mistaken=mistaken)
    mistaken = {
        "factor: seen is twice what it should be: between the two points lies 2t": 2 * seen,
        "factor: seen is not divided by 2t": 2 * t * seen,
        "factor: / 2 * t divides by 2 and multiplies by t; it takes brackets": t * t * seen,
        "factor: the parameters move by d; they should by t d": half(every / t) / t,
        "factor: the parameters move by d; they should by t d, and seen is over 2t": half(every / t),
        "sign: seen is the loss behind less the loss ahead": -seen,
        "seen looks ahead only, from the parameters to parameters + t d; look to both sides": (
            at(every) - at(0 * every)
        )
        / t,
        "seen moves one parameter at a time; move all at once": sum(half(steps) / t for steps in alone),
        "missing term: only the first parameter moves": half(alone[0]) / t,
        "seen is what the gradient says; it has to come from the loss": sum(each),
    }
    # With a tiny t some of these are right up to rounding.
    same(found[1], seen, "seen", mistaken=mistaken if t > 1e-3 else {}, rtol=1e-7)
    if called != 2:
        raise Wrong(f"the loss was called {called} times; two calls are enough, however many entries there are")
