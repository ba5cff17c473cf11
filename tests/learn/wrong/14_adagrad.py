"""Mistakes of students, each with words that its message has."""

WRONG = [
    ("in place: A is", "A2[i] += np.mean(g**2)\nif A2[i] > 0:\n    A = A - rate * g / np.sqrt(A2[i])"),
    ("sum of the squares", "A2[i] += np.sum(g**2)\nif A2[i] > 0:\n    A[i] -= rate * g / np.sqrt(A2[i])"),
    ("forgets the gradients before", "A2[i] = np.mean(g**2)\nif A2[i] > 0:\n    A[i] -= rate * g / np.sqrt(A2[i])"),
    ("where A2[0] is 0", "A2[i] += np.mean(g**2)\nA[i] -= rate * g / A2[i] ** 0.5"),
    ("root", "A2[i] += np.mean(g**2)\nif A2[i] > 0:\n    A[i] -= rate * g / A2[i]"),
    (
        "A2[i] first: it must have grown",
        """
        if A2[i] == 0:
            return
        A2[i] += np.mean(g**2)
        A[i] -= rate * g / np.sqrt(A2[i])
        """,
    ),
]
