"""An unpickler that imports nothing: it records tensors and makes empty objects of modules.

A pickle can name only what is listed here. It runs in the process that unpickle.py starts, and does not need
torch.
"""

from __future__ import annotations

import pickle
import struct
from typing import Any, NamedTuple


class Refused(Exception):
    """A pickle is refused. The message is the end of a sentence that begins with the file's name."""


class Module:
    """Stands for an object of any network class: has its state and no behaviour."""

    __slots__ = ("state",)

    def __init__(self, *args, **kwargs):
        self.state = None


class Stretch(NamedTuple):
    """Bytes that stay in the file, so that a large network is never in memory as a whole."""

    offset: int
    size: int


class Storage(NamedTuple):
    """The bytes of a tensor's storage, as torch.save wrote them."""

    data: bytes | Stretch


class TensorRecord(NamedTuple):
    """The arguments of a tensor, which unpickle.py makes and checks."""

    storage: Any
    offset: Any
    size: Any
    stride: Any


def persistent_object(meta: Any) -> Module:
    """For torch_utils.persistence._reconstruct_persistent_obj, which would run meta["module_src"]."""
    module = Module()
    module.state = meta["state"]
    return module


def tensor_record(storage: Any, offset: Any, size: Any, stride: Any, *rest: Any) -> TensorRecord:
    return TensorRecord(storage, offset, size, stride)


def parameter(tensor: Any, *rest: Any) -> Any:
    return tensor


def dictionary(*items: Any) -> dict:
    return dict(*items)


def collection(*items: Any) -> set:
    return set(*items)


def encoded(text: Any, codec: Any) -> bytes:
    """For _codecs.encode, with which protocol 2 writes bytes."""
    if type(text) is not str or codec != "latin1":
        raise Refused("is refused: it encodes text in a way that no checkpoint needs")
    return text.encode("latin1")


def empty_object(*args: Any) -> Module:
    """For devices, dtypes and the like, on whose values no tensor depends."""
    return Module()


ALLOWED = {
    "torch_utils.persistence._reconstruct_persistent_obj": persistent_object,
    "torch._utils._rebuild_tensor": tensor_record,
    "torch._utils._rebuild_tensor_v2": tensor_record,
    "torch._utils._rebuild_parameter": parameter,
    "torch._utils._rebuild_parameter_with_state": parameter,
    "torch.storage._load_from_bytes": Storage,
    "dnnlib.util.EasyDict": dictionary,
    "collections.OrderedDict": dictionary,
    "_codecs.encode": encoded,
    "builtins.set": collection,
    "__builtin__.set": collection,
} | dict.fromkeys(
    [
        "torch.Size",
        "torch.device",
        "numpy.dtype",
        "numpy.ndarray",
        *(
            f"numpy.{core}.multiarray.{name}"
            for core in ("core", "_core")
            for name in ("scalar", "_reconstruct")
        ),
        *(
            f"torch.{name}"
            for name in ("float16", "bfloat16", "float32", "float64", "uint8", "int32", "int64", "bool")
        ),
    ],
    empty_object,
)
# Classes in these modules become Module.
NETWORKS = (
    "torch.nn.modules.", "torch.nn.utils.spectral_norm.", "training.", "R3GAN.", "BaselineGAN.",
    "pg_modules.", "feature_networks.", "timm.",
)  # fmt: skip
LARGE = 64 * 1024  # bytes from which a stretch of the file is not read
CALLABLE = (Module, *dict.fromkeys(ALLOWED.values()))
# Opcodes that no such checkpoint has: extensions, persistent ids, buffers, old ways to make objects.
FORBIDDEN = (
    pickle.PERSID, pickle.BINPERSID, pickle.EXT1, pickle.EXT2, pickle.EXT4, pickle.INST, pickle.OBJ,
    pickle.BYTEARRAY8, pickle.NEXT_BUFFER, pickle.READONLY_BUFFER,
)  # fmt: skip


class RestrictedUnpickler(pickle._Unpickler):
    """An unpickler that calls only what is in CALLABLE.

    Derived from the one in Python, whose memo grows with the pickle; that in C allocates what an index asks
    for.
    """

    dispatch = dict(pickle._Unpickler.dispatch)

    def __init__(self, file: BoundedFile):
        super().__init__(file)
        self.bounded = file

    def find_class(self, module: str, name: str) -> Any:
        asked = f"{module}.{name}"
        if asked in ALLOWED:
            return ALLOWED[asked]
        if asked.startswith(NETWORKS) and asked.replace(".", "").isidentifier():
            return Module
        raise Refused(f"is refused: it asks for {asked[:100]!r}, which no generator needs")

    def call(self, function: Any, args: Any) -> Any:
        if not any(function is allowed for allowed in CALLABLE) or not isinstance(args, tuple):
            raise Refused(f"is refused: it calls {type(function).__name__!r}, which is no function")
        return function(*args)

    def load_reduce(self) -> None:
        args = self.stack.pop()
        self.stack[-1] = self.call(self.stack[-1], args)

    def load_newobj_ex(self) -> None:
        self.stack.pop()  # keyword arguments
        self.load_reduce()

    def load_build(self) -> None:
        state, made = self.stack.pop(), self.stack[-1]
        if isinstance(made, Module):
            made.state = state
        elif not isinstance(made, dict):  # OrderedDict of a state dict has attributes, which do not matter
            raise Refused(f"is refused: it sets the state of a {type(made).__name__}")

    def load_binbytes(self) -> None:
        self.load_stretch(struct.unpack("<I", self.read(4))[0])

    def load_binbytes8(self) -> None:
        self.load_stretch(struct.unpack("<Q", self.read(8))[0])

    def load_stretch(self, size: int) -> None:
        frame = self._unframer.current_frame
        framed = frame is not None and frame.tell() < len(frame.getbuffer())
        if size < LARGE or framed:
            self.append(self.read(size))
        else:
            self._unframer.current_frame = None
            self.append(self.bounded.skip(size))

    def forbidden(self) -> None:
        raise Refused("is refused: it has instructions that no checkpoint needs")

    dispatch[pickle.REDUCE[0]] = dispatch[pickle.NEWOBJ[0]] = load_reduce
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex
    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.BINBYTES[0]] = load_binbytes
    dispatch[pickle.BINBYTES8[0]] = load_binbytes8
    dispatch |= dict.fromkeys([code[0] for code in FORBIDDEN], forbidden)


class BoundedFile:
    """A file that refuses to read more bytes than it has left, so that a false length takes no memory."""

    def __init__(self, file: Any, size: int):
        self.file, self.size = file, size
        self.readline = file.readline

    def read(self, count: int) -> bytes:
        self.check(count)
        return self.file.read(count)

    def skip(self, count: int) -> Stretch:
        self.check(count)
        start = self.file.tell()
        self.file.seek(start + count)
        return Stretch(start, count)

    def check(self, count: int) -> None:
        if not 0 <= count <= self.size - self.file.tell():
            raise Refused(
                f"is damaged: it claims {count:,} bytes more, but has {self.size - self.file.tell():,}"
            )
