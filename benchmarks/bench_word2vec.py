"""Skip-gram: pairs a second, the whole job and quality, against gensim on the same pairs or the plain reference.

    python benchmarks/bench_word2vec.py --data posts.jsonl.gz --against gensim --json result.json

A pair is an ordered pair of different words of a post; an epoch of the sampling trainer is every pair of every bag
once, with 5 negatives expected a pair and 100 dimensions. gensim gets each bag as a sentence, with a window that covers
it and no shrinking, subsampling or minimum count, from a list and from a file, and the faster of the two counts. Both
are measured in turn, on 1 thread and on 2, each number of threads in a process of its own whose BLAS has as many.

The whole job is the paper's: vectors from all 3-permutations of all bags. This code never lists them (exact trainer);
gensim trains on them for one epoch, in random order, on a fraction of them whose time is scaled up.
`--literal-fraction 1` gives it all of them and measures its vectors. Quality, on a tenth of the posts kept back:
recall@10 of the author's hashtags ranked by cosine with the mean vector of the description, of input vectors or of the
sum of input and output vectors, whichever is better for each system; and the expected loss a pair on the training
posts, computed exactly.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from common import arguments, ids_of_rows, in_turn, parse, peak_mb, report, split, timed

parser = arguments(__doc__.split("\n")[0], ["gensim", "reference"])
parser.set_defaults(threads=None)
parser.add_argument("--epochs", type=int, default=15, help="epochs for quality; speed is measured on one")
parser.add_argument("--dim", type=int, default=100)
parser.add_argument(
    "--literal-fraction", type=float, default=0.02, help="fraction of the 3-permutations gensim is given"
)
args = parse(parser)

import numpy as np
from scipy import sparse

from instahash.baselines import top_ranked
from instahash.evaluation import ranking_measures
from instahash.sparse import ones
from instahash.word2vec import Word2Vec, WordVectors, reference, sampling


def exact_loss(W, C, bags, k=5, r=3):
    """Mean over pairs, weighted as the permutations ask, of -log s(w.c) - k E log s(-w.c), by NumPy in float64."""
    sizes = np.diff(bags.indptr)
    weights = sampling.permutation_weights(sizes, r)
    present = ones(bags, float)
    counts = (present.T @ (sparse.diags_array(weights) @ present)).tocoo()
    off = counts.row != counts.col
    centre, context, n = counts.row[off], counts.col[off], counts.data[off]
    P = sampling.noise_distribution(np.bincount(bags.indices, minlength=bags.shape[1]), 0.75)
    scores = W.astype(np.float64) @ C.astype(np.float64).T
    softplus = np.logaddexp(0, scores)  # -log s(-x)
    positive = (n * (softplus - scores)[centre, context]).sum()
    negative = k * np.bincount(centre, n, len(W)) @ (softplus @ P)
    return float((positive + negative) / n.sum())


def quality(W, C, name=""):
    """The exact loss, and recall@10 on the posts kept back, by input vectors and by sums."""
    rows = np.flatnonzero((np.diff(test.hashtags.indptr) > 0) & (np.diff(test.description.indptr) > 0))
    recalls = {}
    for kind, vectors in (("input", W), ("sum", W + C)):
        similar = WordVectors(data.vocabulary.words, vectors).similarities(test.description[rows])
        ranked = top_ranked(similar, 10, data.vocabulary.hashtag_ids)
        recalls[kind] = ranking_measures(ranked, test.hashtags[rows])["recall@10"]
    return {
        f"exact_loss{name}": exact_loss(W, C, data.bags),
        f"recall_at_10{name}": max(recalls.values()),
        f"recall_at_10_input_vectors{name}": recalls["input"],
        f"recall_at_10_summed_vectors{name}": recalls["sum"],
    }


def ours(trainer, epochs=1):
    return Word2Vec(dim=args.dim, trainer=trainer, epochs=epochs, n_threads=args.threads, seed=args.seed).fit(data.bags)


class Gensim:
    """gensim on sentences, from a list or from a file."""

    def __init__(self, window, epochs=1):
        from gensim.models import Word2Vec as Model

        self.model = Model(
            vector_size=args.dim, window=window, sg=1, hs=0, negative=5, sample=0, min_count=1, seed=args.seed,
            workers=args.threads, shrink_windows=False, epochs=epochs, batch_words=10_000,
        )  # fmt: skip
        self.model.build_vocab(bags)
        self.epochs = epochs

    def train(self, sentences, n_sentences, n_words):
        source = {"corpus_file": str(sentences)} if isinstance(sentences, Path) else {"corpus_iterable": sentences}
        self.model.train(**source, total_examples=n_sentences, total_words=n_words, epochs=self.epochs)

    def vectors(self):
        order = [self.model.wv.key_to_index[word] for word in data.vocabulary.words]
        return self.model.wv.vectors[order], self.model.syn1neg[order]


def permutations(fraction):
    """A random fraction of all 3-permutations of all bags, in random order: word ids (n, 3) int32."""
    rng, parts = np.random.default_rng(args.seed), []
    for n in np.unique(sizes[sizes > 2]):
        places = np.stack([grid.ravel() for grid in np.meshgrid(*[np.arange(n)] * 3)], axis=1)
        a, b, c = places.T
        places = places[(a != b) & (b != c) & (a != c)].astype(np.int32)
        starts = data.bags.indptr[:-1][sizes == n]
        drawn = rng.permutation(len(starts) * len(places))[: round(fraction * len(starts) * len(places))]
        parts.append(data.bags.indices[starts[drawn // len(places)][:, None] + places[drawn % len(places)]])
    listed = np.concatenate(parts).astype(np.int32)
    rng.shuffle(listed)
    return listed


def against_gensim(folder):
    """gensim's speed from a list and from a file, in turn with ours; its vectors after as many epochs as ours."""
    figures, n_words = {}, int(sizes.sum())
    in_file = Path(folder, "bags.txt")
    in_file.write_text("".join(" ".join(bag) + "\n" for bag in bags))
    speed, window = Gensim(int(sizes.max())), int(sizes.max())
    seconds = in_turn(
        args.repeat,
        instahash=lambda: ours("sampling"),
        gensim_list=lambda: speed.train(bags, len(bags), n_words),
        gensim_file=lambda: speed.train(in_file, len(bags), n_words),
        exact=lambda: ours("exact"),
    )
    source = bags if seconds["gensim_list"] < seconds["gensim_file"] else in_file
    figures |= {f"seconds_{name}_an_epoch": value for name, value in seconds.items() if name != "exact"}
    figures["seconds_exact"] = seconds["exact"]
    gensim = min(seconds["gensim_list"], seconds["gensim_file"])
    figures["pairs_per_second"] = pairs / seconds["instahash"]
    figures["pairs_per_second_gensim"] = pairs / gensim
    figures["ratio_pairs_per_second"] = gensim / seconds["instahash"]

    same_epochs = Gensim(window, args.epochs)
    figures["seconds_training_gensim"] = timed(lambda: same_epochs.train(source, len(bags), n_words))[0]
    figures |= quality(*same_epochs.vectors(), "_gensim")

    listed = permutations(args.literal_fraction)
    in_file = Path(folder, "permutations.txt")
    with open(in_file, "w") as file:
        for start in range(0, len(listed), 100_000):
            rows = data.vocabulary.words_array[listed[start : start + 100_000]].tolist()
            file.write("".join(" ".join(row) + "\n" for row in rows))
    literal, n = Gensim(2), len(listed)
    took = timed(lambda: literal.train(in_file, n, 3 * n))[0]
    figures["permutations_given_to_gensim"] = n
    if args.literal_fraction == 1:
        figures |= {"seconds_literal_gensim": took} | quality(*literal.vectors(), "_literal_gensim")
    else:
        rows = data.vocabulary.words_array[listed].tolist()
        took = min(took, timed(lambda: Gensim(2).train(rows, n, 3 * n))[0])
    figures["seconds_whole_job_gensim"] = took * float((sizes * (sizes - 1) * (sizes - 2)).sum()) / n
    figures["ratio_whole_job"] = figures["seconds_whole_job_gensim"] / seconds["exact"]
    return figures


