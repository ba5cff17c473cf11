"""Recommendations beside those of `instahash.recommend`."""

import numpy as np

from instahash.learn.compare import Wrong, case, same, unchanged
from instahash.recommend.paper import combine


def check(answer):
    outputs, is_hashtag = np.array([0.2, 0.9, -0.1, -0.6, 0.7, 0.4, -0.9]), np.array([1, 1, 1, 1, 0, 1, 0]) > 0
    for near, lower, of_words in (
        ([4, 0, 5, 2], 0, is_hashtag),
        ([4, 0, 5, 2], 1, is_hashtag),
        ([4, 3], 0, is_hashtag),
        ([1, 0], 0, np.zeros(7, bool)),
    ):
        shown = f"near = {near}, outputs = {np.round(outputs - lower, 1).tolist()}, hashtags {np.flatnonzero(of_words)}"
        with case(shown):
            look(answer, near, outputs - lower, of_words)
    with case("near = [3, 1] and an output of exactly 0 for word 3"):
        look(answer, [3, 1], np.array([0.3, -0.5, 0.7, 0.0, 0.2, 0.9, 0.8]), np.ones(7, bool))
    rng = np.random.default_rng(29)
    for n, mean in enumerate((0.0, 0.0, -0.5, -3.0, -3.0)):
        near = rng.permutation(60)[:20].tolist()
        with case(f"60 words, draw {n}"):
            look(answer, near, rng.normal(mean, 1, 60), rng.random(60) < 0.6)


def look(answer, near, outputs, is_hashtag):
    with unchanged(near=near, outputs=outputs, is_hashtag=is_hashtag):
        found = answer.recommend(near, outputs, is_hashtag)
    if not isinstance(found, (list, tuple, np.ndarray)):
        raise Wrong(f"a list of word numbers is wanted, not {str(found)[:40]}")
    nearest = np.array([near])
    wanted = combine(nearest, np.zeros(nearest.shape), outputs[None], is_hashtag).hashtags[0].tolist()
    mistaken = {
        sentence: [int(word) for word in words if is_hashtag[word]]
        for sentence, words in other_rules(near, outputs, is_hashtag).items()
    }
    both = [word for word in near if outputs[word] > 0] or np.argsort(-outputs)[:5].tolist()
    mistaken["missing term: words that are no hashtags are among them; rule 3 leaves them out"] = both
    same(np.asarray(found).tolist(), wanted, "the recommendation", mistaken=mistaken)


def other_rules(near, outputs, is_hashtag):
    """What other rules would have given, before only hashtags are kept."""
    falling = np.argsort(-outputs).tolist()
    positive = [word for word in falling if outputs[word] > 0]
    both = [word for word in positive if word in near]
    not_below = [word for word in near if outputs[word] >= 0]
    zero = {"an output of exactly 0 is not above 0": not_below} if len(not_below) > len(both) else {}
    if not both:
        return zero | {
            "missing term: rule 2 is not there; without a word in both the five highest outputs stand in": [],
            "order: rule 2 takes the five lowest outputs": falling[:-6:-1],
            "order: the five highest outputs are there, but the lowest of them first": falling[4::-1],
            "rule 2 takes the first five of `near`; it goes by the outputs of all words": near[:5],
            "rule 2 takes five hashtags; it takes five words, and rule 3 leaves the hashtags of these": [
                word for word in falling if is_hashtag[word]
            ][:5],
        }
    if not any(is_hashtag[both]):
        return {"rule 2 is for no word in both; here there are some, no hashtags, so the answer is empty": falling[:5]}
    return zero | {
        "order: it is AutoRec's, by outputs; both go in the order of `near`": both,
        "it is the union: words that only one of the two models names are there": dict.fromkeys(near + positive),
        "the outputs play no part: all of `near` is there": near,
        "`near` plays no part: all words with an output above 0 are there": positive,
    }
