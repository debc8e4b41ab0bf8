"""drive(run): training becomes files, and the command file is obeyed. The only place where training meets the disk.

A paused run is a saved run: nothing of it stays in memory, unless the disk is full. One run at a time works on a device;
others wait in the order in which they were started.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganapp.runs import Run
from ganapp.runs.remedies import remedied
from ganapp.training.finite import NotFinite

from . import beginning
from .clock import Clock
from .commands import Commands, Ended
from .devices import device_name, device_turn, pick_device
from .failures import explain, first_line, is_full_disk, is_out_of_memory
from .full_disk import FULL_DISK, Writer
from .record import Recorder, data_arguments

if TYPE_CHECKING:
    import torch

    from ganapp.data import ImageDataset
    from ganapp.training.loop import Tick
    from ganapp.training.state import TrainState

LOCK_SEC = 10.0  # to wait for a run that is just pausing
PREPARING_SEC = 0.5  # between two statuses while data is prepared
SAMPLE_GROWTH = (
    0.02  # a grid at least every 2 % of the training time, so that a time-lapse has a few hundred frames
)
MAX_ROLLBACKS = 2  # automatic ones in a row; a third would repeat the same failure

Observe = Callable[[dict[str, Any]], None]


def drive(
    run: Run, observe: Observe = lambda status: None, on_successor: Callable[[Run], None] = lambda run: None
) -> str:
    """Work on a run until it ends, and return its state then. `observe` sees each status as it is written.

    If its numbers become infinite or NaN, a run with half the learning rates goes on from the last save, and so does this
    function (`Run.latest` finds that run); on_successor is called with it. Everything that goes wrong ends up in the
    status as one sentence and in log.txt in full. Raises ValueError if another process works on this run, nothing else.
    """
    state, child = _attempt(run, observe)
    while child is not None:
        on_successor(child)
        state, child = _attempt(child, observe)
    return state


def _attempt(run: Run, observe: Observe) -> tuple[str, Run | None]:
    """(state of the run when work on it ended, the run that goes on from it by itself or None)."""
    from filelock import Timeout

    lock = run.lock()
    try:
        lock.acquire(timeout=LOCK_SEC)
    except Timeout:
        if threading.current_thread() is not threading.main_thread():
            return "running", None
        raise ValueError(f"run {run.name!r} is being worked on by another process.") from None
    driver = Driver(run, observe)
    try:
        return driver.work(), driver.child
    except Ended as end:
        return driver.end(end.state), None
    except Exception as error:  # noqa: BLE001 - a failed run is shown on the page; it must not take the server down
        driver.writer.write_log(traceback.format_exc())
        if is_full_disk(error, run.path):  # before the first step: there is nothing yet that could be lost
            return driver.end("paused", FULL_DISK), None
        return driver.end("failed", explain(error, driver.batch)), None
    finally:
        lock.release()


class Driver:
    """One attempt at a run, from the first look at its configuration to its end."""

    def __init__(self, run: Run, observe: Observe):
        self.run = run
        self.clock = Clock()
        self.commands = Commands(run)
        self.writer = Writer(run, self.clock, observe)
        self.batch = 0
        self.child: Run | None = None

    def work(self) -> str:
        import torch

        self.config = self.run.config()
        self.batch = self.config.batch
        self.run.remove_leftovers()
        self.writer.write_status(state="queued", reason=None, asked=time.time())
        device = pick_device(self.config.device)
        with device_turn(self.run, device, self.commands.raise_if_asked_to_end):
            self.writer.write_status(state="starting", device=device_name(device))
            dataset = self.open_data()
            if self.run.status()["nimg"] == 0 and not self.run.states():
                self.config = beginning.resolve(self.config, dataset, device)
                self.run.write_config(self.config)
            beginning.check_same_data(self.config, dataset)
            if device.type == "cpu":
                torch.set_num_threads(self.config.threads)
            return self.train(dataset, device)

    def open_data(self) -> ImageDataset:
        from ganapp.data import Cancelled, open_dataset

        told = [0.0]

        def progress(done: int, total: int | None, what: str) -> None:
            if time.monotonic() - told[0] > PREPARING_SEC:
                told[0] = time.monotonic()
                self.writer.write_status(preparing=[done, total, what])

        arguments = data_arguments(self.config)
        try:
            dataset = open_dataset(**arguments, progress=progress, cancelled=self.commands.asks_to_end)
        except Cancelled:
            raise Ended("stopped" if self.run.command() == "stop" else "paused") from None
        self.writer.write_status(preparing=None)
        return dataset

    def train(self, dataset: ImageDataset, device: torch.device) -> str:
        """Train until the budget is used up or a command ends it, in smaller parts each time that memory runs out."""
        import torch

        from ganapp.data.batches import Batches
        from ganapp.training.algorithm import algorithm_of
        from ganapp.training.descent import smaller_parts
        from ganapp.training.loop import train

        config, parts = self.config, self.run.status().get("parts", 1)
        images = Batches(
            dataset, device, seed=config.seed, mirror=config.mirror, conditional=config.num_classes > 0
        )
        labels = torch.from_numpy(dataset.labels).to(device) if config.num_classes else None
        algorithm = algorithm_of(config)
        source = algorithm.source(config, images, labels, device)
        self.recorder = Recorder(self.writer, self.commands, config, dataset, source, device)
        self.recorder.write_real_grid()
        while True:
            state = self.create_state(device, parts)
            try:
                self.recorder.write_samples(state)
                return self.loop(state, train(state, config, source, algorithm.turns(config)))
            except NotFinite as error:
                return self.roll_back(error)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                parts = smaller_parts(config, parts, *state.nets())
                self.run.log(
                    f"not enough memory ({first_line(error)}): the batch is worked through in {parts} parts."
                )
            del state  # before there is another one
            if device.type == "cuda":
                torch.cuda.empty_cache()

    def create_state(self, device: torch.device, parts: int) -> TrainState:
        """The state to go on from: the last save, or a new one. Starts the clock."""
        from ganapp.training.algorithm import algorithm_of
        from ganapp.training.state import TrainState, parameter_count

        config, run = self.config, self.run
        state = TrainState.create(config, device, algorithm_of(config).players(config, device))
        state.parts = parts
        before = 0.0
        if run.states():
            before = self.load_newest(state)
        elif config.start_from:
            beginning.start_from(config.start_from, state, config, run.path.parent)
        run.drop_stats_after(state.nimg)
        # After the rewrite: a new attempt tells readers to start over.
        self.writer.write_status(attempt=run.status()["attempt"] + 1, parts=parts if parts > 1 else None)
        self.clock.before, self.clock.began = before, time.monotonic()
        self.recorder.start(state.nimg)
        counts = {name.lower(): parameter_count(player.net) for name, player in state.players.items()}
        self.writer.write_status(parameters=counts)
        self.writer.write_status(
            state="running",
            nimg=state.nimg,
            sec=self.clock.sec(),
            precision=config.precision,
            threads=config.threads,
        )
        return state

    def load_newest(self, state: TrainState) -> float:
        """Load the newest readable state; unreadable ones are passed over and logged. Returns its seconds of training."""
        unreadable: dict[Path, str] = {}
        try:
            saved = beginning.newest_state(self.run, unreadable)
        finally:
            for path, error in unreadable.items():
                self.run.log(f"{path.name} cannot be read and is passed over: {error}")
        for path in unreadable:  # only if another one was read: else a resume would begin at 0
            self.run.set_aside(path)
        state.load_state_dict(saved)
        return saved["sec"]

    def loop(self, state: TrainState, steps: Iterator[Tick]) -> str:
        """Take steps; write a tick, a grid or a save when it is due; obey commands. Returns the state at the end."""
        config, clock, recorder = self.config, self.clock, self.recorder
        keep = self.writer.retry_when_disk_has_room
        ticked = saved = time.monotonic()
        sampled, ticked_nimg, pending = clock.sec(), state.nimg, []
        if self.is_done(state):  # ended between its last save and saying so, or resumed once more
            if self.run.snapshot(f"{state.nimg:09d}") is None:  # else that one has the live figure, too
                keep(lambda: recorder.save(state))
            return self.end("finished")
        for tick in steps:
            pending.append(tick)
            word, done = self.commands.read_if_due(), self.is_done(state)
            due = min(config.tick_sec, 0.2 + clock.sec() / 20)
            if done or word != "run" or time.monotonic() - ticked >= due:
                speed = (state.nimg - ticked_nimg) / max(time.monotonic() - ticked, 1e-9)
                recorder.write_tick(state, pending, speed)
                pending, ticked, ticked_nimg = [], time.monotonic(), state.nimg
            last = done or word in ("pause", "stop")
            if last or clock.sec() - sampled >= max(config.sample_sec, SAMPLE_GROWTH * clock.sec()):
                recorder.measure_vitals(state, keep(lambda: recorder.write_samples(state)))
                sampled = clock.sec()
            if last or word == "save" or time.monotonic() - saved >= config.save_sec:
                keep(partial(recorder.save, state, look=word not in ("pause", "stop")))
                saved = time.monotonic()
                if ended := self.after_save(word, done, last):
                    return ended
        raise AssertionError("train() does not end by itself")

    def after_save(self, word: str, done: bool, last: bool) -> str:
        """Obey what the command file says after a save. Returns the state if the run ends now, else ""."""
        now = self.commands.read()
        if word == "save" and now == "save":  # not a command that came meanwhile
            self.writer.retry_when_disk_has_room(lambda: self.run.send("run"))
        if done:
            return self.end("finished")
        if last and now in ("pause", "stop"):  # else Resume was pressed while it was saved
            return self.end("paused" if now == "pause" else "stopped")
        return ""

    def is_done(self, state: TrainState) -> bool:
        return self.config.is_used_up(state.nimg, self.clock.sec())

    def roll_back(self, error: NotFinite) -> str:
        """End this run as failed. Unless that happened too often, one with half the learning rates goes on from the
        last good state."""
        run, what = self.run, f"{error.what} was no longer a finite number at {error.nimg:,} images"
        self.writer.write_log(traceback.format_exc())
        rollbacks = run.status().get("rollbacks", 0)
        if self.commands.asks_to_end():
            return self.end("failed", str(error))
        if rollbacks >= MAX_ROLLBACKS:
            return self.end(
                "failed",
                f"{what}, as before with twice and four times these learning rates: choose another loss or penalty.",
            )
        self.child = beginning.branch(run, remedied(self.config, "rollback"), run.good_state(), rollbacks + 1)
        self.child.send("run")
        self.writer.write_status(child=self.child.name)
        nimg = self.child.config().from_nimg
        return self.end(
            "failed",
            f"{what}; run {self.child.name!r} goes on from {nimg:,} images with half the learning rates.",
        )

    def end(self, state: str, reason: str | None = None) -> str:
        self.writer.write_unless_full(
            lambda: self.writer.write_status(state=state, reason=reason, preparing=None)
        )
        return state
