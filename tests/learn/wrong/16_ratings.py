WRONG = [
    (
        "they have -1, not 0",
        """
        n = len(expansion)
        r = np.zeros(n_words)
        r[bag] = 1
        r[expansion] = 1 - np.arange(1, n + 1) / n
        return r
        """,
    ),
    (
        "whole numbers",
        """
        r = np.full(n_words, -1)
        r[bag] = 1
        r[expansion] = 1 - np.arange(1, len(expansion) + 1) / len(expansion)
        return r
        """,
    ),
    (
        "1 is for the bag",
        """
        r = np.full(n_words, -1.0)
        r[expansion] = np.linspace(1, 0, len(expansion))
        r[bag] = 1
        return r
        """,
    ),
    (
        "not by its rank",
        """
        r = -np.ones(n_words)
        rank = 0
        for word in range(n_words):
            if word in bag:
                r[word] = 1
            elif word in expansion:
                rank += 1
                r[word] = 1 - rank / len(expansion)
        return r
        """,
    ),
    (
        "go up",
        """
        n = len(expansion)
        r = -np.ones(n_words)
        r[bag] = 1
        r[expansion] = np.arange(n) / n
        return r
        """,
    ),
]
