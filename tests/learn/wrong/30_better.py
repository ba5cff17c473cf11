WRONG = [
    (
        "the louder expert decides",
        """
        return sum(experts)
        """,
    ),
    (
        "each post has its own",
        """
        return sum((scores - scores.mean()) / scores.std() for scores in experts)
        """,
    ),
    (
        "0 / 0",
        """
        total = 0
        for scores in experts:
            mean, deviation = scores.mean(axis=1, keepdims=True), scores.std(axis=1, keepdims=True)
            with np.errstate(invalid="ignore"):
                total = total + (scores - mean) / deviation
        return total
        """,
    ),
    (
        "in place",
        """
        for scores in experts:
            scores -= scores.mean(axis=1, keepdims=True)
            deviation = scores.std(axis=1, keepdims=True)
            scores /= np.where(deviation > 0, deviation, 1)
        return sum(experts)
        """,
    ),
    (
        "variance",
        """
        total = 0
        for scores in experts:
            variance = scores.var(axis=1, keepdims=True)
            mean = scores.mean(axis=1, keepdims=True)
            total = total + (scores - mean) / np.where(variance > 0, variance, 1)
        return total
        """,
    ),
]
