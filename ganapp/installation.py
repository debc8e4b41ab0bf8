"""Installs the packages of requirements files with uv; says before what will be fetched. Not part of the app.

    .venv/bin/python -I ganapp/installation.py requirements.txt

`make run` and `make test` call it before there are any packages, so it needs Python alone. PyTorch comes
from PyTorch's own index, in the build that uv chooses for this machine: without an NVIDIA GPU a tenth of the
bytes. Where that index does not answer, all comes from the package registry; where uv does not work, pip
installs.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

UV = "uv>=0.9,<1"
INDEX_SEC = 10  # for PyTorch's index to answer
PLAN_SEC = 300  # for the registry to describe all packages
PROBE_BYTES, PROBE_SEC = 8_000_000, 2.0  # of the largest file, to measure the connection
SMALL = 20_000_000  # bytes for which no time is estimated
GROWTH, GROWTH_CUDA = 3.6, 2.0  # bytes on the disk for each byte of the files, as measured: docs/install.md
PYTORCH = ("torch", "torchvision")

# pip's setting -> uv's variable, and what stands between several values. uv does not read pip's settings.
SETTINGS = {
    "index-url": ("UV_DEFAULT_INDEX", ""),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "constraint": ("UV_CONSTRAINT", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", ""),
    "client-cert": ("SSL_CLIENT_CERT", ""),
    "proxy": ("ALL_PROXY", ""),
}


class Failed(Exception):
    """uv could not do it; the message is what it said last."""


@dataclass(frozen=True)
class Wanted:
    """What would be installed: exact requirements, and how many of them have to be fetched."""

    pins: tuple[str, ...] = ()  # "torch==2.14.1+cpu"
    fetched: int = 0

    def version(self, name: str) -> str | None:
        return next((pin.partition("==")[2] for pin in self.pins if pin.startswith(f"{name}==")), None)

    @property
    def has_cuda(self) -> bool:
        return any(pin.startswith("nvidia-") for pin in self.pins)


@dataclass(frozen=True)
class File:
    """A file that will be installed. `size` is None where the index does not tell it."""

    name: str
    url: str
    size: int | None

    @property
    def is_remote(self) -> bool:
        return self.url.startswith(("http://", "https://"))


# -- uv ------------------------------------------------------------------------------------------------------


def find_uv() -> str | None:
    """The uv of this environment, which pip fetches if it is missing, else one on the PATH, else None."""
    folder = Path(sys.executable).parent
    if found := shutil.which("uv", path=folder):
        return found
    print("Fetching uv (20 MB), which installs the packages.", flush=True)
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", UV]
    if subprocess.run(command).returncode == 0 and (found := shutil.which("uv", path=folder)):
        return found
    return shutil.which("uv")


def pip_settings() -> str:
    """What pip was told, by its files and its variables: the lines of `pip config list`."""
    command = [sys.executable, "-m", "pip", "config", "list", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""


def environment_of(settings: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for uv: what pip was told of indexes, files and certificates, uv is told, too."""
    told: dict[str, str] = {}
    for section in ("global.", "install.", ":env:."):  # later ones count more
        for line in settings.splitlines():
            key, equals, value = line.partition("=")
            if equals and key.startswith(section):
                told[key.removeprefix(section)] = str(ast.literal_eval(value))
    found = dict(environ)
    for key, (name, between) in SETTINGS.items():
        if value := told.get(key):
            found.setdefault(name, between.join(value.split()) if between else value)
    if "extra-index-url" in told:  # pip takes the best version of all indexes
        found.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return found


def ask_uv(
    uv: str, words: Sequence[str], environ: Mapping[str, str], sec: float, given: str | None = None
) -> tuple[str, str]:
    """What uv writes (stdout, stderr). Raises Failed if it fails or takes longer than `sec`."""
    command = [uv, "pip", *words, "--python", sys.executable]
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, env=environ, timeout=sec)
    except subprocess.TimeoutExpired:
        raise Failed(f"no answer within {sec:g} s") from None
    except OSError as error:
        raise Failed(f"{uv} cannot be run ({error.strerror})") from None
    if done.returncode:
        raise Failed(reason_in(done.stderr) or f"uv ended with {done.returncode}")
    return done.stdout, done.stderr


