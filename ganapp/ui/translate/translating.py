"""What the script of Translate asks the server: a picture of a visitor's through a model that takes pictures.

Plain dictionaries in and out, tested without Gradio. One picture a request: the page asks for the next. What
comes out are files in the visitor's folder of outputs.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ganapp import latents, media
from ganapp.files import replacing
from ganapp.publishing.examples import faces_for

from ..access.file_names import path_of
from ..access.uploads import DECODING, MOST_BYTES, MOST_PIXELS, check_bytes, uploaded
from ..access.visitors import visitor_of
from ..edit.editing import json_of
from ..generate.live import COMMON, Live, address, sheet
from ..generate.studio import chosen_label
from .about import most_pixels

LONGEST = 8_000  # characters of a marked region
MOST_IN_ZIP = 200  # pictures of an archive
EXAMPLES = 8
# The keys of a request and their types, for the checks of access/asked.py.
KINDS: dict[str, dict[str, type]] = {
    "examples": {"source": str},
    "unpacked": {"path": str},
    "translated": {
        "source": str, "asker": str, "label": COMMON["label"], "path": str, "member": str, "example": int,
        "name": str, "damages": bool, "seed": int, "whole": bool, "region": str,
    },
    "packed": {"files": list},
}  # fmt: skip


class Translating:
    """The answers for one page of the server, all visitors together."""

    def __init__(self, live: Live) -> None:
        self.live, self.studio = live, live.studio

    def examples(self, request: dict) -> dict[str, Any]:
        """Pictures to try the model with, which it was not trained on: a sheet. {} where there are none."""
        G = self.live.load(request)
        return sheet(faces_for(G, range(EXAMPLES)), True, generated=False)

    def unpacked(self, request: dict) -> dict[str, Any]:
        """The names of the pictures in an uploaded ZIP, in order, MOST_IN_ZIP at most: {"names"}."""
        with opened(request) as entries:
            return {"names": [entry.name for entry in entries][:MOST_IN_ZIP]}

    def translated(self, request: dict) -> dict[str, Any]:
        """One picture before and after: {"before", "after": files, "width", "height", "name", "model"}.

        path: of an upload, with member: a picture in that ZIP; or example: its number. name: what it is
        called; name of the answer: that of its file. region: what is missing in it, a Region as JSON. The
        rest: see publishing.translated. The file is decoded before its turn, so that what others draw does
        not wait for it.
        """
        from ganapp.publishing.translated import changed, read

        G = self.live.load(request)
        data, name = self._data_of(G, request), request.get("name") or "picture"
        damages, whole = request.get("damages", False), request.get("whole", False)
        with DECODING:
            picture = read(G, data, damages=damages, whole=whole, most=most_pixels(), most_pixels=MOST_PIXELS)
        how: dict[str, Any] = {"damages": damages, "seed": request.get("seed", 0)}
        how["label"] = chosen_label(G, request.get("label"))
        if "region" in request:
            how["region"] = latents.Region.from_json(json_of(request["region"]))
        made, _ = self.live.computed(request, lambda: changed(G, picture, name, **how))
        with self.studio.outputs.new(visitor_of()) as folder:
            before, after = folder / "before.png", folder / file_name(name, G.source)
            media.save_png(before, made.before, generated=False)
            media.save_png(after, made.after, made.about)
        height, width = made.after.shape[:2]
        return {
            "model": G.source, "before": address(before), "after": address(after), "name": after.name,
            "width": width, "height": height,
        }  # fmt: skip

    def packed(self, request: dict) -> dict[str, Any]:
        """A ZIP of pictures that were made for this visitor: {"file", "name", "gone"}.

        gone: how many of them are no longer there, because outputs are deleted after a while. Raises
        ValueError (message fit for the user) if there is none left.
        """
        files = request.get("files", [])[:MOST_IN_ZIP]
        if not files:
            raise ValueError("There is no picture to save yet.")
        paths = [path for path in map(self._own, files) if path is not None]
        if not paths:
            raise ValueError("The pictures are no longer there: translate them again.")
        with self.studio.outputs.new(visitor_of()) as folder:
            path = folder / "translated.zip"
            with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
                for number, one in enumerate(paths):
                    with archive.open(f"{number + 1:03d}-{one.name}", "w") as out, open(one, "rb") as file:
                        shutil.copyfileobj(file, out)
        return {"file": address(path), "name": path.name, "gone": len(files) - len(paths)}

    def _own(self, address: Any) -> Path | None:
        """The path of a picture that was made for this visitor, by its name in addresses; None if gone."""
        path = Path(path_of(address) or "") if isinstance(address, str) else Path()
        is_there = path.parent.parent == self.studio.outputs.folder / visitor_of() and path.is_file()
        return path if is_there else None

    def _data_of(self, G: Any, request: dict) -> bytes:
        """The bytes of the picture file of a request. Raises ValueError (message fit for the user)."""
        if "example" in request:
            number = min(max(0, request["example"]), EXAMPLES - 1)
            buffer = io.BytesIO()
            media.save_png(buffer, faces_for(G, range(number, number + 1))[0], generated=False)
            return buffer.getvalue()
        if "member" in request:
            return self._member(request)
        return uploaded(request.get("path", ""), MOST_BYTES).read_bytes()

    def _member(self, request: dict) -> bytes:
        from ganapp.data.decode import Unusable

        with opened(request) as entries:
            found = next((entry for entry in entries if entry.name == request["member"]), None)
            if found is None:
                raise ValueError("There is no such picture in the ZIP.")
            check_bytes(found.size, MOST_BYTES)
            try:
                return found.read()
            except Unusable as error:
                raise ValueError(f"The picture cannot be used: {error}.") from None


@contextmanager
def opened(request: dict) -> Iterator[Iterator[Any]]:
    """The pictures in an uploaded ZIP, as entries with name, size and read().

    Raises ValueError (message fit for the user) if it is none.
    """
    from ganapp.data.names import PICTURES
    from ganapp.data.own.entries import open_zip, suffix, zip_entries

    path = uploaded(request.get("path", ""))
    with open_zip(path) as file:
        yield (entry for entry in zip_entries(file, path) if suffix(entry.name) in PICTURES)


def file_name(name: str, source: str) -> str:
    """What the file of a result is called: after the picture that was given and the model."""
    stem, model = (re.sub(r"[^\w.-]+", "-", text).strip("-._")[:60] for text in (Path(name).stem, source))
    return f"{stem or 'picture'}-{model or 'model'}.png"
