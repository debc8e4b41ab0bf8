"""Reads a checkpoint file as plain tensors of its (averaged) generator, without running code in it."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganapp.files import text_of_size
from ganapp.hub import max_bytes

if TYPE_CHECKING:
    from torch import Tensor

# Names of the entry that holds the generator, averaged ones first: rosinality, StudioGAN, pytorch_GAN_zoo,
# mimicry and many others.
ENTRIES = (
    "g_ema", "G_ema", "avgG", "ema", "netG", "generator", "G", "g", "params_ema", "state_dict",
    "model_state_dict", "model", "GAN",
)  # fmt: skip
PREFIXES = ("module.", "_orig_mod.")
# Prefixes of the averaged generator in a state dict of several networks; GE is lightweight-gan's.
NESTED = ("GE.", "g_ema.", "G_ema.", "generator_ema.")
TORCH = (".pt", ".pth", ".bin", ".ckpt")
SUFFIXES = (".safetensors", *TORCH, ".pkl")


def read_checkpoint(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read (the generator's tensors by their keys in the file, further plain data of the file).

    .safetensors; .pt, .pth, .bin and .ckpt with weights_only=True; .pkl of whole modules by unpickle.py, in a
    process of its own. Raises ValueError (message fit for the user) if the file is none of these, damaged,
    too large, or has code.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if not path.is_file():
        raise ValueError(f"{path} is not a file.")
    if suffix not in SUFFIXES:
        raise ValueError(
            f"{path.name} is not a checkpoint; its name must end in one of {', '.join(SUFFIXES)}."
        )
    size, limit = path.stat().st_size, max_bytes()
    if size == 0:
        raise ValueError(f"{path.name} is empty.")
    if size > limit:
        raise ValueError(f"{path.name} is {text_of_size(size)}; more than {text_of_size(limit)} is refused.")
    if suffix == ".pkl":
        from .unpickle import read_pickle

        return read_pickle(path)
    if suffix == ".safetensors":
        content = _read_safetensors(path)
    else:
        _check_archive(path, limit)
        content = _read_torch(path)
    tensors = unwrap(content, path.name)
    _check_tensors(tensors, path.name, limit)
    return tensors, _further_data(content)


def _read_safetensors(path: Path) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(path.stat().st_size, 100 * 1024**2):
                raise ValueError("its header is longer than the file")
        return load_file(path)
    except (SafetensorError, struct.error, ValueError, OSError) as error:
        raise ValueError(f"{path.name} is not a readable safetensors file ({_first_line(error)}).") from None


def _check_archive(path: Path, limit: int) -> None:
    """Raise ValueError if a ZIP of PyTorch is TorchScript or too large when unpacked."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise ValueError(
            f"{path.name} cannot be read as a PyTorch checkpoint ({_first_line(error)})."
        ) from None
    if any(member.filename.endswith("/constants.pkl") for member in members):
        raise ValueError(
            f"{path.name} is a TorchScript program, and only plain tensors are read; save its state_dict()."
        )
    size = sum(member.file_size for member in members)
    if size > limit:
        raise ValueError(
            f"{path.name} is {text_of_size(size)} when unpacked; more than {text_of_size(limit)} is refused."
        )


def _starts_as_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _check_tensors(tensors: dict[str, Tensor], name: str, limit: int) -> None:
    """Raise ValueError if a tensor is not dense, real and on the CPU, or if all together exceed the limit.

    A strided tensor can repeat one number a billion times, so a small file is no bound.
    """
    import torch

    for key, t in tensors.items():
        if t.layout != torch.strided or t.device.type != "cpu" or t.is_complex() or t.is_quantized:
            raise ValueError(
                f"{name}: {first_keys([key])} is no ordinary tensor (sparse, complex, quantized or without "
                "values)."
            )
    size = sum(t.numel() * t.element_size() for t in tensors.values())
    if size > limit:
        raise ValueError(
            f"{name} says that it has {text_of_size(size)} of weights; more than {text_of_size(limit)} is "
            "refused."
        )


def _read_torch(path: Path) -> Any:
    import pickle

    import torch

    if _starts_as_archive(path) and not zipfile.is_zipfile(path):  # PyTorch's own message is a paragraph
        raise ValueError(f"{path.name} is damaged: its end is missing, as after a download that broke off.")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        named = re.search(r"(?:GLOBAL|class|function) ([\w.]+\.[\w.]+)", str(error))
        what = f"it asks for {named[1]}" if named else "it is no checkpoint, or holds more than tensors"
        raise ValueError(f"{path.name} is refused: {what}, and only plain tensors are read.") from None
    except Exception as error:  # noqa: BLE001 - a damaged file can raise any type
        raise ValueError(
            f"{path.name} cannot be read as a PyTorch checkpoint ({_first_line(error)})."
        ) from None


def unwrap(content: Any, name: str) -> dict[str, Tensor]:
    """Find the generator's state dict in a file's content, and remove the prefixes of wrappers.

    Raises ValueError (message fit for the user) if there is none.
    """
    import torch

    for _ in range(4):
        if not isinstance(content, dict):
            raise ValueError(f"{name} holds no state dict but a {type(content).__name__}.")
        entry = next((e for e in ENTRIES if isinstance(content.get(e), dict) and content[e]), None)
        if entry is None:
            break
        content = content[entry]
    tensors = {str(k): v for k, v in content.items() if isinstance(v, torch.Tensor)}
    while prefix := next(
        (p for p in (*NESTED, *PREFIXES) if any(key.startswith(p) for key in tensors)), None
    ):
        tensors = {key.removeprefix(prefix): v for key, v in tensors.items() if key.startswith(prefix)}
    if not tensors:
        raise ValueError(
            f"{name} holds no tensors where a generator's are looked for; it has: {first_keys(content, 6)}."
        )
    return tensors


def first_keys(keys: Iterable[Any], count: int = 1) -> str:
    """The first keys as text for a message: shortened, and without control characters."""
    texts = [str(key)[:60] for key in keys][:count]
    return ", ".join(text if text.isprintable() else ascii(text) for text in texts) or "nothing"


def _further_data(content: Any) -> dict[str, Any]:
    """latent_avg as a list, the mean w that rosinality's StyleGAN2 saves beside the weights; or {}."""
    mean = content.get("latent_avg") if isinstance(content, dict) else None
    return {"latent_avg": mean.flatten().tolist()} if hasattr(mean, "flatten") else {}


def _first_line(error: Exception) -> str:
    """The first sentence of an exception, since PyTorch's continue with details of its ZIP library."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return re.split(r"(?<=\w)\. ", line)[0][:200].rstrip(".")
