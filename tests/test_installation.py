"""ganapp/installation.py: what is said before packages are fetched, and the real uv on indexes of 127.0.0.1."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import package_index
import pytest
from conftest import ROOT

from ganapp import installation
from ganapp.installation import File, Wanted

SCRIPT = ROOT / "ganapp" / "installation.py"


# -- pip's settings for uv --------------------------------------------------------------------------------------------


def test_uv_is_told_what_pip_was_told():
    settings = r"""
:env:.find-links='/a /b'
:env:.index-url='http://127.0.0.1:9/env'
global.index-url='http://127.0.0.1:9/global'
global.extra-index-url='\nfile:///x/simple\nfile:///y/simple'
global.timeout='180'
install.constraint='/etc/one.txt /etc/two.txt'
global.cert='/etc/ca.crt'
"""
    assert installation.environment_of(settings, {"HOME": "/h"}) == {
        "HOME": "/h",
        "UV_DEFAULT_INDEX": "http://127.0.0.1:9/env",
        "UV_INDEX": "file:///x/simple file:///y/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/a,/b",
        "UV_CONSTRAINT": "/etc/one.txt /etc/two.txt",
        "SSL_CERT_FILE": "/etc/ca.crt",
    }


def test_what_uv_was_told_itself_stays():
    told = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/mine"}
    assert installation.environment_of("global.index-url='http://127.0.0.1:9/other'", told) == told
    assert installation.environment_of("", {}) == {}


# -- files and sizes --------------------------------------------------------------------------------------------------

LOCK = """
lock-version = "1.0"
[[packages]]
name = "torch"
version = "2.14.1+cpu"
wheels = [{ url = "https://127.0.0.1/torch-2.14.1%2Bcpu.whl", hashes = {} }]
[[packages]]
name = "av"
version = "18.1.0"
sdist = { url = "https://127.0.0.1/av.tar.gz", size = 5, hashes = {} }
wheels = [{ url = "https://127.0.0.1/av.whl", size = 35786210, hashes = {} }]
[[packages]]
name = "old"
version = "1"
sdist = { url = "https://127.0.0.1/old.tar.gz", size = 7, hashes = {} }
[[packages]]
name = "numpy"
version = "2.4.6"
wheels = [{ path = "/opt/files/numpy.whl", size = 9, hashes = {} }]
"""


def test_the_files_of_a_lock():
    assert installation.files_of(LOCK) == [
        File("torch", "https://127.0.0.1/torch-2.14.1%2Bcpu.whl", None),
        File("av", "https://127.0.0.1/av.whl", 35786210),
        File("old", "https://127.0.0.1/old.tar.gz", 7),
        File("numpy", "/opt/files/numpy.whl", 9),
    ]
    assert [file.is_remote for file in installation.files_of(LOCK)] == [True, True, True, False]


def test_a_size_that_the_index_does_not_tell_is_asked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with package_index.registry({"a.whl": bytes(12_345)}) as server:
        asked = installation.with_size(File("a", f"{server.url}/files/a.whl", None))
        assert asked.size == 12_345 and server.asked == ["HEAD /files/a.whl"]
        assert installation.with_size(File("b", f"{server.url}/files/b.whl", None)).size is None
        assert installation.with_size(File("a", f"{server.url}/files/a.whl", 3)).size == 3
    assert installation.with_size(File("a", f"{server.url}/files/a.whl", None)).size is None  # gone
    local = tmp_path / "a b+cpu.whl"
    local.write_bytes(bytes(77))
    for url in (str(local), local.as_uri()):
        assert installation.with_size(File("n", url, None)).size == 77
    assert installation.with_size(File("n", "/opt/none/n.whl", None)).size is None


def test_the_speed_is_that_of_the_beginning_of_a_file(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    times = iter([100.0, 100.1, 100.2, 104.0])  # begun, after each block, at the end
    with package_index.registry({"a.whl": bytes(131_072)}) as server:
        monkeypatch.setattr(installation.time, "monotonic", lambda: next(times))
        monkeypatch.setattr(installation, "PROBE_BYTES", 131_072)
        assert installation.speed(File("a", f"{server.url}/files/a.whl", 9)) == pytest.approx(131_072 / 4)
    monkeypatch.undo()
    assert installation.speed(File("a", f"http://127.0.0.1:{package_index.unused_port()}/a", 9)) is None


PINS = tuple(f"p{i}==1" for i in range(5))


def announced(sizes, *, fetched=5, rate=None, free=1e12, url="https://127.0.0.1/x", pins=PINS, here=0):
    files = [File(str(i), url, size) for i, size in enumerate(sizes)] + [File("here", "/opt/y", here)]
    return installation.announcement(Wanted(pins, fetched), files, rate, int(free))


def test_what_is_said_before():
    assert (
        announced([300e6, 31e6], rate=4e6)
        == "5 packages: 331 MB to fetch, about 85 s at 4 MB/s as measured just now; about 1.2 GB on the disk."
    )
    assert "about 16 minutes at 3 MB/s" in announced([2.5e9, 0.4e9], rate=3e6)
    assert " at " not in announced([300e6]) and " at " not in announced([19e6], rate=4e6)
    assert "331 MB to fetch; about 1.3 GB on the disk" in announced([331e6], here=30e6)
    with_cuda = (*PINS, "nvidia-cudnn-cu13==9")
    assert "3.1 GB to fetch; about 6.2 GB" in announced([3.1e9], pins=with_cuda, fetched=6)
    assert "at least 300 MB to fetch" in announced([300e6, None])
    partly = announced([300e6], fetched=3)
    assert "at most 300 MB to fetch" in partly and "2 of them are on this machine already" in partly
    for here in (announced([300e6], fetched=0), announced([300e6], url="/opt/x")):
        assert here == (
            "5 packages: nothing has to be fetched, all of it is on this machine; about 1.1 GB on the disk."
        )


def test_a_disk_that_is_too_small_is_named_before():
    need = 300e6 * installation.GROWTH
    assert "has only 1.1 GB left: this may not fit" in announced([300e6], free=need - 1)
    assert "left" not in announced([300e6], free=need + 1)


@pytest.mark.parametrize(
    ("version", "others", "refused", "said"),
    [
        ("2.14.1+cpu", (), None, "without CUDA, because there is no NVIDIA GPU"),
        ("2.14.1+cu130", ("nvidia-cudnn-cu13==9",), None, "with CUDA, for the NVIDIA GPU"),
        ("2.14.1", (), None, "that uv chose for this machine"),
        (
            "2.14.1",
            ("nvidia-cudnn-cu13==9",),
            "no answer within 10 s",
            "(no answer within 10 s). It brings CUDA",
        ),
        ("2.14.1", (), "dns error", "gave none (dns error)."),
    ],
)
def test_which_pytorch_and_why(version, others, refused, said):
    wanted = Wanted((f"torch=={version}", "torchvision==9", *others), 2)
    text = installation.about_pytorch(wanted, refused)
    assert text.startswith(f"PyTorch {version}") and said in text and text.endswith(".")
    assert ("CUDA libraries" in text) == bool(refused and others)
    assert installation.about_pytorch(Wanted(("torchvision==9",), 1), refused) == ""


def test_sizes_and_times_as_text():
    assert [installation.size(n) for n in (1, 1.6e6, 999.4e6, 999.6e6, 3.13e9)] == [
        "1 MB",
        "2 MB",
        "999 MB",
        "1.0 GB",
        "3.1 GB",
    ]
    assert [installation.duration(s) for s in (0.1, 9.4, 12.4, 88, 91, 5000, 6000)] == [
        "1 s", "9 s", "10 s", "90 s", "2 minutes", "83 minutes", "1.7 hours",
    ]  # fmt: skip


def test_uv_that_hangs_or_cannot_be_run_is_an_error_of_uv(tmp_path):
    slow, failing = tmp_path / "slow", tmp_path / "failing"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    failing.write_text("#!/bin/sh\necho one >&2\necho '  cause: dns error' >&2\nexit 2\n")
    for path in (slow, failing):
        path.chmod(0o755)
    began = time.monotonic()
    with pytest.raises(installation.Failed, match="no answer within 0.2 s"):
        installation.check_index(str(slow), os.environ, 0.2)
    assert time.monotonic() - began < 5
    with pytest.raises(installation.Failed, match="^dns error$"):
        installation.plan(str(failing), ["x"], os.environ, backend=False)
    with pytest.raises(installation.Failed, match="cannot be run"):
        installation.plan(str(tmp_path / "none"), ["x"], os.environ, backend=False)


def test_only_a_virtual_environment_is_changed(monkeypatch, capsys):
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert installation.main(["requirements.txt"]) == 2 and "virtual environment" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
@pytest.mark.parametrize(("goal", "listed"), [("run", "requirements.txt"), ("test", "requirements-test.txt")])
def test_make_sets_up_a_fresh_machine(tmp_path, goal, listed):
    """What make would do where there is no environment: it only says so here."""
    done = subprocess.run(
        ["make", "-n", goal, f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.removeprefix(f"{tmp_path}/venv/bin/") for line in done.stdout.splitlines()]
    order = [lines.index(f"python -I ganapp/installation.py {listed}")]
    order.insert(0, next(i for i, line in enumerate(lines) if "-m venv" in line))
    order.append(next(i for i, line in enumerate(lines) if re.match("python (app.py|-m pytest)", line)))
    assert order == sorted(order)


# -- the real uv ------------------------------------------------------------------------------------------------------

LARGE = 30_000_000
REGISTRY = [
    package_index.wheel("torch", "2.14.1", ["nvidia-cudnn-cu13"]),
    package_index.wheel("torchvision", "0.29.1", ["torch==2.14.1"]),
    package_index.wheel("nvidia-cudnn-cu13", "9.24.0", padding=LARGE),
    package_index.wheel("pillow", "12.3.0"),
]
CPU = [
    package_index.wheel("torch", "2.14.1+cpu", padding=LARGE // 10),
    package_index.wheel("torchvision", "0.29.1+cpu", ["torch==2.14.1+cpu"]),
]
CUDA = [
    package_index.wheel("torch", "2.14.1+cu130", ["nvidia-cudnn-cu13"]),
    package_index.wheel("torchvision", "0.29.1+cu130"),
]


@pytest.fixture(scope="module")
def uv():
    found = shutil.which("uv", path=Path(sys.executable).parent) or shutil.which("uv")
    return found or pytest.skip("uv is not installed here; make run and make test install it")


@pytest.fixture(scope="module")
def empty(tmp_path_factory, uv):
    """A virtual environment with pip and uv, to be copied."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=120)
    shutil.copy(uv, folder / "bin" / "uv")
    return folder


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate")
    folder = tmp_path_factory.mktemp("authority")
    package_index.make_authority(folder)
    return folder


