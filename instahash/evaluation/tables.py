"""An evaluation as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from instahash.errors import plural
from instahash.evaluation.bands import BANDS
from instahash.evaluation.protocols import COUNTS, EVERYBODY
from instahash.evaluation.ranking import of_first
from instahash.evaluation.similarity import TABLES
from instahash.names import OURS, PROTOCOLS, heading

# The networks of which a trace may hold what they rank first; the first of them is shown.
TRACED = ("softmax", "completion", "autorec")

# Posts without an answer from the photo.
LEFT_OVER = {"empty": "no hashtag left for", "most_used": "nothing known of", "defaulted": "no intersection for"}

# The measures whose differences are shown: of the hashtags that platforms take, and of those to pick from.
DIFFERING = {"ndcg@5": "nDCG@5", "ndcg@10": "nDCG@10"}

# Where less than this fraction of the posts with hashtags is evaluated, that is said.
MOST = 0.9


def format_tables(result: dict[str, Any]) -> str:
    """An evaluation JSON: counts, ranking measures, differences in nDCG, the paper's tables, what lists are like."""
    tables, everybody = result["tables_by_system"], result["everybody"]
    width = max(len(name) for name in [*TABLES.values(), *result["ranking"]])
    lines = [
        f"{plural(result['posts'], 'post')}, given {PROTOCOLS[result['protocol']]}",
        ", ".join(
            f"{what} {result[name]:,}"
            for name, what in LEFT_OVER.items()
            if name != "defaulted" or "autorec" in result["ranking"]  # which only the paper's mode can be
        ),
        "",
        *(f"{number:>9,} {what}" for number, what in counted(result)),
        "",
        *_rankings("ranking", result["ranking"], width),
        "",
        *_rankings(f"everybody: {plural(everybody['posts'], 'post')}", everybody["ranking"], width),
        f"with {EVERYBODY[result['protocol']]}, known or not: all are sought, and answers to nothing known count too",
        "",
        *(line for name in DIFFERING for line in _differences(result["differences"], name, width)),
        "low and high: 95 % interval of a paired bootstrap over the posts",
        "",
        *_bands(result["bands"], width),
        "",
        "Below, every list is cut to the length of instahash's for the same post. 0.3 itself is in neither fraction.",
        "",
    ]
    for name in result["tables"]:
        rows = {system: dict(table[name]) for system, table in tables.items()}
        if name.startswith("jaccard"):
            for row in rows.values():
                row.pop("<0.0")  # which no Jaccard is
        lines += [*_table(TABLES[name], rows, width), ""]
    names = {"novelty": "novelty, bits", "coverage": "coverage", "intra_list_similarity": "similarity"}
    lists = {system: {title: row[name] for name, title in names.items()} for system, row in result["lists"].items()}
    return "\n".join(lines + [*_table("hashtags of a list", lists, width)])


def counted(result: dict[str, Any]) -> list[tuple[int, str]]:
    """How many of the posts read are what, of an evaluation JSON."""
    return [(result["counts"][name], what) for name, what in COUNTS[result["protocol"]].items()]


def left_out(result: dict[str, Any]) -> str:
    """What to say of an evaluation JSON in which few of the posts with hashtags are evaluated; "" where most are."""
    posts, everybody = result["posts"], result["everybody"]
    if posts >= MOST * everybody["posts"]:
        return ""
    few, all_ = (ranking[OURS]["ndcg@10"] for ranking in (result["ranking"], everybody["ranking"]))
    which = f"{posts:,} of {plural(everybody['posts'], 'post')} with {EVERYBODY[result['protocol']]}"
    return f"only {which} are evaluated; their nDCG@10 is {few:.3f}, that of everybody {all_:.3f}"


def format_example(example: dict[str, Any]) -> str:
    """One worked example: every set between the photo and the recommendation."""
    trace: dict[str, list[str]] = example["trace"]
    network, theirs = network_words(trace)
    lists: dict[str, list[str]] = {name: example[name] for name in ("author", "given") if name in example}
    lists |= {"description": trace["description"], heading("word2vec"): trace["word2vec"], heading(network): theirs}
    if "combined" in trace:  # mode "best" fuses scores, and has no sets on its way
        lists["default" if example["source"] == "autorec" else "intersection"] = trace["combined"]
    lists["hashtags"] = [f"#{hashtag}" for hashtag in example["hashtags"]]
    rows = {"post": example["id"]} | {name: _listed(words) for name, words in lists.items()}
    width = max(map(len, rows))
    return "\n".join(f"{name:<{width}}  {text}" for name, text in rows.items())


def network_words(trace: dict[str, list[str]]) -> tuple[str, list[str]]:
    """The first of TRACED that a trace has, and its words; no words where none of them read anything."""
    name = next((name for name in TRACED if name in trace), TRACED[0])
    return name, trace.get(name, [])


def _table(title: str, rows: dict[str, dict[str, float]], width: int) -> Iterator[str]:
    yield f"{title:<{width}}" + "".join(f"{column:>12}" for column in next(iter(rows.values())))
    for name, row in rows.items():
        yield f"{name:<{width}}" + "".join(f"{value:>12.4f}" for value in row.values())


def _rankings(title: str, ranking: dict[str, dict[str, float]], width: int) -> Iterator[str]:
    """Two tables: what there is to say of the first five, and what else."""
    for some, ten in {"first five": False, "first ten": True}.items():
        if ten:
            yield ""
        yield from _table(f"{title}, {some}", {system: of_first(row, ten) for system, row in ranking.items()}, width)


def _differences(differences: dict[str, Any], name: str, width: int) -> Iterator[str]:
    columns = ("difference", "low", "high", "relative")
    yield f"{f'{DIFFERING[name]} of instahash less that of':<{width}}" + "".join(f"{column:>12}" for column in columns)
    for system, measures in differences.items():
        *numbers, relative = (measures[name][column] for column in columns)
        last = "-" if relative is None else f"{relative:+.1%}"
        yield f"{system:<{width}}" + "".join(f"{number:>+12.4f}" for number in numbers) + f"{last:>12}"


def _bands(bands: dict[str, Any], width: int) -> Iterator[str]:
    columns = [*bands["head"]["systems"][OURS]]
    yield f"{'by how often hashtags were used':<{width}}" + "".join(f"{column:>13}" for column in columns)
    for band, row in bands.items():
        for system in [system for system in (OURS, "popularity") if system in row["systems"]]:
            values = [row["systems"][system][column] for column in columns]
            numbers = "".join(f"{'-' if value is None else format(value, '.4f'):>13}" for value in values)
            yield f"{f'{band}, {system}':<{width}}{numbers}"
    for band, row in bands.items():
        size = plural(row["hashtags"], "hashtag")
        yield f"{band}: {BANDS[band]}, {size}, {row['wanted']:,} wanted"


def _listed(words: list[str], most: int = 20) -> str:
    more = f" ... and {len(words) - most} more" if len(words) > most else ""
    return (", ".join(words[:most]) or "(none)") + more
