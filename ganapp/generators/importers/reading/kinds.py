"""What a file is, told from its first bytes and not from its name. It does not read the content."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

TORCH_LEGACY = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."  # the magic number of torch.save before 1.6
HEAD = 4096  # bytes that are looked at
STARTS = (  # first bytes -> what such a file is
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras and TensorFlow save weights"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"GGUF", "a GGUF file, as language models are saved"),
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"7z\xbc\xaf'\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"\x89PNG\r\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF", "a PDF"),
)
LFS = "a Git LFS pointer and not the weights: fetch them with `git lfs pull`, or download the file itself"
PAGE = "a web page and not the weights, as when a download needs a confirmation; download it in the browser"
CHECKPOINT = "the list of a TensorFlow checkpoint; only PyTorch generators can be imported"
TEXT = "a text file"
TENSORFLOW = "a TensorFlow checkpoint or graph; only PyTorch generators can be imported"
PICTURE = re.compile(r"(?i)\.(png|jpe?g|webp|bmp|gif|tiff?)$")
ONNX_MAKERS = (b"pytorch", b"onnx", b"tf2onnx", b"keras2onnx", b"skl2onnx", b"paddle", b"ai.onnx")
TABLE_END = bytes.fromhex("57fb808b247547db")  # of a LevelDB table: the .index of a TensorFlow checkpoint


def kind_of(path: Path) -> str:
    """One of "torch", "safetensors" and "pickle".

    Raises ValueError (message fit for the user) that names what else the file is.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(path)
    if head.startswith(TORCH_LEGACY):
        return "torch"
    if head[:1] == b"\x80" and head[1:2] <= b"\x05":
        return "pickle"
    if len(head) > 8 and head[8:9] == b"{":
        if struct.unpack("<Q", head[:8])[0] > size - 8:
            raise ValueError(
                f"{path.name} is not a readable safetensors file (its header is longer than the file)."
            )
        return "safetensors"
    what = _named(path, head)
    if path.suffix.lower() == ".safetensors" and (what is None or what.startswith(TEXT)):
        found = f"it is {what}" if what else "it has no header"
        raise ValueError(f"{path.name} is not a readable safetensors file ({found}).")
    raise ValueError(f"{path.name} is {what or 'no checkpoint of a kind that is known'}.")


def _kind_of_archive(path: Path) -> str:
    if not zipfile.is_zipfile(path):  # PyTorch's own message is a paragraph
        raise ValueError(f"{path.name} is damaged: its end is missing, as after a download that broke off.")
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise ValueError(
            f"{path.name} cannot be read: it begins as a ZIP, but its list is damaged."
        ) from None
    if any(name.rpartition("/")[2] in ("data.pkl", "constants.pkl") for name in names):
        return "torch"
    if any(name.endswith(".weights.h5") for name in names):
        what = "a Keras model; only PyTorch generators can be imported"
    elif names and all(name.endswith(".npy") for name in names):
        what = "a ZIP of NumPy arrays (.npz)"
    elif pictures := sum(PICTURE.search(name) is not None for name in names):
        what = f"a ZIP of {pictures} pictures, which is data to train on and no checkpoint"
    else:
        inside = next((n for n in names if re.search(r"\.(pt|pth|ckpt|pkl|bin|safetensors)$", n)), None)
        what = f"a ZIP with {inside[:60]!a} inside; unpack it first" if inside else "a ZIP without weights"
    raise ValueError(f"{path.name} is {what}.")


def _named(path: Path, head: bytes) -> str | None:
    """What a file that cannot be read is; None if unknown."""
    for start, what in STARTS:
        if head.startswith(start):
            return what
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"version https://git-lfs"):
        return LFS
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<!--")):
        return PAGE
    if text.startswith(b"model_checkpoint_path"):
        return CHECKPOINT
    if head[4:8] == b"TFL3":
        return "a TensorFlow Lite model; only PyTorch generators can be imported"
    if head[257:262] == b"ustar":
        return "a tar archive; unpack it first"
    if path.suffix.lower() == ".onnx" or (head[:1] == b"\x08" and any(m in head[:64] for m in ONNX_MAKERS)):
        return "an ONNX model; import the PyTorch checkpoint that it was made of"
    if _is_tensorflow(path, head):
        return TENSORFLOW
    if text and _is_text(head):
        beginning = " ".join(text.decode("utf-8", "ignore").split())[:40]
        return f"{TEXT}, which begins {beginning!a}"
    return None


def _is_tensorflow(path: Path, head: bytes) -> bool:
    if path.suffix.lower() == ".pb" or re.search(r"\.(ckpt.*\.)?(meta|index|data-\d+-of-\d+)$", path.name):
        return True
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8))
        end = file.read()
    return end == TABLE_END or any(word in head for word in (b"saved_model", b"Placeholder", b"tensorflow"))


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", "strict" if len(head) < HEAD else "ignore")
    except UnicodeDecodeError:
        return False
    return all(c.isprintable() or c in "\r\n\t" for c in text)
