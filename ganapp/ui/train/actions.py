"""What the buttons and menus of the Train tab do.

A handler gets {component: value} or one value, and returns {component: value} of what changes. The work is
done in recipe.py, dataset_view.py and expectation.py.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from ganapp.config import PRESETS, TrainConfig
from ganapp.generators import read_config
from ganapp.runs import title_of

from ..access.capabilities import Capabilities
from ..access.visitors import check_sources, name_of
from ..generate.models import Models
from ..shared import html
from ..shared.language import in_language, language_of
from . import dataset_view, filling, origins, recipe, tasks
from .expectation import Expectation
from .few_pictures import HELPS
from .form import TrainForm
from .latest import Latest
from .refusal import Refused, place_of

Values = dict[Component, Any]
WITH_ALPHA = 4  # channels


class TrainActions:
    """The handlers of one page, with what they remember between calls."""

    def __init__(self, form: TrainForm, models: Models, can: Capabilities, has_gpu: bool = False) -> None:
        self.form, self.models, self.runs_folder, self.can = form, models, models.runs, can
        self.has_gpu = has_gpu
        self.previews, self.expecting = Latest(), Latest()
        self.expectation = Expectation(models.runs)

    def start(self, given: Values, profile: gr.OAuthProfile | None) -> str:
        """Create a run of what the form says and start it. The answer is for starting.js, as JSON."""
        data, chosen, start = self.form.data, self.form.recipe, self.form.start
        settings = self.form.settings_of(given)
        try:
            self.can.check_training(name_of(profile))
            self._check_sources(given[data.dataset], settings)
            dataset = str(given[data.dataset] or "").strip()
            config = recipe.config_from(
                given[chosen.preset], dataset, given[start.budget], given[start.amount], settings
            )
            run = recipe.start_run(self.runs_folder, config, given[start.name] or "")
        except (ValueError, OSError) as error:
            return started(place=place_of(error) or ["train_message"], sentence=in_language(str(error)))
        return started(run.name, title_of(run))

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
        language = language_of(request)

        def tell(done, total, what):
            progress((done, total) if total else 0, desc=in_language(what, language))

        try:
            shown = self._preview(given, profile, tell, stopped.is_set)
        except Cancelled:
            shown = {data.facts: html.note("train.look.cancelled")}
        except (ValueError, OSError) as error:
            shown = {data.preview: "", data.facts: html.message(error)}
        finally:
            is_latest = self.previews.end(request.session_hash, stopped)
        if not is_latest:
            return {data.preview: gr.skip()}  # a newer look has its own button to stop it
        return {**shown, data.cache: dataset_view.cache_html(), data.stop: gr.Button(visible=False)}

    def _preview(self, given: Values, profile: gr.OAuthProfile | None, tell, is_stopped) -> Values:
        from ganapp.data import BUILT_IN

        data = self.form.data
        chosen = given[data.dataset]
        if chosen not in BUILT_IN:  # anybody may look at what is drawn or downloaded by name
            self.can.check_training(name_of(profile))
        settings = self.form.settings_of(given)
        self._check_sources(chosen, settings)
        preset, dataset = given[self.form.recipe.preset], str(chosen or "").strip()
        config = recipe.config_from(preset, dataset, "minutes", 1, settings)
        found = dataset_view.look_at_data(config, tell, is_stopped)
        return {
            data.preview: found.pictures,
            data.facts: found.facts,
            data.keep: gr.Checkbox(config.channels == WITH_ALPHA, visible=found.is_transparent),
            data.few: gr.Button(visible=found.is_few),
        }

    def _check_sources(self, dataset: str, settings: dict[str, Any]) -> None:
        """Raises ValueError if a path of this machine is named that the visitor may not name."""
        check_sources(self.can, dataset, settings.get("start_from"))
        try:
            check_sources(self.can, settings.get("dataset_b") or dataset)
        except ValueError as error:
            raise Refused(str(error), "dataset_b") from None

    def keep_transparency(self, keep: bool) -> Values:
        """Set the number of channels to what the checkbox says."""
        return {self.form.recipe.settings["channels"]: WITH_ALPHA if keep else 0}

    def forget_transparency(self, channels: int) -> Values:
        """Other data are chosen: they may have no transparency, so it is no longer kept."""
        kept = gr.Checkbox(False, visible=False)
        as_they_are = 0 if channels == WITH_ALPHA else channels
        return {self.form.recipe.settings["channels"]: as_they_are, self.form.data.keep: kept}

    def stop_looking(self, request: gr.Request) -> None:
        self.previews.stop(request.session_hash)

    def take_upload(self, event: gr.EventData, task: str, request: gr.Request) -> Values:
        """Choose pictures that were just uploaded."""
        choices = origins.data_sets(self.can.paths, language_of(request), task)
        chosen = str(event.dataset)
        if chosen not in [value for _, value in choices]:
            choices.append((Path(chosen).name, chosen))
        return {self.form.data.dataset: gr.Dropdown(choices=choices, value=chosen, allow_custom_value=True)}

    def help_few(self) -> Values:
        """Set what helps with few pictures."""
        return self.form.filled(HELPS)

    def clear_cache(self, profile: gr.OAuthProfile | None) -> str:
        """Delete the prepared data sets. Returns a sentence."""
        from ganapp.data import clear_cache

        try:
            self.can.check_training(name_of(profile))
        except ValueError as error:
            return html.message(error)
        return dataset_view.cleared_html(clear_cache())

    # -- filling the form ------------------------------------------------------------------------------------

    def fill_in(self, preset: str) -> Values:
        """Set every control that a preset decides. The presets that are listed have the same task."""
        if preset not in PRESETS:  # a text of a person's own: Start says what is wrong with it
            return {self.form.recipe.settings["task"]: gr.skip()}
        values = filling.of_preset(preset)
        del values["task"]
        return self.form.filled(values)

    def choose_task(self, task: str, dataset: str, dataset_b: str, request: gr.Request) -> Values:
        """Show what a task needs, with its first preset, and data that suit it."""
        chosen = tasks.data_for(task, str(dataset or ""), str(dataset_b or ""))
        preset = tasks.preset_for(task, self.has_gpu)
        choices = origins.data_sets(self.can.paths, language_of(request), task)
        values = filling.of_preset(preset) | {"preset": preset, "task": task, "dataset_b": chosen[1]}
        filled = self.form.filled(values)
        filled[self.form.data.other] |= {"choices": [("–", ""), *choices]}
        return filled | {self.form.data.dataset: gr.update(choices=choices, value=chosen[0])}

    def restore(self, kept: str, request: gr.Request, profile: gr.OAuthProfile | None) -> Values:
        """Put back what this browser kept of the form, and list the data sets that there are now."""
        values = filling.kept(kept)
        try:
            self._check_sources(values.get("dataset", "faces"), values)
        except ValueError:
            values = {}
        task = values.get("task", TrainConfig().task)
        choices = origins.data_sets(self.can.paths, language_of(request), task)
        if not values:  # what a person has chosen meanwhile stays
            return {self.form.data.dataset: gr.Dropdown(choices=choices)}
        chosen = gr.Dropdown(choices=choices, value=values.pop("dataset"), allow_custom_value=True)
        filled = self.form.filled(values)
        return filled | {self.form.data.dataset: chosen, self.form.start.by_hand: True}

    def take_over(self, event: gr.EventData, preset: str) -> Values:
        """Fill the form from a run to clone or a generator to fine-tune, named elsewhere on the page."""
        detail = event._data or {}
        skipped = {self.form.start.by_hand: gr.skip()}
        if detail.get("tab") != "train":
            return skipped
        try:
            if model := str(detail.get("model") or ""):
                folder, name = self.models.find(model)  # one of the Hub is fetched
                facts = read_config(folder, name)
                values = filling.of_generator(model, facts["spec"], facts["origin"], preset)
                said = html.note("train.filled.model", model=escape(model))
                return {**self.form.filled(values), self.form.start.message: said}
            if name := str(detail.get("run") or ""):
                run = self.models.run(name)
                said = html.note("train.filled.run", run=escape(title_of(run)))
                filled = self.form.filled(filling.of_run(run.config()))
                return {**filled, self.form.start.by_hand: True, self.form.start.message: said}
        except (ValueError, OSError) as error:
            raise gr.Error(str(error), print_exception=False) from None
        return skipped

    def list_origins(self, given: Values, request: gr.Request) -> Values:
        """What the recipe of the form can start from, as the choices of *Start from*."""
        start_from = self.form.recipe.settings["start_from"]
        try:
            config = recipe.config_from(
                given[self.form.recipe.preset], "faces", "minutes", 1, self.form.settings_of(given)
            )
        except ValueError:
            return {start_from: gr.skip()}  # Start says what is wrong
        choices = origins.starting_points(self.models.sources, config, language_of(request))
        return {start_from: gr.Dropdown(choices=choices)}

    # -- what to expect --------------------------------------------------------------------------------------

    def expect(self, preset: str, request: gr.Request) -> Values:
        """Two sentences on a preset, and a budget that gives good pictures.

        May measure this machine, which takes seconds; a newer call's answer is the one that counts.
        """
        about, good = self.form.recipe.about, self.form.start.good_minutes
        stopped = self.expecting.begin(request.session_hash)
        try:
            sentence, minutes = self.expectation.about_preset(preset)
        finally:
            is_latest = self.expecting.end(request.session_hash, stopped)
        return {about: sentence, good: minutes} if is_latest else {about: gr.skip()}

    def adopt(self, minutes: float, by_hand: bool, amount: float, adopted: float) -> Values:
        """Take the suggested budget, unless a person has set one, which may have been a moment ago.

        amount: what stands there; adopted: what this app has written there. by_hand alone comes too late for
        somebody who types while the suggestion is on its way.
        """
        start = self.form.start
        if by_hand or not minutes or amount != adopted:
            return {start.amount: gr.skip()}
        return {start.amount: minutes, start.budget: "minutes", start.adopted: minutes}


def started(name: str = "", title: str = "", place: list[str] = (), sentence: str = "") -> str:
    """What Start did: the run's name and title, or a refusal and the place of its control; as JSON."""
    return json.dumps({"name": name, "title": title, "place": list(place), "sentence": sentence})


def show_stop():
    return gr.Button(visible=True)
