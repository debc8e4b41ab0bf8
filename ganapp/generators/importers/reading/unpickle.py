"""Reads pickles of whole networks as tensors, without running their code.

StyleGAN2 of NVIDIA, R3GAN and Projected GAN are published so. read_pickle starts a process with limits on
time and memory. That process reads the pickle by restricted.py, without torch, and says where in the file
the numbers of each tensor are. Only those of the generator are read.
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
from .storages import Numbers, locate

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
        try:
            with path.open("rb") as file, (Path(folder) / "copies").open("rb") as copies:
                tensors = make_tensors(found["tensors"], file, copies, 3 * path.stat().st_size + max_bytes)
        except Refused as error:
            raise ValueError(f"{path.name} {error}.") from None
        return tensors, found["extra"]


def make_tensors(places: dict[str, list], file: Any, copies: Any, allowed: int) -> dict[str, Tensor]:
    """The tensors at the places that the other process found.

    Raises Refused if they claim more than is there.
    """
    tensors = {}
    for name, (numbers, size, stride, offset) in places.items():
        tensors[name] = make_tensor(name, Numbers(*numbers), (size, stride, offset), file, copies)
        allowed -= tensors[name].nbytes
        if allowed < 0:
            raise Refused("is refused: its tensors are larger than the file")
    return tensors


def make_tensor(name: str, numbers: Numbers, shape: tuple, file: Any, copies: Any) -> Tensor:
    """Make a tensor of its numbers. Raises Refused if it would be larger than its storage or exceed it."""
    import torch

    size, stride, offset = shape
    if len(size) != len(stride) or any(type(n) is not int or n < 0 for n in (*size, *stride, offset)):
        raise Refused(f"is damaged: {name[:100]!r} has no proper shape")
    count, last = 1, offset
    for length, step in zip(size, stride):
        count, last = count * length, last + (length - 1) * step
    if count > numbers.count or (count and last >= numbers.count):
        raise Refused(f"is refused: {name[:100]!r} claims {count:.15g} values, but has {numbers.count:,}")
    dtype = getattr(torch, numbers.dtype)
    source = copies if numbers.copied else file
    size_in_file = numbers.count * dtype.itemsize
    if numbers.offset + size_in_file > source.seek(0, os.SEEK_END):  # before memory is taken for it
        raise Refused(f"is damaged: {name[:100]!r} ends before its last value")
    source.seek(numbers.offset)
    data = bytearray(size_in_file)
    source.readinto(data)
    flat = torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)
    view = torch.as_strided(flat, size, stride, offset)
    # Of a part of a storage, or of one in another order, a copy is kept instead of the whole.
    return (
        view
        if view.is_contiguous() and count == numbers.count
        else view.clone(memory_format=torch.contiguous_format)
    )


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


def place_of(name: str, record: Any, file: Any, copies: Any) -> list:
    """[Numbers, size, stride, offset] of a tensor. Raises Refused if it is none."""
    if not isinstance(record, TensorRecord) or not isinstance(record.storage, Storage):
        raise Refused(f"is damaged: {name[:100]!r} is no tensor")
    size, stride = list(record.size), list(record.stride)
    if any(type(number) is not int for number in (*size, *stride, record.offset)):
        raise Refused(f"is damaged: {name[:100]!r} has no proper shape")
    return [locate(record.storage, file, copies), size, stride, record.offset]


def limit_process(job: dict[str, Any], size: int) -> None:
    """Limit memory and processor time of this process for a file of `size` bytes."""
    allowed = 3 * size + job["bytes"]
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent process limits the time
        return

    def cap(kind: int, most: int) -> None:
        hard = resource.getrlimit(kind)[1]  # the limit cannot be set above
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))

    cap(resource.RLIMIT_CPU, int(job["seconds"]) + 1)
    cap(resource.RLIMIT_CORE, 0)
    pages = Path("/proc/self/statm")
    if pages.exists():  # on Linux only: elsewhere the limit is not enforced and present use is not known
        cap(resource.RLIMIT_AS, int(pages.read_text().split()[0]) * resource.getpagesize() + allowed)


def find_places(path: Path, copies: Any) -> tuple[dict[str, list], dict[str, Any]]:
    """Where the tensors of the generator in a pickle are, and its other values.

    Returns ({dotted name: place_of the tensor}, {dotted name: number, bool or text}).
    """
    with path.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            raise Refused("was written by torch.save; rename it so that it ends in .pt")
        file.seek(0)
        content = RestrictedUnpickler(BoundedFile(file, path.stat().st_size)).load()
        found, attributes = flatten(find_generator(content))
        if not found:
            raise Refused("holds a network without weights")
        return {name: place_of(name, record, file, copies) for name, record in found.items()}, attributes


def extract(path: Path, allowed: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What read_pickle does, in this process."""
    import io

    copies = io.BytesIO()
    places, attributes = find_places(path, copies)
    with path.open("rb") as file:
        return make_tensors(places, file, copies, allowed), attributes


def main(job: dict[str, Any]) -> None:
    """Write result.json, and copies of numbers that are not in the file as they are, into job["folder"]."""
    path, folder = Path(job["file"]), Path(job["folder"])
    try:
        limit_process(job, path.stat().st_size)
        with (folder / "copies").open("w+b") as copies:
            places, extra = find_places(path, copies)
        result = {"tensors": places, "extra": extra}
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
