"""Deploys this app as a Space on the Hub, from the working tree; runs, environments and secrets stay."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ganapp.files import text_of_size
from ganapp.hub import upload
from ganapp.hub.upload import Plan, carry_out

ROOT = Path(__file__).resolve().parents[2]
MAX_FILE_BYTES = 10 * 1024**2
# What the app needs to run. Tests and benchmarks are not uploaded.
WANTED = (
    "app.py",
    "requirements.txt",
    "requirements-hub.txt",
    "README.md",
    "LICENSE",
    "ganapp",
    "checkpoints",
    "docs",
)
NEVER = (".venv", ".git", "__pycache__", "node_modules")
SECRET = ("*.pem", "*.key", ".env", ".env.*", "*.token", "*token*.txt", "secrets*", ".netrc", "credentials*")


def files(root: str | Path = ROOT) -> list[str]:
    """Paths, relative to the root, of the files that a Space needs.

    If the root is a git checkout, only tracked files. Raises ValueError (message fit for the user) if there
    is no app.py or a file is larger than 10 MB.
    """
    root = Path(root)
    tracked = _tracked(root)
    found = tracked if tracked is not None else _present(root)
    chosen = sorted(path for path in found if _travels(PurePosixPath(path)) and (root / path).is_file())
    if "app.py" not in chosen:
        raise ValueError(f"there is no app.py in {str(root)!r}, so it cannot be deployed.")
    large = [path for path in chosen if (root / path).stat().st_size > MAX_FILE_BYTES]
    if large:
        raise ValueError(f"{large[0]} is larger than {text_of_size(MAX_FILE_BYTES)}, which is refused.")
    return chosen


def plan(repo: str, private: bool = False, root: str | Path = ROOT) -> Plan:
    """Compare the tree with the Space "user/name". Uploads nothing; errors as of hub.upload.plan."""
    root = Path(root)
    content = {path: root / path for path in files(root)}
    return upload.plan(upload.full_name(repo), content, "space", private, delete_below="ganapp/")


def deploy(
    repo: str,
    private: bool = False,
    agree: Callable[[Plan], bool] = lambda _: True,
    root: str | Path = ROOT,
) -> str:
    """Create or update the Space "user/name" in one commit, if agree(plan) is true.

    Returns its address, or "" if it was not agreed. Raises ValueError (message fit for the user) if it fails.
    """
    planned = plan(repo, private, root)
    return carry_out(planned, "Deploy ganapp") if agree(planned) else ""


def _tracked(root: Path) -> list[str] | None:
    """Files that git tracks; None if git is not installed or the root is not the top of a checkout."""
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z"], cwd=root, capture_output=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return [path for path in os.fsdecode(done.stdout).split("\0") if path]


def _present(root: Path) -> list[str]:
    return [
        p.relative_to(root).as_posix() for name in WANTED for p in [root / name, *(root / name).rglob("*")]
    ]


def _travels(path: PurePosixPath) -> bool:
    if path.parts[0] not in WANTED or set(path.parts) & set(NEVER) or path.suffix == ".pyc":
        return False
    return not any(PurePosixPath(part.lower()).match(pattern) for part in path.parts for pattern in SECRET)
