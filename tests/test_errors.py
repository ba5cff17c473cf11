"""Whatever comes in, an error is one line fit to be shown, and goes through a pickle."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash import errors
from instahash.errors import LONGEST, DataError, DataWarning, InstahashError, UnknownWordError, UntrainedError, line

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, InstahashError)]


@given(st.text(st.characters()), st.integers(1, 1000))
def test_a_line_is_one_printable_line_whatever_the_text(text, times):
    shown = line(text * times)
    assert len(shown) <= LONGEST and shown.isprintable() and line(shown) == shown
    assert text.isprintable() <= (shown == text * times or len(text) * times > LONGEST)


def test_what_steers_a_terminal_is_escaped():
    text = "a\x1b[2J\r\n\u202eb\u2066\ud800\u200b\x85"
    assert str(DataError(text)) == str(DataWarning(text)) == r"a\x1b[2J\r\n\u202eb\u2066\ud800\u200b\x85"


def test_the_beginning_and_the_advice_stay():
    shown = str(DataError(f"'posts.json' item 5: {'x' * 10**6}; write it again"))
    assert len(shown) == 300 and shown.startswith("'posts.json' item 5: xxx") and shown.endswith("xxx; write it again")
    words = UnknownWordError([f"{i}" * 200 for i in range(20)])
    assert str(words).endswith("; check the spelling, or leave unknown words out") and len(words.words) == 20


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("again", [lambda error: pickle.loads(pickle.dumps(error)), copy.deepcopy])
def test_every_error_goes_through_a_pickle(kind, again):
    error = kind(["dog", "cat"]) if kind is UnknownWordError else kind() if kind is UntrainedError else kind("a\nb")
    same = again(error)
    assert type(same) is kind and str(same) == str(error) and vars(same) == vars(error)
