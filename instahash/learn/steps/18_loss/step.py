"""18. The loss, and a pull towards zero

The outputs o should be what went in, x. What is off is the error e = o - x. The loss is one
number,

    J = 1/2 (sum of all e_j^2)  +  reg/2 (|V|^2 + |U|^2)

where |V|^2 is the sum of the squares of all entries of V. The second part is called L2: it
pulls the weights towards zero, so that a weight is only large where that makes the errors
smaller. `reg` says how hard it pulls. The biases mu and b are left alone.

With the numbers of the last step x = (2, 2, 0), o = (1, 5/2, 1/2), V = (1, -1, 2), U = (-4,
-2, 2):

    e = (-1, 1/2, 1/2)           1/2 (1 + 1/4 + 1/4) = 3/4
    |V|^2 = 1 + 1 + 4 = 6        |U|^2 = 16 + 4 + 4 = 24

For reg = 0.1 the pull is 0.05 (6 + 24) = 3/2, and J = 3/4 + 3/2 = 9/4.
"""

import numpy as np


def sigmoid(z):
    """1 / (1 + exp(-z)), as in step 1."""
    return np.exp(-np.logaddexp(0, -z))


def forward(V, mu, U, b, x):
    """The codes h and the outputs o, as in the last step."""
    h = sigmoid(V @ x + mu) - 1 / 2
    return h, U @ h + b


def loss(V, mu, U, b, x, reg):
    """J, a number.  V (n_hidden, n_words), mu (n_hidden,), U (n_words, n_hidden), b and x (n_words,)."""
    h, o = forward(V, mu, U, b, x)
    # solution
    e = o - x
    return (e**2).sum() / 2 + reg / 2 * ((V**2).sum() + (U**2).sum())
    # end
