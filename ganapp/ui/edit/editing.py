"""What the editor's scripts ask the server: what a model can be edited by, and the pictures of edits.

Plain dictionaries in and out, tested without Gradio. An edit is the value of latents/edit.py, as JSON text.
"""

from __future__ import annotations

import copy
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ganapp import generators, latents, media
from ganapp.publishing import edits
from ganapp.publishing.picture_files import made_by

from ..access.capabilities import here
from ..access.uploads import uploaded
from ..access.visitors import visitor_of
from ..generate.live import COMMON, SIZE, Live, address, sheet
from ..generate.recipes import check_size
from ..generate.studio import (
    MAX_FRAMES,
    check_frames,
    check_kind,
    chosen_label,
    chunk_of,
    enlarged,
)

LONGEST = 200_000  # characters of an edit: a latent in w+ and some regions
EDIT_SEC, KEYFRAME_SEC = 3, 1.5  # of a film of one edit; of one from each keyframe to the next
MOST_KEYFRAMES, MOST_MODELS = 64, 8
FOUND = 8  # directions that are looked for at a time
MOST_SETS, MOST_NAMED = 64, 50  # that are kept; directions by example in one of them
WAIT_SEC = 30  # for what is looked for in other models
FOUND_PREFIX = "pca-"  # how latents.principal_directions calls them
WANTED = {"source": str, "asker": str, "exact": bool, "fetch": bool, "edit": str}
# The keys of a request and their types, for the checks of access/asked.py.
KINDS: dict[str, dict[str, type]] = {
    "editor": {key: COMMON[key] for key in ("source", "asker", "fetch")},
    "look_for": {key: COMMON[key] for key in ("source", "asker", "fetch")},
    "by_example": {
        "source": str, "name": str, "like": list, "unlike": list, "label": str, "asker": str, "fetch": bool,
    },
    "edited": WANTED,
    "save_edited": WANTED | SIZE,
    "save_latent": WANTED,
    "open_latent": {"source": str, "path": str, "fetch": bool},
}  # fmt: skip


