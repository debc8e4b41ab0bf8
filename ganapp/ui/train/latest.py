"""Slow answers to one question, as a preview of data: of each browser session the newest one counts."""

from __future__ import annotations

import threading


class Latest:
    """Which answer of each session is the latest, and a way to stop it. Used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: dict[str, threading.Event] = {}

    def begin(self, session: str) -> threading.Event:
        """Stop the session's older answer. Returns the event that says when the new one has to stop."""
        stopped = threading.Event()
        with self._lock:
            if (older := self._latest.get(session)) is not None:
                older.set()
            self._latest[session] = stopped
        return stopped

    def end(self, session: str, stopped: threading.Event) -> bool:
        """Forget the answer that has this event. Returns whether it was the session's latest one."""
        with self._lock:
            is_latest = self._latest.get(session) is stopped
            if is_latest:
                del self._latest[session]
        return is_latest

    def stop(self, session: str) -> None:
        """Ask the session's latest answer to stop, if there is one."""
        with self._lock:
            if (stopped := self._latest.get(session)) is not None:
                stopped.set()
