"""ganapp/ui/serving: passwords, warnings, ports, the browser, and one app for each folder of runs."""

import http.server
import json
import os
import platform
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from conftest import ROOT

from ganapp.ui import serving
from ganapp.ui.serving import browser, hold, ports, server


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch, tmp_path):
    for name in ("GANAPP_PASSWORD", "GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


# -- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "variable", "expected"),
    [
        ([], None, None),
        (["--auth", "ana:secret"], None, ("ana", "secret")),
        (["--auth", "ana:se:cret "], None, ("ana", "se:cret ")),
        ([], "ana:secret", ("ana", "secret")),
        ([], "secret", ("ganapp", "secret")),
        (["--auth", "ana:secret"], "ben:other", ("ana", "secret")),
    ],
)
def test_a_password(monkeypatch, arguments, variable, expected):
    if variable:
        monkeypatch.setenv("GANAPP_PASSWORD", variable)
    assert serving.parse_arguments(arguments).auth == expected


@pytest.mark.parametrize("text", [":", ":secret", "ana:", "  :x"])
def test_half_a_password_is_none(monkeypatch, text, capsys):
    with pytest.raises(SystemExit):
        serving.parse_arguments(["--auth", text])
    monkeypatch.setenv("GANAPP_PASSWORD", text)
    with pytest.raises(SystemExit):
        serving.parse_arguments([])
    said = capsys.readouterr().err
    assert said.count("write USER:PASSWORD") == 2 and "secret" not in said.replace(repr(text), "")


def test_a_warning_where_a_network_reaches_the_page_without_a_password(monkeypatch):
    def said(*arguments):
        return serving.warning(serving.parse_arguments(list(arguments)))

    for host in ("0.0.0.0", "::", "192.168.1.7", "my-machine", ""):
        assert bool(said("--host", host)) == bool(host)
        assert said("--host", host, "--auth", "ana:secret") == ""
    for host in ("127.0.0.1", "localhost", "::1", "[::1]", "127.0.1.1"):
        assert said("--host", host) == ""
    assert "--auth" in said("--host", "0.0.0.0") and "public link" in said("--share")
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    assert "0.0.0.0" in said() and said("--host", "127.0.0.1") == ""
    monkeypatch.setenv("SPACE_ID", "ana/studio")
    assert said("--host", "0.0.0.0") == ""


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80a", "", "٣", "1" * 5000])
def test_a_port_that_is_none_is_a_sentence(monkeypatch, text, capsys):
    with pytest.raises(SystemExit) as end:
        serving.parse_arguments([f"--port={text}"])
    assert end.value.code == 2 and "from 1 to 65535" in capsys.readouterr().err
    if text:
        monkeypatch.setenv("GRADIO_SERVER_PORT", text)
        with pytest.raises(SystemExit):
            serving.parse_arguments([])
        assert "GRADIO_SERVER_PORT: " in capsys.readouterr().err


def test_the_port_of_the_environment_gives_way_to_an_option(monkeypatch):
    monkeypatch.setenv("GRADIO_SERVER_PORT", "7999")
    assert serving.parse_arguments([]).port == 7999
    assert serving.parse_arguments(["--port", "7001"]).port == 7001


def test_the_shipped_generators_are_found_from_anywhere(tmp_path):
    (tmp_path / "checkpoints").mkdir()  # somebody else's
    assert (serving.parse_arguments([]).checkpoints / "faces-32" / "config.json").is_file()
    assert serving.parse_arguments(["--checkpoints", "mine"]).checkpoints.name == "mine"


@pytest.mark.parametrize(
    ("arguments", "own"),
    [
        ([], False),
        (["--runs", "x", "--no-browser"], False),
        (["--port", "7861"], True),
        (["--host", "0.0.0.0"], True),
        (["--auth", "a:b"], True),
        (["--share"], True),
        (["--checkpoints", "x"], True),
    ],
)
def test_who_asks_for_a_page_of_their_own(monkeypatch, arguments, own):
    monkeypatch.setenv("GANAPP_PASSWORD", "a:b")  # in the environment of both starts
    monkeypatch.setenv("GRADIO_SERVER_PORT", "7862")
    assert serving.parse_arguments(arguments).own_page is own


