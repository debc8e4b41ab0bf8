"""Whether a person sits at this machine and sees a browser, and opening the page there."""

from __future__ import annotations

import sys
import threading
import webbrowser
from collections.abc import Mapping

# Browsers of a terminal: they would take it from the app.
IN_TERMINAL = ("www-browser", "links", "elinks", "lynx", "w3m")


def is_seen(environ: Mapping[str, str], *, at_terminal: bool, system: str = sys.platform) -> bool:
    """Whether a browser can be opened that the person at the terminal sees.

    Not in continuous integration, not in a remote session, not where there is no display. BROWSER says that
    there is one all the same, as the terminals of editors do.
    """
    if not at_terminal or environ.get("CI"):
        return False
    if environ.get("BROWSER"):
        return True
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return False
    return system in ("win32", "darwin") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def at_terminal() -> bool:
    """Whether a person has started this process: it reads from and writes to a terminal."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def show(url: str) -> threading.Thread:
    """Open a page in the browser, beside everything else; nothing happens where there is none."""
    opening = threading.Thread(target=_open, args=[url], daemon=True)
    opening.start()
    return opening


def _open(url: str) -> None:
    try:
        browser = webbrowser.get()
        if getattr(browser, "basename", "") not in IN_TERMINAL:
            browser.open(url)
    except (webbrowser.Error, OSError):
        pass  # the address stands on the terminal
