"""How the experts take queries: which labels are believed how far, which words stand in for others, what is known."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from instahash.data import Echoes
from instahash.data.kin import kin
from instahash.data.preprocess import GUESS
from instahash.experts.domain import Domain
from instahash.experts.protocol import PHOTO
from instahash.recommend import Queries
from instahash.sparse import CSR, keep, row_of_entries, union, with_data

# A description of at most so many words is short: each says more, and some experts make more of it than others.
FEW = 3


def understood(queries: Queries, domain: Domain) -> Queries:
    """The queries as the experts can take them.

    A label that is not known lends its meaning, the words that are nearly the same or broader, to the description.
    Labels below min_score have the score that they are worth. Where no post of the training had labels those that
    are known are hashtags chosen, and the others say nothing.
    """
    familiar = domain.familiarity.probability(queries.echoes, domain.log_ratios)
    queries = trusted(queries, domain, familiar)
    if not domain.labelled.any():
        nothing = keep(queries.description, np.zeros(queries.description.nnz, bool))
        chosen = union(queries.chosen, queries.description)
        return queries._replace(description=nothing, chosen=chosen, echoes=Echoes.of_description(nothing))
    description = _lent(queries, domain)
    known = domain.labelled[description.indices]
    description = description if known.all() else keep(description, known)
    return queries._replace(description=description, inputs=domain.inputs(description))


def trusted(queries: Queries, domain: Domain, familiar: np.ndarray) -> Queries:
    """So familiar, and with the scores of unsure labels lower where these are worth less than they promise."""
    least, trust = np.float32(domain.settings.data.min_score), domain.familiarity.trust
    queries = queries._replace(familiar=familiar)
    factors = (1 - familiar * (1 - trust)).astype(np.float32)
    echoes, guessed = queries.echoes, queries.guessed

    def lowered(labels: CSR) -> CSR:
        rows = row_of_entries(labels)
        unsure = (labels.data < least) & ~guessed[rows]
        return with_data(labels, np.where(unsure, labels.data * factors[rows], labels.data)) if unsure.any() else labels

    return queries._replace(echoes=echoes._replace(known=lowered(echoes.known), unknown=lowered(echoes.unknown)))


def _lent(queries: Queries, domain: Domain) -> CSR:
    """The descriptions with the words that stand in for unknown labels."""
    labels, names = queries.echoes.unknown, queries.echoes.unknown_words
    index, labelled = domain.vocabulary.index, domain.labelled
    least = np.where(queries.guessed, GUESS, domain.settings.data.min_score)[row_of_entries(labels)]
    sure = keep(labels, labels.data >= least.astype(np.float32))
    if not sure.nnz:
        return queries.description
    stands_in = {
        i: [index[word] for word in kin(names[i], lambda word: labelled[index[word]] if word in index else False)]
        for i in np.unique(sure.indices).tolist()
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
    lent = sparse.csr_array((values, (rows, ids)), shape=queries.description.shape)
    return queries.description.maximum(lent).tocsr()


def contexts_of(queries: Queries) -> np.ndarray:
    """(m,) str, which of CONTEXTS each post is in, with PHOTO behind it where the photo's features are there."""
    n_words, n_chosen = (np.diff(matrix.indptr) for matrix in (queries.description, queries.chosen))
    n_words = np.where((n_words == 0) & (queries.echoes.highest() >= GUESS), 1, n_words)
    alone = np.where(n_words == 0, "neither", np.where(n_words <= FEW, "short", "description"))
    contexts = np.where(n_chosen == 0, alone, np.where(n_words == 0, "chosen", "both"))
    if queries.photo_features is None:
        return contexts
    return np.where(queries.with_photo(), np.char.add(contexts, PHOTO), contexts)
