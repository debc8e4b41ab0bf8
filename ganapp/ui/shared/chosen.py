"""The one generator that is chosen on all tabs until another one is, and what opens a tab with it.

With it comes the one picture that any tab can show large (lightbox.js). The choice is kept in the browser
(going.js). A tab's list asks for it whenever the tab is shown, and follows.
It loads no generator and draws nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ganapp.runs import BEST

from .events import EVERY, PRIVATE, QUICK
from .watching import Files, sources

FILES = Files(
    html="shared/lightbox.html",
    css=("shared/parts.css", "shared/lightbox.css"),
    scripts=(
        "shared/words.js",
        "shared/listening.js",
        "shared/parts.js",
        "shared/unfold.js",
        "shared/going.js",
        "shared/lightbox.js",
    ),
)
MAX_TEXT = 4_000  # characters of what a browser keeps
# What the browser keeps. A choice made by hand holds until another run is watched. tell(): the list says
# `source`, which was chosen by hand if it is not what the server proposed last.
READ_JS = """const focus = () => {
  const read = (store, key) => {
    try { return JSON.parse(window[store].getItem(key)) ?? {}; } catch { return {}; } };
  const watched = read("localStorage", "ganapp.monitor").run ?? "";
  const chosen = read("sessionStorage", "ganapp.chosen");
  const model = (chosen.watched ?? "") === watched ? chosen.model : "";
  const last = read("localStorage", "ganapp.last").model;
  return { watched, model: model ?? "", last: last ?? "" }; };
  const tell = (answer, source, always) => {
    const { model } = JSON.parse(answer || "{}"), byHand = model !== undefined && source !== model;
    const event = new CustomEvent("ganapp:chosen", { detail: { model: source, byHand } });
    if (source && (byHand || always)) window.dispatchEvent(event); };"""
# It is the first argument of a handler, with what the list says. Gradio may tell a change later than this.
FOCUS_JS = f"""(_, answer, source) => {{ {READ_JS}
  tell(answer, source);
  return [JSON.stringify({{ ...focus(), shown: source ?? "" }}), answer, source]; }}"""
# The server's proposal has come. If the list says something else meanwhile, or another one was chosen, it is
# too late; and nothing is put into a list in which a person types. Else it is set although the list says the
# same: Gradio may have lost it while it made the list.
TAKE_JS = f"""(answer, source) => {{ {READ_JS}
  const {{ model, asked }} = JSON.parse(answer), now = {{ ...focus(), shown: source ?? "" }};
  const isLate = ["model", "watched", "shown"].some((key) => asked[key] !== now[key]);
  const isTyping = document.activeElement?.role === "combobox";
  return isLate || isTyping ? {{ __type__: "update" }} : model; }}"""
# A list has a new value. From now on it counts as proposed, so that it is told once.
CHOSEN_JS = f"""(answer, source) => {{ {READ_JS}
  tell(answer, source, true);
  return JSON.stringify({{ ...JSON.parse(answer || "{{}}"), model: source }}); }}"""


@dataclass(frozen=True)
class Chosen:
    """The page's end of going.js. One for the whole page."""

    script: gr.HTML  # its event "submit" has the detail of "ganapp:open" as data
    focus: gr.Textbox  # in its place a handler with FOCUS_JS gets what the browser keeps

    def follow(self, source: gr.Dropdown, names: Callable[[], list[str]], arrivals: list) -> None:
        """Keep a list of generators: its choices are read anew, and the chosen one is shown, at `arrivals`.

        arrivals: Gradio's events of a person who comes to the list. It also follows "ganapp:open".
        """
        answer = gr.Textbox(visible=False)

        def propose(focus: str, before: str, shown: str | None):
            found, asked = names(), read_focus(focus)
            return json.dumps({"model": choose(found, asked), "asked": asked}), gr.Dropdown(choices=found)

        events = [*arrivals, self.script.submit]
        # With "once", Gradio's default, what comes meanwhile is dropped.
        options = {"js": FOCUS_JS, "trigger_mode": "always_last", **QUICK}
        proposed = gr.on(events, propose, [self.focus, answer, source], [answer, source], **options)
        proposed.then(None, [answer, source], source, js=TAKE_JS, **PRIVATE)
        source.change(None, [answer, source], answer, js=CHOSEN_JS, **EVERY, **PRIVATE)


def build_chosen() -> Chosen:
    """At the top of the page, outside of its tabs: what is in a tab appears when the tab is shown."""
    # The picture that is shown large lies over all tabs, so it is here, too.
    script = gr.HTML(elem_id="going", **sources(FILES), padding=False, apply_default_css=False)
    return Chosen(script, gr.Textbox(visible=False))


def choose(names: list[str], kept: dict[str, str]) -> str | None:
    """The generator that a list shows. kept: watched, model and last, as `read_focus` gives them.

    What was chosen by hand; else that of the watched run, or of the newest one (its best snapshot, else its
    newest); else the last one that was used; else the first of `names`, which is a shipped one. None if there
    is none. A name by hand need not be listed: it may be of the Hub.
    """
    run, _, rest = kept["model"].partition("/")
    if kept["model"] in names or run and not is_snapshot(rest):
        return kept["model"]
    watched = run or kept["watched"]  # a snapshot by hand that was pruned: another one of its run
    found = of_run(names, watched) if watched else newest(names)
    return found or (kept["last"] if kept["last"] in names else next(iter(names), None))


def read_focus(focus: Any) -> dict[str, str]:
    """watched, model, last and shown, each a text; "" where the browser has none or sent something else.

    focus: what FOCUS_JS sends.
    """
    try:
        found = json.loads(focus) if isinstance(focus, str) and len(focus) <= MAX_TEXT else {}
    except ValueError:
        found = {}
    found, keys = found if isinstance(found, dict) else {}, ("watched", "model", "last", "shown")
    return {key: found[key] if isinstance(found.get(key), str) else "" for key in keys}


def of_run(names: list[str], run: str) -> str | None:
    """The best snapshot of a run among the listed names, else its newest; None if it has none."""
    own = [name for name in names if name.startswith(f"{run}/")]
    best = [name for name in own if name.split("/")[1] == BEST]
    return next(iter(best + own), None)


def newest(names: list[str]) -> str | None:
    """The same for the newest run: of all snapshots, its newest one is listed first."""
    runs = [run for run, slash, rest in (name.partition("/") for name in names) if is_snapshot(rest)]
    return of_run(names, runs[0]) if runs else None


def is_snapshot(rest: str) -> bool:
    """Whether this follows the name of a run: the number of a snapshot, or the best one."""
    first = rest.partition("/")[0]
    return first == BEST or first.isdigit() and len(first) == 9
