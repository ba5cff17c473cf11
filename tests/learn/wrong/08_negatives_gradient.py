"""Mistakes of students, each with words that its message has."""

WRONG = [
    (
        "repeated",
        """
        errors = s(C[drawn] @ w)
        dC = np.zeros(C.shape)
        dC[drawn] += np.outer(errors, w)
        return errors @ C[drawn], dC
        """,
    ),
    (
        "rows of dC are the drawn words",
        "errors = s(C[drawn] @ w)\nreturn errors @ C[drawn], np.outer(errors, w)",
    ),
    (
        "sign: your errors are s(x) - 1",
        """
        errors = s(C[drawn] @ w) - 1
        dC = np.zeros(C.shape)
        np.add.at(dC, drawn, np.outer(errors, w))
        return errors @ C[drawn], dC
        """,
    ),
    (
        "without their errors",
        """
        errors = s(C[drawn] @ w)
        dC = np.zeros(C.shape)
        np.add.at(dC, drawn, np.outer(errors, w))
        return C[drawn].sum(axis=0), dC
        """,
    ),
    (
        "in place",
        """
        errors = s(C[drawn] @ w)
        dw = errors @ C[drawn]
        C[:] = 0
        np.add.at(C, drawn, np.outer(errors, w))
        return dw, C
        """,
    ),
    (
        "dC is None: is it what np.add.at gave",
        """
        errors = s(C[drawn] @ w)
        dC = np.zeros(C.shape)
        dC = np.add.at(dC, drawn, np.outer(errors, w))
        return errors @ C[drawn], dC
        """,
    ),
    (
        "swapped: dw comes first",
        """
        errors = s(C[drawn] @ w)
        dC = np.zeros(C.shape)
        np.add.at(dC, drawn, np.outer(errors, w))
        return dC, errors @ C[drawn]
        """,
    ),
]
