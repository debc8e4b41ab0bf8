"""python app.py: the page as `demo`, where a Space and Gradio's tools look for it; see ganapp/ui/serving."""

from __future__ import annotations

import sys

from ganapp.ui import build_ui
from ganapp.ui.serving import begin, parse_arguments, serve

args = parse_arguments(None if __name__ == "__main__" else [])
if __name__ == "__main__" and (held := begin(args)) is None:
    sys.exit()  # an app that already shows these runs was found
demo = build_ui(args.runs, args.checkpoints)

if __name__ == "__main__":
    serve(demo, args, held)
