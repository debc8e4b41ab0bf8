"""Runs in background threads of this process: start one, and pause all of them when the process ends."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from ganapp.runs import Run

from . import commands
from .driver import drive

BACKGROUND_NICE = 5  # niceness of training threads; the server's own threads stay at 0

_threads: list[tuple[Path, threading.Thread]] = []  # run folders, and the threads that work on them


def start(run: Run) -> threading.Thread:
    """Begin or resume a run in a background thread, be it new, paused, interrupted or failed.

    If another process holds the run, paused there with a full disk, that process goes on with it.
    """
    path = run.path.resolve()
    run.send("run")
    thread = threading.Thread(
        target=_drive_with_low_priority, args=(Run(path),), name=f"ganapp:{run.name}", daemon=True
    )
    _threads[:] = [(p, t) for p, t in _threads if t.is_alive()]
    thread.start()
    _threads.append((path, thread))
    return thread


def shutdown(timeout: float = 60.0) -> None:
    """Pause every run of this process and wait until they are saved, `timeout` seconds at most.

    For Ctrl-C and SIGTERM.
    """
    deadline = time.monotonic() + timeout
    while alive := [(path, thread) for path, thread in _threads if thread.is_alive()]:
        for path in {path for path, _ in alive}:  # in each round: a successor of a failed run may have begun
            if path.exists() and Run(path).command() != "pause":
                commands.ask(Run(path), "pause")
        if time.monotonic() > deadline:
            break
        alive[0][1].join(commands.COMMAND_SEC if commands.COMMAND_SEC > 0 else 0.02)


def _drive_with_low_priority(run: Run) -> None:
    """drive() in a thread of lower priority than the server's threads. Only Linux has them per thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND_NICE)
    drive(run, on_successor=_register_successor)


def _register_successor(run: Run) -> None:
    """Note that this thread works on another run from now on, so that shutdown() pauses that one."""
    this = threading.current_thread()
    _threads[:] = [(run.path if thread is this else path, thread) for path, thread in _threads]
