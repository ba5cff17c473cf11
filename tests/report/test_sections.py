"""What the page says, against the result it was made of and against planted posts."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from instahash.data import Vocabulary
from instahash.names import name_of
from instahash.recommend import Recommendation
from instahash.report import About, page
from instahash.report.plots import LEFT, RIGHT
from instahash.report.results import RECIPE, RECIPE_POSTS
from instahash.report.wording import best_in_bold

SIMILARITIES = [f"table-{kind}-{other}" for other in ("ground-truth", "description") for kind in ("cosine", "jaccard")]


def percent(share):
    return f"{share:.1%}".replace("%", "\u202f%")


def test_the_tables_have_the_numbers_of_the_json(planted, seen):
    value = planted.to_json()
    names = {"instahash": "instahash", "popularity": "popularity"}
    of_five = ["precision@1", "precision@5", "recall@5", "accuracy@5", "ndcg@5"]
    of_ten = ["recall@10", "accuracy@10", "ndcg@10", "map@10"]
    rows = {"ranking": value["ranking"], "everybody": value["everybody"]["ranking"]}
    for table, measures in {"": of_five, "-10": of_ten}.items():
        headings = ["system", *(name.replace("ndcg", "nDCG").replace("map", "MAP") for name in measures)]
        for name, ranking in rows.items():
            expected = [[names[s], *(f"{row[m]:.4f}" for m in measures)] for s, row in ranking.items()]
            assert seen.tables[name + table] == [headings, *expected]
    for name, ours in value["tables"].items():
        rows = seen.tables[f"table-{name.replace('_', '-')}"]
        assert [row[0] for row in rows[1:]] == [*value["tables_by_system"], "recipe, other posts"]
        columns = list(ours) if name.startswith("cosine") else list(ours)[:4]  # a Jaccard is never below 0
        assert rows[0][1:] == [key.replace(">", ">\u00a0").replace("<", "<\u00a0") for key in columns]
        for row, found in zip(rows[1:], [*(table[name] for table in value["tables_by_system"].values()), RECIPE[name]]):
            mean, *shares = (found[key] for key in columns)
            assert row[1:] == [f"{mean:.4f}", *map(percent, shares)]
    for name, measure in {"differences": "ndcg@10", "differences-5": "ndcg@5"}.items():
        apart = value["differences"]["popularity"][measure]
        numbers = [f"{apart[key]:+.4f}" for key in ("difference", "low", "high")]
        assert seen.tables[name][1] == ["popularity", *numbers, f"+{percent(apart['relative'])}"]
    lists = value["lists"]["instahash"]
    expected = [f"{lists['novelty']:.2f}", percent(lists["coverage"]), f"{lists['intra_list_similarity']:.4f}"]
    assert seen.tables["lists"][1] == ["instahash", *expected]


def test_the_bands_have_the_numbers_of_the_json(planted, seen):
    """Of 400 uses love, puppy and beach have 240; pup and wave, with 20 each, are the tail, and never recommended."""
    bands = planted.to_json()["bands"]
    assert [row[:1] + row[2:] for row in seen.tables["bands"][1:]] == [
        [band, f"{row['hashtags']}", f"{row['wanted']:,}"] for band, row in bands.items()
    ]
    for k, table in {5: "by-band", 10: "by-band-10"}.items():
        columns = [(column, band) for column in ("recall", "share", "precision") for band in bands]
        assert seen.tables[table][0] == ["system", *(f"{column}, {band}" for column, band in columns)]
        for name, *row in seen.tables[table][1:]:
            values = [bands[band]["systems"][name][f"{column}@{k}"] for column, band in columns]
            assert row == ["–" if value is None else percent(value) for value in values] and "–" in row
        assert [row[0] for row in seen.tables[table][1:]] == ["instahash", "popularity"]


def test_the_best_is_bold_where_there_is_a_best(html):
    assert best_in_bold([[1, 5, 2], [3, 4, 2]], (".0f", ".1f", ".2f"), lowest=(1,)) == [
        ["1", "5.0", "2.00"],
        ["<strong>3</strong>", "<strong>4.0</strong>", "2.00"],
    ]
    tables = {
        name: html[html.index(f'<table id="{name}">') :].split("</table>")[0] for name in ("ranking", *SIMILARITIES)
    }
    assert [name for name, table in tables.items() if "<strong>" not in table] == SIMILARITIES[2:]


def test_fewer_posts_below_are_better(planted):
    similarities = {name: dict(values) for name, values in planted.similarities.items()}
    for name, value in (("instahash", 0.2), ("popularity", -0.2)):
        similarities[name]["cosine_ground_truth"] = np.full(160, value)
    html = page(planted._replace(similarities=similarities))
    rows = html[html.index('<table id="table-cosine-ground-truth">') :].split("</table>")[0].split("<tr>")
    # Both have all posts below 0.3; instahash has none below 0.
    assert ">instahash<" in rows[2] and re.findall("<strong>(.*?)</strong>", rows[2]) == ["0.2000", percent(0)]
    assert ">popularity<" in rows[3] and "<strong>" not in rows[3] and "<td>−0.2000</td>" in rows[3]


def test_the_mean_is_marked_in_its_place(planted, html):
    for name, low in (("cosine-ground-truth", -1), ("jaccard-ground-truth", 0)):
        mean = planted.values[name.replace("-", "_")].mean()
        drawn = html[html.index(f'<figure id="hist-{name}">') :].split("</svg>")[0]
        x = float(re.search(r'class="mean" d="M ([\d.]+) ', drawn)[1])
        assert x == pytest.approx(LEFT + (mean - low) / (1 - low) * (RIGHT - LEFT), abs=0.01)
    # 40 posts with one hashtag and 120 with three: the mean, 2.5, is the edge between the bars of 2 and of 3.
    drawn = html[html.index('<figure id="hist-sought">') :].split("</svg>")[0]
    x = float(re.search(r'class="mean" d="M ([\d.]+) ', drawn)[1])
    assert x == pytest.approx(LEFT + 0.75 * (RIGHT - LEFT), abs=0.01)


def test_histograms_count_every_post(planted, seen):
    counted = {name: rows for name, rows in seen.tables.items() if name.startswith("hist-")}
    assert len(counted) == 9
    for rows in counted.values():
        assert sum(int(row[1].replace(",", "")) for row in rows[1:]) == planted.posts == 160
    # Every post gets three hashtags; 40 authors used one, 120 three.
    assert seen.tables["hist-recommended-numbers"][1:] == [["0", "0"], ["1", "0"], ["2", "0"], ["3", "160"]]
    assert seen.tables["hist-sought-numbers"][1:] == [["0", "0"], ["1", "40"], ["2", "0"], ["3", "120"]]
    # Of {a, b, love}: a of the descriptive, all three of the mixed, b and love of the other two.
    assert seen.tables["hist-hits-numbers"][1:] == [["0", "0"], ["1", "40"], ["2", "80"], ["3", "40"]]
    # Word2Vec says {a, seen, b}, AutoRec {a, love, b}.
    assert seen.tables["hist-both-numbers"][1:] == [["0", "0"], ["1", "0"], ["2", "160"]]


def test_a_histogram_says_how_many_posts_have_no_value(planted, read, about):
    values = dict(planted.similarities["instahash"])
    values["cosine_ground_truth"] = np.where(np.arange(160) < 7, np.nan, values["cosine_ground_truth"])
    found = read(page(planted._replace(similarities={**planted.similarities, "instahash": values}), about))
    assert "153 posts, 7 more have none" in found.text
    assert sum(int(row[1]) for row in found.tables["hist-cosine-ground-truth-numbers"][1:]) == 153
    values["cosine_ground_truth"] = np.full(160, np.nan)
    assert "No post has one. 0 posts, 160 more" in read(
        page(planted._replace(similarities={**planted.similarities, "instahash": values}), about)
    ).text  # fmt: skip


def test_the_summary_in_plain_words(planted, seen, about):
    # Every post has a hit. The first is right for the descriptive and the mixed.
    assert "Of 160 posts, 100.0\u202f% have a hashtag of their author among the first ten" in seen.text
    assert "and 50.0\u202f% as the very first" in seen.text
    assert (
        "The model (photos, mode “paper”, trained on 160 posts) was queried with 160 posts of 170 read from held.jsonl"
        in seen.text
    )
    assert "labels may be simulated" in seen.text
    low, high = planted.details.intervals["instahash"]["precision@1"]
    assert 0.4 < low < 0.5 < high < 0.6 and f"({percent(low)} to {percent(high)})" in seen.text


def test_everybody_is_beside_those_evaluated(planted, mixed, seen, read, about):
    """Of 240 posts 160 have a hit, and love is the third of the three that are said to 50 more."""
    found = read(page(mixed, about))
    value = mixed.to_json()["everybody"]["ranking"]
    ndcg = mixed.ranking["instahash"]["ndcg@10"], value["instahash"]["ndcg@10"]
    assert ndcg[1] == pytest.approx((160 * ndcg[0] + 50 / 2) / 240)
    assert (
        f"Only 160 of 240 posts with a hashtag are evaluated; their nDCG@10 is {ndcg[0]:.3f}, that of everybody "
        f"{ndcg[1]:.3f}." in found.text
    )
    assert "Everybody are the 240 posts with a hashtag, whether the model knows them or not." in found.text
    assert f"Of these {percent(210 / 240)} have a right hashtag among the first ten" in found.text
    assert found.tables["counts"][1:] == [
        ["read", "260"],
        ["without a hashtag", "20"],
        ["with hashtags of which the model knows none", "30"],
        ["without a label whose score is min_score or more", "40"],
        ["with such labels of which it knows none", "10"],
        ["with a hashtag and a label that it knows: those evaluated", "160"],
    ]
    for name, *row in found.tables["everybody-10"][1:]:
        assert row == [f"{number:.4f}" for key, number in value[name].items() if key.endswith("@10")]
    assert found.tables["ranking"] == seen.tables["ranking"] == seen.tables["everybody"]
    assert "are evaluated" not in seen.text and "Everybody are the 160 posts" in seen.text


def test_an_end_that_is_not_zero_is_not_shown_as_zero(planted, read):
    apart = dict.fromkeys(("ndcg@5", "ndcg@10"), {"difference": 0.005, "low": 0.00002, "high": 0.01, "relative": 0.1})
    intervals = {**planted.details.intervals["instahash"], "precision@1": (0.0003, 0.5), "ndcg@10": (0.0002, 0.5)}
    details = planted.details._replace(intervals={**planted.details.intervals, "instahash": intervals})
    found = read(page(planted._replace(differences={"popularity": apart}, details=details)))
    assert found.tables["differences"][1][1:4] == ["+0.00500", "+0.00002", "+0.01000"]
    assert "(0.03\u202f% to 50.00\u202f%)" in found.text and "(0.0002 to 0.5000)" in found.text


def test_every_column_is_explained(seen, html):
    """Those of the ranking, of the lists and of the summary's cards."""
    explained = {part for term in re.findall("<dt>(.*?)</dt>", html) for part in (term, *term.split(", "))}
    for table in ("ranking", "ranking-10", "differences", "differences-5", "lists"):
        assert set(seen.tables[table][0][1:]) <= explained, table
    of_bands = {part for column in seen.tables["by-band"][0][1:] for part in column.split(", ")}
    assert of_bands <= {term.removesuffix(" of a band") for term in explained}
    assert "precision@1the fraction of posts whose first hashtag is right." in seen.text
    cards = "of the posts: accuracy@10", "of the posts: precision@1", "of an author’s hashtags: recall@10"
    for card in (*cards, "of these: precision@5", "of an author’s hashtags: recall@5"):
        assert card in seen.text


