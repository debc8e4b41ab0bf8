"""Where a generator is found: shipped checkpoints, runs, folders and the Hub. Lists, finds and loads them by name."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganapp.hub import Progress, fetch_file

from .folder import CONFIG_NAME, MAX_CONFIG_BYTES, WEIGHTS_NAME, load_folder, read_config

if TYPE_CHECKING:
    from ganapp.runs import Run


# -- fetching ---------------------------------------------------------------------------------------------------------


def pull(hub_id: str, *, progress: Progress | None = None) -> tuple[Path, str]:
    """Fetch config.json and model.safetensors of "user/name[@revision]", nothing else. Returns (folder, "user/name@commit").

    ValueError, in one sentence, where it cannot be had.
    """
    repo, _, revision = hub_id.partition("@")
    config, commit = fetch_file(repo, CONFIG_NAME, revision or "main", limit=MAX_CONFIG_BYTES, missing=NOT_OURS)
    read_config(config.parent, repo)  # an unknown family is refused before the weights are fetched
    fetch_file(repo, WEIGHTS_NAME, commit, missing=NOT_OURS, progress=progress)
    return config.parent, f"{repo}@{commit}"  # the whole commit: the Hub takes no abbreviation


HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(@(?!.*\.\.)\w[\w./-]*)?", re.ASCII)
NOT_OURS = ", so it is not a generator of this app"
SHIPPED = Path(__file__).resolve().parents[2] / "checkpoints"


def load_generator(source: str | Path, *, runs: str | Path = "runs", checkpoints: str | Path | None = None) -> Any:
    """The generator of a folder, a shipped checkpoint, a run (its newest snapshot) or a Hub model; in eval mode, on the CPU.

    It has .spec, .class_names (tuple), .origin (dict) and .source (str). ValueError, in one sentence, where it cannot be.
    checkpoints None: a folder of that name here, else the one beside the package.
    """
    folder, name = locate(source, runs=runs, checkpoints=checkpoints)
    return load_folder(folder, name)


def locate(source: str | Path, *, runs: str | Path, checkpoints: str | Path | None = None) -> tuple[Path, str]:
    """The folder of a source and the name to show for it. Fetches from the Hub where it is neither path nor name."""
    from ganapp.runs import Run, is_run, list_runs

    text = str(source).strip()
    if not text:
        raise ValueError("no model is named; give a folder, a run, a shipped checkpoint or a Hub id such as user/name.")
    if "\0" in text or len(text) > 1000:
        raise ValueError("that is no name of a model; give a folder, a run, a shipped checkpoint or a Hub id.")
    for folder in (Path(os.path.expanduser(text)), shipped_folder(checkpoints) / text):
        # os.path here and below: unlike Path, it takes a name that is too long for the system as one that is not there
        if os.path.isfile(folder / CONFIG_NAME) and not is_run(folder):
            return folder, text
    for run in list_runs(runs):
        if text in (run.name, str(run.path)):
            return _snapshot(run)
        if text.startswith(run.name + "/"):
            return _snapshot(run, text[len(run.name) + 1 :])
    path = Path(os.path.expanduser(text))
    if is_run(path):  # a run's folder that lies elsewhere
        return _snapshot(Run(path.resolve()))  # resolved, so that "." has a name
    if os.path.isdir(path):
        raise ValueError(f"{text}: there is no {CONFIG_NAME} in it.")
    if HUB_ID.fullmatch(text):
        return pull(text)
    known = ", ".join(list_sources(runs=runs, checkpoints=checkpoints)[:8]) or "none yet"
    raise ValueError(
        f"{text!r} is no folder, run, shipped checkpoint or Hub id (user/name or user/name@revision); here are: {known}."
    )


def _snapshot(run: Run, wanted: str = "") -> tuple[Path, str]:
    found = run.snapshot(wanted)
    if found is None and not wanted:
        raise ValueError(f"run {run.name!r} has no snapshot yet; the first is written with its first save.")
    if found is None:
        there = ", ".join(s.name for s in run.snapshots()) or "none yet"
        raise ValueError(f"run {run.name!r} has no snapshot {wanted!r}; there are: {there}.")
    return found, f"{run.name}/{found.name}"


def shipped_folder(checkpoints: str | Path | None = None) -> Path:
    """Where shipped generators are: the folder given, else checkpoints/ here, else the one beside the package."""
    if checkpoints is not None:
        return Path(checkpoints)
    here = Path("checkpoints")
    return here if here.is_dir() else SHIPPED


def list_sources(*, runs: str | Path = "runs", checkpoints: str | Path | None = None) -> list[str]:
    """What can be loaded from here: shipped checkpoints, those of larger pictures first; then of each run the newest snapshot
    and the best; then older ones."""
    from ganapp.runs import BEST, list_runs

    folder = shipped_folder(checkpoints)
    there = [p for p in folder.iterdir() if (p / CONFIG_NAME).is_file()] if folder.is_dir() else []
    shipped = [p.name for p in sorted(there, key=lambda p: (-_resolution(p), p.name))]
    first, older = [], []
    for run in list_runs(runs):
        names = [f"{run.name}/{s.name}" for s in run.snapshots()]
        first += names[:1] + ([f"{run.name}/{BEST}"] if run.best_snapshot() else [])
        older += names[1:]
    return shipped + first + older


def _resolution(folder: Path) -> int:
    """0 where the configuration cannot be read: loading it will say why."""
    try:
        return read_config(folder, folder.name)["spec"].resolution
    except ValueError:
        return 0
