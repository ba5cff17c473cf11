WRONG = [
    (
        "posts x words",
        """
        O = H @ U.T + b
        return ((O - S.toarray()) ** 2).sum() / 2 / m
        """,
    ),
    (
        "each of the m posts has it",
        """
        squares_of_O = (H @ (U.T @ U) * H).sum() + 2 * (H @ (U.T @ b)).sum() + b @ b
        products = (H * (S @ U)).sum() + (S @ b).sum()
        return (squares_of_O - 2 * products + squares_of_S) / 2 / m
        """,
    ),
    (
        "so it counts twice",
        """
        squares_of_O = (H @ (U.T @ U) * H).sum() + (H @ (U.T @ b)).sum() + m * b @ b
        products = (H * (S @ U)).sum() + (S @ b).sum()
        return (squares_of_O - 2 * products + squares_of_S) / 2 / m
        """,
    ),
    (
        "the sum of all S b is not in <O, S>",
        """
        squares_of_O = (H @ (U.T @ U) * H).sum() + 2 * (H @ (U.T @ b)).sum() + m * b @ b
        return (squares_of_O - 2 * (H * (S @ U)).sum() + squares_of_S) / 2 / m
        """,
    ),
    (
        "has H only once",
        """
        squares_of_O = (H @ (U.T @ U)).sum() + 2 * (H @ (U.T @ b)).sum() + m * b @ b
        products = (H * (S @ U)).sum() + (S @ b).sum()
        return (squares_of_O - 2 * products + squares_of_S) / 2 / m
        """,
    ),
    (
        "brackets: / 2 * m divides by 2",
        """
        squares_of_O = (H @ (U.T @ U) * H).sum() + 2 * (H @ (U.T @ b)).sum() + m * b @ b
        products = (H * (S @ U)).sum() + (S @ b).sum()
        return (squares_of_O - 2 * products + squares_of_S) / 2 * m
        """,
    ),
    (
        "mind the brackets in H (U'U)",
        """
        squares_of_O = (H @ U.T @ U * H).sum() + 2 * (H @ (U.T @ b)).sum() + m * b @ b
        products = (H * (S @ U)).sum() + (S @ b).sum()
        return (squares_of_O - 2 * products + squares_of_S) / 2 / m
        """,
    ),
]
