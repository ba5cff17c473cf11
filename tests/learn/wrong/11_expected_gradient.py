"""Five mistakes of students, each with words that its message has."""

WRONG = [
    ("missing term: the error of the pair", "errors = k * P * s(C @ w)\nreturn errors @ C, np.outer(errors, w)"),
    (
        "it is a negative as well",
        "errors = k * P * s(C @ w)\nerrors[j] = s(C[j] @ w) - 1\nreturn errors @ C, np.outer(errors, w)",
    ),
    (
        "factor: k is not there",
        "errors = P * s(C @ w)\nerrors[j] += s(C[j] @ w) - 1\nreturn errors @ C, np.outer(errors, w)",
    ),
    (
        "transposed",
        "errors = k * P * s(C @ w)\nerrors[j] += s(C[j] @ w) - 1\nreturn errors @ C, np.outer(w, errors)",
    ),
    (
        "in place: P",
        """
        P *= k * s(C @ w)
        P[j] += s(C[j] @ w) - 1
        return P @ C, np.outer(P, w)
        """,
    ),
]
