"""A stand-in for a model is evaluated: what it is given, how its lists are cut and compared, how that is printed."""

import json
import re
import sys
from dataclasses import replace
from math import log2
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.data import Corpus, Label, Post, Vocabulary
from instahash.errors import DataError
from instahash.evaluation import evaluate, format_example, format_tables, left_out
from instahash.recommend import Recommendation

# Twelve hashtags, each used by half, a quarter or an eighth of 16 posts, and two words that are description alone.
WORDS = [*"abcdefghijk", "newyork", "x", "y"]
VOCABULARY = Vocabulary(WORDS, [16] * 14, [8] * 2 + [4] * 2 + [2] * 8 + [0] * 2)
# Directions in the plane: "a" and "c" are at right angles, "b" is opposite to "a", "x" is beside "a"; others have none.
VECTORS = np.zeros((14, 2))
VECTORS[[0, 1, 2, 12]] = [[2, 0], [-1, 0], [0, 3], [1, 0]]
TABLES = ["cosine_ground_truth", "cosine_description", "jaccard_ground_truth", "jaccard_description"]


class StandIn:
    """Answers each query with what a function makes of the words given: a list of hashtags as people write them.

    others : dict of system -> the same for a function that returns words of the vocabulary.
    """

    vocabulary = VOCABULARY
    settings = SimpleNamespace(data=SimpleNamespace(min_score=0.5))

    def __init__(self, ours, **others):
        self.ours, self.others, self.queried, self.traced = ours, others, [], []
        self.summary = {"posts": 16}

    def word_vectors(self):
        return SimpleNamespace(vectors=VECTORS)

    def given(self, description, chosen):
        self.queried.append((description, chosen))
        for matrix in (description, chosen if chosen is not None else description):
            assert matrix.shape == (description.shape[0], 14)
        for row in range(description.shape[0]):
            yield [WORDS[i] for m in (description, chosen) if m is not None for i in m[[row]].indices]

    def recommend_matrix(self, description, *, chosen, keys, trace, echoes=None):
        self.traced.append(trace)
        return [self.answer(given, list(self.ours(given)), trace) for given in self.given(description, chosen)]

    def answer(self, given, hashtags, trace):
        sets = {"description": given, "word2vec": ["a"], "autorec": ["b"], "combined": hashtags}
        source = "intersection" if hashtags else "autorec"
        return Recommendation(hashtags, [1.0] * len(hashtags), "cosine", source, sets if trace else None)

    def rankings(self, description, top, chosen=None):
        ranked = {}
        for system, other in self.others.items():
            lists = [[WORDS.index(word) for word in other(given)][:top] for given in self.given(description, chosen)]
            width = max(map(len, lists))
            ranked[system] = np.array([ids + [-1] * (width - len(ids)) for ids in lists], np.int32)
        return ranked


def posts(*pairs):
    return Corpus.from_posts(
        [
            Post(f"post {i}", tuple(tags), tuple(Label(word, 0.6) for word in seen))
            for i, (tags, seen) in enumerate(pairs)
        ]
    )


TWO = posts(("ab", "x"), ("c", "y"))


def two_posts():
    """instahash says a and c of the first post and nothing of the second; the other b, a, d, and c."""
    model = StandIn(
        lambda given: ["A", "c"] if given == ["x"] else [], other=lambda given: "bad" if given == ["x"] else "c"
    )
    return evaluate(model, TWO)


def test_the_paper_tables_are_of_lists_of_one_length_by_hand():
    """Against {a, b}: {a, c} for instahash, {b, a} of the other's three; against {c}: nothing, for both."""
    found = two_posts()
    assert found.posts == 2 and found.empty == 1 and found.defaulted == 1 and found.protocol == "description"
    np.testing.assert_allclose(found.similarities["instahash"]["jaccard_ground_truth"], [1 / 3, 0])
    np.testing.assert_allclose(found.similarities["other"]["jaccard_ground_truth"], [1, 0])
    assert found.similarities["other"]["jaccard_description"].tolist() == [0, 0]
    # a + c is (1, 1), a + b is 0 and x is (1, 0).
    np.testing.assert_allclose(found.similarities["instahash"]["cosine_description"], [np.sqrt(0.5), np.nan])
    for name in ("cosine_ground_truth", "cosine_description"):
        assert np.isnan(found.similarities["other"][name]).all()
    assert found.values is found.similarities["instahash"] and list(found.values) == TABLES
    assert sum(found.histograms["jaccard_ground_truth"]["counts"]) == 2


