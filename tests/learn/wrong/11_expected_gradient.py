"""Mistakes of students, each with words that its message has."""

WRONG = [
    ("dw: missing term: the error of the pair", "errors = k * P * s(C @ w)\nreturn errors @ C, np.outer(errors, w)"),
    (
        "dw: missing term: word j has the pair's error only",
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
    (
        "swapped: dw comes first",
        """
        errors = k * P * s(C @ w)
        errors[j] += s(C[j] @ w) - 1
        return np.outer(errors, w), errors @ C
        """,
    ),
]
