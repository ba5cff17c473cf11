"""Steps and tolerances beside those of the text's formulas, for both kinds of numbers."""

import numpy as np

from instahash.learn.compare import case, same, unchanged

EPSILON = {np.float64: 2.0**-52, np.float32: 2.0**-23}


def check(answer):
    with case("x = (0.5, 3, -2000) of float64"):
        look(answer, np.array([0.5, 3.0, -2000.0]))
    with case("x = (0.5, 3, -2000) of float32"):
        look(answer, np.array([0.5, 3.0, -2000.0], np.float32))
    rng = np.random.default_rng(6)
    for dtype in (np.float64, np.float32):
        for shape in ((3, 4), (0,)):
            with case(f"an x of {dtype.__name__}, of shape {shape}"):
                look(answer, rng.normal(0, 10, shape).astype(dtype))


def look(answer, x):
    with unchanged(x=x):
        found = answer.step_size(x)
    epsilon, size = EPSILON[x.dtype.type], np.maximum(1, abs(x.astype(float)))
    h, tolerance = epsilon ** (1 / 3), epsilon ** (2 / 3)
    other = next(number for number in EPSILON.values() if number != epsilon)
    if isinstance(found, (tuple, list)) and len(found) == 2:
        mistaken = {
            "h does not grow with the size of x": np.full(x.shape, h),
            "h does not grow where x is negative; the size of x is |x|": h * np.maximum(1, x.astype(float)),
            "h falls below epsilon^(1/3) where |x| is below 1; it should not": h * abs(x.astype(float)),
            "max(1, |x|) is the larger of the two; yours is their sum": h * (1 + abs(x.astype(float))),
            "power: your power is 0; 1 // 3 is 0 in Python": size,
            "power: it is epsilon^(1/2); that is the best step for going to one side only": epsilon**0.5 * size,
            "power: it is epsilon^(2/3), the tolerance; are the two swapped?": tolerance * size,
            "epsilon is that of the other kind of numbers; x.dtype says of which kind x is": other ** (1 / 3) * size,
            "brackets: epsilon ** 1 / 3 is (epsilon ** 1) / 3": epsilon / 3 * size,
        }
        same(found[0], h * size, "h", mistaken=mistaken)
        without = "the tolerance is epsilon^(2/3), one number, without the |x| that h has"
        mistaken = {
            without: (h * size) ** 2,
            f"{without}; is yours the square of the largest h?": (h * size.max(initial=0)) ** 2,
            f"{without}; is yours the square of the mean of all h?": (h * size.sum() / max(size.size, 1)) ** 2,
            "the tolerance is epsilon itself; no difference is that exact": epsilon,
            "power: the tolerance is epsilon^(1/3), the step; it should be the error at that step": h,
            "epsilon is that of the other kind of numbers; x.dtype says of which kind x is": other ** (2 / 3),
            "brackets: epsilon ** 2 / 3 is (epsilon ** 2) / 3": epsilon**2 / 3,
        }
        same(found[1], tolerance, "the tolerance", mistaken=mistaken)
    same(found, (h * size, tolerance), ("h", "the tolerance"))
