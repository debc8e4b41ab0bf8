"""The page: build_ui() puts it together, launch_options() says how it is served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SESSIONS = 256  # pages that Gradio remembers, the last used ones; each takes 0.4 MB


def build_ui(runs: Path, checkpoints: Path):
    """The page as gr.Blocks, with the runs and shipped checkpoints of these folders.

    What visitors may do: capabilities.here().
    """
    import gradio as gr

    from .access.capabilities import here
    from .compare.tab import build_compare
    from .evaluate.tab import build_evaluate
    from .generate.tab import build_generate
    from .shared.chosen import build_chosen
    from .shared.drop_anywhere import build_drop_anywhere
    from .shared.header import build_header
    from .shared.strings import t
    from .table.tab import build_table
    from .train.tab import build_train, has_gpu

    runs.mkdir(parents=True, exist_ok=True)
    can = here()
    # On a Space what visitors uploaded and made is removed after some hours.
    kept: dict[str, Any] = {"delete_cache": (3600, 6 * 3600)} if can.on_space else {}
    with gr.Blocks(title="ganapp", analytics_enabled=False, fill_width=True, **kept) as page:
        build_header()
        chosen = build_chosen()
        build_drop_anywhere(can)
        # Where nobody may train, a visitor comes for pictures.
        with gr.Tabs(selected="generate" if can.trains == "none" else "train"):
            with gr.Tab(t("tab.train"), id="train", elem_id="tab_train"):
                build_train(runs, can, checkpoints, chosen)
            with gr.Tab(t("tab.generate"), id="generate", elem_id="tab_generate"):
                build_generate(runs, checkpoints, can.paths, chosen)
            with gr.Tab(t("tab.evaluate"), id="evaluate", elem_id="tab_evaluate"):
                build_evaluate(runs, checkpoints, can.paths, chosen)
            with gr.Tab(t("tab.compare"), id="compare", elem_id="tab_compare"):
                build_table(runs)
                build_compare(runs, has_gpu())
    page.queue(max_size=64, default_concurrency_limit=2, api_open=False)
    # Gradio's queue wakes a thousand times a second even when idle, which costs 4 to 5 % of a core. Ten times
    # less often is enough.
    page._queue.sleep_when_free = 0.01
    return page


def launch_options() -> dict[str, Any]:
    """The options of launch() for this page: look, language, limits. No host, port or sharing."""
    import gradio as gr
    from starlette.middleware import Middleware

    from .access.capabilities import here
    from .access.visitors import middleware
    from .shared.head import HeadFirst
    from .shared.strings import catalogs
    from .shared.theme import css, theme

    can = here()
    return {
        "theme": theme(),
        "css": css(),
        "i18n": gr.I18n(**catalogs()),
        "max_file_size": f"{can.upload_mb}mb",
        "app_kwargs": {"middleware": [*middleware(can), Middleware(HeadFirst)]},
        "state_session_capacity": SESSIONS,
        "strict_cors": True,
        "ssr_mode": False,  # a Space may ask for it; the page is one process
        "enable_monitoring": False,
        "run_history": False,
        "footer_links": ["gradio"],  # Gradio's settings would choose a language for half of the page
        "show_error": True,
        "quiet": True,
    }
