"""A training run as a folder, and what can be read off it: status, curves, figures, watchdog, comparison."""

from .about import read_about, title_of
from .data_record import DataRecord, read_data_record, write_data_record
from .figures import LIVE, live_figure_of, live_of, measured_of, read_figures, write_figures
from .folder import called, create_run, is_run, list_runs, open_run, run_of
from .mending import damage_of, mend
from .names import clean_title, generators_in, nimg_of
from .run import BEST, VITALS, Run
from .status import WORKING, silence_of

__all__ = [
    "BEST",
    "DataRecord",
    "LIVE",
    "Run",
    "VITALS",
    "WORKING",
    "called",
    "clean_title",
    "create_run",
    "damage_of",
    "generators_in",
    "is_run",
    "list_runs",
    "live_figure_of",
    "live_of",
    "measured_of",
    "mend",
    "nimg_of",
    "open_run",
    "read_about",
    "read_data_record",
    "read_figures",
    "run_of",
    "silence_of",
    "title_of",
    "write_data_record",
    "write_figures",
]
