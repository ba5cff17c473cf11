"""From labels to hashtags, step by step, as plain values. No number is worked out anew that a model gives."""

from __future__ import annotations

from bisect import bisect_left
from heapq import nsmallest
from math import isfinite

import numpy as np

from instahash.data import labels_from_text, words
from instahash.topk import top_k

# How many are shown: hashtags of an answer, words of a ranking, units of a network, words of a unit, endings of a word.
TOP, RANKED, UNITS, OF_A_UNIT, ENDINGS = 10, 20, 6, 6, 5
# Words whose parts in a network's outputs are shown each for itself; those of the others are added up.
PARTS = 5
# Words with one beginning that are looked at for the most used ones.
LOOKED_AT = 5000


class Explainer:
    """model : a trained InstaHash, which is only read: several threads may ask at once."""

    def __init__(self, model):
        self.model, self.vocabulary = model, model.vocabulary
        self.vectors = model.word_vectors()
        self._sorted = sorted(self.vocabulary.words)
        ids = self.vocabulary.hashtag_ids
        self._word_of = dict(zip(self.vocabulary.spelled(ids), self.vocabulary.words_array[ids]))
        self._means = {}

    def explain(self, labels, chosen=(), novelty=None, top=TOP):
        """Every step to the hashtags for a photo, a dict.

        labels : texts as people type them, "sky" or "sky:0.93", or several of them in one text; a score below the
            model's min_score rejects a label.
        chosen : hashtags picked already.  novelty, top : as in :meth:`InstaHash.recommend`.
        Raises DataError for a score out of range, SettingsError for novelty that the mode does not know.
        """
        read, kept = self._read(labels)
        questions = self.model.questions(kept, chosen)
        answer = self.model.recommend(kept, top, chosen=chosen, novelty=novelty)
        networks = [self._network(asked) for asked in self.model.mode.asked(questions)]
        similar = self._similar(questions, len(answer.word2vec))
        ranking = networks[0]["ranking"] if networks else []
        if self.model.settings.mode == "best":
            shared = {word["word"] for word in similar} & {word["word"] for word in ranking}
        else:
            shared = set() if answer.defaulted else set(answer.combined)
        _mark_shared(similar, ranking, shared)
        steps = {
            "labels": read,
            "chosen": [self._word(word) for word in dict.fromkeys(word for text in chosen for word in words(text))],
            "description": answer.description,
            "word2vec": similar,
            "networks": networks,
            "defaulted": answer.defaulted,
            "fallback": answer.fallback,
        }
        if self.model.settings.mode == "best":
            steps["experts"] = self._experts(questions, answer, novelty)
        else:
            steps["positive"] = len(answer.autorec)
            steps["combined"] = [self._word(word) for word in answer.combined]
        steps["hashtags"] = [
            {"word": self._word_of.get(hashtag, hashtag), "spelled": hashtag, "score": _number(score)}
            for hashtag, score in zip(answer.hashtags, answer.scores)
        ]
        return steps

    def warm_up(self):
        """Ask once what will be asked, so that the first who asks does not wait for a compiler."""
        word = self.vocabulary.words[self.vocabulary.hashtag_ids[0]]
        self.explain([word], [word])
        self.neighbours(word)

    def neighbours(self, word, top=TOP):
        """The words nearest to a word, and how often it was used. Raises UnknownWordError."""
        near = self.vectors.most_similar([word], topn=top)
        id = self.vocabulary.index[word]
        return {
            **self._word(word),
            "posts": int(self.vocabulary.hashtag_counts[id]),
            "neighbours": [{**self._word(other), "cosine": _number(cosine)} for other, cosine in near],
        }

    # The steps

    def _read(self, labels):
        """What is made of each label, and the labels that are believed, as `recommend` takes them."""
        read, kept = [], []
        for label in (label for text in labels for label in labels_from_text(text, self.vocabulary.index)):
            name, score = (label, None) if isinstance(label, str) else label
            rejected = score is not None and score < self.model.settings.data.min_score
            found = [self._word(word) for word in words(name)]
            for word in found:
                if not word["known"]:
                    word["endings"] = self._endings(word["word"])
            read.append({"text": name.strip(), "score": score, "rejected": rejected, "words": found})
            if not rejected:
                kept.append(label)
        return read, kept

    def _endings(self, start):
        """The most used words that begin so."""
        first = bisect_left(self._sorted, start)
        found = []
        for word in self._sorted[first : first + LOOKED_AT]:
            if not word.startswith(start):
                break
            found.append(word)
        return nsmallest(ENDINGS, found, key=self.vocabulary.index.get)

    def _similar(self, questions, n):
        """Word2Vec's n words nearest to all that is known."""
        (ids,), (cosines,) = self.model.word2vec.most_similar(questions.words(), n, exclude=False)
        return [{**self._word_at(i), "cosine": _number(c)} for i, c in zip(ids, cosines) if i >= 0]

    def _network(self, asked):
        """An AutoRec's input, what its words add to its first hashtags, its strongest units, and its ranking.

        A unit's strength is what it adds to those hashtags together.
        """
        model = asked.model
        code, outputs = model.encode(asked.ratings)[0], model.predict(asked.ratings)[0]
        places, values = _highest(outputs, RANKED)
        entries = asked.ratings.indices
        given = {}
        for i, value in zip(asked.inputs[entries], asked.ratings.data):
            given.setdefault(int(i), []).append(_number(value))
        shares = model.drives(asked.ratings)
        centre, _ = self._means_of(asked)
        hashtags = np.flatnonzero(self.vocabulary.is_hashtag[asked.outputs])
        first = hashtags[_highest(outputs[hashtags], TOP)[0]]
        pushes = (model.U[first] - centre) * code
        strength = pushes.sum(axis=0)
        units = []
        for k in _highest(np.abs(strength), UNITS)[0].tolist():
            if strength[k]:
                units.append(self._unit(asked, k, code[k], strength[k], shares[:, k], centre[k]))
                here = np.argsort(-np.abs(pushes[:, k]), kind="stable")[:OF_A_UNIT]
                units[-1]["first"] = [
                    {**self._word_at(asked.outputs[first[r]]), "push": _number(pushes[r, k])} for r in here
                ]
        return {
            "name": asked.name,
            "activation": model.hidden,
            "background": _number(model.background),
            "n_hidden": len(code),
            "active": int(np.count_nonzero(code)),
            "input": [{**self._word_at(i), "ratings": ratings} for i, ratings in given.items()],
            "sums": self._sums(asked, code, shares, first),
            "units": units,
            "ranking": [
                {**self._word_at(asked.outputs[j]), "output": _number(value)} for j, value in zip(places, values)
            ],
        }

    def _sums(self, asked, code, shares, places):
        """Outputs as sums of what each word given adds to them through all units, and what the biases add.

        A unit's activation is a factor times its input, and the input a sum over words and mu. Where units are linear
        while they are active the factor is g', and the parts are what the network has; for others it is h_k / z_k, by
        which a word gets the share of the activation that it has in the input. For a softmax all less the mean over
        all outputs; for bounded outputs, before they are bounded.
        """
        model = asked.model
        centre, b_mean = self._means_of(asked)
        exact = model.hidden in ("relu", "identity")
        inputs = shares.sum(axis=0) + model.mu
        if exact:
            slopes = np.ones(len(code)) if model.hidden == "identity" else code > 0
        else:
            slopes = np.divide(code, inputs, out=np.zeros(len(code)), where=inputs != 0)
        rows = (model.U[places] - centre) * slopes
        bounded = len(model.span) > 0
        biases = rows @ model.mu + model.b[places] - b_mean + (0 if bounded else model.background)
        ids, place = np.unique(asked.inputs[asked.ratings.indices], return_inverse=True)
        parts = np.zeros((len(ids), len(places)))
        np.add.at(parts, place, shares @ rows.T)
        order = np.argsort(-np.abs(parts).sum(axis=1), kind="stable")
        shown, others = order[:PARTS], order[PARTS:]
        rest, totals = parts[others].sum(axis=0), parts.sum(axis=0) + biases
        return {
            "exact": exact,
            "centred": model.objective == "multinomial",
            "bounded": bounded,
            "words": [self._word_at(ids[i]) for i in shown],
            "others": len(others),
            "hashtags": [
                {
                    **self._word_at(asked.outputs[j]),
                    "total": _number(totals[r]),
                    "parts": [_number(parts[i, r]) for i in shown],
                    "others": _number(rest[r]),
                    "biases": _number(biases[r]),
                }
                for r, j in enumerate(places)
            ],
        }

    def _unit(self, asked, k, code, strength, shares, centre):
        """A hidden unit: what drives it, here and in general, and what it adds to outputs.

        Drivers in general are the words that would move it to the side it is on; what it adds is `code` U_jk, for a
        softmax less what it adds to all alike.
        """
        model, side = asked.model, -1 if code < 0 else 1
        here = _by_word(asked.inputs[asked.ratings.indices], shares)
        weights = side * model.V[k] * (asked.usual - model.background)
        general = np.bincount(asked.inputs, weights, len(self.vocabulary))
        pushes = code * (model.U[:, k] - centre)
        up, down = _highest(pushes, OF_A_UNIT), _highest(-pushes, OF_A_UNIT)
        return {
            "unit": k,
            "code": _number(code),
            "strength": _number(strength),
            "bias": _number(model.mu[k]),
            "given": [{**self._word_at(i), "share": _number(share)} for i, share in here],
            "drivers": self._valued(*_highest(general, OF_A_UNIT), "share", side),
            "up": self._valued(asked.outputs[up[0]], up[1], "push", 1),
            "down": self._valued(asked.outputs[down[0]], down[1], "push", -1),
        }

    def _means_of(self, asked):
        """What is subtracted from each column of U, and from b: for a softmax the means, which change nothing."""
        if asked.name not in self._means:
            U, b = asked.model.U, asked.model.b
            softmax = asked.model.objective == "multinomial"
            self._means[asked.name] = (U.mean(axis=0), b.mean()) if softmax else (np.zeros(U.shape[1], U.dtype), 0.0)
        return self._means[asked.name]

    def _experts(self, questions, answer, novelty):
        """What each expert of mode "best" gives the hashtags that matter, and how it comes to a probability.

        A lift is the weighted score less its mean over all hashtags: lifts add up to log p but for a constant.
        """
        opinions = self.model.mode.opinions(questions, novelty)
        scores = np.stack(list(opinions.scores.values()))
        weights = np.array(list(opinions.weights.values()))[:, None]
        lifts = weights * (scores - scores.mean(axis=1, keepdims=True))
        ranked = opinions.log_p + opinions.shift
        order = np.argsort(-ranked, kind="stable")
        place = np.empty(len(order), int)
        place[order] = np.arange(1, len(order) + 1)
        final = {self._word_of.get(hashtag, hashtag) for hashtag in answer.hashtags}
        names = self.vocabulary.words_array[opinions.hashtags]
        rows = [t for t in order[: 10 * RANKED] if place[t] <= RANKED or names[t] in final]
        picked = set(questions.chosen.indices.tolist())
        return {
            "context": opinions.context,
            "weights": {name: _number(weight) for name, weight in opinions.weights.items()},
            "hashtags": [
                {
                    **self._word_at(opinions.hashtags[t]),
                    "place": int(place[t]),
                    "probability": _number(opinions.probabilities[t]),
                    "log_p": _number(opinions.log_p[t]),
                    "shift": _number(opinions.shift[t]),
                    "scores": [_number(score) for score in scores[:, t]],
                    "lifts": [_number(lift) for lift in lifts[:, t]],
                    "chosen": int(opinions.hashtags[t]) in picked,
                    "final": names[t] in final,
                }
                for t in rows
            ],
        }

    # Words as they are shown

    def _word(self, word):
        """A word, known or not."""
        id = self.vocabulary.index.get(word)
        return {"word": word, "known": False} if id is None else {**self._word_at(id), "known": True}

    def _word_at(self, id):
        word = self.vocabulary.words[id]
        shown = {"word": word, "hashtag": bool(self.vocabulary.is_hashtag[id])}
        if word in self.vocabulary.spellings:
            shown["spelled"] = self.vocabulary.spellings[word]
        return shown

    def _valued(self, ids, values, name, sign):
        return [{**self._word_at(i), name: _number(sign * v)} for i, v in zip(ids, values) if v > 0]


def _mark_shared(similar, ranking, shared):
    """Say of the words of both rankings whether they are in `shared`."""
    for word in [*similar, *ranking]:
        word["shared"] = word["word"] in shared


def _highest(values, k):
    """(places, values) of the k highest numbers."""
    places, highest = top_k(np.ascontiguousarray(values)[None], min(k, len(values)))
    return places[0], highest[0]


def _by_word(ids, shares):
    """The sum of each word's shares, as pairs, largest first."""
    found, place = np.unique(ids, return_inverse=True)
    total = np.bincount(place, shares, len(found))
    return [(found[i], total[i]) for i in np.argsort(-np.abs(total), kind="stable")]


def _number(value):
    """A float that JSON can hold, to six places; None where it is not finite."""
    return round(float(value), 6) if isfinite(value) else None
