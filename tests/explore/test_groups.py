"""Big, middle and niche hashtags, and a mix of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.explore.explain import Explainer
from instahash.explore.groups import GROUPS, mixed, places_of_groups


def test_groups_by_hand():
    # 24 uses: the first has a third of them, the next ones begin before two thirds.
    assert places_of_groups(np.array([8, 5, 3, 3, 2, 2, 1])).tolist() == [0, 1, 1, 1, 2, 2, 2]
    assert places_of_groups(np.array([1, 7, 6, 5, 4, 1])).tolist() == [2, 0, 0, 1, 2, 2]
    assert places_of_groups(np.array([2, 2, 2])).tolist() == [0, 0, 0]  # no more common than each other
    assert places_of_groups(np.array([], int)).tolist() == []


@given(st.lists(st.integers(1, 1000), min_size=1))
def test_what_is_used_more_is_never_smaller(counts):
    counts = np.array(counts)
    places = places_of_groups(counts)
    order = np.argsort(-counts, kind="stable")
    assert (np.diff(places[order]) >= 0).all() and places[order[0]] == 0
    for place in (1, 2):  # what is in a later group has at least so many thirds of all uses before it
        later = counts[places >= place]
        assert not len(later) or 3 * counts[counts > later.max()].sum() >= place * counts.sum()


def test_a_mix_keeps_the_order():
    hashtags = [{"word": str(i), "group": GROUPS[i % 3]} for i in range(9)]
    assert [hashtag["word"] for hashtag in mixed(hashtags, [2, 0, 1])] == ["0", "2", "3"]
    assert mixed(hashtags, [0, 0, 0]) == [] and len(mixed(hashtags, [60, 60, 60])) == 9


@pytest.mark.parametrize("mode", ["best", "paper"])
def test_an_answer_is_mixed_of_the_best_of_each_group(models, mode):
    explainer, vocabulary = Explainer(models[mode]), models[mode].vocabulary
    whole = explainer.explain(["dog"], top=len(vocabulary.hashtag_ids))["hashtags"]
    for hashtag in whole:
        assert hashtag["posts"] == vocabulary.hashtag_counts[vocabulary.index[hashtag["word"]]]
    assert explainer.explain(["dog"])["hashtags"] == whole[:10]
    answer = explainer.explain(["dog"], mix=[1, 2, 3])
    for group, wanted in zip(GROUPS, [1, 2, 3]):
        best = [h for h in whole if h["group"] == group][:wanted]
        assert [h for h in answer["hashtags"] if h["group"] == group] == best
    if mode == "best":
        final = {row["word"] for row in answer["experts"]["hashtags"] if row["final"]}
        assert final <= {h["word"] for h in answer["hashtags"]} and final


def test_a_hashtag_of_no_post_is_niche(models):
    assert Explainer(models["best"])._hashtag("goldenretriever2", 0.1) == {
        "word": "goldenretriever2", "spelled": "goldenretriever2", "score": 0.1, "posts": 0, "group": "niche"
    }  # fmt: skip
