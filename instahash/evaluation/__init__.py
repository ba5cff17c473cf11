"""How good recommendations are: measures over arrays and sets, which know no model.

similarity.py  the paper's measures: cosine and Jaccard of two sets of words, tables of shares, histograms
ranking.py     precision, recall, accuracy, nDCG and MAP at k
evaluate.py    all of them for a model's answers to a corpus, and worked examples
tables.py      the result as text
"""

from instahash.evaluation.evaluate import Evaluation, evaluate
from instahash.evaluation.ranking import ranking_measures
from instahash.evaluation.similarity import cosine, histogram, jaccard, share_table
from instahash.evaluation.tables import format_example, format_tables

__all__ = [
    "Evaluation",
    "cosine",
    "evaluate",
    "format_example",
    "format_tables",
    "histogram",
    "jaccard",
    "ranking_measures",
    "share_table",
]
