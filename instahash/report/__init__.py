"""The report of an evaluation: one HTML file with tables, figures and examples, which opens without a network.

page.py           the whole page, and what it says besides the result: settings, seconds, sizes, versions
templates/        its sections as Jinja2 templates, and how it looks
results.py        how well each system ranks, and the paper's tables
distributions.py  histograms and learning curves
examples.py       posts of each kind with every set of words on the way to their hashtags
failures.py       where it fails: clusters of vectors, near misses, hashtags often wrong or missed
plots.py          histograms, curves and bars as SVG
trajectories.py   not of the page: vectors and their ways through a training, as a figure or an animation
wording.py        names, numbers and words as the page writes them

To import it without Jinja2 or matplotlib raises an InstahashError that says what to install.
"""

from instahash.errors import InstahashError

try:
    from instahash.report.page import About, page
    from instahash.report.trajectories import animation, save_animation, trajectories
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in ("jinja2", "markupsafe", "matplotlib"):
        raise
    raise InstahashError(
        f'a report needs the package {error.name}; install it with: python3 -m pip install "instahash[report]"'
    ) from None

__all__ = ["About", "animation", "page", "save_animation", "trajectories"]
