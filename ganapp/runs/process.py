"""Whether the process that wrote a status is still there, seen from the same machine. Sends no signal.

The lock of a run decides who works on it. This file says when it is worth asking before the heartbeat is old.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

from ganapp.files import process_is_gone

PROC = Path("/proc")  # of Linux; elsewhere the number of the process alone is compared
LATER_SEC = 5.0  # the clock may have been set a little since the status was written


def is_gone(status: dict[str, Any]) -> bool:
    """Whether the process of a status has ended. False if that cannot be told, as on another machine.

    A process of the same number that started after the status was written is another one.
    """
    if status.get("host") != socket.gethostname() or not (pid := status.get("pid")):
        return False
    if process_is_gone(pid):
        return True
    try:
        # After the name, which stands in brackets and may hold spaces: state, …, start in ticks since boot.
        fields = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
        started = _boot_time() + int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, StopIteration):
        return False
    return fields[0] in ("Z", "X") or started > status.get("time", 0.0) + LATER_SEC


def _boot_time() -> float:
    """When this machine was started, in seconds since 1970."""
    lines = (PROC / "stat").read_text().splitlines()
    return float(next(line for line in lines if line.startswith("btime ")).split()[1])
