"""app.py: `demo` where others look for it, and the whole process behind a password."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time

import pytest
from conftest import ROOT


@pytest.mark.slow
def test_the_page_is_there_for_who_imports_it(monkeypatch, tmp_path):
    """As Gradio's tools and a Space do: `demo` in the module, no argument read, nothing served."""
    import importlib.util

    import gradio

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["other", "--no-such-option"])
    spec = importlib.util.spec_from_file_location("app_under_test", ROOT / "app.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert isinstance(module.demo, gradio.Blocks) and not module.demo.is_running
    assert [path.name for path in (tmp_path / "runs").iterdir()] == []  # nobody holds it


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
