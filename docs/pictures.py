"""Draws the pictures of the course's steps, from their solutions: python docs/pictures.py [NN ...]

Takes matplotlib: python3 -m pip install ".[report]"
"""

import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import matplotlib
from matplotlib.figure import Figure

from instahash.learn.course import step_named, steps

SIZE, MARGIN = (6.0, 3.4), 0.15  # inches


def draw(step):
    """Write the picture of one step; the same step gives the same bytes."""
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": step.name, "font.size": 10}):
        figure = Figure(SIZE, layout="constrained", facecolor="white")
        answer = runpy.run_path(str(step.folder / "step.py"))
        runpy.run_path(str(step.folder / "picture.py"))["draw"](figure, type("Answer", (), as_static(answer)))
        figure.savefig(step.folder / "picture.svg", metadata={"Date": None}, bbox_inches="tight", pad_inches=MARGIN)


def as_static(names):
    return {name: staticmethod(value) if callable(value) else value for name, value in names.items()}


if __name__ == "__main__":
    for step in [step_named(name) for name in sys.argv[1:]] or steps():
        draw(step)
        print(step.folder / "picture.svg")
