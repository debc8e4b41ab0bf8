"""app.py's options for a page on a network: a password, and a warning where there is none."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time

import pytest
from conftest import ROOT


@pytest.fixture
def app(monkeypatch, tmp_path):
    """The module app.py, built on empty folders."""
    import importlib.util

    for name in ("GANAPP_PASSWORD", "GRADIO_SERVER_NAME", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location("app_under_test", ROOT / "app.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
def test_a_password(app, monkeypatch, arguments, variable, expected):
    if variable:
        monkeypatch.setenv("GANAPP_PASSWORD", variable)
    assert app.parse_arguments(arguments).auth == expected


@pytest.mark.parametrize("text", [":", ":secret", "ana:", "  :x"])
def test_half_a_password_is_none(app, monkeypatch, text, capsys):
    with pytest.raises(SystemExit):
        app.parse_arguments(["--auth", text])
    monkeypatch.setenv("GANAPP_PASSWORD", text)
    with pytest.raises(SystemExit):
        app.parse_arguments([])
    said = capsys.readouterr().err
    assert said.count("write USER:PASSWORD") == 2 and "secret" not in said.replace(repr(text), "")


def test_a_warning_where_a_network_reaches_the_page_without_a_password(app, monkeypatch):
    def said(*arguments):
        return app.warning(app.parse_arguments(list(arguments)))

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


@pytest.mark.slow
def test_behind_a_password_nothing_answers(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"GANAPP_PASSWORD": "ana:secret"}
    command = [
        sys.executable,
        "app.py",
        "--port",
        str(port),
        "--host",
        "0.0.0.0",
        "--runs",
        str(tmp_path / "runs"),
    ]
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def ask(method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request(method, path, body, headers or {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers

    try:
        for _ in range(300):
            try:
                ask("GET", "/")
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.2)
        question = json.dumps({"data": {}, "component_id": 1, "fn_name": "poll", "session_hash": "x"})
        for method, path, body in (
            ("GET", "/config", None),
            ("GET", "/gradio_api/file=app.py", None),
            ("GET", "/gradio_api/file=at-0123/x", None),
            ("POST", "/gradio_api/component_server/", question),
            ("POST", "/gradio_api/queue/join", json.dumps({"data": [], "fn_index": 0, "session_hash": "x"})),
            ("POST", "/gradio_api/run/predict", json.dumps({"data": [], "fn_index": 0})),
            ("POST", "/gradio_api/upload", "x"),
        ):
            assert ask(method, path, body)[0] in (401, 404), path
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert ask("POST", "/login", "username=ana&password=wrong", form)[0] == 400
        status, _, headers = ask("POST", "/login", "username=ana&password=secret", form)
        cookie = "; ".join(c.partition(";")[0] for c in headers.get_all("set-cookie"))
        assert status == 200 and ask("GET", "/config", None, {"Cookie": cookie})[0] == 200
        tries = [ask("POST", "/login", "username=ana&password=wrong", form)[0] for _ in range(40)]
        assert tries[-1] == 429 and tries[0] == 400
    finally:
        process.terminate()
        process.wait(30)
    assert "Warning" not in (tmp_path / "log").read_text() and "secret" not in (tmp_path / "log").read_text()
