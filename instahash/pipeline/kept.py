"""A system as a header and arrays: what its file holds, what copies are made of, and what it is called by."""

from __future__ import annotations

import copyreg
import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from instahash.baselines import Baseline, Popularity
from instahash.data import Vocabulary
from instahash.experts import Sections
from instahash.forms import COUNT
from instahash.parameters import from_json, to_json
from instahash.pipeline.mode import MODES, Mode
from instahash.pipeline.recommender import Recommender

# What the header says of the posts and the training: of which type, what holds for each value, and what is in any case
# there.
_IN_HEADER: dict[str, tuple[type, Callable[[Any], bool], set[str]]] = {
    "summary": (dict, lambda n: type(n) in (int, float) and 0 <= n <= COUNT, {"posts", "posts_read"}),
    "trained_on": (list, lambda text: isinstance(text, str) and text.isalnum(), set()),
    "versions": (dict, lambda text: isinstance(text, str) and text.isprintable(), set()),
}


def header_of(learnt: Recommender) -> dict[str, Any]:
    """What people read in the model file. Its values are those of JSON."""
    settings = to_json(learnt.settings)
    settings.pop("n_threads")  # how it was computed, not what it is
    sizes, history = learnt.mode.header()
    return {
        "mode": learnt.settings.mode,
        "settings": settings,
        "sizes": {"n_words": len(learnt.vocabulary), "n_hashtags": len(learnt.vocabulary.hashtag_ids)} | sizes,
        "summary": learnt.summary,
        "trained_on": learnt.trained_on,
        "history": history,
        "versions": learnt.versions,
    }


def sections_of(learnt: Recommender) -> Sections:
    """The arrays, by section: those of the models, and no copies."""
    return {"vocabulary": learnt.vocabulary.to_arrays(), **learnt.mode.to_arrays()}


def loaded(header: dict[str, Any], sections: Sections, settings: Any = None) -> Recommender:
    """The system whose header and sections these are.

    settings : default those of the header, which say nothing of `n_threads`.
    Raises one of `forms.MISFITS` where something does not fit.
    """
    make_mode, make_settings = MODES[header["mode"]]
    mode = make_mode(from_json(make_settings(), header["settings"]) if settings is None else settings)
    vocabulary = Vocabulary.from_arrays(sections["vocabulary"])
    mode.load(sections, header["history"], vocabulary)
    own = (_checked(name, header[name]) for name in _IN_HEADER)
    return Recommender(mode, vocabulary, known_baselines(mode, vocabulary), *own)


def _checked(name: str, value: Any) -> Any:
    kind, each, there = _IN_HEADER[name]
    given: Any = value if isinstance(value, kind) else [None]
    values = given.values() if isinstance(given, dict) else given
    if not there.issubset(given) or not all(each(own) for own in values):
        raise ValueError(f"'{name}' in its header is not what a model has there")
    return value


def known_baselines(mode: Mode, vocabulary: Vocabulary) -> dict[str, Baseline]:
    """Those of BASELINES that a system has without :meth:`InstaHash.fit_baselines`."""
    return {"popularity": Popularity.from_counts(vocabulary.hashtag_counts), "cooccurrence": mode.cooccurrence}


def copied_mode(learnt: Recommender) -> Mode:
    """A mode that has learnt the same, and shares nothing with the first: it learns on alone."""
    return loaded(header_of(learnt), deepcopy(sections_of(learnt)), learnt.settings).mode


def digest(learnt: Recommender) -> str:
    """Names the system: the SHA-256 of all that its file holds, 64 hexadecimal digits."""
    found = hashlib.sha256(json.dumps(header_of(learnt), sort_keys=True).encode())
    for section, arrays in sorted(sections_of(learnt).items()):
        for name, array in sorted(arrays.items()):
            found.update(f"{section}.{name} {array.dtype} {array.shape}\n".encode())
            found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


def _reduced(learnt: Recommender) -> Any:
    """For pickle and `copy.deepcopy`: caches, which other threads may fill meanwhile, are no part of a copy."""
    known = known_baselines(learnt.mode, learnt.vocabulary)
    fitted = {name: baseline for name, baseline in learnt.baselines.items() if name not in known}
    return _again, (header_of(learnt), sections_of(learnt), learnt.settings, fitted)


def _again(header: dict[str, Any], sections: Sections, settings: Any, fitted: dict[str, Baseline]) -> Recommender:
    learnt = loaded(header, sections, settings)
    return replace(learnt, baselines=learnt.baselines | fitted)


copyreg.pickle(Recommender, _reduced)
