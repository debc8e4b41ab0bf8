"""Folders for what visitors make: VISITOR/SECRET, kept by time and by room. It does not know what is in them.

A visitor's own oldest folders go first, then the oldest of whoever holds most. So a busy hour, or one greedy
visitor, takes nothing away that another one is looking at. Used by many threads at once.
"""

from __future__ import annotations

import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

KEPT_SEC = 6 * 3600
SMALLEST = 4096  # bytes that a file or folder takes at least
MOST = 20_000  # folders of all visitors together
VISITOR = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass
class Made:
    """One folder. `size` is 0 while it is being written."""

    visitor: str
    at: float
    size: int = 0
    is_done: bool = False


class Outputs:
    """The folders of one page. What an earlier process left is taken over at the first use."""

    def __init__(
        self, folder: Path, room: int, room_each: int, kept_sec: float = KEPT_SEC, clock: Callable = time.time
    ) -> None:
        """room: bytes of all visitors together; room_each: of one visitor.

        A folder counts as room / MOST bytes at least, so that no more than MOST are remembered.
        """
        self.folder, self.room, self.room_each, self.kept_sec = Path(folder), room, room_each, kept_sec
        self.clock = clock
        self._lock = threading.Lock()
        self._made: dict[Path, Made] | None = None  # oldest first

    @contextmanager
    def new(self, visitor: str = "me") -> Iterator[Path]:
        """A new, empty folder with a name that cannot be guessed. It is removed if writing into it fails."""
        if not VISITOR.fullmatch(visitor):
            raise ValueError("that is no name of a visitor.")
        path = self.folder / visitor / secrets.token_urlsafe(12)
        with self._lock:  # so that nobody removes VISITOR between its making and that of the folder in it
            known = self._known()
            path.mkdir(parents=True)
            known[path] = made = Made(visitor, self.clock())
        try:
            yield path
        except BaseException:
            with self._lock:
                self._remove(path)
            raise
        with self._lock:
            made.size, made.is_done = self._size_of(path), True
            self._make_room(visitor)

    def _known(self) -> dict[Path, Made]:
        if self._made is None:
            found = [
                (path.stat().st_mtime, path)
                for path in self.folder.glob("*/*")
                if VISITOR.fullmatch(path.parent.name)
            ]
            self._made = {p: Made(p.parent.name, at, self._size_of(p), True) for at, p in sorted(found)}
        return self._made

    def _size_of(self, path: Path) -> int:
        return max(size_of(path), self.room // MOST)

    def _make_room(self, visitor: str) -> None:
        """Remove what is old, then what is too much. The newest folder of a visitor stays, however large."""
        known = self._known()
        old = takewhile(lambda pair: pair[1].at < self.clock() - self.kept_sec, known.items())
        for path in [path for path, made in old if made.is_done]:
            self._remove(path)
        self._shrink(visitor, self.room_each)
        held: dict[str, int] = {}
        for made in known.values():
            held[made.visitor] = held.get(made.visitor, 0) + made.size
        while sum(held.values()) > self.room:
            greedy = max(held, key=lambda name: held[name])
            left = self._shrink(greedy, max(0, held[greedy] - (sum(held.values()) - self.room)))
            if left == held[greedy]:
                break
            held[greedy] = left

    def _shrink(self, visitor: str, room: int) -> int:
        """Remove the visitor's oldest folders down to `room` bytes; return how many are left."""
        own = [
            (path, made.size)
            for path, made in self._known().items()
            if made.visitor == visitor and made.is_done
        ]
        left = sum(size for _, size in own)
        for path, size in own[:-1]:
            if left <= room:
                break
            self._remove(path)
            left -= size
        return left

    def _remove(self, path: Path) -> None:
        shutil.rmtree(path, ignore_errors=True)
        self._known().pop(path, None)
        with suppress(OSError):  # others are in it
            path.parent.rmdir()


def size_of(folder: Path) -> int:
    """Bytes on the disk of all that is in a folder, about: many tiny files take room, too."""
    size = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            size += max(path.lstat().st_size, SMALLEST)
    return size
