"""The Hub: find models, fetch exactly the files that are needed, and say in one sentence why something could not be had.

HF_ENDPOINT, HF_TOKEN, HF_HOME and huggingface_hub's other variables hold. What is fetched is pinned to a commit and stays in its
cache, from which it comes where there is no network. Only named files travel, never code.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from . import hub_answers
from .weights import CONFIG_NAME, MAX_BYTES, MAX_CONFIG_BYTES, WEIGHTS_NAME, read_config

TAG = "ganapp"  # of every model that this app publishes, and what search looks for
CATALOG = Path(__file__).with_name("hub_catalog.json")
LIMIT_VARIABLE = "GANAPP_MAX_DOWNLOAD_MB"

Progress = Callable[[int, int], None]  # bytes so far, bytes in all


class HubModel(NamedTuple):
    """A generator on the Hub that can be loaded. Empty and 0: not known before it is fetched."""

    repo: str
    file: str = ""  # of another project's layout, and then imported; empty: in this app's own format
    family: str = ""
    resolution: int = 0
    licence: str = ""
    loads: str = TAG  # what reads it
    note: str = ""

    @property
    def source(self) -> str:
        """What weights.locate or importers.import_checkpoint takes."""
        return f"{self.repo}:{self.file}" if self.file else self.repo


# -- finding ----------------------------------------------------------------------------------------------------------


def catalog() -> list[HubModel]:
    """Known public generators, from hub_catalog.json."""
    return [HubModel(**entry) for entry in json.loads(CATALOG.read_text(encoding="utf-8"))]


def search(query: str = "", limit: int = 20) -> list[HubModel]:
    """Models of the catalog that have the query in their name, then those on the Hub with this app's tag.

    ValueError, in one sentence, where the Hub cannot be asked.
    """
    from huggingface_hub import constants
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    words = query.lower().split()
    known = [m for m in catalog() if all(word in f"{m.repo} {m.file} {m.family} {m.note}".lower() for word in words)]
    with plainly("the Hub"):
        # Not HfApi.list_models, which tries for half a minute before it says that there is no network.
        url, asked = (
            f"{endpoint() or constants.ENDPOINT}/api/models",
            {"filter": TAG, "search": query, "limit": str(limit)},
        )
        answer = get_session().get(url, params=asked, headers=build_hf_headers(token=token()), timeout=10)
        hf_raise_for_status(answer)
        try:
            tagged = [_of_tags(model["id"], model.get("tags") or []) for model in answer.json()]
        except (ValueError, TypeError, KeyError):  # a hotel's sign-in page, not the Hub
            raise ValueError("the Hub: what answered is not the Hub; is there a page to sign in to first?") from None
    return (known + [m for m in tagged if m.repo not in {k.repo for k in known}])[:limit]


def _of_tags(repo: str, tags: list[str]) -> HubModel:
    """What the tags of a model card say (card.py writes them): family:dcgan, resolution:32, license:apache-2.0."""
    said = dict(tag.split(":", 1) for tag in tags if ":" in tag)
    size = said.get("resolution", "")
    return HubModel(
        repo, "", said.get("family", ""), int(size) if size.isdecimal() else 0, said.get("license", ""), TAG
    )


def recent(limit: int = 10) -> list[HubModel]:
    """Models in the local cache that can be loaded without a network, the last used first."""
    from huggingface_hub import CacheNotFound, scan_cache_dir

    try:
        repos = scan_cache_dir().repos
    except CacheNotFound:
        return []
    found = []
    for repo in sorted(repos, key=lambda r: r.last_accessed, reverse=True):
        if repo.repo_type != "model":
            continue
        for revision in repo.revisions:
            if {CONFIG_NAME, WEIGHTS_NAME} <= {f.file_name for f in revision.files}:
                try:
                    spec = read_config(revision.snapshot_path)["spec"]
                except ValueError:  # another library's model
                    continue
                found.append(HubModel(f"{repo.repo_id}@{revision.commit_hash}", "", spec.family, spec.resolution))
    return found[:limit]


# -- fetching ---------------------------------------------------------------------------------------------------------


def pull(hub_id: str, *, progress: Progress | None = None) -> tuple[Path, str]:
    """Fetch config.json and model.safetensors of "user/name[@revision]", nothing else. Returns (folder, "user/name@commit").

    ValueError, in one sentence, where it cannot be had.
    """
    repo, _, revision = hub_id.partition("@")
    revision = revision or "main"
    with plainly(repo, CONFIG_NAME, revision):
        config, commit = _fetch(repo, CONFIG_NAME, revision, MAX_CONFIG_BYTES)
    read_config(config.parent, repo)  # an unknown family is refused before the weights travel
    with plainly(repo, WEIGHTS_NAME, commit):
        _fetch(repo, WEIGHTS_NAME, commit, max_bytes(), progress)
    return (
        config.parent,
        f"{repo}@{commit}",
    )  # all of the commit: the Hub takes no abbreviation, and a PNG must lead back


def fetch_file(
    repo: str, filename: str, revision: str = "main", *, progress: Progress | None = None
) -> tuple[Path, str]:
    """One named file of a model repository and the commit it is of. ValueError, in one sentence, where it cannot be had."""
    with plainly(repo, filename, revision):
        return _fetch(repo, filename, revision, max_bytes(), progress)


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
    """The largest file that is fetched: GANAPP_MAX_DOWNLOAD_MB, else weights.MAX_BYTES."""
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
def plainly(repo: str, name: str = "", revision: str = "") -> Iterator[None]:
    """Turn what huggingface_hub raises into a ValueError with one sentence."""
    from huggingface_hub import errors as hub

    try:
        yield
    except (OSError, hub.HTTPError, hub.HFValidationError, hub.HfHubHTTPError, hub.LocalEntryNotFoundError) as error:
        raise ValueError(explain(error, repo, name, revision)) from None


def explain(error: Exception, repo: str, name: str = "", revision: str = "") -> str:
    """One sentence for what the Hub, or the way to it, answered about a file of a repository."""
    from huggingface_hub import errors as hub

    if isinstance(error, hub.LocalEntryNotFoundError):
        return f"{repo}: the Hub cannot be reached and this model is not in the local cache."
    if isinstance(error, hub.EntryNotFoundError):
        what = ", so it is not a generator of this app" if name in (CONFIG_NAME, WEIGHTS_NAME) else ""
        return f"{repo}: there is no {name} in it{what}."
    return hub_answers.say(error, repo, name or "an answer", revision, "such folder here and no such model")
