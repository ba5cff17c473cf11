"""EfficientNet's layers as their equations say, in NumPy: slow, of any dtype, for reading and for testing the kernels.

A tap is one position (r, c) of a kernel. Where stride or kernel do not fit, zeros are added around x, of an odd number
the one more below and to the right (TensorFlow's "SAME").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

EPSILON = 1e-3  # added to a variance


def relu6(x: np.ndarray, b: Any = 0.0) -> np.ndarray:
    """min(max(x + b, 0), 6)."""
    return np.asarray(np.clip(x + b, 0, 6))


def convolution(x: np.ndarray, W: np.ndarray, stride: int) -> np.ndarray:
    """The sum over taps (r, c) and channels d of x[stride i + r, stride j + c, d] W[r, c, d]; W (k, k, n_in, n_out)."""
    return np.asarray(sum(part @ W[r, c] for r, c, part in _taps(x, len(W), stride)))


def depthwise(x: np.ndarray, W: np.ndarray, b: Any, stride: int) -> np.ndarray:
    """relu6 of b and the sum over taps (r, c) of x[stride i + r, stride j + c] W[r, c], each channel by itself.

    W (k, k, channels).
    """
    return relu6(np.asarray(sum(part * W[r, c] for r, c, part in _taps(x, len(W), stride))), b)


def batch_norm(x: np.ndarray, weight: Any, bias: Any, mean: Any, variance: Any) -> np.ndarray:
    """(x - mean) / sqrt(variance + epsilon) weight + bias, with what training has found (Ioffe and Szegedy 2015)."""
    return np.asarray((x - mean) / np.sqrt(variance + EPSILON) * weight + bias)


def forward(x: np.ndarray, tensors: Mapping[str, np.ndarray], stages: Sequence[Sequence[int]]) -> np.ndarray:
    """(n_classes,) logits of an image that is scaled already; tensors as in the file of weights, in float64."""
    tensors = {name: np.asarray(value, np.float64) for name, value in tensors.items()}

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        return batch_norm(x, *(tensors[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")))

    def weights(name: str) -> np.ndarray:
        """(k, k, in, out) of (out, in, k, k)."""
        return tensors[f"{name}.weight"].transpose(2, 3, 1, 0)

    x = relu6(norm(convolution(x, weights("_conv_stem"), 2), "_bn0"))
    block = 0
    for n_blocks, _, stride, expansion, _ in stages:
        for repeat in range(n_blocks):
            name = f"_blocks.{block}."
            y = x
            if expansion != 1:
                y = relu6(norm(convolution(y, weights(name + "_expand_conv"), 1), name + "_bn0"))
            taps = weights(name + "_depthwise_conv")[:, :, 0]
            y = sum(part * taps[r, c] for r, c, part in _taps(y, len(taps), 1 if repeat else stride))
            y = relu6(norm(y, name + "_bn1"))
            y = norm(convolution(y, weights(name + "_project_conv"), 1), name + "_bn2")
            x = x + y if y.shape == x.shape and (repeat or stride == 1) else y
            block += 1
    x = relu6(norm(convolution(x, weights("_conv_head"), 1), "_bn1"))
    return np.asarray(tensors["_fc.weight"] @ x.mean((0, 1)) + tensors["_fc.bias"])


def _taps(x: np.ndarray, k: int, stride: int) -> Iterator[tuple[int, int, np.ndarray]]:
    """Each tap with what it sees: (r, c, x at stride i + r, stride j + c for all i, j)."""
    height, width = -(-x.shape[0] // stride), -(-x.shape[1] // stride)
    more = [max((out - 1) * stride + k - size, 0) for out, size in ((height, x.shape[0]), (width, x.shape[1]))]
    x = np.pad(x, [(more[0] // 2, more[0] - more[0] // 2), (more[1] // 2, more[1] - more[1] // 2), (0, 0)])
    for r in range(k):
        for c in range(k):
            yield r, c, x[r : r + stride * height : stride, c : c + stride * width : stride][:height, :width]
