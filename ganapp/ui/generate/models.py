"""The models that the page knows: listed, found, loaded and kept ready; fetched from the Hub and imported.

Plain values in and out, tested without gradio. Makes no pictures; see studio.py.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ganapp import generators, hub
from ganapp.runs import Run, generators_in, list_runs, nimg_of, run_of

KEPT_MODELS = 3  # at least; more of small ones, for a walk over the snapshots of a run
KEPT_BYTES, MOST_KEPT = 300_000_000, 24
MAX_NAME = 1_000  # characters
OWN = "own"  # begins the names of models that were fitted to a picture on this page
IMPORTED = "imported"  # the folder beside that of the runs, and what its models are called


class Models:
    """The models of one page, by the names in its list. Loading happens in the caller's thread."""

    def __init__(self, runs: Path, checkpoints: Path, allow_paths: bool = True) -> None:
        """allow_paths False: only listed names and Hub ids are taken (a Space)."""
        self.runs, self.imported = Path(runs), Path(runs).parent / IMPORTED
        # No more of a path than its end: a model's name goes into pictures that are passed on.
        self.sources = generators.Sources(
            self.runs, Path(checkpoints), (self.imported,), allow_paths, show_paths=False
        )
        # the folder of a model that belongs to one visitor, by a name that begins with OWN (edit/fits.py)
        self.own: Callable[[str], Path] | None = None
        self._lock = threading.Lock()
        self._loaded: OrderedDict[str, tuple[Any, Any]] = OrderedDict()  # source -> (stamp, generator)

    def names(self) -> list[str]:
        """Shipped checkpoints, newest and best snapshots of runs, older snapshots, imported models."""
        return self.sources.list()

    def newest(self) -> str | None:
        """The newest snapshot of the newest run that has one, else the first shipped checkpoint."""
        for run in list_runs(self.runs):
            if snapshots := run.snapshots():
                return f"{run.name}/{snapshots[0].name}"
        return next(iter(self.names()), None)

    def find(self, source: Any) -> tuple[Path, str]:
        """The folder of a model and the name to show for it. A Hub model is fetched."""
        return self._find_here(_text(source)) or _pull(_text(source))

    def run(self, name: str) -> Run:
        """The run of that name. Raises ValueError (message fit for the user) if there is none."""
        for run in list_runs(self.runs):
            if run.name == name:
                return run
        raise ValueError(f"There is no run {name[:80]!r} any more.")

    def folder(self, source: Any) -> Path:
        """The generator folder of a model that lies here. Raises ValueError for one of the Hub."""
        found = self._find_here(_text(source))
        if found is None:
            raise ValueError(f"{source} is on the Hub already.")
        return found[0]

    def facts(self, source: Any) -> dict[str, Any] | None:
        """{"spec", "class_names", "origin"} without loading; None for a Hub model that is not loaded yet."""
        G, found = self._kept(_text(source))
        if G is not None:
            return {"spec": G.spec, "class_names": G.class_names, "origin": G.origin}
        if found is None:
            return None
        folder, name = found
        with _named(name, folder):
            return generators.read_config(folder, name)

    def load(self, source: Any) -> Any:
        """The generator, kept ready as long as its file does not change. Its .source is the name to show."""
        source = _text(source)
        G, found = self._kept(source)
        if G is not None:
            return G
        folder, name = found or _pull(source)
        with _named(name, folder):
            stamp, G = _stamp(folder), generators.load_folder(folder, name)
        with self._lock:
            self._loaded[source] = stamp, G
            self._let_go()
        return G

    def _let_go(self) -> None:
        """Forget what was not used for longest."""
        sizes = [sum(p.nbytes for p in G.parameters()) for _, G in self._loaded.values()]
        while len(sizes) > KEPT_MODELS and (sum(sizes) > KEPT_BYTES or len(sizes) > MOST_KEPT):
            self._loaded.popitem(last=False)
            sizes.pop(0)

    def snapshots(self, source: Any) -> list[dict[str, Any]]:
        """The snapshots of the run that a model belongs to, oldest first; [] for any other model.

        Each is {"name", "nimg", "best", "shown"}: what it is called, whether it is the best one of the run,
        and whether it is the model itself.
        """
        found = self._find_here(_text(source))
        folder, (_, *shown) = (found[0], found[1].split("/")) if found else (Path(), [""])
        run = run_of(folder)
        if run is None or not shown or run.path.parent.resolve() != self.runs.resolve():
            return []
        best, inner = run.best_snapshot(), shown[1:]
        return [
            {
                "name": "/".join([run.name, each.name, *inner]), "nimg": nimg_of(each),
                "best": each == best, "shown": each.name == shown[0],
            }
            for each in reversed(run.snapshots())
            if "".join(inner) in generators_in(each)
        ]  # fmt: skip

    def forget(self) -> None:
        """Look again at everything, a branch on the Hub included."""
        with self._lock:
            self._loaded.clear()

    def fetch(
        self, source: str, progress: hub.Progress, options: Mapping[str, Any] | None = None
    ) -> str:  # fmt: skip
        """Fetch and load "user/name[@revision]", or import "user/name:file". Returns the name to choose.

        options: of an import; see generators/importers/options.py.
        """
        if ":" in source:
            return self._import(source, source.replace("/", "-").replace(":", "-"), progress, options)
        name = generators.pull(source, progress=progress)[1]
        self.load(name)  # so that it is known here: who has pressed Fetch is not asked again
        return name

    def bring(self, path: Path, options: Mapping[str, Any] | None = None) -> str:
        """Import a checkpoint file of this machine. Returns the name to choose it by.

        options: as in `fetch`.
        """
        return self._import(str(path), path.name, None, options)

    def _import(
        self, source: str, name: str, progress: hub.Progress | None, options: Mapping[str, Any] | None
    ) -> str:
        from ganapp.generators.importers import import_checkpoint

        free = self.free_name(name)
        import_checkpoint(source, self.imported / free, options=options, progress=progress)
        return f"{IMPORTED}/{free}"

    def free_name(self, name: str) -> str:
        """A name for a folder of `imported` that none has yet, made of this one."""
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:60] or OWN
        taken = {p.name for p in self.imported.glob("*")}
        return next(n for n in (name, *(f"{name}-{i}" for i in range(2, 10_000))) if n not in taken)

    def _find_here(self, source: str) -> tuple[Path, str] | None:
        """(folder, name to show) of a model on this disk; None for a Hub id."""
        if not source:
            raise ValueError("No model is chosen: choose one from the list.")
        if self.own and source.startswith(f"{OWN}/"):
            return self.own(source), OWN
        try:
            return self.sources.find_here(source)
        except generators.NoSnapshot:
            raise ValueError(
                f"The snapshot {source} is no longer there: choose a newer one from the list."
            ) from None

    def _kept(self, source: str) -> tuple[Any, tuple[Path, str] | None]:
        """(the loaded generator, or None if there is none or its file has changed; what _find_here says)."""
        with self._lock:
            stamp, G = self._loaded.get(source, (None, None))
            if G is not None:
                self._loaded.move_to_end(source)
        try:
            found = self._find_here(source)
        except ValueError:
            if G is not None:  # pruned while somebody works with it
                return G, None
            raise
        is_same = found is None or _stamp(found[0]) == stamp
        return G if is_same else None, found


def _text(source: Any) -> str:
    text = str(source or "").strip()
    if len(text) > MAX_NAME:
        raise ValueError(f"This name of a model has {len(text):,} characters: at most {MAX_NAME:,} are read.")
    return text


def _pull(source: str) -> tuple[Path, str]:
    with _named(source):
        return generators.pull(source)


def _stamp(folder: Path) -> int | None:
    try:
        return (folder / generators.WEIGHTS_NAME).stat().st_mtime_ns
    except OSError:
        return None  # load_folder says what is wrong


@contextmanager
def _named(name: str, folder: Path | None = None) -> Iterator[None]:
    """Errors name the model in place of the folder that it lies in."""
    try:
        yield
    except ValueError as error:
        text = str(error).replace(str(folder), name) if folder else str(error)
        raise ValueError(re.sub(r"^.*models--[^:]*(?=: )", lambda _: name, text)) from None
