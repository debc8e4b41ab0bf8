"""Test runs in a fork of this process, in a copy of the tree: chosen tests, or all with their lines.

The fork has imported torch already, but nothing of the product. What a test leaves running ends with it.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRATCH = Path(tempfile.gettempdir()) / "ganapp-mutants"
TREE = SCRATCH / "main"  # the copy; beside it stands `shared`, as beside this tree
LOG = SCRATCH / "log.txt"  # output of the last run
GRACE_SEC, GRACE = 15, 5  # a test may take so long, and so many times what it took without a fault
LONGEST_SEC = 900  # all tests of one run


class Chosen:
    """pytest plugin: runs the given tests {name: seconds} in their order, and remembers the first failure.

    An alarm ends the process if one takes far longer than it did without a fault.
    """

    def __init__(self, seconds: dict[str, float]):
        self.seconds = seconds
        self.place = {name: i for i, name in enumerate(seconds)}
        self.failed = ""

    def pytest_runtest_logstart(self, nodeid):
        signal.alarm(math.ceil(GRACE_SEC + GRACE * self.seconds[nodeid]))

    def pytest_collection_modifyitems(self, items):
        items[:] = sorted((i for i in items if i.nodeid in self.place), key=lambda i: self.place[i.nodeid])

    def pytest_runtest_logreport(self, report):
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report):
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def result(self) -> dict:
        return {"failed": self.failed}


class Tracer:
    """pytest plugin: which lines of the room each test executes, how long it takes, and which tests fail.

    What a fixture of a file or of the session executes counts for each test that uses it.
    """

    def __init__(self, room: str):
        self.inside = str(TREE / "ganapp" / room) + os.sep
        self.lines: set = set()  # of whatever runs now
        self.tests: dict[str, dict] = {}
        self.fixtures: dict[str, set] = {}

    def trace(self, frame, event, _):
        code = frame.f_code
        inside = (
            code.co_filename.startswith(self.inside) and code.co_flags & 1
        )  # 1: a function, not a module or class
        return self.step if inside else None

    def step(self, frame, event, _):
        if event == "line":
            self.lines.add((frame.f_code.co_filename[len(str(TREE)) + 1 :], frame.f_lineno))
        return self.step

    def pytest_sessionstart(self):
        threading.settrace(self.trace), sys.settrace(self.trace)

    def pytest_runtest_logstart(self, nodeid):
        self.lines = set()
        self.tests[nodeid] = {"sec": 0.0, "lines": self.lines, "fixtures": [], "ok": True}

    def pytest_runtest_setup(self, item):
        self.tests[item.nodeid]["fixtures"] = list(item.fixturenames)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        outer = self.lines
        if fixturedef.scope != "function":
            self.lines = self.fixtures.setdefault(fixturedef.argname, set())
        try:
            return (yield)
        finally:
            self.lines = outer

    def pytest_runtest_logreport(self, report):
        test = self.tests[report.nodeid]
        test["sec"] += report.duration
        test["ok"] &= not report.failed and not report.skipped

    def result(self) -> dict:
        threading.settrace(None), sys.settrace(None)
        for test in self.tests.values():
            names = test.pop("fixtures")
            test["lines"] = sorted(test["lines"].union(*(self.fixtures.get(name, ()) for name in names)))
        return self.tests


def run_tests(paths: list[str], plugin, options: tuple[str, ...] = ()) -> tuple[int, dict]:
    """pytest in a fork, in the copy of the tree: (exit code, the plugin's result).

    The exit code is negative if a signal ended it.
    """
    temporary = SCRATCH / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    if not (child := os.fork()):
        os._exit(_in_fork(paths, plugin, temporary, options))
    ends, done = time.monotonic() + LONGEST_SEC, 0
    try:
        while not done and time.monotonic() < ends:
            time.sleep(0.02)
            done, status = os.waitpid(child, os.WNOHANG)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # and what its tests started
    if not done:
        _, status = os.waitpid(child, 0)
    file = temporary / "result.json"
    return os.waitstatus_to_exitcode(status), json.loads(file.read_text()) if file.exists() else {}


def _in_fork(paths: list[str], plugin, temporary: Path, options: tuple[str, ...]) -> int:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ["TMPDIR"], tempfile.tempdir = str(temporary), None
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1), os.dup2(log, 2)
    os.chdir(TREE)
    sys.path[:] = [str(TREE)] + [
        p for p in sys.path if Path(p or ".").resolve() not in (ROOT, ROOT / "benchmarks")
    ]
    code = 3
    try:
        code = pytest.main(["-q", "-p", "no:cacheprovider", *options, *paths], plugins=[plugin])
    finally:
        (temporary / "result.json").write_text(json.dumps(plugin.result()))
        sys.stdout.flush()
    return int(code)
