"""Which annotator there is: Google's where its packages and credentials are found, else the offline one."""

from __future__ import annotations

from typing import Any

from instahash.annotate.annotator import ANNOTATORS, Annotator
from instahash.annotate.google import GoogleAnnotator
from instahash.annotate.offline import OfflineAnnotator
from instahash.annotate.service import NotSetUpError
from instahash.errors import AnnotatorError


def choose_annotator(name: str | None = None, n_threads: int = 1, **of_google: Any) -> Annotator:
    """The annotator "google" or "offline"; for None, Google's where its packages and any credentials are found.

    n_threads : the offline one's.
    of_google : fields of :class:`GoogleSettings`.

    Raises AnnotatorError, SettingsError.
    """
    if name not in (*ANNOTATORS, None):
        raise AnnotatorError(f"there is no annotator '{name}'; give one of {', '.join(ANNOTATORS)}")
    if name != "offline":
        try:
            return GoogleAnnotator(**of_google)
        except NotSetUpError:
            if name == "google":
                raise
    return OfflineAnnotator(n_threads=n_threads)
