"""Where generators are found: shipped checkpoints, runs, other folders, the Hub. Lists, finds, loads by name.

Does not read the files of a generator; see folder.py. `Sources` does the work; `load_generator` is a short
way to it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganapp.hub import Progress, fetch_file, fetch_if_there
from ganapp.runs import BEST, Run, called, generators_in, is_run, list_runs

from .direction_files import DIRECTIONS_NAME, MAX_VECTORS_BYTES, VECTORS_NAME
from .folder import CONFIG_NAME, MAX_CONFIG_BYTES, WEIGHTS_NAME, load_folder, read_config

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(@(?!.*\.\.)\w[\w./-]*)?", re.ASCII)
NOT_OURS = ", so it is not a generator of this app"
PACKAGE = Path(__file__).resolve().parents[1]
# A wheel has the shipped generators inside the package, a checkout beside it.
SHIPPED = PACKAGE / "checkpoints" if (PACKAGE / "checkpoints").is_dir() else PACKAGE.parent / "checkpoints"
MAX_NAME = 1000  # characters


class NoSnapshot(ValueError):
    """The name is one of a run's snapshot, and there is no such snapshot, or no longer."""


@dataclass(frozen=True)
class Sources:
    """The models that can be named in one place. What `list` names, `find` and `load` take."""

    runs: str | Path = "runs"
    checkpoints: str | Path | None = None  # None: checkpoints/ here, else those that come with ganapp
    folders: tuple[Path, ...] = ()  # of further models, which are called FOLDER/NAME
    allow_paths: bool = (
        True  # False: only listed names and Hub ids are taken, no path of this machine (a Space)
    )
    show_paths: bool = True  # False: of a path, only its last part is shown

    def list(self) -> list[str]:
        """The names of all models here.

        Shipped checkpoints, those of larger pictures first; of each run the newest snapshot and the best;
        older snapshots; those of `folders`, newest first.
        """
        shipped = sorted(
            _generators_in(shipped_folder(self.checkpoints)), key=lambda p: (-_resolution(p), p.name)
        )
        first, older = [], []
        for run in list_runs(self.runs):
            snapshots = [_names_in(run, s.name, s) for s in run.snapshots()]
            best = run.best_snapshot()
            first += [name for names in snapshots[:1] for name in names]
            first += _names_in(run, BEST, best) if best else []
            older += [name for names in snapshots[1:] for name in names]
        more = [
            f"{folder.name}/{p.name}"
            for folder in self.folders
            for p in sorted(
                _generators_in(folder), key=lambda p: (p / CONFIG_NAME).stat().st_mtime, reverse=True
            )
        ]
        return [p.name for p in shipped] + first + older + more

    def find(self, name: str | Path) -> tuple[Path, str]:
        """The folder of a model and the name to show for it. A Hub model is fetched.

        `name` is a listed name, a run (its newest snapshot), a path or a Hub id, tried in this order; with
        show_paths the folder of a generator comes first. Numbers name runs and snapshots, too: 12, 12/6016.
        Raises ValueError (message fit for the user) if it is none of these.
        """
        text = str(name).strip()
        return self.find_here(text) or pull(text)

    def find_here(self, name: str | Path) -> tuple[Path, str] | None:
        """`find` without the Hub: None for a Hub id. Raises NoSnapshot for a snapshot that is not there."""
        text = str(name).strip()
        if not text:
            raise ValueError(
                "no model is named; give a folder, a run, a shipped checkpoint or a Hub id such as user/name."
            )
        here = Path(os.path.expanduser(text))
        if self.allow_paths and self.show_paths and "\0" not in text and _is_generator(here):
            return here, text  # on the command line and in Python, a folder comes before a listed name
        found = self._find_listed(text) or (self._find_path(text) if self.allow_paths else None)
        if found is None and not is_hub_id(text):
            raise (NoSnapshot if HUB_ID.fullmatch(text) else ValueError)(self._unknown(text))
        return found

    def load(self, name: str | Path) -> Any:
        """The generator of that name, in eval mode on the CPU; see `load_folder`."""
        return load_folder(*self.find(name))

    def _find_listed(self, text: str) -> tuple[Path, str] | None:
        """A shipped checkpoint, a model of `folders`, a run or one of its snapshots."""
        name, _, rest = text.partition("/")
        if (
            text == name
            and _is_plain(name)
            and _is_generator(folder := shipped_folder(self.checkpoints) / name)
        ):
            return folder, text
        for folder in self.folders:
            if name == folder.name and _is_plain(rest) and _is_generator(folder / rest):
                return folder / rest, text
        if _names_snapshot(rest) and (run := self._run(name)):
            return _snapshot(run, rest)
        return None

    def _find_path(self, text: str) -> tuple[Path, str] | None:
        """The folder of a generator or of a run, wherever it lies."""
        if "\0" in text or len(text) > MAX_NAME:
            raise ValueError(
                "that is no name of a model; give a folder, a run, a shipped checkpoint or a Hub id."
            )
        path = Path(os.path.expanduser(text))
        for folder in (path, shipped_folder(self.checkpoints) / text):
            if _is_generator(folder):
                return folder, text if self.show_paths else Path(os.path.abspath(folder)).name
        if is_run(path):
            return _snapshot(Run(path.resolve()))  # resolved, so that "." has a name
        if os.path.isdir(path):
            raise ValueError(f"{text}: there is no {CONFIG_NAME} in it.")
        name, _, rest = text.partition("/")
        if run := self._run(name):
            return _snapshot(run, rest)  # whose error lists the snapshots that there are
        return None

    def _run(self, name: str) -> Run | None:
        """The run of a name, a number or a title in the folder of all runs."""
        if not _is_plain(name):
            return None
        if is_run(folder := Path(self.runs) / name):
            return Run(folder)
        found = called(name, list_runs(self.runs))
        return found[0] if len(found) == 1 else None

    def _unknown(self, text: str) -> str:
        if not self.allow_paths:
            return (
                "This model is not known here: choose one from the list, or type a Hub id such as user/name."
            )
        known = ", ".join(self.list()[:8]) or "none yet"
        return (
            f"{text!r} is no folder, run, shipped checkpoint or Hub id (user/name or user/name@revision); "
            f"here are: {known}."
        )


