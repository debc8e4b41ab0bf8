"""Files uploaded in the browser: copied into the cache, so that a run can be resumed after a restart."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path

from ..cache import cache_folder, make_folder
from .entries import suffix


def keep_uploads(files: Sequence[str | Path]) -> Path:
    """Copy uploaded files into the cache; return the path to open, a folder of pictures or the one ZIP.

    The same files give the same folder. clear_cache keeps them, because they could not be restored. Raises
    ValueError (message fit for the user) if a file is missing, a ZIP is among other files, or the disk is
    full.
    """
    paths = [Path(f) for f in files]
    if not paths:
        raise ValueError("No files were given: choose pictures or one ZIP.")
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0]
    if len(paths) > 1 and any(suffix(p.name) == ".zip" for p in paths):
        raise ValueError("Choose either pictures or one ZIP: a ZIP among other files cannot be used.")
    hashed = []
    for path in paths:
        if not path.is_file():
            raise ValueError(f"The uploaded file {path.name} is not there any more: choose it again.")
        with open(path, "rb") as file:
            hashed.append((path.name, hashlib.file_digest(file, "sha256").hexdigest(), path))
    hashed.sort()
    key = hashlib.sha256(json.dumps([h[:2] for h in hashed]).encode()).hexdigest()[:16]
    names: list[str] = []
    for name, _, path in hashed:
        n = 1
        # Files of two folders may have the same name.
        while name.lower() in {other.lower() for other in names}:
            n += 1
            name = f"{path.stem}-{n}{path.suffix}"
        names.append(name)
    uploads = make_folder(cache_folder() / "uploads")
    single = len(paths) == 1 and zipfile.is_zipfile(paths[0])
    folder = uploads / f"{paths[0].stem if single else 'pictures'}-{key}"
    if not folder.is_dir():
        partial = folder.with_name(f"{folder.name}.{os.getpid()}-{threading.get_ident()}.partial")
        partial.mkdir()
        try:
            for (_, _, path), name in zip(hashed, names, strict=True):
                shutil.copyfile(path, partial / name)
            os.replace(partial, folder)
        except OSError as error:
            if not folder.is_dir():  # otherwise another process copied the same files in the meantime
                raise ValueError(
                    f"The uploaded files cannot be kept in {uploads} ({error.strerror}): free some room, or "
                    "set "
                    f"GANAPP_CACHE to a folder elsewhere."
                ) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return folder / names[0] if single else folder