def test_ranking_looks_at_whole_lists_by_hand():
    found, first = two_posts(), 1 / (1 + 1 / log2(3))
    assert found.ranking["instahash"]["ndcg@10"] == pytest.approx(first / 2)
    assert found.ranking["other"]["ndcg@10"] == 1
    apart = found.differences["other"]["ndcg@10"]
    assert list(found.differences) == ["other"] and set(found.differences["other"]) == set(found.ranking["other"])
    expected = {"difference": first / 2 - 1, "low": -1, "high": first - 1, "relative": first / 2 - 1}
    assert apart == pytest.approx(expected)  # of two posts, the interval is from the one's difference to the other's


def test_lists_by_hand():
    """a and b are used by half of the 16 posts, c by a quarter: 1, 1 and 2 bits. Two of twelve hashtags each."""
    found = two_posts().lists
    assert found["instahash"] == pytest.approx({"novelty": 1.5, "coverage": 1 / 6, "intra_list_similarity": 0})
    assert found["other"] == pytest.approx({"novelty": 1, "coverage": 1 / 6, "intra_list_similarity": -1})


def test_an_answer_longer_than_ten_is_compared_at_its_length():
    twelve = WORDS[:12]
    found = evaluate(StandIn(lambda given: twelve, other=lambda given: twelve[::-1]), posts(("ab", "x")))
    assert found.lists["instahash"]["coverage"] == found.lists["other"]["coverage"] == 1
    assert found.similarities["other"]["jaccard_ground_truth"].tolist() == [2 / 12]
    assert found.ranking["other"]["recall@10"] == 0 and found.ranking["instahash"]["recall@10"] == 1


def test_hashtags_as_people_write_them():
    """Each counts once, and what is not one word of the vocabulary leaves its place to the next."""
    found = evaluate(
        StandIn(lambda given: ["b", "B", "zeppelin", "a b", "#NewYork"]), posts((["new york", "newyork"], "x"))
    )
    assert found.ranking["instahash"]["ndcg@10"] == pytest.approx(1 / log2(3))
    assert found.similarities["instahash"]["jaccard_ground_truth"].tolist() == [1 / 2]


def test_completion_gives_half_of_the_hashtags_and_nothing_else():
    """One system names the hashtags that are missing, the other those given."""
    corpus = posts(("abcd", "x"), ("efg", ""), ("h", "x"), (["newyork", "a"], "y"))
    everything = {"a": "abcd", "b": "abcd", "c": "abcd", "d": "abcd", "e": "efg", "f": "efg", "g": "efg"}

    def missing(given):
        whole = everything.get(given[0], ["a", "newyork"]) if given != ["a"] else ["newyork"]
        return [word for word in whole if word not in given]

    model = StandIn(missing, given=lambda given: given)
    result = evaluate(model, corpus, "completion", n_examples=9, seed=3)
    assert result.posts == 3 and result.protocol == "completion"
    assert all(not description.nnz and chosen.nnz == 2 + 1 + 1 for description, chosen in model.queried)
    assert result.ranking["instahash"]["ndcg@10"] == 1 and result.ranking["given"]["ndcg@10"] == 0
    assert result.differences["given"]["ndcg@10"] == {"difference": 1, "low": 1, "high": 1, "relative": None}
    for tables in result.to_json()["tables_by_system"].values():
        assert list(tables) == ["cosine_ground_truth", "jaccard_ground_truth"]
    halves = [(set(example["given"]), set(example["author"])) for example in result.examples]
    assert [given | sought for given, sought in halves] == [set("abcd"), set("efg"), {"a", "newyork"}]
    assert [len(given) for given, _ in halves] == [2, 1, 1]
    drawn = {
        str([example["given"] for example in evaluate(model, corpus, "completion", 9, seed).examples])
        for seed in range(9)
    }
    assert len(drawn) > 1
    assert evaluate(model, corpus, "completion", 9, 3).examples == result.examples


def test_a_model_is_given_the_description_alone():
    model = StandIn(lambda given: "a", other=lambda given: "b")
    evaluate(model, posts(("abcd", "xy")))
    assert all(description.nnz == 2 and chosen is None for description, chosen in model.queried)


