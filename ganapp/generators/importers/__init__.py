"""Imports other projects' checkpoints as generator folders of ours.

A checkpoint is recognized by its keys, rebuilt as our class, loaded strictly, and tried once. Each file in
layouts/ has LAYOUTS (see layout.py); reading/ reads files without running code in them.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .layout import Imported, Layout
from .recognition import MISFIT, Recognized, known_layouts, misfit, recognize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from ganapp.hub import Progress

__all__ = ["Imported", "Layout", "Recognized", "import_checkpoint", "known_layouts", "recognize"]

HUB_FILE = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?:(?P<file>[\w./ -]+)", re.ASCII)


def import_checkpoint(
    source: str | Path,
    out: str | Path | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Turn a checkpoint into a generator folder, and return the folder.

    source: a file, or "user/name[@revision]:file" on the Hub, or "user/name" of catalog.json. Only that file
    is fetched, never code. out: a new or empty folder; None: imported/NAME in the current folder, named after
    the source. options: what a file may not tell, by the names of options.py; what was assumed instead is in
    the folder's origin under "notes".
    progress: called with the bytes so far and in all while the file is fetched. Raises ValueError (message
    fit for the user) if the file is unsafe or of no known layout, its tensors do not fit exactly, or the
    generator's image is not finite.
    """
    from ..folder import save_generator

    folder = Path(out) if out is not None else Path("imported") / _folder_name(str(source))
    # Checked before anything is fetched.
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"{folder} exists already; name another folder, or an empty one.")
    path, name, commit = _locate(str(source), progress)
    found, layout, taken = recognize(path, options)
    G = _build(found, path.name, layout)
    origin: dict[str, Any] = {
        "imported_from": name,
        "layout": layout.name,
        "layout_source": layout.source,
        "sha256": _sha256(path),
    }
    origin |= {"commit": commit} if commit else {}
    origin |= {"taken": taken} if taken else {}
    origin |= {"notes": list(found.notes)} if found.notes else {}
    return save_generator(G, folder, class_names=found.class_names, origin=origin)


def _build(found: Imported, name: str, layout: Layout):
    """Build the generator, load its weights (which are taken out of `found`) and draw one image.

    Raises ValueError (message fit for the user) if the weights do not fit, or weights or image are not
    finite.
    """

    from ganapp.networks import blank_weights, build_generator

    try:
        with blank_weights():
            G = build_generator(found.spec)
        state, held = {}, set()
        for key in list(found.tensors):  # taken out one by one, so that what is copied is freed
            state[key] = _own_float(found.tensors.pop(key), held)
        G.load_state_dict(state, strict=True, assign=True)
        picture = _first_picture(G.eval().requires_grad_(False))
    except (*MISFIT, ValueError) as error:
        raise misfit(name, layout, error) from None
    if not all(t.isfinite().all() for t in G.state_dict().values() if t.is_floating_point()):
        raise ValueError(f"{name} looks like {layout.name}, but it has weights that are not finite.")
    if not picture.isfinite().all():
        raise ValueError(f"{name} looks like {layout.name}, but its picture is not finite.")
    return G


def _own_float(tensor: Tensor, held: set[int]) -> Tensor:
    """The tensor, as float32 if floating, or a contiguous copy if it shares its memory.

    held: the addresses of the tensors before it. safetensors cannot save tensors that share memory.
    """
    import torch

    tensor = tensor.detach()
    storage = tensor.untyped_storage()
    is_own = tensor.is_contiguous() and storage.nbytes() == tensor.nbytes and storage.data_ptr() not in held
    kind = torch.float32 if tensor.is_floating_point() else tensor.dtype
    tensor = tensor.to(kind, copy=not is_own, memory_format=torch.contiguous_format)
    held.add(tensor.untyped_storage().data_ptr())
    return tensor


def _first_picture(G):
    import torch

    from ganapp.networks import LittleMemory

    z = torch.linspace(-1, 1, G.spec.z_dim)[None]
    y = torch.zeros(1, dtype=torch.int64) if G.spec.num_classes else None
    with torch.inference_mode(), LittleMemory():
        if G.spec.takes == "picture":
            x = torch.linspace(-1, 1, G.spec.resolution).expand(1, G.spec.in_channels, G.spec.resolution, -1)
            return G(x, y)
        return G(z, y)


def _folder_name(source: str) -> str:
    """The name of the folder: netG.pt for a path, user-name-netG.pt for user/name:netG.pt."""
    path = Path(source).expanduser()
    return re.sub(r"[^\w.-]+", "-", path.name if path.exists() else source).strip("-.") or "model"


def _locate(source: str, progress: Progress | None) -> tuple[Path, str, str]:
    """(file, name to show, commit or "") of a source; a file on the Hub is fetched."""
    from ganapp.hub import fetch_file

    from ..catalog import known_models

    path = Path(source).expanduser()
    if path.exists():
        return path, path.name, ""
    listed = next((m for m in known_models() if m.file and source in (m.repo, m.source)), None)
    match = HUB_FILE.fullmatch(listed.source if listed else source)
    if match is None or ".." in source:
        raise ValueError(
            f"{source!r} is no file, and no file of a model on the Hub (user/name:file or "
            "user/name@revision:file)."
        )
    fetched, commit = fetch_file(match["repo"], match["file"], match["revision"] or "main", progress=progress)
    return fetched, f"{match['repo']}@{commit}:{match['file']}", commit


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
