"""Each kernel of the models has a twin of the same name in a reference."""

from importlib import import_module

import pytest

ROOMS = ("word2vec", "network", "autorec")  # softmax has network's kernels
# Kernels that are a part of another one, and the functions of the reference that they are checked against.
PARTS = {
    "sigmoid_and_softplus": ("sigmoid", "log_sigmoid"),
    "fast_sigmoid_and_softplus": ("sigmoid", "log_sigmoid"),
    "sigmoids": ("sigmoid", "log_sigmoid"),
    "row_loss": ("expected_rows",),
}


def kernels_of(room):
    """The names of the kernels of a room, compiled or not."""
    module = import_module(f"instahash.{room}.kernels")
    plain = {name: getattr(value, "py_func", value) for name, value in vars(module).items()}
    return [name for name, value in plain.items() if getattr(value, "__module__", "") == module.__name__]


def without_twin(room, names):
    """Those of the kernels `names` whose twins stand neither in the room's reference nor in network's."""
    there = set().union(*(vars(import_module(f"instahash.{name}.reference")) for name in (room, "network")))
    return [name for name in names if not there >= set(PARTS.get(name, (name,)))]


@pytest.mark.parametrize("room", ROOMS)
def test_each_kernel_has_a_twin(room):
    names = kernels_of(room)
    assert len(names) >= 2 and not without_twin(room, names)


def test_a_kernel_without_a_twin_is_found():
    assert without_twin("autorec", ["correct", "adam", "corrected"]) == ["corrected"]


@pytest.mark.parametrize(
    "room, tricks",
    [
        ("word2vec", "exact.cooccurrence exact.improve"),
        ("autorec", "training.loss_and_gradients training.mean_square decoder.decoder_gradients decoder.ridge_decoder"),
        ("softmax", "gradients.loss_and_gradients gradients.output_gradients"),
    ],
)
def test_each_exact_trick_has_a_twin(room, tricks):
    for trick in tricks.split():
        module, name = trick.split(".")
        assert callable(getattr(import_module(f"instahash.{room}.{module}"), name))
        assert not without_twin(room, [name])
