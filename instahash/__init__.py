"""instahash gives photos hashtags the way a person would.

The rooms, in the order to read them:

    data        posts, words, vocabulary, bags as CSR matrices; readers; the embedded sample and synthetic corpora
    word2vec    skip-gram with negative sampling
    autorec     the autoencoder
    recommend   how the two are combined, and simple methods to compare them with
    pipeline    InstaHash: the order of the steps
    evaluation  measures and tables
    report      an evaluation as a page with figures and examples
    annotate    photos in, labels out: Google Cloud Vision, or a network that needs no cloud
    explore     a page on this machine: every step from labels to hashtags, and two systems judged blindly
    testing     checks for hand-written gradients, for your own code too
    cli         the commands

`settings` lists every setting, `training` has histories and early stopping, `storage` writes model directories,
`database` shares SQLite files, `threads` shares rows among threads, `topk` finds the highest scores, `jit` holds Numba's
flags, `errors` what is raised.
Importing this package is cheap: what is named here is loaded when it is first used.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "InstaHash": "instahash.pipeline",
    "Recommendation": "instahash.recommend",
    "Settings": "instahash.settings",
    "Word2Vec": "instahash.word2vec",
    "WordVectors": "instahash.word2vec",
    "EarlyStopping": "instahash.training",
    "AutoRec": "instahash.autorec",
    "Post": "instahash.data",
    "Label": "instahash.data",
    "Corpus": "instahash.data",
    "read_posts": "instahash.formats",
    "write_posts": "instahash.formats",
    "InstahashError": "instahash.errors",
}
__all__ = [*_HOME, "__version__"]


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'instahash' has no attribute '{name}'")


def __dir__():
    return sorted([*globals(), *_HOME])
