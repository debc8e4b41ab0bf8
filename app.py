"""The app: builds the page (module-level `demo`) and serves it. Nothing is shared unless --share is given."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

# Nothing is sent anywhere unless the owner of this machine asks for it.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from ganapp.ui import build_ui, launch_options
from ganapp.ui.access import capabilities


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
    return parser.parse_args(arguments)


def serve(args: argparse.Namespace) -> None:
    """Serve until Ctrl-C or SIGTERM; then save and pause the runs of this process."""
    port = args.port or int(os.environ.get("GRADIO_SERVER_PORT", "7860"))
    try:
        _, url, _ = demo.launch(
            server_name=args.host,
            server_port=port,
            share=args.share,
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
