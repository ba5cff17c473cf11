"""Photos in, posts with labels out; the only room that opens a connection.

photos        files, folders and bytes, one photo after the other
stream        annotate(): in order, in batches, past every bad photo
cache         labels on disk, so that nothing is paid for twice
google, pace  Google Cloud Vision: batches, retries, costs, a rate; service, its settings, credentials and calls
offline       a labeller that needs no cloud: efficientnet, the network; classes, the words of its classes
images        decoding, which only annotators import
annotator     what an annotator is; choose, which one is there
"""

from instahash.annotate.annotator import ANNOTATORS, Annotator
from instahash.annotate.cache import Cache, default_cache
from instahash.annotate.choose import choose_annotator
from instahash.annotate.google import GoogleAnnotator
from instahash.annotate.offline import OfflineAnnotator
from instahash.annotate.photos import Photo, find_photos
from instahash.annotate.service import GoogleSettings
from instahash.annotate.stream import Annotation, annotate

__all__ = [
    "ANNOTATORS",
    "Annotation",
    "Annotator",
    "Cache",
    "GoogleAnnotator",
    "GoogleSettings",
    "OfflineAnnotator",
    "Photo",
    "annotate",
    "choose_annotator",
    "default_cache",
    "find_photos",
]
