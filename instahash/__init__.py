"""instahash gives photos hashtags the way a person would.

The packages, in the order to read them:

    data        posts, words, vocabulary, bags as CSR matrices; the embedded sample
    formats     the files and folders that posts come in
    word2vec    skip-gram with negative sampling
    network     what the two networks share: activations, optimisers, the epoch loop
    autorec     the paper's autoencoder
    softmax     the network from what is seen to what is wanted
    baselines   simple methods to compare with
    recommend   how models' scores become lists of hashtags
    experts     what mode "best" asks, one file each, and how their answers become one
    pipeline    InstaHash: the order of the steps
    shards      posts past one machine or its memory: sums over files, here or on a cluster of Dask
    evaluation  measures and tables
    report      an evaluation as a page with figures and examples
    decoding    files of photos as strangers made them, opened in a process of its own with limits
    annotate    photos in, labels out: Google Cloud Vision, or a network that needs no cloud
    explore     a page on this machine: every step from labels to hashtags, and two systems judged blindly
    testing     checks for hand-written gradients, for your own code too
    learn       a course of files with holes to fill, and what says whether a student's lines are right
    cli         the commands

Single files: `arrays` checks what callers give; `sparse`, `merge`, `dense`, `topk` and `texts` are helpers for arrays;
`files` reads and writes files, `locks` keep processes apart, `npz` has arrays in one file, `storage` the model's,
`checkpoint` that of a training, and `forms` what these arrays must be, `database` has SQLite files; `parameters`
declares settings; `trainer`, `training`, `replay` are about trainings, and `costs` says what they take; `threads`
shares rows among threads; `jit` holds Numba's flags; `names` what people read of systems and options; `platforms` how
many hashtags each takes; `palette` the pages' colours; `templates` makes the pages; `errors` are what is raised.
Importing this package is cheap: what is named here is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from instahash.autorec import AutoRec, AutoRecSettings
    from instahash.data import Corpus, Label, Post
    from instahash.errors import InstahashError
    from instahash.formats import read_posts, write_posts
    from instahash.pipeline import BestSettings, InstaHash, PaperSettings
    from instahash.recommend import Recommendation
    from instahash.softmax import SoftmaxNetwork, SoftmaxSettings
    from instahash.training import EarlyStopping, Snapshots
    from instahash.word2vec import Word2Vec, Word2VecSettings, WordVectors

__version__ = "0.1.0"

_PACKAGES = {
    "autorec": "AutoRec AutoRecSettings",
    "data": "Corpus Label Post",
    "errors": "InstahashError",
    "formats": "read_posts write_posts",
    "pipeline": "BestSettings InstaHash PaperSettings",
    "recommend": "Recommendation",
    "softmax": "SoftmaxNetwork SoftmaxSettings",
    "training": "EarlyStopping Snapshots",
    "word2vec": "Word2Vec Word2VecSettings WordVectors",
}
_HOME = {name: f"instahash.{package}" for package, names in _PACKAGES.items() for name in names.split()}
__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'instahash' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
