"""What the Create tab's scripts ask the server: pictures of seeds, of a mix, of the map, and files of them.

Plain dictionaries in and out, tested without Gradio. Every answer comes at once: a request draws at most one
piece of what is on the screen, and the scripts ask for the next. Films and data sets are events of Gradio.
"""

from __future__ import annotations

import base64
import math
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ganapp import latents, media

from ..access.asked import answers
from ..access.file_names import named
from ..access.visitors import visitor_of
from ..translate.about import about_translator
from . import recipes, words
from .studio import (
    CHUNK,
    SEED_CLASS,
    Studio,
    chosen_label,
    chunk_of,
    class_name,
    enlarged,
    parse_few_seeds,
    wanted_pictures,
)
from .turns import Superseded

MAX_ASKER = 40  # characters of the name that a page gives itself
ARCHIVES = 2  # that are made at a time
# The keys of a request and their types, for the checks of access/asked.py.
COMMON = {"source": str, "label": str, "psi": float, "asker": str, "exact": bool, "fetch": bool}
SIZE = {"times": int, "smooth": bool}
KINDS: dict[str, dict[str, type]] = {
    "facts": {"source": str, "fetch": bool},
    "draw": {**COMMON, "seeds": str, "start": int, "count": int},
    "mix": {**COMMON, "a": int, "b": int, "position": float},
    "places": {**COMMON, "first": int, "places": list},
    "save": {**COMMON, **SIZE, **recipes.KINDS},
    "archive": {**COMMON, **SIZE, "seeds": str},
}


class NotHere(Exception):
    """The model is on the Hub and was not fetched yet: a person is asked first."""


