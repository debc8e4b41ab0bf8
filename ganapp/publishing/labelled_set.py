"""Writes a labelled data set drawn by a generator with classes, into a ZIP or a folder.

Its files are CLASS/seed000042.png; torchvision's ImageFolder and our own reader (data/own) take it. Image i
of class k has the seed first + k · per_class + i, so that no two images share a latent. It is drawn and
written in chunks, which keeps memory flat, and the same request gives the same bytes.
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

from .picture_files import weights_of

CHUNK = 16  # images drawn before they are written; equal to the batch of latents.generate
MOST = 1_000_000  # images of one data set
LONGEST = 60  # characters of a folder's name, at most 240 bytes in UTF-8
# Characters that a file system or an archive cannot hold in a name.
UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]+')
# Names that Windows reserves, and the folder that readers of ZIPs skip.
RESERVED = re.compile(r"((con|prn|aux|nul|com\d|lpt\d)(\..*)?|__macosx)", re.IGNORECASE)

Draw = Callable[[Any, Sequence[int], Sequence[int], float], np.ndarray]
Progress = Callable[[int, int], None]  # progress(done, total), before each chunk


def write(
    path: str | Path,
    G: Any,
    per_class: int,
    first: int = 0,
    psi: float = 1.0,
    model: str = "",
    most: int = MOST,
    draw: Draw = latents.generate,
    progress: Progress | None = None,
) -> int:
    """Write per_class images of every class to a ZIP or a new folder; return their number.

    A path that ends in .zip is a ZIP. Every PNG carries its settings, including the name `model`. The ZIP or
    folder appears when it is complete.
    first: seed of the first image. psi: truncation in (0, 1]. draw: called as draw(G, seeds, labels, psi),
    returns uint8 (N, H, W, C). Raises ValueError (message fit for the user), before anything is drawn, if the
    model has fewer than two classes, there would be more than `most` images, seeds or psi are out of range,
    or the folder is not empty.
    """
    path, psi = Path(path), latents.check_psi(psi)
    total = check(G.spec.num_classes, per_class, first, most)
    pictures = _pictures(G, per_class, first, psi, model, draw, progress or (lambda done, total: None))
    if path.suffix.lower() == ".zip":
        media.write_zip(path, pictures)
    else:
        _write_folder(path, pictures)
    return total


def check(num_classes: int, per_class: int, first: int = 0, most: int = MOST) -> int:
    """The number of images of a request. Raises ValueError (message fit for the user) if it is refused."""
    if num_classes < 2:
        has = "one class" if num_classes else "no classes"
        raise ValueError(f"This model has {has}: a labelled data set needs a model with two or more.")
    if per_class < 1:
        raise ValueError(f"The number of pictures a class is {per_class}: it must be at least 1.")
    total = num_classes * per_class
    if total > most:
        raise ValueError(
            f"{num_classes:,} classes with {per_class:,} pictures each are {total:,}: here at most {most:,} "
            "of this model "
            f"are made at a time, which is {most // num_classes:,} a class."
        )
    if not 0 <= first <= latents.SEED_LIMIT - total:
        raise ValueError(
            f"The first seed is {first}: {total:,} seeds from there must lie from 0 to "
            f"{latents.SEED_LIMIT - 1}."
        )
    return total


def folder_names(class_names: Sequence[str], num_classes: int) -> list[str]:
    """The folder of each class: its name without unsafe characters, or its number if there are no names.

    They differ even if case is ignored. Numbers have leading zeros, because readers sort folders as text.
    """
    names = [_safe(name) for name in class_names] or [
        f"{k:0{len(str(num_classes - 1))}d}" for k in range(num_classes)
    ]
    if _read_as_splits_or_shards(names):
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
    """A name that any system accepts for a folder that is not hidden; "" if no character is left."""
    name = UNSAFE.sub("-", name).strip(" .")[:LONGEST].strip(" .")
    return f"class-{name}" if RESERVED.fullmatch(name) else name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _read_as_splits_or_shards(names: list[str]) -> bool:
    """Whether our own reader would not take these folders for classes (data/own/labels.py)."""
    from ganapp.data.own.labels import SPLIT_FOLDERS

    return all(name.lower() in SPLIT_FOLDERS for name in names) or all(
        re.fullmatch(r"\d{5}", name) for name in names
    )


def _pictures(
    G: Any, per_class: int, first: int, psi: float, model: str, draw: Draw, progress: Progress
) -> Iterator[tuple[str, np.ndarray, dict[str, Any]]]:
    """Yield (path in the data set, image uint8 (H, W, C), its settings), class by class."""
    folders = folder_names(G.class_names, G.spec.num_classes)
    total = len(folders) * per_class
    for start in range(0, total, CHUNK):
        progress(start, total)
        rows = range(start, min(start + CHUNK, total))
        seeds, labels = [first + i for i in rows], [i // per_class for i in rows]
        for image, seed, k in zip(draw(G, seeds, labels, psi), seeds, labels, strict=True):
            name = G.class_names[k] if G.class_names else None
            about = media.recipe(k, name, psi, model, weights_of(G), seed=seed)
            yield f"{folders[k]}/seed{seed:06d}.png", image, about


def _write_folder(folder: Path, pictures: Iterator[tuple[str, np.ndarray, dict[str, Any]]]) -> None:
    """Write a folder that appears when it is complete. Raises ValueError if it exists and is not empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(
            f"{folder} has something in it, which would become part of the data set: name a new folder."
        )
    partial = folder.with_name(f".tmp-{folder.name}-{os.getpid()}")
    try:
        for name, image, settings in pictures:
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            with open(partial / name, "xb") as file:
                media.save_png(file, image, settings)
        if folder.exists():  # it is empty, but Windows does not rename over it
            folder.rmdir()
        os.rename(partial, folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
