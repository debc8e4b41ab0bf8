"""Publishes a generator as a model repository on the Hub: config, weights, card, sample grid, film."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ganapp import generators, latents, media, runs
from ganapp.hub import upload
from ganapp.hub.upload import Content, Plan
from ganapp.metrics import answers_to

from .audit import audit
from .card import FILM_NAME, GRID_NAME, card, check_licence, public
from .examples import inputs_for
from .picture_files import made_by

GRID_SEEDS = 64
FILM_SEEDS, FILM_FRAMES, FPS = 8, 18, 24  # six seconds that end where they begin
CARD_NAME = "README.md"


def plan(
    folder: str | Path, repo: str, licence: str = "", private: bool = False, token: str | None = None
) -> Plan:
    """Compare what a generator folder would publish with the repository "user/name". Uploads nothing.

    Raises ValueError (message fit for the user) if the folder, the licence or the repository cannot be used.
    """
    licence = check_licence(licence, generators.read_config(folder)["origin"])
    repo = upload.full_name(repo, token)  # before any picture is drawn
    found = audit(folder)
    planned = upload.plan(repo, files_of(folder, repo, licence), "model", private, token)
    return planned._replace(warning=found.copies, note=found.unknown)


def push(
    folder: str | Path,
    repo: str,
    licence: str = "",
    private: bool = False,
    token: str | None = None,
    agree: Callable[[Plan], bool] = lambda _: True,
) -> str:
    """Publish a generator folder as "user/name" in one commit, if agree(plan) is true.

    Returns the address, or "" if it was not agreed. Raises ValueError (message fit for the user) if it fails;
    a failed upload changes nothing and can be repeated.
    """
    planned = plan(folder, repo, licence, private, token)
    return carry_out(planned, token) if agree(planned) else ""


def carry_out(planned: Plan, token: str | None = None) -> str:
    """Upload a plan; see hub.upload.carry_out."""
    return upload.carry_out(planned, "Publish with ganapp", token)


def files_of(folder: str | Path, repo: str, licence: str) -> dict[str, Content]:
    """{path in the repository: content}. The same folder gives the same bytes.

    Raises ValueError (message fit for the user) if the generator cannot be loaded.
    """
    folder = Path(folder)
    G = generators.load_folder(folder)
    with_directions = (
        len(generators.directions_of(G)) > 0
    )  # refuses a damaged set, or one of another generator
    directions = (generators.DIRECTIONS_NAME, generators.VECTORS_NAME) if with_directions else ()
    return {
        generators.CONFIG_NAME: _config(folder),
        generators.WEIGHTS_NAME: folder / generators.WEIGHTS_NAME,
        **_shown(G, folder, repo, licence),
        **{name: folder / name for name in directions},
    }


def folder_of(source: str, *, in_runs: str | Path = "runs", checkpoints: str | Path | None = None) -> Path:
    """The folder of a model's source. Raises ValueError if it is unknown or comes from the Hub."""
    folder, name = generators.Sources(in_runs, checkpoints).find(source)
    if "@" in name and generators.HUB_ID.fullmatch(name) and runs.run_of(folder) is None:
        raise ValueError(f"{name} is on the Hub already.")
    return folder


def _config(folder: Path) -> bytes:
    """The generator's config.json without paths of this machine."""
    data = json.loads((folder / generators.CONFIG_NAME).read_text(encoding="utf-8"))
    data["origin"] = {key: public(value) for key, value in generators.read_config(folder)["origin"].items()}
    return json.dumps(data, indent=2, ensure_ascii=False).encode()


def _shown(G, folder: Path, repo: str, licence: str) -> dict[str, Content]:
    """The card and the pictures that it shows."""
    if G.spec.takes == "latent":
        text = card(folder, repo, licence)
        return {CARD_NAME: text.encode(), GRID_NAME: _grid(G), FILM_NAME: _film(G)}
    inputs, about = inputs_for(G)
    found = answers_to(G, inputs)
    shown = card(folder, repo, licence, about, found.targets is not None)
    return {CARD_NAME: shown.encode(), GRID_NAME: _sheet(G, [x for x in found if x is not None])}


def _sheet(G, rows: list) -> bytes:
    """Inputs, below each its answer, and below that its target where there is one, as a PNG."""
    picture = media.grid(np.concatenate(rows), columns=len(rows[0]))
    large = media.enlarge(picture, media.scale_for(picture, 512))
    return _written("grid.png", lambda path: media.save_png(path, large, made_by(G)))


def _grid(G) -> bytes:
    """64 seeds as a PNG. With classes, each row is one class, as in the grids of a run."""
    seeds = list(range(GRID_SEEDS))
    classes = [i // 8 % G.spec.num_classes for i in seeds] if G.spec.num_classes else None
    picture = media.grid(latents.generate(G, seeds, classes), columns=8)
    large, about = media.enlarge(picture, media.scale_for(picture, 512)), made_by(G, seeds)
    return _written("grid.png", lambda path: media.save_png(path, large, about))


def _film(G) -> bytes:
    seeds = list(range(FILM_SEEDS))
    frames, about = latents.interpolate(G, seeds, FILM_FRAMES), made_by(G, seeds)
    return _written("film.mp4", lambda path: media.write_video(path, frames, FPS, about=about))


def _written(name: str, write: Callable[[Path], object]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="ganapp-") as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()