def against_reference():
    few = np.arange(min(40, len(sizes)))
    vectors = [np.zeros((len(data.vocabulary), args.dim)) for _ in "WC"]
    start = [*vectors, np.ones(len(vectors[0])), np.ones(len(vectors[0]))]
    negatives = np.zeros((len(few), 10), np.int32)
    weights = sampling.permutation_weights(sizes, 3)
    took, _ = timed(
        lambda: reference.train_bags(*start, data.bags.indptr, data.bags.indices, few, weights, negatives, 5, 0.1)
    )
    seconds = in_turn(args.repeat, instahash=lambda: ours("sampling"))["instahash"]
    rates = {
        "pairs_per_second": pairs / seconds,
        "pairs_per_second_reference": float((sizes[few] * (sizes[few] - 1)).sum() / took),
    }
    return rates | {"ratio_pairs_per_second": rates["pairs_per_second"] / rates["pairs_per_second_reference"]}


def both_thread_counts():
    """The figures of two processes, 1 thread and 2; what depends on neither, and the whole job, from the second."""
    figures, results = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for threads in (1, 2):
            file = Path(folder, f"{threads}.json")
            command = [sys.executable, __file__, *sys.argv[1:], "--threads", str(threads), "--json", str(file)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            results[threads] = json.loads(file.read_text())["figures"]
    for name, value in results[2].items():
        if name.startswith(("seconds_", "pairs_per_second", "ratio_pairs", "peak")):
            figures[f"{name}_1_thread"], figures[f"{name}_2_threads"] = results[1][name], value
        else:
            figures[name] = value
    return figures | {"ratio_whole_job_1_thread": results[1]["ratio_whole_job"]}


if args.threads is None and args.against == "gensim":
    report(args, both_thread_counts())
    sys.exit()
args.threads = args.threads or 1

data, test = split(args)
sizes = np.diff(data.bags.indptr).astype(np.int64)
pairs = int((sizes * (sizes - 1)).sum())
figures = {"posts": len(data.ids), "words": len(data.vocabulary), "pairs_an_epoch": pairs}
for trainer in ("sampling", "exact"):
    few = data.bags[:50]
    took = timed(lambda few=few, trainer=trainer: Word2Vec(dim=args.dim, epochs=1, trainer=trainer).fit(few))[0]
    figures[f"seconds_first_use_{trainer}"] = took
bags = [data.vocabulary.words_array[row].tolist() for row in ids_of_rows(data.bags)]
if args.against == "gensim":
    with tempfile.TemporaryDirectory() as folder:
        figures |= against_gensim(folder)
elif args.against == "reference":
    figures |= against_reference()
model = ours("exact")
figures |= {"trainer": Word2Vec(dim=args.dim).plan(data.bags).trainer} | quality(model.W, model.C)
took, model = timed(lambda: ours("sampling", args.epochs))
figures |= {"epochs": args.epochs, "seconds_training_sampling": took} | quality(model.W, model.C, "_sampling")
figures["peak_rss_mb"] = peak_mb()
report(args, figures)
