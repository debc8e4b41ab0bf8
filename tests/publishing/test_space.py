"""The app as a Space: what travels, the front matter of README.md, and one commit against a Hub of ours."""

import re
from pathlib import Path

import pytest
import yaml
from hub_server import WRITER
from test_folder import one_sentence

from ganapp.cli import main
from ganapp.generators import known_models
from ganapp.publishing import space

ROOT = Path(__file__).resolve().parents[2]
KEEP = ".gitattributes"  # the Hub's own


@pytest.fixture
def hub(empty_hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", WRITER)
    return empty_hub


@pytest.fixture
def tree(tmp_path):
    """A small working tree that no git knows, with what must stay."""
    inside = {
        "app.py": "print('app')", "README.md": "---\nsdk: gradio\n---\n", "requirements.txt": "gradio",
        "ganapp/__init__.py": "", "ganapp/ui/page.html": "<p>", "checkpoints/faces-32/config.json": "{}",
    }  # fmt: skip
    outside = [
        "runs/00001/config.json", ".venv/bin/python", ".env", "ganapp/.env", "ganapp/__pycache__/x.pyc", "ganapp/hf_token.txt",
        "tests/test_x.py", "checkpoints/credentials.json", "key.pem",
    ]  # fmt: skip
    for name, text in (inside | dict.fromkeys(outside, "secret")).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_what_travels(tree):
    assert space.files(tree) == [
        "README.md", "app.py", "checkpoints/faces-32/config.json", "ganapp/__init__.py", "ganapp/ui/page.html", "requirements.txt",
    ]  # fmt: skip


def test_only_what_git_tracks(tree, monkeypatch):
    (tree / ".git").mkdir()
    monkeypatch.setattr(
        "ganapp.publishing.space._tracked",
        lambda root: ["app.py", "ganapp/__init__.py", "ganapp/gone.py", "runs/x", "tests/y.py"],
    )
    assert space.files(tree) == ["app.py", "ganapp/__init__.py"]


def test_this_tree_travels_whole_and_nothing_else():
    found = space.files(ROOT)
    assert {
        "app.py",
        "README.md",
        "requirements.txt",
        "ganapp/ui/train/monitor.html",
        "checkpoints/faces-32/model.safetensors",
    } <= set(found)
    assert not [p for p in found if p.startswith(("runs", "tests", ".")) or p.endswith(".pyc")]


def test_a_tree_without_the_app_and_a_large_file_are_refused(tree):
    (tree / "ganapp" / "big.bin").write_bytes(b"0" * (space.MAX_FILE_BYTES + 1))
    with pytest.raises(ValueError, match="big.bin"):
        space.files(tree)
    (tree / "app.py").unlink()
    with pytest.raises(ValueError, match="no app.py"):
        space.files(tree)


def test_create_update_and_what_is_gone(hub, tree):
    assert space.deploy("ana/studio", private=True, root=tree) == f"{hub.url}/spaces/ana/studio"
    repo = hub.repos["spaces/ana/studio"]
    assert repo.kind == "space" and repo.private and repo.sdk == "gradio"
    repo.commit({**repo.commits[repo.refs["main"]], "notes.md": b"the owner's"})
    (tree / "ganapp" / "ui" / "page.html").unlink()
    (tree / "app.py").write_text("print('new')")
    planned = space.plan("studio", root=tree)
    changed = {c.path: c.what for c in planned.changes if c.what != "same"}
    assert changed == {
        "app.py": "changed",
        "ganapp/ui/page.html": "gone",
    } and "  - ganapp/ui/page.html" in "\n".join(planned.lines())
    hub.requests.clear()
    space.deploy("ana/studio", root=tree)
    files = repo.commits[repo.refs["main"]]
    assert set(files) == {*space.files(tree), "notes.md", KEEP} and files["app.py"] == b"print('new')"
    assert len([r for r in hub.requests if "/commit/" in r.path]) == 1


def test_no_permission_is_one_sentence(hub, tree, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_stranger")
    with pytest.raises(ValueError) as error:
        space.deploy("ana/studio", root=tree)
    assert "no permission" in one_sentence(error) and hub.repos == {}


def test_the_command(hub, tree, monkeypatch, capsys):
    monkeypatch.setattr(space.plan, "__defaults__", (False, tree))
    monkeypatch.setattr(space.deploy, "__defaults__", (*space.deploy.__defaults__[:-1], tree))
    assert main.main(["deploy", "ana/studio"]) == 2
    assert "+ app.py" in (said := capsys.readouterr()).out and "--yes" in said.err
    assert main.main(["deploy", "ana/studio", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{hub.url}/spaces/ana/studio"


def test_the_front_matter_goes_with_the_requirements():
    """README.md is what a Space is made from: its versions must be those that requirements.txt takes."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.startswith("---\n")
    data = yaml.safe_load(text.split("---\n")[1])
    assert (data["sdk"], data["app_file"], data["license"], data["hf_oauth"]) == (
        "gradio",
        "app.py",
        "apache-2.0",
        True,
    )
    assert (ROOT / data["app_file"]).is_file()
    required = dict(re.findall(r"^(\w[\w-]*)(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    least = re.fullmatch(r"~=(\d+)\.(\d+)", required["gradio"])
    major, minor, _ = map(int, data["sdk_version"].split("."))
    assert major == int(least[1]) and minor >= int(least[2])
    least = re.search(r'requires-python = ">=3\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert str(data["python_version"]).startswith("3.") and int(str(data["python_version"])[2:]) >= int(
        least[1]
    )
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert f"FROM python:{data['python_version']}-slim" in dockerfile
    assert (
        data["hf_oauth_scopes"] == ["contribute-repos"] and "ganapp" in data["tags"]
    )  # its own repositories, no others
    assert set(data["models"]) <= {model.repo for model in known_models()}