def test_every_system_is_explained(planted, seen, read, about):
    assert "popularitythe most used hashtags of the training" in seen.text and "EASE" not in seen.text
    others = ("word2vec", "autorec", "softmax", "cooccurrence", "item_cosine", "ease", "ridge", "network")
    ranking = planted.ranking | dict.fromkeys(others, planted.ranking["popularity"])
    intervals = planted.details.intervals
    details = planted.details._replace(intervals=intervals | dict.fromkeys(others, intervals["popularity"]))
    html = page(planted._replace(ranking=ranking, details=details), about)
    assert all(f"<dt>{name_of(name).title}</dt><dd>" in html for name in ranking)
    assert len({name_of(name).title for name in ranking}) == 10


def test_mode_best_is_said_not_to_recommend_the_words_in_both(planted, seen, read, about):
    """Its network is called so; AutoRec is that of the paper."""
    answers = [
        replace(answer, source="experts", trace={"softmax" if name == "autorec" else name: words
                                                 for name, words in answer.trace.items()})
        for answer in planted.details.answers
    ]  # fmt: skip
    best = read(page(planted._replace(details=planted.details._replace(answers=answers)), about))
    said = "the words in both are what the two models say by themselves. Mode “best” does not recommend"
    assert best.text.count(f"Word2Vec, the network and {said}") == 2
    assert "Where the network or Word2Vec give" in best.text
    assert said not in seen.text and "Where AutoRec or Word2Vec give" in seen.text
    tables = [[row[0] for row in rows] for name, rows in best.tables.items() if name.startswith("post-")]
    assert len(tables) > 10 and all(rows[2:5] == ["Word2Vec", "Softmax network", "In both"] for rows in tables)
    assert best.tables["hist-both-numbers"] == seen.tables["hist-both-numbers"]


