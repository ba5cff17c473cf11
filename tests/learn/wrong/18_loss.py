WRONG = [
    (
        "averaged over the words",
        """
        return ((o - x) ** 2).mean() / 2 + reg / 2 * ((V**2).sum() + (U**2).sum())
        """,
    ),
    (
        "the biases are pulled too",
        """
        pull = sum((p**2).sum() for p in (V, mu, U, b))
        return ((o - x) ** 2).sum() / 2 + reg / 2 * pull
        """,
    ),
    (
        "lengths |V| and |U|",
        """
        return ((o - x) ** 2).sum() / 2 + reg / 2 * (np.linalg.norm(V) + np.linalg.norm(U))
        """,
    ),
    (
        "it is reg/2 times",
        """
        return ((o - x) ** 2).sum() / 2 + reg * ((V**2).sum() + (U**2).sum())
        """,
    ),
    (
        "the sum of the errors is squared",
        """
        return (o - x).sum() ** 2 / 2 + reg / 2 * ((V**2).sum() + (U**2).sum())
        """,
    ),
    (
        "square each, then sum, and take half\nmissing term: the pull is missing",
        """
        e = o - x
        return np.sum(e) ** 2
        """,
    ),
]
