"""Model files from strangers: checksums are right, and what they hold is not what a model has."""

import copy
from pathlib import Path

import numpy as np
import pytest

from instahash import InstaHash
from instahash.errors import ModelError
from instahash.pipeline.kept import loaded
from instahash.storage import FORMAT_VERSION, MODEL, read_model, write_model

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / f"format-{FORMAT_VERSION}"
REFUSED = (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError)  # which `load` makes a line of


@pytest.fixture(scope="module", params=["best", "paper"])
def model(request):
    return read_model(GOLDEN / request.param)


def changed(sections, section, name, array):
    return sections | {section: sections[section] | {name: array}}


def every(sections, suffix=""):
    return [(part, name) for part, arrays in sections.items() for name in arrays if name.endswith(suffix)]


def refused(header, sections):
    try:
        loaded(header, sections)
    except REFUSED:
        return True
    return False


def test_an_array_that_lost_a_number_an_axis_or_its_type_is_refused(model):
    header, sections = model
    for section, name in every(sections):
        array = sections[section][name]
        if array.dtype.kind in "if" and array.itemsize > 1:
            array = np.clip(array, -1000, 1000)  # numbers that any type can have
        others = [array[..., None], array.astype("f4" if array.dtype.kind in "iub" else "i4")]
        others += [array[:-1]] if array.ndim and len(array) and name != "salt" else []
        for other in others:
            assert refused(header, changed(sections, section, name, other)), (section, name, other.shape, other.dtype)


def test_posts_without_their_targets_are_refused():
    header, sections = read_model(GOLDEN / "best")
    for section in ("expert_linear", "expert_softmax"):
        without = {name: array for name, array in sections[section].items() if not name.startswith("replay_1")}
        assert refused(header, sections | {section: without}), section


def test_a_number_that_is_none_or_has_no_square_is_refused(model):
    header, sections = model
    for section, name in every(sections):
        array = sections[section][name]
        if array.dtype.kind == "f" and array.size:
            for number in (np.nan, 1e35):
                other = array.copy()
                other.reshape(-1)[-1:] = number
                assert refused(header, changed(sections, section, name, other)), (section, name, number)


def test_indices_outside_of_a_matrix_are_refused(model):
    header, sections = model
    changes = {
        "_indices": [(-1, -1), (-1, 2**31 - 1), (0, 2**20)],
        "_indptr": [(-1, 2**30), (0, 1), (1, -1), (-1, 0)],
        "_shape": [(1, 2**31 - 1), (1, 2**40), (1, -1), (0, 2**40), (0, 0)],
    }
    for suffix, numbers in changes.items():
        for section, name in every(sections, suffix):
            array = sections[section][name]
            for place, number in numbers if array.size and array[-1] else ():
                other = array.astype(np.int64)
                other[place] = number
                assert (other == array).all() or refused(header, changed(sections, section, name, other)), (
                    section,
                    name,
                    place,
                    number,
                )


@pytest.mark.parametrize(
    "path, value",
    [
        *((["history"], value) for value in (None, [], "x")),
        *((["summary"], value) for value in (None, [], {}, {"posts": "1", "posts_read": 1}, {"posts": 1})),
        *((["trained_on"], value) for value in ({}, [1], ["\x1b[2J"], "abc")),
        *((["versions"], value) for value in ([], {"numpy": 2}, {"numpy": "\u202e"})),
        *((["mode"], value) for value in ("worst", ["best"], None, {})),
        *((["settings"], value) for value in (None, [], {"\x85": 1}, {"word2vec": {"x" * 5000: 1}})),
        *((["settings", "word2vec", "dim"], value) for value in (0, -1, 2.5, "3", None, True, float("nan"), [3])),
    ],
)
def test_a_header_that_says_anything_else_is_one_line(tmp_path, path, value):
    header, sections = read_model(GOLDEN / "best")
    header = copy.deepcopy(header)
    place = header
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    write_model(tmp_path, {name: own for name, own in header.items() if name != "format_version"}, sections)
    with pytest.raises(Exception, match=".") as caught:
        InstaHash.load(tmp_path)
    assert type(caught.value).__name__ in ("ModelError", "SettingsError")
    assert str(caught.value).isprintable() and len(str(caught.value)) <= 300


def test_a_word_that_would_steer_a_terminal_is_refused(tmp_path):
    header, sections = read_model(GOLDEN / "best")
    words = sections["vocabulary"]["words_bytes"].copy()
    words[0] = 0x1B
    del header["format_version"]
    write_model(tmp_path, header, changed(sections, "vocabulary", "words_bytes", words))
    with pytest.raises(ModelError, match="which no word has"):
        InstaHash.load(tmp_path)
    assert (tmp_path / MODEL).exists()
