"""An evaluation as text."""

from __future__ import annotations

TITLES = {
    "cosine_ground_truth": "cosine to the author's hashtags",
    "cosine_description": "cosine to the description",
    "jaccard_ground_truth": "Jaccard to the author's hashtags",
    "jaccard_description": "Jaccard to the description",
}


def format_tables(result: dict) -> str:
    """The paper's tables and the ranking measures of an evaluation JSON."""
    posts = result["posts"]
    lines = [
        f"{posts:,} posts; no hashtag left for {result['empty']:,}, no intersection for {result['defaulted']:,}",
        "",
        *_table("recommendation", {TITLES[name]: table for name, table in result["tables"].items()}),
        "",
        *_table("system", result["ranking"]),
    ]
    return "\n".join(lines)


def format_example(example: dict) -> str:
    """One worked example: every set between the photo and the recommendation."""
    met = "default" if example["defaulted"] else "intersection"
    rows = [
        ("post", example["id"]),
        ("author", _shown(example["author"])),
        ("description", _shown(example["description"])),
        ("Word2Vec", _shown(example["word2vec"])),
        ("AutoRec", _shown(example["autorec"])),
        (met, _shown(example["combined"])),
        ("hashtags", _shown([f"#{hashtag}" for hashtag in example["hashtags"]])),
    ]
    return "\n".join(f"{name:<13} {text}" for name, text in rows)


def _table(title, rows):
    columns = list(next(iter(rows.values())))
    width = max(len(name) for name in [title, *rows])
    yield f"{title:<{width}}" + "".join(f"{column:>13}" for column in columns)
    for name, row in rows.items():
        yield f"{name:<{width}}" + "".join(f"{row[column]:>13.4f}" for column in columns)


def _shown(words, most=20):
    more = f" ... and {len(words) - most} more" if len(words) > most else ""
    return (", ".join(words[:most]) or "(none)") + more
