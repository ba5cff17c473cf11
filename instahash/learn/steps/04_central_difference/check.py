"""The central difference of functions whose slope is known."""

import math

from instahash.learn.compare import Wrong, case, same


def check(answer):
    with case("f(x) = x^3, x = 2, h = 0.1"):
        f, x, h = (lambda x: x**3), 2.0, 0.1
        high, here, low = f(x + h), f(x), f(x - h)
        mistaken = {
            "one side: your slope is from f(x) to f(x + h); go to both sides of x": (high - here) / h,
            "one side: your slope is from f(x - h) to f(x); go to both sides of x": (here - low) / h,
            "factor: it is twice the slope; how far is it from x - h to x + h?": (high - low) / h,
            "factor: it is half the slope; the two points are 2 h apart": (high - low) / (4 * h),
            "sign: it is minus the slope; which of the two values is taken from the other?": (low - high) / (2 * h),
            "brackets: Python divides by 2 and then multiplies by h": (high - low) / 2 * h,
            "brackets: only the second value of f is divided": high - low / (2 * h),
            "brackets: only the second value of f is divided, and by 2; then it is multiplied by h": high - low / 2 * h,
            "your two points are h / 2 away from x; they should be h away": (f(x + h / 2) - f(x - h / 2)) / h,
            "your two points are 2 h away from x; they should be h away": (f(x + 2 * h) - f(x - 2 * h)) / (4 * h),
            "sign: the two values of f are added; how far apart are they?": (high + low) / (2 * h),
            "the division by the distance of the two points is missing": high - low,
            "it is 12, the derivative itself: is h another number in your lines?": 12.0,
        }
        same(answer.central_difference(f, x, h), 12.01, "the slope", mistaken=mistaken)
    for f, slope, name in ((math.sin, math.cos, "sin"), (math.exp, math.exp, "exp")):
        for x, h in ((-1.5, 0.2), (0.3, 0.01)):
            # (g(x + h) - g(x - h)) / 2h of exp is exp(x) sinh(h) / h, of sin it is cos(x) sin(h) / h.
            right = slope(x) * (math.sinh if f is math.exp else math.sin)(h) / h
            with case(f"f = {name}, x = {x}, h = {h}"):
                same(answer.central_difference(f, x, h), right, "the slope")
    calls = []

    def counted(x):
        calls.append(x)
        return x

    answer.central_difference(counted, 1.0, 0.25)
    if len(calls) > 4:
        raise Wrong(f"f is called {len(calls)} times; two calls are enough, and f may be slow")
