"""Figures that were published, to stand beside those of an evaluation. They are of other posts."""

from __future__ import annotations

# Mode "paper" with its default settings on HARRISON's hashtags, as docs/paper.md and benchmarks/results/paper.json
# have it: table -> what `share_table` gives.
RECIPE_ON = (
    "the published recipe, mode “paper”, as docs/paper.md gives it, on 5,153 other posts: hashtags of HARRISON with "
    "simulated labels"
)
RECIPE = {
    "cosine_ground_truth": {"mean": 0.42949, ">0.7": 0.16193, ">0.3": 0.67045, "<0.3": 0.32955, "<0.0": 0.02428},
    "cosine_description": {"mean": 0.83762, ">0.7": 0.91149, ">0.3": 1.0, "<0.3": 0.0, "<0.0": 0.0},
    "jaccard_ground_truth": {"mean": 0.06017, ">0.7": 0.00175, ">0.3": 0.03726, "<0.3": 0.96099, "<0.0": 0.0},
    "jaccard_description": {"mean": 0.35878, ">0.7": 0.03454, ">0.3": 0.5849, "<0.3": 0.38036, "<0.0": 0.0},
}

# Park, Li and Kim 2016, HARRISON, arXiv 1605.05054: system -> measure -> mean, of photos themselves.
HARRISON_BY = "Park, Li and Kim 2016, arXiv 1605.05054"
HARRISON = {
    "VGG-Scene": {"precision@1": 0.2534, "recall@5": 0.1866, "accuracy@5": 0.4630},
    "VGG-Object": {"precision@1": 0.2830, "recall@5": 0.2083, "accuracy@5": 0.5070},
    "VGG-Object and VGG-Scene": {"precision@1": 0.3016, "recall@5": 0.2138, "accuracy@5": 0.5252},
}
