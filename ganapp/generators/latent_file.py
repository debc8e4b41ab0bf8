"""latent.npz: one latent with its space, its class and the generator that it belongs to. No pickles.

Arrays of the file: latent float32 (z_dim,), (W,) or (num_ws, W); space "z", "w" or "w+"; label, -1 for none;
generator, the sha256 of the weights in model.safetensors, "" if that is not known.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ganapp.files import replacing

LATENT_NAME = "latent.npz"
MAX_BYTES = 4_000_000
DIMENSIONS = {"z": 1, "w": 1, "w+": 2}  # of a latent in each space


class SavedLatent(NamedTuple):
    """What a latent file holds."""

    latent: np.ndarray  # float32
    space: str
    label: int
    generator: str


def save_latent(path: str | Path, saved: SavedLatent) -> Path:
    """Write a latent file and return its path."""
    with replacing(Path(path)) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            latent=np.asarray(saved.latent, np.float32),
            space=np.array(saved.space),
            label=np.array(saved.label, np.int64),
            generator=np.array(saved.generator),
        )
    return Path(path)


def read_latent(path: str | Path) -> SavedLatent:
    """Read a latent file of any origin.

    Raises ValueError (message fit for the user) if it is missing, too large or not such a file.
    """
    name = Path(path).name
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except FileNotFoundError:
        raise ValueError(f"{name}: there is no such file.") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"{name}: this is no file of a latent ({type(error).__name__}).") from None
    if unpacked > MAX_BYTES:
        raise ValueError(f"{name}: it is larger than any latent.")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            latent, space = np.asarray(arrays["latent"]), str(arrays["space"])
            label, generator = int(arrays["label"]), str(arrays["generator"])
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as error:
        raise ValueError(f"{name}: this is no file of a latent ({type(error).__name__}).") from None
    if space not in DIMENSIONS or latent.dtype != np.float32 or latent.ndim != DIMENSIONS[space]:
        raise ValueError(f"{name}: this is no latent of z, w or w+ in float32.")
    if not latent.size or not np.isfinite(latent).all():
        raise ValueError(f"{name}: the latent has no numbers, or some that are not finite.")
    return SavedLatent(latent, space, label, generator)
