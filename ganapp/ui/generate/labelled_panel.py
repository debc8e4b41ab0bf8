"""The data set panel of the Generate tab: pictures of every class as a ZIP of class folders.

What is written is decided in publishing/labelled_set.py, how much at a time in access/capabilities.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from pathlib import Path
from typing import Any

import gradio as gr

from ganapp.config import ModelSpec
from ganapp.data import Cancelled
from ganapp.files import text_of_size
from ganapp.publishing import labelled_set

from ..access.capabilities import here
from ..access.visitors import visitor_of
from ..shared.events import PRIVATE, QUICK, download_button, queued
from ..shared.html import alert, line, note
from ..shared.language import language_of, say
from ..shared.strings import t
from .studio import Studio, deadline, file_name
from .words import took

# In a queue of its own: a data set takes minutes, and pictures and films must not wait for it.
ONE: dict[str, Any] = queued("labelled", 1) | PRIVATE
TICK_SEC = 0.5
LONGER = 5  # times the seconds of other answers, where those are bounded


def build_labelled(studio: Studio, source: gr.Dropdown, psi: gr.Slider) -> None:
    """Inside the Generate tab, whose model and psi it takes."""
    with gr.Accordion(t("set.title"), open=False, elem_id="labelled", elem_classes="of-latents"):
        gr.HTML(note("set.about"))
        with gr.Row(elem_classes="gen-line set-line"):
            per_class = gr.Number(
                100, label=t("set.per_class"), precision=0, minimum=1, min_width=110, elem_id="set_per_class"
            )
            first = gr.Number(
                0, label=t("set.first"), precision=0, minimum=0, min_width=110, elem_id="set_first"
            )
            go = gr.Button(t("set.go"), variant="primary", min_width=130, elem_id="set_go")
            file = gr.DownloadButton(t("set.file"), interactive=False, min_width=130, elem_id="set_file")
        said = gr.HTML(elem_id="set_said", elem_classes="gen-message")
    threads = ThreadPoolExecutor(1, "labelled")

    def export(
        source: str, per_class: float, first: float, psi: float, request: gr.Request
    ) -> Iterator[tuple]:
        """Start it in a thread and follow it until it is done, or until the page is closed."""
        language, began, watch = language_of(request), time.perf_counter(), Watch()
        # In this request's context, by which ZeroGPU knows whose it is.
        asked = make, studio, source, per_class, first, psi, watch.told, visitor_of(request)
        work = threads.submit(copy_context().run, *asked)
        try:
            while not work.done():
                yield busy_html(watch, language), gr.skip()
                wait([work], TICK_SEC)
        finally:
            watch.left = True
        try:
            path, count, G = work.result()
        except (ValueError, OSError) as error:
            yield alert(error), gr.skip()
            return
        values = {"n": f"{count:,}", "classes": G.spec.num_classes, "size": text_of_size(path.stat().st_size)}
        spent = took(time.perf_counter() - began, language)
        done = say("set.say.made", language, **values, took=spent, model=G.source)
        yield line(done), str(path)

    asked: dict[str, Any] = {"inputs": [source, per_class, first, psi], "outputs": [said, file]}
    made = go.click(export, **asked, show_progress="hidden", **ONE)
    made.then(download_button, file, file, **QUICK)


class Watch:
    """The progress of a data set, and whether its page is still open: a closed page ends it."""

    def __init__(self) -> None:
        self.done, self.total, self.left = 0, 0, False

    def told(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self.left:
            raise Cancelled("nobody waits for this data set any more")


def busy_html(watch: Watch, language: str) -> str:
    """A progress bar and its numbers; no numbers while the model is being loaded."""
    if not watch.total:
        return "<progress></progress>"
    words = line(say("set.say.busy", language, done=f"{watch.done:,}", total=f"{watch.total:,}"))
    return f'{words}<progress value="{watch.done}" max="{watch.total}"></progress>'


def make(
    studio: Studio, source: str, per_class: float | None, first: float | None, psi: float,
    told: Callable[[int, int], None], visitor: str = "me",
) -> tuple[Path, int, Any]:  # fmt: skip
    """(ZIP, number of pictures, the generator).

    Raises ValueError (message fit for the user) before anything is drawn or written.
    """
    G = studio.models.load(source)
    wanted, begin, most = int(per_class or 0), int(first or 0), most_of(G.spec)
    labelled_set.check(G.spec.num_classes, wanted, begin, most)
    check_time = deadline(LONGER * studio.answer_sec)

    def draw(*args: Any) -> Any:
        check_time()
        return studio.draw(*args)

    with studio.outputs.new(visitor) as folder:
        path = folder / f"{file_name(G)}-{wanted}-a-class.zip"
        count = labelled_set.write(path, G, wanted, begin, psi, G.source, most, draw, told)
    return path, count, G


def most_of(spec: ModelSpec) -> int:
    """The most pictures of this size at a time: fewer of large ones, and far fewer on a Space."""
    place = here()
    return max(1, min(place.labelled, place.labelled_bytes // (spec.resolution**2 * spec.channels)))
