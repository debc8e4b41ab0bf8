"""Bounds on what a visitor sends: the size of a body, the seconds it may take, the length of a text in it.

An ASGI middleware, so that it holds for every event, server function and form of the page, before anything is
parsed. How large an uploaded file may be is Gradio's max_file_size; how often, UploadGate in visitors.py.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ..shared.language import answer_in_language, language_of

MAX_BODY = 1_000_000  # bytes of anything but an upload: the page itself sends less than 50 KB
MAX_TEXT = 20_000  # characters of one text
BODY_SEC, UPLOAD_SEC = 30, 3600
READ_ON, READ_ON_SEC = 16_000_000, 5  # bytes and seconds of a refused body that are read and thrown away
TOO_LARGE = f"This is too large: a request has at most {MAX_BODY:,} bytes."
TOO_LONG = f"This text is too long: at most {MAX_TEXT:,} characters."
TOO_SLOW = "This took too long to arrive: try again."
NO_JSON = "This cannot be read: it is no JSON."
NO_QUESTION = "The page asks no such question: load it again."
MAX_NESTED = 32


class TooMuch(Exception):
    """What was sent is refused with a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class BodyGate:
    """ASGI middleware: refuses what is too large (413), too slow (408) or no JSON (400) with a sentence.

    upload_bytes: the most of one upload, all its files together; 0 for any. An upload is passed on as it
    comes.
    """

    def __init__(self, app: Callable, upload_bytes: int = 0, sec: float = BODY_SEC) -> None:
        self.app, self.upload_bytes, self.sec = app, upload_bytes, sec

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return await self.app(scope, receive, send)
        try:
            if is_upload(scope):
                if self.upload_bytes and declared(scope) > self.upload_bytes:
                    raise TooMuch(
                        413, f"This is too large: an upload has at most {self.upload_bytes:,} bytes."
                    )
                receive = _bounded(receive, self.upload_bytes)
            else:
                body = await asyncio.wait_for(_whole(scope, receive), self.sec)
                receive = _again(body, receive)
                if b"json" in header(scope, b"content-type"):
                    await asyncio.to_thread(check_json, body)
        except TimeoutError:
            return await _refuse(TooMuch(408, TOO_SLOW), scope, receive, send)
        except TooMuch as error:
            with suppress(TimeoutError):
                await asyncio.wait_for(_read_on(receive), READ_ON_SEC)
            return await _refuse(error, scope, receive, send)
        await self._answer(scope, receive, send)

    async def _answer(self, scope: dict, receive: Callable, send: Callable) -> None:
        """The app's answer; a sentence where Gradio fails on what a server function of the page was asked."""
        begun = False

        async def sent(message: dict) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except Exception:
            if begun or not scope["path"].rstrip("/").endswith("/component_server"):
                raise
            logging.getLogger(__name__).info("refused: no such question", exc_info=True)
            await _refuse(TooMuch(400, NO_QUESTION), scope, receive, send)


def is_upload(scope: dict) -> bool:
    return scope["method"] == "POST" and scope["path"].rstrip("/").endswith("/upload")


def header(scope: dict, name: bytes) -> bytes:
    return dict(scope["headers"]).get(name, b"")


def declared(scope: dict) -> int:
    """The size that a request says it has; 0 if it says none."""
    size = header(scope, b"content-length")
    return int(size) if size.isdigit() and len(size) < 20 else 0


def check_json(body: bytes) -> None:
    """Raises TooMuch for a body that is no JSON, is nested too deeply, or has a text that is too long."""
    try:
        _check_texts(json.loads(body), MAX_NESTED)
    except (ValueError, RecursionError):  # also numbers of thousands of digits
        raise TooMuch(400, NO_JSON) from None


def _check_texts(value: Any, nested: int) -> None:
    if not nested:
        raise ValueError("nested too deeply")
    if isinstance(value, float) and not math.isfinite(value):  # which is no JSON, but Python reads it
        raise ValueError("not finite")
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise TooMuch(413, TOO_LONG)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_texts(key, nested)
            _check_texts(inner, nested - 1)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner, nested - 1)


async def _whole(scope: dict, receive: Callable) -> bytes:
    if declared(scope) > MAX_BODY:
        raise TooMuch(413, TOO_LARGE)
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise TooMuch(413, TOO_LARGE)
        if not message.get("more_body"):  # also when the visitor has left
            return bytes(body)


async def _read_on(receive: Callable) -> None:
    """Throw away what a visitor is still sending: whoever sends sees an answer only afterwards."""
    seen, more = 0, True
    while more and seen < READ_ON:
        message = await receive()
        seen, more = seen + len(message.get("body", b"")), message.get("more_body")


def _again(body: bytes, receive: Callable) -> Callable:
    """A receive() that gives the body that was already read, then what comes after it."""
    given = False

    async def read() -> dict:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return read


def _bounded(receive: Callable, most: int) -> Callable:
    """A receive() that ends an upload which is larger or slower than allowed as if the visitor had left."""
    seen, began = 0, asyncio.get_running_loop().time()

    async def read() -> dict:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if (most and seen > most) or asyncio.get_running_loop().time() - began > UPLOAD_SEC:
            return {"type": "http.disconnect"}
        return message

    return read


async def _refuse(error: TooMuch, scope: dict, receive: Callable, send: Callable) -> None:
    """Answer with the sentence. The connection is closed, because there may be more of the body."""
    from starlette.requests import HTTPConnection
    from starlette.responses import JSONResponse

    said = {"detail": error.sentence, "error": error.sentence}  # as Gradio's client and our scripts read it
    body = answer_in_language(said, language_of(HTTPConnection(scope)))
    await JSONResponse(body, error.status, {"connection": "close"})(scope, receive, send)
