"""Photos in, posts with labels out; the only package that opens a connection.

photos        files, folders and bytes, one photo after the other
stream        annotate(): in order, in batches, past every bad photo
cache         labels on disk, so that nothing is paid for twice
annotator     what an annotator is
google, pace  Google Cloud Vision: batches, retries, costs, a rate; service, its settings, credentials and calls
offline       a labeller that needs no cloud: efficientnet, the network; classes, the words of its classes;
              head, words that these lack, and head_training; pixels
images        what is seen of an image file
metadata      keywords into copies of photos and into XMP sidecars
"""

from typing import Any

from instahash.annotate.annotator import Annotator
from instahash.annotate.cache import Cache, default_cache
from instahash.annotate.google import GoogleAnnotator
from instahash.annotate.offline import OfflineAnnotator
from instahash.annotate.photos import Photo, find_photos
from instahash.annotate.service import GoogleSettings, NotSetUpError
from instahash.annotate.stream import Annotation, annotate
from instahash.errors import AnnotatorError
from instahash.names import ANNOTATORS

__all__ = [
    "Annotation", "Annotator", "Cache", "GoogleAnnotator", "GoogleSettings", "OfflineAnnotator", "Photo",
    "annotate", "choose_annotator", "default_cache", "find_photos",
]  # fmt: skip


def choose_annotator(name: str | None = None, n_threads: int = 1, **of_google: Any) -> Annotator:
    """The annotator "google" or "offline"; for None, Google's where its packages and any credentials are found.

    n_threads : the offline one's.  of_google : fields of :class:`GoogleSettings`.

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
