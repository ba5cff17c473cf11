"""Five mistakes of students, each with words that its message has."""

WRONG = [
    ("overflow", "return 1 / (1 + np.exp(-x))"),
    ("sign", "e = np.exp(-np.abs(x))\nreturn np.where(x >= 0, e, 1.0) / (1 + e)"),
    ("negative x", "return 1 / (1 + np.exp(-np.abs(x)))"),
    (
        "in place",
        """
        e = np.exp(-np.abs(x))
        s = np.where(x >= 0, 1.0, e) / (1 + e)
        x[...] = s
        return x
        """,
    ),
    ("overflow", "return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))"),
]
