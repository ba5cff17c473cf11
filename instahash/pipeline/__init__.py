"""InstaHash: posts in, trained models, hashtags out. The order of the steps and nothing else.

system.py   InstaHash: fit, partial_fit, recommend, save, load, whatever the mode
paper.py    mode "paper": the published recipe
best.py     mode "best": two AutoRecs, word2vec and a linear model, fused into one probability
trainer.py  progress, checkpoints and resuming of a model's training
"""

from instahash.pipeline.system import InstaHash

__all__ = ["InstaHash"]
