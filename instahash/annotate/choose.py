"""Which annotator, where none is named."""

from __future__ import annotations

from instahash.annotate.google import GoogleAnnotator
from instahash.annotate.offline import OfflineAnnotator
from instahash.annotate.service import has_credentials
from instahash.errors import AnnotatorError


def choose_annotator(name: str | None = None, n_threads: int = 1, **of_google) -> GoogleAnnotator | OfflineAnnotator:
    """The annotator "google" or "offline"; for None, Google's where its package and credentials are found.

    n_threads is the offline one's; the others are keywords of :class:`GoogleAnnotator`. Raises AnnotatorError.
    """
    if name not in ("google", "offline", None):
        raise AnnotatorError(f"there is no annotator '{name}'; take google or offline")
    if name == "google" or name is None and has_credentials():
        return GoogleAnnotator(**of_google)
    return OfflineAnnotator(n_threads=n_threads)
