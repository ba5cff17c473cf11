"""EfficientNet-Lite0: what is in a photo, as probabilities of the 1,000 ImageNet classes.

Read `network.py` from top to bottom, with `reference.py` beside `kernels.py`; `checkpoint.py` reads the weights.

M. Tan, Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (2019, arXiv 1905.11946); the
blocks are from M. Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018, arXiv 1801.04381).
Lite0 is the variant without squeeze-and-excitation, and with relu6 in place of swish.

Letters: `x` (height, width, channels) the input of a layer, `W` its weights, `b` (channels,) its biases, `y` its
output. Channels come last, so that a convolution of one pixel is a matrix product and every inner loop runs along them.
"""

from instahash.annotate.efficientnet.checkpoint import read_checkpoint
from instahash.annotate.efficientnet.network import EfficientNet

__all__ = ["EfficientNet", "read_checkpoint"]
