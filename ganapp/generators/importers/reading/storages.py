"""Where the numbers of a tensor stand: reads a storage's header as torch.save wrote it before 1.6.

Pickles of whole modules hold each storage in that form. Nothing here needs torch, and no number is read.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, NamedTuple

from .restricted import BoundedFile, Refused, RestrictedUnpickler, Storage, Stretch

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
HEADER = 4096  # bytes that a header may take
# class of a storage -> (name of the dtype in torch, bytes of a number)
KINDS = {
    "torch.DoubleStorage": ("float64", 8), "torch.FloatStorage": ("float32", 4),
    "torch.HalfStorage": ("float16", 2), "torch.BFloat16Storage": ("bfloat16", 2),
    "torch.LongStorage": ("int64", 8), "torch.IntStorage": ("int32", 4),
    "torch.ShortStorage": ("int16", 2), "torch.CharStorage": ("int8", 1),
    "torch.ByteStorage": ("uint8", 1), "torch.BoolStorage": ("bool", 1),
}  # fmt: skip


class Numbers(NamedTuple):
    """Where the numbers of a storage are: in the pickle, or in the bytes that were copied out of it."""

    copied: bool
    offset: int
    count: int
    dtype: str


class Kind(NamedTuple):
    """Stands for a class of storages."""

    dtype: str
    size: int


class HeaderUnpickler(RestrictedUnpickler):
    """Knows the classes of storages alone, and keeps the one persistent id that a storage's file has."""

    dispatch = dict(RestrictedUnpickler.dispatch)

    def find_class(self, module: str, name: str) -> Any:
        asked = f"{module}.{name}"
        if asked not in KINDS:
            raise Refused(f"is refused: it asks for {asked[:100]!r} in a tensor, which no generator needs")
        return Kind(*KINDS[asked])

    def load_binpersid(self) -> None:
        self.stack[-1] = tuple(self.stack[-1])

    dispatch[pickle.BINPERSID[0]] = load_binpersid


def locate(storage: Storage, file: Any, copies: Any) -> Numbers:
    """Find the numbers of a storage. Bytes that are not a stretch of `file` are written to `copies` first.

    Raises Refused if it is damaged or names anything but a class of storages.
    """
    data = storage.data
    if isinstance(data, Stretch):
        file.seek(data.offset)
        head, size = file.read(min(data.size, HEADER)), data.size
    elif type(data) is bytes:
        head, size = data[:HEADER], len(data)
    else:
        raise Refused("is damaged: a storage is no bytes")
    source = io.BytesIO(head)
    parts = [HeaderUnpickler(BoundedFile(source, len(head))).load() for _ in range(5)]
    magic, protocol, system, described, _ = parts
    if (
        magic != MAGIC
        or protocol != PROTOCOL
        or not isinstance(system, dict)
        or not system.get("little_endian")
    ):
        raise Refused("is damaged: a storage has a wrong magic number")
    if not (isinstance(described, tuple) and len(described) == 6 and isinstance(described[1], Kind)):
        raise Refused("is damaged: a storage has no kind")
    kind, start = described[1], source.tell()
    count = int.from_bytes(head[start : start + 8], "little")
    if count != described[4] or start + 8 + count * kind.size > size:
        raise Refused(f"is damaged: a storage claims {count:,} numbers, but has {size - start - 8:,} bytes")
    if isinstance(data, Stretch):
        return Numbers(False, data.offset + start + 8, count, kind.dtype)
    place = copies.seek(0, io.SEEK_END)
    copies.write(data[start + 8 :])
    return Numbers(True, place, count, kind.dtype)
