"""Each label as one hashtag, what stands in for a word that is not known, and which labels are believed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.data import Corpus, Echoes, Label, Post, Vocabulary, encode, fit_dataset
from instahash.data.kin import kin
from instahash.data.preprocess import GUESS, GUESSES, believed

POSTS = [
    Post("1", ("sea", "dog"), (Label("Golden Retriever", 0.9), Label("sea", 0.3), Label("golden-retriever", 0.4))),
    Post("2", ("sea",), (Label("Sea!", 0.7), Label("sea", 0.8), Label("!!", 0.9))),
    Post("3", ("dog",), ()),
]
VOCABULARY = Vocabulary(["sea", "dog", "golden", "retriever"], [3, 2, 1, 1], [2, 2, 0, 0])


def scored(matrix, row, words):
    part = matrix[[row]]
    return dict(zip((words[j] for j in part.indices), np.round(part.data, 5).tolist()))


def test_labels_as_hashtags_by_hand():
    """Of labels that are one word the highest score counts, however low; punctuation is no hashtag."""
    corpus = Corpus.from_posts(POSTS)
    found = [scored(corpus.echoes, row, corpus.words) for row in range(3)]
    assert found == [
        {"goldenretriever": pytest.approx(0.9), "sea": pytest.approx(0.3)},
        {"sea": pytest.approx(0.8)},
        {},
    ]
    assert [scored(corpus.take([2, 0]).echoes, row, corpus.words) for row in (0, 1)] == [found[2], found[0]]


def test_echoes_are_known_or_unknown():
    echoes = encode(Corpus.from_posts(POSTS), VOCABULARY).echoes
    assert scored(echoes.known, 0, VOCABULARY.words) == {"sea": pytest.approx(0.3)}
    assert list(echoes.unknown_words) == ["goldenretriever"]
    np.testing.assert_allclose(echoes.unknown.toarray(), [[0.9], [0], [0]], rtol=1e-6)
    np.testing.assert_allclose(echoes.highest(), [0.9, 0.8, 0], rtol=1e-6)
    part = echoes.take([1, 0])
    np.testing.assert_allclose(part.highest(), [0.8, 0.9], rtol=1e-6)
    fitted = fit_dataset(Corpus.from_posts(POSTS))
    assert fitted.take([1]).echoes.known.shape == (1, len(fitted.vocabulary))
    assert scored(fitted.echoes.known, 1, fitted.vocabulary.words)["sea"] == pytest.approx(0.8)


def test_echoes_of_one_photo_are_those_of_its_post():
    corpus = Corpus.from_posts(POSTS[:1])
    ours = Echoes.of_photo({"sea": 0.3, "goldenretriever": 0.9}, VOCABULARY.index)
    theirs = Echoes.of(corpus.echoes, corpus.words, VOCABULARY.index)
    np.testing.assert_array_equal(ours.known.toarray(), theirs.known.toarray())
    np.testing.assert_array_equal(ours.unknown.toarray(), theirs.unknown.toarray())
    assert ours.unknown_words == theirs.unknown_words


@pytest.mark.parametrize(("word", "known", "found"), [
    ("dogs", "dog animal", ["dog"]),
    ("puppy", "puppies", ["puppies"]),
    ("dishes", "dish", ["dish"]),
    ("colour", "color", ["color"]),
    ("theater", "theatre entertainment", ["theatre"]),  # another spelling before what is broader
    ("goldenretriever", "dog animal zebra", ["dog", "animal"]),  # nearest first
    ("goldenretrievers", "animal", ["animal"]),
    ("glass", "glas", []),
    ("zeppelin", "dog animal", []),
    ("goldenretriever", "", []),
    ("grey", "gray", ["gray"]),
    ("colourful", "colorful", ["colorful"]),
    ("center", "centre", ["centre"]),
    ("news", "new", []),  # no plural, and no ending of another spelling
    ("hours", "hors", []),
    ("fire", "fier", []),
])  # fmt: skip
def test_kin_by_hand(word, known, found):
    assert kin(word, known.split().__contains__) == found


def csr(rows, n=6):
    pairs = [(row, word, score) for row, own in enumerate(rows) for word, score in own.items()]
    rows_, words, scores = zip(*pairs) if pairs else ((), (), ())
    return sparse.csr_array((np.array(scores, np.float32), (rows_, words)), shape=(len(rows), n))


def test_believed_by_hand():
    labels = csr([{0: 0.9, 1: 0.4}, {0: 0.3, 1: 0.25, 2: 0.3, 4: 0.45, 5: 0.1}, {3: 0.19}, {1: 0.4}, {}])
    unknown = sparse.csr_array(np.array([[0], [0], [0], [0.6], [0.3]], np.float32))
    kept, guessed = believed(labels, Echoes(labels, unknown, ["zeppelin"]), 0.5)
    # Three of the second, of which the first of equals come first; a sure label that is unknown forbids a guess, and an
    # unsure one is a guess itself.
    assert [scored(kept, row, range(6)) for row in range(5)] == [
        {0: pytest.approx(0.9)}, {0: pytest.approx(0.3), 2: pytest.approx(0.3), 4: pytest.approx(0.45)}, {}, {}, {},
    ]  # fmt: skip
    assert guessed.tolist() == [False, True, False, False, True]


@given(st.lists(st.dictionaries(st.integers(0, 5), st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.5, 0.8]))), st.data())
def test_laws_of_what_is_believed(rows, data):
    """A subset with its scores; sure ones wholly, else the best of at least GUESS; each post by itself."""
    labels, least = csr(rows), data.draw(st.sampled_from([0.2, 0.4, 0.5, 1.0]))
    kept, guessed = believed(labels, Echoes.of_description(labels), least)
    for row, own in enumerate(rows):
        found = scored(kept, row, range(6))
        assert all(score == pytest.approx(own[word]) for word, score in found.items())
        sure = {word for word, score in own.items() if score >= least}
        likely = {word for word, score in own.items() if score >= GUESS}
        assert set(found) == sure if sure else (set(found) <= likely and len(found) == min(GUESSES, len(likely)))
        assert guessed[row] == (bool(found) and not sure)
        if not sure and found:
            assert min(found.values()) >= max([own[word] for word in own if word not in found], default=0) - 1e-5
        alone = believed(labels[[row]], Echoes.of_description(labels[[row]]), least)
        assert scored(alone[0], 0, range(6)) == found and alone[1][0] == guessed[row]
