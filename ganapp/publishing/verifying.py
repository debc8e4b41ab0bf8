"""What can be known of where a picture comes from: its mark, changed pixels, and the proof by its seed.

The proof draws the picture again from the settings in the file, by the generator whose weights the file
names, and compares all pixels. It needs no watermark. It says that the model draws this picture, not that
nobody else made it first. A file without marks proves nothing: marks are easy to remove.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganapp.media import Mark, digest_of, read_mark, read_png_metadata

from .edits import EDIT, edit_of

KINDS = (".png", ".webp", ".jpg", ".jpeg", ".gif", ".mp4")
LOSSLESS = ("PNG",)
TOLERANCE = 1  # of 255: by so much the processors and precisions that were measured differ (docs/trust.md)
MOST_PIXELS = 64_000_000
MOST_SEEDS = 256  # of a sheet that is drawn again

SAME, OTHER, UNTRIED = "same", "other", "untried"
Find = Callable[[str, str], Any]  # (name of the model, sha256 of its weights) -> generator or None


@dataclass(frozen=True)
class Verified:
    """What was found out about one file. Attributes that are "" or None: not known."""

    name: str
    mark: Mark | None = None
    model: str = ""  # as the file's settings name it
    seeds: str = ""
    intact: bool | None = None  # whether the pixels are those that the mark was written for
    proof: str = UNTRIED  # SAME, OTHER or UNTRIED
    difference: int | None = None  # the largest of one value, of 255, from the picture drawn again
    why: str = ""  # why the proof was not tried, one sentence

    def sentences(self) -> list[str]:
        """What a person is told, in order."""
        return [text for text in (self._mark(), self._intact(), self._proof()) if text]

    def row(self) -> dict[str, Any]:
        """The values of a table."""
        mark = self.mark
        return {
            "file": self.name, "kind": mark.kind if mark else "", "tool": mark.tool if mark else "",
            "producer": mark.producer if mark else "", "model": self.model, "seeds": self.seeds,
            "weights": mark.generator if mark else "", "pixels": _said(self.intact, "intact", "changed"),
            "proof": self.proof, "difference": "" if self.difference is None else self.difference,
            "why": self.why,
        }  # fmt: skip

    def _mark(self) -> str:
        if self.mark is None:
            return "The file carries no mark: that says nothing about where it comes from."
        if not (self.model and self.mark.tool):
            return "The file says that it was generated; anybody can write that."
        if not self.seeds:
            return (
                f"The file says that {self.mark.tool} generated it, model {self.model}; "
                "anybody can write that."
            )
        return (
            f"The file says that {self.mark.tool} generated it, model {self.model}, seed {self.seeds}; "
            "anybody can write that."
        )

    def _intact(self) -> str:
        if self.intact is None:
            return ""
        if self.intact:
            return "Its pixels are those that the mark was written for."
        return "Its pixels were changed after the mark was written."

    def _proof(self) -> str:
        if self.proof == SAME:
            return (
                f"Proved: the model draws this picture from these settings (a pixel differs by at most "
                f"{self.difference} of 255, {TOLERANCE} is allowed)."
            )
        if self.proof == OTHER and self.difference is None:
            return "Not what the model draws from these settings: its size is another."
        if self.proof == OTHER:
            return (
                f"Not what the model draws from these settings: a pixel differs by {self.difference} of 255, "
                f"{TOLERANCE} is allowed."
            )
        return self.why


def verify(path: str | Path, find: Find, name: str = "") -> Verified:
    """Find out what can be known of one file. name: what it is called (default: the file's name).

    find: see `finder`. Raises ValueError (message fit for the user) if the file is no picture or film.
    """
    path = Path(path)
    name = name or path.name
    if path.suffix.lower() not in KINDS:
        raise ValueError(f"{name} is no picture or film that can be verified: {', '.join(KINDS)}.")
    mark, settings = read_mark(path), read_png_metadata(path) or {}
    seeds = settings.get("seed", settings.get("seeds"))
    model = settings.get("model") or (mark.model if mark else "")
    seeds = mark.seeds if seeds is None and mark else "" if seeds is None else str(seeds)
    about: dict[str, Any] = {"name": name, "mark": mark, "model": model, "seeds": seeds}
    image = _pixels(path, name)
    if image is None:
        why = "There is no proof: a film or a lossy picture does not keep its pixels exactly."
        return Verified(**about, why=why)
    intact = mark.pixels == digest_of(image) if mark and mark.pixels else None
    proof, difference, why = _proved(image, settings, mark, find)
    return Verified(**about, intact=intact, proof=proof, difference=difference, why=why)


def finder(sources: Any, model: str | None = None, also: str = "") -> Find:
    """A function that finds the generator with those weights: `model` if given, else as the file calls it.

    sources: generators.Sources. also: a model that is tried if the file's is not here. Nothing is fetched
    from the Hub unless `model` names it.
    """
    loaded: dict[str, Any] = {}

    def load(name: str) -> Any:
        if name not in loaded:
            from ganapp.generators.folder import load_folder

            found = sources.find(name) if name == model else sources.find_here(name)
            loaded[name] = None if found is None else load_folder(*found)
        return loaded[name]

    def find(name: str, weights: str) -> Any:
        for one in (model,) if model else (name, also):
            try:
                G = load(one) if one else None
            except ValueError:
                if model:
                    raise
                continue
            if G is not None and getattr(G, "weights_sha256", "") == weights:
                return G
        return None

    return find


def files_in(places: Iterable[str | Path]) -> Iterator[tuple[Path, str]]:
    """(path, name) of the pictures and films of files, folders and ZIPs.

    The members of a ZIP are unpacked in turn, and gone when the next is asked for. Raises ValueError (message
    fit for the user) if a place does not exist or holds none.
    """
    for text in places:
        path, count = Path(text).expanduser(), 0
        if not path.exists():
            raise ValueError(f"There is no file or folder at {str(text)!r}.")
        for found in _members(path):
            count += 1
            yield found
        if not count:
            raise ValueError(f"There is no picture or film in {str(text)!r}.")


def _members(path: Path) -> Iterator[tuple[Path, str]]:
    from ganapp.data.decode import Unusable
    from ganapp.data.own.entries import list_folder, open_zip, shown, zip_entries

    if path.is_dir():
        names, _ = list_folder(path, lambda: False)
        for name, *_ in names:
            if name.lower().endswith(KINDS):
                yield path / name, shown(name)
    elif zipfile.is_zipfile(path):
        with open_zip(path) as file, tempfile.TemporaryDirectory(prefix="ganapp-") as folder:
            for entry in zip_entries(file, path):
                if entry.name.lower().endswith(KINDS):
                    unpacked = Path(folder) / f"member{Path(entry.name).suffix.lower()}"
                    try:
                        unpacked.write_bytes(entry.read())
                    except Unusable as error:
                        raise ValueError(f"{shown(entry.name)} cannot be used: {error}.") from None
                    yield unpacked, shown(entry.name)
    else:
        yield path, shown(path.name)


def redrawn(G: Any, settings: dict[str, Any], visible: bool) -> np.ndarray | None:
    """The picture that settings of a PNG mean, uint8 (H, W, C); None where they do not tell all of it.

    visible: with the corner mark. Raises ValueError if the settings do not fit the generator.
    """
    image = _drawn(G, settings)
    if image is None:
        return None
    from ganapp.media import resized
    from ganapp.media.stamp import stamped

    if text := settings.get("enlarged"):
        found = re.fullmatch(r"([248])x (nearest|lanczos)", str(text))
        if not found:
            return None
        image = resized(image, int(found[1]), found[2] == "lanczos")
    return stamped(image) if visible else image


def _drawn(G: Any, settings: dict[str, Any]) -> np.ndarray | None:
    from ganapp import latents
    from ganapp.generators import directions_of
    from ganapp.media import grid

    label, psi, seeds = settings.get("label"), settings.get("psi") or 1.0, settings.get("seeds")
    if "input" in settings or "parent" in settings or G.spec.takes == "picture":
        return None
    y = None if label is None or label < 0 or not G.spec.num_classes else label
    position, place = settings.get("position"), settings.get("place")
    if EDIT in settings:
        edit = edit_of(settings)
        return None if edit is None else latents.draw_edit(G, edit, directions_of(G))
    if position is not None and isinstance(seeds, list):
        return latents.between(G, seeds, float(position), settings.get("mode", "slerp"), y, psi)
    if place is not None and isinstance(seeds, list) and "step" not in settings:
        return latents.plane_images(G, [place], seeds[0], y, psi)[0]
    if settings.get("seed") is not None:
        return latents.generate(G, [settings["seed"]], None if y is None else [y], psi)[0]
    numbers = latents.parse_seeds(seeds) if isinstance(seeds, str) else []
    if 1 < len(numbers) <= MOST_SEEDS:
        return grid(latents.generate(G, numbers, y, psi))
    return None


def _proved(
    image: np.ndarray, settings: dict[str, Any], mark: Mark | None, find: Find
) -> tuple[str, int | None, str]:
    """(proof, difference, why): see Verified."""
    weights = settings.get("weights")
    if not weights:
        return (
            UNTRIED,
            None,
            "There is no proof: the file does not name the weights and settings that made it.",
        )
    G = find(str(settings.get("model") or ""), weights)
    if G is None:
        return UNTRIED, None, "There is no proof: the model with these weights is not here; name it to try."
    try:
        again = redrawn(G, settings, bool(mark and mark.visible))
    except (ValueError, TypeError, IndexError) as error:
        return UNTRIED, None, f"There is no proof: the settings cannot be drawn again ({error})."
    if again is None:
        return UNTRIED, None, "There is no proof: the settings in the file do not tell all that made it."
    image, again = np.atleast_3d(image), np.atleast_3d(again)
    if image.shape != again.shape:
        return OTHER, None, ""
    difference = int(np.abs(image.astype(int) - again).max())
    return (SAME if difference <= TOLERANCE else OTHER), difference, ""


def _pixels(path: Path, name: str) -> np.ndarray | None:
    """The pixels of a lossless picture, uint8 (H, W) or (H, W, C); None for other files."""
    from PIL import Image, UnidentifiedImageError

    if path.suffix.lower() == ".mp4":
        return None
    try:
        with Image.open(path) as picture:
            if picture.format not in LOSSLESS or getattr(picture, "n_frames", 1) > 1:
                return None
            if picture.width * picture.height > MOST_PIXELS:
                raise ValueError(f"{name} has more than {MOST_PIXELS // 10**6} million pixels.")
            if picture.mode not in ("L", "RGB", "RGBA"):
                return None
            return np.asarray(picture)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{name} cannot be read as a picture ({type(error).__name__}).") from None


def _said(value: bool | None, yes: str, no: str) -> str:
    return "" if value is None else yes if value else no