class Machine:
    """A new machine: a virtual environment, a registry, and PyTorch's index as uv finds it."""

    def __init__(self, folder, registry, index, authority):
        self.folder, self.registry, self.index = folder, registry, index
        kept = {k: os.environ[k] for k in ("PATH", "HOME", "LANG") if k in os.environ}
        self.environment = kept | {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": f"{registry.url}/simple/",  # uv hears of it from pip's settings alone
            "PIP_RETRIES": "0",
            "UV_CACHE_DIR": str(folder / "cache"),
            "UV_NO_CONFIG": "1",
            "HTTPS_PROXY": index.url,
            "NO_PROXY": "127.0.0.1",
            "SSL_CERT_FILE": str(authority / "ca.pem"),
        }
        (folder / "requirements.txt").write_text("torch>=2.11,<3\ntorchvision\n-r more.txt\n")
        (folder / "more.txt").write_text("pillow>=11\n")

    def install(self, **environment):
        command = [self.folder / "venv" / "bin" / "python", "-I", SCRIPT, "requirements.txt"]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def versions(self):
        folders = (self.folder / "venv").glob("lib/python*/site-packages/*.dist-info")
        found = dict(re.fullmatch(r"(.+?)-([^-]+)\.dist-info", path.name).groups() for path in folders)
        return {name: version for name, version in found.items() if name not in ("pip", "setuptools", "uv")}


