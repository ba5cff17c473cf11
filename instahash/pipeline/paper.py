"""Mode "paper": the recipe as published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from instahash.autorec import AutoRec, AutoRecSettings, expansion_decay, rating_matrix
from instahash.baselines import Cooccurrence
from instahash.costs import Cost, check_costs
from instahash.data import Dataset, DataSettings, Vocabulary, train_test_split
from instahash.errors import DataError, SettingsError
from instahash.experts import Losses, NetworkQuery, Sections, train_word2vec
from instahash.forms import COUNT, Form, fit
from instahash.parameters import Section, parameter
from instahash.recommend import Options, Queries, Recommendation, autorec_sets, combine
from instahash.sparse import CSR, column_counts, ones
from instahash.trainer import FirstFive, Trainer
from instahash.word2vec import Word2Vec, Word2VecSettings, WordVectors, choose_vectors

# Posts of the trial that chooses between input and summed vectors.
TRIAL = 50_000
TRIED = "a trial of its word vectors alone suggests"
# Of the expansion: operations a second, those that choosing the nearest words takes a word, and bytes of a rating.
RATE, SELECTION, RATING_BYTES = 3e10, 50, 36
# What the scores of an answer are, by where it comes from.
SCORES = {"intersection": "cosine", "autorec": "rating", "most_used": "frequency"}


@dataclass(frozen=True)
class RatingSettings(Section, owner="ratings"):
    """What AutoRec is given, and what it is to reproduce."""

    input: str = parameter("bag", "what AutoRec is given", choices=("bag", "description"))
    target: str = parameter("bag", "what it is to reproduce", choices=("bag", "hashtags"))
    n_expand: int = parameter(20, "expansion words a post, 0 for none", least=0, most=1000)
    expansion_last: float = parameter(0.0, "rating of the last of them; the first has 1 - 1/n_expand", least=-1, most=1)


@dataclass(frozen=True)
class CombinationSettings(Section, owner="combination"):
    """How the two models' sets become hashtags."""

    n_similar: int = parameter(20, "size of the Word2Vec set", least=1, most=10_000)
    n_default: int = parameter(5, "AutoRec's first words, taken where the intersection is empty", least=0, most=10_000)


@dataclass(frozen=True)
class PaperSettings(Section):
    """All settings of mode "paper"; a section is an attribute, a setting an attribute of its section."""

    mode: ClassVar[str] = "paper"
    data: DataSettings = DataSettings()
    word2vec: Word2VecSettings = Word2VecSettings()
    ratings: RatingSettings = RatingSettings()
    autorec: AutoRecSettings = AutoRecSettings()
    combination: CombinationSettings = CombinationSettings()
    seed: int = parameter(0, "the same seed gives the same model", least=0, most=2**63 - 1)
    n_threads: int = parameter(1, "threads of training", least=1, most=1024)


