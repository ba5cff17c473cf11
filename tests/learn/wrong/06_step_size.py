"""Mistakes of students, each with words that its message has."""

WRONG = [
    (
        "does not grow with",
        "epsilon = np.finfo(x.dtype).eps\nreturn epsilon ** (1 / 3) * np.ones(x.shape), epsilon ** (2 / 3)",
    ),
    (
        "where x is negative",
        "epsilon = np.finfo(x.dtype).eps\nreturn epsilon ** (1 / 3) * np.maximum(1, x), epsilon ** (2 / 3)",
    ),
    (
        "the other kind of numbers",
        "epsilon = np.finfo(float).eps\nreturn epsilon ** (1 / 3) * np.maximum(1, np.abs(x)), epsilon ** (2 / 3)",
    ),
    (
        "brackets",
        "epsilon = np.finfo(x.dtype).eps\nreturn epsilon ** 1 / 3 * np.maximum(1, np.abs(x)), epsilon ** 2 / 3",
    ),
    (
        "tolerance is epsilon itself",
        "epsilon = np.finfo(x.dtype).eps\nreturn epsilon ** (1 / 3) * np.maximum(1, np.abs(x)), epsilon",
    ),
    (
        "one number, without the |x|",
        """
        epsilon = np.finfo(x.dtype).eps
        h = epsilon ** (1 / 3) * np.maximum(1, np.abs(x))
        return h, h**2
        """,
    ),
    (
        "the square of the largest h",
        """
        epsilon = np.finfo(x.dtype).eps
        h = epsilon ** (1 / 3) * np.maximum(1, np.abs(x))
        return h, np.max(h) ** 2
        """,
    ),
]