def test_a_history_of_any_name_is_drawn(planted, read):
    history = {"softmax_loss": [2.0, 1.0], "completion_loss": [1.0], "autorec_loss": [3.0], "new_rmse": [0.5]}
    found = read(page(planted, About(header={"history": history})))
    captions = {name: caption for name, caption in found.captions.items() if name.startswith("curve-")}
    assert captions == {
        "curve-softmax-loss-numbers": "Softmax network: cross-entropy a hashtag",
        "curve-completion-loss-numbers": "Completion network: cross-entropy a hashtag",
        "curve-autorec-loss-numbers": "AutoRec: loss",
        "curve-new-rmse-numbers": "New: rmse",
    }


def test_it_says_of_the_sample_that_it_is_made_up(planted, read):
    said = {name: "These posts and their authors are made up." in read(page(planted, About(data=name))).text
            for name in ("sample", "sample-held-out", "sample-small", "held.jsonl")}  # fmt: skip
    assert said == {"sample": True, "sample-held-out": True, "sample-small": True, "held.jsonl": False}


def test_what_is_said_of_the_best_of_the_others(planted, read, about):
    def said(low, high, difference):
        apart = dict.fromkeys(
            ("ndcg@5", "ndcg@10"), {"difference": difference, "low": low, "high": high, "relative": 0.1}
        )
        return read(page(planted._replace(differences={"popularity": apart}), about)).text

    assert "In nDCG@10 that is 0.100 more, with an interval from 0.050 to 0.150." in said(0.05, 0.15, 0.1)
    assert "In nDCG@10 that is 0.100 less, with an interval from 0.050 to 0.150." in said(-0.15, -0.05, -0.1)
    assert "The interval of the difference in nDCG@10, −0.050 to +0.150, holds 0" in said(-0.05, 0.15, 0.05)
    # An end that is not zero is not shown as zero.
    assert "In nDCG@10 that is 0.0049 less, with an interval from 0.0003 to 0.0098." in said(-0.0098, -0.0003, -0.0049)
    assert "−0.00001 to +0.01000, holds 0" in said(-0.00001, 0.01, 0.005)
    assert "The interval of the difference in nDCG@10, +0.000 to +0.150, holds 0" in said(0.0, 0.15, 0.1)
    assert "the best of the other systems" not in read(page(planted._replace(differences={}), about)).text


