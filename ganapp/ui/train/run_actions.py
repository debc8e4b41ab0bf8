"""What a person can do to a run from the monitor: pause, resume, rename, export and so on. No Gradio.

Each action takes the run, the browser's request and how files are served, and returns what the browser needs
besides "ok". Each raises ValueError (message fit for the user) if it is not possible now.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ganapp.runs import WORKING, Run, remedies

from ..shared.thinning import spread

RESUMABLE = ("paused", "stopped", "failed", "interrupted")
MAX_FRAMES = 480  # of a time-lapse: 20 seconds
EXPORT_KEPT_SEC = 3600


class Served(NamedTuple):
    """How files reach the browser: publish() makes a folder available and returns its name in addresses.

    `exports` is a folder for files that are written for the browser.
    """

    publish: Callable[[Path], str]
    exports: Path


def send(run: Run, request: dict, served: Served) -> dict:
    """Leave the word for the driver. For a run that rests, its next resume would obey it at once."""
    if run.status()["state"] not in WORKING:
        raise ValueError(f"run {run.name!r} is not at work.")
    run.send(request["word"])
    return {}


def resume(run: Run, request: dict, served: Served) -> dict:
    from ganapp.driving import background

    state = run.status()["state"]
    if state not in RESUMABLE:
        raise ValueError(f"run {run.name!r} is {state} and cannot be resumed.")
    background.start(run)
    return {}


def apply_remedy(run: Run, request: dict, served: Served) -> dict:
    """Start a new run from this one's last good state with a changed configuration.

    This one pauses if it is at work.
    """
    from ganapp.driving import background, beginning

    remedy, status = str(request.get("remedy")), run.status()
    config = remedies.remedied(run.config(), remedy, status["nimg"], status["sec"])
    try:
        child = beginning.branch(run, config, run.good_state())
    except FileNotFoundError:
        raise ValueError("that state was just replaced by a newer one; press again.") from None
    if status["state"] in WORKING:
        run.send("pause")
    background.start(child)
    return {"run": child.name}


def rename(run: Run, request: dict, served: Served) -> dict:
    return {"run": run.rename(str(request.get("name", "")).strip()).name}


def delete(run: Run, request: dict, served: Served) -> dict:
    run.delete()
    return {}


def make_timelapse(run: Run, request: dict, served: Served) -> dict:
    """Make a video of all grids, unless there is one that is as new as the last grid."""
    from ganapp import media

    grids = run.samples()
    if len(grids) < 2:
        raise ValueError("a time-lapse needs at least two sample grids.")
    frames = grids if len(grids) <= MAX_FRAMES else spread(grids, MAX_FRAMES)
    target = run.timelapse_path
    if not target.exists() or target.stat().st_mtime < grids[-1].stat().st_mtime:
        media.timelapse(frames, target, max(4, min(24, len(frames) // 12)))
    folder = served.publish(target.parent)
    return {"file": f"{folder}/{target.name}", "version": int(target.stat().st_mtime)}


def export(run: Run, request: dict, served: Served) -> dict:
    """Write the run as a ZIP into a folder with a secret name. Removes exports older than an hour."""
    served.exports.mkdir(parents=True, exist_ok=True)
    remove_old(served.exports)
    folder = served.exports / secrets.token_urlsafe(16)
    folder.mkdir()
    file = run.export(folder / f"{run.name}.zip")
    return {"file": f"{served.publish(served.exports)}/{folder.name}/{file.name}", "name": file.name}


def remove_old(exports: Path) -> None:
    for folder in exports.iterdir():
        if folder.stat().st_mtime < time.time() - EXPORT_KEPT_SEC:
            shutil.rmtree(folder, ignore_errors=True)


ACTIONS: dict[str, Callable[[Run, dict, Served], dict]] = {
    "pause": send,
    "stop": send,
    "save": send,
    "resume": resume,
    "remedy": apply_remedy,
    "rename": rename,
    "delete": delete,
    "timelapse": make_timelapse,
    "export": export,
}
