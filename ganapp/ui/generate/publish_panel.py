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
from ..shared.html import alert, both, note, told
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
        although = gr.Checkbox(
            False, label=t("pub.although"), visible=False, elem_id="pub_although", container=False
        )
        planned = gr.State(None)

    def plan(source: str, repo: str, private: bool, licence: str, token: gr.OAuthToken | None):
        try:
            found = model.plan(folder_of(source or ""), repo or "", licence or "", private, secret(token))
        except (ValueError, OSError) as error:
            return alert(error), None, off(), asked_twice(False)
        is_on = found.changed and not found.warning
        return plan_html(found), found, gr.Button(interactive=is_on), asked_twice(bool(found.warning))

    def carry_out(found: upload.Plan | None, is_meant: bool, token: gr.OAuthToken | None):
        if found is None or (found.warning and not is_meant):
            return gr.skip(), found, off(), gr.skip()
        try:
            return done_html(model.carry_out(found, secret(token))), None, off(), asked_twice(False)
        except (ValueError, OSError) as error:
            return alert(error), found, gr.skip(), gr.skip()  # it can be tried again

    def allow(found: upload.Plan | None, is_meant: bool):
        return gr.Button(interactive=found is not None and found.changed and is_meant)

    asked = [source, repo, private, licence]
    answer = [shown, planned, go, although]
    show.click(plan, asked, answer, show_progress_on=shown, **ONE)
    go.click(carry_out, [planned, although], answer, show_progress_on=shown, **ONE)
    although.input(allow, [planned, although], go, **QUICK)
    # After a change, the plan on the page is no longer what would be uploaded.
    changed = [source.change, repo.input, private.input, licence.input]
    gr.on(changed, lambda: ("", None, off(), asked_twice(False)), None, answer, **EVERY, **QUICK)


def off() -> Any:
    return gr.Button(interactive=False)


def asked_twice(visible: bool) -> Any:
    """The second question, not yet answered. It is there for a model that copies."""
    return gr.Checkbox(False, visible=visible)


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
    warning = f'<p class="message">{told(found.warning)}</p>' if found.warning else ""
    about = f'<p class="plain-note">{told(found.note)}</p>' if found.note else ""
    return f'<div role="status"><p>{head}</p>{table}{nothing}{warning}{about}</div>'


def done_html(url: str) -> str:
    link = f'<a href="{escape(url)}" target="_blank" rel="noopener">{escape(url)}</a>'
    return f'<p role="status">{both("pub.done")} {link}</p>'
