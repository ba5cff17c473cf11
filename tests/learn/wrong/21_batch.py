WRONG = [
    (
        "axis: db is summed over the words",
        """
        dZ = E @ U * (1 / 2 + H) * (1 / 2 - H)
        return dZ.T @ X / m, dZ.sum(axis=1) / m, E.T @ H / m, E.sum(axis=1) / m
        """,
    ),
    (
        "J is their mean",
        """
        dZ = E @ U * (1 / 2 + H) * (1 / 2 - H)
        return dZ.T @ X, dZ.sum(axis=0), E.T @ H, E.sum(axis=0)
        """,
    ),
    (
        "transposed",
        """
        dZ = E @ U * (1 / 2 + H) * (1 / 2 - H)
        return X.T @ dZ / m, dZ.sum(axis=0) / m, H.T @ E / m, E.sum(axis=0) / m
        """,
    ),
    (
        "of the last post alone",
        """
        for i in range(m):
            dz = U.T @ E[i] * (1 / 2 + H[i]) * (1 / 2 - H[i])
            dV, dmu = np.outer(dz, X[i]), dz
            dU, db = np.outer(E[i], H[i]), E[i]
        return dV, dmu, dU, db
        """,
    ),
    (
        "shape",
        """
        dZ = E @ U * (1 / 2 + H) * (1 / 2 - H)
        return dZ.T @ X / m, dZ.mean(), E.T @ H / m, E.mean()
        """,
    ),
    (
        "axis: dmu is summed over the units",
        """
        dZ = E @ U * (1 / 2 + H) * (1 / 2 - H)
        return dZ.T @ X / m, dZ.sum(axis=1) / m, E.T @ H / m, E.sum(axis=0) / m
        """,
    ),
    (
        "factor: dmu is divided by m twice",
        """
        dZ = E @ U * (1 / 2 + H) * (1 / 2 - H)
        return dZ.T @ X / m, dZ.mean(axis=0) / m, E.T @ H / m, E.mean(axis=0)
        """,
    ),
]
