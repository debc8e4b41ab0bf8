"""What to expect of a preset on this machine: how soon there are pictures, by its speed here."""

from __future__ import annotations

import math
from pathlib import Path

from ganapp.config import PRESETS
from ganapp.runs import list_runs
from ganapp.runs.comparison import read_configs

from ..shared.html import both, spans
from ..shared.strings import PRESETS_CHINESE

RUNS_READ = 20  # the newest runs are looked at for a speed
SURE_SEC = 20  # a run that trained for longer than this has a speed to rely on


def say_preset(name: str, expectation: str = "") -> str:
    """One sentence on what a preset is, and the expectation below it, as HTML; "" of a text that is none."""
    if name not in PRESETS:
        return ""
    return f'<p class="plain-note">{spans(PRESETS[name].about, PRESETS_CHINESE[name])}<br>{expectation}</p>'


class Expectation:
    """The speeds of presets on this machine, each measured once."""

    def __init__(self, runs_folder: Path) -> None:
        self.runs_folder = runs_folder
        self._speeds: dict[str, float] = {}

    def about_preset(self, name: str) -> tuple[str, int]:
        """(what a preset is, and when to expect first shapes and good pictures here, as HTML; a budget).

        The budget is the minutes to good pictures, rounded up; 0 if the speed is not known now.
        """
        if name not in PRESETS:
            return "", 0
        preset = PRESETS[name]
        speed, how = self.speed(name)
        if not speed:
            return say_preset(name, both("preset.expect.busy")), 0
        first, good = preset.first_kimg * 1000 / speed / 60, preset.good_kimg * 1000 / speed / 60
        values = {"speed": f"{speed:,.0f}", "first": duration(first), "good": duration(good)}
        return say_preset(name, both(f"preset.expect.{how}", **values)), max(1, math.ceil(good))

    def speed(self, name: str) -> tuple[float, str]:
        """(images/s, "seen" or "measured") of a preset: from its last run here, else from a short probe.

        (0, "") while a run is at work. A measurement would be wrong then, and it would slow that run down. So
        one during which a run began is not kept.
        """
        looked = [(run, run.status()) for run in list_runs(self.runs_folder)[:RUNS_READ]]
        for run, status in looked:
            trained = status.get("images_per_sec") and status.get("sec", 0) > SURE_SEC
            if trained and (config := read_configs([run])[0]) and config.preset == name:
                return status["nimg"] / status["sec"], "seen"
        if name not in self._speeds:
            if self._is_busy():
                return 0.0, ""
            speed = measured(name)
            if self._is_busy():
                return 0.0, ""
            self._speeds[name] = speed
        return self._speeds[name], "measured"

    def _is_busy(self) -> bool:
        return any(run.status()["state"] in ("running", "starting") for run in list_runs(self.runs_folder))


def measured(name: str) -> float:
    """Images/s of a preset on this machine, by a probe of seconds."""
    from ganapp.driving.devices import pick_device
    from ganapp.training.probe import measure

    config = PRESETS[name].config
    channels = config.channels or 3
    given = {"in_channels": channels} if config.task != "noise" else {}
    return measure(config.replace(channels=channels, **given), pick_device("auto"))


def duration(minutes: float) -> str:
    if minutes < 1.5:
        return f"{max(5, round(minutes * 60 / 5) * 5)} s"
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
