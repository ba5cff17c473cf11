"""The tables: how well each system ranks, and the paper's tables of cosines and Jaccards."""

from __future__ import annotations

from instahash.report.markup import element, figure, section, table
from instahash.report.plots import intervals
from instahash.report.published import HARRISON, HARRISON_BY, RECIPE, RECIPE_ON
from instahash.report.terms import terms
from instahash.report.wording import (
    LISTS,
    MEASURES,
    OURS,
    TABLES,
    best_in_bold,
    decimals,
    difference,
    number,
    percent,
    system,
)

# Columns of the paper's tables; a Jaccard is never below 0.
COSINES = ("mean", ">0.7", ">0.3", "<0.3", "<0.0")
JACCARDS = COSINES[:-1]


def results(result, about):
    value, described = result.to_json(), result.protocol == "description"
    return section(
        "results",
        "Results",
        element("p", "In the ranking and in the tables about the author’s hashtags the best of a column is bold."),
        terms(value["ranking"]),
        element("h3", "Ranking"),
        _ranking(value["ranking"]),
        element("div", _drawn(result), _differences(value["differences"]), class_="pair"),
        element("h3", "The paper’s tables"),
        element(
            "p",
            "How alike the recommendation and the author’s hashtags are, and the recommendation and the "
            "description: by the cosine of their mean word vectors, and by the share of words that are in both. "
            "Every system’s list is cut to the length of instahash’s for the same post. A recommendation that only "
            "repeats the description is close to it without being useful. A share above or below 0.3 leaves out the "
            "posts with 0.3 itself: three words of ten, say, are a Jaccard of 0.3.",
        ),
        element("p", f"Last line: {RECIPE_ON}.") if described else None,
        element(
            "div",
            [_similarities(name, value["tables_by_system"], described) for name in value["tables"]],
            class_="pair",
        ),
        element("h3", "What the lists are like"),
        _lists(value["lists"]),
        [element("h3", "Published figures"), _published()] if described else None,
    )


def _ranking(ranking):
    columns = list(MEASURES)
    rows = best_in_bold([[row[name] for name in columns] for row in ranking.values()], lambda value, i: number(value))
    return table(
        "ranking",
        "Ranking of all systems, means over the posts",
        ["system", *MEASURES.values()],
        [[system(name), *row] for name, row in zip(ranking, rows)],
    )


def _drawn(result):
    measure = "ndcg@10"
    found = {name: (row[measure], *result.details.intervals[name][measure]) for name, row in result.ranking.items()}
    others = sorted((name for name in found if name != OURS), key=lambda name: -found[name][0])
    rows = [(system(name), *found[name]) for name in [OURS, *others]]
    said = "; ".join(f"{name} {value:.3f}" for name, value, *_ in rows)
    drawing = intervals("ndcg-drawing", "nDCG@10 of all systems", f"Bars with 95\u202f% intervals: {said}.", rows)
    title = element("strong", "nDCG@10 of all systems.")
    caption = [title, " The line through the end of a bar is its 95\u202f% bootstrap interval."]
    return figure("ndcg", drawing, caption)


def _differences(differences):
    rows = []
    for name, measures in differences.items():
        found = measures["ndcg@10"]
        relative = (
            "–" if found["relative"] is None else f"{found['relative']:+.1%}".replace("-", "−").replace("%", "\u202f%")
        )
        numbers = [found[part] for part in ("difference", "low", "high")]
        digits = decimals(numbers, 4)
        rows.append([system(name), *(difference(value, digits) for value in numbers), relative])
    return table(
        "differences",
        "nDCG@10 of instahash less that of another system, with the 95\u202f% interval of a paired bootstrap over the "
        "posts",
        ["system", "difference", "low", "high", "relative"],
        rows,
    )


def _similarities(name, tables, described):
    def write(value, i):
        return percent(value) if i else number(value)

    columns = COSINES if name.startswith("cosine") else JACCARDS
    measured = [[row[name][column] for column in columns] for row in tables.values()]
    if name.endswith("ground_truth"):
        rows = best_in_bold(measured, write, lowest=(3, 4))
    else:  # it is not better to be nearer to the description
        rows = [[write(value, i) for i, value in enumerate(row)] for row in measured]
    rows = [[system(key), *row] for key, row in zip(tables, rows)]
    if described:
        recipe = [write(RECIPE[name][column], i) for i, column in enumerate(columns)]
        rows.append([element("em", "recipe, other posts"), *recipe])
    return table(
        f"table-{name.replace('_', '-')}",
        f"{TABLES[name]}: mean, and share of posts above or below",
        ["system", "mean", *(f"{column[0]}\u00a0{column[1:]}" for column in columns[1:])],
        rows,
    )


def _lists(lists):
    rows = [
        [system(name), f"{row['novelty']:.2f}", percent(row["coverage"]), number(row["intra_list_similarity"])]
        for name, row in lists.items()
    ]
    caption = (
        "Novelty (how rare the recommended hashtags are), coverage (the share of the vocabulary that is ever "
        "recommended), and similarity (mean cosine between the hashtags of a list)"
    )
    return table("lists", caption, ["system", *LISTS.values()], rows)


def _published():
    measures = ("precision@1", "recall@5", "accuracy@5")
    rows = [[name, *(percent(row[measure]) for measure in measures)] for name, row in HARRISON.items()]
    caption = f"Not comparable, for orientation only: networks on the photos of HARRISON themselves ({HARRISON_BY})"
    return table("published", caption, ["system", *(MEASURES[measure] for measure in measures)], rows)
