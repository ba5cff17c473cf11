"""InstaHash: posts in, trained models, hashtags out. The order of the steps and nothing else.

system.py   InstaHash: fit, partial_fit, recommend, save, load, whatever the mode
mode.py     what it asks of a mode
paper.py    mode "paper": the published recipe
best.py     mode "best": lists of hashtags from the experts' probabilities
identity.py what names a training
"""

from instahash.experts import BestSettings
from instahash.pipeline.identity import versions
from instahash.pipeline.paper import PaperSettings
from instahash.pipeline.system import MODES, InstaHash, settings_of

__all__ = ["MODES", "BestSettings", "InstaHash", "PaperSettings", "settings_of", "versions"]
