"""From a checker's answers to its figures."""

from typing import NamedTuple

import numpy as np

from gradients.case import Problem, Wrong
from gradients.checkers import Verdict


class Answer(NamedTuple):
    """What a checker said of a problem's right gradient, where `wrong` is None, or of a wrong one."""

    problem: Problem
    wrong: Wrong | None
    verdict: Verdict
    seconds: float


# What may stand in place of a parameter's name: what the whole gradient does, or is along random directions.
OF_ALL = {"gradient", "loss", "random directions"}


def names_rightly(wrong, kinds):
    """Whether a wrong gradient is named rightly: a true kind for each wrong parameter, none where it is "other"."""
    if not isinstance(wrong.kinds, dict):
        return bool(kinds) and all((kind or "other") in wrong.kinds for kind in kinds.values())
    if kinds.keys() <= OF_ALL:
        every = {kind for own in wrong.kinds.values() for kind in own}
        return bool(kinds) and all((kind or "other") in every for kind in kinds.values())
    return kinds.keys() == wrong.kinds.keys() and all((kinds[n] or "other") in own for n, own in wrong.kinds.items())


def best(answers, settings):
    """The figures. Numbers become alarms with the threshold that is best for them."""
    numbers = np.array([a.verdict.number if a.verdict.number is not None else np.nan for a in answers])
    is_wrong = np.array([a.wrong is not None for a in answers])
    alarms = np.array([a.verdict.alarm for a in answers])
    if not np.isnan(numbers).all():
        tried = np.unique(numbers[np.isfinite(numbers)])
        rights = [((alarms | (numbers > t)) == is_wrong).sum() for t in tried]
        threshold = float(tried[int(np.argmax(rights))])
        alarms |= numbers > threshold
        settings = settings | {"threshold": threshold}
    lines, named = [], 0
    for answer, alarm in zip(answers, alarms):
        wrong, said = answer.wrong, answer.verdict
        text = said.text.replace("\n", " | ")[:200]
        if wrong is None and alarm:
            lines.append(f"false alarm: {answer.problem.name}: {text}")
        elif wrong is None and said.unsure:
            lines.append(f"cannot tell a right one: {answer.problem.name}: {text}")
        elif wrong and not alarm:
            lines.append(f"missed: {answer.problem.name}: {wrong.why}: {text or said.number}")
        elif wrong and said.kinds is not None:
            named += names_rightly(wrong, said.kinds)
            if not names_rightly(wrong, said.kinds):
                lines.append(f"named {said.kinds}, not {wrong.kinds}: {answer.problem.name}: {wrong.why}")
    return {
        "wrong": int(is_wrong.sum()),
        "right": int((~is_wrong).sum()),
        "found": int((alarms & is_wrong).sum()),
        "false alarms": int((alarms & ~is_wrong).sum()),
        "unsure": sum(a.wrong is None and a.verdict.unsure for a in answers),
        "kinds right": int(named) if any(a.verdict.kinds is not None for a in answers) else None,
        "right answers": int((alarms == is_wrong).sum()),
        "settings": settings,
        "seconds": sum(a.seconds for a in answers),
        "not right": lines,
    }
