"""What hidden and output units do to a number. Every hidden unit gives 0 for 0."""

from __future__ import annotations

import numpy as np


def activate(name, Z):
    """Z <- g(Z) in place. The sigmoid is moved down by a half: 1 / (1 + exp(-z)) - 1/2 = tanh(z / 2) / 2."""
    if name == "sigmoid":
        Z *= 0.5
        np.tanh(Z, out=Z)
        Z *= 0.5
    elif name == "tanh":
        np.tanh(Z, out=Z)
    elif name == "relu":
        np.maximum(Z, 0, out=Z)


def slopes(name, H):
    """g'(z) from the codes h = g(z)."""
    if name == "sigmoid":
        return 0.25 - H * H  # (1/2 + h) (1/2 - h)
    if name == "tanh":
        return 1 - H * H
    return (H > 0).astype(H.dtype) if name == "relu" else np.ones_like(H)


def bounded(Z, span):
    """Z <- low + (high - low) / (1 + exp(-Z)) in place, for span = (low, high); returns Z."""
    Z *= 0.5
    np.tanh(Z, out=Z)
    Z *= 0.5 * (span[1] - span[0])
    Z += 0.5 * (span[1] + span[0])
    return Z
