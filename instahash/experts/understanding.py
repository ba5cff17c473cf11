"""How the experts take queries: which labels are believed how far, which words stand in for others, what is known."""

from __future__ import annotations

import numpy as np

from instahash.data import Echoes
from instahash.data.kin import kin
from instahash.data.preprocess import GUESS
from instahash.experts.domain import Domain
from instahash.experts.protocol import PHOTO
from instahash.merge import maximum
from instahash.recommend import Queries
from instahash.sparse import CSR, empty, keep, row_of_entries, row_sizes, unchecked_csr, union, with_data

# A description of at most so many words is short: each says more, and some experts make more of it than others.
FEW = 3
# The contexts where nothing, little and more is known, and where hashtags are chosen, without words and with some.
IN_ORDER = np.array(["neither", "short", "description", "chosen", "both"])


def understood(queries: Queries, domain: Domain) -> Queries:
    """The queries as the experts can take them.

    A label that is not known lends its meaning, the words that are nearly the same or broader, to the description.
    Labels below min_score have the score that they are worth. Where no post of the training had labels those that
    are known are hashtags chosen, and the others say nothing.
    """
    queries = trusted(queries, domain, domain.familiarity.probability(queries.echoes, domain.log_ratios))
    if not len(domain.described):
        nothing = empty(queries.description.shape, np.float32)
        chosen = union(queries.chosen, queries.description)
        return queries._replace(description=nothing, chosen=chosen, echoes=Echoes.of_description(nothing))
    description = _lent(queries, domain)
    description = keep(description, domain.labelled[description.indices])
    return queries._replace(description=description, inputs=domain.inputs(description))


def trusted(queries: Queries, domain: Domain, familiar: np.ndarray) -> Queries:
    """So familiar, and with the scores of unsure labels lower where these are worth less than they promise."""
    least, trust = np.float32(domain.settings.data.min_score), domain.familiarity.trust

    def lowered(labels: CSR) -> CSR:
        if not (unsure := labels.data < least).any():
            return labels
        factors = np.where(queries.guessed, 1, 1 - familiar * (1 - trust)).astype(np.float32)
        return with_data(labels, labels.data * np.where(unsure, factors[row_of_entries(labels)], 1))

    known, unknown = lowered(queries.echoes.known), lowered(queries.echoes.unknown)
    return queries._replace(familiar=familiar, echoes=queries.echoes._replace(known=known, unknown=unknown))


def _lent(queries: Queries, domain: Domain) -> CSR:
    """The descriptions with the words that stand in for unknown labels."""
    labels, names = queries.echoes.unknown, queries.echoes.unknown_words
    if not labels.nnz:
        return queries.description
    index, labelled = domain.vocabulary.index, domain.labelled
    least = np.where(queries.guessed, GUESS, domain.settings.data.min_score)[row_of_entries(labels)]
    sure = keep(labels, labels.data >= least.astype(np.float32))
    stands_in = {
        i: [index[word] for word in kin(names[i], lambda word: word in index and labelled[index[word]])]
        for i in set(sure.indices.tolist())
    }
    own = [stands_in[i] for i in sure.indices.tolist()]
    sizes = list(map(len, own))
    rows, values = np.repeat(row_of_entries(sure), sizes), np.repeat(sure.data, sizes)
    ids = np.array([word for found in own for word in found], np.int64)
    if not len(ids):
        return queries.description
    # Of several labels that lend one word the surest; a sum of duplicates would be more than 1.
    order = np.lexsort((-values, ids, rows))
    first = np.unique(rows[order] * len(index) + ids[order], return_index=True)[1]
    rows, ids, values = rows[order][first], ids[order][first], values[order][first]
    indptr = np.searchsorted(rows, np.arange(labels.shape[0] + 1)).astype(np.int32)
    return maximum(queries.description, unchecked_csr(values, ids, indptr, queries.description.shape))


def contexts_of(queries: Queries) -> np.ndarray:
    """(m,) str, which of CONTEXTS each post is in, with PHOTO behind it where the photo's features are there."""
    n_words = row_sizes(queries.description)
    if not n_words.all():
        n_words = np.where((n_words == 0) & (queries.echoes.highest() >= GUESS), 1, n_words)
    known = n_words > 0
    contexts = IN_ORDER[np.where(row_sizes(queries.chosen) > 0, 3 + known, known * np.where(n_words > FEW, 2, 1))]
    if queries.photo_features is None:
        return contexts
    return np.where(queries.with_photo(), np.char.add(contexts, PHOTO), contexts)
