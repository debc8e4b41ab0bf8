"""Reads a checkpoint file as plain tensors that may be its generator's, without running code in it."""

from __future__ import annotations

import re
import struct
import threading
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ganapp.files import damaged_member, text_of_size
from ganapp.hub import max_bytes

from .candidates import Candidate, find_candidates
from .kinds import kind_of

if TYPE_CHECKING:
    from torch import Tensor

# torch's list of names that a file may ask for belongs to the whole process, so one file is read at a time.
LOADING = threading.Lock()


class Checkpoint(NamedTuple):
    """What was read of a file: the state dicts in it, the likeliest first, and further plain data."""

    candidates: list[Candidate]
    extra: dict[str, Any]


def read_checkpoint(path: str | Path) -> Checkpoint:
    """Read the tensors of a file, whatever its name.

    safetensors; files of torch.save with weights_only=True, beside which harmless types are passed over
    (plain_types.py); pickles of whole modules by unpickle.py, in a process of its own. Raises ValueError
    (message fit for the user) if the file is none of these, damaged, too large, or has code.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path} is not a file.")
    size, limit = path.stat().st_size, max_bytes()
    if size == 0:
        raise ValueError(f"{path.name} is empty.")
    if size > limit:
        raise ValueError(f"{path.name} is {text_of_size(size)}; more than {text_of_size(limit)} is refused.")
    kind = kind_of(path)
    if kind == "pickle":
        from .unpickle import read_pickle

        tensors, extra = read_pickle(path)
        return Checkpoint([Candidate((), tensors)], extra)
    if kind == "safetensors":
        content = _read_safetensors(path)
    else:
        _check_archive(path, limit)
        content = _read_torch(path)
        _check_sums(path)
    candidates = find_state_dicts(content, path.name)
    for candidate in candidates:
        _check_tensors(candidate.tensors, path.name, limit)
    return Checkpoint(candidates, _further_data(content))


def find_state_dicts(content: Any, name: str) -> list[Candidate]:
    """The state dicts of a file's content. Raises ValueError (message fit for the user) if there is none."""
    if not isinstance(content, dict):
        raise ValueError(f"{name} holds no state dict but a {type(content).__name__}.")
    candidates = find_candidates(content)
    if not candidates:
        raise ValueError(
            f"{name} holds no tensors where a generator's are looked for; it has: {first_keys(content, 6)}."
        )
    return candidates


def _read_safetensors(path: Path) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
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


def _check_sums(path: Path) -> None:
    """Raise ValueError if numbers in a ZIP of PyTorch have changed, which torch.load does not look at."""
    if not zipfile.is_zipfile(path):  # the older format has no checksums
        return
    with path.open("rb") as file:
        if damaged := damaged_member(file):
            raise ValueError(f"{path.name} is damaged: {damaged}.")


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

    from .plain_types import stand_ins

    try:
        # Opened here, since torch.load goes by the ending of a path.
        with LOADING, path.open("rb") as file, torch.serialization.safe_globals(stand_ins()):
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError(f"{path.name} is refused: {_why_refused(str(error))}") from None
    except Exception as error:  # noqa: BLE001 - a damaged file can raise any type
        raise ValueError(
            f"{path.name} cannot be read as a PyTorch checkpoint ({_first_line(error)})."
        ) from None


def _why_refused(message: str) -> str:
    """The end of a sentence about torch's refusal."""
    named = re.search(r"GLOBAL ([\w.]+)|(?:class|function) ([\w.]+\.[\w.]+)", message)
    if named is None:
        return "it is no checkpoint, or holds more than tensors, and only plain tensors are read."
    what = named[1] or named[2]
    asks = f"it asks for {what}, and only plain tensors are read"
    if what.startswith(("torch.nn.", "__main__.", "model")):
        return f"{asks}; where it comes from, save the network's state_dict() instead of the network."
    return f"{asks}."


def first_keys(keys: Iterable[Any], count: int = 1) -> str:
    """The first keys as text for a message: shortened, and without control characters."""
    texts = [str(key)[:60] for key in keys][:count]
    return ", ".join(text if text.isprintable() else ascii(text) for text in texts) or "nothing"


def _further_data(content: Any) -> dict[str, Any]:
    """What projects save beside the weights: latent_avg (rosinality's mean w) as a list, config as it is."""
    if not isinstance(content, dict):
        return {}
    mean, config = content.get("latent_avg"), content.get("config")
    found = {"latent_avg": mean.flatten().tolist()} if hasattr(mean, "flatten") else {}
    return found | ({"config": dict(config)} if isinstance(config, dict) else {})


def _first_line(error: Exception) -> str:
    """The first sentence of an exception, since PyTorch's continue with details of its ZIP library."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return re.split(r"(?<=\w)\. ", line)[0][:200].rstrip(".")
