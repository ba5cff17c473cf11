"""Mistakes of students, each with words that its message has."""

WRONG = [
    ("factor: it is the mean", "return np.logaddexp(0, C[drawn] @ w).mean()"),
    ("small where scores are high", "return np.logaddexp(0, -C[drawn] @ w).sum()"),
    ("overflow", "return np.log(1 + np.exp(C[drawn] @ w)).sum()"),
    ("should count twice", "return np.logaddexp(0, C[np.unique(drawn)] @ w).sum()"),
    ("all rows of C", "return np.logaddexp(0, C @ w).sum()"),
    ("the scores are added up", "return np.logaddexp(0, (C[drawn] @ w).sum())"),
    (
        "of the first word only",
        """
        for word in drawn:
            return np.logaddexp(0, C[word] @ w)
        """,
    ),
]
