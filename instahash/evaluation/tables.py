"""An evaluation as text."""

from __future__ import annotations

from instahash.errors import counted

TITLES = {
    "cosine_ground_truth": "cosine to the author's hashtags",
    "cosine_description": "cosine to the description",
    "jaccard_ground_truth": "Jaccard to the author's hashtags",
    "jaccard_description": "Jaccard to the description",
}
ASKED = {"description": "their labels", "completion": "half of their hashtags"}


def format_tables(result: dict) -> str:
    """An evaluation JSON: ranking measures, differences in nDCG@10, the paper's tables, what the lists are like."""
    tables = result["tables_by_system"]
    width = max(len(name) for name in [*TITLES.values(), *result["ranking"]])
    lines = [
        f"{counted(result['posts'], 'post')}, given {ASKED[result['protocol']]}",
        f"no hashtag left for {result['empty']:,}, no intersection for {result['defaulted']:,}",
        "",
        *_table("ranking", result["ranking"], width),
        "",
        *_differences(result["differences"], width),
        "",
        "Below, every list is cut to the length of instahash's for the same post. A value of 0.3 is in neither share.",
        "",
    ]
    for name in result["tables"]:
        rows = {system: dict(table[name]) for system, table in tables.items()}
        if name.startswith("jaccard"):
            for row in rows.values():
                row.pop("<0.0")  # which no Jaccard is
        lines += [*_table(TITLES[name], rows, width), ""]
    names = {"novelty": "novelty, bits", "coverage": "coverage", "intra_list_similarity": "similarity"}
    lists = {system: {names[name]: value for name, value in row.items()} for system, row in result["lists"].items()}
    return "\n".join(lines + [*_table("hashtags of a list", lists, width)])


def format_example(example: dict) -> str:
    """One worked example: every set between the photo and the recommendation."""
    # What the experts of mode "best" agree on is no intersection, so that is taken here.
    network = "autorec" if "autorec" in example else "softmax"
    both = [word for word in example["word2vec"] if word in example[network]]
    met = ("default", example["combined"]) if example["source"] == "autorec" else ("intersection", both)
    rows = [
        ("post", example["id"]),
        ("author", _shown(example["author"])),
        *([("given", _shown(example["given"]))] if "given" in example else []),
        ("description", _shown(example["description"])),
        ("Word2Vec", _shown(example["word2vec"])),
        ({"autorec": "AutoRec", "softmax": "Softmax"}[network], _shown(example[network])),
        (met[0], _shown(met[1])),
        ("hashtags", _shown([f"#{hashtag}" for hashtag in example["hashtags"]])),
    ]
    return "\n".join(f"{name:<13} {text}" for name, text in rows)


def _table(title, rows, width):
    columns = list(next(iter(rows.values())))
    yield f"{title:<{width}}" + "".join(f"{column:>12}" for column in columns)
    for name, row in rows.items():
        yield f"{name:<{width}}" + "".join(f"{row[column]:>12.4f}" for column in columns)


def _differences(differences, width):
    columns = ("difference", "low", "high", "relative")
    yield f"{'nDCG@10 of instahash less that of':<{width}}" + "".join(f"{column:>12}" for column in columns)
    for system, measures in differences.items():
        found = measures["ndcg@10"]
        relative = "-" if found["relative"] is None else f"{found['relative']:+.1%}"
        numbers = "".join(f"{found[column]:>+12.4f}" for column in columns[:3])
        yield f"{system:<{width}}{numbers}{relative:>12}"
    yield "low and high: 95 % interval of a paired bootstrap over the posts"


def _shown(words, most=20):
    more = f" ... and {len(words) - most} more" if len(words) > most else ""
    return (", ".join(words[:most]) or "(none)") + more
