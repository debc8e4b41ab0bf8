"""The page: build_ui() puts it together, launch_options() says how it is served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SESSIONS = 256  # pages that Gradio remembers, the last used ones; each takes 0.4 MB

# Decides the language once, before anything is drawn, the way gradio.I18n does: by the browser.
LANGUAGE = """<script>
document.documentElement.classList.toggle("zh", /^zh/i.test(navigator.language));
document.documentElement.lang = /^zh/i.test(navigator.language) ? "zh-CN" : "en";
</script>
<style>html:not(.zh) span[lang="zh-CN"], html.zh span[lang="en"] { display: none; }</style>"""


def build_ui(runs: Path, checkpoints: Path):
    """The page as gr.Blocks, with the runs and shipped checkpoints of these folders.

    What visitors may do: capabilities.here().
    """
    import gradio as gr

    from .access.capabilities import here
    from .compare.tab import build_compare
    from .evaluate.tab import build_evaluate
    from .generate.tab import build_generate
    from .shared.html import both
    from .shared.strings import t
    from .train.tab import build_train, has_gpu

    runs.mkdir(parents=True, exist_ok=True)
    can = here()
    # On a Space what visitors uploaded and made is removed after some hours.
    kept: dict[str, Any] = {"delete_cache": (3600, 6 * 3600)} if can.on_space else {}
    with gr.Blocks(title="ganapp", analytics_enabled=False, fill_width=True, **kept) as page:
        gr.HTML(
            f'<header class="app-head"><h1>ganapp</h1><p>{both("app.tagline")}</p></header>', padding=False
        )
        with gr.Tab(t("tab.train"), id="train", elem_id="tab_train"):
            build_train(runs, can)
        with gr.Tab(t("tab.compare"), id="compare", elem_id="tab_compare"):
            build_compare(runs, has_gpu())
        with gr.Tab(t("tab.generate"), id="generate", elem_id="tab_generate"):
            build_generate(runs, checkpoints, can.paths)
        with gr.Tab(t("tab.evaluate"), id="evaluate", elem_id="tab_evaluate"):
            build_evaluate(runs, checkpoints, can.paths)
    page.queue(max_size=64, default_concurrency_limit=2, api_open=False)
    # Gradio's queue wakes a thousand times a second even when idle, which costs 4 to 5 % of a core. Ten times
    # less often is enough.
    page._queue.sleep_when_free = 0.01
    return page


def launch_options() -> dict[str, Any]:
    """The options of launch() for this page: look, language, limits. No host, port or sharing."""
    import gradio as gr

    from .access.capabilities import here
    from .access.visitors import middleware
    from .shared.strings import catalogs
    from .shared.theme import css, theme

    can = here()
    return {
        "theme": theme(),
        "css": css(),
        "head": LANGUAGE,
        "i18n": gr.I18n(**catalogs()),
        "max_file_size": f"{can.upload_mb}mb",
        "app_kwargs": {"middleware": middleware(can)},
        "state_session_capacity": SESSIONS,
        "strict_cors": True,
        "ssr_mode": False,  # a Space may ask for it; the page is one process
        "enable_monitoring": False,
        "run_history": False,
        "footer_links": ["gradio", "settings"],
        "show_error": True,
        "quiet": True,
    }
