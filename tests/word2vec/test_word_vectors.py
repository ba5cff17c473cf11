"""Vectors by name and their files: by hand, over round trips, and against gensim where it is installed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.errors import DataError, InstahashError, ModelError, UnknownWordError
from instahash.word2vec import WordVectors, choose_vectors
from instahash.word2vec.formats import read_vectors, write_vectors

WORDS = ["sea", "beach", "sun", "dog", "puppy"]
VECTORS = np.array([[4, 0], [3, 0.3], [2, 2], [-0.1, 1], [0, 3]], np.float32)


@pytest.fixture
def vectors():
    return WordVectors(WORDS, VECTORS)


def test_vectors_by_word(vectors):
    assert len(vectors) == 5 and "dog" in vectors and "cat" not in vectors
    assert vectors["sun"].tolist() == [2, 2] and vectors[["sea", "sun"]].tolist() == [[4, 0], [2, 2]]


def test_most_similar_by_hand(vectors):
    assert [word for word, _ in vectors.most_similar("sea", topn=2)] == ["beach", "sun"]
    assert dict(vectors.most_similar(["sea"]))["sun"] == pytest.approx(np.sqrt(0.5))
    # sun - sea points up and to the left: (0.71 - 1, 0.71).
    assert vectors.most_similar(["sun"], ["sea"], topn=1)[0][0] == "dog"
    assert vectors.most_similar(negative="sea", topn=1)[0][0] == "dog"
    assert vectors.most_similar("sea", restrict_to=["puppy", "dog", "sea"]) == [
        ("puppy", pytest.approx(0)),
        ("dog", pytest.approx(-0.0995, abs=1e-4)),
    ]
    assert vectors.most_similar(["sea", "cat"], topn=1, ignore_missing=True)[0][0] == "beach"
    assert vectors.most_similar("sea", topn=0) == []


@given(seed=st.integers(0, 10**6), topn=st.integers(0, 12), n_words=st.integers(2, 9))
def test_most_similar_returns_as_many_as_there_are(seed, topn, n_words):
    rng = np.random.default_rng(seed)
    names = [f"w{i}" for i in range(n_words)]
    vectors = WordVectors(names, rng.normal(size=(n_words, 3)))
    asked = rng.permutation(names)[: rng.integers(1, n_words + 1)].tolist()
    allowed = rng.permutation(names)[: rng.integers(0, n_words + 1)].tolist()
    found = vectors.most_similar(asked[:1], asked[1:], topn, restrict_to=allowed)
    assert len(found) == min(topn, len(set(allowed) - set(asked)))
    assert {word for word, _ in found} <= set(allowed) - set(asked)
    assert [cosine for _, cosine in found] == sorted((cosine for _, cosine in found), reverse=True)


def test_similarities_by_hand(vectors):
    assert vectors.similarity("sea", "sun") == pytest.approx(np.sqrt(0.5))
    # Means are of vectors as they are: (4 + 0, 0 + 3) / 2 against (2, 2).
    assert vectors.n_similarity(["sea", "puppy"], ["sun"]) == pytest.approx(7 / 5 / np.sqrt(2))
    assert vectors.n_similarity(["sea", "cat"], ["sun"], ignore_missing=True) == pytest.approx(np.sqrt(0.5))
    assert vectors.n_similarity(["cat"], ["sun"], ignore_missing=True) == 0
    assert vectors.doesnt_match(["sea", "beach", "sun", "puppy"]) == "puppy"
    assert vectors.doesnt_match(["sea", "cat"], ignore_missing=True) == "sea"


def test_rank_by_hand(vectors):
    assert [vectors.rank("sea", word) for word in WORDS[1:]] == [1, 2, 4, 3]
    assert WordVectors("abc", [[1, 0], [2, 0], [0, 1]]).rank("a", "b") == 1


def test_unknown_words_are_named_together(vectors):
    for question in (
        lambda: vectors.most_similar(["sea", "cat"], ["cow", "cat"]),
        lambda: vectors[["cat", "cow"]],
        lambda: vectors.n_similarity(["cat", "cow"], ["sea"]),
        lambda: vectors.doesnt_match(["sea", "cat", "cow"]),
        lambda: vectors.similarity("cat", "cow"),
        lambda: vectors.rank("cat", "cow"),
        lambda: vectors.most_similar("sea", restrict_to=["cat", "cow"]),
    ):
        with pytest.raises(UnknownWordError, match=r"^not in the vocabulary: 'cat', 'cow'; check") as caught:
            question()
        assert caught.value.words == ["cat", "cow"]
        assert isinstance(caught.value, InstahashError) and isinstance(caught.value, KeyError)
    with pytest.raises(DataError, match="no known word"):
        vectors.most_similar(["cat"], ignore_missing=True)
    with pytest.raises(DataError, match="no known word"):
        vectors.doesnt_match([])


def test_malformed_vectors_are_refused():
    with pytest.raises(DataError, match=r"2 words came with vectors of shape \(3, 2\)"):
        WordVectors(["a", "b"], np.zeros((3, 2)))
    with pytest.raises(DataError, match="only 1 are distinct"):
        WordVectors(["a", "a"], np.zeros((2, 2)))


def test_a_zero_vector_is_like_nothing():
    vectors = WordVectors(["a", "b"], [[0, 0], [1, 1]])
    assert vectors.similarity("a", "b") == 0 and vectors.most_similar("a") == [("b", 0.0)]


@pytest.mark.parametrize("top", [-1, 2.5, "3", None])
def test_how_many_are_wanted_is_a_whole_number(vectors, top):
    wanted = f"is {top!r}; it must be a whole number of at least 0"
    with pytest.raises(DataError, match=f"^topn {wanted}"):
        vectors.most_similar("sea", topn=top)
    with pytest.raises(DataError, match=f"^top {wanted}"):
        vectors.most_similar_to_sets(matrix([[0]], 5), top)


# Sets of word ids


def matrix(sets, n_words):
    indptr = np.cumsum([0] + [len(s) for s in sets])
    indices = np.array([w for s in sets for w in sorted(s)], dtype=np.int32)
    return sparse.csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(len(sets), n_words))


def numbered(vectors):
    return WordVectors(map(str, range(len(vectors))), vectors)


def test_similar_words_exclude_the_set_and_keep_to_the_subset():
    vectors = numbered(np.random.default_rng(0).normal(size=(12, 3)))
    sets = matrix([[0, 1], [2], []], 12)
    ids, _ = vectors.most_similar_to_sets(sets, 12, restrict_to=[0, 1, 2, 9])
    assert set(ids[0]) == {2, 9, -1} and set(ids[1]) == {0, 1, 9, -1} and set(ids[2]) == {-1}
    ids, _ = vectors.most_similar_to_sets(sets, 1, exclude=False)
    assert ids[1] == [2]


@given(seed=st.integers(0, 10**6), n_words=st.integers(2, 12), top=st.integers(0, 14), block=st.integers(1, 4))
def test_similar_words_equal_a_full_sort(seed, n_words, top, block):
    rng = np.random.default_rng(seed)
    vectors = numbered(rng.normal(size=(n_words, 3)))
    sets = [rng.permutation(n_words)[: rng.integers(1, n_words + 1)] for _ in range(5)]
    ids, cosines = vectors.most_similar_to_sets(matrix(sets, n_words), top, block=block)
    assert ids.dtype == np.int32 and cosines.dtype == np.float32
    unit = vectors.vectors / np.linalg.norm(vectors.vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(vectors.unit, unit, rtol=1e-6)
    for words, row, values in zip(sets, ids, cosines):
        mean = unit[words].mean(axis=0)
        scores = unit @ mean / np.linalg.norm(mean)
        allowed = [w for w in np.argsort(-scores, kind="stable") if w not in words][:top]
        assert (row[: len(allowed)] >= 0).all() and (row[len(allowed) :] == -1).all()
        assert not set(row) & set(words)
        np.testing.assert_allclose(values[: len(allowed)], scores[allowed], atol=1e-5)


def test_similarities_of_an_empty_set_are_zero():
    np.testing.assert_array_equal(numbered(np.eye(3)).similarities(matrix([[]], 3)), np.zeros((1, 3)))


def test_sets_of_another_shape_are_refused():
    for ask in (numbered(np.eye(3)).similarities, numbered(np.eye(3)).most_similar_to_sets):
        with pytest.raises(DataError, match="the sets have 4 columns; the model has 3"):
            ask(matrix([[0]], 4))
        for wrong in (np.eye(3), sparse.coo_array(np.eye(3))):
            with pytest.raises(
                DataError, match=f"the sets must be a CSR matrix of numbers, not {type(wrong).__name__}"
            ):
                ask(wrong)


def test_the_vectors_that_find_more_are_chosen():
    """Words 0 and 1 are always together: their sums are near each other, their input vectors need not be."""
    W, C = np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32)[[1, 0, 3, 2]]
    given, wanted = matrix([[0], [2], [], [1]], 4), matrix([[1], [3], [2], []], 4)
    assert choose_vectors(W, C, given, wanted, [1, 3], 1) == ({"sum": 1.0, "input": 0.5}, "sum")
    W, C = W[[0, 0, 1, 1]], 9 * W[[0, 3, 3, 0]]
    assert choose_vectors(W, C, given, wanted, [1, 3], 1) == ({"sum": 0.0, "input": 1.0}, "input")
    assert choose_vectors(W, C, given[2:3], wanted[2:3]) == ({"sum": 0.0, "input": 0.0}, "sum")
    for name, matrices in (("given", (given.toarray(), wanted)), ("wanted", (given, wanted.tocoo()))):
        with pytest.raises(DataError, match=f"{name} must be a CSR matrix of numbers, not"):
            choose_vectors(W, C, *matrices)


# Files


WORD = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=9)
NUMBERS = st.floats(-(2.0**60), 2.0**60, width=32)


@given(st.data(), st.booleans())
def test_a_file_gives_back_what_was_written(tmp_path_factory, data, binary):
    words = data.draw(st.lists(WORD, unique=True, max_size=5))
    dim = data.draw(st.integers(1, 4))
    rows = [data.draw(st.lists(NUMBERS, min_size=dim, max_size=dim)) for _ in words]
    vectors = np.array(rows, np.float32).reshape(len(words), dim)
    path = tmp_path_factory.mktemp("vectors") / "v"
    WordVectors(words, vectors).save(path, binary)
    back = WordVectors.load(path, binary)
    assert back.words == words and back.vectors.tobytes() == vectors.tobytes()
    assert [file.name for file in path.parent.iterdir()] == ["v"]


def test_the_text_format_by_hand(vectors, tmp_path):
    vectors.save(tmp_path / "v.txt")
    assert (tmp_path / "v.txt").read_text().splitlines()[:3] == ["5 2", "sea 4 0", "beach 3 0.300000012"]
    assert WordVectors.load(tmp_path / "v.txt", limit=2).words == ["sea", "beach"]


@pytest.mark.parametrize("suffix", [".gz", ".xz"])
@pytest.mark.parametrize("binary", [False, True])
def test_files_are_compressed_by_their_suffix(vectors, tmp_path, suffix, binary):
    path = tmp_path / f"v{suffix}"
    vectors.save(path, binary)
    assert path.read_bytes()[:2] in (b"\x1f\x8b", b"\xfd7")
    back = WordVectors.load(path, binary)
    assert back.words == WORDS and back.vectors.tobytes() == VECTORS.tobytes()
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match="copy it again"):
        WordVectors.load(path, binary)


def test_binary_files_with_and_without_line_breaks(tmp_path):
    numbers = np.array([[1, 2], [10, 3]], "<f4")
    for end in (b"", b"\n"):
        rows = [word + b" " + row.tobytes() + end for word, row in zip((b"a", b"b"), numbers)]
        (tmp_path / "v").write_bytes(b"2 2\n" + b"".join(rows))
        words, vectors = read_vectors(tmp_path / "v", binary=True)
        assert words == ["a", "b"] and vectors.tolist() == numbers.tolist()


@pytest.mark.parametrize(
    "content, binary, message",
    [
        (b"", False, 'does not begin with a line "words dimensions"'),
        (b"\x80 hello", False, "does not begin with a line"),
        (b"1 0\na\n", False, "does not begin with a line"),
        (b"1 99999999999\na 1\n", True, "does not begin with a line"),
        (b"999999999999 100\na 1\n", False, "line 2 of '.*' has 1 numbers after its word, not 100"),
        (b"999999999999 100\na 1\n", True, "ends in word 1; was it cut off?"),
        (b"2 2\na 1.00 2.00\n", False, "ends after 1 words; was it cut off?"),
        (b"2 2\na 1 2\nb 1 2 3\n", False, "line 3 of '.*' has 3 numbers after its word, not 2"),
        (b"1 2\na 1 x\n", False, "line 2 of '.*' is not a word and numbers"),
        (b"2 2\na 1 2\na 3 4\n", False, "has the word 'a' twice"),
        (b"1 2\nabcdefghijklm", True, "ends or goes astray in word 1; is it cut off, or in text format"),
        (b"1 2\nabcdef 1234567", True, "ends in word 1; was it cut off"),
        (b"1 1\n\xff\xfe abcd", True, "word 1 of '.*' is not text"),
    ],
)
def test_damaged_files_are_refused_in_one_line(tmp_path, content, binary, message):
    (tmp_path / "v").write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_vectors(tmp_path / "v", binary)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read_or_written(tmp_path, vectors):
    with pytest.raises(DataError, match="cannot read '.*nowhere': No such file"):
        read_vectors(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="cannot write '.*': No such file or directory; choose another file"):
        vectors.save(tmp_path / "no" / "v")
    vectors.save(tmp_path / "v")
    before = (tmp_path / "v").read_bytes()
    for word in ("two words", "", "line\n"):
        with pytest.raises(DataError, match="has white space, which a word2vec file cannot hold"):
            write_vectors(tmp_path / "v", [word], np.ones((1, 2)))
    assert (tmp_path / "v").read_bytes() == before and len(list(tmp_path.iterdir())) == 1


# gensim


@pytest.fixture
def gensim():
    return pytest.importorskip("gensim", reason="gensim is not installed; it is part of the extra 'bench'").models


@pytest.mark.parametrize("binary", [False, True])
def test_gensim_reads_our_files_and_we_read_its(gensim, tmp_path, binary):
    rng = np.random.default_rng(0)
    words, numbers = [f"wört{i}" for i in range(50)], rng.normal(size=(50, 7)).astype(np.float32)
    WordVectors(words, numbers).save(tmp_path / "ours", binary)
    theirs = gensim.KeyedVectors.load_word2vec_format(tmp_path / "ours", binary=binary)
    assert theirs.index_to_key == words and theirs.vectors.tobytes() == numbers.tobytes()
    theirs.save_word2vec_format(tmp_path / "theirs", binary=binary)
    back = WordVectors.load(tmp_path / "theirs", binary)
    assert back.words == words and back.vectors.tobytes() == numbers.tobytes()


def test_answers_are_gensims(gensim):
    rng = np.random.default_rng(1)
    words, numbers = [f"w{i}" for i in range(60)], rng.normal(size=(60, 5)).astype(np.float32)
    ours, theirs = WordVectors(words, numbers), gensim.KeyedVectors(5)
    theirs.add_vectors(words, numbers)
    for _ in range(50):
        some = rng.permutation(words)[:5].tolist()
        a, b = ours.most_similar(some[:3], some[3:], topn=60), theirs.most_similar(some[:3], some[3:], topn=60)
        assert [word for word, _ in a] == [word for word, _ in b]
        np.testing.assert_allclose([cosine for _, cosine in a], [cosine for _, cosine in b], atol=1e-5)
        assert ours.similarity(*some[:2]) == pytest.approx(float(theirs.similarity(*some[:2])), abs=1e-5)
        assert ours.n_similarity(some[:2], some[2:]) == pytest.approx(theirs.n_similarity(some[:2], some[2:]), abs=1e-5)
        assert ours.doesnt_match(some) == theirs.doesnt_match(some)
        assert ours.rank(*some[:2]) == theirs.rank(*some[:2])
