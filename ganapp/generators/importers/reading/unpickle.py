"""Reads pickles of whole networks (NVIDIA's StyleGAN2, R3GAN) as tensors, without running their code.

read_pickle starts a process with limits on time and memory. That process reads the pickle by restricted.py
and writes plain tensors to a temporary folder.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .restricted import BoundedFile, Module, Refused, RestrictedUnpickler, Storage, TensorRecord

if TYPE_CHECKING:
    from torch import Tensor

SPARE_BYTES = 1024**3  # memory that reading may take in addition to three times the file
SECONDS = 300  # time that reading may take
ROOT = Path(__file__).resolve().parents[4]
# The program of the process. It runs with -I, isolated from environment and current folder, so it is given
# sys.path.
START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from ganapp.generators.importers.reading.unpickle import main
main(json.loads(sys.argv[2]))
"""
ENTRIES = ("G_ema", "G")  # entries of a training snapshot, the averaged generator first
MAX_MODULES = 10_000
MAX_ATTRIBUTES = 100_000
# Environment variables that the process is given; no token is among them.
VARIABLES = (
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME",
    "USERPROFILE",
)  # fmt: skip


def read_pickle(
    path: str | Path, *, max_bytes: int = SPARE_BYTES, seconds: float = SECONDS
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a pickled generator as ({dotted name: tensor}, {dotted name: number, bool or text}).

    max_bytes: memory in addition to three times the file (enforced on Linux only). seconds: time. Raises
    ValueError (message fit for the user) if the file names anything that is not allowed, is damaged, or takes
    more memory or time.
    """
    from safetensors.torch import load

    path = Path(path)
    with tempfile.TemporaryDirectory(prefix="ganapp-pickle-") as folder:
        job = {"file": str(path.resolve()), "folder": folder, "bytes": max_bytes, "seconds": seconds}
        environment = {name: os.environ[name] for name in VARIABLES if name in os.environ} | {
            "OMP_NUM_THREADS": "1"
        }
        modules = [str(ROOT), *(entry for entry in sys.path if os.path.isabs(entry))]
        command = [sys.executable, "-I", "-c", START, json.dumps(modules), json.dumps(job)]
        slow = f"{path.name} is refused: reading it took longer than {seconds:g} seconds."
        try:
            done = subprocess.run(command, capture_output=True, timeout=seconds, env=environment, cwd=folder)
        except subprocess.TimeoutExpired:
            raise ValueError(slow) from None
        if hasattr(signal, "SIGXCPU") and done.returncode == -signal.SIGXCPU:
            raise ValueError(slow)
        result = Path(folder) / "result.json"
        if not result.exists():
            raise ValueError(
                f"{path.name} is refused: the process that read it broke down ({done.returncode})."
            )
        found = json.loads(result.read_text("utf-8"))
        if "error" in found:
            raise ValueError(f"{path.name} {found['error']}.")
        # Not load_file, which maps the file into memory: the file is deleted at the end of this block.
        return load((Path(folder) / "tensors.safetensors").read_bytes()), found["extra"]


# -- Everything below runs in the other process. ----------------------------------------------------------


def find_generator(content: Any) -> Module:
    """The generator in a pickle's content. Raises Refused if there is none."""
    if isinstance(content, dict):
        content = next(
            (content[entry] for entry in ENTRIES if isinstance(content.get(entry), Module)), content
        )
    if not isinstance(content, Module) or not isinstance(content.state, dict):
        raise Refused("holds no network under G_ema or G")
    return content


def flatten(root: Module) -> tuple[dict[str, TensorRecord], dict[str, Any]]:
    """Tensors and plain attributes of a module and its submodules, by dotted names.

    Raises Refused if it is damaged, or if there are too many, as in a module that contains itself.
    """
    tensors, attributes = {}, {}
    pending = [("", root)]
    for _ in range(MAX_MODULES):
        if not pending:
            return tensors, attributes
        prefix, module = pending.pop()
        state = module.state if isinstance(module, Module) else None
        if not isinstance(state, dict):
            raise Refused(f"is damaged: {prefix[:100]!r} is no module")
        passing = state.get("_non_persistent_buffers_set") or ()
        for part in ("_parameters", "_buffers"):
            tensors |= {
                prefix + k: v for k, v in state.get(part, {}).items() if v is not None and k not in passing
            }
        attributes |= {prefix + k: v for k, v in state.items() if type(v) in (bool, int, float, str)}
        pending += [
            (f"{prefix}{k}.", child) for k, child in state.get("_modules", {}).items() if child is not None
        ]
        if (
            len(pending) > MAX_MODULES
            or len(tensors) + len(attributes) > MAX_ATTRIBUTES
            or len(prefix) > 1000
        ):
            break
    raise Refused("is refused: its modules have no end")


def make_tensor(name: str, record: Any) -> Tensor:
    """Make a tensor of its record. Raises Refused if it would be larger than its storage or exceed it."""
    import io

    import torch

    if (
        not isinstance(record, TensorRecord)
        or not isinstance(record.storage, Storage)
        or type(record.storage.data) is not bytes
    ):
        raise Refused(f"is damaged: {name[:100]!r} is no tensor")
    storage = torch.load(io.BytesIO(record.storage.data), map_location="cpu", weights_only=True)
    flat = torch.empty(0, dtype=storage.dtype).set_(storage.untyped())
    size, stride, offset = tuple(record.size), tuple(record.stride), record.offset
    numbers = (*size, *stride, offset)
    if len(size) != len(stride) or any(type(number) is not int or number < 0 for number in numbers):
        raise Refused(f"is damaged: {name[:100]!r} has no proper shape")
    count, last = 1, offset
    for length, step in zip(size, stride):
        count, last = count * length, last + (length - 1) * step
    if count > len(flat) or (count and last >= len(flat)):
        raise Refused(f"is refused: {name[:100]!r} claims {count:.15g} values, but has {len(flat):,}")
    return torch.as_strided(flat, size, stride, offset).clone(memory_format=torch.contiguous_format)


def limit_process(job: dict[str, Any], size: int) -> int:
    """Limit memory and processor time of this process for a file of `size` bytes.

    Returns how many bytes tensors may take.
    """
    allowed = 3 * size + job["bytes"]
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent process limits the time
        return allowed

    def cap(kind: int, most: int) -> None:
        hard = resource.getrlimit(kind)[1]  # the limit cannot be set above
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))

    cap(resource.RLIMIT_CPU, int(job["seconds"]) + 1)
    cap(resource.RLIMIT_CORE, 0)
    pages = Path("/proc/self/statm")
    if pages.exists():  # on Linux only: elsewhere the limit is not enforced and present use is not known
        cap(resource.RLIMIT_AS, int(pages.read_text().split()[0]) * resource.getpagesize() + allowed)
    return allowed