def reason_in(said: str) -> str:
    """The deepest cause that uv names, else its error, else its last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for beginning in ("cause: ", "error: "):
        if found := [line.removeprefix(beginning) for line in lines if line.startswith(beginning)]:
            return found[-1]
    return lines[-1] if lines else ""


def check_index(uv: str, environ: Mapping[str, str], sec: float = INDEX_SEC) -> None:
    """Ask PyTorch's index, which uv knows, for PyTorch alone. Raises Failed if it does not answer in time."""
    half = str(max(1, round(sec / 2)))
    hurried = {"UV_HTTP_TIMEOUT": half, "UV_HTTP_CONNECT_TIMEOUT": half, "UV_HTTP_RETRIES": "0"}
    words = ["compile", "-", "--no-deps", "--torch-backend", "auto", "--quiet"]
    ask_uv(uv, words, {**environ, **hurried}, sec, "\n".join(PYTORCH))


def words_of(files: Sequence[str], backend: bool) -> list[str]:
    """What uv is told to install: the requirements files, with backend PyTorch from its own index."""
    named = [word for file in files for word in ("-r", file)]
    return ["install", *named, *["--torch-backend", "auto"] * backend]


def plan(uv: str, files: Sequence[str], environ: Mapping[str, str], backend: bool) -> Wanted:
    """What uv would install for these requirements files into this environment. Raises Failed."""
    _, said = ask_uv(uv, [*words_of(files, backend), "--dry-run"], environ, PLAN_SEC)
    pins = tuple(re.findall(r"^ \+ (\S+==\S+)", said, re.MULTILINE))
    fetched = re.search(r"Would download (\d+)", said)
    return Wanted(pins, int(fetched[1]) if fetched else 0)


def lock(uv: str, wanted: Wanted, environ: Mapping[str, str], backend: bool, path: Path) -> list[File]:
    """Write the files of these packages to `path` (pylock.toml, PEP 751) and return them. Raises Failed."""
    words = ["compile", "-", "--no-deps", "--quiet", "--format", "pylock.toml", "-o", str(path)]
    words += ["--torch-backend", "auto"] * backend
    ask_uv(uv, words, environ, PLAN_SEC, "\n".join(wanted.pins))
    return files_of(path.read_text(encoding="utf-8"))


def files_of(text: str) -> list[File]:
    """The file of each package of a pylock.toml: its wheel, else its archive of sources."""
    found = []
    for package in tomllib.loads(text)["packages"]:
        one = (package.get("wheels") or [package.get("sdist") or package.get("archive") or {}])[0]
        found.append(File(package["name"], one.get("url") or str(one.get("path", "")), one.get("size")))
    return found


# -- what is said --------------------------------------------------------------------------------------------


def with_size(file: File) -> File:
    """The file with the size that its server or this machine tells, where the index did not."""
    if file.size is not None:
        return file
    try:
        if not file.is_remote:
            path = urllib.request.url2pathname(file.url.removeprefix("file://"))
            return File(file.name, file.url, Path(path).stat().st_size)
        with urllib.request.urlopen(urllib.request.Request(file.url, method="HEAD"), timeout=5) as answer:
            return File(file.name, file.url, int(answer.headers["content-length"]))
    except (OSError, TypeError, ValueError):
        return file


def speed(file: File) -> float | None:
    """Bytes a second of the connection, measured on the beginning of a file; None if it cannot be read."""
    request = urllib.request.Request(file.url, headers={"Range": f"bytes=0-{PROBE_BYTES - 1}"})
    seen, began = 0, time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            while seen < PROBE_BYTES and time.monotonic() - began < PROBE_SEC:
                if not (block := answer.read(65536)):
                    break
                seen += len(block)
    except (OSError, ValueError):
        return None
    return seen / max(time.monotonic() - began, 1e-6) if seen else None


def announcement(wanted: Wanted, files: Sequence[File], rate: float | None, free: int) -> str:
    """What will be fetched, how large it is, how long it takes and how much room it needs.

    rate: bytes a second, None if unknown. free: bytes of the disk.
    """
    remote = [file for file in files if file.is_remote]
    total = sum(file.size or 0 for file in remote)
    room = sum(file.size or 0 for file in files) * (GROWTH_CUDA if wanted.has_cuda else GROWTH)
    text = f"{len(wanted.pins)} package{'s' * (len(wanted.pins) != 1)}: "
    kept = len(wanted.pins) - wanted.fetched
    if not wanted.fetched or not remote:
        text += "nothing has to be fetched, all of it is on this machine"
    else:
        least = "at least " if any(file.size is None for file in remote) else ""
        most = "at most " if kept and not least else ""  # uv does not tell which ones it has
        text += f"{least}{most}{size(total)} to fetch"
        if rate and total >= SMALL:
            text += f", about {duration(total / rate)} at {size(rate)}/s as measured just now"
    text += f"; about {size(room)} on the disk."
    if kept and wanted.fetched:
        text += f" {kept} of them are on this machine already."
    if free < room:
        text += f" The disk has only {size(free)} left: this may not fit."
    return text


