"""What a person can do to a run from the page: pause, resume, rename, export and so on. No Gradio.

Each action takes the run, the browser's request and how files are served, and returns what the browser needs
besides "ok". Those of FOLDER_ACTIONS take the folder of all runs in place of one. Each raises ValueError
(message fit for the user) if it is not possible now.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ganapp.runs import WORKING, Run, about, deleted, packed, remedies
from ganapp.runs.longer import train_longer

from .thinning import spread
from .watching import Watch

RESUMABLE = ("paused", "stopped", "failed", "interrupted")
MAX_FRAMES = 480  # of a time-lapse: 20 seconds
EXPORT_KEPT_SEC = 3600
UNITS = ("minutes", "kimg")


class Served(NamedTuple):
    """How files reach the browser: publish() makes a folder available and returns its name in addresses.

    `exports` is a folder for files that are written for the browser, `uploads` the one in which files arrive.
    """

    publish: Callable[[Path], str]
    exports: Path
    uploads: Path


def served(publish: Callable[[Path], str]) -> Served:
    """As Gradio serves files."""
    from gradio.utils import get_upload_folder

    uploads = Path(get_upload_folder())
    return Served(publish, uploads / "ganapp-exports", uploads)


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
    """Start a new run from this one's last good state, or anew, with a changed configuration.

    This one pauses if it is at work.
    """
    from ganapp.driving import background, beginning

    remedy, status = str(request.get("remedy")), run.status()
    config = remedies.remedied(run.config(), remedy, status["nimg"], status["sec"])
    try:
        child = beginning.branch(run, config, None if remedy == "anew" else run.good_state())
    except FileNotFoundError:
        raise ValueError("that state was just replaced by a newer one; press again.") from None
    if status["state"] in WORKING:
        run.send("pause")
    background.start(child)
    return {"run": child.name}


def resume_longer(run: Run, request: dict, served: Served) -> dict:
    """Add request["amount"] of request["unit"] to the budget of a run that rests, and go on with it."""
    from ganapp.driving import background

    unit, text = request.get("unit"), request.get("amount", "")
    if unit not in UNITS:
        raise ValueError(f"unit is {unit!r}; it must be one of {', '.join(UNITS)}.")
    try:
        amount = float(text)
    except ValueError:
        raise ValueError(f"The budget is {text[:40]!r}; it must be a number.") from None
    train_longer(run, **{unit: amount})
    background.start(run)
    return {}


def resume_with_data(run: Run, request: dict, served: Served) -> dict:
    """Go on with a run that rests, with its data at request["place"], where they were moved to."""
    from ganapp.driving import background, same_data

    from ..access.capabilities import here
    from ..access.visitors import check_sources

    if (state := run.status()["state"]) not in RESUMABLE:
        raise ValueError(f"run {run.name!r} is {state} and cannot be resumed.")
    place = str(request.get("place", "")).strip()
    check_sources(here(), place)
    if not place:
        raise ValueError("There is no folder named: write where the pictures are now.")
    same_data.move(run, place)
    background.start(run)
    return {}


def rename(run: Run, request: dict, served: Served) -> dict:
    """Give the run request["title"]; "name" is what version 0.3 of the page called it."""
    return {"run": about.rename(run, str(request.get("title") or request.get("name") or "")).name}


def describe(run: Run, request: dict, served: Served) -> dict:
    """Store request["note"] and request["tags"], with commas between them; what is not given stays."""
    changes: dict[str, Any] = {key: request[key] for key in ("note", "tags") if key in request}
    if "tags" in changes:
        changes["tags"] = changes["tags"].replace("，", ",").replace("、", ",").split(",")
    said = about.write_about(run, **changes)
    return {"tags": list(said.tags)}


def delete(run: Run, request: dict, served: Served) -> dict:
    return {"entry": deleted.move_to_deleted(run).entry}


def delete_now(run: Run, request: dict, served: Served) -> dict:
    return {"freed": deleted.delete_for_good(run)}


def size(run: Run, request: dict, served: Served) -> dict:
    return {"bytes": deleted.size_of(run.path)}


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


def list_deleted(folder: Path, request: dict, served: Served) -> dict:
    """The recently deleted runs, each [entry, title, time, bytes]."""
    return {"deleted": [[one.entry, one.title, one.when, one.bytes] for one in deleted.deleted_runs(folder)]}


def restore(folder: Path, request: dict, served: Served) -> dict:
    return {"run": deleted.restore(folder, request.get("entry", "")).name}


def remove_deleted(folder: Path, request: dict, served: Served) -> dict:
    return {"freed": deleted.remove(folder, request.get("entry", ""))}


def list_places(folder: Path, request: dict, served: Served) -> dict:
    """The pictures that were uploaded, each [name, place], where a person may see them all."""
    from ganapp.data.own.uploads import kept_uploads, name_of_upload

    from ..access.capabilities import here

    uploads = kept_uploads() if here().paths else []
    return {"places": [[name_of_upload(path) or path.name, str(path)] for path, _ in uploads]}


def open_packed(folder: Path, request: dict, served: Served) -> dict:
    """Open the ZIP of a run that this page has uploaded as request["file"]. The upload is removed."""
    file = Path(request.get("file", "")).resolve()
    if not file.is_relative_to(served.uploads.resolve()) or not file.is_file():
        raise ValueError("that file was not uploaded here; choose the ZIP of a run again.")
    try:
        return {"run": packed.open_packed(file, folder).name}
    finally:
        file.unlink(missing_ok=True)


ACTIONS: dict[str, Callable[[Run, dict, Served], dict]] = {
    "pause": send,
    "stop": send,
    "save": send,
    "resume": resume,
    "longer": resume_longer,
    "data": resume_with_data,
    "remedy": apply_remedy,
    "rename": rename,
    "describe": describe,
    "delete": delete,
    "delete_now": delete_now,
    "size": size,
    "timelapse": make_timelapse,
    "export": export,
}
FOLDER_ACTIONS: dict[str, Callable[[Path, dict, Served], dict]] = {
    "deleted": list_deleted,
    "restore": restore,
    "remove": remove_deleted,
    "open": open_packed,
    "places": list_places,
}
# What a request holds besides the word; all are texts.
KINDS = dict.fromkeys(
    (
        "run",
        "stamp",
        "title",
        "name",
        "note",
        "tags",
        "remedy",
        "amount",
        "unit",
        "entry",
        "file",
        "place",
    ),
    str,
)


def answer(watch: Watch, request: Any, served: Served) -> dict[str, Any]:
    """Do request["word"]. Returns {"ok": True, ...}, or {"error": one sentence}."""
    try:
        return {"ok": True, **act(watch, request if isinstance(request, dict) else {}, served)}
    except ValueError as error:
        return {"error": str(error) or type(error).__name__}
    finally:
        watch.forget()


def act(watch: Watch, request: dict, served: Served) -> dict:
    """Do request["word"], to the run that request["run"] and request["stamp"] name if it is about one.

    Raises ValueError (message fit for the user) if it is not possible, or if that run is another one now.
    """
    word = request.get("word")
    if isinstance(word, str) and word in FOLDER_ACTIONS:
        return FOLDER_ACTIONS[word](watch.folder, request, served)
    if not isinstance(word, str) or word not in ACTIONS:
        raise ValueError(f"word is {word!r}; it must be one of {', '.join((*ACTIONS, *FOLDER_ACTIONS))}.")
    run = watch.find(request.get("run"), request.get("stamp") or "none")
    return ACTIONS[word](run, request, served)