class Paper:
    """Both models, and the intersection of their sets.

    settings : PaperSettings.  word2vec : Word2Vec.  autorec : AutoRec.
    Other attributes and methods as in :class:`~instahash.pipeline.mode.Mode`.
    """

    default_score = 1.0  # scores make no difference
    n_photo_features = 0

    def __init__(self, settings: PaperSettings):
        shared = {"seed": settings.seed, "n_threads": settings.n_threads}
        self.settings = settings
        self.word2vec = Word2Vec(settings.word2vec, **shared)
        self.autorec = AutoRec(settings.autorec, **shared)

    @property
    def n_outputs(self) -> int:
        return len(self.vocabulary)

    # Training

    def fit(self, dataset: Dataset, trainer: Trainer) -> None:
        self.vocabulary, self.n_posts = dataset.vocabulary, len(dataset.ids)
        check_costs(self.costs(dataset.bags), self.settings, trainer.report)
        self.cooccurrence = Cooccurrence().fit(dataset.description, dataset.hashtags)
        train_word2vec(self.word2vec, dataset.bags, trainer)
        if self.settings.word2vec.vectors == "auto":
            self.choose_vectors(dataset.bags, dataset.hashtags, dataset.description, trainer)
        self.vectors = WordVectors(self.vocabulary.words, self.word2vec.word_vectors())
        inputs, targets = self.ratings(dataset.bags, dataset.hashtags, dataset.description)
        plan = self.settings.autorec.decided(self.n_posts, inputs is targets)
        starts = {"random": "a random start, as published", "spectral": "the spectrum; as published with init=random"}
        trainer.detail(f"autorec: epochs {plan.epochs}, from {starts[plan.init]}.")
        trainer.run(self.autorec, "autorec", inputs, targets=targets, n_epochs=int(plan.epochs), measure="rmse")
        history = self.autorec.history
        rmse = history[-1] if len(history) else self.autorec.rmse(inputs, targets=targets)
        entries = "all entries" if self.settings.autorec.absent_weight else "the rated entries"
        when = "in the last epoch" if len(history) else "without an epoch"
        trainer.detail(f"autorec: RMSE over {entries} {rmse:.4f} {when}.")

    def costs(self, bags: CSR) -> dict[str, Cost]:
        """Of all that posts with these bags train. Each post's expansion takes its cosines with all words."""
        n_posts, n_words = bags.shape
        settings = self.settings
        one = settings.ratings.input == settings.ratings.target
        expansion = 2.0 * n_posts * n_words * (settings.word2vec.dim + SELECTION) / RATE
        return {
            "word2vec": self.word2vec.plan(bags).cost,
            "ratings": Cost({"n_expand": RATING_BYTES * (bags.nnz + n_posts * settings.ratings.n_expand)}, expansion),
            "autorec": settings.autorec.decided(n_posts, one).cost(n_words, n_posts),
        }

    def choose_vectors(self, bags: CSR, hashtags: CSR, description: CSR, trainer: Trainer) -> None:
        """Let a trial on at most TRIAL posts, a tenth of them held out, say which vectors find their hashtags."""
        settings = self.settings
        posts = np.random.default_rng(settings.seed).permutation(bags.shape[0])[:TRIAL]
        train, held_out = (posts[part] for part in train_test_split(len(posts), 0.1, settings.seed))
        trial = Word2Vec(settings.word2vec, seed=settings.seed, n_threads=settings.n_threads)
        try:
            trial.fit(bags[train])
        except DataError:  # too few posts with two words for a trial
            return
        queries, wanted = description[held_out], hashtags[held_out]
        recalls, kind = choose_vectors(trial.W, trial.C, queries, wanted, self.vocabulary.hashtag_ids)
        self.word2vec.vectors = kind
        near = WordVectors(self.vocabulary.words, trial.W + trial.C if kind == "sum" else trial.W)
        rows = np.flatnonzero(np.diff(queries.indptr))
        first, _ = near.most_similar_to_sets(queries[rows], 5, self.vocabulary.hashtag_ids, exclude=False)
        popular = np.argsort(-column_counts(hashtags[train]), kind="stable")[:5]
        trainer.first_five = FirstFive.of(first, popular, wanted[rows], TRIED)
        trainer.detail(
            f"word2vec: recall@10 on {len(held_out):,} posts held out of a trial is {recalls['sum']:.3f} with summed "
            f"vectors, {recalls['input']:.3f} with input vectors; {kind} vectors are used."
        )

    def ratings(self, bags: CSR, hashtags: CSR, description: CSR) -> tuple[CSR, CSR]:
        """What AutoRec is given and what it is to reproduce, CSR (n_posts, n_words); one object where they are one."""
        settings = self.settings.ratings
        members = bags if settings.target == "bag" else hashtags
        expansion = decay = None
        if settings.n_expand:
            decay = expansion_decay(settings.n_expand, last=settings.expansion_last)
            expansion = self.vectors.most_similar_to_sets(bags, settings.n_expand)[0]
            if settings.target == "hashtags":
                expansion = np.where(self.vocabulary.is_hashtag[expansion], expansion, -1)
        targets = rating_matrix(members, expansion, decay)
        if settings.input == settings.target:
            return targets, targets
        return rating_matrix(bags if settings.input == "bag" else description), targets

    def partial_fit(self, dataset: Dataset) -> None:
        """Raises SettingsError: the recipe is trained once."""
        raise SettingsError("mode 'paper' is trained once; take mode 'best' for a model that goes on learning")

    # Queries

    def recommend(self, queries: Queries, options: Options) -> list[Recommendation]:
        """A Recommendation for each post. The recipe knows only a description; chosen hashtags are added to it,
        and no answer has one or a variant of one.

        Raises SettingsError where novelty or diversity are wanted.
        """
        if options.novelty or options.diversity:
            raise SettingsError("mode 'paper' knows neither novelty nor diversity; train with mode 'best' for them")
        settings, vocabulary, words = self.settings.combination, self.vocabulary, queries.words()
        similar, cosines = self.vectors.most_similar_to_sets(words, settings.n_similar, exclude=False)
        outputs = self.autorec.predict(ones(words))
        found = combine(similar, cosines, outputs, vocabulary.is_hashtag, settings.n_default)
        sets = autorec_sets(outputs) if options.trace else []
        text, variants, answers = vocabulary.words_array, vocabulary.variants, []
        for post in range(words.shape[0]):
            known, chosen = (m.indices[m.indptr[post] : m.indptr[post + 1]] for m in (words, queries.chosen))
            ids, scores, top = found.hashtags[post], found.scores[post], options.top
            source = "autorec" if found.defaulted[post] else "intersection"
            if not len(known):
                ids, source = vocabulary.hashtag_ids, "most_used"
                scores = vocabulary.hashtag_counts[ids] / self.n_posts
                top = settings.n_similar if top is None else top
            kept = ~(np.isin(ids, options.banned) | np.isin(variants[ids], variants[chosen]))
            trace = None
            if options.trace:
                lists = {"description": known, "word2vec": similar[post][similar[post] >= 0], "autorec": sets[post]}
                lists["combined"] = found.combined[post]
                trace = {name: text[each].tolist() if len(known) else [] for name, each in lists.items()}
            hashtags = vocabulary.spelled(ids[kept][:top])
            answers.append(Recommendation(hashtags, scores[kept][:top].tolist(), SCORES[source], source, trace))
        return answers

    def single_scores(self, queries: Queries) -> dict[str, np.ndarray]:
        words = queries.words()
        return {"word2vec": self.vectors.similarities(words), "autorec": self.autorec.predict(ones(words))}

    def networks(self, queries: Queries) -> list[NetworkQuery]:
        words, every = queries.words(), np.arange(len(self.vocabulary))
        return [NetworkQuery("autorec", self.autorec, ones(words), every, np.ones(len(every)), every)] * bool(words.nnz)

    def knows(self, key: str) -> bool:
        return False

    # What is kept

    def header(self) -> tuple[dict[str, Any], Losses]:
        sizes = {"dim": self.settings.word2vec.dim, "n_hidden": self.settings.autorec.n_hidden, "n_posts": self.n_posts}
        return sizes, {"word2vec_loss": self.word2vec.history.loss, "autorec_rmse": self.autorec.history.loss}

    def to_arrays(self) -> Sections:
        models: dict[str, Any] = {"word2vec": self.word2vec, "autorec": self.autorec, "cooccurrence": self.cooccurrence}
        return {name: model.to_arrays() for name, model in models.items()} | {
            "paper": {"n_posts": np.array(self.n_posts)}
        }

    def load(self, sections: Sections, history: Losses, vocabulary: Vocabulary) -> None:
        settings, seed = self.settings, self.settings.seed
        fit(sections["paper"], {"n_posts": Form("int64", (), 1, COUNT)})
        self.vocabulary, self.n_posts = vocabulary, int(sections["paper"]["n_posts"])
        word2vec, autorec, losses = sections["word2vec"], sections["autorec"], history["word2vec_loss"]
        self.word2vec = Word2Vec.from_arrays(word2vec, settings.word2vec, history=losses, seed=seed)
        self.autorec = AutoRec.from_arrays(autorec, settings.autorec, history=history["autorec_rmse"], seed=seed)
        theta = self.autorec.parameters
        if {len(own) for own in (self.word2vec.W, theta.Vt, theta.U)} != {len(vocabulary)}:
            raise ValueError(f"{len(vocabulary)} words and other numbers of vectors")
        self.cooccurrence = Cooccurrence.from_arrays(sections["cooccurrence"], len(vocabulary))
        self.vectors = WordVectors(vocabulary.words, self.word2vec.word_vectors())