class Live:
    """The answers for one page of the server, all visitors together."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._archives = threading.BoundedSemaphore(ARCHIVES)

    def load(self, request: dict) -> Any:
        """The model of a request. One of the Hub is fetched only if the request says so; else NotHere."""
        source = request.get("source")
        if not request.get("fetch") and self.studio.models.facts(source) is None:
            raise NotHere
        return self.studio.models.load(source)

    def facts(self, request: dict) -> dict[str, Any]:
        """What a model is: what it takes, classes [[text, value]] and snapshots.

        Of one that takes pictures also what translate/about.py tells. {"remote"} for one of the Hub,
        which is fetched if the request says so.
        """
        source = request.get("source")
        if request.get("fetch"):
            self.studio.models.load(source)
        found = self.studio.models.facts(source)
        if found is None:
            return {"remote": True}
        return about_translator(found) | {
            "takes": found["spec"].takes,
            "classes": words.class_values(found),
            "resolution": found["spec"].resolution,
            "snapshots": self.studio.models.snapshots(source),
        }

    def draw(self, request: dict) -> dict[str, Any]:
        """Pictures start … start + count - 1 of those that seeds and label mean.

        The answer has a sheet of them (see `sheet`), and model, total, row (pictures in a row of one class, 0
        without rows). With start 0 also seeds and classes of all; else the page knows them.
        """
        numbers, psi = parse_few_seeds(request.get("seeds", "")), latents.check_psi(request.get("psi", 1.0))
        G = self.load(request)
        seeds, y = wanted_pictures(G, numbers, request.get("label"))
        start = min(max(0, request.get("start", 0)), len(seeds) - 1)
        part = slice(start, start + min(chunk_of(G), max(1, request.get("count", CHUNK))))
        labels = y[part] if G.spec.num_classes else None
        images, ms = self.computed(request, latents.generate, G, seeds[part], labels, psi)
        answer = {
            "model": G.source,
            "total": len(seeds),
            "ms": ms,
            **sheet(images, request.get("exact", True)),
        }
        answer["row"] = len(numbers) if len(seeds) > len(numbers) else 0
        if start == 0:
            answer |= {"seeds": seeds, "classes": [class_name(G, k) for k in y.tolist()]}
        return answer

    def mix(self, request: dict) -> dict[str, Any]:
        """The picture between seeds a and b, at position 0 (a) to 1 (b)."""
        a, b = request.get("a", 0), request.get("b", 0)
        G = self.load(request)
        asked = [a, b], request.get("position", 0.5), "slerp", chosen_label(G, request.get("label"))
        image, ms = self.computed(request, latents.between, G, *asked, request.get("psi", 1.0))
        return {"model": G.source, "ms": ms, **sheet(image[None], request.get("exact", True))}

    def places(self, request: dict) -> dict[str, Any]:
        """The pictures at places [[x, y], …] of the map whose seed at (0, 0) is `first`; at most CHUNK."""
        G = self.load(request)
        places = request.get("places", [])[: chunk_of(G)]
        asked = (
            places,
            request.get("first", 0),
            chosen_label(G, request.get("label")),
            request.get("psi", 1.0),
        )
        images, ms = self.computed(request, latents.plane_images, G, *asked)
        if not len(images):
            raise ValueError("No place of the map is named.")
        return {"model": G.source, "ms": ms, **sheet(images, request.get("exact", True))}

    def save(self, request: dict) -> dict[str, Any]:
        """One picture as a PNG with its settings, `times` as large: {"file", "name"}."""
        times, smooth = recipes.check_size(request.get("times", 1)), request.get("smooth", False)
        G = self.load(request)
        image, about, name = self.computed(request, recipes.draw, G, request)[0]
        with self.studio.outputs.new(visitor_of()) as folder:
            path = folder / f"{name}.png"
            media.save_png(path, media.resized(image, times, smooth), about | enlarged(times, smooth))
        return {"file": address(path), "name": path.name}

    def archive(self, request: dict) -> dict[str, Any]:
        """All pictures that seeds and label mean as a ZIP of PNGs: {"file", "name"}."""
        times, smooth = recipes.check_size(request.get("times", 1)), request.get("smooth", False)
        self.load(request)
        if not self._archives.acquire(blocking=False):
            raise ValueError("Other archives are being made at the moment: try again in a minute.")
        try:
            made = self.studio.archive(
                request.get("source"), request.get("seeds", ""), request.get("label", SEED_CLASS),
                request.get("psi", 1.0), visitor_of(), times, smooth,
            )  # fmt: skip
        finally:
            self._archives.release()
        return {"file": address(made.path), "name": made.path.name}

    def computed(self, request: dict, function: Any, *args: Any) -> tuple[Any, float]:
        """(what the network made, milliseconds). Live: before films, and only the newest of a page."""
        asker = f"{visitor_of()} {request.get('asker', '')[:MAX_ASKER]}"

        def timed() -> tuple[Any, float]:
            began = time.perf_counter()
            made = function(*args)
            return made, round(1000 * (time.perf_counter() - began), 1)

        return self.studio.turns.compute_live(asker, timed)


def sheet(images: np.ndarray, exact: bool, generated: bool = True) -> dict[str, Any]:
    """Images (N, H, W, C) side by side in one picture: {"data", "type", "columns", "count", "size"}.

    Nearly square, without gaps. exact, generated: see media.encoded.
    """
    columns = math.ceil(math.sqrt(len(images)))
    data, kind = media.encoded(media.grid(images, columns, pad=0), exact, generated)
    about = {"columns": columns, "count": len(images), "size": int(images.shape[1])}
    return {"data": base64.b64encode(data).decode(), "type": kind, **about}


def address(path: Path) -> str:
    """The name of a visitor's file in addresses."""
    return f"{named(path.parent)}/{path.name}"


def server_functions(answerer: Any, kinds: dict[str, dict[str, type]], **limits: int) -> list[Callable]:
    """The methods of an answerer that `kinds` names, with their keys, as functions of gr.HTML.

    Besides what they answer: {"error": a sentence}, {"dropped"} if something newer was asked for, {"remote"}
    for NotHere. limits: see access/asked.py.
    """

    def function(name: str) -> Callable[[Any], dict]:
        def act(request: dict) -> dict[str, Any]:
            try:
                return getattr(answerer, name)(request)
            except Superseded:
                return {"dropped": True}
            except NotHere:
                return {"remote": True}

        act.__name__ = name  # gradio calls it by its name
        return answers(act, **limits, **kinds[name])

    return [function(name) for name in kinds]
