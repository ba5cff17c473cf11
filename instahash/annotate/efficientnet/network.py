"""EfficientNet-Lite0's forward pass: matrix products by BLAS, the rest by kernels, nothing allocated on the way."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from instahash.annotate.efficientnet import kernels
from instahash.errors import ModelError

SIDE = 224  # pixels of an image
# Blocks, side of the depthwise kernel, stride of the first block, expansion, channels that leave (Table 1 of the paper).
LITE0 = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
EPSILON = 1e-3  # added to a variance in batch normalisation


class Layer(NamedTuple):
    """A convolution with its batch normalisation folded in: W has the scale, b the rest. Channels that leave come last."""

    W: np.ndarray
    b: np.ndarray


class Block(NamedTuple):
    """An inverted residual: more channels, a depthwise convolution among neighbours, fewer channels again."""

    expand: Layer | None
    depthwise: Layer
    project: Layer
    stride: int
    residual: bool  # x is added to what leaves


class EfficientNet:
    """Logits of the 1,000 ImageNet classes (ILSVRC 2012, in its order) for images.

    tensors : the tensors of the file of weights by name, convolutions (out, in, k, k).
    stages : as LITE0, of another network of the same kind.

    Raises ModelError where a tensor is missing or of another shape. One object may be used by several threads.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray], stages=LITE0):
        weights = _Weights(tensors)
        self._rooms = _Rooms()
        self._stem = weights.layer("_conv_stem", "_bn0", (32, 3, 3, 3))
        self._blocks, n_channels = [], 32
        for n_blocks, k, first_stride, expansion, n_out in stages:
            for stride in [first_stride] + [1] * (n_blocks - 1):
                name = f"_blocks.{len(self._blocks)}."
                n_wide = expansion * n_channels
                expand = None
                if expansion != 1:
                    expand = weights.layer(name + "_expand_conv", name + "_bn0", (n_wide, n_channels, 1, 1))
                depthwise = weights.layer(name + "_depthwise_conv", name + "_bn1", (n_wide, 1, k, k))
                project = weights.layer(name + "_project_conv", name + "_bn2", (n_out, n_wide, 1, 1))
                residual = stride == 1 and n_channels == n_out
                self._blocks.append(Block(expand, depthwise, project, stride, residual))
                n_channels = n_out
        self.n_classes, n_features = weights.get("_fc.weight").shape[:1] + weights.get("_conv_head.weight").shape[:1]
        self._head = weights.layer("_conv_head", "_bn1", (n_features, n_channels, 1, 1))
        W = weights.get("_fc.weight", (self.n_classes, n_features))
        self._classes = Layer(np.ascontiguousarray(W.T), weights.get("_fc.bias", (self.n_classes,)))

    def logits(self, images: np.ndarray) -> np.ndarray:
        """(n_images, n_classes) float32 for images (n_images, height, width, 3) uint8."""
        return np.stack([self._forward(image) for image in images])

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """The softmax of the logits."""
        scores = self.logits(images)
        odds = np.exp(scores - scores.max(1, keepdims=True))
        return odds / odds.sum(1, keepdims=True)

    def _forward(self, image):
        room = self._rooms.room
        # The scale that Lite0 was trained with: about -1 to 1.
        x = (image.astype(np.float32) - 127) / 128
        y = room.array("out", _halved(x.shape[0], 2), _halved(x.shape[1], 2), self._stem.b.size)
        kernels.convolution(x, *self._stem, 2, y)
        for number, block in enumerate(self._blocks):
            y = _through(block, y, room, ("in", "out")[number % 2])
        y = _wide(y, self._head, room)
        return y.mean((0, 1)) @ self._classes.W + self._classes.b


def _through(block, x, room, place):
    """What leaves a block that x enters, kept at a place of the room where x is not."""
    y = _wide(x, block.expand, room) if block.expand else x
    height, width = _halved(x.shape[0], block.stride), _halved(x.shape[1], block.stride)
    z = room.array("depthwise", height, width, block.depthwise.b.size)
    kernels.depthwise(y, *block.depthwise, block.stride, z)
    y = room.array(place, height, width, block.project.b.size)
    _product(z, block.project.W, y)
    y += block.project.b
    if block.residual:
        y += x
    return y


def _wide(x, layer, room):
    """relu6(x W + b)."""
    y = room.array("wide", *x.shape[:2], layer.b.size)
    _product(x, layer.W, y)
    kernels.relu6(y.reshape(-1, layer.b.size), layer.b)
    return y


def _product(x, W, y):
    """y = x W at each pixel."""
    np.dot(x.reshape(-1, len(W)), W, out=y.reshape(-1, W.shape[1]))


def _halved(size, stride):
    return -(-size // stride)


class _Room:
    """Memory that layers use one after the other: fresh memory would cost more than the arithmetic."""

    def __init__(self):
        self._places: dict[str, np.ndarray] = {}

    def array(self, place, *shape):
        """A float32 array at a place, which ends what was there."""
        size = int(np.prod(shape))
        if place not in self._places or self._places[place].size < size:
            self._places[place] = np.empty(size, np.float32)
        return self._places[place][:size].reshape(shape)


class _Rooms(threading.local):
    """A room of its own for each thread."""

    def __init__(self):
        self.room = _Room()


class _Weights:
    """The tensors of a file, checked as they are taken."""

    def __init__(self, tensors):
        self._tensors = tensors

    def get(self, name, shape=None):
        if name not in self._tensors:
            raise ModelError(f"the weights have no '{name}'; they must be those of EfficientNet-Lite0")
        tensor = self._tensors[name]
        if shape and tensor.shape != shape:
            raise ModelError(
                f"'{name}' of the weights has shape {tensor.shape}, not {shape}; they must be those of EfficientNet-Lite0"
            )
        return tensor

    def layer(self, convolution, norm, shape):
        """Both in one: s (x * W - mean) + bias = x * (s W) + (bias - s mean), where s = weight / sqrt(variance + eps)."""
        W = self.get(f"{convolution}.weight", shape)
        weight, bias, mean, variance = (
            self.get(f"{norm}.{part}", shape[:1]) for part in ("weight", "bias", "running_mean", "running_var")
        )
        if not (variance >= 0).all():
            raise ModelError(
                f"'{norm}' of the weights has a negative variance; they must be those of EfficientNet-Lite0"
            )
        scale = weight / np.sqrt(variance + np.float32(EPSILON))
        W = (W * scale[:, None, None, None]).transpose(2, 3, 1, 0)
        # One tap or one channel a group needs no axis of its own.
        W = W[0, 0] if shape[2:] == (1, 1) else W[:, :, 0] if shape[1] == 1 else W
        return Layer(np.ascontiguousarray(W, np.float32), (bias - scale * mean).astype(np.float32))
