WRONG = [
    (
        "the other way round",
        """
        w = np.where(x > 0, absent, 1)
        e = o - x
        return (w * e**2).sum() / 2, w * e
        """,
    ),
    (
        "rated as well",
        """
        w = np.where(x == 2, 1, absent)
        e = o - x
        return (w * e**2).sum() / 2, w * e
        """,
    ),
    (
        "the weight is squared",
        """
        e = np.where(x > 0, 1, absent) * (o - x)
        return (e**2).sum() / 2, e
        """,
    ),
    (
        "do has no weights",
        """
        w = np.where(x > 0, 1, absent)
        e = o - x
        return (w * e**2).sum() / 2, e
        """,
    ),
    (
        "in place",
        """
        e = o
        e -= x
        e[x == 0] *= absent**0.5
        w = np.where(x > 0, 1, absent)
        return (e**2).sum() / 2, w**0.5 * e
        """,
    ),
]
