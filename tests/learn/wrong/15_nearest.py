"""Mistakes of students, each with words that its message has."""

COSINES = """
lengths = np.linalg.norm(vectors, axis=1)
cosines = vectors @ vectors[i] / (lengths * lengths[i])
"""
WRONG = [
    ("long vectors win", "products = vectors @ vectors[i]\nproducts[i] = -np.inf\nreturn np.argsort(-products)[:top]"),
    ("itself", COSINES + "return np.argsort(-cosines)[:top]"),
    ("itself", COSINES + "return np.argsort(-cosines)[1 : top + 1]"),
    ("lowest cosines", COSINES + "cosines[i] = np.inf\nreturn np.argsort(cosines)[:top]"),
    (
        "in place",
        """
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        cosines = vectors @ vectors[i]
        cosines[i] = -np.inf
        return np.argsort(-cosines)[:top]
        """,
    ),
    ("not the word 4", COSINES + "return np.delete(np.argsort(-cosines), i)[:top]"),
    ("with a cosine of 0", COSINES + "cosines[i] = 0\nreturn np.argsort(-cosines)[:top]"),
]
