"""The Hub: find models, fetch exactly the files that are needed, and say in one sentence why something could not be had.

HF_ENDPOINT, HF_TOKEN, HF_HOME and huggingface_hub's other variables hold. What is fetched is pinned to a commit and stays in its
cache, from which it comes where there is no network. Only named files travel, never code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import answers

LIMIT_VARIABLE = "GANAPP_MAX_DOWNLOAD_MB"

Progress = Callable[[int, int], None]  # bytes so far, bytes in all


def fetch_file(
    repo: str,
    filename: str,
    revision: str = "main",
    *,
    limit: int | None = None,
    missing: str = "",
    progress: Progress | None = None,
) -> tuple[Path, str]:
    """Fetch one named file of a model repository. Returns its path and the commit that it belongs to.

    `limit` is the largest size in bytes (None: max_bytes()). `missing` ends the sentence "there is no FILE in it".
    Raises ValueError (one sentence) if the file cannot be had.
    """
    with plainly(repo, filename, revision, missing):
        return _fetch(repo, filename, revision, max_bytes() if limit is None else limit, progress)


def _fetch(repo: str, name: str, revision: str, limit: int, progress: Progress | None = None) -> tuple[Path, str]:
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    cached = try_to_load_from_cache(repo, name, revision=revision) if len(revision) == 40 else None
    if isinstance(cached, str):  # of a commit, and so the same for ever
        return Path(cached), revision
    online = size_of(repo, name, revision, limit) is not None
    options = {"endpoint": endpoint(), "token": token(), "tqdm_class": _bar(progress) if progress else None}
    path = Path(hf_hub_download(repo, name, revision=revision, local_files_only=not online, **options))
    return path, path.parts[len(path.parts) - len(Path(name).parts) - 1]  # .../snapshots/COMMIT/NAME


def size_of(repo: str, name: str, revision: str, limit: int) -> int | None:
    """Bytes of a file, None where the Hub cannot be reached. ValueError where it is over the limit.

    hf_hub_download alone would retry for 20 seconds before it says that there is no network.
    """
    from huggingface_hub import errors as hub
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    url = hf_hub_url(repo, name, revision=revision, endpoint=endpoint())
    try:
        found = get_hf_file_metadata(url, endpoint=endpoint(), token=token())
    except hub.HfHubHTTPError as error:
        if error.response.status_code < 500:
            raise
        return None
    except (ConnectionError, hub.HTTPError):  # HF_HUB_OFFLINE; anything of the HTTP library below huggingface_hub
        return None
    if found.commit_hash is None:  # a hotel's sign-in page, not the Hub
        return None
    if found.size is None or found.size > limit:
        size = "of unknown size" if found.size is None else text_of_size(found.size)
        raise ValueError(
            f"{repo}: {name} is {size}; more than {text_of_size(limit)} is refused (set {LIMIT_VARIABLE} to allow it)."
        )
    return found.size


def max_bytes() -> int:
    """The largest file that is fetched: GANAPP_MAX_DOWNLOAD_MB, else MAX_BYTES."""
    text = os.environ.get(LIMIT_VARIABLE, "")
    if not text:
        return MAX_BYTES
    if not text.isdecimal():
        raise ValueError(f"{LIMIT_VARIABLE} is {text!r}; it must be a whole number of megabytes.")
    return int(text) * 1024**2


def text_of_size(count: int) -> str:
    """Bytes as a person reads them: "6.8 MB"."""
    for unit, size in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"


def _bar(progress: Progress) -> type:
    """What huggingface_hub reports a download to: a silent progress bar that counts into `progress`."""
    from huggingface_hub.utils import tqdm

    class Bar(tqdm):
        def __init__(self, *args, **kwargs):
            self.done, self.all = kwargs.get("initial", 0), kwargs.get("total") or 0
            super().__init__(*args, **{**kwargs, "disable": True})

        def update(self, n: float | None = 1) -> None:
            self.done += int(n or 0)
            progress(self.done, max(self.all, self.done))

    return Bar


# -- who asks, and what went wrong ------------------------------------------------------------------------------------


def endpoint() -> str | None:
    """HF_ENDPOINT as it is now: huggingface_hub reads it when it is imported, which may have been before it was set."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or None


def token() -> bool | None:
    """None: the token of the environment or of `hf auth login`. False on a Space, where that would be the owner's."""
    return False if os.environ.get("SPACE_ID") else None


@contextmanager
def plainly(repo: str, name: str = "", revision: str = "", missing: str = "") -> Iterator[None]:
    """Turn what huggingface_hub raises into a ValueError with one sentence."""
    from huggingface_hub import errors as hub

    try:
        yield
    except (OSError, hub.HTTPError, hub.HFValidationError, hub.HfHubHTTPError, hub.LocalEntryNotFoundError) as error:
        raise ValueError(explain(error, repo, name, revision, missing)) from None


def explain(error: Exception, repo: str, name: str = "", revision: str = "", missing: str = "") -> str:
    """One sentence for what the Hub, or the way to it, answered about a file of a repository."""
    from huggingface_hub import errors as hub

    if isinstance(error, hub.LocalEntryNotFoundError):
        return f"{repo}: the Hub cannot be reached and this model is not in the local cache."
    if isinstance(error, hub.EntryNotFoundError):
        return f"{repo}: there is no {name} in it{missing}."
    return answers.say(error, repo, name or "an answer", revision, "such folder here and no such model")


MAX_BYTES = 2 * 1024**3  # a weight file larger than this is refused before it is read or fetched
