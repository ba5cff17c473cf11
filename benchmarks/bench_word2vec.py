"""Skip-gram: pairs a second and quality, against gensim on the same pairs or against the plain reference.

    python benchmarks/bench_word2vec.py --data posts.jsonl.gz --threads 2 --against gensim --json result.json

A pair is an ordered pair of different words of a post; an epoch is every pair of every bag once. gensim gets each bag
as a sentence, with a window that covers it and no shrinking, subsampling or minimum count. Quality, on a tenth of the
posts kept back: recall@10 of the author's hashtags ranked by cosine with the mean vector of the description, and the
expected loss a pair, computed exactly.
"""

from common import arguments, in_turn, parse, peak_mb, report, split, timed

parser = arguments(__doc__.split("\n")[0], ["gensim", "reference"])
parser.add_argument("--epochs", type=int, default=15, help="epochs for quality; speed is measured on one")
parser.add_argument("--dim", type=int, default=100)
parser.add_argument("--literal-posts", type=int, default=300, help="posts whose 3-permutations gensim is given")
args = parse(parser)

from itertools import permutations  # noqa: E402

import numpy as np  # noqa: E402
from scipy import sparse  # noqa: E402

from instahash.evaluation import ranking_measures  # noqa: E402
from instahash.recommend import top_ranked  # noqa: E402
from instahash.word2vec import Word2Vec, reference, sampling  # noqa: E402


def exact_loss(W, C, bags, k=5, r=3):
    """Mean over pairs, weighted as the permutations ask, of -log s(w.c) - k E log s(-w.c)."""
    sizes = np.diff(bags.indptr)
    weights = sampling.permutation_weights(sizes, r)
    ones = sparse.csr_array((np.ones(bags.nnz), bags.indices, bags.indptr), shape=bags.shape)
    counts = (ones.T @ (sparse.diags_array(weights) @ ones)).tocoo()
    off = counts.row != counts.col
    centre, context, n = counts.row[off], counts.col[off], counts.data[off]
    P = sampling.noise_distribution(np.bincount(bags.indices, minlength=bags.shape[1]), 0.75)
    scores = W.astype(np.float64) @ C.astype(np.float64).T
    softplus = np.logaddexp(0, scores)  # -log s(-x)
    positive = (n * (softplus - scores)[centre, context]).sum()
    negative = k * np.bincount(centre, n, len(W)) @ (softplus @ P)
    return float((positive + negative) / n.sum())


def recall_at_10(W, data, test):
    model = Word2Vec.from_arrays(W, None)
    rows = np.flatnonzero((np.diff(test.hashtags.indptr) > 0) & (np.diff(test.description.indptr) > 0))
    ranked = top_ranked(model.similarities(test.description[rows]), 10, data.vocabulary.hashtag_ids)
    return ranking_measures(ranked, test.hashtags[rows])["recall@10"]


def ours(epochs):
    return Word2Vec(dim=args.dim, epochs=epochs, n_threads=args.threads, seed=args.seed).fit(data.bags)


def gensim_model(sentences, epochs, window):
    from gensim.models import Word2Vec as Gensim

    model = Gensim(vector_size=args.dim, window=window, sg=1, hs=0, negative=5, sample=0, min_count=1, seed=args.seed,
                   workers=args.threads, shrink_windows=False, epochs=epochs, batch_words=10_000)  # fmt: skip
    model.build_vocab(sentences)
    return model, lambda: model.train(sentences, total_examples=len(sentences), epochs=epochs)


data, test = split(args)
sizes = np.diff(data.bags.indptr).astype(np.int64)
pairs = int((sizes * (sizes - 1)).sum())
figures = {"posts": len(data.ids), "words": len(data.vocabulary), "pairs_an_epoch": pairs}
figures["seconds_first_use_with_compiling"] = timed(lambda: Word2Vec(dim=args.dim, epochs=1).fit(data.bags[:50]))[0]

works = {"instahash": lambda: ours(1)}
if args.against == "gensim":
    words = data.vocabulary.words
    bags = [[words[i] for i in row] for row in np.split(data.bags.indices, data.bags.indptr[1:-1])]
    works["gensim"] = lambda: gensim_model(bags, 1, int(sizes.max()))[1]()
seconds = in_turn(args.repeat, **works)
figures["pairs_per_second"] = pairs / seconds["instahash"]
took, model = timed(lambda: ours(args.epochs))
figures |= {
    "epochs": args.epochs,
    "seconds_training": took,
    "exact_loss": exact_loss(model.W, model.C, data.bags),
    "recall_at_10": recall_at_10(model.W, data, test),
    "recall_at_10_summed_vectors": recall_at_10(model.W + model.C, data, test),
}

if args.against == "gensim":
    figures["pairs_per_second_gensim"] = pairs / seconds["gensim"]
    figures["ratio_pairs_per_second"] = seconds["gensim"] / seconds["instahash"]
    trained, train = gensim_model(bags, args.epochs, int(sizes.max()))
    figures["seconds_training_gensim"] = timed(train)[0]
    order = [trained.wv.key_to_index[word] for word in words]
    W, C = trained.wv.vectors[order], trained.syn1neg[order]
    figures["exact_loss_gensim"] = exact_loss(W, C, data.bags)
    figures["recall_at_10_gensim"] = recall_at_10(W, data, test)
    # The literal job, one epoch of all 3-permutations, on a few posts: its time is proportional to the permutations.
    chosen = np.random.default_rng(args.seed).permutation(len(bags))[: args.literal_posts]
    literal = [list(p) for i in chosen for p in permutations(bags[i], 3)]
    share = len(literal) / (sizes * (sizes - 1) * (sizes - 2)).sum()
    figures["share_of_permutations_given_to_gensim"] = float(share)
    figures["seconds_literal_permutations_gensim_extrapolated"] = timed(gensim_model(literal, 1, 2)[1])[0] / share
    figures["ratio_whole_job_extrapolated"] = figures["seconds_literal_permutations_gensim_extrapolated"] / took
elif args.against == "reference":
    few = np.arange(min(40, len(sizes)))
    start = [model.W.astype(float), model.C.astype(float), np.ones(len(model.W)), np.ones(len(model.W))]
    negatives = np.zeros((len(few), 20), np.int32)
    weights = sampling.permutation_weights(sizes, 3)
    took, _ = timed(
        lambda: reference.train_bags(*start, data.bags.indptr, data.bags.indices, few, weights, negatives, 5, 0.1)
    )
    figures["pairs_per_second_reference"] = float((sizes[few] * (sizes[few] - 1)).sum() / took)
    figures["ratio_pairs_per_second"] = figures["pairs_per_second"] / figures["pairs_per_second_reference"]
figures["peak_rss_mb"] = peak_mb()
report(args, figures)
