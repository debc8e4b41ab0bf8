"""README.md, CONTRIBUTING.md and docs/: links lead somewhere, commands are understood, no preset is forgotten."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ganapp.cli.arguments import parse
from ganapp.cli.main import GROUPS
from ganapp.config import PRESETS, TrainConfig, parse_changes

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / n for n in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
COMMAND = re.compile(r"python -m ganapp ([^`\n#]+)")
SCRIPT = re.compile(r"python (benchmarks/\w+\.py)")


def read(page):
    return page.read_text(encoding="utf-8")


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def anchors(page):
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(
        r"^#+ +(.+)$", re.sub(r"^```.*?^```", "", read(page), flags=re.M | re.S), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_and_picture_is_there(page):
    lost = []
    for match in LINK.finditer(without_code(read(page))):
        link = match[1] or match[2]
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_every_page_of_docs_is_in_its_index():
    index = read(ROOT / "docs" / "README.md")
    pages = sorted(p.name for p in (ROOT / "docs").glob("*.md") if p.name != "README.md")
    assert [name for name in pages if f"]({name})" not in index] == []


def test_every_picture_of_docs_is_shown_somewhere():
    text = "".join(map(read, PAGES))
    pictures = sorted(p.name for p in (ROOT / "docs").iterdir() if p.suffix in (".png", ".webp"))
    assert "training.webp" in pictures and [name for name in pictures if name not in text] == []


def test_the_readme_is_short_and_its_picture_is_light():
    assert len(read(ROOT / "README.md").splitlines()) <= 150
    assert (ROOT / "docs" / "training.webp").stat().st_size <= 2e6


HISTORY = ("ARCHITECTURE.md", "CHANGELOG.md")  # may name a command without its arguments
COMMANDS = [
    (name, command.strip())
    for page, name in zip(PAGES, NAMES)
    if name not in HISTORY
    for command in COMMAND.findall(read(page))
]


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_every_command_is_understood(page, command):
    """By the argument parser alone: nothing is run, and what is named need not exist."""
    arguments = shlex.split(command.replace("\\", " "))
    if "--help" in arguments:
        with pytest.raises(SystemExit) as end:
            parse(arguments, GROUPS)
        assert end.value.code == 0
    else:
        found = parse(arguments, GROUPS)
        assert found.command == arguments[0]
        assert parse_changes(found.changes).keys() <= TrainConfig.__dataclass_fields__.keys()


def test_every_benchmark_that_is_named_is_there():
    named = {script for page in PAGES for script in SCRIPT.findall(read(page))}
    assert len(named) > 8 and [script for script in sorted(named) if not (ROOT / script).is_file()] == []


def test_every_preset_is_described():
    text = read(ROOT / "docs" / "presets.md")
    assert [name for name in PRESETS if f"`{name}`" not in text] == []


def python_of(page):
    return "\n".join(re.findall(r"^```python\n(.*?)^```", read(page), re.MULTILINE | re.DOTALL))


def test_the_python_of_the_documentation_runs(tmp_path):
    code = python_of(ROOT / "docs" / "python.md")
    assert python_of(ROOT / "README.md") in code
    code += "\nprint(images.shape)"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "(3, 32, 32, 3)"
    assert (tmp_path / "grid.png").is_file() and (tmp_path / "walk.mp4").is_file()
