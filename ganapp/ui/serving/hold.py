"""One app for each folder of runs: who has it open, and at which address. Starts and stops nothing.

The process that shows a folder holds a lock in it (`.app.lock`), which the system takes back however the
process ends, and writes its address beside it (`.app.json`). Training has locks of its own, so several apps
on one folder do no harm, but a person who starts a second one looks for the first.
"""

from __future__ import annotations

import http.client
import json
import platform
import time
from contextlib import suppress
from pathlib import Path

from ganapp.files import write_text

LOCK, ADDRESS = ".app.lock", ".app.json"
TITLE = "ganapp"  # how the page calls itself in its manifest
WAIT_SEC = 30  # for an app that is just starting, and has not written its address
ANSWER_SEC, TRIES = 2, 3  # for one that has


class Hold:
    """This process's hold on a folder of runs. `lock` is None where the file system has no locks."""

    def __init__(self, runs: Path, lock) -> None:
        self.runs, self.lock = runs, lock

    def tell(self, host: str, port: int) -> None:
        """Write where the page is served, for a second start."""
        if self.lock is not None:
            with suppress(OSError):  # a full disk: a second start then serves a page of its own
                there = {"machine": platform.node(), "host": host, "port": port}
                write_text(self.runs / ADDRESS, json.dumps(there) + "\n")

    def release(self) -> None:
        if self.lock is not None:
            with suppress(OSError):
                (self.runs / ADDRESS).unlink(missing_ok=True)
            self.lock.release()


def hold(runs: Path) -> Hold | None:
    """Take hold of a folder of runs, which is made; None if another process has it.

    Raises ValueError (message fit for the user) if the folder cannot be made.
    """
    from filelock import FileLock, Timeout

    try:
        runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"the folder of runs {str(runs)!r} cannot be made ({error.strerror}).") from None
    lock = FileLock(runs / LOCK, is_singleton=False, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    except (OSError, NotImplementedError):  # a file system without locks, or one that cannot be written
        return Hold(runs, None)
    with suppress(OSError):
        (runs / ADDRESS).unlink(missing_ok=True)  # of a process that was killed
    return Hold(runs, lock)


def address_of_other(runs: Path, wait_sec: float = WAIT_SEC) -> str | None:
    """The address of the page of the process that has the folder; None if it does not answer here.

    Waits for a process that is starting, at most wait_sec.
    """
    deadline = time.monotonic() + wait_sec
    while (there := read_address(runs)) is None and time.monotonic() < deadline:
        time.sleep(0.2)
    if there is None:
        return None
    machine, host, port = there
    if machine == platform.node() and any(answers(host, port) for _ in range(TRIES)):
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    return None


def read_address(runs: Path) -> tuple[str, str, int] | None:
    """(machine, host, port) of the page that has the folder open; None if nothing usable is written."""
    try:
        told = json.loads((runs / ADDRESS).read_text(encoding="utf-8"))
        machine, host, port = told["machine"], told["host"], told["port"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_usable = isinstance(machine, str) and isinstance(host, str) and isinstance(port, int)
    return (machine, host, port) if is_usable else None


def answers(host: str, port: int) -> bool:
    """Whether this app answers there. Its manifest is served also where a password is asked for."""
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SEC)
    try:
        connection.request("GET", "/manifest.json")
        answer = connection.getresponse()
        return answer.status == 200 and json.loads(answer.read(100_000)).get("name") == TITLE
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        return False
    finally:
        connection.close()
