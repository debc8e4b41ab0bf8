"""What the buttons and menus of the Train tab do.

A handler gets {component: value} or one value, and returns {component: value} of what changes. The work is
done in recipe.py, dataset_view.py and expectation.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from ganapp.config import preset_config

from ..access.capabilities import Capabilities
from ..access.visitors import check_sources, name_of
from ..shared import html
from . import dataset_view, recipe
from .expectation import Expectation
from .form import TrainForm
from .previews import Previews

Values = dict[Component, Any]


class TrainActions:
    """The handlers of one page, with what they remember between calls."""

    def __init__(self, form: TrainForm, runs_folder: Path, can: Capabilities) -> None:
        self.form, self.runs_folder, self.can = form, runs_folder, can
        self.previews = Previews()
        self.expectation = Expectation(runs_folder)

    def start(self, given: Values, profile: gr.OAuthProfile | None) -> Values:
        """Create a run of what the form says and start it."""
        data, chosen, start = self.form.data, self.form.recipe, self.form.start
        settings = self.form.settings_of(given)
        try:
            self.can.check_training(name_of(profile))
            check_sources(self.can, given[data.dataset], settings.get("start_from"))
            dataset = str(given[data.dataset] or "").strip()
            config = recipe.config_from(
                given[chosen.preset], dataset, given[start.budget], given[start.amount], settings
            )
            run = recipe.start_run(self.runs_folder, config, given[start.name] or "")
        except (ValueError, OSError) as error:
            return {start.started: "", start.message: html.message(error)}
        return {start.started: run.name, start.message: ""}

    def look(
        self,
        given: Values,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
        progress=gr.Progress(),  # noqa: B008
    ) -> Values:
        """Prepare the chosen data set and show some of it, unless a newer call has begun meanwhile."""
        from ganapp.data import Cancelled

        data = self.form.data
        stopped = self.previews.begin(request.session_hash)

        def tell(done, total, what):
            progress((done, total) if total else 0, desc=what)

        try:
            shown = self._preview(given, profile, tell, stopped.is_set)
        except Cancelled:
            shown = {data.facts: html.note("train.look.cancelled")}
        except (ValueError, OSError) as error:
            shown = {data.preview: "", data.facts: html.message(error)}
        finally:
            is_latest = self.previews.end(request.session_hash, stopped)
        return {**shown, data.cache: dataset_view.cache_html()} if is_latest else {data.preview: gr.skip()}

    def _preview(self, given: Values, profile: gr.OAuthProfile | None, tell, is_stopped) -> Values:
        from ganapp.data import NAMED

        data = self.form.data
        chosen = given[data.dataset]
        if chosen not in NAMED:  # anybody may look at what is drawn or downloaded by name
            self.can.check_training(name_of(profile))
        check_sources(self.can, chosen)
        preset, dataset = given[self.form.recipe.preset], str(chosen or "").strip()
        config = recipe.config_from(preset, dataset, "minutes", 1, self.form.settings_of(given))
        preview, facts = dataset_view.look_at_data(config, tell, is_stopped)
        return {data.preview: preview, data.facts: facts}

    def stop_looking(self, request: gr.Request) -> None:
        self.previews.stop(request.session_hash)

    def take_upload(self, profile: gr.OAuthProfile | None, files: list[str] | None) -> Values:
        """Keep uploaded pictures and choose them as the data set."""
        from ganapp.data.own.uploads import keep_uploads

        data = self.form.data
        if not files:
            return {data.facts: gr.skip()}
        try:
            self.can.check_training(name_of(profile))
            return {data.dataset: str(keep_uploads(files)), data.facts: ""}
        except (ValueError, OSError) as error:
            return {data.facts: html.message(error)}

    def clear_cache(self, profile: gr.OAuthProfile | None) -> str:
        """Delete the prepared data sets. Returns a sentence."""
        from ganapp.data import clear_cache

        try:
            self.can.check_training(name_of(profile))
        except ValueError as error:
            return html.message(error)
        return dataset_view.cleared_html(clear_cache())

    def fill_in(self, preset: str) -> Values:
        """Set every control of the Advanced section to the preset's value."""
        config = preset_config(preset)
        values = {name: getattr(config, name) for name in self.form.recipe.settings}
        return {
            self.form.recipe.settings[name]: json.dumps(value) if isinstance(value, dict) else value
            for name, value in values.items()
        }

    def say_what_to_expect(self, preset: str) -> str:
        """Two sentences on a preset. May measure this machine, which takes seconds."""
        return self.expectation.about_preset(preset)


def show_stop():
    return gr.Button(visible=True)


def hide_stop():
    return gr.Button(visible=False)
