"""Studio: the pictures, mixes and films of the Create tab, without the page. Its models are in models.py.

Plain values in and out, tested without gradio. All networks run in one thread (turns.py), a few pictures at a
time, so that a film does not hold up what is live and neither takes the processor from a training run.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ganapp import latents, media
from ganapp.publishing.picture_files import made_by

from ..access.capabilities import here, on_gpu
from .models import Models
from .outputs import Outputs
from .turns import Turns

SEED_CLASS, EVERY_CLASS = "*", "**"  # in the class menu: each seed's own class; a row of every class
MAX_PICTURES = 256
MAX_KEYFRAMES = 64
MAX_FRAMES = {"mp4": 2400, "gif": 600, "webp": 600}  # a GIF and a WebP are held in memory as a whole
STILLS = 12
CHUNK = 16  # pictures that the network thread makes before another request has its turn; fewer of large ones
CHUNK_PIXELS = CHUNK * 128**2


class Archive(NamedTuple):
    path: Path  # a ZIP of PNGs that carry their settings
    count: int
    model: str


class Studio:
    """What one page makes with its models, and the folder that it writes to."""

    def __init__(self, runs: Path, checkpoints: Path, outputs: Path, allow_paths: bool = True) -> None:
        """allow_paths False: only listed names and Hub ids are taken as models (a Space)."""
        can = here()
        self.models = Models(runs, checkpoints, allow_paths)
        self.outputs = Outputs(outputs, can.outputs_bytes, can.outputs_bytes_each)
        self.answer_sec = can.answer_sec
        self.turns = Turns("studio", _use_few_threads)
        self._draw = on_gpu(draw_on_gpu) if can.zero_gpu else latents.generate

    # -- pictures --------------------------------------------------------------------------------------------

    def archive(
        self, source: str, seeds: str, label: str = SEED_CLASS, psi: float = 1.0, visitor: str = "me",
        times: int = 1, smooth: bool = False,
    ) -> Archive:  # fmt: skip
        """A ZIP of one PNG a seed, or of one a seed and class. times, smooth: see media.resized.

        visitor: whose file it is (see outputs.py).
        """
        numbers = parse_few_seeds(seeds)
        latents.check_psi(psi)
        G = self.models.load(source)
        numbers, y = wanted_pictures(G, numbers, label)
        names = [class_name(G, k) for k in y.tolist()]
        about = [
            media.recipe(int(k), name, psi, G.source, G.weights_sha256, seed=seed) | enlarged(times, smooth)
            for seed, k, name in zip(numbers, y, names)
        ]
        images = (media.resized(image, times, smooth) for image in self._images(G, numbers, y, psi))
        with self.outputs.new(visitor) as folder:
            path = folder / f"{file_name(G)}.zip"
            media.save_zip(path, images, about)
        return Archive(path, len(numbers), G.source)

    def _images(self, G: Any, seeds: list[int], y: np.ndarray, psi: float) -> Iterator[np.ndarray]:
        check_time = deadline(self.answer_sec)
        chunk = chunk_of(G)
        for start in range(0, len(seeds), chunk):
            check_time()
            part = slice(start, start + chunk)
            yield from self.draw(G, seeds[part], y[part] if G.spec.num_classes else None, psi)

    def draw(self, G: Any, seeds: list[int], y: Any, psi: float) -> np.ndarray:
        """latents.generate in the network thread. At most CHUNK pictures, so that others have a turn."""
        return self.turns.compute(self._draw, G, seeds, y, psi)

    # -- films -----------------------------------------------------------------------------------------------

    def stills(
        self, source: str, seeds: str, mode: str, loop: bool, labels: str, psi: float
    ) -> list[np.ndarray]:
        """A few pictures of the walk, evenly spaced, every keyframe among them."""
        G, keys, y = self._walk(source, seeds, labels)
        count = max(len(keys), len(y) if isinstance(y, list) else 0)
        frames = max(1, STILLS // count)
        walk = latents.interpolate(G, keys, frames, mode, loop, y, psi)
        return self.turns.compute(lambda: list(walk))

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
        check_kind(kind)
        G, keys, y = self._walk(source, seeds, labels)
        count = max(len(keys), len(y) if isinstance(y, list) else 0)
        total = latents.frame_count(count, frames, loop)
        check_frames(total, kind)
        chunk = chunk_of(G)
        walk = latents.interpolate(G, keys, frames, mode, loop, y, psi, batch=chunk)
        about = made_by(G, keys)
        return self.write_film(walk, chunk, total, fps, kind, progress, visitor, about)

    def trail_film(
        self, source: str, trail: list, frames: int, first: int = 0, label: str = SEED_CLASS,
        psi: float = 1.0, fps: float = 30, kind: str = "mp4", progress: Callable | None = None,
        visitor: str = "me",
    ) -> Path:  # fmt: skip
        """A film of `frames` pictures along a trail over the map of seeds (plane.py), at one speed."""
        check_kind(kind)
        check_frames(frames, kind)
        G = self.models.load(source)
        y, chunk = chosen_label(G, label), chunk_of(G)
        walk = latents.plane_film(G, trail, frames, first, y, psi, batch=chunk)
        about = made_by(G, [first])
        return self.write_film(walk, chunk, frames, fps, kind, progress, visitor, about, "trail")

    def write_film(
        self, walk: Iterator[np.ndarray], chunk: int, total: int, fps: float, kind: str,
        progress: Callable | None, visitor: str, about: dict[str, Any], name: str = "walk",
        sound: Path | None = None,
    ) -> Path:  # fmt: skip
        check_time = deadline(self.answer_sec)

        def steps() -> Iterator[np.ndarray]:
            for i in range(total):
                check_time()
                if progress and i % chunk == 0:
                    progress(i, total)
                # A batch is computed at every chunk-th call; in between other requests have a turn.
                yield self.turns.compute(next, walk)

        with self.outputs.new(visitor) as folder:
            path = folder / f"{name}.{kind}"
            media.write_video(path, steps(), fps, sound=sound, about=about)
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

    def warm_up(self) -> None:
        """Import what the first picture needs, while the visitor still chooses."""
        self.turns.begin()


def chunk_of(G: Any) -> int:
    """How many pictures of this size the network thread makes at a time."""
    return max(1, min(CHUNK, CHUNK_PIXELS // G.spec.resolution**2))


def parse_few_seeds(text: str) -> list[int]:
    """Raises ValueError (message fit for the user) for more than MAX_PICTURES seeds."""
    numbers = latents.parse_seeds(text)
    if len(numbers) > MAX_PICTURES:
        raise ValueError(
            f"These are {len(numbers)} seeds: the page makes at most {MAX_PICTURES} pictures at a time."
        )
    return numbers


def wanted_pictures(G: Any, seeds: list[int], label: str | None) -> tuple[list[int], np.ndarray]:
    """The seed and the class of every picture. EVERY_CLASS: a row of the seeds for each class."""
    if label != EVERY_CLASS or not G.spec.num_classes:
        return seeds, latents.labels_of(G, seeds, chosen_label(G, label))
    classes = G.spec.num_classes
    if len(seeds) * classes > MAX_PICTURES:
        raise ValueError(
            f"These are {len(seeds)} seeds of {classes} classes: "
            f"the page makes at most {MAX_PICTURES} pictures at a time."
        )
    return seeds * classes, np.repeat(np.arange(classes), len(seeds))


def check_kind(kind: str) -> None:
    if kind not in MAX_FRAMES:
        raise ValueError(f"The format is {kind!r}: it must be one of {', '.join(MAX_FRAMES)}.")


def check_frames(total: int, kind: str) -> None:
    if total > MAX_FRAMES[kind]:
        raise ValueError(
            f"This film has {total} frames: a {kind.upper()} made here has at most {MAX_FRAMES[kind]}."
        )


def deadline(sec: float) -> Callable[[], None]:
    """A function that raises ValueError (message fit for the user) once `sec` seconds are over; 0: never."""
    end = time.monotonic() + sec

    def check() -> None:
        if sec and time.monotonic() > end:
            raise ValueError(f"This took more than {sec:g} s, the most for one request here: ask for less.")

    return check


def enlarged(times: int, smooth: bool) -> dict[str, str]:
    """What a PNG says about its size, beside how it was made; {} for that of the network."""
    return {"enlarged": f"{times}x {'lanczos' if smooth else 'nearest'}"} if times > 1 else {}


def draw_on_gpu(G: Any, seeds: list[int], y: Any, psi: float) -> np.ndarray:
    """latents.generate on the GPU that is lent for this call, in another process: values are plain."""
    import torch

    return latents.generate(G, seeds, y, psi, device="cuda" if torch.cuda.is_available() else None)


def file_name(G: Any) -> str:
    """The beginning of the names of files made with this model."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", G.source)


def chosen_label(G: Any, label: str | None) -> str | None:
    """The choice of the class menu as latents.generate takes it; None for a model without classes."""
    return label if G.spec.num_classes and label and label not in (SEED_CLASS, EVERY_CLASS) else None


def walk_labels(G: Any, text: str | None) -> str | list[str] | None:
    """The classes of a walk: None for "" (each seed's own), one name for all, or one name a keyframe."""
    text = (text or "").strip()
    if not text or text in (SEED_CLASS, EVERY_CLASS) or not G.spec.num_classes:
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
