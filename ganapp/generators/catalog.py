"""Generators on the Hub: the shipped list of known ones, a search, and those in the local cache.

Finds models and loads none; see sources.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from ganapp.hub import endpoint, explain_errors, token

from .folder import CONFIG_NAME, WEIGHTS_NAME, read_config

TAG = "ganapp"  # the Hub's tag of every model that this app publishes
CATALOG = Path(__file__).with_name("catalog.json")


class HubModel(NamedTuple):
    """A generator on the Hub that can be loaded. "" and 0 mean: not known before it is fetched."""

    repo: str  # user/name, or user/name@commit
    file: str = ""  # a checkpoint of another project, which is imported; "": a generator folder of this app
    family: str = ""
    resolution: int = 0
    licence: str = ""
    loads: str = TAG  # name of the layout that reads it, or TAG
    note: str = ""

    @property
    def source(self) -> str:
        """The source for `load_generator`, or, if there is a file, for `import_checkpoint`."""
        return f"{self.repo}:{self.file}" if self.file else self.repo


def known_models() -> list[HubModel]:
    """Known public generators, from catalog.json."""
    return [HubModel(**entry) for entry in json.loads(CATALOG.read_text(encoding="utf-8"))]


def search(query: str = "", limit: int = 20) -> list[HubModel]:
    """Models of the catalog that match all words of the query, then those on the Hub with this app's tag.

    Raises ValueError (message fit for the user) if the Hub cannot be asked.
    """
    from huggingface_hub import constants
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    words = query.lower().split()
    known = [
        m
        for m in known_models()
        if all(word in f"{m.repo} {m.file} {m.family} {m.note}".lower() for word in words)
    ]
    with explain_errors("the Hub"):
        # Not HfApi.list_models, which retries for half a minute if there is no network.
        url, asked = (
            f"{endpoint() or constants.ENDPOINT}/api/models",
            {"filter": TAG, "search": query, "limit": str(limit)},
        )
        answer = get_session().get(url, params=asked, headers=build_hf_headers(token=token()), timeout=10)
        hf_raise_for_status(answer)
        try:
            tagged = [_of_tags(model["id"], model.get("tags") or []) for model in answer.json()]
        except (ValueError, TypeError, KeyError):  # the sign-in page of a public network
            raise ValueError(
                "the Hub: what answered is not the Hub; is there a page to sign in to first?"
            ) from None
    return (known + [m for m in tagged if m.repo not in {k.repo for k in known}])[:limit]


def _of_tags(repo: str, tags: list[str]) -> HubModel:
    """A model described by tags such as family:dcgan and resolution:32, which publishing/card.py writes."""
    said = dict(tag.split(":", 1) for tag in tags if ":" in tag)
    size = said.get("resolution", "")
    return HubModel(
        repo, "", said.get("family", ""), int(size) if size.isdecimal() else 0, said.get("license", ""), TAG
    )


def recent(limit: int = 10) -> list[HubModel]:
    """Models in the Hub's local cache, which load without a network; the last used first."""
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
                found.append(
                    HubModel(f"{repo.repo_id}@{revision.commit_hash}", "", spec.family, spec.resolution)
                )
    return found[:limit]
