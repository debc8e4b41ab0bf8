"""A labelled data set out of a generator with classes: CLASS/seed000042.png, as torchvision's ImageFolder and our own reader read it.

Picture i of class k has the seed first + k · per_class + i: every seed is used once, so that no two pictures, and no two
classes, share a latent. Drawn and written a chunk at a time: memory stays flat, and the same request makes the same bytes.
"""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganapp import latents, media

CHUNK = 16  # pictures drawn before they are written: sample.generate's batch, so that it changes nothing
MOST = 1_000_000  # pictures of one data set
LONGEST = 60  # characters of a folder's name: at most 240 bytes
# What a file system or an archive cannot hold in a name; what Windows keeps for itself, and readers of ZIPs skip.
UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]+')
RESERVED = re.compile(r"((con|prn|aux|nul|com\d|lpt\d)(\..*)?|__macosx)", re.IGNORECASE)

Draw = Callable[[Any, Sequence[int], Sequence[int], float], np.ndarray]
Told = Callable[[int, int], None]


def write(
    path: str | Path,
    G: Any,
    per_class: int,
    first: int = 0,
    psi: float = 1.0,
    model: str = "",
    most: int = MOST,
    draw: Draw = latents.generate,
    told: Told | None = None,
) -> int:
    """A ZIP, or a new folder where the path does not end in .zip, with per_class pictures of every class; how many that are.

    Every PNG carries its settings, `model` among them. The whole appears at the end, or nothing. draw(G, seeds, labels, psi)
    -> uint8 (N, H, W, C); told(done, total) before each chunk. ValueError, before anything is drawn, for a model with fewer
    than two classes, more than `most` pictures, seeds or psi out of range, or a folder that has something in it.
    """
    path, psi = Path(path), latents.check_psi(psi)
    total = check(G.spec.num_classes, per_class, first, most)
    pictures = _pictures(G, per_class, first, psi, model, draw, told or (lambda done, total: None))
    if path.suffix.lower() == ".zip":
        media.write_zip(path, pictures)
    else:
        _write_folder(path, pictures)
    return total


def check(num_classes: int, per_class: int, first: int = 0, most: int = MOST) -> int:
    """How many pictures that are. ValueError, in one sentence, where they cannot be made."""
    if num_classes < 2:
        has = "one class" if num_classes else "no classes"
        raise ValueError(f"This model has {has}: a labelled data set needs a model with two or more.")
    if per_class < 1:
        raise ValueError(f"The number of pictures a class is {per_class}: it must be at least 1.")
    total = num_classes * per_class
    if total > most:
        raise ValueError(
            f"{num_classes:,} classes with {per_class:,} pictures each are {total:,}: here at most {most:,} of this model "
            f"are made at a time, which is {most // num_classes:,} a class."
        )
    if not 0 <= first <= latents.SEED_LIMIT - total:
        raise ValueError(
            f"The first seed is {first}: {total:,} seeds from there must lie from 0 to {latents.SEED_LIMIT - 1}."
        )
    return total


def folder_names(class_names: Sequence[str], num_classes: int) -> list[str]:
    """The folder of each class: its name where that is a safe one, else what is left of it; numbers where there are no names.

    All differ, also where capitals do not count. Numbers have leading zeros: readers sort folders as text.
    """
    names = [_safe(name) for name in class_names] or [f"{k:0{len(str(num_classes - 1))}d}" for k in range(num_classes)]
    if _mistaken(names):
        names = [f"class-{name}" for name in names]
    taken: set[str] = set()
    for k, name in enumerate(names):
        name = name or f"class-{k}"
        while _folded(name) in taken:
            name = f"{name}-{k}"
        taken.add(_folded(name))
        names[k] = name
    return names


def _safe(name: str) -> str:
    """Fit for a folder on any system, and not hidden; "" where nothing is left."""
    name = UNSAFE.sub("-", name).strip(" .")[:LONGEST].strip(" .")
    return f"class-{name}" if RESERVED.fullmatch(name) else name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _mistaken(names: list[str]) -> bool:
    """Whether our own reader would take the folders for splits or shards instead of classes."""
    from ganapp.data.own.labels import SPLIT_FOLDERS

    return all(name.lower() in SPLIT_FOLDERS for name in names) or all(re.fullmatch(r"\d{5}", name) for name in names)


def _pictures(
    G: Any, per_class: int, first: int, psi: float, model: str, draw: Draw, told: Told
) -> Iterator[tuple[str, np.ndarray, dict[str, Any]]]:
    """(path in the data set, uint8 (H, W, C), its settings) of every picture, class by class."""
    folders = folder_names(G.class_names, G.spec.num_classes)
    total = len(folders) * per_class
    for start in range(0, total, CHUNK):
        told(start, total)
        rows = range(start, min(start + CHUNK, total))
        seeds, labels = [first + i for i in rows], [i // per_class for i in rows]
        for image, seed, k in zip(draw(G, seeds, labels, psi), seeds, labels, strict=True):
            name = G.class_names[k] if G.class_names else None
            yield f"{folders[k]}/seed{seed:06d}.png", image, media.recipe(k, name, psi, model, seed=seed)


def _write_folder(folder: Path, pictures: Iterator[tuple[str, np.ndarray, dict[str, Any]]]) -> None:
    """A folder that takes its place when all is in it; one with something in it is left alone."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"{folder} has something in it, which would become part of the data set: name a new folder.")
    partial = folder.with_name(f".tmp-{folder.name}-{os.getpid()}")
    try:
        for name, image, settings in pictures:
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            with open(partial / name, "xb") as file:
                media.save_png(file, image, settings)
        if folder.exists():  # empty; Windows does not rename over it
            folder.rmdir()
        os.rename(partial, folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
