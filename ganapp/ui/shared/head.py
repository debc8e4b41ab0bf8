"""What stands first in the head of the page: language and look, before anything is drawn (head.js).

Gradio's own `head` option is too late for it: Gradio adds that after it has chosen a language itself.
gradio_words.js translates what Gradio does not, access.js adds what Gradio leaves out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from .theme import UI

# Both languages of a sentence are sent (html.both). Until Gradio's style sheets come, the background is ours.
STYLE = """<style>
html:not(.zh) span[lang="zh-CN"], html.zh span[lang="en"] { display: none; }
html[data-theme="light"] { color-scheme: light; }
html[data-theme="dark"] { color-scheme: dark; }
html[data-theme="light"] body { background: var(--bg); color: var(--col); }
html[data-theme="dark"] body { background: var(--bg-dark); color: var(--col-dark); }
</style>"""
SCRIPTS = ("shared/head.js", "shared/gradio_words.js", "shared/access.js")
MARK = b"window.gradio_config"  # only the page itself has it; an HTML file of a run does not


@cache
def head() -> bytes:
    script = "".join((UI / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return f"<script>\n{script}</script>\n{STYLE}".encode()


class HeadFirst:
    """ASGI middleware: puts head() at the start of the page's <head>. Everything else passes unchanged."""

    def __init__(self, app: Callable) -> None:
        self.app = app

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or "/file=" in scope["path"]:
            return await self.app(scope, receive, send)
        start: dict = {}
        body = bytearray()

        async def sent(message: dict) -> None:
            if message["type"] == "http.response.start" and _is_html(message):
                start.update(message)
            elif message["type"] == "http.response.body" and start:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    whole = with_head(bytes(body))
                    await send({**start, "headers": _sized(start["headers"], len(whole))})
                    await send({**message, "body": whole})
                    start.clear()
            else:
                await send(message)

        await self.app(scope, receive, sent)


def with_head(page: bytes) -> bytes:
    """A page of Gradio's with our head; other HTML as it is."""
    return page.replace(b"<head>", b"<head>\n" + head(), 1) if MARK in page else page


def _is_html(message: dict) -> bool:
    headers = {name.lower(): value for name, value in message["headers"]}
    return headers.get(b"content-type", b"").startswith(b"text/html")


def _sized(headers: list, size: int) -> list:
    """The headers with a new length, if they name one."""
    return [
        (name, str(size).encode() if name.lower() == b"content-length" else value) for name, value in headers
    ]
