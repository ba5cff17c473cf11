"""Photos in, posts with labels out; the only room that opens a connection.

    photos        files, folders and bytes, one photo after the other
    stream        annotate(): in order, in batches, past every bad photo
    cache         labels on disk, so that nothing is paid for twice
    google, pace  Google Cloud Vision: batches, retries, costs, a rate; service, one call and its credentials
    offline       a labeller that needs no cloud: efficientnet, the network; classes, the words of its classes
    images        decoding, which only annotators import

An annotator has a `name`; a `key`, all of its settings that change an answer; the `price` of an image and what is `spent`,
in USD; `batch_size` and `n_workers`; and the methods `prepare(content)`, which gives what is kept of an image until its
batch is whole, and `label(images, stopped)`, which gives pairs of an index and labels or an ImageError, as they come.
"""

from instahash.annotate.cache import Cache, default_cache
from instahash.annotate.choose import choose_annotator
from instahash.annotate.google import GoogleAnnotator
from instahash.annotate.offline import OfflineAnnotator
from instahash.annotate.photos import Photo, find_photos
from instahash.annotate.stream import Annotation, annotate

__all__ = [
    "Annotation",
    "Cache",
    "GoogleAnnotator",
    "OfflineAnnotator",
    "Photo",
    "annotate",
    "choose_annotator",
    "default_cache",
    "find_photos",
]
