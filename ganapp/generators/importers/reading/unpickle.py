"""Pickles of whole networks (NVIDIA's StyleGAN2, R3GAN) as plain tensors, without running any of the code that they hold or name.

read_pickle starts a process of its own, with limits on time and memory, which reads the pickle by restricted.py and leaves plain
tensors in a temporary folder.
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

from .restricted import Bounded, Module, Noted, Refused, Restricted, Storage

if TYPE_CHECKING:
    from torch import Tensor

SPARE_BYTES = 1024**3  # memory that reading may take beyond three times the file
SECONDS = 300
ROOT = Path(__file__).resolve().parents[4]
# -I keeps this folder and the environment out of it; the places of modules are passed on.
START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from ganapp.generators.importers.reading.unpickle import main
main(json.loads(sys.argv[2]))
"""
ENTRIES = ("G_ema", "G")  # of what training loops write; the averaged generator first
MAX_MODULES = 10_000
MAX_ATTRIBUTES = 100_000
# All that the process is given of this one's environment: no token is among it.
VARIABLES = (
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "USERPROFILE",
)  # fmt: skip


def read_pickle(
    path: str | Path, *, max_bytes: int = SPARE_BYTES, seconds: float = SECONDS
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """(the generator's tensors by dotted names, its modules' numbers, truths and texts by dotted names).

    max_bytes: memory that reading may take beyond three times the file (kept to on Linux); seconds: the time. ValueError in
    one sentence where the file asks for anything that is not allowed, is damaged, or takes more.
    """
    from safetensors.torch import load

    path = Path(path)
    with tempfile.TemporaryDirectory(prefix="ganapp-pickle-") as folder:
        job = {"file": str(path.resolve()), "folder": folder, "bytes": max_bytes, "seconds": seconds}
        environment = {name: os.environ[name] for name in VARIABLES if name in os.environ} | {"OMP_NUM_THREADS": "1"}
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
            raise ValueError(f"{path.name} is refused: the process that read it broke down ({done.returncode}).")
        found = json.loads(result.read_text("utf-8"))
        if "error" in found:
            raise ValueError(f"{path.name} {found['error']}.")
        # not load_file, which maps the file: it is about to be deleted
        return load((Path(folder) / "tensors.safetensors").read_bytes()), found["extra"]


# -- what runs in the other process ---------------------------------------------------------------------------------------


def generator_of(content: Any) -> Module:
    if isinstance(content, dict):
        content = next((content[entry] for entry in ENTRIES if isinstance(content.get(entry), Module)), content)
    if not isinstance(content, Module) or not isinstance(content.state, dict):
        raise Refused("holds no network under G_ema or G")
    return content


def flatten(root: Module) -> tuple[dict[str, Noted], dict[str, Any]]:
    """Tensors and plain attributes of a module and all inside it, by dotted names. Refused where there is no end to them."""
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
            tensors |= {prefix + k: v for k, v in state.get(part, {}).items() if v is not None and k not in passing}
        attributes |= {prefix + k: v for k, v in state.items() if type(v) in (bool, int, float, str)}
        pending += [(f"{prefix}{k}.", child) for k, child in state.get("_modules", {}).items() if child is not None]
        if len(pending) > MAX_MODULES or len(tensors) + len(attributes) > MAX_ATTRIBUTES or len(prefix) > 1000:
            break
    raise Refused("is refused: its modules have no end")


def made(name: str, tensor: Any) -> Tensor:
    """The tensor itself. Refused where it would be larger than its data, or goes beyond them."""
    import io

    import torch

    if (
        not isinstance(tensor, Noted)
        or not isinstance(tensor.storage, Storage)
        or type(tensor.storage.data) is not bytes
    ):
        raise Refused(f"is damaged: {name[:100]!r} is no tensor")
    storage = torch.load(io.BytesIO(tensor.storage.data), map_location="cpu", weights_only=True)
    flat = torch.empty(0, dtype=storage.dtype).set_(storage.untyped())
    size, stride, offset = tuple(tensor.size), tuple(tensor.stride), tensor.offset
    numbers = (*size, *stride, offset)
    if len(size) != len(stride) or any(type(number) is not int or number < 0 for number in numbers):
        raise Refused(f"is damaged: {name[:100]!r} has no proper shape")
    count, last = 1, offset
    for length, step in zip(size, stride):
        count, last = count * length, last + (length - 1) * step
    if count > len(flat) or (count and last >= len(flat)):
        raise Refused(f"is refused: {name[:100]!r} claims {count:.15g} values, but has {len(flat):,}")
    return torch.as_strided(flat, size, stride, offset).clone(memory_format=torch.contiguous_format)


def limit(job: dict[str, Any], size: int) -> int:
    """Caps memory and processor time of this process; gives how many bytes tensors may take."""
    allowed = 3 * size + job["bytes"]
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time is limited from outside
        return allowed

    def cap(kind: int, most: int) -> None:
        hard = resource.getrlimit(kind)[1]  # above which it cannot be set
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))

    cap(resource.RLIMIT_CPU, int(job["seconds"]) + 1)
    cap(resource.RLIMIT_CORE, 0)
    pages = Path("/proc/self/statm")
    if pages.exists():  # elsewhere than on Linux that limit is not kept to, and what is taken already is not known
        cap(resource.RLIMIT_AS, int(pages.read_text().split()[0]) * resource.getpagesize() + allowed)
    return allowed


def extract(path: Path, allowed: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    with path.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            raise Refused("was written by torch.save; rename it so that it ends in .pt")
        file.seek(0)
        content = Restricted(Bounded(file, path.stat().st_size)).load()
    found, attributes = flatten(generator_of(content))
    if not found:
        raise Refused("holds a network without weights")
    tensors = {}
    for name, tensor in found.items():
        tensors[name] = made(name, tensor)
        allowed -= tensors[name].nbytes
        if allowed < 0:
            raise Refused("is refused: its tensors are larger than the file")
    return tensors, attributes


def main(job: dict[str, Any]) -> None:
    """Writes result.json, and tensors.safetensors where there is no error, into job["folder"]."""
    import torch
    from safetensors.torch import save_file

    torch.set_num_threads(1)
    path, folder = Path(job["file"]), Path(job["folder"])
    try:
        tensors, extra = extract(path, limit(job, path.stat().st_size))
        save_file(tensors, folder / "tensors.safetensors")
        result = {"extra": extra}
    except Refused as error:
        result = {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - the border: a damaged file raises anything
        full = isinstance(error, MemoryError) or "allocate memory" in str(error)
        why = "is refused: reading it takes too much memory"
        result = {"error": why if full else f"cannot be read as a pickle of a network ({type(error).__name__})"}
    text = json.dumps(result)
    (folder / "result.part").write_text(text, "utf-8")
    (folder / "result.part").replace(folder / "result.json")
