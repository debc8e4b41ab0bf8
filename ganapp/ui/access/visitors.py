"""Visitors of a Space: who is signed in, what they may do, how much they may upload.

What is allowed is decided in capabilities.py; on a person's own machine that is everything.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import LocalContext

from ..shared.html import note
from ..shared.language import answer_in_language, language_of
from .bodies import BodyGate, is_upload
from .capabilities import Capabilities, Rate, here
from .file_names import NamedFiles

SIGN_INS, SIGN_INS_SEC = 30, 600  # tries of a password in ten minutes, of one visitor


def name_of(profile: gr.OAuthProfile | None) -> str | None:
    """The Hub name of the visitor; None if nobody is signed in."""
    return profile.username if profile else None


def owners_only(
    act: Callable[..., dict], can: Capabilities | None = None, reads: tuple[str, ...] = ()
) -> Callable:
    """Guard a server function of a gr.HTML that changes runs: only those who may train here can call it.

    Others get {"error": one sentence}. act: one that `answers` made. reads: values of request["word"] that
    change nothing, open to all.
    """
    can = can or here()

    def guarded(request: Any, profile: gr.OAuthProfile | None = None) -> dict:
        if not (isinstance(request, dict) and request.get("word") in reads):
            try:
                can.check_training(name_of(profile))
            except ValueError as error:
                return answer_in_language({"error": str(error)})
        return act(request, profile)

    guarded.__name__ = act.__name__  # gradio calls it by its name
    return guarded


def check_sources(can: Capabilities, dataset: str | None, start_from: str | None = None) -> None:
    """Raises ValueError if a path of this machine is named that the visitor may not name."""
    from ganapp.data import BUILT_IN, HUB, cache_folder

    if can.paths:
        return
    dataset, start_from = str(dataset or "").strip(), str(start_from or "").strip()
    uploaded = Path(os.path.abspath(dataset)).is_relative_to(os.path.abspath(cache_folder() / "uploads"))
    if not (dataset in BUILT_IN or dataset.startswith(HUB) or uploaded):
        raise ValueError(
            f"data is {dataset!r}; here it must be one of {', '.join(BUILT_IN)}, hub:user/name or an upload."
        )
    if start_from and (os.path.isabs(start_from) or ".." in start_from or "~" in start_from):
        raise ValueError(
            f"start_from is {start_from!r}; here it must be a run, a shipped checkpoint or a Hub id."
        )


def notes(can: Capabilities) -> str:
    """What a visitor should know about training here, as HTML; "" on a person's own machine."""
    if not can.on_space:
        return ""
    if can.trains == "none":
        return note("space.zero_gpu" if can.zero_gpu else "space.no_training")
    return note("space.owners_train") + ("" if can.runs_stay else note("space.runs_vanish"))


class UploadGate:
    """ASGI middleware: refuses uploads above an hourly rate."""

    def __init__(self, app: Callable, rate: Rate) -> None:
        self.app, self.rate = app, rate

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        if scope["type"] == "http" and is_upload(scope) and not self.rate.take(address_of(scope)):
            return await _too_many("Too many uploads: try again in an hour.", scope)(scope, receive, send)
        await self.app(scope, receive, send)


class SignInGate:
    """ASGI middleware: refuses tries of a password above a rate."""

    def __init__(self, app: Callable, rate: Rate) -> None:
        self.app, self.rate = app, rate

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        is_try = (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and scope["path"].rstrip("/").endswith("/login")
        )
        if is_try and not self.rate.take(address_of(scope)):
            return await _too_many("Too many tries: wait ten minutes.", scope)(scope, receive, send)
        await self.app(scope, receive, send)


def _too_many(sentence: str, scope: dict) -> Callable:
    from starlette.requests import HTTPConnection
    from starlette.responses import JSONResponse

    said = {"detail": sentence, "error": sentence}
    return JSONResponse(answer_in_language(said, language_of(HTTPConnection(scope))), status_code=429)


def address_of(scope: dict) -> str:
    """The address of a request: the one that the proxy of a Space added last, which no visitor can choose."""
    forwarded = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
    return forwarded.rpartition(",")[2].strip() or (scope.get("client") or ("",))[0]


def visitor_of(request: gr.Request | None = None) -> str:
    """Whose files a handler makes: a short name of the visitor's address, which no visitor can choose.

    None: the request of the handler or server function that is running.
    """
    request = request or LocalContext.request.get(None)
    whole = getattr(request, "request", request)  # a server function's request is not Gradio's own
    scope = getattr(whole, "scope", None)
    address = address_of(scope) if scope is not None else ""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def middleware(can: Capabilities) -> list:
    """For FastAPI, as launch(app_kwargs={"middleware": …}) takes it. The first one sees a request first."""
    from starlette.middleware import Middleware

    gates = [Middleware(UploadGate, rate=Rate(can.uploads_an_hour))] if can.uploads_an_hour else []
    gates += [Middleware(SignInGate, rate=Rate(SIGN_INS, SIGN_INS_SEC))]
    return [*gates, Middleware(BodyGate, upload_bytes=can.upload_bytes), Middleware(NamedFiles)]


def sign_in(can: Capabilities) -> None:
    """The sign-in button, if visitors can sign in."""
    if can.sign_in:
        gr.LoginButton(size="sm", elem_classes="sign-in")
