"""The app as a process in a temporary folder, with a client and a browser; for the benchmarks.

Not a benchmark. The machine's own runs, cache and locks are not touched. The prepared faces are copied from
the usual cache, so that no timing contains drawing them.
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
    """A temporary folder for runs/, the cache and temporary files of this process and its children."""
    from ganapp.data import cache_folder, open_dataset

    with tempfile.TemporaryDirectory(prefix="ganapp-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for part in ("runs", "checkpoints", "tmp", "cache/datasets"):
            (folder / part).mkdir(parents=True)
        if faces:
            open_dataset("faces", 32)  # draws them into the usual cache, once per machine
            for prepared in cache_folder().glob("datasets/faces-train-32-*[0-9a-f]"):
                shutil.copytree(prepared, folder / "cache" / "datasets" / prepared.name)
        mine = {
            "GANAPP_CACHE": folder / "cache",
            "GRADIO_TEMP_DIR": folder / "tmp" / "gradio",
            "TMPDIR": folder / "tmp",
            "GRADIO_ANALYTICS_ENABLED": "False",
            "HF_HUB_OFFLINE": "1",
        }
        before = {key: os.environ.get(key) for key in mine}
        os.environ.update({key: str(value) for key, value in mine.items()})
        try:
            yield folder
        finally:
            for key, value in before.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})


class App:
    """`python app.py` on a free port, in the folder of isolated(). A context manager, which ends it."""

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
        """Seconds from the start of the process until `path` answers with 200."""
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
        """Wait until the app has loaded PyTorch in the background: a second without load."""
        deadline, spent = time.monotonic() + WAIT_SEC, self.cpu_sec() or 0.0
        while time.monotonic() < deadline:
            time.sleep(1)
            before, spent = spent, self.cpu_sec() or 0.0
            if self.loaded("torch") and spent - before < 0.05:
                return
        raise RuntimeError("the app does not come to rest")

    def loaded(self, library: str) -> bool:
        """Whether the process has loaded a shared library of that name; True if the system does not tell."""
        try:
            return library in Path(f"/proc/{self.process.pid}/maps").read_text()
        except OSError:
            return True

    def cpu_sec(self) -> float | None:
        """Processor seconds of the app so far; None if the system does not tell."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


class Client:
    """One kept-alive connection, as a browser has it. It calls the monitor and a small event."""

    def __init__(self, port: int, session: str = "bench"):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.session = session
        self.known: dict[str, Any] = {}
        self.received = 0  # bytes of the last answer's body

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
            self.http.close()  # The server closes idle connections after 5 s; reconnect.
            if not again:
                raise
        return self._ask(method, path, *rest, again=False)

    @cached_property
    def config(self) -> dict[str, Any]:
        return json.loads(self.get("/config")[1])

    @cached_property
    def elements(self) -> dict[str, int]:
        """{elem_id: Gradio's number of the component}."""
        found = ((c["props"].get("elem_id"), c["id"]) for c in self.config["components"])
        return {name: number for name, number in found if name}

    @cached_property
    def about_event(self) -> int:
        """Gradio's number of the event that describes a chosen preset. It has no queue."""
        chosen, about = [self.elements["preset"], "change"], [self.elements["about"]]
        events = (d for d in self.config["dependencies"] if d["queue"] is False and d["outputs"] == about)
        return next(d["id"] for d in events if chosen in [list(target) for target in d["targets"]])

    def server_function(self, name: str, data: Any, element: str = "monitor") -> Any:
        """Call a server function of a component, as its script does by server.poll(…), server.act(…)."""
        body = {"data": data, "component_id": self.elements[element], "fn_name": name}
        return self.post("/gradio_api/component_server/", body)

    def poll(self, run: str) -> dict[str, Any]:
        """One poll with the same cursor as the monitor's script; returns what is new."""
        news = self.server_function("poll", {"run": run, "known": self.known})
        if "run" in news:
            self.known = {"list": self.known.get("list"), "run": news["run"]}
        for key, value in (
            ("list", "list"),
            ("status", "status_hash"),
            ("attempt", "attempt"),
            ("offset", "offset"),
        ):
            if value in news:
                self.known[key] = news[value]
        if news.get("grids"):
            self.known["grids"] = news["grids"][-1]
        if news.get("real"):
            self.known["real"] = True
        return news

    def small_event(self, preset: str) -> Any:
        """The event that describes a preset, as if it was chosen in the page; returns the description."""
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
    """Wait until the page shows the preview of the data and the description of the preset."""
    wait_for(lambda: page.locator("#preview_grid img").count(), "no preview of the data appeared")
    wait_for(lambda: page.locator("#about .plain-note").count(), "nothing was said about the preset")
    page.wait_for_timeout(500)


def waiting_run(runs: Path, name: str, **changes: Any):
    """A paused dcgan-32 run on the faces that the page can resume, without a time limit, on every core."""
    from ganapp.config import preset_config
    from ganapp.runs import create_run

    fields = {"kimg": 1e7, "threads": cores(), "precision": "auto", **changes}
    run = create_run(runs, preset_config("dcgan-32").replace(**fields), name)
    run.write_status(state="paused")
    return run


def wait_for(what: Callable[[], Any], sentence: str, sec: float = WAIT_SEC) -> Any:
    """The first true answer of what(). Raises RuntimeError(sentence) if there is none in `sec` seconds."""
    deadline = time.monotonic() + sec
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.05)
    raise RuntimeError(sentence)


def resume(client: Client, run) -> None:
    """Resume a run as the page's button does, and wait until it trains."""
    before = run.status()["nimg"]
    answer = client.server_function("act", about(run, "resume"))
    assert answer.get("ok"), answer
    wait_for(lambda: run.status()["state"] == "running" and run.status()["nimg"] > before, f"{run.status()}")


def pause(client: Client, run) -> None:
    """Pause a run as the page's button does, and wait until it is saved and unlocked."""
    answer = client.server_function("act", about(run, "pause"))
    assert answer.get("ok"), answer
    wait_for(lambda: run.status()["state"] == "paused" and not run.is_locked(), f"{run.status()}")


def about(run, word: str) -> dict[str, str]:
    """What the page asks of a run that a person sees."""
    from ganapp.runs.about import stamp_of

    return {"run": run.name, "stamp": stamp_of(run, run.status()), "word": word}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> list[float]:
    """Load averages of 1, 5 and 15 minutes: how busy the machine was with other work."""
    return [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else []
