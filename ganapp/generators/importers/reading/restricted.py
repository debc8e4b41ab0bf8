"""An unpickler that can name only what is listed here: tensors are noted down, modules become empty objects, nothing is imported.

Runs in the process that unpickle.py starts, and is light: torch is not needed to read a pickle, only to make its tensors.
"""

from __future__ import annotations

import pickle
from typing import Any, NamedTuple


class Refused(Exception):
    """Why a pickle is not read, as the end of a sentence that begins with its name."""


class Module:
    """An object of a network's class: its state, and nothing that it could do."""

    __slots__ = ("state",)

    def __init__(self, *args, **kwargs):
        self.state = None


class Storage(NamedTuple):
    data: bytes  # as torch.save wrote it, not read yet


class Noted(NamedTuple):
    """A tensor that has not been made yet."""

    storage: Any
    offset: Any
    size: Any
    stride: Any


def persistent(meta: Any) -> Module:
    """torch_utils.persistence._reconstruct_persistent_obj, which would run meta["module_src"]: here it is not even looked at."""
    module = Module()
    module.state = meta["state"]
    return module


def noted(storage: Any, offset: Any, size: Any, stride: Any, *rest: Any) -> Noted:
    return Noted(storage, offset, size, stride)


def parameter(tensor: Any, *rest: Any) -> Any:
    return tensor


def dictionary(*items: Any) -> dict:
    return dict(*items)


def collection(*items: Any) -> set:
    return set(*items)


def encoded(text: Any, codec: Any) -> bytes:
    """_codecs.encode, with which protocol 2 writes bytes."""
    if type(text) is not str or codec != "latin1":
        raise Refused("is refused: it encodes text in a way that no checkpoint needs")
    return text.encode("latin1")


def inert(*args: Any) -> Module:
    """Of numbers, devices and the like, whose values no tensor depends on."""
    return Module()


ALLOWED = {
    "torch_utils.persistence._reconstruct_persistent_obj": persistent,
    "torch._utils._rebuild_tensor": noted,
    "torch._utils._rebuild_tensor_v2": noted,
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
        *(f"numpy.{core}.multiarray.{name}" for core in ("core", "_core") for name in ("scalar", "_reconstruct")),
        *(f"torch.{name}" for name in ("float16", "bfloat16", "float32", "float64", "uint8", "int32", "int64", "bool")),
    ],
    inert,
)
NETWORKS = ("torch.nn.modules.", "training.", "R3GAN.", "BaselineGAN.")  # modules whose classes become Module
CALLED = (Module, *dict.fromkeys(ALLOWED.values()))
# Instructions that no checkpoint of these has: extensions, persistent ids, buffers, old ways to make objects.
FORBIDDEN = (
    pickle.PERSID, pickle.BINPERSID, pickle.EXT1, pickle.EXT2, pickle.EXT4, pickle.INST, pickle.OBJ, pickle.BYTEARRAY8,
    pickle.NEXT_BUFFER, pickle.READONLY_BUFFER,
)  # fmt: skip


class Restricted(pickle._Unpickler):  # the one in Python: its memo cannot be made to fill the memory
    """An unpickler whose every call is to one of CALLED."""

    dispatch = dict(pickle._Unpickler.dispatch)

    def find_class(self, module: str, name: str) -> Any:
        asked = f"{module}.{name}"
        if asked in ALLOWED:
            return ALLOWED[asked]
        if asked.startswith(NETWORKS) and asked.replace(".", "").isidentifier():
            return Module
        raise Refused(f"is refused: it asks for {asked[:100]!r}, which no generator needs")

    def call(self, function: Any, args: Any) -> Any:
        if not any(function is allowed for allowed in CALLED) or not isinstance(args, tuple):
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

    def forbidden(self) -> None:
        raise Refused("is refused: it has instructions that no checkpoint needs")

    dispatch[pickle.REDUCE[0]] = dispatch[pickle.NEWOBJ[0]] = load_reduce
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex
    dispatch[pickle.BUILD[0]] = load_build
    dispatch |= dict.fromkeys([code[0] for code in FORBIDDEN], forbidden)


class Bounded:
    """A file that is never asked for more than it has, so that a length which lies takes no memory."""

    def __init__(self, file: Any, size: int):
        self.file, self.size = file, size
        self.readline = file.readline

    def read(self, count: int) -> bytes:
        if not 0 <= count <= self.size - self.file.tell():
            raise Refused(f"is damaged: it claims {count:,} bytes more, but has {self.size - self.file.tell():,}")
        return self.file.read(count)
