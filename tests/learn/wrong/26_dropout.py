WRONG = [
    (
        "not divided by 1 - p",
        """
        k = draws >= p
        return k * h, k * dkept
        """,
    ),
    (
        "the other way round",
        """
        k = (draws < p) / (1 - p)
        return k * h, k * dkept
        """,
    ),
    (
        "dh has no k",
        """
        k = (draws >= p) / (1 - p)
        return k * h, dkept
        """,
    ),
    (
        "in place",
        """
        k = (draws >= p) / (1 - p)
        h *= k
        return h, k * dkept
        """,
    ),
    (
        "differs from call to call",
        """
        k = (np.random.random(h.shape) >= p) / (1 - p)
        return k * h, k * dkept
        """,
    ),
]
