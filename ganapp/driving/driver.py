"""drive(run): ticks become files and the `command` file is obeyed; start(run): the same in a background thread.

The only place where training meets the disk. A paused run is a saved run: nothing of it stays in memory, unless the disk
is full. One run at a time works on a device, others wait in the order in which they were asked for.
"""

from __future__ import annotations

import math
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ganapp.config import TrainConfig
from ganapp.metrics import live_figure
from ganapp.runs import LOOKS, Run, remedies, watchdog
from ganapp.training.finite import NotFinite, check_finite

from . import beginning
from .devices import device_name, device_turn, memory_mb, pick_device
from .failures import explain, first_line, is_full_disk, is_out_of_memory

BACKGROUND_NICE = 5  # of training in the app: its own threads inherit it, the server's stay at 0
COMMAND_SEC = 0.25  # how often the command file is looked at
LOCK_SEC = 10.0  # a run that is just pausing lets go in a moment
SAMPLE_GROWTH = 0.02  # a grid at least every 2 % of the training time, so that a time-lapse has a few hundred frames
SAMPLE_COLUMNS = 8
REAL_IMAGES = 64
VITALS_SHARE = 0.02  # of the time: what the watchdog's measurements may take
MAX_ROLLBACKS = 2  # in a row, by itself: a third would only say the same again
FULL_DISK = "The disk is full. Make room and press Resume: nothing is lost while this program runs."

_threads: list[tuple[Path, threading.Thread]] = []  # all of this process that may still be alive


class Ended(Exception):
    """The command file asked for an end: .state is "paused" or "stopped"."""

    def __init__(self, state: str):
        super().__init__(state)
        self.state = state


def start(run: Run) -> threading.Thread:
    """Begin or go on with a run in a background thread; the same call for a new, paused, interrupted or failed one.

    A run that another process holds (paused there with a full disk) is asked to go on there.
    """
    path = run.path.resolve()
    run.send("run")
    thread = threading.Thread(target=_drive_behind_the_page, args=(Run(path),), name=f"ganapp:{run.name}", daemon=True)
    _threads[:] = [(p, t) for p, t in _threads if t.is_alive()]
    thread.start()
    _threads.append((path, thread))
    return thread


