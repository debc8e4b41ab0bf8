"""Removes from a PNG what its pixels do not need, so that large or damaged metadata cannot lose the picture.

Pixels are not decoded here: chunks with them are passed on as they are, damaged or not.
"""

from __future__ import annotations

import re
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
# Texts that may say how the picture is turned.
TURNED = (b"XML:com.adobe.xmp", b"Raw profile type exif")
MAX_CHUNK, MAX_TEXT = 1 << 16, 1 << 20  # bytes of such a chunk, and of its text unpacked
MAX_SEARCH = 64  # places that are tried after a damaged chunk


def pixels_only(data: bytes) -> bytes:
    """The chunks of a PNG that say its pixels and how it is turned; other files are returned as they are."""
    if not data.startswith(SIGNATURE):
        return data
    kept, at = [[0, len(SIGNATURE)]], len(SIGNATURE)

    def keep(start: int, end: int) -> None:
        if kept[-1][1] == start:
            kept[-1][1] = end
        else:
            kept.append([start, end])

    while at + 8 <= len(data):
        kind, end = data[at + 4 : at + 8], _end(data, at)
        if kind in PIXELS:
            keep(at, min(end, len(data)))  # one that is cut off is refused when it is decoded
        elif _is_chunk(data, at) and (_is_whole(data, at) or _goes_on(data, end)):
            if _is_whole(data, at) and _says_orientation(kind, data[at + 8 : end - 4]):
                keep(at, end)
        else:
            end = _next_pixels(data, at + 8)
        if kind == b"IEND":
            break
        at = end
    if len(kept) == 1 and kept[0][1] == len(data):
        return data
    return b"".join(memoryview(data)[start:end] for start, end in kept)


def _end(data: bytes, at: int) -> int:
    """Where the chunk at `at` ends, by its own length."""
    return at + 12 + struct.unpack_from(">I", data, at)[0]


def _is_chunk(data: bytes, at: int) -> bool:
    """Whether a chunk may begin at `at`: a type of four letters, and an end within the file."""
    return at + 12 <= len(data) and data[at + 4 : at + 8].isalpha() and _end(data, at) <= len(data)


def _goes_on(data: bytes, at: int) -> bool:
    """Whether the file ends at `at` or a chunk may begin there; one of pixels may be cut off."""
    return at == len(data) or data[at + 4 : at + 8] in PIXELS or _is_chunk(data, at)


def _is_whole(data: bytes, at: int) -> bool:
    """Whether the checksum of the chunk at `at` is right."""
    end = _end(data, at)
    return zlib.crc32(memoryview(data)[at + 4 : end - 4]) == struct.unpack_from(">I", data, end - 4)[0]


def _next_pixels(data: bytes, start: int) -> int:
    """Where the next whole chunk of pixels begins after a damaged length; the end of the file without one."""
    places = re.finditer(b"PLTE|tRNS|IDAT|IEND", memoryview(data)[start:])
    for _, match in zip(range(MAX_SEARCH), places, strict=False):
        at = start + match.start() - 4
        if _is_chunk(data, at) and _is_whole(data, at):
            return at
    return len(data)


def _says_orientation(kind: bytes, content: bytes) -> bool:
    """Whether a chunk may hold an EXIF orientation and can be read in little memory."""
    if len(content) > MAX_CHUNK:
        return False
    if kind == b"eXIf":
        return True
    name, _, rest = content.partition(b"\0")
    if name not in TURNED or kind not in (b"tEXt", b"zTXt", b"iTXt"):
        return False
    if kind == b"iTXt":
        packed, rest = rest[:1] != b"\0", rest[2:].split(b"\0", 2)[-1]
    else:
        packed, rest = kind == b"zTXt", rest[1:] if kind == b"zTXt" else rest
    if not packed:
        return True
    try:
        unpacking = zlib.decompressobj()
        unpacking.decompress(rest, MAX_TEXT)
    except zlib.error:
        return False
    return not unpacking.unconsumed_tail
