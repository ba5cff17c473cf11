"""A network with one hidden layer, as functions of plain arrays: what `autorec` and `softmax` have in common.

Read in this order: `reference.py` (the equations on dense arrays), `layers.py` (parameters, units; the encoder forwards
and backwards), `kernels.py` (sparse products and updates, compiled), `optimize.py` (from gradients to steps),
`epochs.py` (what the classes of both models share; the loops over epochs and posts).

Letters, the same everywhere in the three packages:

    x   (n_inputs,)             what a post gives to the encoder, sparse
    s   (n_outputs,)            its targets, sparse
    V   (n_hidden, n_inputs)    encoder;  mu (n_hidden,) its bias;  Vt is V transposed
    U   (n_outputs, n_hidden)   decoder;  b (n_outputs,) its bias
    g                           hidden activation, less its value at 0
    z   (n_hidden,)             input of the units, V x + mu
    h   (n_hidden,)             codes, g(z)
    o   (n_outputs,)            outputs, U h + b
    m                           posts of a batch; in `adam` alone the first moment, as the paper has it
    D   (m, n_outputs)          derivatives of the loss by the outputs, not yet divided by m

Capital X, S, Z, H, O hold one post a row. D before a letter is the derivative of the loss by it.

All draws come from generators with these seeds; `seen` posts were met before the training:

    [seed, 0]             where a training starts
    [seed, epoch]         order, corruption and dropout of an epoch, from 1 on: training can go on after any
    [seed, seen]          corrupted inputs for which a decoder is solved when new posts come
    [seed, 2**31 + seen]  which posts a replay buffer keeps
"""