def _drive_behind_the_page(run: Run) -> None:
    """drive() in a thread that gives way to the page where both want the same core; Linux has priorities for threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND_NICE)
    drive(run)


def shutdown(timeout: float = 60.0) -> None:
    """Pause every run of this process and wait until they are saved: for Ctrl-C and SIGTERM."""
    deadline = time.monotonic() + timeout
    while alive := [(path, thread) for path, thread in _threads if thread.is_alive()]:
        for path in {path for path, _ in alive}:  # again and again: one may just be going on as another run
            if path.exists() and Run(path).command() != "pause":
                Run(path).send("pause")
        if time.monotonic() > deadline:
            break
        alive[0][1].join(COMMAND_SEC if COMMAND_SEC > 0 else 0.02)


def drive(run: Run, observe: Callable[[dict[str, Any]], None] = lambda status: None) -> str:
    """Work on a run until it ends, and return its state then. `observe` sees each status as it is written.

    Where its numbers stop being finite, a run with half the learning rates goes on from the last save, and so does this
    function (`Run.latest` finds it). Everything that goes wrong ends up in the status as one sentence and in log.txt in
    full; nothing is raised but ValueError where another process works on this run.
    """
    state, child = _attempt(run, observe)
    while child is not None:
        me = threading.current_thread()
        _threads[:] = [(child.path if thread is me else path, thread) for path, thread in _threads]
        state, child = _attempt(child, observe)
    return state


def _attempt(run: Run, observe: Callable[[dict[str, Any]], None]) -> tuple[str, Run | None]:
    """(the state of the run when work on it ended, the run that goes on from it by itself or None)."""
    from filelock import Timeout

    lock = run.lock()
    try:
        lock.acquire(timeout=LOCK_SEC)
    except Timeout:
        if threading.current_thread() is not threading.main_thread():
            return "running", None
        raise ValueError(f"run {run.name!r} is being worked on by another process.") from None
    job = _Job(run, observe)
    try:
        return job.work(), job.child
    except Ended as end:
        return job.end(end.state), None
    except Exception as error:  # noqa: BLE001 - the border: a run's failure is shown, never thrown into a server
        text = traceback.format_exc()
        job.quietly(lambda: run.log(text))
        if is_full_disk(error, run.path):  # before the first step: there is nothing yet that could be lost
            return job.end("paused", FULL_DISK), None
        return job.end("failed", explain(error, job.batch)), None
    finally:
        lock.release()


class _Job:
    """What drive() needs between ticks. Lives as long as one attempt."""

    def __init__(self, run: Run, observe: Callable[[dict[str, Any]], None]):
        self.run = run
        self.observe = observe
        self.checked = 0.0
        self.batch = 0
        self.sec_before, self.began, self.began_nimg = 0.0, time.monotonic(), 0
        self.child: Run | None = None
        self.vitals, self.vitals_sec = None, 0.0  # what measures, and for how long it did
        self.looked: dict[str, float] = {}  # what was measured and is not yet written

    def work(self) -> str:
        import torch

        self.config = self.run.config()
        self.batch = self.config.batch
        self.run.remove_leftovers()
        self.tell(state="queued", reason=None, asked=time.time())
        device = self.device = pick_device(self.config.device)
        with device_turn(self.run, device, self.check):
            self.tell(state="starting", device=device_name(device))
            dataset = self.open_data()
            if self.run.status()["nimg"] == 0 and not self.run.states():
                self.config = beginning.resolve(self.config, dataset, device)
                self.run.write_config(self.config)
            beginning.check_same_data(self.config, dataset)
            if device.type == "cpu":
                torch.set_num_threads(self.config.threads)
            return self.train(dataset, device)

    def open_data(self):
        from ganapp.data import Cancelled, open_dataset

        config = self.config
        last = [0.0]

        def progress(done, total, what):
            if time.monotonic() - last[0] > 0.5:
                last[0] = time.monotonic()
                self.tell(preparing=[done, total, what])

        def cancelled():
            return self.run.command() in ("pause", "stop")

        try:
            dataset = open_dataset(**data_arguments(config), progress=progress, cancelled=cancelled)
        except Cancelled:
            raise Ended("stopped" if self.run.command() == "stop" else "paused") from None
        self.tell(preparing=None)
        return dataset

    def train(self, dataset, device) -> str:
        import torch

        from ganapp.data.batches import Batches
        from ganapp.training.loop import train

        config, parts = self.config, self.run.status().get("parts", 1)
        draw = Batches(dataset, device, seed=config.seed, mirror=config.mirror, conditional=config.num_classes > 0)
        self.classes = torch.from_numpy(dataset.labels).to(device) if config.num_classes else None
        self.class_names = dataset.class_names if config.num_classes else ()  # a model without classes has no names
        self.about_data = f"{dataset.name}, {dataset.count} images"
        self.dataset = dataset
        self.write_real_grid(dataset)
        self.live = live_figure.LiveFigure(config, dataset)
        while True:
            state = self.begin(device, parts)
            try:
                self.write_samples(state)
                return self.loop(state, train(state, config, draw))
            except NotFinite as error:
                return self.roll_back(error)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                from ganapp.training.descent import smaller_parts

                parts = smaller_parts(config, parts, state.G, state.D)
                self.run.log(f"not enough memory ({first_line(error)}): the batch is worked through in {parts} parts.")
            del state  # before there is another one
            if device.type == "cuda":
                torch.cuda.empty_cache()

    def begin(self, device, parts: int):
        """The state to go on from: the last save, or a new one."""
        from ganapp.training.state import TrainState, parameter_count

        config, run = self.config, self.run
        state = TrainState.create(config, device)
        state.parts = parts
        self.sec_before = 0.0
        if run.states():
            self.load(state)
        elif config.start_from:
            beginning.start_from(config.start_from, state, run.path.parent)
        run.drop_stats_after(state.nimg)
        self.tell(
            attempt=run.status()["attempt"] + 1, parts=parts if parts > 1 else None
        )  # after the rewrite: readers start over
        self.began, self.began_nimg, self.vitals_sec = time.monotonic(), state.nimg, 0.0
        self.tell(parameters={"g": parameter_count(state.G), "d": parameter_count(state.D)})
        self.tell(state="running", nimg=state.nimg, sec=self.sec(), precision=config.precision, threads=config.threads)
        return state

    def roll_back(self, error: NotFinite) -> str:
        """End this run; one with half the learning rates goes on from its last good state, where that was not tried often enough."""
        run, text = self.run, traceback.format_exc()
        self.quietly(lambda: run.log(text))
        rollbacks = run.status().get("rollbacks", 0)
        if self.look() in ("pause", "stop"):
            return self.end("failed", str(error))
        if rollbacks >= MAX_ROLLBACKS:
            return self.end(
                "failed",
                f"{error.what} was no longer a finite number at {error.nimg:,} images, as before with twice and four times "
                "these learning rates: choose another loss or penalty.",
            )
        config = remedies.remedied(self.config, "rollback")
        self.child = beginning.branch(run, config, run.good_state(), rollbacks + 1)
        self.child.send("run")
        self.tell(child=self.child.name)
        return self.end(
            "failed",
            f"{error.what} was no longer a finite number at {error.nimg:,} images; run {self.child.name!r} goes on from "
            f"{self.child.config().from_nimg:,} images with half the learning rates.",
        )

    def loop(self, state, steps) -> str:
        config = self.config
        ticked = saved = time.monotonic()
        sampled, ticked_nimg, pending = self.sec(), state.nimg, []
        if self.done(state):  # ended between its last save and saying so, or resumed once more
            if self.run.snapshot(f"{state.nimg:09d}") is None:  # else it has what this one would lack: the live figure
                self.keep(lambda: self.save(state))
            return self.end("finished")
        for tick in steps:
            pending.append(tick)
            now = time.monotonic()
            word = self.look() if now - self.checked > COMMAND_SEC else "run"
            done = self.done(state)
            if done or word != "run" or now - ticked >= min(config.tick_sec, 0.2 + self.sec() / 20):
                self.write_tick(state, pending, (state.nimg - ticked_nimg) / max(time.monotonic() - ticked, 1e-9))
                pending, ticked, ticked_nimg = [], time.monotonic(), state.nimg
            asked = word in ("pause", "stop")
            due = done or asked
            if due or self.sec() - sampled >= max(config.sample_sec, SAMPLE_GROWTH * self.sec()):
                self.measure(state, self.keep(lambda: self.write_samples(state)))
                sampled = self.sec()
            if due or word == "save" or time.monotonic() - saved >= config.save_sec:
                self.keep(partial(self.save, state, look=not asked))
                saved = time.monotonic()
                now_word = self.look()
                if word == "save" and now_word == "save":  # not a word that came meanwhile
                    self.keep(lambda: self.run.send("run"))
                if done:
                    return self.end("finished")
                if due and now_word in ("pause", "stop"):  # else Resume was pressed while it was saved
                    return self.end("paused" if now_word == "pause" else "stopped")
        raise AssertionError("train() does not end by itself")

    def done(self, state) -> bool:
        return self.config.is_used_up(state.nimg, self.sec())

    # -- what is written ----------------------------------------------------------------------------------------------

    def sec(self) -> float:
        return self.sec_before + time.monotonic() - self.began

    def tell(self, **changes: Any) -> None:
        self.run.write_status(**changes)
        self.observe(self.run.status())

    def end(self, state: str, reason: str | None = None) -> str:
        self.quietly(lambda: self.tell(state=state, reason=reason, preparing=None))
        return state

    def write_tick(self, state, pending: list, images_per_sec: float) -> None:
        import torch

        from ganapp.training.vitals import gradient_norms

        names = dict.fromkeys(name for tick in pending for name in tick.stats)
        columns = {n: torch.stack([t.stats[n] for t in pending if n in t.stats]).float().mean() for n in names}
        columns |= gradient_norms(state)
        values = torch.stack(list(columns.values())).cpu().tolist()  # the one place that waits for the device
        row = {"nimg": pending[-1].nimg, "sec": round(self.sec(), 3)}
        row |= {name: float(f"{value:.5g}") for name, value in zip(columns, values, strict=True)} | self.looked
        row |= {"images_per_sec": round(images_per_sec, 1), "mem_mb": round(memory_mb(self.device))}
        self.keep(lambda: self.run.append_stats(row))
        if self.looked:
            self.keep(lambda: self.run.append_stats(row, LOOKS))
            self.looked = {}
        if bad := [name for name, value in row.items() if not math.isfinite(value)]:
            raise NotFinite(bad[0], row["nimg"])
        self.keep(
            lambda: self.tell(
                nimg=row["nimg"], sec=row["sec"], images_per_sec=row["images_per_sec"], mem_mb=row["mem_mb"]
            )
        )

    def write_samples(self, state):
        """Write the grid of the fixed seeds; its images, uint8 (N, H, W, C)."""
        from ganapp.latents import images_from_latents
        from ganapp.media import grid, save_webp
        from ganapp.training.averaging import averaged_generator

        z, y = grid_latents(self.config)
        G = averaged_generator(state, self.config, self.classes, batches=2)
        images = images_from_latents(G, z, y)
        save_webp(self.run.sample_path(state.nimg), grid(images, columns=SAMPLE_COLUMNS, pad=0))
        return images

    def measure(self, state, samples) -> None:
        """What the watchdog wants to know goes into the next row; so seldom that it takes no more than VITALS_SHARE."""
        from ganapp.training.vitals import Vitals

        began = time.monotonic()
        if self.vitals_sec > VITALS_SHARE * (began - self.began):
            return
        if self.vitals is None:
            _, y = grid_latents(self.config)
            self.vitals = Vitals(self.config, self.dataset, self.open_heldout(), y, len(samples))
        self.looked |= self.vitals.measure(state, samples)
        self.vitals_sec += time.monotonic() - began

    def open_heldout(self):
        """The images that training never sees, or None where there are none; the log says why."""
        from ganapp.data import open_dataset

        try:
            return open_dataset(**data_arguments(self.config), split="heldout")
        except (ValueError, OSError) as error:
            text = f"whether the discriminator overfits is not measured: {first_line(error)}"
            self.quietly(lambda: self.run.log(text))
            return None

    def write_real_grid(self, dataset) -> None:
        import numpy as np

        from ganapp.media import grid, save_webp

        if not self.run.real_path.exists():
            order = np.random.default_rng(0).permutation(dataset.count)[:REAL_IMAGES]
            images = dataset.images.take(order).transpose(0, 2, 3, 1)
            save_webp(self.run.real_path, grid(images, columns=SAMPLE_COLUMNS, pad=0))

    def save(self, state, look: bool = False) -> None:
        """State and snapshot; `look`: with the live figure, where there is time for it. Nobody who pauses waits for that."""
        import torch

        from ganapp import __version__
        from ganapp.generators import save_generator
        from ganapp.training.averaging import averaged_generator

        config, run = self.config, self.run
        check_finite(state)
        saved = state.state_dict() | {"sec": self.sec()}
        run.write_state(state.nimg, lambda path: torch.save(saved, path))
        if watchdog.is_good(watchdog.judge(run.history(watchdog.HISTORY), config)):
            self.tell(good=state.nimg)
        origin = {
            "preset": config.preset, "dataset": self.about_data, "nimg": state.nimg, "minutes": round(self.sec() / 60, 1),
            "run": run.name, "version": __version__, "parent": config.parent or config.start_from,
            "device": run.status().get("device", ""), "precision": config.precision,
            "ema_kimg": config.ema_kimg,
        }  # fmt: skip
        G = averaged_generator(state, config, self.classes, batches=8)
        due = look and self.live.is_due(time.monotonic() - self.began, state.nimg - self.began_nimg)
        if due and (value := self.live_figure(G)) is not None:
            origin[live_figure.NAME] = value
            run.append_stats({"nimg": state.nimg, "sec": round(self.sec(), 3), live_figure.NAME: value})
        run.write_snapshot(
            state.nimg, lambda folder: save_generator(G, folder, class_names=self.class_names, origin=origin)
        )

    def live_figure(self, G) -> float | None:
        """None where somebody asks for an end meanwhile, or where the memory does not suffice: that is not training's."""
        try:
            return self.live.measure(G, lambda: self.look() in ("pause", "stop"))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            text = f"the live figure is not measured: {first_line(error)}"
            self.quietly(lambda: self.run.log(text))
            return None

    def load(self, state) -> None:
        """The newest state that can be read; one that a power cut left unreadable is passed over, with a line in the log."""
        unreadable: dict[Path, str] = {}
        try:
            saved = beginning.newest_state(self.run, unreadable)
        finally:
            for path, error in unreadable.items():
                self.run.log(f"{path.name} cannot be read and is passed over: {error}")
        for path in unreadable:  # only where another one was read: else a resume would begin at 0
            self.run.set_aside(path)
        self.sec_before = saved["sec"]
        state.load_state_dict(saved)

    # -- commands -----------------------------------------------------------------------------------------------------

    def look(self) -> str:
        self.checked = time.monotonic()
        return self.run.command()

    def check(self) -> None:
        """Raise Ended where the command file asks for an end: for waiting, when there is nothing to save yet."""
        word = self.look()
        if word in ("pause", "stop"):
            raise Ended("paused" if word == "pause" else "stopped")

    def keep(self, write: Callable[[], Any]) -> None:
        """Run a write. On a full disk: pause with the reason, everything kept in memory, until told to go on.

        Raises Ended where a stop gives it up.
        """
        while True:
            try:
                return write()
            except Exception as error:
                if not is_full_disk(error, self.run.path):
                    raise
                text = f"the disk is full: {error}"
            self.quietly(lambda: self.run.log(text))  # noqa: B023 - called at once
            self.wait_for_room()

    def wait_for_room(self) -> None:
        """Say paused until the command file says otherwise. The word "pause" itself may find no room at first."""
        began = time.monotonic()
        asked = False
        while True:
            asked = asked or self.quietly(lambda: self.run.send("pause"))
            self.quietly(lambda: self.tell(state="paused", reason=FULL_DISK))
            time.sleep(COMMAND_SEC)
            word = self.run.command()
            if asked and word == "stop":
                raise Ended("stopped")
            if asked and word != "pause":
                break
        self.began += time.monotonic() - began
        self.quietly(lambda: self.tell(state="running", reason=None))

    def quietly(self, write: Callable[[], Any]) -> bool:
        """Whether it was written. What a full disk does not take is tried again with the next status."""
        try:
            write()
        except OSError as error:
            if not is_full_disk(error, self.run.path):
                raise
            return False
        return True


# -- what a configuration says about data and samples -----------------------------------------------------------------


def data_arguments(config: TrainConfig) -> dict[str, Any]:
    """Those of open_dataset."""
    return {
        "source": config.dataset, "resolution": config.resolution, "channels": config.channels or None,
        "crop": config.crop, "background": config.background,
    }  # fmt: skip


def grid_latents(config: TrainConfig):
    """(z float32 (N, z_dim), y int64 (N,) or None) of the fixed seeds of the sample grid: one class a row."""
    import numpy as np

    from ganapp.latents import latent

    k = config.num_classes
    rows = k if k in (9, 10) else SAMPLE_COLUMNS
    z = np.stack([latent(seed, config.z_dim)[0] for seed in range(rows * SAMPLE_COLUMNS)])
    return z, np.arange(len(z)) // SAMPLE_COLUMNS % k if k else None
