"""The ZIP of a run, as Run.export writes it, opened again: a run that can be resumed exactly.

A ZIP may come from anybody. Nothing in it is executed, no file leaves the run's own folder, and what is no
run is refused before a file is written.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import time
import zipfile
from pathlib import Path, PurePosixPath

from ganapp.config import TrainConfig
from ganapp.files import TEMPORARY

from .names import LABEL_MOST, NAME, NUMBERED, folder_name
from .run import CONFIG, STATS, STATUS, Run
from .status import WORKING
from .tolerant import Damaged, object_of

MOST_FILES = 200_000
MOST_CONFIG_BYTES = 1_000_000
LEFT_OUT = ("lock", "reserve")  # of the process that had the run
SPARE_BYTES = 64 * 1024**2  # of the disk that stay free


def open_packed(file: str | Path, folder: str | Path) -> Run:
    """Unpack the ZIP of a run into the folder of all runs, under the name it had or one like it.

    Raises ValueError (message fit for the user) if the file is no ZIP, holds no run, is damaged, or needs
    more room than there is, and OSError.
    """
    file, folder = Path(file), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(file) as archive:
            name, members = _members(archive, file.name)
            _check_is_run(archive, members, file.name)
            _check_room(members, folder, file.name)
            temporary = folder / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}"
            temporary.mkdir()
            try:
                _unpack(archive, members, temporary)
                return _take_place(temporary, name, folder)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        # RuntimeError: it is encrypted. NotImplementedError: another way of packing than ours.
        raise ValueError(f"{file.name} is damaged or no ZIP that can be read here ({error}).") from None


def _members(archive: zipfile.ZipFile, shown: str) -> tuple[str, dict[str, zipfile.ZipInfo]]:
    """The run's name, and {path inside the run: entry} of all its files."""
    entries = [info for info in archive.infolist() if not info.is_dir()]
    if len(entries) > MOST_FILES:
        raise ValueError(f"{shown} holds {len(entries):,} files; a run has at most {MOST_FILES:,}.")
    for info in entries:
        parts = PurePosixPath(info.filename).parts
        unsafe = not parts or info.filename.startswith("/") or ".." in parts
        if unsafe or any(c in info.filename for c in "\\:\0") or stat.S_ISLNK(info.external_attr >> 16):
            raise ValueError(f"{shown} holds the path {info.filename[:80]!r}, which leads out of the run.")
    configs = [PurePosixPath(info.filename) for info in entries if info.filename.endswith(CONFIG)]
    top = min(
        (path.parent for path in configs if path.name == CONFIG), key=lambda p: len(p.parts), default=None
    )
    if top is None or len(top.parts) > 1:
        raise ValueError(f"{shown} is not the ZIP of a run: there is no {CONFIG} in its first folder.")
    inside = {info: PurePosixPath(info.filename) for info in entries}
    members = {
        path.relative_to(top).as_posix(): info for info, path in inside.items() if path.is_relative_to(top)
    }
    return top.name or Path(shown).stem, {p: i for p, i in members.items() if p not in LEFT_OUT}


def _check_is_run(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], shown: str) -> None:
    if STATUS not in members and STATS not in members:
        raise ValueError(
            f"{shown} is not the ZIP of a run: it has no {STATUS}. Is it a generator? Import it."
        )
    with archive.open(members[CONFIG]) as file:
        text = file.read(MOST_CONFIG_BYTES)
    try:
        TrainConfig.from_json(object_of(text))
    except (Damaged, ValueError) as error:
        raise ValueError(f"the run in {shown} cannot be opened here: {str(error)[:300]}") from None


def _check_room(members: dict[str, zipfile.ZipInfo], folder: Path, shown: str) -> None:
    needed, free = sum(info.file_size for info in members.values()), shutil.disk_usage(folder).free
    if needed + SPARE_BYTES > free:
        raise ValueError(
            f"{shown} needs {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free: make room first."
        )


def _unpack(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], target: Path) -> None:
    """Write the files, each with the time it had. zipfile compares every checksum."""
    for inside, info in members.items():
        path = target / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as packed, open(path, "xb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
        changed = time.mktime((*info.date_time, 0, 0, -1))
        os.utime(path, (changed, changed))


def _take_place(temporary: Path, name: str, folder: Path) -> Run:
    """Give the unpacked folder its name. It has a stamp of its own: it is not the run that was packed."""
    unpacked = Run(temporary)
    unpacked.samples_folder.mkdir(exist_ok=True)
    changes = {"state": "paused"} if unpacked.stored_status()["state"] in WORKING else {}  # it was cut off
    unpacked.write_status(created=time.time(), **changes)
    number = name[:5] if NUMBERED.match(name) else ""
    plain = name.removeprefix(f"{number}-")[:LABEL_MOST]
    while True:
        there = {path.name.casefold() for path in folder.iterdir()}
        is_free = NAME.fullmatch(name) and name.casefold() not in there
        target = folder / (name if is_free else folder_name(plain, folder, number))
        try:
            os.rename(temporary, target)
        except OSError:
            if target.exists():
                continue  # taken in this moment
            raise
        return Run(target)