class Editing:
    """The answers for one page of the server, all visitors together."""

    def __init__(self, live: Live) -> None:
        self.live, self.studio = live, live.studio
        self._looking, self._lock = threading.Lock(), threading.Lock()
        # by the weights of the model and the visitor; "" for those that were looked for, which are for all
        self._found: OrderedDict[tuple[str, str], dict[str, latents.Direction]] = OrderedDict()

    def editor(self, request: dict) -> dict[str, Any]:
        """What the model can be edited by: its directions, and where another picture can be mixed in.

        {"directions": [{"name", "low", "high"}], "sides": [8, 16], "layers": {"coarse": [0, 1], …}}.
        """
        G = self.live.load(request)

        def look() -> dict[str, Any]:
            sides = sorted(set(latents.feature_sides(G))) if "staged" in G.roles else []
            layers = latents.layer_groups(G) if "mapped" in G.roles and G.num_ws >= 3 else {}
            return {"sides": sides, "layers": {name: list(group) for name, group in layers.items()}}

        about, _ = self.live.computed(request, look)
        return about | {"directions": self._listed(G)}

    def look_for(self, request: dict) -> dict[str, Any]:
        """The directions of the model and, new among them, those along which its pictures differ most."""
        G = self.live.load(request)
        self._look_for(G, generators.directions_of(G).generator)
        return {"directions": self._listed(G)}

    def by_example(self, request: dict) -> dict[str, Any]:
        """The directions with a new one: more like the seeds `like`, less like those of `unlike`.

        On a person's own machine it is kept in the folder of the model, unless that is a shipped one. Else it
        is kept as long as the page is served, and the visitor alone has it.
        """
        G, name = self.live.load(request), request.get("name", "").strip()
        if name.startswith(FOUND_PREFIX):
            raise ValueError(f"Names that begin with {FOUND_PREFIX} are taken: choose another one.")
        like, unlike = (seeds_of(request.get(side, [])) for side in ("like", "unlike"))
        make, label = latents.direction_by_seeds, chosen_label(G, request.get("label"))
        found = self.studio.turns.compute(make, G, name, like, unlike, label)
        folder, stored = Path(G.folder), generators.directions_of(G)
        if (
            here().on_space
            or not folder.is_dir()
            or folder.resolve().is_relative_to(generators.SHIPPED.resolve())
        ):
            self._add(stored.generator, visitor_of(), (found,))
        else:
            generators.save_directions(folder, stored.with_(found))
        return {"directions": self._listed(G)}

    def edited(self, request: dict) -> dict[str, Any]:
        """The picture of an edit, after the one that it starts from: a sheet of two."""
        G, edit = self.live.load(request), edit_of(request)
        directions = self.directions(G, edit)
        images, ms = self.live.computed(request, latents.draw_edits, G, [edit.at(0), edit], directions)
        return {"model": G.source, "ms": ms, **sheet(images, request.get("exact", True))}

    def save_edited(self, request: dict) -> dict[str, Any]:
        """The picture of an edit as a PNG with the edit in it, `times` as large: {"file", "name"}."""
        times, smooth = check_size(request.get("times", 1)), request.get("smooth", False)
        G, edit = self.live.load(request), edit_of(request)
        directions = self.directions(G, edit)
        image, _ = self.live.computed(request, latents.draw_edit, G, edit, directions)
        about = edits.edit_metadata(G, edit, directions) | enlarged(times, smooth)
        name = "own" if edit.latent is not None else f"seed{edit.seed:06d}"
        with self.studio.outputs.new(visitor_of()) as folder:
            path = folder / f"{name}-edited.png"
            media.save_png(path, media.resized(image, times, smooth), about)
        return {"file": address(path), "name": path.name}

    def save_latent(self, request: dict) -> dict[str, Any]:
        """The latent of an edit as .npz: {"file", "name"}."""
        G, edit = self.live.load(request), edit_of(request)
        with self.studio.outputs.new(visitor_of()) as folder:
            path = folder / "latent.npz"
            save = edits.save_edit_latent
            self.studio.turns.compute(save, path, G, edit, self.directions(G, edit))
        return {"file": address(path), "name": path.name}

    def open_latent(self, request: dict) -> dict[str, Any]:
        """The edit of an uploaded latent: {"edit"}."""
        G = self.live.load(request)
        found = edits.edit_of_latent(uploaded(request.get("path", "")), G).to_json()
        if "label" in found:
            found["label"] = G.class_names[found["label"]] if G.class_names else found["label"]
        return {"edit": found}

    def film(
        self, source: str, wanted: dict, fps: float, kind: str, progress: Callable | None = None,
        visitor: str = "me",
    ) -> Path:  # fmt: skip
        """A film of edits, as film.js asks for it: {"edits": [JSON texts], "sound": a path, "follow"}.

        Of one edit: from the picture without it to the one with it, or as far as the sound says; of several:
        from each to the next. "sources": the model of each, if they are pictures that were fitted here.
        """
        check_kind(kind)
        texts = wanted.get("edits")
        if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_KEYFRAMES:
            raise ValueError(f"A film has 1 to {MOST_KEYFRAMES} keyframes.")
        sources, values = sources_of(wanted, source), [edit_of({"edit": text}) for text in texts]
        models = {name: self.studio.models.load(name) for name in dict.fromkeys(sources)}
        G = models[sources[0]]
        chunk = chunk_of(G)

        def known_to(model: Any, value: latents.Edit) -> latents.Directions:
            return self.directions(model, value, visitor=visitor)

        def begin(make: Callable, *args: Any) -> Any:
            return self.studio.turns.compute(make, G, *args)

        sound = uploaded(str(wanted["sound"])) if wanted.get("sound") else None
        if sound is not None:
            heard, edit = sound_of(sound, wanted.get("follow"), fps, kind), values[-1]
            total = len(heard)
            walk = begin(latents.following_film, edit, heard, known_to(G, edit), None, chunk)
        elif len(values) == 1:
            total = max(2, round(EDIT_SEC * fps))
            walk = begin(latents.edit_film, values[0], total, known_to(G, values[0]), None, chunk)
        else:
            each = max(1, round(KEYFRAME_SEC * fps))
            total = each * (len(values) - 1) + 1
            tools = [
                latents.Tools(models[name], known_to(models[name], value))
                for name, value in zip(sources, values, strict=True)
            ]
            walk = begin(latents.keyframe_film, values, each, None, None, chunk, tools)
        check_frames(total, kind)
        write = self.studio.write_film
        return write(walk, chunk, total, fps, kind, progress, visitor, made_by(G), "edit", sound)

    def directions(self, G: Any, *edits: latents.Edit, visitor: str | None = None) -> latents.Directions:
        """Those in the folder of the model, those that were looked for, as for what the edits name, and those
        of the visitor (None: who asks) by example.
        """
        stored = generators.directions_of(G)
        names = [step.name for edit in edits for step in edit.steps if isinstance(step, latents.Move)]
        if any(name.startswith(FOUND_PREFIX) and stored.get(name) is None for name in names):
            self._look_for(G, stored.generator)
        with self._lock:
            found = [
                self._found.get((stored.generator, whose), {}) for whose in ("", visitor or visitor_of())
            ]
        more = [one for each in found for one in each.values() if stored.get(one.name) is None]
        return stored.with_(*more)

    def _look_for(self, G: Any, weights: str) -> None:
        """It takes seconds, so it works on a copy of its own, beside the thread that draws; one at a time."""
        if (weights, "") in self._found:  # asked first: who has them waits for no other model
            return
        if not self._looking.acquire(timeout=WAIT_SEC):
            raise ValueError(
                "Directions of other models are looked for at the moment: try again in a minute."
            )
        try:
            if (weights, "") not in self._found:
                copied = self.studio.turns.compute(copy.deepcopy, G)  # its folder may be gone
                self._add(weights, "", latents.principal_directions(copied, min(FOUND, G.spec.z_dim)))
        finally:
            self._looking.release()

    def _add(self, weights: str, visitor: str, found: Sequence[latents.Direction]) -> None:
        """Keep directions of a model while the page is served. Raises ValueError if they are too many."""
        with self._lock:
            known = self._found.get((weights, visitor), {}) | {one.name: one for one in found}
            if len(known) > MOST_NAMED:
                raise ValueError(f"You have {MOST_NAMED} directions of this model already: no more are kept.")
            self._found[weights, visitor] = known
            while len(self._found) > MOST_SETS:
                self._found.popitem(last=False)

    def _listed(self, G: Any) -> list[dict[str, Any]]:
        """The set of the model, then its classes, as sliders."""
        own = self.directions(G)
        classes = [one for one in latents.label_directions(G) if own.get(one.name) is None]
        return [{"name": d.name, "low": d.range[0], "high": d.range[1]} for d in (*own, *classes)]


