"""The nearest words beside those of cosines that are computed one by one."""

import numpy as np

from instahash.learn.compare import Wrong, case, same, unchanged


def check(answer):
    vectors = np.array([[4.0, 3.0], [-3.0, 4.0], [0.4, 0.3], [3.0, 4.0], [7.0, 0.0]])
    for i, top in ((0, 2), (0, 4), (2, 1)):
        with case(f"the example of the text, i = {i}, top = {top}"):
            look(answer, vectors, i, top)
    rng = np.random.default_rng(15)
    for n_words, dim, top in ((6, 3, 2), (3, 5, 2), (30, 4, 10)):
        vectors = rng.normal(size=(n_words, dim)) * rng.uniform(0.1, 10, (n_words, 1))
        with case(f"{n_words} words, vectors of {dim} numbers, top = {top}"):
            look(answer, vectors, int(rng.integers(n_words)), top)


def look(answer, vectors, i, top):
    with unchanged(vectors=vectors):
        found = answer.nearest(vectors, i, top)
    cosine = np.array([v @ vectors[i] / np.sqrt((v @ v) * (vectors[i] @ vectors[i])) for v in vectors])
    product = vectors @ vectors[i]
    distance = np.linalg.norm(vectors - vectors[i], axis=1)
    right = best(cosine, i)[:top]
    if isinstance(found, (list, np.ndarray)) and any(isinstance(j, (int, np.integer)) and j == i for j in found):
        raise Wrong(itself(np.asarray(found), cosine, i))
    mistaken = {
        "lengths: the products are sorted; long vectors win whatever their direction": best(product, i)[:top],
        "lengths: the distances are sorted; the cosine looks at the direction alone": best(-distance, i)[:top],
        "order: these are the words with the lowest cosines": best(-cosine, i)[:top],
        "order: the right words, but the highest cosine should come first": right[::-1],
        "places: with word i taken out, those of the words behind it are one too low": right - (right > i),
        "these are the cosines; the numbers of the words are wanted": cosine[right],
        "these are the cosines with their sign turned; the numbers of the words are wanted": -cosine[right],
    }
    arrays = {sentence: np.array(answer) for sentence, answer in mistaken.items()}
    same(found, right, "the answer", mistaken=arrays)


def itself(found, cosine, i):
    """Why word i is in the answer."""
    text = f"itself: word i = {i} is in the answer {found.tolist()}; "
    if np.array_equal(found, np.delete(np.argsort(-cosine), i)[: len(found)]):
        return text + f"np.delete(order, {i}) takes out place {i} of the order, not the word {i}"
    zero = np.where(np.arange(len(cosine)) == i, 0, cosine)
    if np.array_equal(found, np.argsort(-zero)[: len(found)]):
        return text + "with a cosine of 0 it is before all whose cosine is below 0, and these may be all others"
    return text + "sorting puts it first, or a word of the same direction"


def best(scores, i):
    return np.array([j for j in np.argsort(-scores, kind="stable") if j != i])
