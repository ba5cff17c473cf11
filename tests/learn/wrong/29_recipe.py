WRONG = [
    (
        "order",
        """
        ranked = [int(word) for word in np.argsort(-outputs)]
        both = [word for word in ranked if outputs[word] > 0 and word in near] or ranked[:5]
        return [word for word in both if is_hashtag[word]]
        """,
    ),
    (
        "rule 2 is not there",
        """
        return [word for word in near if outputs[word] > 0 and is_hashtag[word]]
        """,
    ),
    (
        "rule 2 is for no word in both",
        """
        both = [word for word in near if outputs[word] > 0 and is_hashtag[word]]
        if not both:
            both = [int(word) for word in np.argsort(-outputs)[:5] if is_hashtag[word]]
        return both
        """,
    ),
    (
        "lowest outputs",
        """
        both = [word for word in near if outputs[word] > 0]
        if not both:
            both = np.argsort(outputs)[:5]
        return [word for word in both if is_hashtag[word]]
        """,
    ),
    (
        "rule 3 leaves them out",
        """
        both = [word for word in near if outputs[word] > 0]
        return both or np.argsort(-outputs)[:5].tolist()
        """,
    ),
]