@pytest.fixture
def machine(tmp_path, empty, authority, request):
    shutil.copytree(empty, tmp_path / "venv", symlinks=True)
    with (
        package_index.registry(REGISTRY) as registry,
        package_index.pytorch_index(request.param, authority) as index,
    ):
        yield Machine(tmp_path, registry, index, authority)


on_posix = pytest.mark.skipif(os.name != "posix", reason="the copied environment has the folders of POSIX")


def has_gpu():
    return shutil.which("nvidia-smi") is not None or Path("/proc/driver/nvidia").exists()


@on_posix
@pytest.mark.slow
@pytest.mark.skipif(has_gpu(), reason="this machine has an NVIDIA GPU")
@pytest.mark.parametrize("machine", [CPU], indirect=True)
def test_without_a_gpu_no_cuda_is_fetched(machine):
    done = machine.install()
    assert done.returncode == 0, done.stderr
    assert machine.versions() == {"torch": "2.14.1+cpu", "torchvision": "0.29.1+cpu", "pillow": "12.3.0"}
    said = done.stdout.splitlines()
    assert said[0].startswith("PyTorch 2.14.1+cpu: the build without CUDA")
    assert said[1].startswith("3 packages: 3 MB to fetch; ")  # sizes that the index did not tell
    asked = [line for line in machine.index.asked if not line.startswith("CONNECT")]
    assert any("/cpu/torch/" in line for line in asked) and not any("/cu1" in line for line in asked)
    assert not [line for line in machine.registry.asked if "/nvidia" in line and line.endswith(".whl")]
    before = len(machine.index.asked), len(machine.registry.asked)
    again = machine.install()  # nothing is missing: nobody is asked
    assert again.returncode == 0 and "fetch" not in again.stdout
    assert before == (len(machine.index.asked), len(machine.registry.asked))