def load_generator(
    source: str | Path, *, runs: str | Path = "runs", checkpoints: str | Path | None = None
) -> Any:
    """The generator of a folder, a shipped checkpoint, a run (its newest snapshot) or a Hub model.

    It is in eval mode, on the CPU, and has .spec, .class_names (tuple), .origin (dict) and .source (str).
    checkpoints None: a folder of that name here, else those that come with ganapp. Raises ValueError (message
    fit for the user) if it cannot be found or loaded.
    """
    return Sources(runs, checkpoints).load(source)


# -- the Hub -------------------------------------------------------------------------------------------------


def pull(hub_id: str, *, progress: Progress | None = None) -> tuple[Path, str]:
    """Fetch a model of the Hub, "user/name[@revision]". Returns its folder and "user/name@commit".

    Only config.json and model.safetensors are fetched, and the two files of its directions if it has any.
    Raises ValueError (message fit for the user) if that fails.
    """
    repo, _, revision = hub_id.partition("@")
    config, commit = fetch_file(
        repo, CONFIG_NAME, revision or "main", limit=MAX_CONFIG_BYTES, missing=NOT_OURS
    )
    read_config(config.parent, repo)  # an unknown family is refused before the weights are fetched
    fetch_file(repo, WEIGHTS_NAME, commit, missing=NOT_OURS, progress=progress)
    if fetch_if_there(repo, DIRECTIONS_NAME, commit, limit=MAX_CONFIG_BYTES):
        fetch_if_there(repo, VECTORS_NAME, commit, limit=MAX_VECTORS_BYTES)
    return config.parent, f"{repo}@{commit}"  # the whole commit: the Hub takes no abbreviation


def is_hub_id(name: str) -> bool:
    """Whether the Hub can be asked for that name. RUN/000001000 has the same form, but is a snapshot."""
    return bool(HUB_ID.fullmatch(name)) and not re.fullmatch(r".*/\d{9}", name)


# -- folders -------------------------------------------------------------------------------------------------


def shipped_folder(checkpoints: str | Path | None = None) -> Path:
    """Where shipped generators are: the given folder, else checkpoints/ here if it has any, else SHIPPED."""
    if checkpoints is not None:
        return Path(checkpoints)
    here = Path("checkpoints")
    return here if _generators_in(here) else SHIPPED


def _snapshot(run: Run, wanted: str = "") -> tuple[Path, str]:
    """A snapshot of a run by its number of images, or BEST; the newest for "".

    One generator of a snapshot that has several is SNAPSHOT/NAME.
    """
    found = run.snapshot(wanted)
    if found is None and not wanted:
        raise ValueError(f"run {run.name!r} has no snapshot yet; the first is written with its first save.")
    if found is None:
        there = ", ".join(s.name for s in run.snapshots()) or "none yet"
        if wanted.partition("/")[0] == BEST and run.best_snapshot() is None:
            raise ValueError(
                f"run {run.name!r} has no best snapshot yet, since the live figure, which tells it, "
                f"was measured with none of them; there are: {there}."
            )
        raise NoSnapshot(f"run {run.name!r} has no snapshot {wanted!r}; there are: {there}.")
    inner = [name for name in generators_in(found) if name]
    if inner:
        names = ", ".join(inner)
        raise ValueError(
            f"snapshot {found.name} of run {run.name!r} has several generators: {names}; "
            f"name one of them, such as {run.name}/{found.name}/{inner[0]}."
        )
    return found, f"{run.name}/{found.relative_to(run.path / 'snapshots').as_posix()}"


def _names_in(run: Run, name: str, snapshot: Path) -> list[str]:
    """RUN/NAME of a snapshot, or RUN/NAME/a2b … if it has several generators."""
    return [f"{run.name}/{name}" + (f"/{inner}" if inner else "") for inner in generators_in(snapshot)]


def _names_snapshot(text: str) -> bool:
    """Whether it can follow "RUN/" in a listed name."""
    snapshot, _, inner = text.partition("/")
    return (snapshot in ("", BEST) or snapshot.isdigit()) and (not inner or _is_plain(inner))


def _is_plain(name: str) -> bool:
    """Whether it is the name of one visible file, with no way out of the folder it is looked for in."""
    return bool(name) and name == Path(name).name and not name.startswith((".", "~"))


def _is_generator(folder: Path) -> bool:
    # os.path: unlike Path, it takes a name that is too long for the system as one that is not there.
    return os.path.isfile(folder / CONFIG_NAME) and not is_run(folder)


def _generators_in(folder: Path) -> list[Path]:
    """Those that can be named: hidden ones are left out, as are those still being written."""
    if not folder.is_dir():
        return []
    return [p for p in folder.iterdir() if _is_plain(p.name) and _is_generator(p)]


def _resolution(folder: Path) -> int:
    """0 if the configuration cannot be read: loading it will say why."""
    try:
        return read_config(folder, folder.name)["spec"].resolution
    except ValueError:
        return 0
