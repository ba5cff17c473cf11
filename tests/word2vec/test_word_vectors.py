"""Vectors by name and their files: by hand, over round trips, and against gensim where it is installed."""

import gzip
import tracemalloc
import warnings
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.errors import DataError, DataWarning, InstahashError, ModelError, UnknownWordError
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


WORD = st.text(st.characters(exclude_categories=("Cs",), exclude_characters=" \t\n\v\f\r"), min_size=1, max_size=9)
NUMBERS = st.floats(-(2.0**49), 2.0**49, width=32)  # less than LARGEST


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


@pytest.mark.parametrize("suffix", [".gz", ".XZ", ".bz2"])
@pytest.mark.parametrize("binary", [False, True])
def test_files_are_compressed_by_their_suffix(vectors, tmp_path, suffix, binary):
    path = tmp_path / f"v{suffix}"
    vectors.save(path, binary)
    assert path.read_bytes()[:2] in (b"\x1f\x8b", b"\xfd7", b"BZ")
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
        (b"", False, "is empty"),
        (b"", True, "is empty"),
        (b"\xef\xbb\xbf", False, "is empty"),
        (b"\n\n", False, 'does not begin with a line "words dimensions" or a word and its numbers'),
        (b"a 1 2\n", True, 'does not begin with a line "words dimensions"; is it'),
        (b"\x80 hello", False, "does not begin with a line"),
        (b"1 0\na\n", False, "does not begin with a line"),
        (b"1 -2\na 1 2\n", False, "does not begin with a line"),
        (b"9" * 5000 + b" 2\na 1 2\n", False, "does not begin with a line"),
        (
            b"1000000000000 1000000000\na 1\n",
            True,
            "promises vectors of 1,000,000,000 numbers, and at most 100,000 are",
        ),
        (b"1000000000000 1000000000\na 1\n", False, "promises vectors of 1,000,000,000 numbers"),
        (b"999999999999 100\na 1\n", False, "line 2 of '.*' has 1 number after its word, not 100"),
        (b"999999999999 100\na 1\n", True, "ends in word 1; was it cut off?"),
        (b"9999999999999999999 2\na 1.00 2.00\n", False, "ends after 1 of the 9,999,999,999,999,999,999 words of its"),
        (b"2 2\na 1.00 2.00\n", False, "ends after 1 of the 2 words of its first line; was it cut off?"),
        (b"2 1\na 1234\n", True, "ends after 1 of the 2 words of its first line; was it cut off?"),
        (b"2 2\na 1 2\nb 1 2 3\n", False, "line 3 of '.*' has 3 numbers after its word, not 2"),
        (b"1 2\na 1 x\n", False, "line 2 of '.*' is not a word and 2 numbers"),
        (b"2 2\na 1 2\nb\n", False, "line 3 of '.*' has 0 numbers after its word, not 2"),
        (b"a 1 2\n\n. . 1 nan\n", False, "^line 3 of '.*', '. .', has a number that is not finite"),
        (b"2 2\na 1 2\nb 1e39 1\n", False, "^line 3 of '.*', 'b', has a number that is not finite"),
        (b"2 1\na 1234b \0\0\x80\xff", True, "^word 2 of '.*', 'b', has a number that is not finite"),
        (b"1 2\nabcdefghijklm", True, "ends or goes astray in word 1; is it cut off, or in text format"),
        (b"1 2\nabcdef 1234567", True, "ends in word 1; was it cut off"),
    ],
)
def test_damaged_files_are_refused_in_one_line(tmp_path, content, binary, message):
    (tmp_path / "v").write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_vectors(tmp_path / "v", binary)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content, binary, words, warning",
    [
        (b"a 1 2\nb 3 4\n", False, ["a", "b"], None),
        (b"\xef\xbb\xbfa 1 2\r\nb 3 4\r\n\r\n", False, ["a", "b"], None),
        (b"\xef\xbb\xbf2 2\r\na 1 2\r\nb 3 4\r\n", False, ["a", "b"], None),
        (b"2 2 \na\t1 2 \n\nb 3 4 ", False, ["a", "b"], None),
        (b". . . 1 2\nat  b 3 4\n", False, [". . .", "at  b"], None),
        (b"5 1 2\n\xc2\xa0 3 4\n", False, ["5", "\xa0"], None),
        (b"2 2\nnan 1 2\n-1 3 4\n", False, ["nan", "-1"], None),
        (
            b"4 2\na 1 2\na 5 6\nb 3 4\nb 3 4\n",
            False,
            ["a", "b"],
            "has 2 words again that stood there before; the first",
        ),
        (
            b"2 2\n\xc3\xa9\xc3 1 2\n\xef\xbf\xbd 3 4\n",
            False,
            ["é\ufffd", "\ufffd"],
            "has 1 word with bytes that are not",
        ),
        (b"2 2\na 1 2\nb 3 4\nc 5 6\n", False, ["a", "b"], "goes on after the 2 words that its first line promises"),
        (b"1 1\n\xff 1234\n", True, ["\ufffd"], "has 1 word with bytes that are not UTF-8"),
        (b"2 1\na 1234a 1234", True, ["a"], "has 1 word again"),
        (b"1 1\na 1234b 1234", True, ["a"], "goes on after the 1 word that"),
    ],
)
def test_files_as_tools_write_them_are_read_with_at_most_a_line(tmp_path, recwarn, content, binary, words, warning):
    (tmp_path / "v").write_bytes(content)
    vectors = WordVectors.load(tmp_path / "v", binary)
    assert vectors.words == words
    assert binary or vectors.vectors.tolist() == [[1, 2], [3, 4]]
    said = [str(given.message) for given in recwarn if issubclass(given.category, DataWarning)]
    assert len(said) == (warning is not None) and all(warning in line and "\n" not in line for line in said)
    vectors.save(tmp_path / "again", binary)
    assert WordVectors.load(tmp_path / "again", binary).words == words


