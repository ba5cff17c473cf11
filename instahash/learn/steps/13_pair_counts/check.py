"""The counts of pairs beside those of the reference, post by post."""

import numpy as np
from scipy import sparse

from instahash.learn.compare import Wrong, case, same, unchanged
from instahash.word2vec import reference


def check(answer):
    with case("the example of the text"):
        look(answer, np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1]]))
    rng = np.random.default_rng(13)
    for n_posts, n_words in ((6, 4), (4, 6), (5, 5), (40, 10)):
        with case(f"{n_posts} posts, {n_words} words"):
            look(answer, rng.random((n_posts, n_words)) < 0.5)
    with case("2 posts, of which one is empty and one has one word"):
        look(answer, np.array([[0, 0, 0], [0, 1, 0]]))


def look(answer, posts):
    B = sparse.csr_array(posts.astype(float))
    with unchanged(B=B):
        found = answer.pair_counts(B)
    if found is None:
        raise Wrong("N is None: is a return missing, or is N what setdiag gave? That changes N, and returns nothing")
    bags = [np.flatnonzero(post).tolist() for post in posts]
    right = reference.cooccurrence(bags, [1.0] * len(bags), posts.shape[1])
    mistaken = {
        "diagonal: N[i, i] says how many posts have word i; it should be 0": right + np.diag(posts.sum(0)),
        "half: each two words are counted once, above the diagonal; N[j, i] should be N[i, j]": np.triu(right),
        "it says whether two words met, not how often": np.minimum(right, 1),
        "factor: each pair is counted twice": 2 * right,
        "axis: it says how many words two posts share; the sum should go over the posts": (B @ B.T).toarray(),
    }
    same(found, sparse.csr_array(right), "N", mistaken={text: sparse.csr_array(N) for text, N in mistaken.items()})
