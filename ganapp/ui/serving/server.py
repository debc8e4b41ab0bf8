"""Serving the page until Ctrl-C or SIGTERM, and what comes before: the first app of the folder, a port."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

# Nothing is sent anywhere unless the owner of this machine asks for it. Gradio reads both when it is loaded.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "500")  # how many events Gradio remembers for its log

from ..access import capabilities
from ..page import build_ui, launch_options
from . import browser
from .hold import Hold, address_of_other, hold
from .options import PORT, host_of, parse_arguments, warning
from .ports import free_port, is_taken

ICON = Path(__file__).with_name("icon.png")  # of the browser's tab and of the installed page
EVERYWHERE = ("0.0.0.0", "::", "[::]")


def open_app(arguments: list[str]) -> int:
    """The command `ganapp` without a word: serve the page until it is ended. Returns the exit status."""
    args = parse_arguments(arguments, "ganapp")
    held = begin(args)
    if held is not None:
        serve(build_ui(args.runs, args.checkpoints), args, held)
    return 0


def begin(args: argparse.Namespace) -> Hold | None:
    """Take hold of the folder of runs. None if another app has it open, which is then shown.

    An app that was asked for a page of its own (a host, a port, a password …) is served beside the other one.
    Exits with a sentence if the folder cannot be made.
    """
    if capabilities.here().on_space:
        return Hold(args.runs, None)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until the page is served, Ctrl-C ends without a traceback
    try:
        held = hold(args.runs)
    except ValueError as error:
        _refuse(error)
    if held is not None or args.own_page:
        return held or Hold(args.runs, None)
    url = address_of_other(args.runs)
    if url is None:
        print(f"Another app has {args.runs} open but does not answer. This one serves a page of its own.")
        return Hold(args.runs, None)
    print(f"ganapp is already at {url} and shows the runs in {args.runs}.", flush=True)
    if sees_browser(args):
        browser.show(url).join(10)
    return None


def serve(page, args: argparse.Namespace, held: Hold) -> None:
    """Serve until Ctrl-C or SIGTERM; then save and pause the runs of this process. Does not return.

    Exits with a sentence if the page cannot be served.
    """
    if said := warning(args):
        print(f"Warning: {said}", file=sys.stderr, flush=True)
    port = choose_port(args)
    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):  # before the page is served: whoever sees it may end it
        signal.signal(name, lambda *_: done.set())
    try:
        _, url, _ = page.launch(
            server_name=args.host,
            server_port=port,
            share=args.share,
            auth=args.auth,
            prevent_thread_lock=True,
            pwa=True,  # a browser can install the page, with name and icon
            favicon_path=ICON,
            **launch_options(),
        )
    except OSError as error:
        _refuse(f"the page cannot be served on port {port} ({error}); choose another one with --port.")
    host = host_of(args)
    held.tell("127.0.0.1" if host in EVERYWHERE else host.strip("[]"), port)
    hint = "Ctrl-C ends it; running trainings are saved and can be resumed"
    print(f"ganapp is at {url}   ({hint})", flush=True)
    if sees_browser(args):
        browser.show(url)
    threading.Thread(target=warm_up, daemon=True).start()
    while not done.wait(0.5):  # with a timeout, so that Windows sees Ctrl-C
        pass
    print("Saving …", flush=True)
    from ganapp.driving import background

    background.shutdown()
    page.close()
    held.release()
    sys.stdout.flush()
    # If a thread is still inside PyTorch, a normal exit would abort ("terminate called …").
    os._exit(0)


def choose_port(args: argparse.Namespace) -> int:
    """The port that was asked for, else the first free one, which is said if it is not the usual one.

    Exits with a sentence if the port that was asked for is taken.
    """
    host = host_of(args)
    try:
        if args.port is None:
            port = free_port(host, PORT)
            if port != PORT:
                print(f"Port {PORT} is taken by another program. The page is served on {port}.", flush=True)
            return port
        if is_taken(host, args.port):
            raise ValueError(
                f"port {args.port} is taken by another program; choose another one, or leave --port out, "
                "and the next free one is taken."
            )
    except ValueError as error:
        _refuse(error)
    return args.port


def sees_browser(args: argparse.Namespace) -> bool:
    """Whether the page is to be opened in a browser."""
    if args.no_browser or capabilities.here().on_space:
        return False
    return browser.is_seen(os.environ, at_terminal=browser.at_terminal())


def warm_up() -> None:
    """Load PyTorch after the page is served, so that the first Start or Generate does not wait for it."""
    import torch  # noqa: F401


def _refuse(error: ValueError | str) -> None:
    """Exit with status 2 and the sentence."""
    sentence = str(error)
    print(sentence[:1].upper() + sentence[1:], file=sys.stderr, flush=True)
    sys.exit(2)
