"""python -m ganapp: the command line, see cli/main.py."""

import sys

from ganapp.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
