"""Uploads files to a repository on the Hub: first a plan of what changes, then one commit.

Which files is decided in publishing/model.py (a model) and publishing/space.py (the app as a Space). The
token is that of huggingface_hub (HF_TOKEN, `hf auth login`); on a Space it must be the visitor's own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ganapp.files import text_of_size

from . import client

REPO = re.compile(r"([A-Za-z0-9][\w.-]*/)?[A-Za-z0-9](?!.*(\.\.|--))[\w.-]{0,94}", re.ASCII)
Content = bytes | Path
SIGNS = {"new": "+", "changed": "~", "same": "=", "gone": "-"}


class Change(NamedTuple):
    """What an upload does to one file."""

    what: str  # "new", "changed", "same" or "gone" (deleted)
    path: str
    size: int  # bytes; of a deleted file the present size


class Plan(NamedTuple):
    """An upload that has not happened yet."""

    repo: str  # user/name
    kind: str  # "model" or "space"
    private: bool
    head: str  # the commit that the files were compared with; "" for a new repository
    changes: tuple[Change, ...]
    files: Mapping[str, Content]
    warning: str = ""  # a sentence that needs a second yes
    note: str = ""  # a sentence to read before

    @property
    def changed(self) -> bool:
        return not self.head or any(c.what != "same" for c in self.changes)

    def lines(self) -> list[str]:
        """The plan as text: a line about the repository, then one for each file."""
        who = "private" if self.private else "public"
        first = f"{self.repo}: {'update the' if self.head else 'create a'} {who} {self.kind} repository"
        return [
            first,
            *(f"  {SIGNS[c.what]} {c.path} ({text_of_size(c.size)}, {c.what})" for c in self.changes),
            *filter(None, (self.warning, self.note)),
        ]


def plan(
    repo: str,
    files: Mapping[str, Content],
    kind: str = "model",
    private: bool = False,
    token: str | None = None,
    delete_below: str = "",
) -> Plan:
    """Compare files (path in the repository -> content) with those on the Hub. Changes nothing.

    repo: "user/name", as `full_name` returns it. private: for a new repository; an existing one stays as it
    is.
    delete_below: a prefix; files on the Hub that begin with it and are not in `files` are deleted.
    Raises ValueError (message fit for the user) if the upload is not possible.
    """
    from huggingface_hub.errors import RepositoryNotFoundError

    api = _api(token)
    with explain_errors(repo):
        try:
            found = api.repo_info(repo, repo_type=kind)
        except RepositoryNotFoundError:
            return Plan(
                repo, kind, private, "", tuple(Change("new", p, _size(c)) for p, c in files.items()), files
            )
        if private and not found.private:
            raise ValueError(
                f"{repo}: this repository is public already; make it private on the Hub, or take another "
                "name."
            )
        tree = api.list_repo_tree(repo, recursive=True, revision=found.sha, repo_type=kind)
        there = {f.path: f for f in tree if hasattr(f, "blob_id")}
    changes = [
        Change(_compare(there.get(path), content), path, _size(content)) for path, content in files.items()
    ]
    gone = [p for p in there if delete_below and p.startswith(delete_below) and p not in files]
    changes += [Change("gone", path, there[path].size) for path in gone]
    return Plan(repo, kind, bool(found.private), found.sha, tuple(changes), files)


def carry_out(planned: Plan, message: str, token: str | None = None) -> str:
    """Upload as planned, in one commit, and return the address of the repository.

    Raises ValueError (message fit for the user) if it fails. Then no file has changed (a new repository may
    exist, empty), and the upload can be repeated.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    api, repo, kind = _api(token), planned.repo, planned.kind
    with explain_errors(repo):
        if not planned.head:
            space = {"space_sdk": "gradio"} if kind == "space" else {}
            api.create_repo(repo, repo_type=kind, private=planned.private, exist_ok=True, **space)
        if planned.changed:
            operations = [
                CommitOperationDelete(c.path)
                if c.what == "gone"
                else CommitOperationAdd(c.path, planned.files[c.path])
                for c in planned.changes
                if c.what != "same"
            ]
            api.create_commit(
                repo, operations, commit_message=message, repo_type=kind, parent_commit=planned.head or None
            )
    return address(repo, kind)


def address(repo: str, kind: str = "model") -> str:
    """The web address of a repository of kind "model" or "space"."""
    from huggingface_hub import constants

    place = "spaces/" if kind == "space" else ""
    return f"{client.endpoint() or constants.ENDPOINT}/{place}{repo}"


def full_name(repo: str, token: str | None = None) -> str:
    """Complete a repository's name to "user/name" with the name of who is signed in.

    Raises ValueError (message fit for the user) if it is no valid name or nobody is signed in.
    """
    repo = repo.strip()
    if not REPO.fullmatch(repo) or repo.endswith((".", "-", ".git")):
        raise ValueError(
            f"the repository is {repo!r}; it must be user/name, of letters, digits, dots, dashes and "
            "underscores."
        )
    api = _api(token)
    with explain_errors(repo):
        me = api.whoami()
    return repo if "/" in repo else f"{me['name']}/{repo}"


def _api(token: str | None):
    from huggingface_hub import HfApi

    if token is None and client.token() is False:
        raise ValueError("nobody is signed in; sign in to the Hub first.")
    return HfApi(endpoint=client.endpoint(), token=token or client.token())


def _size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _compare(there, content: Content) -> str:
    """ "new", "same" or "changed": content against the Hub's entry of the file, by its hash."""
    if there is None:
        return "new"
    data = content if isinstance(content, bytes) else content.read_bytes()
    if there.lfs is not None:
        same = there.lfs.sha256 == hashlib.sha256(data).hexdigest()
    else:
        same = (
            there.blob_id == hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
        )
    return "same" if same else "changed"


@contextmanager
def explain_errors(repo: str) -> Iterator[None]:
    """Turn exceptions of huggingface_hub during an upload into a ValueError (message fit for the user)."""
    from huggingface_hub import errors

    try:
        yield
    except (
        OSError,
        errors.HTTPError,
        errors.HFValidationError,
        errors.HfHubHTTPError,
        RuntimeError,
    ) as error:
        raise ValueError(_explain(error, repo)) from None


def _explain(error: Exception, repo: str) -> str:
    from huggingface_hub import errors

    if isinstance(error, RuntimeError) and isinstance(error.__cause__, Exception):
        return _explain(error.__cause__, repo)  # the error itself only names the file

    again = "nothing was changed, and it can be tried again"
    if isinstance(error, errors.LocalTokenNotFoundError):
        advice = "set HF_TOKEN to one with write access, or run `hf auth login`"
        return f"{repo}: no access token was found; {advice}."
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"{repo}: there is no such repository that this access token may write to."
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        if status >= 500:
            return f"{repo}: the Hub answered {status}; {again}."
        if status == 403:
            return f"{repo}: the access token has no permission to write there."
        if status == 412:
            return f"{repo}: somebody else changed it meanwhile; {again}."
        return client.explain(error, repo)
    detail = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return f"{repo}: the Hub cannot be reached or broke off ({detail}); {again}."
