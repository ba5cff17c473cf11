"""A network from what is seen of a post to the probability of what is wanted (Liang et al., WWW 2018).

Read `network` first, and then in this order: `reference.py` (the equations on dense arrays), `settings.py`,
`gradients.py` (the loss and gradients of a batch), `units.py` (dropout), `sampled.py` (a step, at a cost that no
vocabulary raises), `plan.py` (whether it samples), `model.py` (the class: training, queries). There is no `kernels.py`:
the kernels of this network are those of `network`.

Letters beside those of `network`:

    p   (n_outputs,)   probabilities, softmax(o)
    n   scalar         sum of a post's targets s; not a number of posts
    J                  outputs that are targets of a batch
    pi  (n_outputs,)   chance that an output is a target of another post of a batch
    k   (n_hidden,)    what codes are multiplied by in training, 0 or 1 over the part of the units that is kept
"""

from instahash.softmax.model import SoftmaxNetwork
from instahash.softmax.plan import make_plan
from instahash.softmax.settings import SoftmaxSettings, affordable_units

__all__ = ["SoftmaxNetwork", "SoftmaxSettings", "affordable_units", "make_plan"]
