"""Mistakes of students, each with words that its message has."""

WRONG = [
    ("diagonal", "return B.T @ B"),
    ("shape", "N = B @ B.T\nN.setdiag(0)\nreturn N"),
    ("None", "return (B.T @ B).setdiag(0)"),
    ("is an array of NumPy", "import numpy as np\nN = B.toarray().T @ B.toarray()\nnp.fill_diagonal(N, 0)\nreturn N"),
    ("not how often", "N = (B.T @ B > 0).astype(float)\nN.setdiag(0)\nreturn N"),
    (
        "is N what setdiag gave",
        """
        N = B.T @ B
        N = N.setdiag(0)
        return N
        """,
    ),
]
