"""AutoRec: seconds an epoch, time to a training RMSE, and recommending, against PyTorch or the plain dense reference.

    python benchmarks/bench_autorec.py --data posts.jsonl.gz --threads 2 --against torch --json result.json

The ratings are the paper's: +1 for the words of a post, -1 for every other word, but for an expansion that decays by
rank; its words are the nearest by input vectors. PyTorch trains the same network (sigmoid hidden layer, identity
output, squared error on every entry) on dense batches cut from one dense array that is made beforehand, with as many
threads.

- Epochs, `ratio_epoch_*`: Adam from a random start at the same batch size, at each of --batch-sizes and on 1 and
  --threads threads; without a batch size in its name, a figure is for the largest.
- Time to a training RMSE, `ratio_time_to_rmse`: PyTorch tries each of PEERS for --trial-epochs epochs, and the one with
  the lowest RMSE trains anew for --peer-epochs. What that reaches is the target. This code starts from the spectrum
  with a ridge decoder; beside it stand Adam from a random start, and a random encoder with a ridge decoder.
- `rmse_bound`: linear outputs lie in an affine space of n_hidden dimensions, so that no encoder whatever gets below
  what the first n_hidden principal components leave.
"""

from common import arguments, ids_of_rows, in_turn, parse, peak_mb, report, split, timed

# Batch size, optimiser, learning rate and other options.
PEERS = {
    "adam_128": (128, "Adam", {"lr": 1e-3}),
    "adam_128_fast": (128, "Adam", {"lr": 3e-3}),
    "adam_1024": (1024, "Adam", {"lr": 3e-3}),
    "sgd_128": (128, "SGD", {"lr": 1e-3, "momentum": 0.9}),
}
parser = arguments(__doc__.split("\n")[0], ["torch", "reference"])
parser.set_defaults(threads=2)
parser.add_argument("--batch-sizes", type=int, nargs="+", default=[128, 512, 1024, 4096])
parser.add_argument("--trial-epochs", type=int, default=5)
parser.add_argument("--peer-epochs", type=int, default=50)
parser.add_argument("--n-hidden", type=int, default=500)
args = parse(parser)

import numpy as np

from instahash.autorec import AutoRec, expansion_decay, rating_matrix, reference
from instahash.sparse import row_of_entries
from instahash.word2vec import Word2Vec, WordVectors

data, _ = split(args, test_fraction=0.0)
word2vec = Word2Vec(vectors="input", seed=args.seed, n_threads=args.threads).fit(data.bags)
vectors = WordVectors(data.vocabulary.words, word2vec.word_vectors())
ratings = rating_matrix(data.bags, vectors.most_similar_to_sets(data.bags, 20)[0], expansion_decay(20))
n_posts, n_words = ratings.shape
stored = row_of_entries(ratings), ratings.indices
figures = {"posts": n_posts, "words": n_words, "n_hidden": args.n_hidden, "threads": args.threads}


def ours(n_threads=args.threads, on_epoch=None, **options):
    options = {"n_hidden": args.n_hidden, "seed": args.seed, "n_threads": n_threads, **options}
    return AutoRec(**options).fit(ratings, on_epoch=on_epoch)


def bounds():
    """RMSE of the best constant for each word, and of the first n_hidden principal components."""
    above = ratings.copy()
    above.data = above.data + 1
    mean = np.asarray(above.sum(axis=0)) / n_posts
    covariance = (above.T @ above).toarray().astype(float) / n_posts - np.outer(mean, mean)
    values = np.linalg.eigvalsh(covariance).clip(min=0)
    return [float(np.sqrt(part.sum() / n_words)) for part in (values, values[: max(n_words - args.n_hidden, 0)])]


figures["rmse_of_the_best_constant"], figures["rmse_bound"] = bounds()
figures["seconds_first_use_with_compiling"] = timed(lambda: AutoRec(n_hidden=8, epochs=1).fit(ratings[:20]))[0]
AutoRec(n_hidden=8, epochs=1, init="random", batch_size=4, decoder="ridge").fit(ratings[:20])

# To a training RMSE.
closed = {"init": "spectral", "decoder": "ridge", "epochs": 0}
lottery = {"init": "random", "decoder": "ridge", "epochs": 0}
seconds = in_turn(args.repeat, spectral=lambda: ours(**closed), random_encoder=lambda: ours(**lottery))
model = ours(**closed)
figures |= {
    "seconds": seconds["spectral"],
    "rmse": model.rmse(ratings),
    "seconds_random_encoder": seconds["random_encoder"],
    "rmse_random_encoder": ours(**lottery).rmse(ratings),
    "peak_rss_mb": peak_mb(),  # of this code: what the peer needs comes later
}

