"""The walk panel of the Generate tab: a film from seed to seed, as a video, GIF or WebP."""

from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr

from ganapp.files import text_of_size

from ..access.visitors import visitor_of
from ..shared.events import QUICK, download_button
from ..shared.html import alert, both, line
from ..shared.strings import t
from . import words
from .pictures_panel import HEAVY, PicturesPanel
from .studio import Studio
from .words import language_of, say


@dataclass(frozen=True)
class WalkPanel:
    studio: Studio
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
        kind: str, psi: float, request: gr.Request, progress=gr.Progress(),  # noqa: B008
    ) -> Iterator[dict]:  # fmt: skip
        """First the strip of stills, then the film."""
        language, is_video = language_of(request), kind == "mp4"

        def tell(done: int, total: int) -> None:
            progress((done, total))

        try:
            stills = self.studio.stills(source, seeds, mode, loop, classes, psi)
            yield {
                self.strip: words.strip_html(stills, language),
                self.video: gr.Video(visible=is_video),
                self.moving: gr.Image(visible=not is_video),
                self.message: line(say("gen.say.filming", language)),
            }
            asked = source, seeds, int(frames), mode, loop, classes, psi, fps, kind
            path = self.studio.film(*asked, tell, visitor_of(request))
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
        filmed = self.go.click(
            self.interpolate,
            [pictures.source, *walk, pictures.psi],
            [self.strip, self.video, self.moving, self.file, self.message],
            api_name="interpolate",
            show_progress="minimal",
            show_progress_on=self.video,
            **HEAVY,
        )
        filmed.then(download_button, self.file, self.file, **QUICK)


def build_walk(studio: Studio) -> WalkPanel:
    with gr.Column(elem_classes="gen-panel gen-walk"):
        gr.HTML(f"<h3>{both('gen.walk.title')}</h3>", elem_classes="gen-title")
        with gr.Row(elem_classes="gen-walk-row"):
            with gr.Column(elem_classes="gen-walk-ask"):
                asked = _build_ask()
            with gr.Column(elem_classes="gen-walk-show"):
                shown = _build_show()
    return WalkPanel(studio, **asked, **shown)


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
            buttons=[], elem_id="walk_video",
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
