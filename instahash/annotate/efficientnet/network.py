"""EfficientNet-Lite0's forward pass: matrix products by BLAS, the rest by kernels, nothing allocated on the way."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from instahash.annotate.efficientnet import kernels
from instahash.dense import softmax

# Blocks, side of the depthwise kernel, stride of the first block, expansion, output channels (Table 1 of the paper).
LITE0 = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
EPSILON = np.float32(1e-3)  # added to a variance in batch normalisation


class Layer(NamedTuple):
    """A convolution with its batch normalisation folded in: W has the scale, b (n_out,) the rest.

    W : (n_in k k, n_out), or of a depthwise convolution (k, k, n_out).
    """

    W: np.ndarray
    b: np.ndarray


class Block(NamedTuple):
    """An inverted residual: more channels, a depthwise convolution among neighbours, fewer channels again.

    Its input is added to its output where both have one shape and the stride is 1.
    """

    expand: Layer | None
    depthwise: Layer
    project: Layer
    stride: int


class EfficientNet:
    """Features of images, and from these the logits of the 1,000 ImageNet classes (ILSVRC 2012, in its order).

    tensors : the tensors of the file of weights by name, as `read_checkpoint` gives them; convolutions (out, in, k, k).
    stages : as LITE0, of another network of the same kind.

    One object may be used by several threads.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray], stages: Sequence[Sequence[int]] = LITE0):
        self._workspace = threading.local()
        self._stem = _layer(tensors, "_conv_stem", "_bn0")
        self._blocks: list[Block] = []
        for n_blocks, _, first_stride, expansion, _ in stages:
            for i in range(n_blocks):
                name = f"_blocks.{len(self._blocks)}."
                expand = _layer(tensors, name + "_expand_conv", name + "_bn0") if expansion != 1 else None
                depthwise = _layer(tensors, name + "_depthwise_conv", name + "_bn1")
                project = _layer(tensors, name + "_project_conv", name + "_bn2")
                self._blocks.append(Block(expand, depthwise, project, 1 if i else first_stride))
        self._head = _layer(tensors, "_conv_head", "_bn1")
        self._classes = Layer(np.ascontiguousarray(tensors["_fc.weight"].T), tensors["_fc.bias"])

    def features(self, images: np.ndarray) -> np.ndarray:
        """What the last layer sees, (n_images, n_features) float32 in [0, 6]; of Lite0 1,280 features.

        images : (n_images, height, width, 3) uint8.
        """
        return np.stack([self._forward(image) for image in images])

    def logits(self, features: np.ndarray) -> np.ndarray:
        """(n_images, n_classes) float32 for features (n_images, n_features)."""
        return np.asarray(features @ self._classes.W + self._classes.b)

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """The softmax of the logits."""
        return softmax(self.logits(features))[0]

    def _forward(self, image: np.ndarray) -> np.ndarray:
        # The scale that Lite0 was trained with: about -1 to 1.
        y = self._wide(_patches((image.astype(np.float32) - 127) / 128), self._stem, "out")
        for number, block in enumerate(self._blocks):
            y = self._through(block, y, ("in", "out")[number % 2])
        return np.asarray(self._wide(y, self._head).mean((0, 1)))

    def _through(self, block: Block, x: np.ndarray, place: str) -> np.ndarray:
        """What leaves a block that x enters, kept at a place of the workspace where x is not."""
        y = self._wide(x, block.expand) if block.expand else x
        size = -(-x.shape[0] // block.stride), -(-x.shape[1] // block.stride)
        z = self._array("depthwise", *size, block.depthwise.b.size)
        kernels.depthwise(y, *block.depthwise, block.stride, z)
        y = self._product(z, block.project, place)
        y += block.project.b
        if block.stride == 1 and y.shape == x.shape:
            y += x
        return y

    def _wide(self, x: np.ndarray, layer: Layer, place: str = "wide") -> np.ndarray:
        """relu6(x W + b)."""
        y = self._product(x, layer, place)
        kernels.relu6(y.reshape(-1, layer.b.size), layer.b)
        return y

    def _product(self, x: np.ndarray, layer: Layer, place: str) -> np.ndarray:
        """x W at each pixel."""
        y = self._array(place, *x.shape[:2], layer.b.size)
        np.dot(x.reshape(-1, len(layer.W)), layer.W, out=y.reshape(-1, layer.b.size))
        return y

    def _array(self, place: str, *shape: int) -> np.ndarray:
        """A float32 array in this thread's memory, which ends what was at its place: fresh memory would cost more time
        than the arithmetic."""
        places, size = vars(self._workspace), int(np.prod(shape))
        if place not in places or places[place].size < size:
            places[place] = np.empty(size, np.float32)
        return np.asarray(places[place][:size].reshape(shape))


def _patches(x: np.ndarray) -> np.ndarray:
    """What a convolution of 3 by 3 pixels with stride 2 sees at each place: (height / 2, width / 2, 9 channels)."""
    x = np.pad(x, [(x.shape[0] % 2, 1), (x.shape[1] % 2, 1), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (0, 1))[::2, ::2]
    return windows.reshape(*windows.shape[:2], -1)


def _layer(tensors: Mapping[str, np.ndarray], convolution: str, norm: str) -> Layer:
    """Both in one: s (x * W - mean) + bias = x * (s W) + (bias - s mean), where s = weight / sqrt(variance + eps)."""
    W = tensors[f"{convolution}.weight"]
    weight, bias, mean, variance = (
        tensors[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
    )
    scale, (n_out, n_in, k, _) = weight / np.sqrt(variance + EPSILON), W.shape
    W = (W * scale[:, None, None, None]).reshape(n_out, -1).T
    W = W.reshape(k, k, n_out) if n_in == 1 else W  # depthwise
    return Layer(np.ascontiguousarray(W, np.float32), (bias - scale * mean).astype(np.float32))
