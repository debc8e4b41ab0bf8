"""The Publish panel of the Generate tab: the chosen model as a repository on the Hub.

It shows what would be uploaded, then uploads it. On a Space the visitor signs in and it goes to their own
account; elsewhere the token of this machine is used. No token is ever typed in, kept or shown.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from ganapp.files import text_of_size
from ganapp.hub import upload
from ganapp.publishing import model
from ganapp.publishing.card import LICENCES

from ..access.capabilities import Capabilities, here
from ..access.visitors import sign_in
from ..shared.events import EVERY, PRIVATE, QUICK, queued
from ..shared.html import alert, both, note
from ..shared.strings import t

ONE: dict[str, Any] = queued("publish", 1) | PRIVATE


def build_publish(
    folder_of: Callable[[str], Path], source: gr.Dropdown, can: Capabilities | None = None
) -> None:
    """Inside the Generate tab. folder_of: the generator folder of a model; ValueError if it has none."""
    can = can or here()
    with gr.Accordion(t("pub.title"), open=False, elem_id="publish"):
        if can.on_space and not can.sign_in:
            gr.HTML(note("pub.no_sign_in"))
            return
        gr.HTML(note("pub.about_space" if can.on_space else "pub.about"))
        sign_in(can)
        with gr.Row(elem_classes="gen-line"):
            repo = gr.Textbox(label=t("pub.repo"), placeholder="user/name", max_lines=1, elem_id="pub_repo")
            private = gr.Radio(
                [(t("pub.public"), False), (t("pub.private"), True)],
                value=False,
                label=t("pub.who"),
                elem_id="pub_who",
            )
            choices = [(t("pub.licence.own"), ""), *LICENCES]
            licence = gr.Dropdown(choices, value="", label=t("pub.licence"), elem_id="pub_licence")
        with gr.Row(elem_classes="gen-line"):
            show = gr.Button(t("pub.show"), elem_id="pub_show")
            go = gr.Button(t("pub.go"), variant="primary", interactive=False, elem_id="pub_go")
        shown = gr.HTML(elem_id="pub_shown")
        planned = gr.State(None)

    def plan(source: str, repo: str, private: bool, licence: str, token: gr.OAuthToken | None):
        try:
            found = model.plan(folder_of(source or ""), repo or "", licence or "", private, secret(token))
        except (ValueError, OSError) as error:
            return alert(error), None, gr.Button(interactive=False)
        return plan_html(found), found, gr.Button(interactive=found.changed)

    def carry_out(found: upload.Plan | None, token: gr.OAuthToken | None):
        off = gr.Button(interactive=False)
        if found is None:
            return gr.skip(), None, off
        try:
            return done_html(model.carry_out(found, secret(token))), None, off
        except (ValueError, OSError) as error:
            return alert(error), found, gr.skip()  # it can be tried again

    asked = [source, repo, private, licence]
    answer = [shown, planned, go]
    show.click(plan, asked, answer, show_progress_on=shown, **ONE)
    go.click(carry_out, planned, answer, show_progress_on=shown, **ONE)
    # After a change, the plan on the page is no longer what would be uploaded.
    changed = [source.change, repo.input, private.input, licence.input]
    gr.on(changed, lambda: ("", None, gr.Button(interactive=False)), None, answer, **EVERY, **QUICK)


def secret(token: gr.OAuthToken | None) -> str | None:
    """The visitor's own token; None for that of this machine, which hub.token() does not take on a Space."""
    return token.token if token else None


def plan_html(found: upload.Plan) -> str:
    """What would change on the Hub, a row a file."""
    key = f"pub.{'update' if found.head else 'create'}.{'private' if found.private else 'public'}"
    head = both(key, repo=escape(found.repo))
    cells = [(escape(c.path), text_of_size(c.size), both(f"pub.is.{c.what}")) for c in found.changes]
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in cells)
    table = f'<table class="eval-table"><tbody>{rows}</tbody></table>'
    nothing = "" if found.changed else f"<p>{both('pub.nothing')}</p>"
    return f'<div role="status"><p>{head}</p>{table}{nothing}</div>'


def done_html(url: str) -> str:
    link = f'<a href="{escape(url)}" target="_blank" rel="noopener">{escape(url)}</a>'
    return f'<p role="status">{both("pub.done")} {link}</p>'
