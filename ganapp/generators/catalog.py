"""Generators on the Hub: the shipped list of known ones, a search, and those in the local cache.

Finds models and loads none; see sources.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from ganapp.hub import endpoint, plainly, token

from .folder import CONFIG_NAME, WEIGHTS_NAME, read_config

TAG = "ganapp"  # of every model that this app publishes, and what search looks for
CATALOG = Path(__file__).with_name("catalog.json")


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


def known_models() -> list[HubModel]:
    """Known public generators, from hub_catalog.json."""
    return [HubModel(**entry) for entry in json.loads(CATALOG.read_text(encoding="utf-8"))]


def search(query: str = "", limit: int = 20) -> list[HubModel]:
    """Models of the catalog that have the query in their name, then those on the Hub with this app's tag.

    ValueError, in one sentence, where the Hub cannot be asked.
    """
    from huggingface_hub import constants
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    words = query.lower().split()
    known = [
        m for m in known_models() if all(word in f"{m.repo} {m.file} {m.family} {m.note}".lower() for word in words)
    ]
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