def about_pytorch(wanted: Wanted, refused: str | None) -> str:
    """Which build of PyTorch is taken, from where and why; "" if PyTorch is not among the packages."""
    version = wanted.version("torch")
    if version is None:
        return ""
    if refused is not None:
        text = (
            f"PyTorch {version} comes from the package registry: PyTorch's own index gave none ({refused})."
        )
        if wanted.has_cuda:
            text += " It brings CUDA libraries, which only an NVIDIA GPU needs."
        return text
    build = version.partition("+")[2]
    if build == "cpu":
        return f"PyTorch {version}: the build without CUDA, because there is no NVIDIA GPU here."
    if build.startswith("cu"):
        return f"PyTorch {version}: the build with CUDA, for the NVIDIA GPU of this machine."
    return f"PyTorch {version}: the build that uv chose for this machine."


def size(count: float) -> str:
    """12,345,678 as "12 MB": as registries and operating systems of today count."""
    return f"{count / 1e9:.1f} GB" if count >= 999.5e6 else f"{max(count, 1e6) / 1e6:.0f} MB"


def duration(sec: float) -> str:
    if sec < 90:
        return f"{max(1, round(sec)) if sec < 10 else round(sec / 5) * 5} s"
    return f"{round(sec / 60)} minutes" if sec < 90 * 60 else f"{sec / 3600:.1f} hours"


# -- the whole -----------------------------------------------------------------------------------------------


def install(
    uv: str, files: Sequence[str], environ: Mapping[str, str], backend: bool, refused: str | None
) -> None:
    """Say what is fetched and install it. Raises Failed."""
    wanted = plan(uv, files, environ, backend)
    if not wanted.pins:
        return
    with tempfile.TemporaryDirectory() as folder:
        found = lock(uv, wanted, environ, backend, Path(folder) / "pylock.toml")
    found = [with_size(file) for file in found]
    remote = sorted((f for f in found if f.is_remote), key=lambda f: f.size or 0)
    is_large = wanted.fetched and sum(f.size or 0 for f in remote) >= SMALL
    rate = speed(remote[-1]) if is_large else None
    if said := about_pytorch(wanted, refused):
        print(said)
    print(announcement(wanted, found, rate, shutil.disk_usage(sys.prefix).free), flush=True)
    command = [uv, "pip", *words_of(files, backend), "--python", sys.executable]
    if subprocess.run(command, env=environ).returncode:
        raise Failed("its message is above")


def install_all(
    uv: str, files: Sequence[str], environ: Mapping[str, str], index_sec: float = INDEX_SEC
) -> None:
    """PyTorch from its own index if that answers, else from the registry, and the rest. Raises Failed."""
    wanted = plan(uv, files, environ, backend=False)
    refused = None
    if any(wanted.version(name) for name in PYTORCH):
        try:
            check_index(uv, environ, index_sec)
            return install(uv, files, environ, backend=True, refused=None)
        except Failed as error:
            refused = str(error)
    install(uv, files, environ, backend=False, refused=refused)


def install_with_pip(files: Sequence[str]) -> int:
    words = [word for file in files for word in ("-r", file)]
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *words]
    return subprocess.run(command).returncode


def main(files: Sequence[str]) -> int:
    """Install the packages of these requirements files into this environment; returns the exit status."""
    if sys.prefix == sys.base_prefix:
        print(
            "This installs into a virtual environment only: run it with the Python of one.", file=sys.stderr
        )
        return 2
    began, uv = time.monotonic(), find_uv()
    try:
        if uv is None:
            raise Failed("there is no uv for this machine")
        install_all(uv, files, environment_of(pip_settings(), os.environ))
    except Failed as error:
        print(f"uv could not install ({error}). pip does, which says nothing of sizes.", flush=True)
        if status := install_with_pip(files):
            return status
    print(f"The packages are installed ({duration(time.monotonic() - began)}).", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)  # what was fetched stays in uv's cache
