"""The pairs of bags beside the reference's, in any order."""

from itertools import combinations, product

import numpy as np

from instahash.learn.compare import Wrong, case, same, unchanged
from instahash.word2vec.reference import bag_pairs


def check(answer):
    for bag in ([5, 2, 7], [3, 1], [4], [], [11, 2, 9, 30, 0, 7]):
        with case(f"bag = {bag}"):
            look(answer, bag)


def look(answer, bag):
    with unchanged(bag=bag):
        found = answer.bag_pairs(bag)
    if isinstance(found, (list, tuple, set)):
        if inner := next((pair for pair in found if isinstance(pair, (list, set, np.ndarray))), None):
            raise Wrong(f"tuples are wanted, {tuple(inner)}; these are {type(inner).__name__}s")
        found = sorted(found, key=repr)
    elif found is not None and found is not ...:
        raise Wrong(f"a list of tuples (centre, context) is wanted, not one {type(found).__name__}")
    mistaken = {
        "half: each two words come once; as pairs they are two, in both orders": combinations(bag, 2),
        "half: the centre is always the smaller number; both orders are wanted": combinations(sorted(bag), 2),
        "itself: a word is its own context here": product(bag, bag),
        "places: these are the places of the words in the bag, not the words": bag_pairs(range(len(bag))),
        "neighbours: only words next to each other are pairs here; a bag has no order": zip(bag, bag[1:]),
        "sum: each pair is there twice": bag_pairs(bag) * 2,
    }
    lists = {sentence: sorted(pairs, key=repr) for sentence, pairs in mistaken.items()}
    same(found, sorted(bag_pairs(bag), key=repr), "the list of pairs", mistaken=lists)
