"""AutoRec: seconds an epoch and RMSE, against PyTorch on the same ratings or against the plain dense reference.

    python benchmarks/bench_autorec.py --data posts.jsonl.gz --threads 2 --against torch --json result.json

The ratings are the paper's: +1 for the words of a post, a decaying expansion, -1 for every other word. PyTorch trains
the same network (sigmoid hidden layer, identity output, squared error on every entry, Adam) on dense batches made from
the same sparse ratings, at each of the batch sizes given.
"""

from common import arguments, in_turn, parse, peak_mb, report, split, timed

parser = arguments(__doc__.split("\n")[0], ["torch", "reference"])
parser.add_argument("--epochs", type=int, default=10, help="epochs after which the RMSE is compared")
parser.add_argument("--batch-size", type=int, default=512)
parser.add_argument("--torch-batch-sizes", type=int, nargs="+", default=[128, 1024])
parser.add_argument("--n-hidden", type=int, default=500)
args = parse(parser)

import numpy as np  # noqa: E402

from instahash.autorec import AutoRec, expansion_decay, rating_matrix, reference  # noqa: E402
from instahash.word2vec import Word2Vec  # noqa: E402

data, _ = split(args)
vectors = Word2Vec(epochs=5, n_threads=args.threads).fit(data.bags)
ratings = rating_matrix(data.bags, vectors.most_similar(data.bags, 20)[0], expansion_decay(20))
n_posts, n_words = ratings.shape
figures = {"posts": n_posts, "words": n_words, "n_hidden": args.n_hidden, "batch_size": args.batch_size}
constant = np.asarray(ratings.sum(axis=0)) - (n_posts - np.diff(ratings.tocsc().indptr))
squares = (ratings.data.astype(float) ** 2).sum() + (n_posts * n_words - ratings.nnz)
figures["rmse_of_the_best_constant"] = float(np.sqrt((squares - (constant**2).sum() / n_posts) / (n_posts * n_words)))


def ours(epochs):
    options = {"n_hidden": args.n_hidden, "batch_size": args.batch_size, "seed": args.seed, "n_threads": args.threads}
    return AutoRec(epochs=epochs, **options).fit(ratings)


class TorchAutoRec:
    """The same network and the same data for PyTorch, a dense batch at a time."""

    def __init__(self, batch_size):
        import torch

        torch.set_num_threads(args.threads)
        torch.manual_seed(args.seed)
        self.torch, self.batch_size, self.rng = torch, batch_size, np.random.default_rng(args.seed)
        self.encoder, self.decoder = torch.nn.Linear(n_words, args.n_hidden), torch.nn.Linear(args.n_hidden, n_words)
        self.optimiser = torch.optim.Adam([*self.encoder.parameters(), *self.decoder.parameters()], lr=1e-3)

    def squares(self, rows):
        """Sum of squared errors of some posts, to be differentiated."""
        part = ratings[rows]
        dense = np.full(part.shape, -1, np.float32)
        dense[np.repeat(np.arange(part.shape[0]), np.diff(part.indptr)), part.indices] = part.data
        R = self.torch.from_numpy(dense)
        return ((self.decoder(self.torch.sigmoid(self.encoder(R))) - R) ** 2).sum()

    def epoch(self):
        order = self.rng.permutation(n_posts)
        for start in range(0, n_posts, self.batch_size):
            rows = order[start : start + self.batch_size]
            self.optimiser.zero_grad()
            (0.5 * self.squares(rows) / len(rows)).backward()
            self.optimiser.step()

    def rmse(self):
        with self.torch.no_grad():
            blocks = np.array_split(np.arange(n_posts), 1 + n_posts // 1024)
            return float(np.sqrt(sum(float(self.squares(rows)) for rows in blocks) / (n_posts * n_words)))


figures["seconds_first_use_with_compiling"] = timed(lambda: AutoRec(n_hidden=8, epochs=1).fit(ratings[:20]))[0]
works = {"instahash": lambda: ours(1)}
peers = {}
if args.against == "torch":
    peers = {size: TorchAutoRec(size) for size in args.torch_batch_sizes}
    works |= {f"torch_{size}": peer.epoch for size, peer in peers.items()}
seconds = in_turn(args.repeat, **works)
took, model = timed(lambda: ours(args.epochs))
figures |= {
    "seconds_an_epoch": seconds["instahash"],
    "epochs": args.epochs,
    "seconds_training": took,
    "rmse": model.rmse(ratings),
}
for size in peers:
    peer = TorchAutoRec(size)
    took_torch, _ = timed(lambda: [peer.epoch() for _ in range(args.epochs)])
    figures |= {
        f"seconds_an_epoch_torch_batch_{size}": seconds[f"torch_{size}"],
        f"ratio_epoch_torch_batch_{size}": seconds[f"torch_{size}"] / seconds["instahash"],
        f"seconds_training_torch_batch_{size}": took_torch,
        f"rmse_torch_batch_{size}": peer.rmse(),
    }
if args.against == "reference":
    rows = min(args.batch_size, n_posts)
    R = np.full((rows, n_words), -1.0)
    part = ratings[:rows]
    R[np.repeat(np.arange(rows), np.diff(part.indptr)), part.indices] = part.data
    parameters = [array.astype(float) for array in (model.V, model.mu, model.U, model.b)]
    a_batch, _ = timed(lambda: reference.loss_and_gradients(*parameters, R, 0.0))
    figures["seconds_an_epoch_reference_extrapolated"] = a_batch * n_posts / rows
    figures["ratio_epoch"] = figures["seconds_an_epoch_reference_extrapolated"] / seconds["instahash"]
figures["peak_rss_mb"] = peak_mb()
report(args, figures)
