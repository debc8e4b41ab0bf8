"""The app in a process of its own, in a temporary folder, with requests and a browser for it: shared by the benchmarks.

Not a benchmark. Nothing of the machine's own runs, cache or locks is touched; the prepared faces are copied from the
usual cache, so that no timing contains their drawing.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from common import ROOT

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WAIT_SEC = 90


@contextmanager
def isolated(faces: bool = True) -> Iterator[Path]:
    """A temporary folder that holds runs/, the cache and every temporary file; for this process and its children."""
    from ganapp.data import cache_folder, open_dataset

    with tempfile.TemporaryDirectory(prefix="ganapp-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for part in ("runs", "checkpoints", "tmp", "cache/datasets"):
            (folder / part).mkdir(parents=True)
        if faces:
            open_dataset("faces", 32)  # drawn once a machine
            for prepared in cache_folder().glob("datasets/faces-train-32-*[0-9a-f]"):
                shutil.copytree(prepared, folder / "cache" / "datasets" / prepared.name)
        mine = {
            "GANAPP_CACHE": folder / "cache", "GRADIO_TEMP_DIR": folder / "tmp" / "gradio", "TMPDIR": folder / "tmp",
            "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1",
        }  # fmt: skip
        before = {key: os.environ.get(key) for key in mine}
        os.environ.update({key: str(value) for key, value in mine.items()})
        try:
            yield folder
        finally:
            for key, value in before.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})


class App:
    """`python app.py` on a free port, over the folder of isolated(). A context manager: it is ended, and saves, at the end."""

    def __init__(self, folder: Path, runs: Path | None = None):
        self.folder, self.runs, self.port = folder, runs or folder / "runs", free_port()

    def __enter__(self) -> App:
        command = [sys.executable, str(ROOT / "app.py"), "--port", str(self.port), "--runs", str(self.runs)]
        self.began = time.perf_counter()
        self.log = open(self.folder / "app.log", "ab")
        self.process = subprocess.Popen(
            [*command, "--checkpoints", str(self.folder / "checkpoints")],
            cwd=self.folder, stdout=self.log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            self.wait_until_served("/")
        except BaseException:
            self.__exit__()
            raise
        return self

    def wait_until_served(self, path: str) -> float:
        """Seconds from the start of the process until this path answers with 200."""
        while time.perf_counter() - self.began < WAIT_SEC:
            if self.process.poll() is not None:
                raise RuntimeError(f"the app ended: {(self.folder / 'app.log').read_text()[-2000:]}")
            try:
                if Client(self.port).get(path)[0] == 200:
                    return time.perf_counter() - self.began
            except OSError:
                pass
            time.sleep(0.01)
        raise RuntimeError(f"{path} was not served within {WAIT_SEC} s")

    def __exit__(self, *_: Any) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def wait_until_idle(self) -> None:
        """Until what the app loads once it is served (PyTorch) is loaded: a second with hardly any processor time."""
        deadline, spent = time.monotonic() + WAIT_SEC, self.cpu_sec() or 0.0
        while time.monotonic() < deadline:
            time.sleep(1)
            before, spent = spent, self.cpu_sec() or 0.0
            if self.loaded("torch") and spent - before < 0.05:
                return
        raise RuntimeError("the app does not come to rest")

    def loaded(self, library: str) -> bool:
        """Whether the process has a shared library of that name open; True where the system does not tell."""
        try:
            return library in Path(f"/proc/{self.process.pid}/maps").read_text()
        except OSError:
            return True

    def cpu_sec(self) -> float | None:
        """Processor time of the app so far; None where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


