"""The Dockerfile, as far as it can be tried without a Docker engine: what it says, and its command as another user.

That user finds a tree that cannot be written to and a data folder that can, as in the container; then the page is asked for
and the health check runs.
"""

import fnmatch
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import ROOT

from ganapp.publishing import space

NOBODY = 65534


def instructions() -> list[tuple[str, str]]:
    """(word, rest) of every instruction, its lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


DONE = instructions()


def only(word: str) -> str:
    (found,) = [rest for w, rest in DONE if w == word]
    return found


def variables() -> dict[str, str]:
    return dict(pair.split("=", 1) for word, rest in DONE if word == "ENV" for pair in shlex.split(rest))


def health_check() -> list[str]:
    return json.loads(only("HEALTHCHECK").partition("CMD")[2])


# -- what it says -----------------------------------------------------------------------------------------------------


def test_every_instruction_is_one_and_in_an_order_that_caches():
    words = [word for word, _ in DONE]
    assert words[0] == "FROM" and only("FROM").endswith("-slim")
    known = {"FROM", "RUN", "WORKDIR", "COPY", "USER", "ENV", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert set(words) <= known, set(words) - known
    packages = next(i for i, (word, rest) in enumerate(DONE) if word == "RUN" and "pip install" in rest)
    code = DONE.index(("COPY", ". ."))
    assert (
        DONE.index(("COPY", "requirements.txt ."))
        < packages
        < code
        < words.index("USER")
        < words.index("CMD")
    )
    assert "--no-cache-dir" in DONE[packages][1]


def test_it_does_not_run_as_root_and_cannot_change_itself():
    assert only("USER") == "user" and any(
        "useradd" in rest and "--uid 1000" in rest for word, rest in DONE if word == "RUN"
    )
    assert not [rest for word, rest in DONE if word == "COPY" and "--chown" in rest]


def test_all_that_is_written_lies_on_the_volume():
    data, command = only("VOLUME"), json.loads(only("CMD"))
    for name in ("GANAPP_CACHE", "HF_HOME"):
        assert variables()[name].startswith(data + "/")
    assert command[command.index("--runs") + 1].startswith(data + "/")
    port = command[command.index("--port") + 1]
    assert (
        port == only("EXPOSE")
        and f":{port}/" in health_check()[-1]
        and variables()["GRADIO_SERVER_NAME"] == "0.0.0.0"
    )


def test_what_is_copied_is_there_and_nothing_secret_or_large_is():
    ignored = (ROOT / ".dockerignore").read_text().split()

    def is_ignored(path: str) -> bool:
        parts = path.split("/")
        return any(fnmatch.fnmatch("/".join(parts[: i + 1]), p) or (p.startswith("**/") and fnmatch.fnmatch(parts[i], p[3:]))
                   for p in ignored for i in range(len(parts)))  # fmt: skip

    for word, rest in DONE:
        if word == "COPY":
            *sources, _ = [part for part in rest.split() if not part.startswith("--")]
            assert all((ROOT / source).exists() and not is_ignored(source) for source in sources)
    for path in (
        "runs/1/x",
        ".git/HEAD",
        ".venv/x",
        ".env",
        ".env.local",
        "ganapp/ui/__pycache__/x.pyc",
        "tests/x.py",
    ):
        assert is_ignored(path), path
    needed = [path for path in space.files(ROOT) if not path.startswith("docs/")]
    assert not [path for path in needed if is_ignored(path)]


# -- its command ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def container():
    """(run, tree, data, port): run(command, **options) starts a command of the image as nobody, with its variables."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("starting as another user needs root and setpriv")
    base = Path(
        tempfile.mkdtemp(prefix="ganapp-container-")
    )  # not pytest's: it shuts its folders to others at every start
    base.chmod(0o755)
    tree, data = base / "app", base / "data"
    tree.mkdir()
    shutil.copytree(
        ROOT / "ganapp",
        tree / "ganapp",
        ignore=shutil.ignore_patterns("__pycache__"),
        copy_function=shutil.copyfile,
    )
    shutil.copytree(ROOT / "checkpoints", tree / "checkpoints", copy_function=shutil.copyfile)
    shutil.copyfile(ROOT / "app.py", tree / "app.py")
    for path in [tree, *tree.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "NO_PROXY": "127.0.0.1",
        "OMP_NUM_THREADS": "1",
    }
    environment |= {k: v.replace("/data", str(data)) for k, v in variables().items()}
    environment |= {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_TEMP_DIR": str(data / "tmp")}

    def run(command, start=subprocess.run, **options):
        words = [
            str(data) + w.removeprefix("/data") if w.startswith("/data") else w.replace("7860", str(port))
            for w in command
        ]
        words = [sys.executable if words[0] == "python" else words[0], *words[1:]]
        drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
        return start([*drop, *words], cwd=tree, env=environment, **options)

    if run(["python", "-c", "import gradio, torch"], capture_output=True, timeout=120).returncode:
        shutil.rmtree(base)
        pytest.skip("another user cannot read this Python's packages")
    if run(["python", "-c", "open('app.py', 'a')"], capture_output=True, timeout=60).returncode == 0:
        shutil.rmtree(base)
        pytest.skip("this system lets another user write to a read-only tree")
    yield run, tree, data, port
    shutil.rmtree(base)


@pytest.mark.slow
def test_it_serves_as_another_user_from_a_read_only_tree(container):
    run, tree, data, port = container
    before = sorted(tree.rglob("*"))
    assert run(health_check(), capture_output=True, timeout=60).returncode != 0  # nothing is served yet
    process = run(
        json.loads(only("CMD")),
        start=subprocess.Popen,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 90
        while run(health_check(), capture_output=True, timeout=60).returncode:
            assert process.poll() is None and time.monotonic() < deadline, process.stdout.read()
            time.sleep(0.5)
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/config", timeout=10).read().decode()
        assert "ganapp" in page
        assert Path(f"/proc/{process.pid}").stat().st_uid == NOBODY
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and "Saving" in said and not re.search("Traceback|Permission", said), said
    assert (data / "runs").is_dir() and sorted(tree.rglob("*")) == before


@pytest.mark.slow
def test_it_trains_and_draws_there(container):
    run, _, data, _ = container
    small = ["--preset", "mlp-28", "--kimg", "0.064", "--batch", "16", "--device", "cpu"]
    for command in (
        ["train", "--data", "faces", *small, "--runs", "/data/runs"],
        ["generate", "faces-32", "--seeds", "0-3", "--out", "/data/grid.png"],
    ):
        done = run(["python", "-m", "ganapp", *command], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
    assert (data / "grid.png").is_file() and (data / "cache").is_dir() and list((data / "runs").iterdir())
