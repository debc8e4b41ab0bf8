"""The Generate tab: pictures from seeds, the slider between two seeds, films. Layout and thin handlers.

What is done is in studio.py. A handler says what went wrong in one sentence beside its button and leaves all else as it is.
"""

import html
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import Context
from gradio.utils import get_upload_folder

from ..shared.html import alert, both, data_uri, line
from ..shared.strings import t
from . import words
from .hub_panel import build_hub
from .labelled_panel import build_labelled
from .publish_panel import build_publish
from .studio import SEED_CLASS, Studio
from .words import language_of, say, took

# As few columns, and so as large pictures, as fit without scrolling, unless a number is asked for.
COLUMNS_JS = """(asked, items) => {
    const box = document.getElementById('gen_gallery'), count = (items || []).length || 1;
    const width = box.clientWidth - 16, height = box.clientHeight - 16, most = width < 480 ? 4 : 24;
    let columns = 1;
    while (columns < most && Math.ceil(count / columns) * width / columns > height) columns++;
    box.style.setProperty('--columns', asked || columns); return []; }"""
HEAVY = {"concurrency_id": "studio", "concurrency_limit": 2}
QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


def build_generate(runs_folder: Path, checkpoints: Path, allow_paths: bool = True) -> None:
    """The contents of the tab, inside a gr.Tab. allow_paths False: no folder of this machine can be named (a Space)."""
    studio = Studio(runs_folder, checkpoints, Path(get_upload_folder()) / "ganapp-generate", allow_paths)
    tab = _enclosing_tab()
    chosen_by_hand = gr.State(False)

    with gr.Row(elem_classes="gen-top"):
        with gr.Column(elem_classes="gen-ask"):
            with gr.Row(elem_classes="gen-line"):
                info = t("gen.source.info" if allow_paths else "gen.source.info_hub")
                source = gr.Dropdown(
                    [], value=None, label=t("gen.source"), info=info, allow_custom_value=True, elem_id="gen_source"
                )
                refresh = gr.Button(t("gen.refresh"), elem_id="gen_refresh", elem_classes="gen-icon", min_width=40)
            card = gr.HTML(elem_id="gen_card")
            seeds = gr.Textbox("0-15", label=t("gen.seeds"), info=t("gen.seeds.info"), max_lines=3, elem_id="gen_seeds")
            with gr.Row(elem_classes="gen-line"):
                dice = gr.Button(t("gen.random"), elem_id="gen_random", min_width=100)
                go = gr.Button(t("gen.go"), variant="primary", elem_id="gen_go", min_width=120)
            message = gr.HTML(elem_id="gen_message", elem_classes="gen-message")
        with gr.Column(elem_classes="gen-show"):
            gallery = gr.Gallery(
                label=t("gen.gallery"), show_label=False, format="png", columns=6, height=580, object_fit="contain",
                interactive=False, buttons=["download", "fullscreen"], elem_id="gen_gallery",
            )  # fmt: skip
            with gr.Row(elem_classes="gen-line gen-under"):
                gr.HTML(both("gen.hint"), elem_classes="gen-hint")
                zipped = gr.DownloadButton(t("gen.zip"), interactive=False, size="md", elem_id="gen_zip", min_width=160)
            picture = gr.File(
                label=t("gen.restore"), file_types=[".png"], type="filepath", height=80, elem_id="gen_restore"
            )
        with gr.Column(elem_classes="gen-tune"):
            label = gr.Dropdown(
                [(t("gen.class.own"), SEED_CLASS)], value=SEED_CLASS, label=t("gen.class"), visible=False,
                allow_custom_value=True, elem_id="gen_class",
            )  # fmt: skip
            psi = gr.Slider(
                0.05, 1, 1, step=0.05, label=t("gen.psi"), info=t("gen.psi.info"), buttons=[], elem_id="gen_psi"
            )
            columns = gr.Slider(
                0, 16, 0, step=1, label=t("gen.columns"), info=t("gen.columns.info"), buttons=[], elem_id="gen_columns"
            )

    build_hub(studio, source, chosen_by_hand)
    with gr.Row(elem_classes="gen-more"):
        with gr.Column(elem_classes="gen-panel gen-mix"):
            gr.HTML(f"<h3>{both('gen.mix.title')}</h3>", elem_classes="gen-title")
            mixed = gr.HTML(f"<p>{both('gen.mix.empty')}</p>", elem_id="mix_image")
            mix_slider = gr.Slider(0, 1, 0.5, step=0.01, label=t("gen.mix.slider"), buttons=[], elem_id="mix_slider")
            with gr.Row(elem_classes="gen-line"):
                mix_a = gr.Number(1, label=t("gen.mix.a"), precision=0, minimum=0, min_width=90, elem_id="mix_a")
                mix_b = gr.Number(2, label=t("gen.mix.b"), precision=0, minimum=0, min_width=90, elem_id="mix_b")
        with gr.Column(elem_classes="gen-panel gen-walk"):
            gr.HTML(f"<h3>{both('gen.walk.title')}</h3>", elem_classes="gen-title")
            with gr.Row(elem_classes="gen-walk-row"):
                with gr.Column(elem_classes="gen-walk-ask"):
                    walk_seeds = gr.Textbox("1, 5, 9", label=t("gen.walk.seeds"), elem_id="walk_seeds")
                    walk_class = gr.Textbox(
                        label=t("gen.walk.class"), info=t("gen.walk.class.info"), visible=False, elem_id="walk_class"
                    )
                    walk_frames = gr.Slider(
                        1, 120, 30, step=1, label=t("gen.walk.frames"), buttons=[], elem_id="walk_frames"
                    )
                    walk_fps = gr.Slider(1, 60, 30, step=1, label=t("gen.walk.fps"), buttons=[], elem_id="walk_fps")
                    walk_mode = gr.Radio(
                        [(t("gen.walk.slerp"), "slerp"), (t("gen.walk.lerp"), "lerp")], value="slerp",
                        label=t("gen.walk.mode"), elem_id="walk_mode",
                    )  # fmt: skip
                    walk_format = gr.Radio(
                        [(text, kind) for kind, text in words.FORMATS.items()], value="mp4", label=t("gen.walk.format"),
                        elem_id="walk_format",
                    )  # fmt: skip
                    walk_loop = gr.Checkbox(True, label=t("gen.walk.loop"), elem_id="walk_loop")
                    walk_go = gr.Button(t("gen.walk.go"), variant="primary", elem_id="walk_go")
                with gr.Column(elem_classes="gen-walk-show"):
                    strip = gr.HTML(elem_id="walk_strip")
                    video = gr.Video(
                        label=t("gen.walk.video"), show_label=False, autoplay=True, loop=True, interactive=False,
                        buttons=[], elem_id="walk_video",
                    )  # fmt: skip
                    moving = gr.Image(
                        label=t("gen.walk.video"), show_label=False, type="filepath", interactive=False, visible=False,
                        buttons=["fullscreen"], elem_id="walk_image",
                    )  # fmt: skip
                    with gr.Row(elem_classes="gen-line gen-under"):
                        walk_message = gr.HTML(elem_id="walk_message", elem_classes="gen-message")
                        film_file = gr.DownloadButton(
                            t("gen.walk.file"), interactive=False, size="md", elem_id="walk_file", min_width=160
                        )

    # -- handlers -----------------------------------------------------------------------------------------------------

    def look(current: str | None, by_hand: bool):
        """The list anew; the newest model is chosen until somebody has chosen."""
        value = current if current and by_hand else studio.newest()
        return gr.Dropdown(choices=studio.sources(), value=value)

    def look_again(current: str | None, by_hand: bool):
        studio.forget()
        return look(current, by_hand)

    def describe(source: str | None, label: str | None, request: gr.Request):
        language = language_of(request)
        try:
            facts = studio.facts(source) if source else None
        except (ValueError, OSError) as error:
            return alert(error), gr.skip(), gr.skip()
        if facts is None:
            return line(say("gen.card.hub" if source else "gen.card.empty", language)), gr.skip(), gr.skip()
        menu, has_classes = words.class_menu(facts, label), facts["spec"].num_classes > 0
        return (
            words.card_html(facts, language, source),
            gr.Dropdown(visible=has_classes, **menu),
            gr.Textbox(visible=has_classes),
        )

    def generate(source: str, seeds: str, label: str, psi: float, request: gr.Request, progress=gr.Progress()):  # noqa: B008
        language, began = language_of(request), time.perf_counter()
        try:
            batch = studio.pictures(source, seeds, label, psi, lambda done, total: progress((done, total)))
        except (ValueError, OSError) as error:
            return gr.skip(), alert(error), gr.skip()
        shown = [(str(p.path), words.caption(p, language)) for p in batch.pictures]
        key, spent = "gen.say.made" if len(shown) > 1 else "gen.say.made.one", time.perf_counter() - began
        done = say(key, language, n=len(shown), took=took(spent, language), model=batch.model)
        return shown, line(done), str(batch.zip_path)

    def mix(source: str, a: float, b: float, position: float, label: str, psi: float, request: gr.Request):
        language = language_of(request)
        try:
            image = studio.mix(source, int(a or 0), int(b or 0), position, label, psi)
        except (ValueError, OSError) as error:
            return alert(error)
        what = say("gen.say.mix", language, a=int(a or 0), b=int(b or 0), percent=round(100 * position))
        return f'<img src="{data_uri(image)}" alt="{html.escape(what)}">'

    def interpolate(
        source: str, seeds: str, classes: str, frames: int, fps: float, mode: str, loop: bool, kind: str, psi: float,
        request: gr.Request, progress=gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple]:  # fmt: skip
        """First the strip, then the film."""
        language = language_of(request)
        try:
            stills = studio.stills(source, seeds, mode, loop, classes, psi)
            is_video, busy = kind == "mp4", line(say("gen.say.filming", language))
            shown = gr.Video(visible=is_video), gr.Image(visible=not is_video)
            yield words.strip_html(stills, language), *shown, gr.skip(), busy
            tell = lambda done, total: progress((done, total))  # noqa: E731
            path = studio.film(source, seeds, int(frames), mode, loop, classes, psi, fps, kind, tell)
        except (ValueError, OSError) as error:
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip(), alert(error)
            return
        file, size = str(path), f"{words.FORMATS[kind]} · {math.ceil(path.stat().st_size / 1024)} KB"
        yield gr.skip(), *((file, None) if is_video else (None, file)), file, line(size)

    def restore(path: str | None, source: str | None, request: gr.Request):
        language = language_of(request)
        if path is None:
            return (gr.skip(),) * 7
        try:
            sources = studio.sources()
            found = words.restore(path, sources)
            facts = studio.facts(found.source or source) if found.source or source else None
        except (ValueError, OSError) as error:
            return *(gr.skip(),) * 4, alert(error), None, gr.skip()
        wanted = found.label or SEED_CLASS
        menu = words.class_menu(facts, wanted) if facts else {"choices": [words.own_class(), (wanted, wanted)]}
        key = "gen.say.restored.unknown" if found.model and not found.source else "gen.say.restored"
        return (
            gr.Dropdown(choices=sources, value=found.source) if found.source else gr.skip(),
            found.seeds,
            gr.Dropdown(**({"value": wanted} | menu)),
            found.psi or 1,
            line(say(key, language, seeds=found.seeds, model=found.model)),
            None,
            True if found.source else gr.skip(),
        )

    # -- events -------------------------------------------------------------------------------------------------------

    shown_for = [source, label]
    described = [card, label, walk_class]
    arrivals = [Context.root_block.load] + ([tab.select] if tab else [])
    gr.on(arrivals, look, [source, chosen_by_hand], source, **QUICK)
    refresh.click(look_again, [source, chosen_by_hand], source, **QUICK)
    source.input(lambda: True, None, chosen_by_hand, **QUICK)
    source.change(describe, shown_for, described, **QUICK)
    gr.on([columns.change, gallery.change], None, [columns, gallery], None, js=COLUMNS_JS, api_visibility="private")
    if tab:
        tab.select(studio.warm_up, None, None, **QUICK)
    picture.upload(restore, [picture, source], [source, seeds, label, psi, message, picture, chosen_by_hand], **QUICK)

    mixing: dict[str, Any] = {"fn": mix, "inputs": [source, mix_a, mix_b, mix_slider, label, psi], "outputs": mixed}
    asked = {"inputs": [source, seeds, label, psi], "outputs": [gallery, message, zipped]}
    asked |= HEAVY | {"show_progress": "minimal", "show_progress_on": gallery}

    def offer(file: str | None):
        return gr.DownloadButton(interactive=file is not None)

    def and_then(event) -> None:
        event.then(offer, zipped, zipped, **QUICK)
        event.then(describe, shown_for, described, **QUICK).then(**mixing, **QUICK)

    and_then(go.click(generate, api_name="generate", **asked))
    and_then(seeds.submit(generate, api_visibility="private", **asked))
    rolled = dice.click(words.random_seeds, seeds, seeds, **QUICK)
    and_then(rolled.then(generate, api_visibility="private", **asked))
    gr.on([mix_slider.input, mix_a.input, mix_b.input], **mixing, trigger_mode="always_last", **QUICK)
    filmed = walk_go.click(
        interpolate,
        [source, walk_seeds, walk_class, walk_frames, walk_fps, walk_mode, walk_loop, walk_format, psi],
        [strip, video, moving, film_file, walk_message],
        api_name="interpolate",
        show_progress="minimal",
        show_progress_on=video,
        **HEAVY,
    )
    filmed.then(offer, film_file, film_file, **QUICK)
    build_labelled(studio, source, psi)
    build_publish(studio.folder, source)


def _enclosing_tab() -> gr.Tab | None:
    block = Context.block
    while block is not None and not isinstance(block, gr.Tab):
        block = block.parent
    return block