# -- ports ------------------------------------------------------------------------------------------------------------


@contextmanager
def listening(host="127.0.0.1", family=socket.AF_INET):
    with socket.socket(family) as taken:
        taken.bind((host, 0))
        taken.listen(32)
        yield taken.getsockname()[1]


def unused_port():
    with listening() as port:
        return port


def test_a_port_on_which_a_program_listens_is_taken():
    for at in ("127.0.0.1", "0.0.0.0"):
        with listening(at) as port:
            for host in ("127.0.0.1", "0.0.0.0", "localhost"):
                assert ports.is_taken(host, port), (at, host)
    assert not ports.is_taken("127.0.0.1", unused_port())
    assert not ports.is_taken("0.0.0.0", unused_port())


def test_the_next_free_port(monkeypatch):
    taken = {7860, 7861, 7863}
    monkeypatch.setattr(ports, "is_taken", lambda host, port: host == "here" and port in taken)
    assert [ports.free_port("here", first) for first in (7859, 7860, 7862, 7863)] == [7859, 7862, 7862, 7864]
    monkeypatch.setattr(ports, "is_taken", lambda host, port: True)
    with pytest.raises(ValueError, match="from 65500 to 65535 are taken"):
        ports.free_port("here", 65500)


def test_an_address_of_another_machine_is_a_sentence():
    with pytest.raises(ValueError, match="no address '203.0.113.7'"):
        ports.is_taken("203.0.113.7", unused_port())
    with pytest.raises(ValueError, match="'no such.name' is no address and no name"):
        ports.is_taken("no such.name", unused_port())


def choose(*arguments):
    return server.choose_port(serving.parse_arguments(list(arguments)))


def test_a_taken_port_gives_the_next_one_but_not_if_it_was_asked_for(monkeypatch, capsys):
    with listening() as port:
        monkeypatch.setattr(server, "PORT", port)
        chosen = choose()
        assert port < chosen <= port + ports.TRIES
        said = capsys.readouterr().out
        assert f"Port {port} is taken" in said and f"served on {chosen}" in said
        for arguments, variable in ((["--port", str(port)], None), ([], str(port))):
            if variable:
                monkeypatch.setenv("GRADIO_SERVER_PORT", variable)
            with pytest.raises(SystemExit) as end:
                choose(*arguments)
            assert end.value.code == 2
            said = capsys.readouterr().err
            assert said.startswith(f"Port {port} is taken") and "Traceback" not in said
    assert choose("--port", str(port)) == port and capsys.readouterr().out == ""


# -- the browser ------------------------------------------------------------------------------------------------------

DISPLAY = {"DISPLAY": ":0"}


