"""Mistakes of students, each with words that its message has."""

WRONG = [
    ("half", "return [(bag[a], bag[b]) for a in range(len(bag)) for b in range(a + 1, len(bag))]"),
    ("itself", "return [(i, j) for i in bag for j in bag]"),
    ("places", "return [(a, b) for a in range(len(bag)) for b in range(len(bag)) if a != b]"),
    ("neighbours", "return list(zip(bag, bag[1:]))"),
    (
        "lacks",
        """
        pairs = []
        for i in bag:
            for j in bag:
                if i != j:
                    pairs.append((i, j))
            return pairs
        """,
    ),
    ("tuples are wanted, (5, 2); these are lists", "return [[i, j] for i in bag for j in bag if i != j]"),
]
