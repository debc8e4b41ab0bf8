"""Studio: the pictures, mixes and films of the Generate tab, without the page. Its models are in models.py.

Plain values in and out, tested without gradio. All networks run in one thread, a few pictures at a time, so
that a film does not hold up the slider and neither takes the processor from a training run.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ganapp import latents, media

from ..access.capabilities import here, on_gpu
from .models import Models
from .outputs import Outputs

SEED_CLASS = "*"  # in the class menu: each seed's own class
MAX_PICTURES = 256
MAX_KEYFRAMES = 64
MAX_FRAMES = {"mp4": 2400, "gif": 600, "webp": 600}  # a GIF and a WebP are held in memory as a whole
STILLS = 12
CHUNK = 16  # pictures that the network thread makes before another request has its turn


class Picture(NamedTuple):
    path: Path  # a PNG that carries its settings
    seed: int
    class_name: str | None


class Batch(NamedTuple):
    pictures: list[Picture]
    zip_path: Path
    model: str


class Studio:
    """What one page makes with its models, and the folder that it writes to."""

    def __init__(self, runs: Path, checkpoints: Path, outputs: Path, allow_paths: bool = True) -> None:
        """allow_paths False: only listed names and Hub ids are taken as models (a Space)."""
        can = here()
        self.models = Models(runs, checkpoints, allow_paths)
        self.outputs = Outputs(outputs, can.outputs_bytes, can.outputs_bytes_each)
        self.answer_sec = can.answer_sec
        self._worker = ThreadPoolExecutor(1, "studio", initializer=_use_few_threads)
        self._draw = on_gpu(draw_on_gpu) if can.zero_gpu else latents.generate

    # -- pictures --------------------------------------------------------------------------------------------

    def pictures(
        self,
        source: str,
        seeds: str,
        label: str = SEED_CLASS,
        psi: float = 1.0,
        progress: Callable | None = None,
        visitor: str = "me",
    ) -> Batch:
        """One PNG a seed and a ZIP of them. Calls `progress(done, total)` before each chunk.

        visitor: whose files these are (see outputs.py).
        """
        numbers = latents.parse_seeds(seeds)
        if len(numbers) > MAX_PICTURES:
            raise ValueError(
                f"These are {len(numbers)} seeds: the page makes at most {MAX_PICTURES} pictures at a time."
            )
        latents.check_psi(psi)
        G = self.models.load(source)
        y = latents.labels_of(G, numbers, chosen_label(G, label))
        images = np.concatenate(
            list(self._chunks(G, numbers, y, psi, progress or (lambda done, total: None)))
        )
        names = [class_name(G, k) for k in y]
        recipes = [
            media.recipe(int(k), name, psi, G.source, seed=seed) for seed, k, name in zip(numbers, y, names)
        ]
        with self.outputs.new(visitor) as folder:
            made = write_pictures(folder, images, recipes)
            zip_path = folder / f"{file_name(G)}.zip"
            media.save_zip(zip_path, images, recipes)
        return Batch(made, zip_path, G.source)

    def _chunks(self, G, seeds, y, psi, progress) -> Iterator[np.ndarray]:
        check_time = deadline(self.answer_sec)
        for start in range(0, len(seeds), CHUNK):
            check_time()
            progress(start, len(seeds))
            part = slice(start, start + CHUNK)
            yield self.draw(G, seeds[part], y[part] if G.spec.num_classes else None, psi)

    def draw(self, G: Any, seeds: list[int], y: Any, psi: float) -> np.ndarray:
        """latents.generate in the network thread. At most CHUNK pictures, so that others have a turn."""
        return self._compute(self._draw, G, seeds, y, psi)

    def mix(
        self, source: str, a: int, b: int, position: float, label: str = SEED_CLASS, psi: float = 1.0
    ) -> np.ndarray:
        """The picture between seeds a and b, uint8 (H, W, C); position from 0 (a) to 1 (b)."""
        G = self.models.load(source)
        return self._compute(latents.between, G, [a, b], position, "slerp", chosen_label(G, label), psi)

    # -- films -----------------------------------------------------------------------------------------------

    def stills(
        self, source: str, seeds: str, mode: str, loop: bool, labels: str, psi: float
    ) -> list[np.ndarray]:
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
        visitor: str = "me",
    ) -> Path:
        """The walk as a film, with `frames` from one keyframe to the next. Calls `progress(done, total)`."""
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
        check_time = deadline(self.answer_sec)

        def steps() -> Iterator[np.ndarray]:
            for i in range(total):
                check_time()
                if progress and i % CHUNK == 0:
                    progress(i, total)
                # A batch is computed at every CHUNK-th call; in between other requests have a turn.
                yield self._compute(next, walk)

        with self.outputs.new(visitor) as folder:
            path = folder / f"walk.{kind}"
            media.write_video(path, steps(), fps)
        return path

    def _walk(self, source: str, seeds: str, labels: str) -> tuple[Any, list[int], str | list[str] | None]:
        keys = latents.parse_seeds(seeds)
        if len(keys) > MAX_KEYFRAMES:
            raise ValueError(f"These are {len(keys)} seeds: a walk has at most {MAX_KEYFRAMES}.")
        G = self.models.load(source)
        y = walk_labels(G, labels)
        if isinstance(y, list) and len(keys) > 1 and len(y) != len(keys):
            raise ValueError(
                f"There are {len(y)} classes for {len(keys)} seeds: give one class, or one a seed."
            )
        return G, keys, y

    # -- the thread ------------------------------------------------------------------------------------------

    def _compute(self, function: Callable, *args: Any) -> Any:
        # In the caller's context, by which ZeroGPU knows whose request it is.
        return self._worker.submit(copy_context().run, function, *args).result()

    def warm_up(self) -> None:
        """Import what the first picture needs, while the visitor still chooses."""
        self._worker.submit(_use_few_threads)


def deadline(sec: float) -> Callable[[], None]:
    """A function that raises ValueError (message fit for the user) once `sec` seconds are over; 0: never."""
    end = time.monotonic() + sec

    def check() -> None:
        if sec and time.monotonic() > end:
            raise ValueError(f"This took more than {sec:g} s, the most for one request here: ask for less.")

    return check


def write_pictures(folder: Path, images: np.ndarray, recipes: list[dict[str, Any]]) -> list[Picture]:
    """A PNG of each image, in a folder of its own, so that each has a name that says its seed."""
    made = []
    for i, (image, recipe) in enumerate(zip(images, recipes, strict=True)):
        path = folder / f"{i:03d}" / f"seed{recipe['seed']:06d}.png"
        path.parent.mkdir()
        with open(path, "wb") as file:
            media.save_png(file, image, recipe)
        made.append(Picture(path, recipe["seed"], recipe.get("class_name")))
    return made


def draw_on_gpu(G: Any, seeds: list[int], y: Any, psi: float) -> np.ndarray:
    """latents.generate on the GPU that is lent for this call, in another process: values are plain."""
    import torch

    return latents.generate(G, seeds, y, psi, device="cuda" if torch.cuda.is_available() else None)


def file_name(G: Any) -> str:
    """The beginning of the names of files made with this model."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", G.source)


def chosen_label(G: Any, label: str | None) -> str | None:
    """The choice of the class menu as latents.generate takes it; None for a model without classes."""
    return label if G.spec.num_classes and label and label != SEED_CLASS else None


def walk_labels(G: Any, text: str | None) -> str | list[str] | None:
    """The classes of a walk: None for "" (each seed's own), one name for all, or one name a keyframe."""
    text = (text or "").strip()
    if not text or text == SEED_CLASS or not G.spec.num_classes:
        return None
    if text in G.class_names:  # a name may have a comma in it
        return text
    parts = [part.strip() for part in re.split(r"[,;，；、\n]", text) if part.strip()]
    return parts[0] if len(parts) == 1 else parts


def class_name(G: Any, k: int) -> str | None:
    """The name of class k, its number if it has no name, None if there are no classes (k = -1)."""
    if k < 0:
        return None
    return G.class_names[k] if G.class_names else str(k)


def _use_few_threads() -> None:
    import torch

    torch.set_num_threads(max(1, min(4, (os.cpu_count() or 1) // 4)))  # for this thread; a run sets its own
