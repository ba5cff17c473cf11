"""What is public takes arrays, matrices and numbers in any form, or refuses them in one line: `benchmarks/chaos` tries
all forms of all arguments, this some of each."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from instahash import AutoRec, SoftmaxNetwork, Word2Vec, WordVectors
from instahash.arrays import as_array, as_counts, as_ids, as_real, check_memory
from instahash.baselines import BASELINES, Cooccurrence, create
from instahash.errors import DataError, UntrainedError
from instahash.sparse import as_csr

# Forms of which each shows a check that a class may lack: places, values, sizes, types, and what must be the same.
FEW = {
    *("index of columns", "index -1", "indptr beyond", "unsorted unknown to SciPy", "more data than entries"),
    *("a column less", "a row less", "2**30 columns", "no entries", "NaN", "huge", "csc", "None"),
    *("byte-swapped", "longer", "objects", "one axis more", "masked", "-2", "empty", "ragged", "wider"),
    *("far out", "text", "mask", "uint64", "2**31", "-1", "True", "half", "0", "10**400", "1e300"),
}
# Calls on which all forms are tried: one for each check.
IN_FULL = ("WordVectors", "WordVectors.most_similar_to_sets", "AutoRec.encode", "SoftmaxNetwork.decay")


@pytest.fixture(scope="module")
def calling():
    folder = Path(__file__).resolve().parents[1] / "benchmarks"
    if not folder.is_dir():
        pytest.skip("no checkout: there is no folder 'benchmarks' beside the tests")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield import_module("chaos.array_cases")


def faults(calling, cases):
    """What is wrong, a line a case."""
    found = []
    for case in cases:
        try:
            calling.tried(case)
        except Exception as error:
            found.append(f"{case.call} {dict(case.forms)}: {error!r:.200}")
    return found


def test_all_that_is_public_answers_or_refuses_in_one_line(calling):
    assert not faults(calling, calling.cases(FEW))


def test_each_check_meets_every_form(calling):
    assert not faults(calling, [case for case in calling.cases() if case.call in IN_FULL])


A = sparse.csr_array(np.array([[0, 1.0, 2], [3, 0, 0]], np.float32))


def changed(**parts):
    matrix = A.copy()
    for name, array in parts.items():
        setattr(matrix, name, np.asarray(array))
    return matrix


@pytest.mark.parametrize(
    "parts, message",
    [
        ({"indices": [1, 3, 0]}, "^x have an entry in column 3 of 3; number them from 0$"),
        ({"indices": [1, -1, 0]}, "^x have an entry in column -1 of 3"),
        ({"indptr": [0, 3, 2]}, "^x are no CSR matrix: the rows in indptr do not follow each other; make it anew$"),
        ({"indptr": [0, 2, 9]}, "rows in indptr do not follow"),
        ({"indices": [1.0, 2, 0]}, "^x are no CSR matrix: an index is float64; give whole numbers$"),
        ({"data": np.ones((3, 1))}, "data, indices and indptr must be plain arrays of one axis"),
        ({"data": [1, np.nan, 1]}, "^x have an entry that is not a finite number; leave such entries out$"),
        ({"data": [1, 1e300, 1]}, "^x have an entry that is too large for float32; give smaller numbers$"),
    ],
)
def test_a_csr_matrix_whose_arrays_do_not_fit_is_refused(parts, message):
    with pytest.raises(DataError, match=message):
        as_csr(changed(**parts), "x", np.float32)


def test_what_scipy_knew_of_a_matrix_is_looked_at_again():
    matrix = A.copy()
    assert matrix.has_canonical_format
    matrix.indices[:2] = [2, 2]  # two halves of one entry
    made = as_csr(matrix, "x", np.float32)
    assert made.toarray().tolist() == [[0, 0, 3], [3, 0, 0]] and made.nnz == 2
    assert matrix.nnz == 3


def test_arrays_come_as_they_are_wanted():
    made = as_array([[1, 2], [3, 4]], "x", ("n", 2), np.float32)
    assert made.dtype == np.float32 and made.flags.c_contiguous
    assert as_ids({2, 0}, "x", 3).tolist() == [0, 2] and as_ids(range(2), "x", 3).tolist() == [0, 1]
    assert as_counts(np.array([2.0, 0]), "x").dtype == np.int64 and as_real(np.float32(0.5), "x") == 0.5
    for call, message in (
        (
            lambda: as_array([[1, 2, 3]], "x", ("n", 2)),
            r"^x: int64 of the shape \(1, 3\) came; give .* shape \(n, 2\)$",
        ),
        (lambda: as_array(np.ma.masked_array([1, 2], [0, 1]), "x", (2,)), "^x: some numbers are masked"),
        (lambda: as_ids([3], "x", 3), "^x must be word ids from 0 to 2, not 3$"),
        (lambda: as_ids([True], "x", 3), r"not \[True\]$"),
        (lambda: as_counts([1, 0.5], "x"), "^x must be whole numbers of at least 0"),
        (lambda: as_real(True, "x"), "^x is True; it must be a finite number$"),
        (lambda: check_memory(10**18, "it"), "^it would need 931,322,575 GB, and .* GB may be taken; give less$"),
    ):
        with pytest.raises(DataError, match=message):
            call()


def test_words_are_texts():
    vectors = WordVectors(["a", "b"], np.eye(2))
    assert 3 not in vectors and [] not in vectors
    for words in (3, [1], [["a"]], b"a", np.array(1)):
        with pytest.raises(DataError, match="^positive: .* came; give a word, or a list of words$"):
            vectors.most_similar(words)
    with pytest.raises(DataError, match="^the words: 5 came"):
        WordVectors(5, np.eye(2))


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_asked_before_it_was_fitted_says_so(name):
    with pytest.raises(UntrainedError):
        create(name).score(A)
    with pytest.raises(UntrainedError):
        Cooccurrence().companions(A)


def test_no_crash_where_there_was_one():
    ratings = sparse.csr_array(np.eye(5, dtype=np.float32))
    wide = sparse.csr_array(np.eye(5, 400, dtype=np.float32))
    outside = ratings.copy()
    outside.indices[0] = 2**30
    model = AutoRec(n_hidden=2, epochs=1).fit(ratings)
    with pytest.raises(DataError, match="ratings have an entry in column 1073741824 of 5"):
        model.predict(outside)
    with pytest.raises(DataError, match="targets have 400 columns; the model has 5"):
        model.rmse(ratings, targets=wide)
    with pytest.raises(DataError, match="^restrict_to must be word ids from 0 to 1, not -1$"):
        WordVectors(["a", "b"], np.eye(2)).most_similar_to_sets(A[:, :2], restrict_to=[-1])
    bags = sparse.csr_array(np.ones((3, 4), np.int8))
    with pytest.raises(DataError, match="counts are less than those of the bags"):
        Word2Vec(dim=2).fit(bags, counts=np.zeros(4, int))
    network = SoftmaxNetwork(n_hidden=2, epochs=1).fit(ratings, ratings)
    with pytest.raises(DataError, match="n_inputs is 2; it must be a whole number of at least 5"):
        network.grow(2, 5)