def test_a_model_is_told_whose_posts_they_are():
    """Those without a known label, which come last, too; and nothing where no post names a user."""

    class Told(StandIn):
        def recommend_matrix(self, description, *, chosen, keys, trace, echoes=None):
            told.append(keys)
            return super().recommend_matrix(description, chosen=chosen, keys=keys, trace=trace, echoes=echoes)

    model, told = Told(lambda given: "a", other=lambda given: "b"), []
    corpus = posts(("a", ""), ("a", "x"), ("a", "y"))
    evaluate(model, corpus)
    evaluate(model, replace(corpus, users=["eve", None, "ann"]))
    assert told == [None, None, [(), ("user:ann",)], [("user:eve",)]]


def test_a_model_is_told_each_label_as_one_hashtag(monkeypatch):
    """Those that it does not know and those below min_score too, a block at a time; and no label in a completion."""
    monkeypatch.setattr(sys.modules["instahash.evaluation.evaluate"], "POSTS_AT_ONCE", 1)

    class Told(StandIn):
        def recommend_matrix(self, description, *, chosen, keys, trace, echoes=None):
            told.append(echoes and (echoes.known.toarray().nonzero()[1].tolist(), echoes.unknown.toarray().tolist()))
            return super().recommend_matrix(description, chosen=chosen, keys=keys, trace=trace, echoes=echoes)

    model, told = Told(lambda given: "a", other=lambda given: "b"), []
    labelled = [("x",), ("x", "golden retriever", "y")]
    corpus = Corpus.from_posts(
        Post(str(i), ("a", "b"), tuple(Label(text, 0.75 if text != "y" else 0.25) for text in own))
        for i, own in enumerate(labelled)
    )
    evaluate(model, corpus)
    x, y = WORDS.index("x"), WORDS.index("y")
    assert told == [([x], [[0.0]]), (sorted([x, y]), [[0.75]])]
    told.clear()
    evaluate(model, corpus, "completion")
    assert told == [None, None]


def test_traces_are_made_where_they_are_needed(monkeypatch):
    monkeypatch.setattr(sys.modules["instahash.evaluation.evaluate"], "POSTS_AT_ONCE", 2)
    corpus = posts(*[("ab", "x")] * 8)
    for n_examples, details, traced in [
        (0, False, [False] * 4),
        (2, False, [True, False, False, True]),
        (0, True, [True] * 4),
    ]:
        model = StandIn(lambda given: "a", other=lambda given: "b")
        found = evaluate(model, corpus, n_examples=n_examples, details=details)
        assert model.traced == traced
        assert all(example["trace"]["description"] == ["x"] for example in found.examples)


@pytest.mark.parametrize("source", ["most_used", "general"])
def test_posts_of_which_nothing_is_known_are_counted(source):
    class Unknowing(StandIn):
        def answer(self, given, hashtags, trace):
            return replace(super().answer(given, hashtags, trace), source=source if given == ["y"] else "experts")

    result = evaluate(Unknowing(lambda given: "a", other=lambda given: "b"), TWO)
    assert (result.most_used, result.defaulted, result.empty) == (1, 0, 0)
    assert result.to_json()["most_used"] == 1


@pytest.mark.parametrize("protocol", ["description", "completion"])
def test_the_size_of_a_block_changes_nothing(monkeypatch, protocol):
    rng = np.random.default_rng(1)
    corpus = posts(
        *((rng.choice(WORDS[:12], rng.integers(1, 7), replace=False), rng.choice(["x", "y"], 1)) for _ in range(23))
    )
    place = {word: i for i, word in enumerate(WORDS)}
    # Lists of several lengths, with nothing for about a third of the posts.
    model = StandIn(
        lambda given: WORDS[place[given[0]] % 3 : 12 : 2][: 6 * (place[given[-1]] % 3)],
        one=lambda given: "abcdefghijk",
        two=lambda given: WORDS[place[given[0]] % 5 : 9],
    )
    whole = evaluate(model, corpus, protocol, 5)
    assert whole.posts > whole.empty > 0
    monkeypatch.setattr(sys.modules["instahash.evaluation.evaluate"], "POSTS_AT_ONCE", 4)
    model.queried.clear()
    parts = evaluate(model, corpus, protocol, 5)
    assert max(description.shape[0] for description, _ in model.queried) == 4
    assert parts.to_json() == whole.to_json() and parts.examples == whole.examples and len(whole.examples) == 5


def twice(values):
    """The same of five and of ten, as of lists of fewer hashtags."""
    return {f"{name}@{k}": value for k in (5, 10) for name, value in values.items()}


