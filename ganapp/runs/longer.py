"""Train longer: a run that has ended gets more budget, and goes on exactly from where it was.

It then equals a run that had the larger budget from the start, because nothing in training looks at the
budget: schedules have lengths of their own, in images.
"""

from __future__ import annotations

from ganapp.config import UNLIMITED_KIMG, TrainConfig

from .run import Run

DIGITS = 9  # of a budget: 0.04 and 0.032 are 0.072, not a step more


def longer(config: TrainConfig, nimg: int, sec: float, minutes: float = 0, kimg: float = 0) -> TrainConfig:
    """The configuration of a run at nimg images and sec seconds with so much more budget.

    One of minutes and kimg is more than 0. It is added to the run's own budget of that kind, or, where that
    is not what ends the run, to what it has trained; a budget of the other kind that is used up is lifted.
    Raises ValueError (message fit for the user) if the sum is not allowed.
    """
    if (minutes > 0) + (kimg > 0) != 1 or min(minutes, kimg) < 0:
        raise ValueError(
            f"{minutes:g} minutes and {kimg:g} kimg are to be added; one of them must be more than 0."
        )
    ended_by_kimg = nimg >= config.kimg * 1000
    ended_by_minutes = 0 < config.minutes * 60 <= sec
    if minutes:
        counts = config.minutes and (ended_by_minutes or not ended_by_kimg)
        total = (config.minutes if counts else sec / 60) + minutes
        return config.replace(
            minutes=round(total, DIGITS), kimg=UNLIMITED_KIMG if ended_by_kimg else config.kimg
        )
    counts = config.kimg < UNLIMITED_KIMG and (ended_by_kimg or not ended_by_minutes)
    total = (config.kimg if counts else nimg / 1000) + kimg
    return config.replace(kimg=round(total, DIGITS), minutes=0.0 if ended_by_minutes else config.minutes)


def train_longer(run: Run, minutes: float = 0, kimg: float = 0) -> None:
    """Give a run that rests more budget. It is then paused: starting it is resuming it.

    Raises ValueError (message fit for the user) if a process works on it, if it has not begun, or if the
    budget is not allowed.
    """
    from filelock import Timeout

    try:
        with run.lock().acquire(timeout=1):
            status = run.status()
            if not run.states():
                raise ValueError(f"run {run.name!r} has no saved state to go on from; start a new one.")
            run.write_config(longer(run.config(), status["nimg"], status["sec"], minutes, kimg))
            run.write_status(state="paused", reason=None)
    except Timeout:
        raise ValueError(f"run {run.name!r} is at work; it can be given more once it has ended.") from None


def schedules(config: TrainConfig) -> dict[str, float]:
    """The schedules that a configuration uses, {burn_in, noise or growth: its length in kimg}.

    They end there and stay, however long the run is.
    """
    changes = config.lr_final != 1 or config.gamma_final != 1
    lengths = {
        "burn_in": config.burn_in_kimg if changes else 0.0,
        "noise": config.instance_noise_kimg if config.instance_noise else 0.0,
        "growth": 2 * (config.resolution.bit_length() - 3) * config.grow_kimg,
    }
    return {name: length for name, length in lengths.items() if length}
