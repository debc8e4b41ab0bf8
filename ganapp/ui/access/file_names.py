"""Names by which the browser asks for files of this machine, so that no answer tells where they lie.

`named(folder)` gives a folder a name; the middleware NamedFiles turns NAME/FILE in the address of a file into
the path. Whether a file may be fetched is still decided by Gradio, behind its check of who is signed in.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

PREFIX = "at-"
FILE = "/file="
_folders: dict[str, Path] = {}  # of this process, as Gradio's own list of served folders
MOST = 4096  # names, after each so many the ones of folders that are gone are forgotten


def named(folder: Path) -> str:
    """The name of a folder in addresses: the same after a restart."""
    path = Path(os.path.abspath(folder))
    name = PREFIX + hashlib.sha256(os.fsencode(path)).hexdigest()[:24]
    _folders[name] = path
    if len(_folders) % MOST == 0:  # each picture that a visitor saves has a folder of its own, for some hours
        for old, place in list(_folders.items()):
            if not place.exists():
                _folders.pop(old, None)
    return name


def path_of(address: str) -> str | None:
    """The path that NAME/FILE stands for; None if there is no such name, or FILE leads out of its folder."""
    name, _, rest = address.partition("/")
    if name not in _folders or not rest or ".." in rest.split("/") or "\0" in rest or "\\" in rest:
        return None
    return (_folders[name] / rest).as_posix()


class NamedFiles:
    """ASGI middleware: in /file=NAME/FILE, puts the path in place of the name.

    A refusal does not tell the path.
    """

    def __init__(self, app: Callable) -> None:
        self.app = app

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        before, found, address = scope.get("path", "").partition(FILE)
        if scope["type"] != "http" or not found or not address.startswith(PREFIX):
            return await self.app(scope, receive, send)
        path, is_refused = path_of(address), False

        async def unless_refused(message: dict) -> None:
            nonlocal is_refused
            if message["type"] == "http.response.start":
                is_refused = message["status"] >= 400 and message["status"] != 401  # 401: sign in first
            if not is_refused:
                await send(message)

        if path:
            whole = before + FILE + path
            named_scope = {**scope, "path": whole, "raw_path": quote(whole).encode()}
            await self.app(named_scope, receive, unless_refused)
        if is_refused or not path:
            from starlette.responses import JSONResponse

            await JSONResponse({"detail": "There is no such file."}, 404)(scope, receive, send)
