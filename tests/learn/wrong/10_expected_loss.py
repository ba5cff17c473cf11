"""Five mistakes of students, each with words that its message has."""

WRONG = [
    ("factor: k is not there", "return np.logaddexp(0, -w @ C[j]) + P @ np.logaddexp(0, C @ w)"),
    ("factor: P is not there", "return np.logaddexp(0, -w @ C[j]) + k * np.logaddexp(0, C @ w).sum()"),
    ("factor: k multiplies the pair too", "return k * (np.logaddexp(0, -w @ C[j]) + P @ np.logaddexp(0, C @ w))"),
    ("sign: the negatives lower the loss", "return np.logaddexp(0, -w @ C[j]) - k * P @ np.logaddexp(0, C @ w)"),
    (
        "word j is not among the negatives",
        """
        losses = np.logaddexp(0, C @ w)
        losses[j] = 0
        return np.logaddexp(0, -w @ C[j]) + k * P @ losses
        """,
    ),
    ("sign: the pair lowers the loss", "return k * P @ np.logaddexp(0, C @ w) - np.logaddexp(0, -w @ C[j])"),
]
