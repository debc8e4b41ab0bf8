"""Automatic rollback: after a number became infinite or NaN, another run goes on from the last good state."""

from __future__ import annotations

from ganapp.config import TrainConfig
from ganapp.runs import Run
from ganapp.runs.remedies import remedied
from ganapp.training.finite import NotFinite

from .beginning import branch

MAX_ROLLBACKS = 2  # automatic ones in a row; a third would repeat the same failure


def roll_back(run: Run, config: TrainConfig, error: NotFinite) -> tuple[Run | None, str]:
    """Create the run that goes on with half the learning rates. Returns it and why `run` failed, a sentence.

    There is none, but the sentence, after MAX_ROLLBACKS in a row.
    """
    what = f"{error.what} was no longer a finite number at {error.nimg:,} images"
    rollbacks = run.status().get("rollbacks", 0)
    if rollbacks >= MAX_ROLLBACKS:
        advice = "choose another loss or penalty"
        return None, f"{what}, as before with twice and four times these learning rates: {advice}."
    child = branch(run, remedied(config, "rollback"), run.good_state(), rollbacks + 1)
    child.send("run")
    goes_on = f"run {child.name!r} goes on from {child.config().from_nimg:,} images"
    return child, f"{what}; {goes_on} with half the learning rates."
