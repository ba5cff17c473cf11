"""How well each system ranks, the paper's tables of cosines and Jaccards, and published figures beside them."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from instahash.report.plots import intervals
from instahash.report.wording import OURS, TABLES, best_in_bold, decimals, number, percent, system

NDCG = "ndcg@10"
# Columns of the paper's tables; a Jaccard is never below 0.
COSINES = ("mean", ">0.7", ">0.3", "<0.3", "<0.0")
JACCARDS = COSINES[:-1]
FORMS = (".4f", ".1%", ".1%", ".1%", ".1%")

# Mode "paper" with its default settings on HARRISON's hashtags, as docs/paper.md and benchmarks/results/paper.json
# have it: table -> what `share_table` gives.
RECIPE_POSTS = 5153
RECIPE = {
    "cosine_ground_truth": {"mean": 0.42949, ">0.7": 0.16193, ">0.3": 0.67045, "<0.3": 0.32955, "<0.0": 0.02428},
    "cosine_description": {"mean": 0.83762, ">0.7": 0.91149, ">0.3": 1.0, "<0.3": 0.0, "<0.0": 0.0},
    "jaccard_ground_truth": {"mean": 0.06017, ">0.7": 0.00175, ">0.3": 0.03726, "<0.3": 0.96099, "<0.0": 0.0},
    "jaccard_description": {"mean": 0.35878, ">0.7": 0.03454, ">0.3": 0.5849, "<0.3": 0.38036, "<0.0": 0.0},
}


def results(result: Any) -> dict[str, Any]:
    """What the templates of the summary and the results need of an Evaluation."""
    value, described = result.to_json(), result.protocol == "description"
    others = {name: found[NDCG] for name, found in value["differences"].items()}
    ranking = [list(row.values()) for row in value["ranking"].values()]
    best = max(others, key=lambda name: value["ranking"][name][NDCG], default=None)
    return {
        "means": value["ranking"][OURS],
        "intervals": result.details.intervals[OURS],
        "systems": list(value["ranking"]),
        "best": best,
        "apart": others.get(best),
        "ranking": _named(value["ranking"], best_in_bold(ranking, [".4f"] * len(ranking[0]))),
        "drawing": _drawing(result),
        "differences": _named(others, [_difference(found) for found in others.values()]),
        "similarities": [_similarities(name, value["tables_by_system"], described) for name in value["tables"]],
        "lists": [
            [system(name), f"{row['novelty']:.2f}", percent(row["coverage"]), number(row["intra_list_similarity"])]
            for name, row in value["lists"].items()
        ],
        "recipe_posts": RECIPE_POSTS,
    }


def measure(name: str, value: float, ends: tuple[float, ...] = ()) -> str:
    """A mean of the ranking; with more digits where one of the ends of its interval would else be shown as zero."""
    if name == NDCG:
        return number(value, f".{decimals(ends, 3)}f")
    return percent(value, decimals([100 * end for end in ends], 1))


def _named(systems: dict[str, Any], rows: list[list[str]]) -> list[list[str]]:
    return [[system(name), *row] for name, row in zip(systems, rows)]


def _drawing(result: Any) -> Markup:
    found = {name: (row[NDCG], *result.details.intervals[name][NDCG]) for name, row in result.ranking.items()}
    others = sorted((name for name in found if name != OURS), key=lambda name: -found[name][0])
    rows = [(system(name), *found[name]) for name in [OURS, *others]]
    said = "; ".join(f"{name} {value:.3f}" for name, value, *_ in rows)
    return intervals("ndcg-drawing", "nDCG@10 of all systems", f"Bars with 95\u202f% intervals: {said}.", rows)


def _difference(found: dict[str, float]) -> list[str]:
    numbers = [found[part] for part in ("difference", "low", "high")]
    digits = decimals(numbers, 4)
    relative = "–" if found["relative"] is None else number(found["relative"], "+.1%")
    return [*(number(value, f"+.{digits}f") for value in numbers), relative]


def _similarities(name: str, tables: dict[str, Any], described: bool) -> tuple[str, str, list[str], list[list[str]]]:
    """Id, title, columns and rows of one of the paper's tables; the recipe's row is last where posts were described."""
    columns = COSINES if name.startswith("cosine") else JACCARDS
    values = [[row[name][column] for column in columns] for row in tables.values()]
    if name.endswith("ground_truth"):
        rows = _named(tables, best_in_bold(values, FORMS, lowest=(3, 4)))
    else:  # it is not better to be nearer to the description
        rows = _named(tables, [list(map(number, row, FORMS)) for row in values])
    if described:
        recipe = [number(RECIPE[name][column], form) for column, form in zip(columns, FORMS)]
        rows.append([Markup("<em>recipe, other posts</em>"), *recipe])
    titles = [re.sub("([<>])", "\\1\u00a0", column) for column in columns]
    return name.replace("_", "-"), TABLES[name], titles, rows
