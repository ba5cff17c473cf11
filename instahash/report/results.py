"""How well each system ranks, and the paper's tables of cosines and Jaccards."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from instahash.evaluation import counted, left_out
from instahash.evaluation.bands import BANDS, FIRST
from instahash.evaluation.ranking import of_first
from instahash.names import OURS, name_of
from instahash.report.plots import intervals
from instahash.report.wording import TITLES, best_in_bold, decimals, number, plain

NDCG, NDCG_5 = "ndcg@10", "ndcg@5"
# Columns of the paper's tables; a Jaccard is never below 0.
COSINES = ("mean", ">0.7", ">0.3", "<0.3", "<0.0")
JACCARDS = COSINES[:-1]
# What is said of each system's first five and ten in each band of the hashtag vocabulary.
IN_BANDS = ("recall", "share", "precision")
FORMS = (".4f", ".1%", ".1%", ".1%", ".1%")

# Mode "paper" as published, with autorec.init=random, on HARRISON's hashtags, as docs/paper.md and
# benchmarks/results/paper.json have it: the posts, and table -> what `fraction_table` gives.
RECIPE_POSTS = 5153
RECIPE = {
    "cosine_ground_truth": {"mean": 0.42949, ">0.7": 0.16193, ">0.3": 0.67045, "<0.3": 0.32955, "<0.0": 0.02428},
    "cosine_description": {"mean": 0.83762, ">0.7": 0.91149, ">0.3": 1.0, "<0.3": 0.0, "<0.0": 0.0},
    "jaccard_ground_truth": {"mean": 0.06017, ">0.7": 0.00175, ">0.3": 0.03726, "<0.3": 0.96099, "<0.0": 0.0},
    "jaccard_description": {"mean": 0.35878, ">0.7": 0.03454, ">0.3": 0.5849, "<0.3": 0.38036, "<0.0": 0.0},
}
Rows = list[list[Any]]  # of texts, and Markup where a cell is more than text


def results(result: Any) -> dict[str, Any]:
    """What the templates of the summary and the results need of an Evaluation."""
    value = result.to_json()
    ranking, others = value["ranking"], {name: found[NDCG] for name, found in value["differences"].items()}
    best = max(others, key=lambda name: ranking[name][NDCG], default=None)
    ends = {name: measures[NDCG] for name, measures in result.details.intervals.items()}
    order = sorted(ranking, key=lambda name: (name != OURS, -ranking[name][NDCG]))
    return {
        "means": ranking[OURS],
        "intervals": result.details.intervals[OURS],
        "best": best,
        "apart": others.get(best),
        "ranking": [_ranked(ranking, k) for k in FIRST],
        "everybody": value["everybody"]["posts"],
        "everybody_ranking": [_ranked(value["everybody"]["ranking"], k) for k in FIRST],
        "everybody_means": value["everybody"]["ranking"][OURS],
        "counted": [[plain(what), plain(number)] for number, what in counted(value)],
        "left_out": left_out(value),
        "order": order,
        "drawing": intervals([(name_of(name).title, ranking[name][NDCG], *ends[name]) for name in order]),
        "differences": _named(others, [_difference(found) for found in others.values()]),
        "differences_5": _named(others, [_difference(found[NDCG_5]) for found in value["differences"].values()]),
        "similarities": [_similarities(name, value["tables_by_system"], result.protocol) for name in value["tables"]],
        "bands": [[band, BANDS[band], row["hashtags"], row["wanted"]] for band, row in value["bands"].items()],
        "band_columns": [f"{column}, {band}" for column in IN_BANDS for band in value["bands"]],
        "by_band": [_by_band(value["bands"], k) for k in FIRST],
        "lists": _named(value["lists"], [
            list(map(number, (row["novelty"], row["coverage"], row["intra_list_similarity"]), (".2f", ".1%", ".4f")))
            for row in value["lists"].values()
        ]),
    }  # fmt: skip


def measure(name: str, value: float, ends: tuple[float, ...] = ()) -> str:
    """A mean of the ranking; with more digits where one of the ends of its interval would else be shown as zero."""
    if name in (NDCG, NDCG_5):
        return number(value, f".{decimals(ends, 3)}f")
    return number(value, f".{decimals([100 * end for end in ends], 1)}%")


def _ranked(ranking: dict[str, dict[str, float]], k: int) -> Rows:
    """What there is to say of the first ten, or else of the first five."""
    values = [[*of_first(row, k == 10).values()] for row in ranking.values()]
    return _named(ranking, best_in_bold(values, [".4f"] * len(values[0])))


def _named(systems: dict[str, Any], rows: Rows) -> Rows:
    return [[name_of(name).title, *row] for name, row in zip(systems, rows)]


def _difference(found: dict[str, float]) -> list[str]:
    numbers = [found[part] for part in ("difference", "low", "high")]
    form = f"+.{decimals(numbers, 4)}f"
    return [
        *(number(value, form) for value in numbers),
        "–" if found["relative"] is None else number(found["relative"], "+.1%"),
    ]


def _by_band(bands: dict[str, Any], k: int) -> Rows:
    """What each system finds and recommends of each band with its first k."""
    rows = {
        system: [bands[band]["systems"][system][f"{column}@{k}"] for column in IN_BANDS for band in bands]
        for system in bands["head"]["systems"]
    }
    return _named(rows, [["–" if value is None else number(value, ".1%") for value in row] for row in rows.values()])


def _similarities(name: str, tables: dict[str, Any], protocol: str) -> tuple[str, str, list[str], Rows]:
    """Id, title, columns and rows of one of the paper's tables; the recipe's row is last where posts were described."""
    columns = COSINES if name.startswith("cosine") else JACCARDS
    values = [[row[name][column] for column in columns] for row in tables.values()]
    if name.endswith("ground_truth"):
        rows = _named(tables, best_in_bold(values, FORMS, lowest=(3, 4)))
    else:  # it is not better to be nearer to the description
        rows = _named(tables, [list(map(number, row, FORMS)) for row in values])
    if protocol == "description":
        recipe = map(number, (RECIPE[name][column] for column in columns), FORMS)
        rows.append([Markup("<em>recipe, other posts</em>"), *recipe])
    return name.replace("_", "-"), TITLES[name], [re.sub("([<>])", "\\1\u00a0", column) for column in columns], rows
