"""Five mistakes of students, each with words that its message has."""

WRONG = [
    ("overflow", "return 1 / (1 + np.exp(-x))"),
    ("computes both of its sides", "return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))"),
    ("sign: it is s(-x)", "e = np.exp(-np.abs(x))\nreturn np.where(x >= 0, e, 1.0) / (1 + e)"),
    ("where x is negative", "return 1 / (1 + np.exp(-np.abs(x)))"),
    (
        "in place",
        """
        e = np.exp(-np.abs(x))
        x[:] = np.where(x >= 0, 1, e) / (1 + e)
        return x
        """,
    ),
]
