"""A training run as a folder, and what can be read off it: status, curves, figures, watchdog, comparison."""

from .figures import live_figure, measured_of, read_figures, write_figures
from .folder import create_run, is_run, list_runs, open_run, run_of
from .run import BEST, KEEP_SNAPSHOTS, VITALS, WORKING, Run, check_name, generators_in, nimg_of

__all__ = [
    "BEST",
    "KEEP_SNAPSHOTS",
    "Run",
    "VITALS",
    "WORKING",
    "check_name",
    "create_run",
    "generators_in",
    "is_run",
    "list_runs",
    "live_figure",
    "measured_of",
    "nimg_of",
    "open_run",
    "read_figures",
    "run_of",
    "write_figures",
]
