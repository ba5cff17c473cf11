"""Mode "paper": the recipe as published."""

from __future__ import annotations

import numpy as np

from instahash.autorec import AutoRec, expansion_decay, rating_matrix
from instahash.data import train_test_split
from instahash.errors import DataError, SettingsError
from instahash.pipeline.inside import Asked
from instahash.recommend import Recommendation, autorec_sets, combine
from instahash.sparse import ones
from instahash.word2vec import Word2Vec

# Posts of the trial that chooses between input and summed vectors.
TRIAL = 50_000


class Paper:
    """Both models, and the intersection of their sets.

    settings : Settings.  vocabulary : Vocabulary.  n_posts : int, posts trained on.
    """

    usual = (1.0, 1.0)  # scores make no difference

    def __init__(self, settings, vocabulary, n_posts):
        self.settings, self.vocabulary, self.n_posts = settings, vocabulary, n_posts

    # Training

    def fit(self, dataset, trainer, report):
        settings = self.settings
        shared = {"seed": settings.seed, "n_threads": settings.n_threads}
        self.word2vec = Word2Vec(**vars(settings.word2vec), **shared)
        self.autorec = AutoRec(**settings.autorec.of_model(self.n_posts), **shared)
        plan = self.word2vec.plan(dataset.bags)
        report(f"Word2Vec: {plan.trainer} trainer, {plan.why}; at most {plan.memory / 1e6:,.0f} MB.")
        trainer.run(self.word2vec, "word2vec", plan.epochs, dataset.bags)
        if settings.word2vec.vectors == "auto":
            self._choose_vectors(dataset, report)
        inputs, targets = self._ratings(dataset)
        trainer.run(self.autorec, "autorec", self.autorec.epochs, inputs, targets=targets, measure="rmse")
        report(f"Word2Vec: loss a pair {self.word2vec.history[-1]:.4f} in the last epoch.")
        history = self.autorec.history
        rmse = history[-1] if len(history) else self.autorec.rmse(inputs, targets=targets)
        entries = "all entries" if settings.autorec.objective == "enforced" else "the rated entries"
        report(
            f"AutoRec: RMSE over {entries} {rmse:.4f} {'in the last epoch' if len(history) else 'without an epoch'}."
        )

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

    def partial_fit(self, dataset):
        raise SettingsError("mode 'paper' is trained once; take mode 'best' for a model that goes on learning")

    # Questions

    def answers(self, questions, wishes):
        """A Recommendation for each post. The recipe knows only a description; chosen hashtags are added to it.

        Raises SettingsError where novelty or diversity are wished for.
        """
        if wishes.novelty or wishes.diversity:
            raise SettingsError("mode 'paper' knows neither novelty nor diversity; train with mode 'best' for them")
        chosen, vocabulary = self.settings.recommend, self.vocabulary
        description = questions.words()
        similar, cosines = self.word2vec.most_similar(description, chosen.n_similar, exclude=False)
        outputs = self._outputs(description)
        autorec = autorec_sets(outputs)
        combination = combine(similar, cosines, outputs, vocabulary.is_hashtag, chosen.n_default)
        text, barred = vocabulary.words_array, questions.barred(wishes.banned)
        answers = []
        for post in range(description.shape[0]):
            known = description.indices[description.indptr[post] : description.indptr[post + 1]]
            if not len(known):
                answers.append(self._most_used(wishes, barred[post]))
                continue
            kept = ~np.isin(combination.hashtags[post], barred[post])
            answers.append(
                Recommendation(
                    hashtags=vocabulary.spelled(combination.hashtags[post][kept][: wishes.top]),
                    scores=combination.scores[post][kept][: wishes.top].tolist(),
                    source="autorec" if combination.defaulted[post] else "intersection",
                    trace={
                        "description": text[known].tolist(),
                        "word2vec": text[similar[post][similar[post] >= 0]].tolist(),
                        "autorec": text[autorec[post]].tolist(),
                        "combined": text[combination.combined[post]].tolist(),
                    },
                )
            )
        return answers

    def _most_used(self, wishes, barred):
        vocabulary = self.vocabulary
        top = self.settings.recommend.n_similar if wishes.top is None else wishes.top
        ids = vocabulary.hashtag_ids[~np.isin(vocabulary.hashtag_ids, barred)][:top]
        share = vocabulary.hashtag_counts[ids] / self.n_posts
        return Recommendation(vocabulary.spelled(ids), share.tolist(), "most_used", dict.fromkeys(("description", "word2vec", "autorec", "combined"), []))

    def _outputs(self, words):
        """AutoRec's ratings (n_posts, n_words) of all words, given +1 for the words of each post."""
        return self.autorec.predict(ones(words))

    def scores(self, questions):
        """What each model alone gives every word, a dict of name -> (n_posts, n_words)."""
        words = questions.words()
        return {"word2vec": self.word2vec.similarities(words), "autorec": self._outputs(words)}

    def asked(self, questions):
        """The network that answers about one post, a list of one Asked, or of none where no word is known."""
        words, every = questions.words(), np.arange(len(self.vocabulary))
        usual = np.ones(len(every))
        return [Asked("autorec", self.autorec, ones(words), every, usual, every)] if words.nnz else []

    def knows(self, key):
        """Nobody's earlier posts make a difference."""
        return False

    # What is kept

    def header(self):
        """Sizes and histories for model.json."""
        sizes = {"dim": self.word2vec.dim, "n_hidden": self.autorec.n_hidden}
        return sizes, {"word2vec_loss": self.word2vec.history.loss, "autorec_rmse": self.autorec.history.loss}

    def files(self):
        return {"word2vec.npz": self.word2vec.to_arrays(), "autorec.npz": self.autorec.to_arrays()}

    @classmethod
    def load(cls, settings, vocabulary, n_posts, history, files):
        """The trained mode from what :meth:`header` and :meth:`files` gave."""
        mode = cls(settings, vocabulary, n_posts)
        mode.word2vec = Word2Vec.from_arrays(
            **files["word2vec.npz"],
            history=history["word2vec_loss"],
            settings={**vars(settings.word2vec), "seed": settings.seed},
        )
        mode.autorec = AutoRec.from_arrays(
            **files["autorec.npz"],
            history=history["autorec_rmse"],
            settings={**settings.autorec.of_model(n_posts), "seed": settings.seed},
        )
        n_words = len(vocabulary)
        if len(mode.word2vec.W) != n_words or len(mode.autorec.U) != n_words:
            raise ValueError(f"{n_words} words and other numbers of vectors")
        return mode
