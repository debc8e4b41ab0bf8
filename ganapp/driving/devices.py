"""Devices: which one a run works on, when it is its turn there, and how much memory it uses.

A device is a torch.device. Nothing is allocated on it here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ganapp.runs import Run, list_runs

QUEUE_SEC = 0.5  # between two attempts of a queued run to get the device


def pick_device(name: str):
    """The torch.device of a name: "auto", "cpu", "cuda", "cuda:N" or "mps". "auto" prefers a GPU.

    Raises ValueError (message fit for the user) if this machine has no such device.
    """
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
    """A name to show, such as "NVIDIA H100" or "CPU (8 cores, x86_64)"."""
    import platform

    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return "Apple GPU" if device.type == "mps" else f"CPU ({os.cpu_count()} cores, {platform.machine()})"


@contextmanager
def device_turn(run: Run, device, raise_if_asked_to_end: Callable[[], None]) -> Iterator[None]:
    """Wait for a device and hold it inside; only one run at a time does. The status is "queued" meanwhile.

    Runs of the same folder get it in the order in which they were asked for. What raise_if_asked_to_end
    raises, before each attempt, ends the wait. Raises ValueError (message fit for the user) if the cache,
    where the lock is, cannot be written.
    """
    from ganapp.data import acquire_lock

    name = str(device).replace(":", "-")
    while True:
        raise_if_asked_to_end()
        if not waiting_before(run):
            lock = acquire_lock(name, wait=False)
            if lock is not None:
                break
        run.write_status(state="queued")
        time.sleep(QUEUE_SEC)
    try:
        yield
    finally:
        lock.release()


def waiting_before(run: Run) -> list[Run]:
    """Queued runs of the same folder that were asked for earlier and whose process is alive."""
    own = (run.status().get("asked") or run.status().get("created") or 0, run.name)
    earlier = []
    for other in list_runs(run.path.parent):
        status = other.status()
        asked = (status.get("asked") or status.get("created") or 0, other.name)
        if other.name != run.name and status["state"] == "queued" and asked < own and other.is_locked():
            earlier.append(other)
    return earlier


def memory_mb(device) -> float:
    """Memory of this process on the training device, in MB.

    On CUDA what torch has reserved, else resident memory; 0 if the system does not tell.
    """
    import torch

    if device.type == "cuda":
        return torch.cuda.memory_reserved(device) / 1e6
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0
