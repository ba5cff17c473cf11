"""Skip-gram learns from new posts: loss a pair on old and new ones, before and after `partial_fit`, and trained anew.

    python benchmarks/bench_word2vec_online.py --data posts.jsonl.gz --json result.json

100 hashtags come into fashion late (`common.fashion`). Of the new posts 1,500 arrive, or all of them. All losses are
exact, with the noise distribution of all posts.
"""

from common import arguments, fashion, narrowed, parse, report, split, timed

parser = arguments(__doc__.split("\n")[0], [])
args = parse(parser)

import numpy as np
from scipy import sparse

from instahash.sparse import ones
from instahash.word2vec import Word2Vec, sampling


def counts(bags):
    """Co-occurrence of words, weighted as the 3-permutations ask, (n_words, n_words) float64."""
    weights = sampling.permutation_weights(np.diff(bags.indptr), 3)
    present = ones(bags, float)
    N = (present.T @ (sparse.diags_array(weights) @ present)).toarray()
    np.fill_diagonal(N, 0)
    return N


def loss(model, N):
    missing = ((0, len(N) - len(model.W)), (0, 0))
    scores = np.pad(model.W, missing).astype(float) @ np.pad(model.C, missing).T
    softplus = np.logaddexp(0, scores)
    return float(((N * (softplus - scores)).sum() + 5 * N.sum(axis=1) @ (softplus @ P)) / N.sum())


data, _ = split(args, test_fraction=0.0)
old, arriving, n_old = fashion(data, args.seed)
P = sampling.noise_distribution(np.bincount(np.concatenate([old.indices, arriving.indices])), 0.75)
figures = {"old_posts": old.shape[0], "old_words": n_old, "words": len(P)}
for trainer in ("exact", "sampling"):
    for n_new in (1500, arriving.shape[0]):
        new = arriving[:n_new]
        N_old, N_new = counts(old), counts(new)
        model = Word2Vec(trainer=trainer, seed=args.seed, n_threads=args.threads).fit(narrowed(old, n_old))
        before = model.W.copy()
        rows = {"old_before": loss(model, N_old), "new_before": loss(model, N_new)}
        rows["seconds"] = timed(lambda model=model, new=new: model.partial_fit(new))[0]
        rows |= {"old_after": loss(model, N_old), "new_after": loss(model, N_new)}
        anew = Word2Vec(trainer=trainer, seed=args.seed, n_threads=args.threads).fit(sparse.vstack([old, new]).tocsr())
        rows |= {"old_trained_anew": loss(anew, N_old), "new_trained_anew": loss(anew, N_new)}
        cosine = (before * model.W[:n_old]).sum(axis=1)
        cosine /= np.linalg.norm(before, axis=1) * np.linalg.norm(model.W[:n_old], axis=1)
        rows["old_words_cosine_with_their_place"] = float(cosine.mean())
        figures |= {f"{trainer}_{n_new}_new_{name}": value for name, value in rows.items()}
report(args, figures)
