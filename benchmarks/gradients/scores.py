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


def names_rightly(wrong, kinds):
    """Whether nothing false is said of a wrong gradient: for each parameter a kind that is true, none for "other"."""
    if not kinds:
        return False
    each = wrong.kinds if isinstance(wrong.kinds, dict) else dict.fromkeys(kinds, wrong.kinds)
    every = {kind for own in each.values() for kind in own}
    true = [(kind or "other") in each.get(name, every if name not in each else ()) for name, kind in kinds.items()]
    return all(true)


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
        "unsure": sum(a.verdict.unsure and not alarm for a, alarm in zip(answers, alarms)),
        "kinds right": int(named) if any(a.verdict.kinds is not None for a in answers) else None,
        "right answers": int((alarms == is_wrong).sum()),
        "settings": settings,
        "seconds": sum(a.seconds for a in answers),
        "not right": lines,
    }
