"""drive(run): turns training into files, and obeys the command file of the run.

Only in this room does training meet the disk. A paused run is a saved run: nothing of it stays in memory,
unless the disk is full. One run at a time works on a device; others wait in the order in which they were
started.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from ganapp.runs import Run, mend, nimg_of
from ganapp.runs.mending import remove_leftovers
from ganapp.training.finite import NotFinite

from . import beginning, fine_tuning, same_data, saved_states
from .clock import Clock
from .commands import Commands, Ended, forget
from .devices import device_name, device_turn, pick_device
from .failures import explain, first_line, is_full_disk, is_out_of_memory
from .full_disk import Writer, full_disk_reason, last_save
from .opening import Sets, open_data, real_images
from .record import Recorder
from .rollback import roll_back

if TYPE_CHECKING:
    import torch

    from ganapp.training.loop import Tick
    from ganapp.training.state import TrainState

LOCK_SEC = 10.0  # longest wait for the lock of a run that is just pausing
# Least time between two grids, as a share of the training time: a time-lapse has a few hundred frames.
SAMPLE_GROWTH = 0.02
# Seconds to the next save, plus this share of the training time: a new run has pictures after 10 seconds.
SAVE_SEC, SAVE_GROWTH = 5.0, 0.5

Observe = Callable[[dict[str, Any]], None]


def drive(
    run: Run, observe: Observe = lambda status: None, on_successor: Callable[[Run], None] = lambda run: None
) -> str:
    """Work on a run until it ends, and return its state then. `observe` sees each status as it is written.

    If a number becomes infinite or NaN, the run fails and a new one with half the learning rates goes on from
    its last good state. This function then calls on_successor with the new run and works on that; Run.latest
    finds it.

    Any other error ends up in the status as one sentence and in log.txt in full. The only one raised is
    ValueError (message fit for the user), if another process works on this run; in a background thread,
    "running" is returned.
    """
    state, child = _attempt(run, observe)
    while child is not None:
        on_successor(child)
        state, child = _attempt(child, observe)
    return state


def _attempt(run: Run, observe: Observe) -> tuple[str, Run | None]:
    """Work on a run once. Returns its state at the end, and its automatic successor or None."""
    from filelock import Timeout

    lock = run.lock()
    try:
        lock.acquire(timeout=LOCK_SEC)
    except Timeout:
        if threading.current_thread() is not threading.main_thread():
            return "running", None
        raise ValueError(f"run {run.name!r} is being worked on by another process.") from None
    except OSError as error:
        raise ValueError(f"the folder of run {run.name!r} cannot be written ({error.strerror}).") from None
    driver = Driver(run, observe)
    try:
        with driver.clock.watched():
            return driver.work(), driver.child
    except Ended as end:
        return driver.end_unsaved("The disk was full", end.state) if end.unsaved else driver.end(
            end.state
        ), None
    except Exception as error:  # noqa: BLE001 - a failed run must not take the server down; the page shows it
        driver.writer.give_back_reserve()
        driver.writer.write_log(traceback.format_exc())
        # A full disk gets here only before the first step, when nothing can be lost. Later, writes wait.
        if is_full_disk(error, run.path):
            return driver.end_unsaved(full_disk_reason(error)), None
        return driver.end("failed", explain(error, driver.batch)), None
    except KeyboardInterrupt:  # from a signal handler, while the disk is full: nobody waits for room
        driver.end_unsaved("The disk was full. Make room and press Resume")
        raise
    finally:
        forget(run)
        lock.release()


class Driver:
    """One attempt at a run, from reading its configuration to its end.

    `child` is the run that goes on from this one automatically, after a number became infinite or NaN.
    """

    def __init__(self, run: Run, observe: Observe):
        self.run = run
        self.clock = Clock()
        self.commands = Commands(run)
        self.writer = Writer(run, self.clock, observe)
        self.batch = 0  # for messages; known once the configuration is read
        self.child: Run | None = None

    def work(self) -> str:
        """Wait for the device, open the data, and train. Returns the state at the end.

        Raises Ended if a command ends the run before training, and any error of data, configuration or disk.
        """
        import torch

        self.config = self.run.config()
        self.batch = self.config.batch
        remove_leftovers(self.run)
        for sentence in mend(self.run):
            self.writer.write_log(sentence)
        self.writer.keep_reserve()
        saved_states.check_not_gone(self.run)
        same_data.check_there(self.run, self.config)
        self.writer.write_status(state="queued", reason=None, changed=None, asked=time.time())
        device = pick_device(self.config.device)
        with device_turn(self.run, device, self.commands.raise_if_asked_to_end):
            self.writer.write_status(state="starting", device=device_name(device))
            sets = open_data(self.config, self.writer, self.commands)
            if self.run.status()["nimg"] == 0 and not self.run.states():
                wanted, self.config = self.config, beginning.resolve(self.config, sets, device)
                self.run.write_config(self.config)
                notes = beginning.notes_on(wanted, self.config, sets)
                for note in notes:
                    self.writer.write_log(note)
                self.writer.write_status(note=" ".join(notes) or None)
                same_data.remember(self.run, sets)
            elif changed := same_data.compare(self.run, self.config, sets):
                self.writer.write_log(changed)
                self.writer.write_status(changed=changed)
            if device.type == "cpu":
                torch.set_num_threads(self.config.threads)
            return self.train(sets, device)

    def train(self, sets: Sets, device: torch.device) -> str:
        """Train until the budget is used up or a command ends it. Returns the state of the run at the end.

        Each time memory runs out, it starts again from the last save with smaller micro-batches.
        """
        import torch

        from ganapp.training.algorithm import algorithm_of
        from ganapp.training.descent import smaller_parts
        from ganapp.training.loop import train

        config, parts = self.config, self.run.status().get("parts", 1)
        algorithm = algorithm_of(config)
        real = real_images(config, sets, device, self.writer.write_log)
        source = algorithm.source(config, real, device)
        self.recorder = Recorder(self.writer, self.commands, config, sets.dataset, source, device)
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
                self.writer.write_log(
                    f"not enough memory ({first_line(error)}): the batch is worked through in {parts} parts."
                )
            del state  # frees its memory before the next one is allocated
            if device.type == "cuda":
                torch.cuda.empty_cache()

    def create_state(self, device: torch.device, parts: int) -> TrainState:
        """The training state to go on from, the last save or a new one. Starts an attempt and the clock."""
        from ganapp.training.algorithm import new_state
        from ganapp.training.state import parameter_count

        config, run = self.config, self.run
        state = new_state(config, device)
        state.parts = parts
        before = 0.0
        if run.states():
            before = saved_states.load_newest(run, state, self.writer.write_log)
        elif config.start_from:
            self.writer.write_log(fine_tuning.start_from(config.start_from, state, config, run.path.parent))
        run.drop_stats_after(state.nimg)
        # Only after the rows are dropped: a new attempt makes readers read the statistics from the start.
        self.writer.write_status(attempt=run.status()["attempt"] + 1, parts=parts if parts > 1 else None)
        self.clock.start(before)
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

    def loop(self, state: TrainState, steps: Iterator[Tick]) -> str:
        """Take steps, write ticks, grids and saves when due, obey commands. Returns the state at the end."""
        config, clock, recorder = self.config, self.clock, self.recorder
        retry = self.writer.retry_when_disk_has_room
        ticked_at = saved_at = time.monotonic()
        sampled_at = ticked_sec = clock.sec()
        ticked_nimg, pending = state.nimg, []
        # The budget is used up at once if the last attempt ended after its save, or if the run was finished.
        if self.is_done(state):
            if self.run.snapshot(f"{state.nimg:09d}") is None:  # an existing one may have the live figure
                retry(lambda: recorder.save(state), bytes_of(state))
            return self.end("finished")
        for tick in steps:
            pending.append(tick)
            self.log_gap()
            command, done = self.commands.read_if_due(), self.is_done(state)
            tick_sec = min(config.tick_sec, 0.2 + clock.sec() / 20)  # short at first: curves appear at once
            if done or command != "run" or time.monotonic() - ticked_at >= tick_sec:
                speed = (state.nimg - ticked_nimg) / max(clock.sec() - ticked_sec, 1e-9)
                recorder.write_tick(state, pending, speed)
                pending, ticked_at, ticked_sec, ticked_nimg = [], time.monotonic(), clock.sec(), state.nimg
            ending = done or command in ("pause", "stop")
            if ending or clock.sec() - sampled_at >= max(config.sample_sec, SAMPLE_GROWTH * clock.sec()):
                recorder.measure_vitals(state, retry(lambda: recorder.write_samples(state)))
                sampled_at = clock.sec()
            save_sec = min(config.save_sec, SAVE_SEC + SAVE_GROWTH * clock.sec())
            if ending or command == "save" or time.monotonic() - saved_at >= save_sec:
                retry(
                    partial(recorder.save, state, with_figure=command not in ("pause", "stop")),
                    bytes_of(state),
                )
                saved_at = time.monotonic()
                if ended := self.after_save(command, done, ending):
                    return ended
        raise AssertionError("train() does not end by itself")

    def log_gap(self) -> None:
        """Say in the log for how long the process did not run, if it did not (see Clock.beat)."""
        if gap := self.clock.take_gap():
            self.writer.write_log(
                f"not at work for {gap:,.0f} s, stopped or asleep: not counted as training."
            )

    def after_save(self, command: str, done: bool, ending: bool) -> str:
        """Obey what the command file says after a save. Returns the state if the run ends now, else ""."""
        now = self.commands.read()
        if command == "save" and now == "save":  # else another command came during the save
            self.writer.retry_when_disk_has_room(lambda: self.run.send("run"))
        if done:
            return self.end("finished")
        if ending and now in ("pause", "stop"):  # else Resume was pressed during the save
            return self.end("paused" if now == "pause" else "stopped")
        return ""

    def is_done(self, state: TrainState) -> bool:
        """Whether the budget of the run, in images or in time, is used up."""
        return self.config.is_used_up(state.nimg, self.clock.sec())

    def roll_back(self, error: NotFinite) -> str:
        """End this run as failed. Another one goes on (rollback.py), unless a command asks for an end."""
        self.writer.write_log(traceback.format_exc())
        if self.commands.asks_to_end():
            return self.end("failed", str(error))
        self.child, reason = roll_back(self.run, self.config, error)
        if self.child is not None:
            self.writer.write_status(child=self.child.name)
        return self.end("failed", reason)

    def end(self, state: str, reason: str | None = None) -> str:
        """Write the final state into the status, unless the disk is full, and return it."""
        self.writer.give_back_reserve()
        self.log_gap()
        self.writer.write_unless_full(
            lambda: self.writer.write_status(state=state, reason=reason, preparing=None)
        )
        return state

    def end_unsaved(self, reason: str, state: str = "paused") -> str:
        """End where the last save is, because a full disk lets nothing newer be saved."""
        states = self.run.states()
        self.writer.write_unless_full(lambda: self.run.write_status(nimg=nimg_of(states[0]) if states else 0))
        return self.end(state, f"{reason}. {last_save(self.run)}")


def bytes_of(state: TrainState) -> int:
    """About how many bytes a saved state has: weights, their average, and two moments of the optimizer."""
    return 4 * sum(p.numel() * p.element_size() for net in state.nets() for p in net.parameters())