# Recommending, in blocks and one post at a time.
described = rating_matrix(data.description[np.resize(np.arange(n_posts), 20_000)])
words = ids_of_rows(described)[:500]
hashtags = data.vocabulary.hashtag_ids
model.recommend(words[0]), model.recommend(described[:10])
seconds = in_turn(
    args.repeat,
    all_words=lambda: model.recommend(described),
    hashtags=lambda: model.recommend(described, restrict_to=hashtags),
    one=lambda: [model.recommend(ids) for ids in words],
)
figures |= {
    "posts_per_second_recommend": 20_000 / seconds["all_words"],
    "posts_per_second_recommend_hashtags": 20_000 / seconds["hashtags"],
    "milliseconds_recommend_one": 1000 * seconds["one"] / len(words),
}


class Torch:
    """The same network for PyTorch."""

    def __init__(self, batch_size, optimiser="Adam", options=None):
        torch.manual_seed(args.seed)
        self.batch_size, self.rng = batch_size, np.random.default_rng(args.seed)
        self.encoder, self.decoder = torch.nn.Linear(n_words, args.n_hidden), torch.nn.Linear(args.n_hidden, n_words)
        parameters = [*self.encoder.parameters(), *self.decoder.parameters()]
        self.optimiser = getattr(torch.optim, optimiser)(parameters, **(options or {"lr": 1e-3}))

    def squares(self, R):
        """Sum of squared errors of some posts, to be differentiated."""
        return ((self.decoder(torch.sigmoid(self.encoder(R))) - R) ** 2).sum()

    def train(self, epochs=1):
        for _ in range(epochs):
            order = torch.from_numpy(self.rng.permutation(n_posts))
            for rows in order.split(self.batch_size):
                self.optimiser.zero_grad()
                (0.5 * self.squares(dense[rows]) / len(rows)).backward()
                self.optimiser.step()

    def rmse(self):
        with torch.no_grad():
            return float(np.sqrt(sum(float(self.squares(R)) for R in dense.split(1024)) / (n_posts * n_words)))


def seconds_until(rmse, **options):
    """Seconds of training until an epoch's RMSE is at most `rmse`."""
    return timed(lambda: ours(on_epoch=lambda model: model.history[-1] <= rmse, **options))


if args.against == "torch":
    import torch

    dense = torch.full((n_posts, n_words), -1.0)
    dense[torch.from_numpy(stored[0]), torch.from_numpy(stored[1])] = torch.from_numpy(ratings.data)
    for size in args.batch_sizes:
        for n_threads in sorted({1, args.threads}):
            torch.set_num_threads(n_threads)
            seconds = in_turn(
                args.repeat if size >= 1024 else 1,
                ours=lambda n=n_threads, b=size: ours(n, init="random", epochs=1, batch_size=b),
                torch=Torch(size).train,
            )
            name = f"{n_threads}_thread{'s' if n_threads > 1 else ''}"
            rows = {"seconds_epoch": seconds["ours"], "seconds_epoch_torch": seconds["torch"]}
            rows["ratio_epoch"] = seconds["torch"] / seconds["ours"]
            figures |= {f"{key}_{name}_batch_{size}": value for key, value in rows.items()}
            figures |= {f"{key}_{name}": value for key, value in rows.items() if size == max(args.batch_sizes)}
    figures["batch_size"] = max(args.batch_sizes)
    torch.set_num_threads(args.threads)
    trials = {}
    for name, peer in PEERS.items():
        trial = Torch(*peer)
        trial.train(args.trial_epochs)
        trials[name] = figures[f"rmse_torch_trial_{name}"] = trial.rmse()
    best = min(trials, key=trials.get)
    peer = Torch(*PEERS[best])
    seconds_torch = timed(lambda: peer.train(args.peer_epochs))[0]
    target = peer.rmse()
    adam = {"init": "random", "epochs": 5, "batch_size": 512, "learning_rate": 2e-3, "schedule": "constant"}
    seconds_gradient, gradient = seconds_until(target, **adam)
    figures |= {
        "peer": best,
        "seconds_torch": seconds_torch,
        "rmse_target": target,
        "ratio_time_to_rmse": seconds_torch / figures["seconds"],
        "seconds_gradient_to_target": seconds_gradient,
        "rmse_gradient": gradient.history[-1],
        "ratio_time_to_rmse_gradient": seconds_torch / seconds_gradient,
        "peak_rss_mb_with_torch": peak_mb(),
    }
elif args.against == "reference":
    rows = min(512, n_posts)
    X = ratings[:rows].toarray().astype(float)
    X[X != 0] += 1
    parameters = [array.astype(float) for array in (model.V, model.mu, model.U, model.b)]
    seconds = in_turn(
        args.repeat,
        ours=lambda: ours(init="random", epochs=1, batch_size=rows),
        reference=lambda: reference.loss_and_gradients(*parameters, X, X),
    )
    figures |= {
        "seconds_epoch": seconds["ours"],
        "seconds_epoch_reference_extrapolated": seconds["reference"] * n_posts / rows,
        "ratio_epoch": seconds["reference"] * n_posts / rows / seconds["ours"],
    }
report(args, figures)
