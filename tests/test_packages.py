"""What is installed: one list of packages, and the wheel, tried in an environment of its own outside of the checkout."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import ROOT
from packaging.requirements import Requirement

import ganapp.__main__
from ganapp.cli import arguments
from ganapp.ui.serving.options import parser_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
MAX_WHEEL = 25_000_000


# -- one list of packages ---------------------------------------------------------------------------------------------


def of_file(name):
    """The requirements of a file, those of the files that it names included."""
    found = set()
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            found |= of_file(text.removeprefix("-r ").strip())
        elif text:
            found.add(normal(text))
    return found


def normal(text):
    """A requirement in one way of writing: name, extras, versions and platforms."""
    one = Requirement(text)
    name = re.sub(r"[-_.]+", "-", one.name).lower()
    return name, frozenset(one.extras), str(one.specifier), str(one.marker)


def of_extra(name):
    found = set()
    for text in EXTRAS[name]:
        one = Requirement(text)
        if one.name == PROJECT["name"]:
            found = found.union(*(of_extra(extra) for extra in one.extras))
        else:
            found.add(normal(text))
    return found


BASE = {normal(text) for text in PROJECT["dependencies"]}


def test_the_app_needs_what_requirements_txt_says():
    assert of_file("requirements.txt") == BASE and len(BASE) == len(PROJECT["dependencies"]) > 5


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements-*.txt")), ids=lambda path: path.name)
def test_each_further_list_is_an_extra(path):
    extra = path.stem.removeprefix("requirements-")
    assert of_file(path.name) - BASE == of_extra(extra)


def test_the_extras_that_are_promised():
    assert set(EXTRAS) == {"hub", "metrics", "export", "trust", "test"}


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "opened"),
    [
        ([], []),
        (["--port", "7861"], ["--port", "7861"]),
        (["--no-browser"], ["--no-browser"]),
        (["runs", "--json"], None),
        (["--help"], None),
        (["-h"], None),
        (["--version"], None),
        (["nonsense"], None),
    ],
)
def test_without_a_word_the_app_with_one_the_command_line(monkeypatch, words, opened):
    import ganapp.cli.main
    import ganapp.ui.serving

    seen = []
    monkeypatch.setattr(ganapp.ui.serving, "open_app", lambda given: seen.append(("app", given)) or 5)
    monkeypatch.setattr(ganapp.cli.main, "main", lambda given: seen.append(("command", given)) or 7)
    status = ganapp.__main__.main(words)
    assert (seen, status) == (([("command", words)], 7) if opened is None else ([("app", opened)], 5))


def test_the_help_names_every_option_of_the_app():
    named = set(re.findall(r"--[\w-]+", arguments.WITHOUT_COMMAND))
    assert named == {o for o in parser_of()._option_string_actions if o.startswith("--")} - {"--help"}


def test_sentences_name_the_command_as_it_was_called(monkeypatch):
    for called, name in (
        ("/usr/local/bin/ganapp", "ganapp"),
        ("C:/x/ganapp.exe", "ganapp"),
        ("/a/ganapp/__main__.py", "python -m ganapp"),
        ("pytest", "python -m ganapp"),
    ):
        monkeypatch.setattr(sys, "argv", [called, "runs"])
        assert arguments.program() == name


# -- the wheel --------------------------------------------------------------------------------------------------------


def pip(*words, **options):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, done.stderr[-3000:]


def build(source, folder):
    """The wheel of a checkout or of a source distribution."""
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", folder, source)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds the wheel, is not installed")
    return build(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of programs of a new environment with the wheel and, by a path, the packages of this one."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=120)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pip("--python", programs / "python", "install", "--no-deps", "--no-index", wheel)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([programs / "python", "-c", ask], capture_output=True, text=True, check=True)
    Path(done.stdout.strip(), "packages-of-the-tests.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


ENVIRONMENT = {
    k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "GRADIO_", "GANAPP_P", "SPACE"))
}


def run(installed, folder, *words):
    command = [shutil.which(words[0], path=installed), *words[1:]]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
def test_the_wheel_has_all_of_the_package_and_is_small(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ganapp").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name[0] != "."
    }
    expected |= {
        f"ganapp/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "checkpoints").rglob("*")
        if path.is_file()
    }
    assert {".js", ".css", ".html", ".json", ".png", ".safetensors"} <= {Path(p).suffix for p in expected}
    of_wheel = {path for path in inside if not path.startswith("ganapp-")}
    assert of_wheel == expected
    assert wheel.stat().st_size <= MAX_WHEEL


@pytest.mark.slow
def test_a_source_distribution_gives_the_same_wheel(wheel, tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (source,) = tmp_path.glob("*.tar.gz")
    again = build(source, tmp_path)
    assert set(zipfile.ZipFile(again).namelist()) == set(zipfile.ZipFile(wheel).namelist())
    assert source.stat().st_size <= MAX_WHEEL


@pytest.mark.slow
def test_the_installed_command_line(installed, tmp_path):
    from PIL import Image

    helped = run(installed, tmp_path, "ganapp", "--help")
    assert helped.returncode == 0 and helped.stdout.startswith("usage: ganapp ")
    assert "generate" in helped.stdout and "--no-browser" in helped.stdout
    version = run(installed, tmp_path, "python", "-m", "ganapp", "--version").stdout.strip()
    assert version == f"ganapp {ganapp.__version__}"
    code = "import ganapp; from ganapp.generators import Sources; print(ganapp.__file__, *Sources().list())"
    where, *shipped = run(installed, tmp_path, "python", "-c", code).stdout.split()
    assert str(ROOT) not in where and str(installed.parent) in where
    assert sorted(shipped) == sorted(path.name for path in (ROOT / "checkpoints").iterdir())
    done = run(installed, tmp_path, "ganapp", "generate", "faces-64", "--seeds", "3", "--out", "one.png")
    assert done.returncode == 0, done.stderr
    assert Image.open(tmp_path / "one.png").size == (64, 64)
    wrong = run(installed, tmp_path, "ganapp", "genrate")
    assert wrong.returncode == 2 and "Traceback" not in wrong.stderr


@pytest.mark.slow
def test_the_installed_app_outside_of_the_checkout(installed, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [shutil.which("ganapp", path=installed), "--port", str(port), "--runs", "mine"]
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                config = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/config", timeout=5))
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.2)
        assert config["title"] == "ganapp" and "data-m=" in json.dumps(config)  # as in monitor.html
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/pwa_icon/192", timeout=20).status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    said = (tmp_path / "log").read_text()
    assert process.returncode == 0 and f"127.0.0.1:{port}" in said and "Traceback" not in said
    assert (tmp_path / "mine").is_dir()
