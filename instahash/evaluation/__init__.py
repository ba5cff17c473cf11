"""How good recommendations are: measures over arrays and sets, which know no model.

similarity.py  the paper's measures: cosine and Jaccard of two sets of words, tables of fractions, histograms
ranking.py     precision, recall, accuracy, nDCG and MAP at k
bands.py       quality by how often the training used a hashtag
novelty.py     what lists are like, right or wrong: novelty, coverage, similarity of their hashtags
bootstrap.py   confidence intervals of means, and of the difference between two systems
protocols.py   what is given of a post, and what is to be found
scores.py      all measures of the lists of one system
evaluate.py    all of them for a model's answers to a corpus, with worked examples
tables.py      the result as text
"""

from instahash.evaluation.bootstrap import paired_bootstrap
from instahash.evaluation.evaluate import Details, Evaluation, evaluate
from instahash.evaluation.protocols import EVERYBODY, make_tasks
from instahash.evaluation.ranking import ranking_measures
from instahash.evaluation.similarity import TABLES, cosine, jaccard
from instahash.evaluation.tables import counted, format_example, format_tables, left_out, network_words

__all__ = [
    "EVERYBODY", "TABLES", "Details", "Evaluation", "cosine", "counted", "evaluate", "format_example", "format_tables",
    "jaccard", "left_out", "make_tasks", "network_words", "paired_bootstrap", "ranking_measures",
]  # fmt: skip
