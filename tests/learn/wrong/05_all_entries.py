"""Mistakes of students, each with words that its message has."""

WRONG = [
    (
        "in place",
        """
        G = np.zeros(X.shape)
        for index in np.ndindex(X.shape):
            X[index] += h
            high = f(X)
            X[index] -= 2 * h
            G[index] = (high - f(X)) / (2 * h)
        return G
        """,
    ),
    (
        "all entries of X are moved at once",
        """
        G = np.zeros(X.shape)
        for index in np.ndindex(X.shape):
            G[index] = (f(X + h) - f(X - h)) / (2 * h)
        return G
        """,
    ),
    (
        "still moved",
        """
        G = np.zeros(X.shape)
        move = np.zeros(X.shape)
        for index in np.ndindex(X.shape):
            move[index] = h
            G[index] = (f(X + move) - f(X - move)) / (2 * h)
        return G
        """,
    ),
    (
        "must have the shape of X",
        """
        slopes = []
        for index in np.ndindex(X.shape):
            high, low = X.copy(), X.copy()
            high[index] += h
            low[index] -= h
            slopes.append((f(high) - f(low)) / (2 * h))
        return np.array(slopes)
        """,
    ),
    (
        "is the return inside of the loop",
        """
        G = np.zeros(X.shape)
        for index in np.ndindex(X.shape):
            move = np.zeros(X.shape)
            move[index] = h
            G[index] = (f(X + move) - f(X - move)) / (2 * h)
            return G
        """,
    ),
    (
        "a second name of X",
        """
        G = np.zeros(X.shape)
        for index in np.ndindex(X.shape):
            plus = X
            minus = X
            plus[index] += h
            minus[index] -= h
            G[index] = (f(plus) - f(minus)) / (2 * h)
        return G
        """,
    ),
    (
        "a second name of X",
        """
        G = np.zeros(X.shape)
        for index in np.ndindex(X.shape):
            plus = X
            plus[index] += h
            high = f(plus)
            minus = X
            minus[index] -= h
            G[index] = (high - f(minus)) / (2 * h)
        return G
        """,
    ),
    (
        "one of the two points is X itself",
        """
        G = np.zeros(X.shape)
        for index in np.ndindex(X.shape):
            minus = X.copy()
            minus[index] -= h
            G[index] = (f(X) - f(minus)) / (2 * h)
        return G
        """,
    ),
    (
        "half: the second point is X itself",
        """
        G = np.zeros(X.shape)
        for index in np.ndindex(X.shape):
            Y = X.copy()
            Y[index] += h
            ahead = f(Y)
            Y[index] -= h
            G[index] = (ahead - f(Y)) / (2 * h)
        return G
        """,
    ),
]