@pytest.mark.parametrize(
    ("environment", "system", "seen"),
    [
        (DISPLAY, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({}, "win32", True),
        (DISPLAY | {"CI": "true"}, "linux", False),
        ({"CI": "1"}, "darwin", False),
        (DISPLAY | {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, "linux", False),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
        ({"SSH_TTY": "/dev/pts/1", "BROWSER": "editor"}, "linux", True),
        ({"BROWSER": "editor", "CI": "1"}, "linux", False),
    ],
)
def test_where_a_browser_is_seen(environment, system, seen):
    assert browser.is_seen(environment, at_terminal=True, system=system) is seen
    assert browser.is_seen(environment, at_terminal=False, system=system) is False


def test_the_off_switch_and_a_space(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("BROWSER", "some")
    monkeypatch.setattr(browser, "at_terminal", lambda: True)
    assert server.sees_browser(serving.parse_arguments([]))
    assert not server.sees_browser(serving.parse_arguments(["--no-browser"]))
    monkeypatch.setenv("SPACE_ID", "ana/studio")
    assert not server.sees_browser(serving.parse_arguments([]))


def test_a_browser_of_the_terminal_is_left_alone(monkeypatch):
    opened = []
    for name in ("lynx", "firefox"):
        found = SimpleNamespace(basename=name, open=lambda url, name=name: opened.append((name, url)))
        monkeypatch.setattr(browser.webbrowser, "get", lambda found=found: found)
        browser.show("http://127.0.0.1:7/").join(10)
    assert opened == [("firefox", "http://127.0.0.1:7/")]


def test_no_browser_at_all_is_no_error(monkeypatch, capsys):
    def none():
        raise browser.webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(browser.webbrowser, "get", none)
    browser.show("http://127.0.0.1:7/").join(10)
    assert capsys.readouterr().err == ""


# -- one app for each folder of runs ----------------------------------------------------------------------------------


@contextmanager
def answering(name="ganapp", status=200):
    """The port of a server whose manifest calls it by that name."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"name": name} if self.path == "/manifest.json" else {}).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as running:
        thread = threading.Thread(target=running.serve_forever, args=[0.01], daemon=True)
        thread.start()
        yield running.server_address[1]
        running.shutdown()
        thread.join()


def test_a_second_one_finds_the_first_and_no_other(tmp_path):
    first = hold.hold(tmp_path / "a")
    assert hold.hold(tmp_path / "b") is not None and hold.hold(tmp_path / "a") is None
    with answering() as port, answering("another program") as other, answering(status=500) as failing:
        for wrong in (other, failing, unused_port()):
            first.tell("127.0.0.1", wrong)
            assert hold.address_of_other(tmp_path / "a", wait_sec=0) is None
        first.tell("127.0.0.1", port)
        assert hold.address_of_other(tmp_path / "a") == f"http://127.0.0.1:{port}/"
        assert hold.address_of_other(tmp_path / "b", wait_sec=0) is None
    first.release()
    assert hold.read_address(tmp_path / "a") is None and hold.hold(tmp_path / "a") is not None


def test_one_that_is_still_starting_is_waited_for(tmp_path):
    first = hold.hold(tmp_path)
    with answering() as port:
        threading.Timer(0.3, first.tell, ["127.0.0.1", port]).start()
        began = time.monotonic()
        assert hold.address_of_other(tmp_path, wait_sec=20) == f"http://127.0.0.1:{port}/"
        assert 0.2 < time.monotonic() - began < 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"machine": "HERE", "host": 5, "port": 7860}',
        '{"machine": "HERE", "host": "127.0.0.1", "port": "7860"}',
        '{"machine": null, "host": "127.0.0.1", "port": 7860}',
    ],
)
def test_an_address_that_cannot_be_used_is_none(tmp_path, text):
    (tmp_path / hold.ADDRESS).write_text(text.replace("HERE", platform.node()))
    assert hold.read_address(tmp_path) is None


def test_an_app_of_another_machine_is_not_shown_and_not_waited_for(tmp_path):
    with answering() as port:
        for machine, found in ((platform.node(), f"http://127.0.0.1:{port}/"), ("another", None)):
            told = {"machine": machine, "host": "127.0.0.1", "port": port}
            (tmp_path / hold.ADDRESS).write_text(json.dumps(told))
            began = time.monotonic()
            assert hold.address_of_other(tmp_path) == found and time.monotonic() - began < 2


def test_what_a_killed_process_left_is_not_believed(tmp_path):
    with answering() as port:
        code = "import os, sys; from pathlib import Path; from ganapp.ui.serving.hold import hold\n"
        code += f"hold(Path(sys.argv[1])).tell('127.0.0.1', {port}); os.kill(os.getpid(), 9)"
        subprocess.run([sys.executable, "-c", code, tmp_path], cwd=ROOT, timeout=60)
        assert hold.read_address(tmp_path) == (platform.node(), "127.0.0.1", port)
        assert hold.hold(tmp_path) is not None and hold.read_address(tmp_path) is None


def test_a_folder_without_locks_is_served_all_the_same(monkeypatch, tmp_path):
    import filelock

    def refuse(self, timeout=None, **_):
        raise NotImplementedError("no flock")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    held = hold.hold(tmp_path)
    held.tell("127.0.0.1", 7860)
    held.release()
    assert hold.read_address(tmp_path) is None


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SystemExit) as end:
        serving.begin(serving.parse_arguments(["--runs", str(tmp_path / "file" / "runs")]))
    assert end.value.code == 2 and "cannot be made" in capsys.readouterr().err


@pytest.fixture
def interrupted():
    """Puts back what Ctrl-C does: begin() changes it for the process."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_what_a_second_start_says(monkeypatch, tmp_path, capsys, interrupted):
    opened = []
    monkeypatch.setattr(server, "sees_browser", lambda args: not args.no_browser)
    monkeypatch.setattr(
        server.browser, "show", lambda url: opened.append(url) or SimpleNamespace(join=lambda sec: None)
    )
    first = serving.begin(serving.parse_arguments([]))
    with answering() as port:
        first.tell("127.0.0.1", port)
        assert serving.begin(serving.parse_arguments([])) is None
        assert serving.begin(serving.parse_arguments(["--no-browser"])) is None
        url = f"http://127.0.0.1:{port}/"
        assert capsys.readouterr().out.count(f"already at {url}") == 2 and opened == [url]
        assert serving.begin(serving.parse_arguments(["--port", "7999"])).lock is None  # beside the first
        assert serving.begin(serving.parse_arguments(["--runs", "other"])).lock is not None
    monkeypatch.setattr(server, "address_of_other", lambda runs: None)
    assert serving.begin(serving.parse_arguments([])).lock is None
    assert "does not answer" in capsys.readouterr().out


# -- the whole process ------------------------------------------------------------------------------------------------


class AtTerminal:
    """`python -m ganapp` at a pseudo-terminal; the browser is a script that writes the address to a file."""

    def __init__(self, folder, *options, **environment):
        import pty

        self.opened = folder / "opened"
        fake = folder / "browser"
        fake.write_text(f'#!/bin/sh\necho "$1" >> "{self.opened}"\n')
        fake.chmod(0o755)
        kept = {
            k: v for k, v in os.environ.items() if k not in ("CI", "SSH_CONNECTION", "SSH_TTY", "PYTHONPATH")
        }
        kept |= {"BROWSER": str(fake), "PYTHONPATH": str(ROOT)} | environment
        self.ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "ganapp", *options]
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=kept, start_new_session=True
        )
        os.close(theirs)
        self.said = ""

    def wait_for(self, text, sec=90):
        deadline = time.monotonic() + sec
        while text not in self.said and time.monotonic() < deadline:
            if select.select([self.ours], [], [], 0.2)[0]:
                try:
                    self.said += os.read(self.ours, 65536).decode()
                except OSError:  # the process has closed its end
                    break
        assert text in self.said, self.said
        return self.said

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        os.close(self.ours)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_person_at_a_terminal_gets_a_browser_and_a_second_start_shows_the_first(tmp_path):
    with listening() as taken:
        first = AtTerminal(tmp_path, "--runs", "runs")
        try:
            said = first.wait_for("Ctrl-C ends it")
            url = said.split("ganapp is at ")[1].split()[0]
            second = AtTerminal(tmp_path, "--runs", "runs")
            assert second.process.wait(60) == 0
            second.wait_for(f"already at {url}")
            second.end()
            lines = first.opened.read_text().splitlines()
            assert lines == [url, url]
            third = AtTerminal(tmp_path, "--runs", "runs", "--port", str(taken))
            assert third.process.wait(60) == 2
            assert "Traceback" not in third.wait_for(f"Port {taken} is taken")
            third.end()
        finally:
            first.end()
    assert first.process.returncode == 0 and not (tmp_path / "runs" / hold.ADDRESS).exists()


def test_a_word_for_marks_that_is_none_is_refused_before_anything_is_trained(monkeypatch, capsys):
    monkeypatch.setenv("GANAPP_MARKS", "maybe")
    with pytest.raises(SystemExit):
        serving.parse_arguments([])
    assert "GANAPP_MARKS is 'maybe'; it must be one of on, visible, off." in capsys.readouterr().err
