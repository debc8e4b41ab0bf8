"""Check the scripts of the page: syntax, undeclared and unused names (oxlint), format (oxfmt). Needs no Node.

    python .ci/lint_scripts.py [--if-installed]

The page joins the scripts of a component into one function, so what is checked is that joined text; a finding
is reported by the file and the line that it comes from. Both tools are wheels of PyPI (requirements-
test.txt). Where they are not installed this fails, with --if-installed it only says so. To format:
.venv/bin/oxfmt -c .ci/oxfmt.json ganapp/ui/*/*.js
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# scripts that are not joined with others
ALONE = (
    "shared/head.js", "shared/gradio_words.js", "shared/access.js", "shared/choices.js",
)  # fmt: skip
TOOLS = Path(sys.executable).parent  # of this environment
sys.path.insert(0, str(ROOT))


def main() -> int:
    oxlint, oxfmt = (shutil.which(name, path=TOOLS) for name in ("oxlint", "oxfmt"))
    if not (oxlint and oxfmt):
        print("The scripts of the page are not checked: oxlint and oxfmt are not installed.", file=sys.stderr)
        return 0 if "--if-installed" in sys.argv else 1
    from ganapp.ui.compare.tab import FILES as COMPARE
    from ganapp.ui.generate.instrument import FILES as CREATE
    from ganapp.ui.shared.chosen import FILES as GOING
    from ganapp.ui.shared.drop_anywhere import SCRIPTS as DROP
    from ganapp.ui.shared.watching import UI
    from ganapp.ui.table.tab import FILES as TABLE
    from ganapp.ui.train.monitor import FILES as MONITOR
    from ganapp.ui.train.tab import STARTING
    from ganapp.ui.train.upload import FILES as UPLOAD

    problems = set()
    joined = [
        [UI / name for name in files.scripts] for files in (MONITOR, COMPARE, TABLE, CREATE, GOING, UPLOAD)
    ]
    joined += [[UI / name for name in names] for names in (DROP, STARTING)]
    joined += [[UI / name] for name in ALONE]
    for paths in joined:
        problems |= findings(oxlint, paths)
    scripts = sorted(UI.rglob("*.js"))
    unused = set(scripts) - {path for paths in joined for path in paths}
    problems |= {f"{path.relative_to(ROOT)}: no component uses it" for path in unused}
    for problem in sorted(problems):
        print(problem)
    formatted = subprocess.run([oxfmt, "-c", HERE / "oxfmt.json", "--check", *scripts]).returncode == 0
    return int(bool(problems) or not formatted)


def findings(oxlint: str, paths: list[Path]) -> set[str]:
    """What oxlint finds in these scripts joined, as "file:line: message"."""
    lines = [
        (path, number) for path in paths for number, _ in enumerate(path.read_text("utf-8").splitlines(), 1)
    ]
    with tempfile.TemporaryDirectory() as folder:
        joined = Path(folder) / "joined.js"
        joined.write_text("".join(path.read_text("utf-8") for path in paths), "utf-8")
        command = [oxlint, "-c", HERE / "oxlint.json", "--format=json", joined]
        done = subprocess.run(command, capture_output=True, text=True)
    try:
        diagnostics = json.loads(done.stdout)["diagnostics"]
    except (ValueError, KeyError):
        raise SystemExit(f"oxlint said: {done.stdout}{done.stderr}") from None
    if done.returncode and not diagnostics:
        raise SystemExit(f"oxlint ended with {done.returncode} and named nothing: {done.stderr}")
    found = set()
    for one in diagnostics:
        line = one["labels"][0]["span"]["line"] if one.get("labels") else 1
        path, number = lines[min(line, len(lines)) - 1]
        found.add(f"{path.relative_to(ROOT)}:{number}: {one['message']} ({one.get('code', 'syntax')})")
    return found


if __name__ == "__main__":
    sys.exit(main())
