"""Posts that do not fit into memory, or onto one machine: functions that work where the posts are, and sums of them.

shard.py     one file of posts, wherever it is; what is kept of it on the disk of the machine that works on it
shards.py    all of them: map, sum and average
workers.py   who works on them: this process, on one after the other; how results are added up
cluster.py   or Dask's workers
reading.py   the vocabulary of all posts, and each shard in its numbers
passes.py    what passes over shards gave, kept; the first of them
company.py   what a training says of posts, people and labels
counts.py    counts of pairs and Gram sums, and what simple methods make of them
spectrum.py  AutoRec in closed form
paper.py     mode "paper"
rounds.py    what must visit posts: averaged local epochs
networks.py  softmax networks
word_vectors.py  word2vec
best.py      mode "best"

What is a sum over posts comes out as on one machine, to rounding, however many shards there are and in any order.
"""

from instahash.shards.best import fit_best
from instahash.shards.counts import fit_baselines, fit_cooccurrence
from instahash.shards.networks import fit_network
from instahash.shards.paper import fit_paper, from_shards
from instahash.shards.reading import Encoding, encoding_of
from instahash.shards.shard import Shard, find
from instahash.shards.shards import Shards

__all__ = [
    "Encoding", "Shard", "Shards", "encoding_of", "find", "fit_baselines", "fit_best", "fit_cooccurrence",
    "fit_network", "fit_paper", "from_shards",
]  # fmt: skip
