"""What the strategy draws: nothing that may not occur, and cases for every planted mistake."""

from random import Random

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy

from instahash.learn.compare import Wrong, case, same

LONGEST = 6


def check(answer):
    for n_words, n_cases in ((5, 100), (1, 10)):
        with case(f"n_words = {n_words}"):
            strategy = answer.drawn_words(n_words)
            if not isinstance(strategy, SearchStrategy):
                raise Wrong(f"a strategy is wanted, such as st.lists(...) gives, not {str(strategy)[:40]}")
            cases = drawn_from(strategy, n_cases)
            for drawn in cases:
                must_be_allowed(drawn, n_words)
            if n_words > 1:
                must_find_all(cases, n_words)
    with case("n_words = 4"):
        same(answer.smallest_failure(4), [0, 0], "the smallest failure")


def drawn_from(strategy, n_cases):
    cases = []

    def keep(drawn):
        cases.append(drawn)
        return False

    alone = settings(
        max_examples=n_cases,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    try:
        find(strategy, keep, settings=alone, random=Random(28))
    except NoSuchExample:
        pass
    return cases


def must_be_allowed(drawn, n_words):
    if not isinstance(drawn, list):
        raise Wrong(f"it draws {drawn!r}, but each case is a list of word numbers")
    for word in drawn:
        if not isinstance(word, int) or isinstance(word, bool):
            raise Wrong(f"it draws {drawn}, but words are whole numbers")
        if not 0 <= word < n_words:
            raise Wrong(f"shifted: it draws {drawn}, but there is no word {word}: they are numbered 0 to {n_words - 1}")
    if len(drawn) > LONGEST:
        raise Wrong(f"it draws {len(drawn)} words, but there are at most {LONGEST}")


def must_find_all(cases, n_words):
    """Each mistake shows in some lists only, and needs one among the cases."""
    shown = {
        "the same word twice, so the lost addition cannot be found": [len(set(drawn)) < len(drawn) for drawn in cases],
        "the empty list; a mistake there would not be found": [not drawn for drawn in cases],
        "word 0; a loop that begins with word 1 would not be found": [0 in drawn for drawn in cases],
        f"word {n_words - 1}, the last; a loop that ends too early would not be found": [
            n_words - 1 in drawn for drawn in cases
        ],
        "two different words": [len(set(drawn)) > 1 for drawn in cases],
        "a list that is not sorted; a gradient that needs sorted ones would not be found": [
            drawn != sorted(drawn) for drawn in cases
        ],
        f"{LONGEST} words; a mistake at the end of long lists would not be found": [
            len(drawn) == LONGEST for drawn in cases
        ],
    }
    for what, shows in shown.items():
        if not any(shows):
            raise Wrong(f"missing case: it never draws {what}")
