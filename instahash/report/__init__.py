"""The report of an evaluation: one HTML file with tables, figures and examples, which opens without a network.

about.py          what the page says besides the result
page.py           the whole page
summary.py        its sections, in their order: the main figures in plain words
results.py        how well each system ranks, and the paper's tables
distributions.py  histograms and learning curves
examples.py       posts with every set of words on the way to their hashtags
weaknesses.py     where it fails
costs.py          settings, seconds, sizes, versions
kinds.py          which hashtags say what is in a photo, and of what kind a post is
failures.py       clusters of vectors, near misses, hashtags often wrong or missed
published.py      figures of others
plots.py          histograms, curves and bars as SVG
markup.py         HTML elements, with all text escaped
terms.py          what the columns and the systems are
wording.py        names and numbers as the page writes them
style.py          how it looks
"""

from instahash.report.about import About
from instahash.report.page import page

__all__ = ["About", "page"]