def test_bands_of_an_evaluation():
    """Of 40 uses a and b have 16, and c and d four each; eight others with two each are the tail."""
    model = StandIn(lambda given: "ac" if given == ["x"] else "", other=lambda given: "bad" if given == ["x"] else "ck")
    bands = evaluate(model, TWO).bands
    assert [(row["hashtags"], row["wanted"]) for row in bands.values()] == [(4, 3), (0, 0), (8, 0)]
    assert bands["head"]["systems"] == {
        "instahash": twice({"recall": 1 / 3, "share": 1, "precision": 1 / 2}),
        "other": twice({"recall": 1, "share": 4 / 5, "precision": 3 / 4}),
    }
    assert bands["tail"]["systems"]["other"] == twice({"recall": None, "share": 1 / 5, "precision": 0})


def test_the_text_of_the_bands():
    model = StandIn(lambda given: "ac", popularity=lambda given: "ab", other=lambda given: "b")
    lines = format_tables(evaluate(model, TWO).to_json()).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("by how often"))
    assert [line.split() for line in lines[start : start + 3]] == [
        "by how often hashtags were used recall@5 share@5 precision@5 recall@10 share@10 precision@10".split(),
        "head, instahash 0.6667 1.0000 0.5000 0.6667 1.0000 0.5000".split(),
        "head, popularity 0.6667 1.0000 0.5000 0.6667 1.0000 0.5000".split(),
    ]
    assert lines[start + 6].split() == "tail, popularity - 0.0000 - - 0.0000 -".split()
    assert max(map(len, lines)) <= 120
    assert lines[start + 7] == "head: the most used, which make up half of all uses, 4 hashtags, 3 wanted"


def test_the_json_that_others_rely_on():
    value = two_posts().to_json()
    assert list(value) == ["posts", "tables", "ranking", "empty", "defaulted"] + [
        "most_used", "protocol", "tables_by_system", "differences", "lists", "everybody", "counts", "bands",
    ]  # fmt: skip
    assert list(value["tables"]) == TABLES and value["tables"] == value["tables_by_system"]["instahash"]
    assert set(value["tables_by_system"]) == set(value["lists"]) == set(value["ranking"]) == {"instahash", "other"}
    assert json.loads(json.dumps(value, allow_nan=False)) == value


def test_the_text_has_every_system_in_every_table():
    result = two_posts()
    lines = format_tables(result.to_json()).splitlines()
    assert lines[:2] == ["2 posts, given their labels", "no hashtag left for 1, nothing known of 0"]
    assert max(map(len, lines)) <= 120
    # Two rankings in two halves, four of the paper's tables and the lists; the differences name the other system alone.
    assert (
        sum(line.startswith("instahash ") for line in lines) == 9
        and sum(line.startswith("other ") for line in lines) == 11
    )
    numbers = {line[:33].strip(): line[33:].split() for line in lines}
    assert numbers["cosine to the description"][-1] == "<0.0" and numbers["Jaccard to the description"][-1] == "<0.3"
    assert numbers["ranking, first five"] == ["precision@1", "precision@5", "recall@5", "accuracy@5", "ndcg@5"]
    assert numbers["everybody: 2 posts, first ten"] == ["recall@10", "accuracy@10", "ndcg@10", "map@10"]
    for title in ("nDCG@5 of instahash less that of", "nDCG@10 of instahash less that of"):
        assert numbers[title] == ["difference", "low", "high", "relative"]
        after = lines[[line[:33].strip() for line in lines].index(title) + 1]
        assert after.split() == ["other", "-0.6934", "-1.0000", "-0.3869", "-69.3%"]
    assert "Jaccard to the author's hashtags" in numbers and "cosine to the description" in numbers


def test_the_text_of_a_completion():
    result = evaluate(StandIn(lambda given: "c", other=lambda given: given), posts(("ab", "x")), "completion")
    text = format_tables(result.to_json())
    assert text.startswith("1 post, given half of their hashtags\n") and "description" not in text
    assert [line.split()[-1] for line in text.splitlines() if line.startswith("other ")][4] == "-"  # 0 has no share
    example = dict(line.split(None, 1) for line in format_example(result.examples[0]).splitlines())
    assert {example["given"], example["author"]} == {"a", "b"}
    assert "intersection" in example  # of mode "paper", from which this trace is
    assert "given" not in format_example(two_posts().examples[0])


