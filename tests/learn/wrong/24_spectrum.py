WRONG = [
    (
        "was not taken off before",
        """
        P, d, Q = np.linalg.svd(X, full_matrices=False)
        return P[:, :n] * d[:n] @ Q[:n] + X.mean(axis=0)
        """,
    ),
    (
        "the mean is not put back",
        """
        P, d, Q = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
        return P[:, :n] * d[:n] @ Q[:n]
        """,
    ),
    (
        "in place",
        """
        mean = X.mean(axis=0)
        X -= mean
        P, d, Q = np.linalg.svd(X, full_matrices=False)
        return P[:, :n] * d[:n] @ Q[:n] + mean
        """,
    ),
    (
        "the last layers are kept",
        """
        mean = X.mean(axis=0)
        G = X - mean
        _, vectors = np.linalg.eigh(G.T @ G)
        first = vectors[:, :n]
        return G @ first @ first.T + mean
        """,
    ),
    (
        "singular values d are not there",
        """
        mean = X.mean(axis=0)
        P, d, Q = np.linalg.svd(X - mean, full_matrices=False)
        return P[:, :n] @ Q[:n] + mean
        """,
    ),
]