def extract(path: Path, allowed: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    with path.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            raise Refused("was written by torch.save; rename it so that it ends in .pt")
        file.seek(0)
        content = RestrictedUnpickler(BoundedFile(file, path.stat().st_size)).load()
    found, attributes = flatten(find_generator(content))
    if not found:
        raise Refused("holds a network without weights")
    tensors = {}
    for name, record in found.items():
        tensors[name] = make_tensor(name, record)
        allowed -= tensors[name].nbytes
        if allowed < 0:
            raise Refused("is refused: its tensors are larger than the file")
    return tensors, attributes


def main(job: dict[str, Any]) -> None:
    """Write result.json, and tensors.safetensors if there is no error, into job["folder"]."""
    import torch
    from safetensors.torch import save_file

    torch.set_num_threads(1)
    path, folder = Path(job["file"]), Path(job["folder"])
    try:
        tensors, extra = extract(path, limit_process(job, path.stat().st_size))
        save_file(tensors, folder / "tensors.safetensors")
        result = {"extra": extra}
    except Refused as error:
        result = {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - a damaged file can raise any type
        full = isinstance(error, MemoryError) or "allocate memory" in str(error)
        why = "is refused: reading it takes too much memory"
        result = {
            "error": why if full else f"cannot be read as a pickle of a network ({type(error).__name__})"
        }
    text = json.dumps(result)
    (folder / "result.part").write_text(text, "utf-8")
    (folder / "result.part").replace(folder / "result.json")