class Client:
    """One kept-alive connection, as a browser has it. Knows where the page's monitor and its small events are."""

    def __init__(self, port: int, session: str = "bench"):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.session = session
        self.known: dict[str, Any] = {}
        self.received = 0  # bytes of the last answer, without its head

    def get(self, path: str) -> tuple[int, bytes]:
        return self._ask("GET", path)

    def post(self, path: str, body: dict) -> Any:
        status, data = self._ask("POST", path, json.dumps(body | {"session_hash": self.session}), JSON)
        self.received = len(data)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {data[:300]!r}")
        return json.loads(data)

    def _ask(self, method: str, path: str, *rest: Any, again: bool = True) -> tuple[int, bytes]:
        try:
            self.http.request(method, path, *rest)
            answer = self.http.getresponse()
            return answer.status, answer.read()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.http.close()  # the server drops a connection after 5 quiet seconds; a browser opens another one, too
            if not again:
                raise
        return self._ask(method, path, *rest, again=False)

    @cached_property
    def config(self) -> dict[str, Any]:
        return json.loads(self.get("/config")[1])

    @cached_property
    def elements(self) -> dict[str, int]:
        """elem_id -> Gradio's number of the component."""
        found = ((c["props"].get("elem_id"), c["id"]) for c in self.config["components"])
        return {name: number for name, number in found if name}

    @cached_property
    def about_event(self) -> int:
        """Gradio's number of the event that writes the sentence about a preset: one without a queue."""
        chosen, about = [self.elements["preset"], "change"], [self.elements["about"]]
        events = (d for d in self.config["dependencies"] if d["queue"] is False and d["outputs"] == about)
        return next(d["id"] for d in events if chosen in [list(target) for target in d["targets"]])

    def server_function(self, name: str, data: Any) -> Any:
        """What the monitor's script calls as server.poll(…) and server.act(…)."""
        body = {"data": data, "component_id": self.elements["monitor"], "fn_name": name}
        return self.post("/gradio_api/component_server/", body)

    def poll(self, run: str) -> dict[str, Any]:
        """One poll with the cursor that monitor.js keeps; returns the news."""
        news = self.server_function("poll", {"run": run, "known": self.known})
        if "run" in news:
            self.known = {"list": self.known.get("list"), "run": news["run"]}
        for key, value in (("list", "list"), ("status", "status_hash"), ("attempt", "attempt"), ("offset", "offset")):
            if value in news:
                self.known[key] = news[value]
        if news.get("grids"):
            self.known["grids"] = news["grids"][-1]
        if news.get("real"):
            self.known["real"] = True
        return news

    def small_event(self, preset: str) -> Any:
        """An event without a queue: the sentence about a preset, as when another one is chosen."""
        body = {
            "data": [preset],
            "event_data": None,
            "fn_index": self.about_event,
            "trigger_id": self.elements["preset"],
        }
        return self.post("/gradio_api/run/predict", body)["data"][0]


JSON = {"Content-Type": "application/json"}


@contextmanager
def browser_page(url: str, storage: dict[str, str] | None = None) -> Iterator[Any]:
    """A Playwright page at `url` in headless Chromium, 1440×900, English."""
    from playwright.sync_api import sync_playwright

    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
        for key, value in (storage or {}).items():
            page.add_init_script(f"localStorage.setItem({json.dumps(key)}, {json.dumps(value)})")
        page.goto(url)
        try:
            yield page
        finally:
            browser.close()


def settle(page) -> None:
    """Wait until the page's own first questions (the preview, what a preset can do here) are answered."""
    wait_for(lambda: page.locator("#preview_grid img").count(), "no preview of the data appeared")
    wait_for(lambda: page.locator("#about .plain-note").count(), "nothing was said about the preset")
    page.wait_for_timeout(500)


def waiting_run(runs: Path, name: str, **changes: Any):
    """A dcgan-32 run on the faces that lets the page resume it: no time limit, every core, as a person would start it."""
    from ganapp.config import preset_config
    from ganapp.runs import create_run

    fields = {"kimg": 1e7, "threads": cores(), "precision": "auto", **changes}
    run = create_run(runs, preset_config("dcgan-32").replace(**fields), name)
    run.write_status(state="paused")
    return run


def wait_for(what: Callable[[], Any], sentence: str, sec: float = WAIT_SEC) -> Any:
    """The first true answer of `what`. RuntimeError with the sentence where there is none in time."""
    deadline = time.monotonic() + sec
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.05)
    raise RuntimeError(sentence)


def resume(client: Client, run) -> None:
    """Go on with a run through the page's own button, and wait until its steps are counted again."""
    before = run.status()["nimg"]
    answer = client.server_function("act", {"run": run.name, "word": "resume"})
    assert answer.get("ok"), answer
    wait_for(lambda: run.status()["state"] == "running" and run.status()["nimg"] > before, f"{run.status()}")


def pause(client: Client, run) -> None:
    """Pause through the page's own button, and wait until everything is saved and the run let go."""
    answer = client.server_function("act", {"run": run.name, "word": "pause"})
    assert answer.get("ok"), answer
    wait_for(lambda: run.status()["state"] == "paused" and not run.is_locked(), f"{run.status()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> list[float]:
    """How busy the machine was with other work: the load averages of 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else []
