"""A script of the page that is no component's: the source for a gr.HTML that draws nothing."""

from __future__ import annotations

import json
from pathlib import Path

from .strings import script_catalogs

UI = Path(__file__).resolve().parents[1]  # the folder of all tabs


def script(names: str | tuple[str, ...], words: str = "") -> dict[str, str]:
    """The argument js_on_load of a gr.HTML: one or more files of ganapp/ui, joined.

    words: the constant CATALOGS holds the strings whose key begins with this ("" for no constant).
    """
    names = (names,) if isinstance(names, str) else names
    source = "".join((UI / name).read_text(encoding="utf-8") for name in names)
    if words:
        catalogs = {
            language: {key: text for key, text in catalog.items() if key.startswith(words)}
            for language, catalog in script_catalogs().items()
        }
        source = f"const CATALOGS = {json.dumps(catalogs)};\n{source}"
    return {"js_on_load": source}
