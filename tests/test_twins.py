"""Each kernel of the models has a twin of the same name in a reference."""

from importlib import import_module

import pytest

PACKAGES = ("word2vec", "network", "autorec", "annotate.efficientnet")  # softmax has network's kernels
# Kernels that are a part of another one, and the functions of the reference that they are checked against.
PARTS = {
    "sigmoid_and_softplus": ("sigmoid", "log_sigmoid"),
    "fast_sigmoid_and_softplus": ("sigmoid", "log_sigmoid"),
    "sigmoids": ("sigmoid", "log_sigmoid"),
    "row_loss": ("expected_rows",),
    "padding": ("depthwise",),
}


def kernels_of(package):
    """The names of the kernels of a package, compiled or not."""
    module = import_module(f"instahash.{package}.kernels")
    plain = {name: getattr(value, "py_func", value) for name, value in vars(module).items()}
    return [name for name, value in plain.items() if getattr(value, "__module__", "") == module.__name__]


def without_twin(package, names):
    """Those of the kernels `names` whose twins stand neither in the package's reference nor in network's."""
    there = set().union(*(vars(import_module(f"instahash.{name}.reference")) for name in (package, "network")))
    return [name for name in names if not there >= set(PARTS.get(name, (name,)))]


@pytest.mark.parametrize("package", PACKAGES)
def test_each_kernel_has_a_twin(package):
    names = kernels_of(package)
    assert len(names) >= 2 and not without_twin(package, names)


def test_a_kernel_without_a_twin_is_found():
    assert without_twin("autorec", ["correct", "adam", "corrected"]) == ["corrected"]


@pytest.mark.parametrize(
    "package, tricks",
    [
        ("word2vec", "exact.cooccurrence exact.improve"),
        ("autorec", "training.loss_and_gradients training.mean_square decoder.decoder_gradients decoder.ridge_decoder"),
        ("softmax", "gradients.loss_and_gradients gradients.output_gradients sampled.sampled_loss_and_gradients"),
    ],
)
def test_each_exact_trick_has_a_twin(package, tricks):
    for trick in tricks.split():
        module, name = trick.split(".")
        assert callable(getattr(import_module(f"instahash.{package}.{module}"), name))
        assert not without_twin(package, [name])