# No hashtag; hashtags of which none is known; no label; an unknown label; both known, and an unknown hashtag.
KINDS = posts(("", "x"), (["zeppelin"], "x"), ("a", ""), (["b", "zeppelin"], ["zeppelin"]), (["c", "zeppelin"], "x"))


def kinds(protocol="description"):
    """Of x instahash says c, and the other b and c; of nothing it says a, and the other b."""
    model = StandIn(lambda given: "c" if given else "a", other=lambda given: "bc" if given else "b")
    return evaluate(model, KINDS, protocol), model


def test_everybody_by_hand():
    """Of four posts with 1, 1, 2 and 2 hashtags, the first can only be missed; two are answered as nothing is known."""
    result, model = kinds()
    assert result.posts == 1 and result.ranking["instahash"]["recall@10"] == 1
    assert result.counts == {
        "read": 5, "without_hashtags": 1, "unknown_hashtags": 1,
        "without_labels": 1, "unknown_labels": 1, "evaluated": 1,
    }  # fmt: skip
    ours, other = (result.everybody["ranking"][system] for system in ("instahash", "other"))
    ideal, second = 1 + 1 / log2(3), 1 / log2(3)
    assert result.everybody["posts"] == 4
    # Right in the first place: c of {c, zeppelin} and a of {a}; b of {b, zeppelin} is not said.
    assert ours == pytest.approx(
        {
            "precision@1": 2 / 4, "precision@5": 2 / 5 / 4, "recall@5": 1.5 / 4, "accuracy@5": 2 / 4,
            "ndcg@5": (1 / ideal + 1) / 4, "recall@10": 1.5 / 4, "accuracy@10": 2 / 4,
            "ndcg@10": (1 / ideal + 1) / 4, "map@10": 1.5 / 4,
        }
    )  # fmt: skip
    # c is in the second place, b in the first.
    assert other["precision@1"] == 1 / 4 and other["recall@10"] == 1 / 4
    assert other["ndcg@10"] == pytest.approx((second / ideal + 1 / ideal) / 4)
    # Nobody is asked about what cannot be hit, and no trace is made of what is not shown.
    assert sum(description.shape[0] for description, _ in model.queried) == 2 * (1 + 2)
    assert (result.empty, result.defaulted, len(result.examples), model.traced) == (0, 0, 1, [True, False])


