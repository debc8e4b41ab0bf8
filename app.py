"""The app: builds the page (module-level `demo`) and serves it. Nothing is shared unless --share is given."""

from __future__ import annotations

import argparse
import ipaddress
import os
import signal
import sys
import threading
from pathlib import Path

# Nothing is sent anywhere unless the owner of this machine asks for it.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault(
    "GRADIO_ANALYTICS_MAX_EVENTS", "500"
)  # how many events Gradio remembers for its own log

from ganapp.ui import build_ui, launch_options
from ganapp.ui.access import capabilities

PASSWORD, USER = "GANAPP_PASSWORD", "ganapp"


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="ganapp: train a GAN in the browser.")
    parser.add_argument("--host", help="address to listen on (default: GRADIO_SERVER_NAME, else 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port (default: GRADIO_SERVER_PORT, else 7860)")
    about = "folder of the runs (default: runs; on a Space with persistent storage /data/runs)"
    parser.add_argument("--runs", type=Path, default=capabilities.here().runs, help=about)
    about = "folder of ready-made generators"
    parser.add_argument("--checkpoints", type=Path, default=here / "checkpoints", help=about)
    parser.add_argument("--share", action="store_true", help="make a public link through Gradio's servers")
    about = f"who may open the page (default: {PASSWORD}, which no list of processes shows; else everybody)"
    parser.add_argument("--auth", metavar="USER:PASSWORD", type=sign_in_of, help=about)
    args = parser.parse_args(arguments)
    if args.auth is None and (text := os.environ.get(PASSWORD)):
        try:
            args.auth = sign_in_of(text)
        except argparse.ArgumentTypeError as error:
            parser.error(f"{PASSWORD}: {error}")
    return args


def sign_in_of(text: str) -> tuple[str, str]:
    """(user, password) of USER:PASSWORD; the user is ganapp where there is no colon."""
    user, colon, password = text.partition(":")
    user, password = (user.strip(), password) if colon else (USER, text)
    if not user or not password:
        raise argparse.ArgumentTypeError("write USER:PASSWORD, neither of them empty")
    return user, password


def warning(args: argparse.Namespace) -> str:
    """A sentence where everybody on a network can use the page; "" else. A Space is public on purpose."""
    host = args.host or os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"
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


def serve(args: argparse.Namespace) -> None:
    """Serve until Ctrl-C or SIGTERM; then save and pause the runs of this process."""
    if said := warning(args):
        print(f"Warning: {said}", file=sys.stderr, flush=True)
    port = args.port or int(os.environ.get("GRADIO_SERVER_PORT", "7860"))
    try:
        _, url, _ = demo.launch(
            server_name=args.host,
            server_port=port,
            share=args.share,
            auth=args.auth,
            prevent_thread_lock=True,
            **launch_options(),
        )
    except OSError as error:
        sys.exit(f"The page cannot be served on port {port} ({error}). Choose another one with --port.")
    hint = "Ctrl-C ends it; running trainings are saved and can be resumed"
    print(f"ganapp is at {url}   ({hint})", flush=True)
    threading.Thread(target=warm_up, daemon=True).start()
    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())
    while not done.wait(0.5):  # with a timeout, so that Windows sees Ctrl-C
        pass
    print("Saving …", flush=True)
    from ganapp.driving import background

    background.shutdown()
    demo.close()
    sys.stdout.flush()
    # If a thread is still inside PyTorch, a normal exit would abort ("terminate called …").
    os._exit(0)


def warm_up() -> None:
    """Load PyTorch after the page is served, so that the first Start or Generate does not wait for it."""
    import torch  # noqa: F401


args = parse_arguments(None if __name__ == "__main__" else [])
demo = build_ui(args.runs, args.checkpoints)

if __name__ == "__main__":
    serve(args)
