WRONG = [
    (
        "(1/2 + h)(1/2 - h)",
        """
        do = o - x
        dz = U.T @ do * h * (1 - h)
        return np.outer(dz, x) + reg * V, dz, np.outer(do, h) + reg * U, do
        """,
    ),
    (
        "sign",
        """
        do = x - o
        dz = U.T @ do * (1 / 2 + h) * (1 / 2 - h)
        return np.outer(dz, x) + reg * V, dz, np.outer(do, h) + reg * U, do
        """,
    ),
    (
        "missing term",
        """
        do = o - x
        dz = U.T @ do * (1 / 2 + h) * (1 / 2 - h)
        return np.outer(dz, x), dz, np.outer(do, h), do
        """,
    ),
    (
        "transposed",
        """
        do = o - x
        dz = U.T @ do * (1 / 2 + h) * (1 / 2 - h)
        return np.outer(x, dz) + reg * V.T, dz, np.outer(do, h) + reg * U, do
        """,
    ),
    (
        "slope of the sigmoid is missing",
        """
        do = o - x
        dz = U.T @ do
        return np.outer(dz, x) + reg * V, dz, np.outer(do, h) + reg * U, do
        """,
    ),
    (
        "every entry of do times every entry of h",
        """
        do = o - x
        dz = U.T @ do * (1 / 2 + h) * (1 / 2 - h)
        return np.outer(dz, x) + reg * V, dz, np.outer(h, do) + reg * U, do
        """,
    ),
]
