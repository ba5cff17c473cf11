"""What posts of the training name, and a question does not, costs the question nothing: users and their features."""

import numpy as np
import pytest

from instahash import BestSettings, InstaHash
from instahash.data import Corpus, encode
from instahash.data.small import small_posts
from instahash.parameters import assign

QUICK = assign(
    BestSettings(),
    ["word2vec.dim=8", "softmax.n_hidden=8", "softmax.epochs=2", "completion.n_hidden=8", "completion.epochs=2"]
    + ["fusion.held_out=0.4"],
)
# Ten people of two countries; each has hashtags of their own in most posts, whatever the photo.
POSTS = [
    post._replace(
        hashtags=(*post.hashtags[:3], *(f"own{i % 10}x{k}" for k in range(4) if (i // 10 + k) % 4)),
        user=f"u{i % 10}",
        features=(f"country:{i % 2}",),
    )
    for i, post in enumerate(small_posts(500))
]
TRAIN, ASKED = POSTS[:440], POSTS[440:]
NAMED = {
    "nobody": lambda post: post._replace(user=None, features=()),
    "users": lambda post: post._replace(features=()),
    "features": lambda post: post._replace(user=None),
    "both": lambda post: post,
}


@pytest.fixture(scope="module")
def models():
    return {named: InstaHash(QUICK).fit([strip(post) for post in TRAIN]) for named, strip in NAMED.items()}


def asked(model, n_labels=None, chosen=False, keys=None):
    """The answers to the posts held out: of each the first labels, or all, and its first two hashtags where chosen."""
    data = encode(Corpus.from_posts(ASKED), model.vocabulary)
    description = data.description.copy()
    rank = np.arange(description.nnz) - np.repeat(description.indptr[:-1], np.diff(description.indptr))
    description.data[rank >= (99 if n_labels is None else n_labels)] = 0
    description.eliminate_zeros()
    picked = data.hashtags.copy()
    rank = np.arange(picked.nnz) - np.repeat(picked.indptr[:-1], np.diff(picked.indptr))
    picked.data[rank >= 2] = 0
    picked.eliminate_zeros()
    return model.recommend_matrix(description, 10, chosen=picked if chosen else None, keys=keys)


@pytest.mark.parametrize("named", ["users", "features", "both"])
@pytest.mark.parametrize("n_labels, chosen", [(0, False), (1, False), (None, False), (0, True), (None, True)])
def test_who_is_not_named_is_answered_as_if_nobody_ever_was(models, named, n_labels, chosen):
    """To the bit. So is a stranger."""
    expected = asked(models["nobody"], n_labels, chosen)
    assert asked(models[named], n_labels, chosen) == expected
    strangers = [("country:of nobody", "user:who never posted")] * len(ASKED)
    assert asked(models[named], n_labels, chosen, strangers) == expected