@pytest.mark.parametrize("header", [b"", b"3 2\n"])
def test_the_first_words_alone(tmp_path, header):
    (tmp_path / "v").write_bytes(header + b"a 1 2\nb 3 4\nc 5 6\n")
    for limit, n_words in ((0, 0), (2, 2), (9, 3), (10**18, 3)):
        words, vectors = read_vectors(tmp_path / "v", limit=limit)
        assert words == ["a", "b", "c"][:n_words] and vectors.shape == (n_words, 2)
    for limit in (-1, 1.5, True, "3", [1]):
        with pytest.raises(DataError, match="limit is .*; it must be a whole number of at least 0"):
            read_vectors(tmp_path / "v", limit=limit)


@pytest.mark.parametrize("binary", [False, True])
def test_a_large_file_takes_little_more_memory_than_its_vectors(tmp_path, binary):
    write_vectors(tmp_path / "v", [str(i) for i in range(5000)], np.ones((5000, 300)), binary)
    tracemalloc.start()
    WordVectors.load(tmp_path / "v", binary)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.15 * 5000 * 300 * 4 + 5000 * 150  # bytes: the vectors, and the words


def test_a_number_that_is_not_finite_is_found_anywhere(tmp_path):
    numbers = np.ones((3000, 2))
    numbers[2000, 1] = np.inf
    content = "".join(f"w{i} {one:g} {other:g}\n" for i, (one, other) in enumerate(numbers))
    (tmp_path / "v").write_text(f"3000 2\n{content}")
    with pytest.raises(DataError, match="^line 2,002 of '.*', 'w2000', has a number that is not finite"):
        read_vectors(tmp_path / "v")


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_are_read_or_refused(tmp_path_factory, content, binary):
    path = tmp_path_factory.mktemp("vectors") / "v"
    for start in (b"", b"2 2\n"):
        path.write_bytes(start + content)
        with suppress(DataError), warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)
            words, vectors = read_vectors(path, binary)
            assert len(set(words)) == len(vectors) and np.isfinite(vectors).all()


def test_files_that_cannot_be_read_or_written(tmp_path, vectors):
    with pytest.raises(DataError, match="cannot read '.*nowhere': No such file"):
        read_vectors(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="cannot write '.*': No such file or directory; choose another file"):
        vectors.save(tmp_path / "no" / "v")
    vectors.save(tmp_path / "v")
    before = (tmp_path / "v").read_bytes()
    for word, binary in (
        ("two words", True),
        ("", False),
        ("line\n", False),
        (" a", False),
        ("a\nb", False),
        ("\ud83d", True),
    ):
        kind = "binary" if binary else "text"
        with pytest.raises(
            DataError, match=f"the word .* is none that word2vec's {kind} format can hold; leave it out"
        ):
            write_vectors(tmp_path / "v", [word], np.ones((1, 2)), binary)
    with pytest.raises(DataError, match="'windows 95' ends in what a text file has as a number"):
        write_vectors(tmp_path / "v", ["windows 95"], np.ones((1, 2)))
    for number in (np.nan, 1e39):
        with pytest.raises(DataError, match="the vector of the word 'b' has a number that is not finite"):
            write_vectors(tmp_path / "v", ["a", "b"], np.array([[1.0], [number]]))
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


@pytest.mark.parametrize(
    "content", [b"1000000 3\n" + b"a 0 0 0\n" * 2**15, b"9 3\n" + b"\n" * 2**17], ids=["same", "blank"]
)
def test_a_compressed_file_that_holds_absurdly_much_is_refused(tmp_path, monkeypatch, content):
    monkeypatch.setattr("instahash.files.MOST_UNPACKED", 2**16)
    (tmp_path / "v.txt").write_bytes(gzip.compress(content))
    with pytest.raises(DataError, match="unpacks to more than"):
        WordVectors.load(tmp_path / "v.txt")