def sources_of(wanted: dict, source: str) -> list[str]:
    """The model of each edit of a film. Raises ValueError (message fit for the user) if they cannot be."""
    count = len(wanted["edits"])
    sources = wanted.get("sources") or [source] * count
    if not isinstance(sources, list) or len(sources) != count or not all(type(s) is str for s in sources):
        raise ValueError("The models of the keyframes must be as many names.")
    if len(set(sources)) > MOST_MODELS:
        raise ValueError(f"A film goes through pictures of at most {MOST_MODELS} fitted models.")
    return sources


def sound_of(path: Path, follow: Any, fps: float, kind: str) -> list[float]:
    """What an edit follows, a share for each frame. Raises ValueError (message fit for the user)."""
    if kind != "mp4":
        raise ValueError("A film with sound is an MP4: choose that format below.")
    sound = media.read_sound(path, fps, MAX_FRAMES[kind] / fps)
    if follow not in sound.values:
        raise ValueError(f"follow is {follow!r}: it must be one of {', '.join(sound.values)}.")
    return sound.values[follow].tolist()


def seeds_of(values: list) -> list[int]:
    """Raises ValueError (message fit for the user) if one is no seed."""
    if not all(type(seed) is int and 0 <= seed < latents.SEED_LIMIT for seed in values):
        raise ValueError("The marked pictures must be named by their seeds.")
    return values


def edit_of(request: dict) -> latents.Edit:
    """The edit of a request. Raises ValueError (message fit for the user) if it cannot be read."""
    return latents.Edit.from_json(json_of(request.get("edit", "{}")))


def json_of(text: str) -> Any:
    """Raises ValueError (message fit for the user) if the text is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("This edit cannot be read: it is not JSON.") from None
