"""Recommending: many posts at once and one at a time, and the models' parts of it against gensim and PyTorch.

    python benchmarks/bench_recommend.py --data posts.jsonl.gz --model-dir model --threads 2 --json result.json

Without --model-dir a model is trained first, briefly, since speed does not depend on how well it is trained. The
queries are the data's own descriptions, repeated until there are --questions of them.
"""

from common import arguments, in_turn, parse, peak_mb, report, timed

parser = arguments(__doc__.split("\n")[0], ["gensim", "torch", "reference"])
parser.add_argument("--model-dir", help="a trained model; default: train one briefly")
parser.add_argument("--questions", type=int, default=10_000)
args = parse(parser)

import numpy as np
from scipy import sparse

from instahash import InstaHash, Settings
from instahash.data import Corpus, encode, read_posts
from instahash.word2vec import WordVectors

corpus = Corpus.from_posts(read_posts(args.data))
figures = {}
if args.model_dir:
    figures["seconds_load"], model = timed(lambda: InstaHash.load(args.model_dir))
else:
    quick = Settings.of("paper", n_threads=args.threads).changed(["word2vec.epochs=2", "autorec.epochs=2"])
    model = InstaHash(quick).fit(corpus)
rows = np.resize(np.arange(len(corpus)), args.questions)
description = encode(corpus.take(rows), model.vocabulary).description
labels = [
    [model.vocabulary.words[i] for i in description.indices[description.indptr[q] : description.indptr[q + 1]]]
    for q in range(200)
]
figures["seconds_first_answer_with_compiling"] = timed(lambda: model.recommend(labels[0]))[0]
one_by_one = iter(labels * (args.repeat + 1))


def single():
    for _ in range(len(labels)):
        model.recommend(next(one_by_one))


works = {"batch": lambda: model.recommend_matrix(description), "single": single}
vectors = WordVectors(model.vocabulary.words, model.word2vec.word_vectors())
similar = {"similar": lambda: vectors.most_similar_to_sets(description, 20)}
ones = sparse.csr_array(
    (np.ones(description.nnz, np.float32), description.indices, description.indptr), description.shape
)


def outputs():
    for start in range(0, args.questions, 1024):
        model.autorec.predict(ones[start : start + 1024])


if args.against == "gensim":
    from gensim.models import KeyedVectors

    gensims = KeyedVectors(vectors.vectors.shape[1])
    gensims.add_vectors(model.vocabulary.words, model.word2vec.W)
    gensims.fill_norms()
    words = [model.vocabulary.words_array[row] for row in np.split(description.indices, description.indptr[1:-1])]
    works |= similar | {"peer": lambda: [gensims.most_similar(positive=list(w), topn=20) for w in words if len(w)]}
elif args.against == "torch":
    import torch

    torch.set_num_threads(args.threads)
    V, mu, U, b = (
        torch.from_numpy(np.ascontiguousarray(a))
        for a in (model.autorec.V, model.autorec.mu, model.autorec.U, model.autorec.b)
    )

    def torch_outputs():
        for start in range(0, args.questions, 1024):
            R = torch.from_numpy(ones[start : start + 1024].toarray())
            torch.sigmoid(R @ V.T + mu) @ U.T + b

    works |= {"similar": outputs, "peer": torch_outputs}
elif args.against == "reference":
    from instahash.topk import plain_top_k

    scores = vectors.similarities(description[:2000])
    works |= {"similar": lambda: vectors.most_similar_to_sets(description[:2000], 20, exclude=False)}
    works |= {"peer": lambda: plain_top_k(vectors.similarities(description[:2000]), 20)}
seconds = in_turn(args.repeat, **works)
figures |= {
    "questions": args.questions,
    "words": len(model.vocabulary),
    "seconds_all_questions": seconds["batch"],
    "questions_per_second": args.questions / seconds["batch"],
    "milliseconds_one_question": 1000 * seconds["single"] / len(labels),
}
if args.against:
    figures[f"seconds_same_part_{args.against}"] = seconds["peer"]
    figures["seconds_same_part"] = seconds["similar"]
    figures["ratio"] = seconds["peer"] / seconds["similar"]
figures["peak_rss_mb"] = peak_mb()
report(args, figures)
