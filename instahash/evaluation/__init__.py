"""How good recommendations are: measures over arrays and sets, which know no model.

similarity.py  the paper's measures: cosine and Jaccard of two sets of words, tables of shares, histograms
ranking.py     precision, recall, accuracy, nDCG and MAP at k
novelty.py     what lists are like, right or not: novelty, coverage, how alike their hashtags are
bootstrap.py   how sure the difference between two systems is
protocols.py   what is asked about a post, and what is sought
scores.py      all measures of several systems' lists, a block of posts at a time
details.py     what is kept of every single post, on demand
evaluate.py    all of them for a model's answers to a corpus, and worked examples
tables.py      the result as text
"""

from instahash.evaluation.bootstrap import differences, mean_intervals, paired_bootstrap
from instahash.evaluation.details import Details
from instahash.evaluation.evaluate import Evaluation, evaluate
from instahash.evaluation.novelty import coverage, intra_list_similarity, novelty, self_information
from instahash.evaluation.protocols import PROTOCOLS, questions
from instahash.evaluation.ranking import ranking_measures, ranking_values
from instahash.evaluation.similarity import cosine, histogram, jaccard, share_table, unit_vectors
from instahash.evaluation.tables import format_example, format_tables

__all__ = [
    "PROTOCOLS",
    "Details",
    "Evaluation",
    "cosine",
    "coverage",
    "differences",
    "evaluate",
    "format_example",
    "format_tables",
    "histogram",
    "intra_list_similarity",
    "jaccard",
    "mean_intervals",
    "novelty",
    "paired_bootstrap",
    "questions",
    "ranking_measures",
    "ranking_values",
    "self_information",
    "share_table",
    "unit_vectors",
]
