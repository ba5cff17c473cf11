"""The pairs of bags beside the reference's, in any order."""

from itertools import combinations, product

from instahash.learn.compare import case, same, unchanged
from instahash.word2vec import reference


def check(answer):
    for bag in ([5, 2, 7], [3, 1], [4], [], [11, 2, 9, 30, 0, 7]):
        with case(f"bag = {bag}"):
            with unchanged(bag=bag):
                found = answer.bag_pairs(bag)
            places = range(len(bag))
            mistaken = {
                "half: each two words come once; the pair (5, 2) and the pair (2, 5) are both wanted": list(
                    combinations(bag, 2)
                ),
                "itself: a word is its own context here": list(product(bag, bag)),
                "places: these are the places of the words in the bag, not the words": reference.bag_pairs(places),
                "neighbours: only words next to each other are pairs here; a bag has no order": list(zip(bag, bag[1:])),
            }
            # A bag of fewer than two words has no pairs, whatever the mistake.
            mistaken = mistaken if len(bag) > 1 else {}
            same(found, set(reference.bag_pairs(bag)), "the list of pairs", mistaken=mistaken)
