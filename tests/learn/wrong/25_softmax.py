WRONG = [
    (
        "log Z is in J n times",
        """
        p = np.exp(log_probabilities(o))
        return p - s
        """,
    ),
    (
        "overflow",
        """
        p = np.exp(o) / np.exp(o).sum()
        return s.sum() * p - s
        """,
    ),
    (
        "sign",
        """
        p = np.exp(log_probabilities(o))
        return s - s.sum() * p
        """,
    ),
    (
        "their outputs are in Z too",
        """
        p = np.exp(log_probabilities(o))
        return s * (p - 1)
        """,
    ),
    (
        "derivative of p",
        """
        p = np.exp(log_probabilities(o))
        return p * (1 - p)
        """,
    ),
]
