"""InstaHash: posts in, trained models, hashtags out. The order of the steps and nothing else.

system.py       InstaHash: fit, partial_fit, save, load, whatever the mode
recommender.py  what it answers: recommend, recommend_posts, rankings
kept.py         it as a header and arrays: for its file, for copies, and what names it
mode.py         what it asks of a mode, and the modes
paper.py        mode "paper": the published recipe
best.py         mode "best": lists of hashtags from the experts' probabilities
sample.py       the model of the embedded sample, trained when it is first asked for
identity.py     what names a training
outcome.py      what it says when it has ended; doubts.py, of labels that are not sure
"""

from instahash.experts import BestSettings
from instahash.pipeline.identity import versions
from instahash.pipeline.kept import header_of, sections_of
from instahash.pipeline.mode import MODES, settings_of
from instahash.pipeline.paper import PaperSettings
from instahash.pipeline.sample import sample_model
from instahash.pipeline.system import InstaHash

__all__ = [
    "MODES", "BestSettings", "InstaHash", "PaperSettings", "header_of", "sample_model", "sections_of", "settings_of",
    "versions",
]  # fmt: skip
