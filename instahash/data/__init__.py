"""Posts, words, vocabulary, bags.

posts.py         Post and Label, and what a JSON post must look like
words.py         the normalisation that makes hashtags and labels comparable
files.py         read_posts: any source of posts, by its name; JSON Lines in and out
harrison.py      HARRISON's three-file folder
instagram.py     JSON as Instaloader writes it, and as InstaPIC-1.1M comes
corpus.py        posts as integers
vocabulary.py    which words there are
matrices.py      sets of words as CSR matrices
preprocess.py    the paper's preprocessing, and a summary of it
split.py         training and test rows
sample.py        the embedded sample
synthetic.py     corpora of any size in InstaPIC's shape
planted.py       streams with planted tastes and trends, of which the truth is known
"""

from instahash.data.corpus import Corpus
from instahash.data.files import read_posts, write_posts
from instahash.data.matrices import keep, ones, renumber, union
from instahash.data.posts import Label, Post, label_from_text, labels_from_text, post_from_json
from instahash.data.preprocess import Dataset, Summary, encode, fit_dataset, grow
from instahash.data.split import train_test_split
from instahash.data.vocabulary import Vocabulary
from instahash.data.words import words

__all__ = [
    "Corpus",
    "Dataset",
    "Label",
    "Post",
    "Summary",
    "Vocabulary",
    "encode",
    "fit_dataset",
    "grow",
    "keep",
    "label_from_text",
    "labels_from_text",
    "ones",
    "post_from_json",
    "read_posts",
    "renumber",
    "train_test_split",
    "union",
    "words",
    "write_posts",
]
