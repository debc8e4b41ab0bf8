"""The mix panel of the Generate tab: a slider from the picture of one seed to that of another."""

import html
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ..shared.events import QUICK
from ..shared.html import alert, both, data_uri
from ..shared.strings import t
from .pictures_panel import PicturesPanel
from .studio import Studio
from .words import language_of, say


@dataclass(frozen=True)
class MixPanel:
    studio: Studio
    image: gr.HTML
    slider: gr.Slider
    first: gr.Number
    second: gr.Number

    def mix(self, source: str, a: int, b: int, position: float, label: str, psi: float, request: gr.Request):
        a, b = int(a or 0), int(b or 0)
        try:
            image = self.studio.mix(source, a, b, position, label, psi)
        except (ValueError, OSError) as error:
            return alert(error)
        what = say("gen.say.mix", language_of(request), a=a, b=b, percent=round(100 * position))
        return f'<img src="{data_uri(image)}" alt="{html.escape(what)}">'

    def mixing(self, pictures: PicturesPanel) -> dict[str, Any]:
        """The options of an event that draws the mix with the model, class and psi of `pictures`."""
        asked = [pictures.source, self.first, self.second, self.slider, pictures.label, pictures.psi]
        return {"fn": self.mix, "inputs": asked, "outputs": self.image, **QUICK}

    def wire(self, pictures: PicturesPanel) -> None:
        moved = [self.slider.input, self.first.input, self.second.input]
        gr.on(moved, **self.mixing(pictures), trigger_mode="always_last")


def build_mix(studio: Studio) -> MixPanel:
    with gr.Column(elem_classes="gen-panel gen-mix"):
        gr.HTML(f"<h3>{both('gen.mix.title')}</h3>", elem_classes="gen-title")
        image = gr.HTML(f"<p>{both('gen.mix.empty')}</p>", elem_id="mix_image")
        slider = gr.Slider(0, 1, 0.5, step=0.01, label=t("gen.mix.slider"), buttons=[], elem_id="mix_slider")
        with gr.Row(elem_classes="gen-line"):
            first = gr.Number(1, label=t("gen.mix.a"), precision=0, minimum=0, min_width=90, elem_id="mix_a")
            second = gr.Number(2, label=t("gen.mix.b"), precision=0, minimum=0, min_width=90, elem_id="mix_b")
    return MixPanel(studio, image, slider, first, second)
