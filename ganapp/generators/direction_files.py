"""The directions of a generator as two files in its folder: directions.json and directions.safetensors.

They belong to one generator, whose weights they name by sha256. Files may come from anyone: everything in
them is checked, nothing is unpickled, and what does not fit exactly is refused.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganapp.files import replacing, text_of_size, write_text

from .folder import MAX_CONFIG_BYTES, WEIGHTS_NAME, read_config, sha256_of

if TYPE_CHECKING:
    from ganapp.latents import Direction, Directions

DIRECTIONS_NAME = "directions.json"
VECTORS_NAME = "directions.safetensors"
DIRECTIONS_FORMAT = "ganapp-directions/1"
MAX_VECTORS_BYTES = 64 * 1024**2
KEYS = {"name", "space", "range", "layers", "how"}


def weights_of(folder: str | Path, name: str = "") -> str:
    """The sha256 of a generator's weights: as its config.json says, else of the file itself."""
    said = read_config(folder, name)["sha256"].get("weights")
    return said if isinstance(said, str) else sha256_of(Path(folder) / WEIGHTS_NAME)


def has_directions(folder: str | Path) -> bool:
    return (Path(folder) / DIRECTIONS_NAME).is_file()


def directions_of(G: Any) -> Directions:
    """The directions of a loaded generator, checked against it; an empty set if there are none.

    They are read anew each time; a generator whose folder was pruned has none. Raises ValueError (message fit
    for the user) as `load_directions`.
    """

    from ganapp.latents import Directions

    folder = getattr(G, "folder", None)
    if folder is None or not Path(folder).is_dir():
        return Directions((), getattr(G, "weights_sha256", ""))
    return load_directions(folder, getattr(G, "source", ""), G)


def load_directions(folder: str | Path, name: str = "", G: Any = None) -> Directions:
    """The directions in a generator's folder; an empty set if there is no directions.json.

    name: what errors call the folder. G: its generator, if it is loaded: then each direction is checked
    against its spaces, too. Raises ValueError (message fit for the user) if a file is missing, damaged or too
    large, or if the set belongs to another generator.
    """

    from ganapp.latents import Directions, check_direction

    folder, name = Path(folder), name or str(folder)
    weights = weights_of(folder, name)
    if not has_directions(folder):
        return Directions((), weights)
    about = _read_about(folder / DIRECTIONS_NAME, name)
    if about["generator"] != weights:
        raise ValueError(
            f"{name}: its {DIRECTIONS_NAME} belongs to another generator (weights "
            f"{str(about['generator'])[:12]}, "
            f"here {weights[:12]}): find the directions of this one anew."
        )
    arrays = _read_vectors(folder / VECTORS_NAME, about["sha256"], name)
    rows = about["directions"]
    if set(arrays) != {str(i) for i in range(len(rows))}:
        raise ValueError(f"{name}: {VECTORS_NAME} has other vectors than {DIRECTIONS_NAME} names.")
    try:
        items = tuple(_direction(row, arrays[str(i)]) for i, row in enumerate(rows))
        found = Directions(items, weights)
        for direction in found if G is not None else ():
            check_direction(G, direction)
    except ValueError as error:
        raise ValueError(f"{name}: {DIRECTIONS_NAME}: {error}") from None
    return found


def save_directions(folder: str | Path, directions: Directions) -> None:
    """Write a set into the folder of its generator, tied to its weights. An empty set deletes the files.

    Raises ValueError (message fit for the user) if the set says that it belongs to other weights.
    """
    from safetensors.numpy import save_file

    folder, weights = Path(folder), weights_of(folder)
    if directions.generator not in ("", weights):
        raise ValueError(
            f"These directions belong to another generator (weights {directions.generator[:12]}, here "
            f"{weights[:12]}): find those of this one anew."
        )
    if not len(directions):
        for path in (folder / DIRECTIONS_NAME, folder / VECTORS_NAME):
            path.unlink(missing_ok=True)
        return
    with replacing(folder / VECTORS_NAME) as temporary:
        save_file({str(i): d.vector for i, d in enumerate(directions)}, temporary)
        vectors = sha256_of(temporary)
    rows = [
        {"name": d.name, "space": d.space, "range": list(d.range)}
        | ({"layers": list(d.layers)} if d.layers is not None else {})
        | ({"how": d.how} if d.how else {})
        for d in directions
    ]
    about = {"format": DIRECTIONS_FORMAT, "generator": weights, "sha256": vectors, "directions": rows}
    write_text(folder / DIRECTIONS_NAME, json.dumps(about, indent=1, ensure_ascii=False) + "\n")


def _read_about(path: Path, name: str) -> dict[str, Any]:
    if path.stat().st_size > MAX_CONFIG_BYTES:
        raise ValueError(
            f"{name}: {path.name} is larger than {text_of_size(MAX_CONFIG_BYTES)}, which is refused."
        )
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name}: {path.name} is not JSON ({error}).") from None
    rows = about.get("directions") if isinstance(about, dict) else None
    is_ours = isinstance(rows, list) and about.get("format") == DIRECTIONS_FORMAT
    if not is_ours or set(about) != {"format", "generator", "sha256", "directions"}:
        raise ValueError(f"{name}: {path.name} does not describe a {DIRECTIONS_FORMAT} set of directions.")
    if not all(isinstance(row, dict) and {"name", "space", "range"} <= set(row) <= KEYS for row in rows):
        raise ValueError(f"{name}: {path.name} has a direction without the parts of one, or with others.")
    return about


def _read_vectors(path: Path, sha256: Any, name: str) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if not path.is_file():
        raise ValueError(f"{name}: there is no {path.name} beside its {DIRECTIONS_NAME}.")
    if path.stat().st_size > MAX_VECTORS_BYTES:
        raise ValueError(
            f"{name}: {path.name} is larger than {text_of_size(MAX_VECTORS_BYTES)}, which is refused."
        )
    if sha256_of(path) != sha256:
        raise ValueError(
            f"{name}: {path.name} is damaged, or another one than {DIRECTIONS_NAME} was written with."
        )
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise ValueError(f"{name}: {path.name} cannot be read ({error}).") from None


def _direction(row: dict[str, Any], vector: Any) -> Direction:
    from ganapp.latents import Direction

    ends, layers, how = row["range"], row.get("layers"), row.get("how", "")
    numbers = isinstance(ends, list) and len(ends) == 2 and all(type(end) in (int, float) for end in ends)
    whole = layers is None or (isinstance(layers, list) and all(type(k) is int for k in layers))
    if not numbers or not whole or not isinstance(how, str) or str(vector.dtype) != "float32":
        raise ValueError(f"the direction {str(row['name'])[:80]!r} has a value of the wrong type.")
    return Direction(
        row["name"], vector, row["space"], tuple(ends), None if layers is None else tuple(layers), how
    )
