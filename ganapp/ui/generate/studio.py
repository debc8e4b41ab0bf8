"""Studio: what the Generate tab does, without the page: models kept ready, pictures, films, settings out of a picture.

Plain values in and out, tested without gradio. Network work is done by one thread of its own, a few pictures at a time,
so that a film never holds up the slider and neither takes the processor from a training run.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ganapp import generators, hub, latents, media
from ganapp.runs import BEST, Run, list_runs
from ganapp.runs.run import NAME

from ..access.capabilities import here, on_gpu

SEED_CLASS = "*"  # in the class menu: each seed's own class
MAX_PICTURES = 256
MAX_KEYFRAMES = 64
MAX_FRAMES = {"mp4": 2400, "gif": 600, "webp": 600}  # a GIF and a WebP are held in memory as a whole
STILLS = 12
CHUNK = 16  # pictures between two chances for somebody else
KEPT_MODELS = 3
KEPT_SEC, KEPT_FOLDERS = 6 * 3600, 200  # of what was made
IMPORTED = "imported"  # the folder beside that of the runs, and what its models are called


class Picture(NamedTuple):
    path: Path  # a PNG that carries its settings
    seed: int
    class_name: str | None


class Batch(NamedTuple):
    pictures: list[Picture]
    zip_path: Path
    model: str


class Studio:
    """The models of one page and the folder it writes to. Loading happens in the caller's thread."""

    def __init__(self, runs: Path, checkpoints: Path, outputs: Path, allow_paths: bool = True) -> None:
        self.runs, self.checkpoints, self.outputs = Path(runs), Path(checkpoints), Path(outputs)
        self.imported = self.runs.parent / IMPORTED
        self.allow_paths = allow_paths
        self._lock = threading.Lock()
        self._models: OrderedDict[str, tuple[Any, Any]] = OrderedDict()  # source -> (stamp, generator)
        self._worker = ThreadPoolExecutor(1, "studio", initializer=_use_few_threads)
        self._draw = on_gpu(draw_on_gpu) if here().zero_gpu else latents.generate

    # -- sources ------------------------------------------------------------------------------------------------------

    def sources(self) -> list[str]:
        """Shipped checkpoints, of each run the newest snapshot and the best, older snapshots, what was imported."""
        return generators.list_sources(runs=self.runs, checkpoints=self.checkpoints) + self.imports()

    def imports(self) -> list[str]:
        """What was imported here, as "imported/NAME", the newest first."""
        folders = [p.parent for p in self.imported.glob(f"*/{generators.CONFIG_NAME}")]
        return [f"{IMPORTED}/{p.name}" for p in sorted(folders, key=lambda p: p.stat().st_mtime, reverse=True)]

    def fetch(self, source: str, progress: hub.Progress) -> str:
        """Bring a row of the Hub panel here: "user/name[@revision]" or "user/name:file". Returns the name to choose it by."""
        if ":" in source:
            return self._import(source, source.replace("/", "-").replace(":", "-"), progress)
        return generators.pull(source, progress=progress)[1]

    def bring(self, path: Path) -> str:
        """Import a checkpoint file of this machine. Returns the name to choose it by."""
        return self._import(str(path), path.name, None)

    def _import(self, source: str, name: str, progress: hub.Progress | None) -> str:
        from ganapp.generators.importers import import_checkpoint

        name = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:60]
        taken = {p.name for p in self.imported.glob("*")}
        free = next(n for n in (name, *(f"{name}-{i}" for i in range(2, 10_000))) if n not in taken)
        import_checkpoint(source, self.imported / free, progress=progress)
        return f"{IMPORTED}/{free}"

    def newest(self) -> str | None:
        """The newest snapshot of the newest run that has one, else the first shipped checkpoint."""
        for run in list_runs(self.runs):
            if snapshots := run.snapshots():
                return f"{run.name}/{snapshots[0].name}"
        return next(iter(self.sources()), None)

    def facts(self, source: str) -> dict[str, Any] | None:
        """{"spec", "class_names", "origin"} without loading; None for a Hub model that is not here yet."""
        G, found = self._kept(_text(source))
        if G is not None:
            return {"spec": G.spec, "class_names": G.class_names, "origin": G.origin}
        if found is None:
            return None
        folder, name = found
        with _plain(name, folder):
            return generators.read_config(folder)

    def model(self, source: str) -> Any:
        """The generator, from the cache where its file is the same; .public_name is fit for the eyes of others."""
        source = _text(source)
        G, found = self._kept(source)
        if G is not None:
            return G
        with _plain(source):
            folder, name = found or generators.pull(source)
        with _plain(name, folder):
            stamp, G = _stamp(folder), generators.load_generator(folder)
        G.public_name = name
        with self._lock:
            self._models[source] = stamp, G
            while len(self._models) > KEPT_MODELS:
                self._models.popitem(last=False)
        return G

    def _kept(self, source: str) -> tuple[Any, tuple[Path, str] | None]:
        """(the generator in the cache, None without one or where the file is another now; what _find says)."""
        with self._lock:
            stamp, G = self._models.get(source, (None, None))
            if G is not None:
                self._models.move_to_end(source)
        try:
            found = self._find(source)
        except ValueError:
            if G is not None:  # pruned while somebody works with it
                return G, None
            raise
        is_same = found is None or _stamp(found[0]) == stamp
        return G if is_same else None, found

    def folder(self, source: str) -> Path:
        """The generator folder of a source that lies here. ValueError for one of the Hub."""
        found = self._find(_text(source))
        if found is None:
            raise ValueError(f"{source} is on the Hub already.")
        return found[0]

    def forget(self) -> None:
        """Look again at everything, a branch on the Hub included."""
        with self._lock:
            self._models.clear()

    def _find(self, source: str) -> tuple[Path, str] | None:
        """(folder, public name) of a source on this disk; None for a Hub id. ValueError where it is neither."""
        if not source:
            raise ValueError("No model is chosen: choose one from the list.")
        if NAME.fullmatch(source) and (self.checkpoints / source / generators.CONFIG_NAME).is_file():
            return self.checkpoints / source, source
        name, _, wanted = source.partition("/")
        if name == IMPORTED and NAME.fullmatch(wanted) and (self.imported / wanted / generators.CONFIG_NAME).is_file():
            return self.imported / wanted, source
        if NAME.fullmatch(name) and (not wanted or wanted.isdigit() or wanted == BEST):
            if chosen := Run(self.runs / name).snapshot(wanted):
                return chosen, f"{name}/{chosen.name}"
            if len(wanted) == 9 or (wanted and (self.runs / name).is_dir()):  # no model on the Hub is named so
                raise ValueError(f"The snapshot {source} is no longer there: choose a newer one from the list.")
        is_hub_id = generators.HUB_ID.fullmatch(source)
        if self.allow_paths and not (is_hub_id and not os.path.exists(source)):
            folder, found_name = generators.locate(source, runs=self.runs, checkpoints=self.checkpoints)
            # No more of a path than its end: the name goes into pictures that are passed on.
            return folder, Path(os.path.abspath(folder)).name if found_name == source else found_name
        if is_hub_id:
            return None
        raise ValueError("This model is not known here: choose one from the list, or type a Hub id such as user/name.")

    # -- pictures -----------------------------------------------------------------------------------------------------

    def pictures(
        self, source: str, seeds: str, label: str = SEED_CLASS, psi: float = 1.0, progress: Callable | None = None
    ) -> Batch:
        """One PNG a seed and a ZIP of them. `progress(done, total)` is told."""
        numbers = latents.parse_seeds(seeds)
        if len(numbers) > MAX_PICTURES:
            raise ValueError(
                f"These are {len(numbers)} seeds: the page makes at most {MAX_PICTURES} pictures at a time."
            )
        latents.check_psi(psi)
        G = self.model(source)
        y = latents.labels_of(G, numbers, chosen_label(G, label))
        images = np.concatenate(list(self._chunks(G, numbers, y, psi, progress or (lambda done, total: None))))
        names = [class_name(G, k) for k in y]
        recipes = [
            media.recipe(int(k), name, psi, G.public_name, seed=seed) for seed, k, name in zip(numbers, y, names)
        ]
        folder = self.new_folder()
        made = []
        for i, (image, recipe) in enumerate(zip(images, recipes)):
            made.append(Picture(folder / f"{i:03d}" / f"seed{recipe['seed']:06d}.png", recipe["seed"], names[i]))
            made[-1].path.parent.mkdir()
            with open(made[-1].path, "wb") as file:
                media.save_png(file, image, recipe)
        zip_path = folder / f"{file_name(G)}.zip"
        media.save_zip(zip_path, images, recipes)
        return Batch(made, zip_path, G.public_name)

    def _chunks(self, G, seeds, y, psi, progress) -> Iterator[np.ndarray]:
        for start in range(0, len(seeds), CHUNK):
            progress(start, len(seeds))
            part = slice(start, start + CHUNK)
            yield self.draw(G, seeds[part], y[part] if G.spec.num_classes else None, psi)

    def draw(self, G: Any, seeds: list[int], y: Any, psi: float) -> np.ndarray:
        """sample.generate by the thread of all network work; at most CHUNK pictures, so that others have a turn."""
        return self._compute(self._draw, G, seeds, y, psi)

    def mix(
        self, source: str, a: int, b: int, position: float, label: str = SEED_CLASS, psi: float = 1.0
    ) -> np.ndarray:
        """The picture between seeds a and b, uint8 (H, W, C); position from 0 (a) to 1 (b)."""
        G = self.model(source)
        return self._compute(latents.between, G, [a, b], position, "slerp", chosen_label(G, label), psi)

    # -- films --------------------------------------------------------------------------------------------------------

    def stills(self, source: str, seeds: str, mode: str, loop: bool, labels: str, psi: float) -> list[np.ndarray]:
        """A few pictures of the walk, evenly spaced, every keyframe among them."""
        G, keys, y = self._walk(source, seeds, labels)
        count = max(len(keys), len(y) if isinstance(y, list) else 0)
        frames = max(1, STILLS // count)
        return list(self._compute(lambda: list(latents.interpolate(G, keys, frames, mode, loop, y, psi))))

    def film(
        self,
        source: str,
        seeds: str,
        frames: int = 30,
        mode: str = "slerp",
        loop: bool = True,
        labels: str = "",
        psi: float = 1.0,
        fps: float = 30,
        kind: str = "mp4",
        progress: Callable | None = None,
    ) -> Path:
        """The walk as a film; `frames` from one keyframe to the next. `progress(done, total)` is told."""
        if kind not in MAX_FRAMES:
            raise ValueError(f"The format is {kind!r}: it must be one of {', '.join(MAX_FRAMES)}.")
        G, keys, y = self._walk(source, seeds, labels)
        count = max(len(keys), len(y) if isinstance(y, list) else 0)
        total = latents.frame_count(count, frames, loop)
        if total > MAX_FRAMES[kind]:
            raise ValueError(
                f"This film has {total} frames: a {kind.upper()} made here has at most {MAX_FRAMES[kind]}."
            )
        walk = latents.interpolate(G, keys, frames, mode, loop, y, psi, batch=CHUNK)

        def steps() -> Iterator[np.ndarray]:
            for i in range(total):
                if progress and i % CHUNK == 0:
                    progress(i, total)
                # A batch is computed at every CHUNK-th call; in between somebody else has a turn.
                yield self._compute(next, walk)

        path = self.new_folder() / f"walk.{kind}"
        media.write_video(path, steps(), fps)
        return path

    def _walk(self, source: str, seeds: str, labels: str) -> tuple[Any, list[int], str | list[str] | None]:
        keys = latents.parse_seeds(seeds)
        if len(keys) > MAX_KEYFRAMES:
            raise ValueError(f"These are {len(keys)} seeds: a walk has at most {MAX_KEYFRAMES}.")
        G = self.model(source)
        y = walk_labels(G, labels)
        if isinstance(y, list) and len(keys) > 1 and len(y) != len(keys):
            raise ValueError(f"There are {len(y)} classes for {len(keys)} seeds: give one class, or one a seed.")
        return G, keys, y

    # -- the thread and the folder ------------------------------------------------------------------------------------

    def _compute(self, function: Callable, *args: Any) -> Any:
        # In the caller's context, by which ZeroGPU knows whose request it is.
        return self._worker.submit(copy_context().run, function, *args).result()

    def warm_up(self) -> None:
        """Import what the first picture needs, while somebody still chooses."""
        self._worker.submit(_use_few_threads)

    def new_folder(self) -> Path:
        """An empty folder under a name that nobody can guess; what is old is removed."""
        self.outputs.mkdir(parents=True, exist_ok=True)
        old = sorted(self.outputs.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
        for i, folder in enumerate(old):
            if i >= KEPT_FOLDERS or folder.stat().st_mtime < time.time() - KEPT_SEC:
                shutil.rmtree(folder, ignore_errors=True)
        folder = self.outputs / secrets.token_urlsafe(12)
        folder.mkdir()
        return folder


def draw_on_gpu(G: Any, seeds: list[int], y: Any, psi: float) -> np.ndarray:
    """sample.generate on the GPU that is lent for this call; plain values, because another process does it."""
    import torch

    return latents.generate(G, seeds, y, psi, device="cuda" if torch.cuda.is_available() else None)


def file_name(G: Any) -> str:
    """What files made by this model begin with."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", G.public_name)


def chosen_label(G: Any, label: str | None) -> str | None:
    """What the class menu holds, as sample.generate takes it; a choice left from another model without classes is none."""
    return label if G.spec.num_classes and label and label != SEED_CLASS else None


def walk_labels(G: Any, text: str | None) -> str | list[str] | None:
    """Classes on the way from text: "" is each seed's own, one name is for all, several are one a keyframe."""
    text = (text or "").strip()
    if not text or text == SEED_CLASS or not G.spec.num_classes:
        return None
    if text in G.class_names:  # a name may have a comma in it
        return text
    parts = [part.strip() for part in re.split(r"[,;，；、\n]", text) if part.strip()]
    return parts[0] if len(parts) == 1 else parts


def class_name(G: Any, k: int) -> str | None:
    """The name of class k, its number where it has no name, None without classes (k = -1)."""
    if k < 0:
        return None
    return G.class_names[k] if G.class_names else str(k)


def _text(source: Any) -> str:
    return str(source or "").strip()


def _stamp(folder: Path) -> int | None:
    try:
        return (folder / generators.WEIGHTS_NAME).stat().st_mtime_ns
    except OSError:
        return None  # load_generator says what is wrong


@contextmanager
def _plain(name: str, folder: Path | None = None) -> Iterator[None]:
    """Sentences that name the model in place of the folder that it happens to lie in."""
    try:
        yield
    except ValueError as error:
        text = str(error).replace(str(folder), name) if folder else str(error)
        raise ValueError(re.sub(r"^.*models--[^:]*(?=: )", lambda _: name, text)) from None


def _use_few_threads() -> None:
    import torch

    torch.set_num_threads(max(1, min(4, (os.cpu_count() or 1) // 4)))  # for this thread; a run sets its own
