"""Five mistakes of students, each with words that its message has."""

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
]