def test_examples_are_of_their_kind(seen):
    kinds = {row[0]: row[1] for row in seen.tables["kinds"][1:]}
    assert kinds == {"Descriptive": "40", "Mixed": "40", "Non-descriptive": "40", "Abstract": "40"}
    assert [row[:2] for row in seen.tables["any-label"][1:]] == [["#love", "120"], ["#happy", "40"]]
    cards = {
        name: {row[0]: row[1].replace("\u00a0", " ") for row in rows}
        for name, rows in seen.tables.items()
        if name.startswith("post-")
    }
    mixed = next(card for name, card in cards.items() if name.startswith("post-mixed") and "dog" in card["Labels"])
    assert mixed == {
        "Labels": "dog, grass",
        "Author": "✓ #love, ✓ #dog, ✓ #puppy",
        "Word2Vec": "✓ dog, grass, ✓ puppy",
        "AutoRec": "✓ dog, ✓ love, ✓ puppy",
        "In both": "✓ dog, ✓ puppy",
        "Recommended": "✓ #dog, ✓ #puppy, ✓ #love",
    }
    abstract = [card for name, card in cards.items() if name.startswith("post-abstract")]
    assert len(abstract) == 3 and all("✓ #love" in card["Author"] and "#happy" in card["Author"] for card in abstract)
    assert len([name for name in cards if name.startswith("post-worst")]) == 10