@on_posix
@pytest.mark.slow
@pytest.mark.parametrize("machine", [CUDA], indirect=True)
def test_with_a_gpu_the_build_for_it(machine):
    done = machine.install(UV_CUDA_DRIVER_VERSION="580.65.06")
    assert done.returncode == 0, done.stderr
    assert machine.versions()["torch"] == "2.14.1+cu130" and "nvidia_cudnn_cu13" in machine.versions()
    assert "the build with CUDA, for the NVIDIA GPU" in done.stdout
    assert re.search(r"4 packages: 30 MB to fetch, about \d+ s at [\d.]+ [MG]B/s", done.stdout)
    assert any("/cu130/torch/" in line for line in machine.index.asked)


@on_posix
@pytest.mark.slow
@pytest.mark.parametrize("machine", [CPU], indirect=True)
@pytest.mark.parametrize("mode", [package_index.REFUSES, package_index.HANGS])
def test_where_the_index_does_not_answer_the_registry_is_asked(machine, mode):
    machine.index.mode = mode
    began = time.monotonic()
    done = machine.install()
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < installation.INDEX_SEC + 20
    assert machine.versions()["torch"] == "2.14.1" and "nvidia_cudnn_cu13" in machine.versions()
    assert "comes from the package registry: PyTorch's own index gave none (" in done.stdout
    assert "It brings CUDA libraries" in done.stdout
    assert "4 packages: 30 MB to fetch" in done.stdout
    assert machine.index.asked and all(line.startswith("CONNECT") for line in machine.index.asked)


@on_posix
@pytest.mark.slow
@pytest.mark.parametrize("machine", [CPU[1:]], indirect=True)  # torchvision alone
def test_an_index_without_a_fitting_pytorch_is_said_and_passed_over(machine):
    done = machine.install()
    assert done.returncode == 0, done.stderr
    assert machine.versions()["torch"] == "2.14.1" and "PyTorch's own index gave none" in done.stdout


@on_posix
@pytest.mark.slow
@pytest.mark.parametrize("machine", [CPU], indirect=True)
def test_where_uv_does_not_work_pip_installs_and_says_so(machine):
    uv = machine.folder / "venv" / "bin" / "uv"
    uv.unlink()
    uv.write_text("#!/bin/sh\necho 'error: this machine is too old' >&2\nexit 1\n")
    uv.chmod(0o755)
    done = machine.install()
    assert done.returncode == 0, done.stderr
    assert machine.versions()["torch"] == "2.14.1"
    assert "uv could not install (this machine is too old). pip does" in done.stdout


@on_posix
@pytest.mark.slow
@pytest.mark.parametrize("machine", [CPU], indirect=True)
def test_a_package_that_is_nowhere_fails(machine):
    (machine.folder / "more.txt").write_text("no-such-package\n")
    done = machine.install()
    assert done.returncode != 0 and "no-such-package" in done.stderr and "are installed" not in done.stdout
