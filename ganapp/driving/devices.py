"""Which device a run works on, whose turn it is there, and what it takes. Devices are torch's; nothing is allocated here."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ganapp.runs import Run, list_runs


def pick_device(name: str):
    """torch.device of "auto", "cpu", "cuda", "cuda:1", "mps". ValueError where this machine has no such device."""
    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ValueError(f"device is {name!r}; it must be auto, cpu, cuda, cuda:N or mps.") from None
    if device.type == "cuda":
        index = device.index or 0
        if index >= torch.cuda.device_count():
            raise ValueError(
                f"device is {name!r}, but this machine has {torch.cuda.device_count()} CUDA devices."
            )
        return torch.device("cuda", index)
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise ValueError("device is 'mps', but this machine has no Apple GPU.")
    if device.type not in ("cpu", "mps"):
        raise ValueError(f"device is {name!r}; it must be auto, cpu, cuda, cuda:N or mps.")
    return device


def device_name(device) -> str:
    import platform

    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return "Apple GPU" if device.type == "mps" else f"CPU ({os.cpu_count()} cores, {platform.machine()})"


@contextmanager
def device_turn(run: Run, device, check: Callable[[], None]) -> Iterator[None]:
    """Hold the device: one run at a time, first come first served among the runs of a folder. `check` may raise."""
    from filelock import FileLock, Timeout

    from ganapp.data import cache_folder

    folder = cache_folder() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{str(device).replace(':', '-')}.lock", is_singleton=False, thread_local=False)
    while True:
        check()
        if not waiting_before(run):
            try:
                lock.acquire(timeout=0)
                break
            except Timeout:
                pass
        run.write_status(state="queued")
        time.sleep(0.5)
    try:
        yield
    finally:
        lock.release()


def waiting_before(run: Run) -> list[Run]:
    """Live runs of the same folder that were asked for earlier and still wait."""
    mine = (run.status().get("asked") or run.status().get("created") or 0, run.name)
    earlier = []
    for other in list_runs(run.path.parent):
        status = other.status()
        asked = (status.get("asked") or status.get("created") or 0, other.name)
        if other.name != run.name and status["state"] == "queued" and asked < mine and other.is_locked():
            earlier.append(other)
    return earlier


def memory_mb(device) -> float:
    """Memory of this process on the training device, MB: resident memory on a CPU."""
    import torch

    if device.type == "cuda":
        return torch.cuda.memory_reserved(device) / 1e6
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0
