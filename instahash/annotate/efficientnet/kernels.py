"""The layers in Numba: what is not a matrix product. Twins of what stands in `reference.py`.

All arrays are float32 and C-contiguous; y is filled. The innermost loop runs along the channels, over memory that lies
side by side, which the compiler turns into vector instructions; a row of y stays in the fastest cache.
"""

import numpy as np

from instahash.jit import kernel

ZERO, SIX = np.float32(0), np.float32(6)


@kernel
def padding(n, k, stride, n_out):
    """How many zeros stand before the first of n numbers, so that windows of k at every `stride` give n_out."""
    return max((n_out - 1) * stride + k - n, 0) // 2


@kernel
def depthwise(x, W, b, stride, y):
    """y = relu6(x * W + b), each channel by itself."""
    height, width, n_channels = x.shape
    k = W.shape[0]
    above, left = padding(height, k, stride, y.shape[0]), padding(width, k, stride, y.shape[1])
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            for d in range(n_channels):
                y[i, j, d] = b[d]
        first = i * stride - above
        for row in range(max(first, 0), min(first + k, height)):
            for c in range(k):
                for j in range(y.shape[1]):
                    column = j * stride + c - left
                    if 0 <= column < width:
                        for d in range(n_channels):
                            y[i, j, d] += x[row, column, d] * W[row - first, c, d]
        for j in range(y.shape[1]):
            for d in range(n_channels):
                y[i, j, d] = min(max(y[i, j, d], ZERO), SIX)


@kernel
def relu6(x, b):
    """x = min(max(x + b, 0), 6), for x (n_pixels, channels), in place."""
    for i in range(x.shape[0]):
        for d in range(x.shape[1]):
            x[i, d] = min(max(x[i, d] + b[d], ZERO), SIX)
