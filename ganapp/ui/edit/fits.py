"""What the editor's scripts ask about own pictures: shown as the model sees them, fitted, repaired.

Plain dictionaries in and out, tested without Gradio. The result of a fit is a model of its own, named
OWN/VISITOR/SECRET, in the visitor's folder of outputs, which is gone after hours unless it is kept.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ganapp import latents, media
from ganapp.degradations import Damage, Step
from ganapp.files import replacing_folder
from ganapp.generators.tuned import save_fit

from ..access.capabilities import here
from ..access.uploads import DECODING, MOST_BYTES, MOST_PIXELS, uploaded
from ..access.visitors import visitor_of
from ..generate.live import COMMON, address, sheet
from ..generate.models import IMPORTED, OWN
from ..generate.outputs import VISITOR
from ..generate.studio import chosen_label
from .editing import Editing, edit_of, json_of
from .jobs import Job, Jobs
from .paces import Paces

DRAG_STEPS = 150
MOST_SHOWN = 512  # pixels of a side of what is shown while it is fitted
SEEN = {"source": str, "asker": str, "path": str, "box": list, "factor": int}
# The keys of a request and their types, for the checks of access/asked.py.
KINDS: dict[str, dict[str, type]] = {
    "seen": SEEN,
    "takes": {"source": str, "label": COMMON["label"], "repair": str},
    "fit": {
        **SEEN, "label": COMMON["label"], "edit": str, "repair": str, "amount": float, "region": str,
        "points": list, "targets": list,
    },
    "fitting": {"fit": str},
    "stop_fit": {"fit": str},
    "save_answer": {"fit": str, "answer": int},
    "keep_fit": {"fit": str, "name": str},
}  # fmt: skip


class Fits:
    """The answers for one page of the server, all visitors together."""

    def __init__(self, editing: Editing) -> None:
        self.editing, self.studio = editing, editing.studio
        self.jobs = Jobs(self.studio.answer_sec, lambda found: replace(found, G=None))
        self.paces = Paces(self.studio.turns)
        self.studio.models.own = self.folder_of

    def seen(self, request: dict) -> dict[str, Any]:
        """An uploaded picture as the model takes it: a sheet of one, `factor` times smaller."""
        G = self.editing.live.load(request)
        picture = self._picture(G, request, request.get("factor", 1))
        return {"model": G.source, **sheet(picture[None], True, generated=False)}

    def takes(self, request: dict) -> dict[str, Any]:
        """About how long a fit will take here, asked before it is started: {"seconds", "limit"}.

        limit: seconds after which it is stopped and the best so far is kept; 0: none.
        """
        G, repair = self.editing.live.load(request), request.get("repair", "invert")
        has_label = chosen_label(G, request.get("label")) is not None
        sec = self.paces.seconds(G, repair, has_label, DRAG_STEPS, visitor_of())
        return {"seconds": round(sec, 1), "limit": self.studio.answer_sec}

    def fit(self, request: dict) -> dict[str, Any]:
        """Start a fit of an uploaded picture, or of the picture of an edit: {"fit": its name}.

        repair: "invert", "drag" or one of latents.REPAIRS; amount: of the damage; region: of the hole, or of
        what a drag may change, as JSON; points, targets: of a drag, in parts of the picture.
        """
        G = self.editing.live.load(request)
        visitor, directions = visitor_of(), tuple(self.editing.directions(G))
        source = G.origin.get("parent", OWN) if G.source == OWN else G.source

        work = self._work_of(G, request)

        def iterate() -> Iterator[Any]:
            # A copy, because G draws in another thread meanwhile. The folder of G may be gone.
            yield from work(self.studio.turns.compute(copy.deepcopy, G))

        def finish(found: Any) -> dict[str, Any]:
            return self._finished(found, source, visitor, directions)

        return {"fit": self.jobs.start(visitor, iterate, finish)}

    def _work_of(self, G: Any, request: dict) -> Callable[[Any], Iterator[Any]]:
        """What a request asks for, as a function of a copy of its model."""
        from ganapp.latents.drag import drag
        from ganapp.latents.invert import invert
        from ganapp.latents.restore import restore

        side, repair = G.spec.resolution, request.get("repair", "invert")
        label = chosen_label(G, request.get("label"))
        if repair == "drag":
            edit, mask = edit_of(request), mask_of(request, side)
            directions = self.editing.directions(G, edit)
            ways = [pixels_of(request.get(name, []), side) for name in ("points", "targets")]
            return lambda copy: drag(copy, edit, *ways, mask=mask, steps=DRAG_STEPS, directions=directions)
        if repair == "invert":
            picture = self._picture(G, request, 1)
            return lambda copy: invert(copy, picture, label)
        damage, mask = damage_of(repair, request.get("amount", 0.0)), mask_of(request, side)
        if damage.factor > 1 and "path" not in request:
            raise ValueError("Choose a small picture first: the one that is edited has the model's size.")
        picture = self._picture(G, request, damage.factor)
        return lambda copy: restore(copy, picture, damage, mask, label)

    def fitting(self, request: dict) -> dict[str, Any]:
        """How far a fit is: state, place in line, what `progress_of` tells, a sheet of the best so far.

        At its end also source, its model, and latents and labels of each answer; spread, a sheet of where the
        answers differ. note: a sentence if the model does not know such pictures.
        """
        job = self.jobs.find(visitor_of(), request.get("fit"))
        answer: dict[str, Any] = {"state": job.state, "place": self.jobs.place(job)}
        if job.state == "failed":
            return answer | {"error": job.error}
        if job.latest is None:
            return answer
        found = job.latest
        images = images_of(found)
        step = -(-images.shape[1] // MOST_SHOWN)
        answer |= progress_of(found) | sheet(images[:, ::step, ::step], job.has_ended)
        return answer | (job.result or {}) if job.has_ended else answer

    def stop_fit(self, request: dict) -> dict[str, Any]:
        """Stop a fit; the best so far is kept."""
        self.jobs.find(visitor_of(), request.get("fit")).stop.set()
        return {}

    def save_answer(self, request: dict) -> dict[str, Any]:
        """One answer of a repair as a PNG of the model's size: {"file", "name"}."""
        images = images_of(self._ended(request).latest)
        number = min(max(0, request.get("answer", 0)), len(images) - 1)
        with self.studio.outputs.new(visitor_of()) as folder:
            path = folder / f"answer-{number + 1}.png"
            media.save_png(path, images[number], {"input": "own"})
        return {"file": address(path), "name": path.name}

    def keep_fit(self, request: dict) -> dict[str, Any]:
        """Keep the model of a fit among the imported ones: {"source": its name}. Not on a Space."""
        if here().on_space:
            raise ValueError("A fitted model can be kept only where the app runs on a machine of your own.")
        job = self._ended(request)
        folder = self.folder_of(job.result["source"])
        free = self.studio.models.free_name(request.get("name", ""))
        with replacing_folder(self.studio.models.imported / free) as temporary:
            shutil.copytree(folder, temporary, dirs_exist_ok=True)
        return {"source": f"{IMPORTED}/{free}"}

    def folder_of(self, source: str) -> Path:
        """The folder of a model that was fitted here. Raises ValueError (for the user) if it is gone."""
        parts = source.split("/")
        is_name = len(parts) == 3 and parts[0] == OWN and all(map(VISITOR.fullmatch, parts[1:]))
        folder = self.studio.outputs.folder / parts[1] / parts[2] / OWN if is_name else Path()
        if not is_name or not folder.is_dir():
            raise ValueError("The model of this fitted picture is no longer there: fit the picture again.")
        return folder

    def _ended(self, request: dict) -> Job:
        job = self.jobs.find(visitor_of(), request.get("fit"))
        if job.result is None:
            raise ValueError("This fit has not ended yet: wait for it, or stop it.")
        return job

    def _picture(self, G: Any, request: dict, factor: int) -> np.ndarray:
        """uint8 (R / factor, R / factor, C) of an upload, or of an edit."""
        from ganapp.data.one_picture import square_picture

        side = max(1, G.spec.resolution // max(1, factor))
        if "path" not in request:
            edit = edit_of(request)
            draw = latents.draw_edit
            return self.studio.turns.compute(draw, G, edit, self.editing.directions(G, edit))
        file = uploaded(request["path"], MOST_BYTES)
        box = request.get("box") or None
        if box is not None and not (len(box) == 4 and all(type(side) in (int, float) for side in box)):
            raise ValueError("The part of the picture must be four numbers.")
        box = tuple(box) if box else None
        with DECODING:
            return square_picture(file.read_bytes(), side, G.spec.channels, "white", box, MOST_PIXELS)

    def _finished(
        self, found: Any, source: str, visitor: str, directions: tuple[latents.Direction, ...]
    ) -> dict[str, Any]:
        """Write the model of a fit, and tell how its answers are drawn by it."""
        if found is None:
            raise ValueError("It was stopped before there was anything to keep.")
        with self.studio.outputs.new(visitor) as folder:
            save_fit(first_of(found), folder / OWN, parent=source, directions=directions)
        points = found.latents if hasattr(found, "latents") else found.latent[None]
        labels = found.labels if hasattr(found, "labels") else [found.label]
        names = found.G.class_names
        result = {
            "source": "/".join([OWN, visitor, folder.name]),
            "latents": [latents.Latent.of(found.space, values).to_json() for values in points],
            "labels": [names[k] if k >= 0 and names else (int(k) if k >= 0 else None) for k in labels],
        }
        if hasattr(found, "spread_image"):
            result["spread"] = sheet(found.spread_image.repeat(3, -1)[None], True, generated=False)
        return result


def progress_of(found: Any) -> dict[str, Any]:
    """Stage, share, seconds, and psnr in dB; of a drag distance, the pixels that points still have to go."""
    seconds = {"seconds": round(found.seconds, 1)}
    if hasattr(found, "distance"):
        share = found.steps / DRAG_STEPS
        return seconds | {"stage": "drag", "share": round(share, 3), "distance": round(found.distance, 1)}
    about = {"stage": found.stage, "share": round(found.share, 3), "psnr": round(found.psnr, 1)}
    return seconds | about | {"note": found.unknown}


def pixels_of(places: list, side: int) -> list[tuple[float, float]]:
    """Places in parts of the picture as x and y in pixels. Raises ValueError (message fit for the user)."""
    is_pair = all(
        isinstance(p, list) and len(p) == 2 and all(type(v) in (int, float) for v in p) for p in places
    )
    if not is_pair:
        raise ValueError("The points must be pairs of numbers.")
    return [tuple(min(side - 1.0, max(0.0, part * side - 0.5)) for part in place) for place in places]


def images_of(found: Any) -> np.ndarray:
    """The answers of a Restored, or the one image of a Fit: uint8 (A, H, W, C)."""
    return found.images if hasattr(found, "images") else found.image[None]


def first_of(found: Any) -> Any:
    """A Fit or Dragged, or the first answer of a Restored as something that save_fit takes."""
    if not hasattr(found, "images"):
        return found
    from ganapp.latents.invert import Fit

    return Fit(
        found.stage, found.share, found.seconds, found.images[0], found.psnr, found.space, found.latents[0],
        int(found.labels[0]), found.G, found.tuned,
    )  # fmt: skip


def damage_of(repair: str, amount: float) -> Damage:
    """What a repair undoes. Raises ValueError (message fit for the user) if there is no such repair."""
    from ganapp.degradations import DEGRADATIONS
    from ganapp.latents.restore import REPAIRS

    if repair not in REPAIRS:
        raise ValueError(f"{repair!r} is no repair; there are: {', '.join(REPAIRS)}.")
    known = DEGRADATIONS[REPAIRS[repair]]
    return Damage((Step(known.name, (amount or known.default) if known.unit else 0.0),))


def mask_of(request: dict, side: int) -> np.ndarray | None:
    """bool (side, side) of the region of a request; None without one."""
    if "region" not in request:
        return None
    region = latents.Region.from_json(json_of(request["region"]))
    return region.at(side).numpy() >= 0.5
