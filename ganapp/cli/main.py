"""The entry of python -m ganapp: parses, runs one command, and turns errors into one sentence.

Exit status 0, or 2 with one sentence on stderr. Heavy modules are imported where a command needs them,
so that --help and runs answer at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from . import (
    comparing,
    directing,
    editing,
    evaluating,
    fitting,
    generating,
    importing,
    keeping,
    mapping,
    publishing,
    runs,
    training,
    translating,
    verifying,
)
from .arguments import parse

# In the order of --help.
GROUPS = (
    *(training, comparing, runs, keeping, generating, translating, editing, directing, fitting),
    *(mapping, importing, publishing, evaluating, verifying),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 2 with one sentence on stderr, 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a class name may not exist in the console's encoding
    try:
        arguments = parse(sys.argv[1:] if argv is None else argv, GROUPS)
        arguments.run(arguments)
        sys.stdout.flush()
        return 0
    except BrokenPipeError:  # as in `ganapp runs | head`: the reader has closed the pipe
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
