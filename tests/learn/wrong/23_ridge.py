WRONG = [
    (
        "the means are not taken off",
        """
        A = H.T @ H / len(H) + reg * np.eye(H.shape[1])
        U = np.linalg.solve(A, H.T @ S / len(H)).T
        return U, S.mean(axis=0) - U @ H.mean(axis=0)
        """,
    ),
    (
        "not divided by m",
        """
        h, s = H.mean(axis=0), S.mean(axis=0)
        G, Y = H - h, S - s
        U = np.linalg.solve(G.T @ G + reg * np.eye(H.shape[1]), G.T @ Y).T
        return U, s - U @ h
        """,
    ),
    (
        "on b as well",
        """
        m = len(H)
        G = np.column_stack([H, np.ones(m)])
        B = np.linalg.solve(G.T @ G / m + reg * np.eye(G.shape[1]), G.T @ S / m).T
        return B[:, :-1], B[:, -1]
        """,
    ),
    (
        "b is the mean of S",
        """
        h, s = H.mean(axis=0), S.mean(axis=0)
        G, Y = H - h, S - s
        A = G.T @ G / len(H) + reg * np.eye(H.shape[1])
        return np.linalg.solve(A, G.T @ Y / len(H)).T, s
        """,
    ),
    (
        "on the diagonal only",
        """
        h, s = H.mean(axis=0), S.mean(axis=0)
        G, Y = H - h, S - s
        U = np.linalg.solve(G.T @ G / len(H) + reg, G.T @ Y / len(H)).T
        return U, s - U @ h
        """,
    ),
]
