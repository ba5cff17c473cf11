"""InstaHash: posts in, trained models, hashtags out. The order of the steps and nothing else.

system.py   InstaHash: fit, partial_fit, recommend, save, load, whatever the mode
paper.py    mode "paper": the published recipe
best.py     mode "best": the experts' answers fused into one probability
experts.py  its experts: two AutoRecs, word2vec, a linear model, and what people prefer
inside.py   how an answer came about: the networks as they were asked, and the experts' opinions
trainer.py  progress, checkpoints and resuming of a model's training
"""

from instahash.pipeline.system import InstaHash

__all__ = ["InstaHash"]
