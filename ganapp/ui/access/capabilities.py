"""What is allowed here, by the environment: everything on a person's own machine, less on a public Space.

SPACE_ID means a Space. There, GANAPP_TRAINING=1 lets the people in GANAPP_OWNERS (separated by commas) train
once they are signed in, GANAPP_EVALUATION=1 lets everybody measure within limits, and SPACES_ZERO_GPU means
that a GPU is lent for a minute at a time.
"""

from __future__ import annotations

import importlib.util
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

GPU_SEC = 60  # one call may hold the GPU of ZeroGPU for so long
SIGN_IN_NEEDS = ("authlib", "itsdangerous")  # gradio[oauth]: a Space with `sdk: gradio` has them


@dataclass(frozen=True)
class Capabilities:
    """What is allowed. The defaults are those of a person's own machine."""

    on_space: bool = False
    sign_in: bool = False  # visitors can sign in (hf_oauth in README.md)
    trains: str = "all"  # who may: "all", "owners" or "none"
    owners: frozenset[str] = frozenset()
    paths: bool = True  # folders of this machine may be named
    upload_mb: int = 4096  # of one file
    uploads_an_hour: int = 0  # of one visitor; 0: any number
    upload_bytes: int = 0  # of all files of one upload; 0: any
    answer_sec: float = 0  # that pictures or a film may take; 0: any
    outputs_bytes: int = 4_000_000_000  # of everybody's pictures, films and data sets that are kept
    outputs_bytes_each: int = 4_000_000_000  # of one visitor's
    evaluation: str = "all"  # who may measure: "all", "limited" (everybody within limits) or "owners"
    labelled: int = 50_000  # pictures of a labelled data set
    labelled_bytes: int = 256_000_000  # of their pixels
    runs: Path = Path("runs")
    runs_stay: bool = True  # over a restart
    zero_gpu: bool = False

    def may_train(self, user: str | None) -> bool:
        """Whether a visitor may start, change and delete runs. user: the Hub name; None if not signed in."""
        return self.trains == "all" or (
            self.trains == "owners" and user is not None and user.lower() in self.owners
        )

    def check_training(self, user: str | None) -> None:
        """Raises ValueError (message fit for the user) if the visitor may not train."""
        if not self.may_train(user):
            raise ValueError(
                f"Training is off here{self._why(user)}; "
                "duplicate this Space, or run the app on your own machine."
            )

    def may_see_paths(self, user: str | None) -> bool:
        """Whether a visitor is told where files of this machine lie."""
        return self.paths or self.may_train(user)

    def may_measure_freely(self, user: str | None) -> bool:
        """Whether a visitor's measurements have no limits and are stored with the model."""
        return self.evaluation == "all" or self.may_train(user)

    def check_measuring(self, user: str | None) -> None:
        """Raises ValueError (message fit for the user) if the visitor may not measure."""
        if not (self.may_measure_freely(user) or self.evaluation == "limited"):
            raise ValueError(
                "Measuring is off here for visitors, because it holds the processor for minutes; "
                "duplicate this Space, or run the app on your own machine."
            )

    def _why(self, user: str | None) -> str:
        if self.trains == "none":
            return ": ZeroGPU lends its GPU for a minute at a time" if self.zero_gpu else ""
        return (
            f" for {user}, who is not on the owner's list" if user else " for visitors who are not signed in"
        )


def here(environ: Mapping[str, str] = os.environ, data: Path = Path("/data")) -> Capabilities:
    """The capabilities of this process. data: the persistent storage of a Space, if it has any."""
    if not environ.get("SPACE_ID"):
        return Capabilities()
    zero_gpu = (
        environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true")
        and importlib.util.find_spec("spaces") is not None
    )
    sign_in = bool(environ.get("OAUTH_CLIENT_ID")) and all(map(importlib.util.find_spec, SIGN_IN_NEEDS))
    owners = frozenset(
        name.strip().lower() for name in environ.get("GANAPP_OWNERS", "").split(",") if name.strip()
    )
    trains = environ.get("GANAPP_TRAINING") == "1" and owners and sign_in and not zero_gpu
    stays = data.is_dir() and os.access(data, os.W_OK)
    return Capabilities(
        on_space=True, sign_in=sign_in, trains="owners" if trains else "none", owners=owners, paths=False,
        upload_mb=200, uploads_an_hour=30, upload_bytes=201_000_000,
        labelled=1_000, labelled_bytes=32_000_000, answer_sec=120,
        outputs_bytes=2_000_000_000, outputs_bytes_each=300_000_000,
        evaluation="limited" if environ.get("GANAPP_EVALUATION") == "1" else "owners",
        runs=data / "runs" if stays else Path("runs"), runs_stay=stays, zero_gpu=zero_gpu,
    )  # fmt: skip


class Rate:
    """At most `limit` times in `seconds` for each key, and ten times that in all."""

    def __init__(
        self, limit: int, seconds: float = 3600, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limit, self.seconds, self.clock = limit, seconds, clock
        self._times: deque[tuple[float, str]] = deque()
        self._lock = threading.Lock()

    def take(self, key: str) -> bool:
        """Whether it is allowed once more. If so, it counts."""
        with self._lock:
            now = self.clock()
            while self._times and self._times[0][0] <= now - self.seconds:
                self._times.popleft()
            if len(self._times) >= 10 * self.limit or sum(k == key for _, k in self._times) >= self.limit:
                return False
            self._times.append((now, key))
            return True


def on_gpu(function: Callable, seconds: int = GPU_SEC) -> Callable:
    """The function, with a GPU lent for each call. Only if `here().zero_gpu`. seconds: the longest call."""
    import spaces

    return spaces.GPU(duration=seconds)(function)
