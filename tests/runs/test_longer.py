"""runs/longer.py: which budget a run gets that is trained longer. That it equals a longer run: tests/driving/."""

import pytest

from ganapp.config import UNLIMITED_KIMG, TrainConfig
from ganapp.runs import create_run
from ganapp.runs.longer import longer, schedules, train_longer

NO = UNLIMITED_KIMG


@pytest.mark.parametrize(
    ("budget", "at", "added", "then"),
    [
        # (kimg, minutes) of the run; (nimg, sec) it has come to; (minutes, kimg) added; (kimg, minutes) after
        ((5, 0), (5056, 90), (0, 3), (8, 0)),  # ended by images: exactly the budget of a longer run
        ((5, 0), (1024, 20), (0, 3), (8, 0)),  # paused on its way
        ((NO, 10), (77_000, 600.4), (7, 0), (NO, 17)),  # ended by the clock
        ((NO, 10), (77_000, 300), (7, 0), (NO, 17)),
        ((NO, 10), (77_000, 600.4), (0, 3), (80, 0)),  # ended by the clock, and counted in images from now on
        ((5, 0), (5056, 90), (7, 0), (NO, 8.5)),  # the other way round
        ((100, 10), (77_000, 600.4), (7, 0), (100, 17)),  # two limits, of which one is used up
        ((100, 10), (77_000, 600.4), (0, 3), (80, 0)),
        ((77, 10), (77_000, 300), (0, 3), (80, 10)),
        (
            (0.04, 0),
            (40, 1),
            (0, 0.032),
            (0.072, 0),
        ),  # their sum in binary is more, and would be another step
    ],
)
def test_the_budget_after(budget, at, added, then):
    config = TrainConfig(kimg=budget[0], minutes=budget[1], seed=3)
    after = longer(config, *at, *added)
    assert (after.kimg, after.minutes) == then and after.seed == 3
    assert not after.is_used_up(*at)


@pytest.mark.parametrize("added", [(0, 0), (1, 1), (-1, 2), (0, -1)])
def test_what_is_added_is_one_amount(added):
    with pytest.raises(ValueError, match="one of them must be more than 0"):
        longer(TrainConfig(), 0, 0, *added)


def test_too_much_is_refused():
    with pytest.raises(ValueError, match="kimg is 1e\\+07|kimg is 10000"):
        longer(TrainConfig(kimg=5), 5000, 1, kimg=NO)


def test_a_run_that_rests_becomes_a_paused_one(tmp_path):
    run = create_run(tmp_path, TrainConfig(kimg=5))
    with pytest.raises(ValueError, match="has no saved state to go on from"):
        train_longer(run, kimg=3)
    (run.path / "state-000005056.pt").write_bytes(b"")
    run.write_status(state="finished", nimg=5056, sec=90, reason="x")
    with run.lock().acquire(), pytest.raises(ValueError, match="is at work"):
        train_longer(run, kimg=3)
    assert run.config().kimg == 5
    train_longer(run, kimg=3)
    status = run.status()
    assert (run.config().kimg, status["state"], status["nimg"], "reason" in status) == (
        8,
        "paused",
        5056,
        False,
    )


def test_schedules_have_lengths_of_their_own():
    assert schedules(TrainConfig()) == {}
    config = TrainConfig(burn_in_kimg=50, lr_final=0.5, instance_noise=1, instance_noise_kimg=20)
    assert schedules(config) == {"burn_in": 50, "noise": 20}
    assert schedules(TrainConfig(burn_in_kimg=50)) == {}  # from 1 to 1
    progan = TrainConfig(family="progan", resolution=32, grow_kimg=10)
    assert schedules(progan) == {"growth": 60}  # 4 to 8 to 16 to 32: three rests and three fades
