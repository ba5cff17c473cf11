"""Posts that were numbered in parts are those that were numbered at once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from instahash.data import Corpus, Post, encode, fit_dataset, together

WORDS = ["sea", "sky", "dog", "cat", "blue sky", "zeppelin", "yak"]
labels = st.lists(st.tuples(st.sampled_from(WORDS), st.floats(0, 1, width=16)), max_size=4).map(tuple)
drawn = st.tuples(labels, st.booleans(), st.booleans())
VOCABULARY = fit_dataset(Corpus.from_posts([Post("1", ("sea", "sky"), (("dog", 0.9), ("sea", 0.8)))])).vocabulary


@given(st.lists(drawn, min_size=1, max_size=8), st.integers(0, 8))
def test_parts_are_the_whole(drawn, n):
    posts = [
        Post(str(i), ("sea",), labels, f"p{i % 2}", "2024-05-01" if timed else None,
             photo_features=np.full(3, i, np.float16) if seen else None)
        for i, (labels, timed, seen) in enumerate(drawn)
    ]  # fmt: skip
    whole, *parts = (encode(Corpus.from_posts(own), VOCABULARY) for own in (posts, posts[:n], posts[n:]))
    found = together(parts)
    for name in ("hashtags", "description", "bags"):
        np.testing.assert_array_equal(getattr(found, name).toarray(), getattr(whole, name).toarray())
    for name in ("known", "unknown"):
        np.testing.assert_array_equal(getattr(found.echoes, name).toarray(), getattr(whole.echoes, name).toarray())
    assert found.echoes.unknown_words == whole.echoes.unknown_words
    assert (found.ids, found.keys) == (whole.ids, whole.keys)
    for name in ("times", "photo_features"):
        ours, theirs = getattr(found, name), getattr(whole, name)
        assert (ours is None) == (theirs is None)
        if theirs is not None:
            np.testing.assert_array_equal(ours, theirs)