def test_kinds_of_few_posts_are_counted_and_not_shown(few, read):
    """Six descriptive posts, four mixed; of the others no hashtag has the 20 uses that would tell it abstract."""
    found = read(page(few(18)))
    assert {name for name in found.ids if name.startswith("kind-")} == {"kind-descriptive", "kind-non-descriptive"}
    counts = {row[0]: row[1:] for row in found.tables["kinds"][1:]}
    assert {name: row[0] for name, row in counts.items()} == {
        "Descriptive": "6", "Mixed": "4", "Non-descriptive": "8", "Abstract": "0",
    }  # fmt: skip
    assert counts["Mixed"][2:] == counts["Abstract"][2:] == ["–", "–"] and "–" not in counts["Descriptive"]


def test_failures_by_hand(seen):
    clusters = {row[0]: row[1:] for row in seen.tables["clusters"][1:]}
    # Of the 80 posts of dogs all use one of the cluster, and all get a right one of it.
    assert {name: row[1:] for name, row in clusters.items()} == {
        "#puppy, #dog, #pup": ["80", "0", "#dog"],
        "#beach, #sea, #wave": ["80", "0", "#sea"],
    }
    # love is wrong for the 40 descriptive posts; dog in the 40 posts of dogs that are non-descriptive or abstract.
    assert seen.tables["most-wrong"][1:3] == [["#love", "40", "160", percent(0.25)], ["#dog", "40", "80", percent(0.5)]]
    assert ["#puppy", "20", "80", percent(0.25)] in seen.tables["most-wrong"]
    assert seen.tables["most-missed"][1:] == [
        ["#happy", "40", "40", percent(1)],
        ["#pup", "20", "20", percent(1)],
        ["#wave", "20", "20", percent(1)],
    ]
    assert seen.tables["synonyms-wrong"][1][:3] == ["#dog", "#puppy", "40"]
    assert sorted(row[:3] for row in seen.tables["synonyms-missed"][1:]) == [
        ["#pup", "#dog", "20"], ["#pup", "#puppy", "20"], ["#wave", "#beach", "20"], ["#wave", "#sea", "20"],
    ]  # fmt: skip


def test_settings_and_costs(seen):
    assert seen.tables["settings-data"][1:] == [["max_hashtags", "30", "1,000"], ["min_score", "0.5", ""]]
    assert seen.tables["settings-all"][1:] == [["seed", "0", ""], ["on", "true", ""]]
    assert "Not the mode’s own: data.max_hashtags=30." in seen.text
    assert seen.tables["seconds"][1:] == [["evaluating", "1.2"]] and seen.tables["versions"][1] == [
        "numpy",
        "2.0",
        "2.1",
    ]
    assert seen.tables["arrays"][1] == ["expert linear", "1.5"]
    assert "drew with seed 3, with baselines fitted on train.jsonl." in seen.text
    assert seen.tables["curve-word2vec-loss-numbers"][1:] == [["1", "3.0000"], ["2", "2.5000"]]
    assert "curve-another" in seen.ids and "curve-none" not in seen.ids


def test_a_completion(completion, read, about):
    found = read(page(completion, about))
    assert "it was given half of their hashtags, and the other half was sought" in found.text
    assert "table-cosine-description" not in found.ids and "kinds" not in found.ids and "published" not in found.ids
    assert len([name for name in found.tables if name.startswith("hist-")]) == 7
    assert found.captions["hist-given-numbers"] == "Hashtags of the author that are given"
    assert {row[0] for row in found.tables["post-completion-0"]} >= {"Given", "Author", "Recommended"}


def test_a_completion_by_a_network_that_reads_hashtags(completion_of_best, read):
    """Mode "best" has two networks, and the one that reads descriptions is given nothing here."""
    found = read(page(completion_of_best))
    (network,) = (row[1] for row in found.tables["post-completion-0"] if row[0] == "Completion network")
    assert len(network.split(", ")) == 3 and "love" in network and "AutoRec" not in found.text


