"""Posts, words, vocabulary, bags.

posts.py         Post and Label
labels.py        labels as people type them
words.py         the normalisation that makes hashtags and labels comparable
hashtags.py      where a hashtag begins and ends in a caption or a list
broader.py       which words are broader than a word; the names of ImageNet's classes
echoes.py        each label as one hashtag
times.py         ISO 8601 and seconds
spellings.py     how people write words as hashtags
corpus.py        posts as integers
vocabulary.py    which words there are
preprocess.py    the paper's preprocessing, its parameters, and a summary of it; training and test rows
small.py         a sample of a few topics
sample.py        the embedded sample, and which samples there are
"""

from instahash.data.corpus import Corpus
from instahash.data.echoes import Echoes
from instahash.data.hashtags import hashtags_from_list, hashtags_in
from instahash.data.labels import label_from_text, labels_from_text
from instahash.data.posts import Label, Post
from instahash.data.preprocess import (
    Dataset,
    DataSettings,
    Summary,
    encode,
    fit_dataset,
    grow,
    together,
    train_test_split,
)
from instahash.data.times import time_text
from instahash.data.vocabulary import Vocabulary
from instahash.data.words import words

__all__ = [
    "Corpus", "DataSettings", "Dataset", "Echoes", "Label", "Post", "Summary", "Vocabulary", "encode", "fit_dataset",
    "grow", "hashtags_from_list", "hashtags_in", "label_from_text", "labels_from_text", "time_text",
    "together", "train_test_split", "words",
]  # fmt: skip
