"""The film panel of the Create tab: from seed to seed, or along a trail of the map, as video, GIF or WebP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ganapp import latents
from ganapp.files import text_of_size

from ..access.visitors import visitor_of
from ..edit.editing import LONGEST, MOST_KEYFRAMES, Editing
from ..shared.events import PRIVATE, QUICK, download_button, queued
from ..shared.html import alert, both, line
from ..shared.language import language_of, say
from ..shared.strings import t
from . import words
from .pictures_panel import PicturesPanel
from .studio import Studio

HEAVY: dict[str, Any] = queued("studio", 2)  # films: two at a time
STEP_SEC = 1.5  # of a film, for a step of the map; the page plays a trail at the same speed
SHOW_FILM_JS = """(...values) => {
  document.getElementById("walk_message")?.scrollIntoView({ block: "center" });
  return values; }"""


@dataclass(frozen=True)
class WalkPanel:
    studio: Studio
    editing: Editing
    seeds: gr.Textbox
    classes: gr.Textbox
    frames: gr.Slider
    fps: gr.Slider
    mode: gr.Radio
    format: gr.Radio
    loop: gr.Checkbox
    go: gr.Button
    strip: gr.HTML
    video: gr.Video
    moving: gr.Image  # in place of the video, for a GIF and a WebP
    message: gr.HTML
    file: gr.DownloadButton

    def interpolate(
        self, source: str, seeds: str, classes: str, frames: int, fps: float, mode: str, loop: bool,
        kind: str, psi: float, label: str, request: gr.Request, progress=gr.Progress(),  # noqa: B008
    ) -> Iterator[dict]:  # fmt: skip
        """First the strip of stills, then the film. label: the class that is chosen for the pictures."""
        classes = (classes or "").strip() or label
        try:
            stills = self.studio.stills(source, seeds, mode, loop, classes, psi)
        except (ValueError, OSError) as error:
            yield {self.message: alert(error)}
            return
        asked = source, seeds, int(frames), mode, loop, classes, psi, fps, kind
        yield from self.filmed(stills, kind, self.studio.film, asked, request, progress)

    def film_trail(
        self, asked: str, source: str, label: str, psi: float, fps: float, kind: str,
        request: gr.Request, progress=gr.Progress(),  # noqa: B008
    ) -> Iterator[dict]:  # fmt: skip
        """A film of the trail on the map of seeds, or of an edit. asked: JSON of the page's scripts.

        {"trail": {"places", "first"}} of map.js, or {"edits", "source", …} of film.js.
        """
        try:
            wanted = read_wanted(asked)
            if "edits" in wanted:
                film = self.editing.film
                asked_film = wanted.get("source") or source, wanted, fps, kind
            else:
                places, first = read_trail(wanted)
                film = self.studio.trail_film
                frames = max(2, round(STEP_SEC * fps * latents.trail_length(places)))
                asked_film = source, places, frames, first, label, psi, fps, kind
        except (ValueError, OSError) as error:
            yield {self.message: alert(error)}
            return
        yield from self.filmed([], kind, film, asked_film, request, progress)

    def filmed(
        self, stills: list, kind: str, film: Callable, asked: tuple, request: gr.Request, progress: Any
    ) -> Iterator[dict]:
        """Say that a film is being made, make it, show it. film(*asked, tell, visitor) writes it."""
        language, is_video = language_of(request), kind == "mp4"
        yield {
            self.strip: words.strip_html(stills, language) if stills else "",
            self.video: gr.Video(visible=is_video),
            self.moving: gr.Image(visible=not is_video),
            self.message: line(say("gen.say.filming", language)),
        }
        try:
            path = film(*asked, lambda done, total: progress((done, total)), visitor_of(request))
        except (ValueError, OSError) as error:
            yield {self.message: alert(error)}
            return
        file, size = str(path), f"{words.FORMATS[kind]} · {text_of_size(path.stat().st_size)}"
        yield {
            self.video: file if is_video else None,
            self.moving: None if is_video else file,
            self.file: file,
            self.message: line(size),
        }

    def wire(self, pictures: PicturesPanel) -> None:
        walk = [self.seeds, self.classes, self.frames, self.fps, self.mode, self.loop, self.format]
        shown: dict[str, Any] = {
            "outputs": [self.strip, self.video, self.moving, self.file, self.message],
            "show_progress": "minimal", "show_progress_on": self.video, **HEAVY,
        }  # fmt: skip
        asked = [pictures.source, *walk, pictures.psi, pictures.label]
        filmed = self.go.click(self.interpolate, asked, api_name="interpolate", **shown)
        trail = [pictures.instrument, pictures.source, pictures.label, pictures.psi, self.fps, self.format]
        walked = pictures.instrument.play(self.film_trail, trail, js=SHOW_FILM_JS, **PRIVATE, **shown)
        for made in (filmed, walked):
            made.then(download_button, self.file, self.file, **QUICK)


def read_wanted(text: str) -> dict[str, Any]:
    """What a script of the page asks a film of. Raises ValueError (message fit for the user) for no JSON."""
    asked = json.loads(text) if isinstance(text, str) and len(text) <= MOST_KEYFRAMES * LONGEST else None
    if not isinstance(asked, dict):
        raise ValueError("The page did not say of what the film is to be made.")
    return asked


def read_trail(asked: dict[str, Any]) -> tuple[list, int]:
    """(places, the seed at (0, 0)) of what the map's script asks for.

    Raises ValueError (message fit for the user) if it is not well formed.
    """
    trail = asked.get("trail")
    places, first = (trail.get("places"), trail.get("first")) if isinstance(trail, dict) else (None, None)
    if not isinstance(places, list) or type(first) is not int:
        raise ValueError("There is no trail on the map: drag over it first.")
    return places, first


def build_walk(studio: Studio, editing: Editing) -> WalkPanel:
    with gr.Column(elem_classes="gen-panel gen-walk of-latents"):
        gr.HTML(f"<h2>{both('gen.walk.title')}</h2>", elem_classes="gen-title")
        with gr.Row(elem_classes="gen-walk-row"):
            with gr.Column(elem_classes="gen-walk-ask"):
                asked = _build_ask()
            with gr.Column(elem_classes="gen-walk-show"):
                shown = _build_show()
    return WalkPanel(studio, editing, **asked, **shown)


def _build_ask() -> dict[str, gr.components.Component]:
    modes = [(t("gen.walk.slerp"), "slerp"), (t("gen.walk.lerp"), "lerp")]
    formats = [(text, kind) for kind, text in words.FORMATS.items()]
    return {
        "seeds": gr.Textbox("1, 5, 9", label=t("gen.walk.seeds"), elem_id="walk_seeds"),
        "classes": gr.Textbox(
            label=t("gen.walk.class"), info=t("gen.walk.class.info"), visible=False, elem_id="walk_class"
        ),
        "frames": gr.Slider(
            1, 120, 30, step=1, label=t("gen.walk.frames"), buttons=[], elem_id="walk_frames"
        ),
        "fps": gr.Slider(1, 60, 30, step=1, label=t("gen.walk.fps"), buttons=[], elem_id="walk_fps"),
        "mode": gr.Radio(modes, value="slerp", label=t("gen.walk.mode"), elem_id="walk_mode"),
        "format": gr.Radio(formats, value="mp4", label=t("gen.walk.format"), elem_id="walk_format"),
        "loop": gr.Checkbox(True, label=t("gen.walk.loop"), elem_id="walk_loop"),
        "go": gr.Button(t("gen.walk.go"), variant="primary", elem_id="walk_go"),
    }


def _build_show() -> dict[str, gr.components.Component]:
    shown = {
        "strip": gr.HTML(elem_id="walk_strip"),
        "video": gr.Video(
            label=t("gen.walk.video"), show_label=False, autoplay=True, loop=True, interactive=False,
            visible=False, buttons=[], elem_id="walk_video",
        ),
        "moving": gr.Image(
            label=t("gen.walk.video"), show_label=False, type="filepath", interactive=False, visible=False,
            buttons=["fullscreen"], elem_id="walk_image",
        ),
    }  # fmt: skip
    with gr.Row(elem_classes="gen-line gen-under"):
        shown["message"] = gr.HTML(elem_id="walk_message", elem_classes="gen-message")
        shown["file"] = gr.DownloadButton(
            t("gen.walk.file"), interactive=False, size="md", elem_id="walk_file", min_width=160
        )
    return shown