def test_everybody_of_a_completion_by_hand():
    """Of the three posts with two hashtags, two have a known one to be found, and none that could be given."""
    corpus = posts(*[(["b", "zeppelin"], "x"), (["a", "zeppelin"], ""), ("c", "x"), ("cd", "")])
    model = StandIn(lambda given: "cd" if given else "a", other=lambda given: "b")
    result = evaluate(model, corpus, "completion")
    assert result.counts == {"read": 4, "without_hashtags": 1, "unknown_hashtags": 2, "evaluated": 1}
    assert result.everybody["posts"] == 3
    assert result.everybody["ranking"]["instahash"]["recall@10"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert result.everybody["ranking"]["other"]["recall@10"] == pytest.approx(0.5 / 3)


words_of_posts = st.tuples(st.sets(st.sampled_from([*"abcdz", "zeppelin"])), st.sets(st.sampled_from("xyq")))


@given(st.lists(words_of_posts))
def test_everybody_laws(drawn):
    """What is evaluated is a part of everybody, and has at least its hits, of no fewer hashtags."""
    corpus = posts(("a", "x"), *(tuple(map(sorted, post)) for post in drawn))
    result = evaluate(StandIn(lambda given: "abc" if given else "", other=lambda given: "abcd"), corpus)
    n, ours, evaluated = result.everybody["posts"], result.everybody["ranking"], result.ranking
    lacking = {name: count for name, count in result.counts.items() if name not in ("read", "evaluated")}
    assert result.counts["evaluated"] == result.posts <= n == len(corpus) - lacking["without_hashtags"]
    assert max(lacking.values()) <= len(corpus) - result.posts <= sum(lacking.values())
    for measure, value in ours["instahash"].items():
        part = evaluated["instahash"][measure] * result.posts / n
        assert value <= part + 1e-9  # nothing is said of the others
        if measure.startswith(("precision", "accuracy")):
            assert value == pytest.approx(part)  # where sizes do not matter
            assert ours["other"][measure] >= evaluated["other"][measure] * result.posts / n - 1e-9
    if n == result.posts and not any("z" in word for tags, _ in drawn for word in tags):
        assert ours == {system: pytest.approx(measures) for system, measures in evaluated.items()}


def test_a_network_that_reads_nothing_of_some_posts(monkeypatch):
    """Where it reads nothing of a whole block, before or after, it counts with what is popular."""

    class Network(StandIn):
        def rankings(self, description, top, chosen=None):
            ranked = super().rankings(description, top, chosen)
            return ranked if 13 in description.indices else {"popularity": ranked["popularity"]}

    monkeypatch.setattr(sys.modules["instahash.evaluation.evaluate"], "POSTS_AT_ONCE", 1)
    popularity = {"popularity": lambda given: "d" if given == ["a", "x"] else "b"}
    model = Network(lambda given: "a", **popularity, network=lambda given: "c")
    result = evaluate(model, posts(("d", "ax"), ("c", "y"), ("b", "x"), ("b", "")))
    assert {system: row["recall@10"] for system, row in result.ranking.items()} == {
        "instahash": 0, "popularity": pytest.approx(2 / 3), "network": 1,
    }  # fmt: skip
    everybody = {system: row["recall@10"] for system, row in result.everybody["ranking"].items()}
    assert everybody == {"instahash": 0, "popularity": 3 / 4, "network": 1}
    recall = {system: row["recall@10"] for system, row in result.bands["head"]["systems"].items()}
    assert recall == {"instahash": 0, "popularity": pytest.approx(2 / 3), "network": 1}
    assert result.lists["network"]["coverage"] == 3 / 12 and result.lists["popularity"]["coverage"] == 2 / 12


def test_the_text_of_everybody():
    lines = format_tables(kinds()[0].to_json()).splitlines()
    assert lines[3:9] == [
        "        5 read",
        "        1 without a hashtag",
        "        1 with hashtags of which the model knows none",
        "        1 without a label whose score is min_score or more",
        "        1 with such labels of which it knows none",
        "        1 with a hashtag and a label that it knows: those evaluated",
    ]
    start = next(i for i, line in enumerate(lines) if line.startswith("everybody: 4 posts, first five "))
    assert lines[start + 1].split() == "instahash 0.5000 0.1000 0.3750 0.5000 0.4033".split()
    assert lines[start + 4].startswith("everybody: 4 posts, first ten ")
    assert lines[start + 5].split() == "instahash 0.3750 0.5000 0.4033 0.3750".split()
    assert lines[start + 6].startswith("other ") and lines[start + 7].startswith("with a hashtag, known or not: all")
    assert max(map(len, lines)) <= 120


def test_it_is_said_where_fewer_than_nine_in_ten_are_evaluated():
    ndcg = (1 / (1 + 1 / log2(3)) + 1) / 4
    said = f"only 1 of 4 posts with a hashtag are evaluated; their nDCG@10 is 1.000, that of everybody {ndcg:.3f}"
    assert left_out(kinds()[0].to_json()) == said
    model = StandIn(lambda given: "a", other=lambda given: "b")
    few, most = (evaluate(model, posts(*[("a", "x")] * n, ("a", ""))).to_json() for n in (8, 9))
    assert left_out(few).startswith("only 8 of 9 posts") and left_out(most) == ""
    completion = evaluate(model, posts(("ab", ""), (["a", "zeppelin"], "x")), "completion")
    assert left_out(completion.to_json()).startswith("only 1 of 2 posts with two hashtags are evaluated")


@pytest.mark.parametrize(
    "networks, name, words",
    [
        ({"softmax": ["a", "b"], "completion": ["c"]}, "Softmax network", "a, b"),
        ({"completion": ["c", "a"]}, "Completion network", "c, a"),
        ({}, "Softmax network", "(none)"),  # where nothing that they read is known
    ],
)
def test_the_text_of_an_example_has_the_network_that_answered(networks, name, words):
    trace = {"description": ["x"], "word2vec": ["a", "e"], **networks}
    example = {"id": "i", "author": ["a"], "hashtags": ["a"], "source": "experts", "trace": trace}
    text = dict(re.split("  +", line, maxsplit=1) for line in format_example(example).splitlines())
    assert (text["Word2Vec"], text[name]) == ("a, e", words)
    assert not {"intersection", "default"} & text.keys()  # steps of mode "paper"


def test_where_no_post_is_left():
    model = StandIn(lambda given: "a")
    with pytest.raises(DataError, match="no post has two hashtags that the model knows"):
        evaluate(model, posts(("a", "x")), "completion")
    with pytest.raises(DataError, match="the protocol is 'guess'"):
        evaluate(model, TWO, "guess")
