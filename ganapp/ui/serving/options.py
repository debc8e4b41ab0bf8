"""The options of the app: where it listens, which folders it shows, who may open it. Serves nothing."""

from __future__ import annotations

import argparse
import ipaddress
import os
from pathlib import Path

from ganapp.generators import SHIPPED
from ganapp.media.marks import policy

from ..access import capabilities

PASSWORD, USER = "GANAPP_PASSWORD", "ganapp"
PORT = 7860  # the default; the next free one is taken in its place
PORTS = range(1, 65536)


def parse_arguments(arguments: list[str] | None, prog: str | None = None) -> argparse.Namespace:
    """The options in `arguments` (None: those of this process). Exits with a sentence for a wrong one."""
    parser = parser_of(prog)
    args = parser.parse_args(arguments)
    # Whoever asks for one of these wants a page beside the one that may be there already.
    args.own_page = bool(args.host or args.port or args.share or args.auth or args.checkpoints)
    args.checkpoints = args.checkpoints or SHIPPED
    if args.auth is None and (text := os.environ.get(PASSWORD)):
        try:
            args.auth = sign_in_of(text)
        except argparse.ArgumentTypeError as error:
            parser.error(f"{PASSWORD}: {error}")
    try:
        policy()
    except ValueError as error:
        parser.error(str(error))
    if args.port is None and (text := os.environ.get("GRADIO_SERVER_PORT")):
        try:
            args.port = port_of(text)
        except argparse.ArgumentTypeError as error:
            parser.error(f"GRADIO_SERVER_PORT: {error}")
    return args


def parser_of(prog: str | None = None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog, description="ganapp: train a GAN in the browser.")
    parser.add_argument("--host", help="address to listen on (default: GRADIO_SERVER_NAME, else 127.0.0.1)")
    about = f"port (default: GRADIO_SERVER_PORT, else {PORT} or the next one that is free)"
    parser.add_argument("--port", type=port_of, help=about)
    about = "folder of the runs (default: runs; on a Space with persistent storage /data/runs)"
    parser.add_argument("--runs", type=Path, default=capabilities.here().runs, help=about)
    about = "folder of ready-made generators (default: those that come with ganapp)"
    parser.add_argument("--checkpoints", type=Path, help=about)
    parser.add_argument("--share", action="store_true", help="make a public link through Gradio's servers")
    about = f"who may open the page (default: {PASSWORD}, which no list of processes shows; else everybody)"
    parser.add_argument("--auth", metavar="USER:PASSWORD", type=sign_in_of, help=about)
    about = "open no browser (one is opened only where a person starts the app at a terminal)"
    parser.add_argument("--no-browser", action="store_true", help=about)
    return parser


def port_of(text: str) -> int:
    """A port as a number. Raises ArgumentTypeError (message fit for the user) if it is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) in PORTS):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write a number from 1 to {PORTS[-1]}")
    return int(text)


def sign_in_of(text: str) -> tuple[str, str]:
    """(user, password) of USER:PASSWORD; the user is ganapp where there is no colon."""
    user, colon, password = text.partition(":")
    user, password = (user.strip(), password) if colon else (USER, text)
    if not user or not password:
        raise argparse.ArgumentTypeError("write USER:PASSWORD, neither of them empty")
    return user, password


def host_of(args: argparse.Namespace) -> str:
    """The address that the page listens on."""
    return args.host or os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"


def warning(args: argparse.Namespace) -> str:
    """A sentence where everybody on a network can use the page; "" else. A Space is public on purpose."""
    host = host_of(args)
    if args.auth or capabilities.here().on_space or not (args.share or not is_local(host)):
        return ""
    reached = "Whoever has the public link" if args.share else f"Whoever reaches {host} over the network"
    return (
        f"{reached} can use this page: train, delete runs and read the pictures of this machine. "
        f"Set a password with --auth USER:PASSWORD or {PASSWORD}."
    )


def is_local(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False  # a name of this machine in its network
