"""Saved states of a run as this room reads them: sealed, checked, and what is said where all are gone.

A state is a ZIP. Its comment holds a checksum of all bytes before it. States of versions before this one have
none; there the CRC-32 of every record is compared, which torch stores and does not look at when it loads.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ganapp.files import damaged_member
from ganapp.runs import Run

if TYPE_CHECKING:
    from ganapp.training.state import TrainState

SEAL = b"ganapp-blake2b:"
SEAL_BYTES = len(SEAL) + 64  # with the digest, in hexadecimal digits


def seal(path: Path) -> None:
    """Write the checksum of a new state into it, as the comment of the ZIP. Raises OSError."""
    with open(path, "r+b") as file:
        end = file.seek(-2, os.SEEK_END)  # the last two bytes are the length of the comment, 0 so far
        digest = _digest(file, end)
        file.seek(end)
        file.write(SEAL_BYTES.to_bytes(2, "little") + SEAL + digest)


def check_whole(path: Path) -> None:
    """Raise ValueError if a state is not as it was written, and OSError if it cannot be opened."""
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - SEAL_BYTES, 0))
        comment = file.read()
        if comment.startswith(SEAL):
            if _digest(file, size - SEAL_BYTES - 2) != comment[len(SEAL) :]:
                raise ValueError("its checksum is wrong")
            return
        if damaged := damaged_member(file):
            raise ValueError(damaged)


def _digest(file: BinaryIO, end: int) -> bytes:
    """The checksum of the first `end` bytes of a file."""
    found, left = hashlib.blake2b(digest_size=32), end
    file.seek(0)
    while part := file.read(min(left, 1 << 20)):
        found.update(part)
        left -= len(part)
    return found.hexdigest().encode()


def newest_state(run: Run, unreadable: dict[Path, str] | None = None) -> dict:
    """The newest whole state of a run, on the CPU, in today's format.

    States that cannot be read are added to `unreadable` with their errors. Raises ValueError if none can be
    read.
    """
    import torch

    from ganapp.training.state import migrate_state

    for path in run.states():
        try:
            check_whole(path)
            return migrate_state(torch.load(path, map_location="cpu", weights_only=True))
        except Exception as error:  # noqa: BLE001 - a file cut off by a power failure can raise anything
            if unreadable is not None:
                unreadable[path] = str(error).splitlines()[0] if str(error) else type(error).__name__
    raise ValueError(
        f"none of the saved states of run {run.name!r} can be read. "
        "Start a new run from one of its snapshots."
    )


def load_newest(run: Run, state: TrainState, log: Callable[[str], object]) -> float:
    """Load the newest readable state of a run, and log the others. Returns its seconds of training."""
    unreadable: dict[Path, str] = {}
    try:
        saved = newest_state(run, unreadable)
    finally:
        for path, error in unreadable.items():
            log(f"{path.name} cannot be read and is passed over: {error}")
    # Renamed, they do not count as the newest or displace good ones. Only if another one was read, else the
    # next resume would begin at 0.
    for path in unreadable:
        os.replace(path, path.with_suffix(".unreadable"))
    state.load_state_dict(saved)
    return saved["sec"]


def whole_state(run: Run, wanted: Path) -> Path:
    """The state `wanted`, or the newest whole one if it is damaged. Raises OSError if it is gone."""
    for path in (wanted, *run.states()):
        try:
            check_whole(path)
            return path
        except ValueError:
            continue
    return wanted


def check_not_gone(run: Run) -> None:
    """Raise ValueError (message fit for the user) if the run was saved and has no state any more.

    Without this, a resume would begin at 0 and write over what is left.
    """
    status = run.status()
    if run.states() or not (status.get("saved") or run.snapshots()):
        return
    on = (
        f"train --start-from {run.name} begins a new run with its newest snapshot, "
        if run.snapshots()
        else ""
    )
    raise ValueError(
        f"the saved states of run {run.name!r} are gone, though it had come to {status['nimg']:,} images: "
        f"{on}resume --restart {run.name} begins again at 0."
    )


def restart(run: Run) -> None:
    """Make a run without states begin again at 0. Its snapshots stay, in a folder that nothing else reads.

    No process may work on it. Raises ValueError (message fit for the user) if it has states.
    """
    if run.states():
        raise ValueError(f"run {run.name!r} has saved states: resume goes on from them.")
    if (old := run.path / "snapshots").exists():
        os.replace(old, old.with_name(f"snapshots-before-{time.time_ns()}"))
    run.write_status(state="stopped", nimg=0, sec=0.0, saved=None, good=None, reason=None)
