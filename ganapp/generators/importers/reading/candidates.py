"""Finds the state dicts in the content of a checkpoint that may be a generator's, the likeliest first.

People save a generator alone, under a name beside others, or in one state dict with its discriminator, where
a prefix tells them apart. Which one fits a layout is for the caller to try.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

DEPTH = 4  # of dictionaries in dictionaries, and of prefixes
MOST = 64  # state dicts that are looked at
# Words of which names consist: netG_ema -> net, g, ema.
AVERAGED = {"ema", "avg", "average", "averaged", "shadow", "swa", "ge", "gs", "smooth", "running", "polyak"}
GENERATOR = {
    "g",
    "gen",
    "generator",
    "netg",
    "modelg",
    "gnet",
    "gmodel",
    "ge",
    "gs",
    "avgg",
    "gan",
    "generators",
}
WRAPPERS = {"module", "orig", "mod", "model", "net", "network", "state", "dict", "params", "weights",
            "online", "dp", "backbone", "checkpoint", "models", "networks", "nets"}  # fmt: skip
OTHERS = {"d", "dis", "disc", "discriminator", "discriminators", "critic", "netd", "modeld", "dnet", "dmodel",
          "opt", "optim", "optims", "optimizer", "optimizers", "optg", "optd", "scheduler", "schedulers",
          "scaler", "adam", "sched", "lr", "vgg", "lpips", "inception", "augment", "e", "enc",
          "encoder"}  # fmt: skip


class Candidate(NamedTuple):
    """Tensors that may be a generator's, and the names and prefixes that lead to them."""

    path: tuple[str, ...]  # () for the whole file; a prefix ends in "."
    tensors: dict[str, Tensor]

    @property
    def place(self) -> str:
        """The way to it as text, such as "state_dict → generator."; "" for the whole file."""
        parts = [re.sub(r"[^\x20-\x7e]", "?", part)[:40] for part in self.path]
        return " → ".join(part for part in parts if part not in ("module.", "_orig_mod."))

    @property
    def averaged(self) -> bool:
        return any(_words(part) & AVERAGED for part in self.path)


def find_candidates(content: Any) -> list[Candidate]:
    """All state dicts in content that may be a generator's: averages first, then generators, then others."""
    found: list[Candidate] = []
    _collect(content, (), found)
    grouped = [part for candidate in found for part in (candidate, *_by_prefix(candidate, DEPTH))]
    return sorted(grouped[:MOST], key=_rank)


def _collect(content: Any, path: tuple[str, ...], found: list[Candidate]) -> None:
    import torch

    if not isinstance(content, dict) or len(path) > DEPTH or len(found) >= MOST:
        return
    tensors = {str(k): v for k, v in content.items() if isinstance(v, torch.Tensor)}
    if tensors:
        found.append(Candidate(path, _without_others(tensors) or tensors))
    for name, entry in content.items():
        if isinstance(name, str) and not _words(name) & OTHERS:
            _collect(entry, (*path, name), found)


def _by_prefix(whole: Candidate, depth: int) -> Iterable[Candidate]:
    """The parts of a state dict that begin with a name of a generator or of a wrapper, without it."""
    groups: dict[str, dict[str, Tensor]] = {}
    for key, tensor in whole.tensors.items():
        first, dot, rest = key.partition(".")
        if dot and _is_prefix(first):
            groups.setdefault(f"{first}.", {})[rest] = tensor
    for prefix, tensors in groups.items():
        if len(tensors) > 1 and depth:
            part = Candidate((*whole.path, prefix), _without_others(tensors))
            yield part
            yield from _by_prefix(part, depth - 1)


def _is_prefix(name: str) -> bool:
    words = _words(name)
    return bool(words) and words <= GENERATOR | WRAPPERS | AVERAGED and not name.isdigit()


def _without_others(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Without a discriminator's tensors and the counter of an AveragedModel."""

    def is_other(key: str) -> bool:
        first, dot, _ = key.partition(".")
        # Names with numbers are layers: e1, d2.
        return key == "n_averaged" or (bool(dot) and first.isalpha() and bool(_words(first) & OTHERS))

    return {key: tensor for key, tensor in tensors.items() if not is_other(key)}


def _words(name: str) -> set[str]:
    """The words of a name in lower case: netG_ema -> net, g, netg, ema; GE -> ge."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    words = {part.lower() for part in parts}
    return words | {part.lower() for part in re.findall(r"[A-Za-z]+", name)}


def _rank(candidate: Candidate) -> tuple[int, int]:
    words = set().union(*map(_words, candidate.path))
    generator, averaged = bool(words & GENERATOR), bool(words & AVERAGED)
    order = 0 if averaged else 1 if generator else 2 if words <= WRAPPERS else 3
    return order, len(candidate.path)
