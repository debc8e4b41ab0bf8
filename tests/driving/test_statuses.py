"""What the status of a run says in the course of its work, and what is said of failures before training."""

import shutil

import pytest
from test_driver import at, at_once, new_run, tiny  # noqa: F401

from ganapp.driving.driver import drive


def test_a_run_says_where_it_is_from_the_first_look_to_the_end(new_run):  # noqa: F811
    run, seen = new_run(kimg=0.016), []
    assert drive(run, seen.append) == "finished"
    states = [status["state"] for status in seen]
    assert [state for i, state in enumerate(states) if state != states[i - 1] or not i] == [
        "queued", "starting", "running", "finished",
    ]  # fmt: skip
    assert seen[0]["asked"] == pytest.approx(seen[0]["time"], abs=1)
    assert all("device" in status for status in seen if status["state"] != "queued")
    begun = next(status for status in seen if status["state"] == "running")
    assert (begun["nimg"], begun["attempt"], begun["precision"], begun["threads"]) == (0, 1, "fp32", 1)
    assert 0 <= begun["sec"] < 0.9  # the clock begins with the attempt
    assert set(begun["parameters"]) == {"g", "d"}
    assert "parts" not in seen[-1] and "preparing" not in seen[-1] and "reason" not in seen[-1]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "There is not enough memory for a batch of 8; try 4."),
        (RuntimeError("no such thing\nand more"), "RuntimeError: no such thing (log.txt has the details)"),
        (ValueError("a sentence."), "a sentence."),
    ],
)
def test_failures_before_training_are_one_sentence(new_run, monkeypatch, error, reason):  # noqa: F811
    def opens(**_):
        raise error

    monkeypatch.setattr("ganapp.data.open_dataset", opens)
    run = new_run()
    assert drive(run) == "failed"
    assert run.status()["reason"] == reason
    assert type(error).__name__ in (run.path / "log.txt").read_text()
    assert not run.is_locked()


def test_an_end_that_is_only_said_again_waits_for_no_figure(new_run, monkeypatch):  # noqa: F811
    """A run that is done and lost its snapshot: it is written again, and nobody waits for the live figure."""
    run = new_run(kimg=0.016)
    assert drive(run) == "finished"
    shutil.rmtree(run.snapshots()[0])
    asked = []
    monkeypatch.setattr(
        "ganapp.metrics.live_figure.LiveFigure.is_due", lambda *args: asked.append(args) or False
    )
    assert drive(run) == "finished"
    assert len(run.snapshots()) == 1 and asked == []


def test_a_resumed_run_counts_the_images_of_its_own_attempt(new_run, monkeypatch):  # noqa: F811
    """The time that a figure may take is compared with this attempt's seconds, so its images are this attempt's, too."""
    asked = []
    monkeypatch.setattr(
        "ganapp.metrics.live_figure.LiveFigure.is_due",
        lambda self, sec, images: asked.append(images) or False,
    )
    run = new_run()
    drive(run, at(run, 96, "pause"))
    assert asked == []  # nobody who pauses waits for it
    paused_at = run.status()["nimg"]
    run.send("run")
    assert drive(run) == "finished"
    assert asked == [run.status()["nimg"] - paused_at]
