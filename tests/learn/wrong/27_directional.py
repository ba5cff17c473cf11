WRONG = [
    (
        "between the two points lies 2t",
        """
        said = sum((g * d).sum() for g, d in zip(gradients, directions))
        ahead = loss(*[p + t * d for p, d in zip(parameters, directions)])
        behind = loss(*[p - t * d for p, d in zip(parameters, directions)])
        return said, (ahead - behind) / t
        """,
    ),
    (
        "looks ahead only",
        """
        said = sum((g * d).sum() for g, d in zip(gradients, directions))
        ahead = loss(*[p + t * d for p, d in zip(parameters, directions)])
        return said, (ahead - loss(*parameters)) / t
        """,
    ),
    (
        "in place",
        """
        said = sum((g * d).sum() for g, d in zip(gradients, directions))
        for p, d in zip(parameters, directions):
            p += t * d
        ahead = loss(*parameters)
        for p, d in zip(parameters, directions):
            p -= 2 * t * d
        return said, (ahead - loss(*parameters)) / (2 * t)
        """,
    ),
    (
        "add them up",
        """
        said = [(g * d).sum() for g, d in zip(gradients, directions)]
        ahead = loss(*[p + t * d for p, d in zip(parameters, directions)])
        behind = loss(*[p - t * d for p, d in zip(parameters, directions)])
        return said, (ahead - behind) / (2 * t)
        """,
    ),
    (
        "one parameter at a time",
        """
        said = sum((g * d).sum() for g, d in zip(gradients, directions))
        seen = 0
        for i in range(len(parameters)):
            ahead, behind = list(parameters), list(parameters)
            ahead[i] = parameters[i] + t * directions[i]
            behind[i] = parameters[i] - t * directions[i]
            seen += (loss(*ahead) - loss(*behind)) / (2 * t)
        return said, seen
        """,
    ),
]
