"""A checkpoint file as plain tensors, without running anything that it contains: the averaged generator's, unwrapped."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..hub import max_bytes, text_of_size

if TYPE_CHECKING:
    from torch import Tensor

# Where generators lie in a file, averaged ones first: rosinality, StudioGAN, pytorch_GAN_zoo, mimicry and many others.
ENTRIES = (
    "g_ema", "G_ema", "avgG", "ema", "netG", "generator", "G", "g", "params_ema", "state_dict", "model_state_dict", "model", "GAN",
)  # fmt: skip
PREFIXES = ("module.", "_orig_mod.")
# lightweight-gan keeps all its networks in one state dict: GE is the averaged generator.
NESTED = ("GE.", "g_ema.", "G_ema.", "generator_ema.")
TORCH = (".pt", ".pth", ".bin", ".ckpt")
SUFFIXES = (".safetensors", *TORCH, ".pkl")


def read_checkpoint(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """(the generator's tensors by their keys in the file, what else the file says as plain data).

    .safetensors; .pt, .pth, .bin and .ckpt with weights_only=True alone; .pkl of whole modules by unpickle.py, in a process
    of its own. ValueError in one sentence where the file is none of these, is damaged, too large, or holds code.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if not path.is_file():
        raise ValueError(f"{path} is not a file.")
    if suffix not in SUFFIXES:
        raise ValueError(f"{path.name} is not a checkpoint; its name must end in one of {', '.join(SUFFIXES)}.")
    size, limit = path.stat().st_size, max_bytes()
    if size > limit:
        raise ValueError(f"{path.name} is {text_of_size(size)}; more than {text_of_size(limit)} is refused.")
    if suffix == ".pkl":
        from .unpickle import read_pickle

        return read_pickle(path)
    content = _read_safetensors(path) if suffix == ".safetensors" else _read_torch(path)
    return unwrap(content, path.name), _beside(content)


def _read_safetensors(path: Path) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(path.stat().st_size, 100 * 1024**2):
                raise ValueError("its header is longer than the file")
            json.loads(file.read(length))
        return load_file(path)
    except (SafetensorError, struct.error, ValueError, OSError) as error:
        raise ValueError(f"{path.name} is not a readable safetensors file ({_first_line(error)}).") from None


def _read_torch(path: Path) -> Any:
    import pickle

    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        named = re.search(r"(?:GLOBAL|class|function) ([\w.]+\.[\w.]+)", str(error)) or re.search(
            r"Unsupported (?:class|global|operand)[^\w]*([\w.]+)", str(error)
        )
        what = f"it asks for {named[1]}" if named else "it holds more than tensors"
        raise ValueError(f"{path.name} is refused: {what}, and only plain tensors are read.") from None
    except Exception as error:  # noqa: BLE001 - the border: a damaged file raises anything
        raise ValueError(f"{path.name} cannot be read as a PyTorch checkpoint ({_first_line(error)}).") from None


def unwrap(content: Any, name: str) -> dict[str, Tensor]:
    """The generator's own state dict, out of the entries it may lie in; without the prefixes of wrappers."""
    import torch

    for _ in range(4):
        if not isinstance(content, dict):
            raise ValueError(f"{name} holds no state dict but a {type(content).__name__}.")
        entry = next((e for e in ENTRIES if isinstance(content.get(e), dict) and content[e]), None)
        if entry is None:
            break
        content = content[entry]
    tensors = {str(k): v for k, v in content.items() if isinstance(v, torch.Tensor)}
    for prefix in (*NESTED, *PREFIXES):
        if any(key.startswith(prefix) for key in tensors):
            inside = {key.removeprefix(prefix): v for key, v in tensors.items() if key.startswith(prefix)}
            tensors = inside
    if not tensors:
        keys = ", ".join(str(k) for k in list(content)[:6]) or "nothing"
        raise ValueError(f"{name} holds no tensors where a generator's are looked for; it has: {keys}.")
    return tensors


def _beside(content: Any) -> dict[str, Any]:
    """What rosinality's StyleGAN2 keeps beside the weights: latent_avg, the mean w, as a list."""
    mean = content.get("latent_avg") if isinstance(content, dict) else None
    return {"latent_avg": mean.flatten().tolist()} if hasattr(mean, "flatten") else {}


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200].rstrip(".")