def test_empty_answers(planted, read, about):
    """Nothing was recommended to anybody, and no default was left out."""
    old = planted.details
    trace = dict.fromkeys(("description", "word2vec", "autorec", "combined"), [])
    nothing = [Recommendation([], [], "rating", "autorec", trace) for _ in old.answers]
    details = old._replace(ranked=np.empty((160, 0), np.int32), hit=np.empty((160, 0), bool), answers=nothing)
    found = read(page(planted._replace(details=details, empty=160, defaulted=160), about))
    assert "No hashtag was left for 160 posts; a default stood in for an empty intersection for 160." in found.text
    assert dict(found.tables["post-worst-0"])["Default"] == "none"
    assert "most-wrong" not in found.ids and "synonyms-wrong" not in found.ids


AS = "as published: "


def test_the_recipe_is_cited_as_it_was_measured():
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "paper.json"
    if not path.exists():
        pytest.skip("no checkout: there are no benchmarks beside the tests")
    figures = json.loads(path.read_text())["figures"]
    assert {f"{table} {name}": value for table, row in RECIPE.items() for name, value in row.items()} == {
        name.removeprefix(AS): value
        for name, value in figures.items()
        if name.startswith((f"{AS}cosine_", f"{AS}jaccard_"))
    }
    assert figures["posts"] == RECIPE_POSTS


def test_one_post(few, read):
    """Every number is a number, and one is not many."""
    header = {"summary": {"posts": 1}, "history": {"word2vec_loss": [0.5]}}
    html = page(few(1), About(header=header, posts_read=1))
    text = read(html).text
    assert "trained on 1 post) was queried with 1 post of 1 read:" in text and "Of 1 post, 100.0" in text
    assert "1 post can say little" in text and "can say little" not in read(page(few(30))).text
    assert not re.search(r"\b1 (posts|epochs)\b|\bnan\b|\binf\b", html)


def test_of_several_systems_the_best_is_named_and_drawn_first(planted, read, about):
    """Three others, with an nDCG@10 of 0.1, 0.3 and 0.2, and an nDCG@5 of 0.1."""
    others = {"ease": 0.1, "ridge": 0.3, "network": 0.2}
    ranking = {
        name: {**planted.ranking["popularity"], "ndcg@5": 0.1, "ndcg@10": value} for name, value in others.items()
    }
    ours = {"instahash": planted.ranking["instahash"]}
    intervals = dict.fromkeys(others, planted.details.intervals["popularity"])
    details = planted.details._replace(
        intervals={"instahash": planted.details.intervals["instahash"], **intervals},
        ranking={"instahash": planted.details.ranking["instahash"]},
    )
    differences = dict.fromkeys(others, planted.differences["popularity"])
    html = page(planted._replace(ranking=ours | ranking, differences=differences, details=details), about)
    assert "same posts, ridge, has 0.100 and 0.300." in read(html).text
    drawn = html[html.index('<figure id="ndcg">') :].split("</svg>")[0]
    order = ["instahash", "ridge", "network (5.2)", "EASE"]
    assert re.findall(r">(instahash|EASE|ridge|network[^<]*)</text>", drawn) == order


def test_what_is_behind_the_first_ten_does_not_count(planted, seen, read, about):
    """An eleventh hashtag, right for everybody."""
    old = planted.details
    ranked = np.full((160, 11), -1, np.int32)
    ranked[:, :3], ranked[:, 10] = old.ranked, 7
    hit = np.zeros((160, 11), bool)
    hit[:, :3], hit[:, 10] = old.hit, True
    found = read(page(planted._replace(details=old._replace(ranked=ranked, hit=hit)), about))
    for name in ("hist-hits-numbers", "most-wrong", "most-missed", "synonyms-missed", "clusters"):
        assert found.tables[name] == seen.tables[name]


def test_a_function_word_makes_no_post_descriptive(planted, read, about):
    """Were dog called of, the 20 descriptive posts of dogs would not be descriptive."""
    old = planted.details.vocabulary
    vocabulary = Vocabulary(
        ["of" if word == "dog" else word for word in old.words], old.counts, old.hashtag_counts, old.spellings
    )
    found = read(page(planted._replace(details=planted.details._replace(vocabulary=vocabulary)), about))
    assert {row[0]: row[1] for row in found.tables["kinds"][1:]}["Descriptive"] == "20"
