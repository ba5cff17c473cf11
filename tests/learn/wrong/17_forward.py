WRONG = [
    (
        "still has the 1/2",
        """
        h = sigmoid(V @ x + mu)
        return h, U @ h + b
        """,
    ),
    (
        "mu is forgotten",
        """
        h = sigmoid(V @ x) - 1 / 2
        return h, U @ h + b
        """,
    ),
    (
        "outputs stay as they are",
        """
        h = sigmoid(V @ x + mu) - 1 / 2
        return h, sigmoid(U @ h + b)
        """,
    ),
    (
        "o was made before that",
        """
        h = sigmoid(V @ x + mu)
        return h - 1 / 2, U @ h + b
        """,
    ),
    (
        "two arrays are wanted",
        """
        h = sigmoid(V @ x + mu) - 1 / 2
        o = U @ h + b
        return o
        """,
    ),
    (
        "x is r + 1 already",
        """
        h = sigmoid(V @ (x + 1) + mu) - 1 / 2
        return h, U @ h + b
        """,
    ),
]
