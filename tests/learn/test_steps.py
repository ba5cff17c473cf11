"""Each step: its solution passes, its hole is named, five or more wrong answers are caught in the right words."""

import re
import runpy
from pathlib import Path

import pytest

from instahash.learn.checking import run
from instahash.learn.course import steps

WRONG = Path(__file__).with_name("wrong")
every_step = pytest.mark.parametrize("step", steps(), ids=lambda step: step.name)
LONGEST_TEXT, LONGEST_SOLUTION, LARGEST_PICTURE = 24, 8, 30_000


def bare(text):
    return re.sub(r"[\s`]", "", text)


def given_away(step, text):
    """The lines of a solution that a text holds; short ones may come by chance."""
    lines = [bare(line.partition("#")[0]) for line in step.solution().splitlines()]
    return [line for line in lines if len(line) > 10 and line in bare(text)]


def wrong(step):
    return runpy.run_path(str(WRONG / f"{step.name}.py"))["WRONG"]


@every_step
def test_a_step_is_whole(step):
    assert re.fullmatch(rf"{step.number}\. \S.*", step.title)
    text = step.exercise()
    assert text.count("# your lines here") == 1 and not re.search("# (solution|end)$", text, re.MULTILINE)
    assert 1 <= len(step.solution().splitlines()) <= LONGEST_SOLUTION
    assert len(text.split('"""')[1].strip().splitlines()) <= LONGEST_TEXT
    assert len(step.hints()) == 3 and all(step.hints())
    assert 0 < (step.folder / "picture.svg").stat().st_size <= LARGEST_PICTURE
    hints = "\n".join(step.hints())
    assert not given_away(step, hints) and not given_away(step, text)


@every_step
def test_the_solution_passes_and_the_hole_is_named(step):
    assert run(step, step.filled(step.solution())) == []
    (line,) = run(step, step.exercise())
    assert "your lines" in line


@every_step
def test_wrong_answers_are_caught_in_the_right_words(step):
    answers = wrong(step)
    assert len({body for _, body in answers}) == len(answers) >= 5
    for expected, body in answers:
        told = "\n".join(run(step, step.filled(body)))
        assert expected in told, f"{expected!r} is not in what is said of:\n{body}\n\n{told}"
        # A student's own line may be told, and be right.
        assert not set(given_away(step, told)) - set(given_away(step, body)), told


def test_the_page_of_the_course_shows_what_a_step_says():
    step = steps()[2]
    text = (Path(__file__).parents[2] / "docs" / "course.md").read_text(encoding="utf-8")
    told = "\n".join(run(step, step.filled("error = 1 - s(w @ c)\nreturn error * c, error * w")))
    assert f"\n\n{told}\n\n[##" in text


def test_the_course_is_numbered():
    assert [step.number for step in steps()] == list(range(1, len(steps()) + 1))
