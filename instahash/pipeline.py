"""InstaHash: posts in, trained models, hashtags out. The order of the steps and nothing else."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import numpy as np
from scipy import sparse
from tqdm import tqdm

from instahash import __version__
from instahash.autorec import AutoRec, expansion_decay, rating_matrix
from instahash.data import Corpus, Dataset, Post, Vocabulary, encode, fit_dataset, read_posts, train_test_split, words
from instahash.errors import DataError, ModelError
from instahash.recommend import Cooccurrence, Popularity, Recommendation, autorec_sets, combine, top_ranked
from instahash.settings import Settings
from instahash.storage import Checkpoint, read_model, write_model
from instahash.word2vec import Word2Vec, WordVectors

# Posts answered at a time; (BLOCK, n_words) outputs are held in memory.
BLOCK = 1024
# Posts of the trial that chooses between input and summed vectors.
TRIAL = 50_000


class InstaHash:
    """The whole system: a vocabulary, word vectors and an autoencoder, and how they are combined.

    Attributes, after :meth:`fit` or :meth:`load`
    ---------------------------------------------
    settings : Settings.
    vocabulary : Vocabulary, of n_words words.
    word2vec : Word2Vec.
    autorec : AutoRec.
    baselines : dict of name -> Popularity or Cooccurrence, fitted on the same posts, for comparison.
    summary : dict, what the training posts were.
    """

    def __init__(self, settings: Settings | None = None):
        self.settings = settings or Settings()

    def fit(
        self,
        posts: str | Path | Iterable[Post] | Corpus,
        *,
        checkpoint: str | Path | None = None,
        resume: bool = False,
        progress: bool = False,
        report=lambda line: None,
    ) -> InstaHash:
        """Train both models.

        posts : "sample", a path that :func:`instahash.data.read_posts` takes, posts, or a Corpus.
        checkpoint : a file to keep the state of training in, between epochs.  resume : go on from it.
        progress : show progress bars where standard error is a terminal.  report : called with lines of text.

        Raises DataError for posts that cannot be used, ModelError for a checkpoint of another training,
        DivergenceError where a model stops being finite.
        """
        settings, dataset = self.settings, self._read(posts, progress)
        self.vocabulary, self.summary = dataset.vocabulary, dataset.summary.as_dict()
        report(str(dataset.summary))
        self.baselines = {
            "popularity": Popularity().fit(dataset.description, dataset.hashtags),
            "cooccurrence": Cooccurrence().fit(dataset.description, dataset.hashtags),
        }
        saved = Checkpoint(checkpoint, _fingerprint(settings, dataset)) if checkpoint else None
        states = saved.load() if saved and resume else {}
        if resume:
            report(
                f"Going on from '{checkpoint}'." if states else "There is no checkpoint to go on from; starting anew."
            )

        shared = {"seed": settings.seed, "n_threads": settings.n_threads}
        self.word2vec = Word2Vec(**vars(settings.word2vec), **shared)
        self.autorec = AutoRec(**self._autorec_options(), **shared)
        plan = self.word2vec.plan(dataset.bags)
        report(f"Word2Vec: {plan.trainer} trainer, {plan.why}; at most {plan.memory / 1e6:,.0f} MB.")
        self._train(self.word2vec, "word2vec", plan.epochs, dataset.bags, states, saved, progress)
        if settings.word2vec.vectors == "auto":
            self._choose_vectors(dataset, report)

        inputs, targets = self._ratings(dataset)
        self._train(self.autorec, "autorec", self.autorec.epochs, inputs, states, saved, progress, targets=targets)
        report(f"Word2Vec: loss a pair {self.word2vec.history[-1]:.4f} in the last epoch.")
        history = self.autorec.history
        rmse = history[-1] if len(history) else self.autorec.rmse(inputs, targets=targets)
        entries = "all entries" if settings.autorec.objective == "enforced" else "the rated entries"
        report(
            f"AutoRec: RMSE over {entries} {rmse:.4f} {'in the last epoch' if len(history) else 'without an epoch'}."
        )
        return self

    def _autorec_options(self):
        own = ("input", "target", "n_expand", "expansion_last")
        return {name: value for name, value in vars(self.settings.autorec).items() if name not in own}

    def _ratings(self, dataset):
        """What AutoRec is given and what it is to reproduce, CSR (n_posts, n_words); one object where they are one."""
        settings = self.settings.autorec
        members = dataset.bags if settings.target == "bag" else dataset.hashtags
        expansion = self.word2vec.most_similar(dataset.bags, settings.n_expand)[0] if settings.n_expand else None
        if expansion is not None and settings.target == "hashtags":
            expansion = np.where(self.vocabulary.is_hashtag[expansion], expansion, -1)
        decay = expansion_decay(settings.n_expand, last=settings.expansion_last)
        targets = rating_matrix(members, expansion, decay)
        if settings.input == settings.target:
            return targets, targets
        return rating_matrix(dataset.bags if settings.input == "bag" else dataset.description), targets

    def _read(self, posts, progress) -> Dataset:
        if not isinstance(posts, Corpus):
            posts = read_posts(posts) if isinstance(posts, (str, Path)) else posts
            posts = Corpus.from_posts(tqdm(posts, "Reading posts", disable=None if progress else True, unit=" posts"))
        return fit_dataset(posts, self.settings.data.max_hashtags, self.settings.data.min_score)

    def _train(self, model, name, epochs, matrix, states, saved, progress, **options):
        def on_epoch(model):
            bar.set_postfix(epoch=len(model.history), **{measure: f"{model.history[-1]:.4f}"})
            if saved:
                states[name] = model.state()
                saved.save(states)

        measure = "loss" if name == "word2vec" else "rmse"
        done, n_posts = len(states[name]["history"]) if name in states else 0, matrix.shape[0]
        with tqdm(
            desc=f"Training {name}",
            total=epochs * n_posts,
            initial=done * n_posts,
            unit=" posts",
            unit_scale=True,
            disable=None if progress else True,
        ) as bar:
            model.fit(matrix, state=states.get(name), on_epoch=on_epoch, on_progress=bar.update, **options)

    def _choose_vectors(self, dataset, report):
        """Let a trial on at most TRIAL posts, a tenth of them held out, say which vectors find their hashtags."""
        chosen = np.random.default_rng(self.settings.seed).permutation(len(dataset.ids))[:TRIAL]
        train, held_out = (chosen[part] for part in train_test_split(len(chosen), 0.1, self.settings.seed))
        trial = Word2Vec(**vars(self.settings.word2vec), seed=self.settings.seed, n_threads=self.settings.n_threads)
        try:
            trial.fit(dataset.bags[train])
        except DataError:  # too few posts with two words for a trial
            return
        recalls = trial.choose_vectors(
            dataset.description[held_out], dataset.hashtags[held_out], dataset.vocabulary.hashtag_ids
        )
        self.word2vec.vectors = trial.vectors
        report(
            f"Word2Vec: recall@10 on {len(held_out):,} posts held out of a trial is {recalls['sum']:.3f} with summed "
            f"vectors, {recalls['input']:.3f} with input vectors; {trial.vectors} vectors are used."
        )

    def recommend(self, labels: Iterable[str], top: int | None = None) -> Recommendation:
        """Hashtags for a photo with these labels (texts of one or more words; give only labels worth believing).

        top : at most so many hashtags; default all that the combination has.
        Where no word is known the most used hashtags are returned, and `fallback` says so.
        """
        ids, _ = self.vocabulary.lookup([word for label in labels for word in words(label)])
        ids = np.unique(ids)
        description = sparse.csr_array(
            (np.ones(len(ids), np.int8), ids, np.array([0, len(ids)])), shape=(1, len(self.vocabulary))
        )
        return self.recommend_matrix(description, top)[0]

    def recommend_posts(self, posts: Iterable[Post], top: int | None = None) -> Iterator[tuple[str, Recommendation]]:
        """(id, Recommendation) of each post, in order; posts are read a block at a time."""
        for block in _blocks(posts, BLOCK):
            dataset = encode(Corpus.from_posts(block), self.vocabulary, self.settings.data.min_score)
            yield from zip(dataset.ids, self.recommend_matrix(dataset.description, top))

    def recommend_matrix(self, description: sparse.csr_array, top: int | None = None) -> list[Recommendation]:
        """A Recommendation for each row of `description`, CSR (n_posts, n_words), stored entries are the words."""
        answers: list[Recommendation] = []
        for start in range(0, description.shape[0], BLOCK):
            answers += self._recommend_block(description[start : start + BLOCK], top)
        return answers

    def _recommend_block(self, description, top):
        chosen, vocabulary = self.settings.recommend, self.vocabulary
        similar, cosines = self.word2vec.most_similar(description, chosen.n_similar, exclude=False)
        outputs = self._outputs(description)
        autorec = autorec_sets(outputs)
        combination = combine(similar, cosines, outputs, vocabulary.is_hashtag, chosen.n_default)
        text = vocabulary.words_array
        answers = []
        for post in range(description.shape[0]):
            known = description.indices[description.indptr[post] : description.indptr[post + 1]]
            if not len(known):
                answers.append(self._most_used(top))
                continue
            answers.append(
                Recommendation(
                    hashtags=text[combination.hashtags[post][:top]].tolist(),
                    scores=combination.scores[post][:top].tolist(),
                    word2vec=text[similar[post][similar[post] >= 0]].tolist(),
                    autorec=text[autorec[post]].tolist(),
                    defaulted=bool(combination.defaulted[post]),
                    description=text[known].tolist(),
                    combined=text[combination.combined[post]].tolist(),
                )
            )
        return answers

    def _most_used(self, top):
        vocabulary = self.vocabulary
        ids = vocabulary.hashtag_ids[: self.settings.recommend.n_similar if top is None else top]
        share = vocabulary.hashtag_counts[ids] / self.summary["posts"]
        hashtags = [vocabulary.words[i] for i in ids]
        return Recommendation(hashtags, share.tolist(), [], [], True, [], [], fallback="most_used")

    def _outputs(self, description):
        """AutoRec's ratings (n_posts, n_words) of all words, given +1 for the words of each description."""
        ones = np.ones(description.nnz, np.float32)
        ratings = sparse.csr_array((ones, description.indices, description.indptr), shape=description.shape)
        return self.autorec.predict(ratings)

    def word_vectors(self) -> WordVectors:
        """The words and their vectors, to be asked by name or written to a word2vec file."""
        return WordVectors(self.vocabulary.words, self.word2vec.word_vectors())

    def rankings(self, description: sparse.csr_array, top: int) -> dict[str, np.ndarray]:
        """The hashtags that each single system ranks first: word2vec, autorec and the baselines.

        Returns a dict of name -> int32 ids (n_posts, min(top, hashtags)), best first.
        """
        scores = {
            "word2vec": self.word2vec.similarities(description),
            "autorec": self._outputs(description),
        }
        scores |= {name: baseline.score(description) for name, baseline in self.baselines.items()}
        return {name: top_ranked(score, top, self.vocabulary.hashtag_ids) for name, score in scores.items()}

    def save(self, directory: str | Path) -> None:
        """Write the model directory, whole or not at all. Raises ModelError where it cannot be written."""
        settings = self.settings.to_json()
        settings.pop("n_threads")  # how it was computed, not what it is
        header = {
            "mode": self.settings.mode,
            "settings": settings,
            "sizes": {
                "n_words": len(self.vocabulary),
                "n_hashtags": int(self.vocabulary.is_hashtag.sum()),
                "dim": self.word2vec.dim,
                "n_hidden": self.autorec.n_hidden,
            },
            "summary": self.summary,
            "history": {"word2vec_loss": self.word2vec.history.loss, "autorec_rmse": self.autorec.history.loss},
            "versions": _versions(),
        }
        counts = self.baselines["cooccurrence"].to_arrays()
        files = {
            "vocabulary.json": self.vocabulary.to_json(),
            "word2vec.npz": self.word2vec.to_arrays(),
            "autorec.npz": self.autorec.to_arrays(),
            "baselines.npz": counts,
        }
        write_model(directory, header, files)

    @classmethod
    def load(cls, directory: str | Path) -> InstaHash:
        """The model in a directory. Raises ModelError where it is missing, incomplete, changed or of a newer format."""
        header, files = read_model(directory)
        try:
            model = cls(Settings.from_json(header["settings"]))
            model.summary = header["summary"]
            model.vocabulary = Vocabulary.from_json(files["vocabulary.json"])
            model.word2vec = Word2Vec.from_arrays(
                **files["word2vec.npz"],
                history=header["history"]["word2vec_loss"],
                settings={**vars(model.settings.word2vec), "seed": model.settings.seed},
            )
            model.autorec = AutoRec.from_arrays(
                **files["autorec.npz"],
                history=header["history"]["autorec_rmse"],
                settings={**model._autorec_options(), "seed": model.settings.seed},
            )
            counts = Cooccurrence.from_arrays(files["baselines.npz"])
            model.baselines = {
                "popularity": Popularity.from_counts(model.vocabulary.hashtag_counts),
                "cooccurrence": counts,
            }
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the model in '{directory}' is not one this version can use ({error!r})") from None
        n_words = len(model.vocabulary)
        if len(model.word2vec.W) != n_words or len(model.autorec.U) != n_words:
            raise ModelError(
                f"the model in '{directory}' has {n_words} words and other numbers of vectors; train it anew"
            )
        return model


def _blocks(items, size):
    block = []
    for item in items:
        block.append(item)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def _fingerprint(settings: Settings, dataset: Dataset) -> str:
    """Names data and settings: two trainings with the same one give the same model, to the bit on as many threads."""
    content = settings.to_json()
    content.pop("n_threads")
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
    digest.update("\n".join(dataset.vocabulary.words).encode())
    for matrix in (dataset.hashtags, dataset.description):
        digest.update(matrix.indptr.astype(np.int64).tobytes())
        digest.update(matrix.indices.astype(np.int64).tobytes())
    return digest.hexdigest()


def _versions() -> dict[str, str]:
    packages = {name: metadata.version(name) for name in ("numpy", "scipy", "numba")}
    return {"python": platform.python_version(), "instahash": __version__} | packages
