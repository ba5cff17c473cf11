"""How systems, measures and numbers are called and written, on the whole page."""

from __future__ import annotations

from instahash.report.markup import element

OURS = "instahash"
SYSTEMS = {
    "word2vec": "Word2Vec",
    "autorec": "AutoRec",
    "cooccurrence": "co-occurrence",
    "item_cosine": "item cosine",
    "ease": "EASE",
}
TABLES = {
    "cosine_ground_truth": "Cosine to the author’s hashtags",
    "cosine_description": "Cosine to the description",
    "jaccard_ground_truth": "Jaccard to the author’s hashtags",
    "jaccard_description": "Jaccard to the description",
}
MEASURES = {
    "precision@1": "precision@1",
    "recall@5": "recall@5",
    "accuracy@5": "accuracy@5",
    "recall@10": "recall@10",
    "accuracy@10": "accuracy@10",
    "ndcg@10": "nDCG@10",
    "map@10": "MAP@10",
}
LISTS = {"novelty": "novelty, bits", "coverage": "coverage", "intra_list_similarity": "similarity"}
# What was known of a post, by protocol.
GIVEN = {"description": "their labels", "completion": "half of their hashtags"}


def system(name: str) -> str:
    return SYSTEMS.get(name, name)


def decimals(values, least: int, most: int = 6) -> int:
    """So many decimals, at least `least`, that none of the values is shown as zero, but one that `most` would."""
    smallest = min((abs(value) for value in values if round(value, most)), default=1)
    return next(digits for digits in range(least, most + 1) if digits == most or round(smallest, digits))


def percent(share: float, digits: int = 1) -> str:
    return f"{share:.{digits}%}".replace("%", "\u202f%")


def number(value: float) -> str:
    return f"{value:.4f}".replace("-", "−")


def difference(value: float, digits: int = 4) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def best_in_bold(rows, write, lowest=()):
    """Rows of numbers as texts; of each column the largest is bold, or the smallest of a column in `lowest`.

    Nothing is bold in a column of which all numbers are the same.
    """
    columns = list(zip(*rows))
    chosen = [min(column) if i in lowest else max(column) for i, column in enumerate(columns)]
    chosen = [None if min(column) == max(column) else best for best, column in zip(chosen, columns)]
    return [
        [element("strong", write(value, i)) if value == chosen[i] else write(value, i) for i, value in enumerate(row)]
        for row in rows
    ]
