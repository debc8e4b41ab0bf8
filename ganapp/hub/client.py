"""Fetches single files from the Hugging Face Hub, pinned to a commit and limited in size.

Fetched files stay in the cache of huggingface_hub, which also serves them without a network. HF_ENDPOINT,
HF_TOKEN, HF_HOME and its other variables apply. Code is never fetched.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ganapp.files import text_of_size

from . import answers

MAX_BYTES = 2 * 1024**3  # a larger weight file is refused before it is read or fetched
LIMIT_VARIABLE = "GANAPP_MAX_DOWNLOAD_MB"

Progress = Callable[[int, int], None]  # progress(bytes so far, bytes in all)


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

    limit: largest size in bytes (None: max_bytes()). missing: end of the sentence "there is no FILE in it".
    Raises ValueError (message fit for the user) if the file cannot be fetched or is too large.
    """
    with explain_errors(repo, filename, revision, missing):
        return _fetch(repo, filename, revision, max_bytes() if limit is None else limit, progress)


def fetch_if_there(repo: str, filename: str, commit: str, *, limit: int) -> Path | None:
    """Fetch a file that a repository may lack, of a whole commit. None: it has none, or cannot be asked now.

    Whether it has one is asked once: huggingface_hub remembers it for a commit. Raises ValueError (message
    fit for the user) if the file is too large or the Hub answers otherwise.
    """
    from huggingface_hub import _CACHED_NO_EXIST, hf_hub_download, try_to_load_from_cache
    from huggingface_hub import errors as hub

    if try_to_load_from_cache(repo, filename, revision=commit) is _CACHED_NO_EXIST:
        return None
    with explain_errors(repo, filename, commit):
        try:
            return _fetch(repo, filename, commit, limit)[0]
        except hub.LocalEntryNotFoundError:
            return None
        except hub.EntryNotFoundError:
            with suppress(hub.EntryNotFoundError):  # leaves the mark that there is none
                hf_hub_download(repo, filename, revision=commit, endpoint=endpoint(), token=token())
            return None


def _fetch(
    repo: str, name: str, revision: str, limit: int, progress: Progress | None = None
) -> tuple[Path, str]:
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    cached = try_to_load_from_cache(repo, name, revision=revision) if len(revision) == 40 else None
    if isinstance(cached, str):  # a file of a commit never changes
        return Path(cached), revision
    online = size_of(repo, name, revision, limit) is not None
    options = {"endpoint": endpoint(), "token": token(), "tqdm_class": _bar(progress) if progress else None}
    path = Path(hf_hub_download(repo, name, revision=revision, local_files_only=not online, **options))
    return path, path.parts[len(path.parts) - len(Path(name).parts) - 1]  # .../snapshots/COMMIT/NAME


def size_of(repo: str, name: str, revision: str, limit: int) -> int | None:
    """Bytes of a file; None if the Hub cannot be reached. Raises ValueError if they are over the limit.

    Asked before hf_hub_download, which retries for 20 seconds before it reports that there is no network.
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
    except (ConnectionError, hub.HTTPError):  # HF_HUB_OFFLINE, or any error of the HTTP library
        return None
    if found.commit_hash is None:  # not the Hub: the sign-in page of a public network
        return None
    if found.size is None or found.size > limit:
        size = "of unknown size" if found.size is None else text_of_size(found.size)
        raise ValueError(
            f"{repo}: {name} is {size}; more than {text_of_size(limit)} is refused (set {LIMIT_VARIABLE} to "
            "allow it)."
        )
    return found.size


def max_bytes() -> int:
    """Size limit of a fetched file in bytes: GANAPP_MAX_DOWNLOAD_MB, else MAX_BYTES."""
    text = os.environ.get(LIMIT_VARIABLE, "")
    if not text:
        return MAX_BYTES
    if not text.isdecimal():
        raise ValueError(f"{LIMIT_VARIABLE} is {text!r}; it must be a whole number of megabytes.")
    return int(text) * 1024**2


def _bar(progress: Progress) -> type:
    """A class of silent progress bars for huggingface_hub that call `progress`."""
    from huggingface_hub.utils import tqdm

    class Bar(tqdm):
        def __init__(self, *args, **kwargs):
            self.done, self.all = kwargs.get("initial", 0), kwargs.get("total") or 0
            super().__init__(*args, **{**kwargs, "disable": True})

        def update(self, n: float | None = 1) -> None:
            self.done += int(n or 0)
            progress(self.done, max(self.all, self.done))

    return Bar


def endpoint() -> str | None:
    """The present HF_ENDPOINT, or None. huggingface_hub reads it only when it is imported."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or None


def token() -> bool | None:
    """The `token` argument of huggingface_hub: None means that of the environment or of `hf auth login`.

    On a Space it is False (no token), because the environment's token is the owner's.
    """
    return False if os.environ.get("SPACE_ID") else None


@contextmanager
def explain_errors(repo: str, name: str = "", revision: str = "", missing: str = "") -> Iterator[None]:
    """Turn exceptions of huggingface_hub into a ValueError with the sentence of `explain`."""
    from huggingface_hub import errors as hub

    try:
        yield
    except (
        OSError,
        hub.HTTPError,
        hub.HFValidationError,
        hub.HfHubHTTPError,
        hub.LocalEntryNotFoundError,
    ) as error:
        raise ValueError(explain(error, repo, name, revision, missing)) from None


def explain(error: Exception, repo: str, name: str = "", revision: str = "", missing: str = "") -> str:
    """One sentence about an exception that was raised for file `name` of a model repository."""
    from huggingface_hub import errors as hub

    if isinstance(error, hub.LocalEntryNotFoundError):
        return f"{repo}: the Hub cannot be reached and this model is not in the local cache."
    if isinstance(error, hub.EntryNotFoundError):
        return f"{repo}: there is no {name} in it{missing}."
    return answers.explain(error, repo, name or "an answer", revision, "such folder here and no such model")
