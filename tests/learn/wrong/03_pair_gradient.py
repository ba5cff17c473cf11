"""Mistakes of students, each with words that its message has."""

WRONG = [
    ("swapped", "error = s(w @ c) - 1\nreturn error * w, error * c"),
    ("sign", "error = 1 - s(w @ c)\nreturn error * c, error * w"),
    ("missing term", "error = s(w @ c)\nreturn error * c, error * w"),
    ("chain rule: s (1 - s)", "slope = s(w @ c) * (1 - s(w @ c))\nreturn slope * c, slope * w"),
    (
        "in place",
        """
        error = s(w @ c) - 1
        w *= error
        c *= error
        return c, w
        """,
    ),
    (
        "the derivative of log s by s is 1/s",
        """
        slope = s(w @ c) * (1 - s(w @ c))
        return -slope * c, -slope * w
        """,
    ),
]
