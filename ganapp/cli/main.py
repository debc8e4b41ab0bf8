"""python -m ganapp: the functions of this package as commands. No algorithm and no file format of its own.

Exit status 0, or 2 with one sentence on stderr. Heavy modules are imported where a command needs them, so that --help and
runs answer at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .arguments import parse
from .comparing import _compare
from .generating import _generate, _import, _interpolate
from .publishing import deploy_command, push_command
from .runs import _control, _runs
from .training import _resume, _sweep, _train


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 2 with one sentence on stderr, 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a class name may not exist in the console's encoding
    try:
        arguments = parse(sys.argv[1:] if argv is None else list(argv))
        COMMANDS[arguments.command](arguments)
        sys.stdout.flush()
        return 0
    except BrokenPipeError:  # `ganapp runs | head`: the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        sentence = f"{error.strerror or str(error) or type(error).__name__}{where}"
    except ValueError as error:
        sentence = " ".join(str(error).split())
    print(sentence if sentence.endswith((".", "?", "!")) else sentence + ".", file=sys.stderr)
    return 2


def _evaluate(arguments: argparse.Namespace) -> None:
    from .evaluating import evaluate_command

    evaluate_command(arguments)


COMMANDS = {
    "train": _train,
    "sweep": _sweep,
    "compare": _compare,
    "resume": _resume,
    "runs": _runs,
    "pause": _control,
    "stop": _control,
    "save": _control,
    "generate": _generate,
    "interpolate": _interpolate,
    "import": _import,
    "evaluate": _evaluate,
    "push": push_command,
    "deploy": deploy_command,
}
