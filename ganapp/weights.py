"""The old place of ganapp.generators, kept for programs written for version 0.3."""

from __future__ import annotations

from pathlib import Path

from ganapp.generators import Sources, load_generator, read_config, save_generator

__all__ = ["list_sources", "load_generator", "locate", "read_config", "save_generator"]


def locate(
    source: str | Path, *, runs: str | Path, checkpoints: str | Path | None = None
) -> tuple[Path, str]:
    """The folder of a source and the name to show for it; see `Sources.find`."""
    return Sources(runs, checkpoints).find(source)


def list_sources(*, runs: str | Path = "runs", checkpoints: str | Path | None = None) -> list[str]:
    """The names of what can be loaded from here; see `Sources.list`."""
    return Sources(runs, checkpoints).list()
