"""How loud a sound is at each frame of a film: as a whole, in three bands, and where notes begin.

Any file that FFmpeg reads (MP3, WAV, M4A, OGG, a film with sound) comes in by PyAV, which is in the package.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RATE = 22_050  # samples a second that are looked at
BANDS = {"bass": (20, 250), "middle": (250, 2_000), "treble": (2_000, 10_000)}  # Hz
FOLLOWED = ("level", *BANDS, "onsets")
LOUD = 95  # percentile that counts as 1: one bang does not make the rest of a piece silent
DECAY = 0.5 ** (
    1 / 0.12
)  # of a value in a second after it rose: half in 0.12 s, so that pictures do not flicker
SMALLEST_WINDOW = 1_024  # samples of a spectrum, at least


@dataclass(frozen=True, eq=False)
class Sound:
    """Values from 0 to 1 for each frame, float32 (F,), by the names in FOLLOWED."""

    values: dict[str, np.ndarray]

    @property
    def frames(self) -> int:
        return len(self.values["level"])


def read_sound(path: str | Path, fps: float, most_sec: float) -> Sound:
    """What a sound file is like at each frame of a film, for at most `most_sec` seconds.

    Raises ValueError (message fit for the user) if the file has no sound that can be read.
    """
    samples = np.concatenate([*_samples(Path(path), most_sec), np.zeros(0, np.float32)])
    samples = samples[: int(most_sec * RATE)]
    frames = int(len(samples) / RATE * fps)
    if frames < 2:
        raise ValueError(
            f"{Path(path).name} has {len(samples) / RATE:.2g} s of sound: that is too short for a film."
        )
    return analysed(samples, frames, fps)


def analysed(samples: np.ndarray, frames: int, fps: float) -> Sound:
    """The Sound of mono samples float32 (N,) at RATE; frame i of `frames` is centred at (i + 1/2) / fps."""
    window = max(SMALLEST_WINDOW, int(2 * RATE / fps))
    padded = np.pad(samples, window)
    starts = [int((i + 0.5) * RATE / fps) + window - window // 2 for i in range(frames)]
    shape = np.hanning(window).astype(np.float32)
    spectra = np.stack([np.abs(np.fft.rfft(padded[start : start + window] * shape)) for start in starts])
    hertz = np.fft.rfftfreq(window, 1 / RATE)
    raw = {"level": np.sqrt((spectra**2).sum(1))}
    for name, (low, high) in BANDS.items():
        raw[name] = np.sqrt((spectra[:, (hertz >= low) & (hertz < high)] ** 2).sum(1))
    # Onsets: how much louder each frequency is than a frame before (spectral flux).
    rise = np.diff(np.log1p(spectra), axis=0, prepend=np.log1p(spectra[:1])).clip(0)
    raw["onsets"] = rise.sum(1)
    return Sound({name: falling(scaled(values), fps) for name, values in raw.items()})


def scaled(values: np.ndarray) -> np.ndarray:
    """0 to 1, where 1 is what only one frame in twenty exceeds; all 0 for silence."""
    loud = np.percentile(values, LOUD)
    return (values / loud).clip(0, 1) if loud > 1e-6 else np.zeros_like(values)


def falling(values: np.ndarray, fps: float) -> np.ndarray:
    """Values that rise at once and fall slowly, float32."""
    out, now = np.empty(len(values), np.float32), 0.0
    for i, value in enumerate(values):
        out[i] = now = max(float(value), now * DECAY ** (1 / fps))
    return out


def _samples(path: Path, most_sec: float) -> Iterator[np.ndarray]:
    """Mono float32 at RATE, piece by piece."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise ValueError(f"{path.name} has no sound.")
            resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
            count = 0
            for frame in itertools.chain(
                container.decode(audio=0), [None]
            ):  # None: what the resampler still holds
                for part in resampler.resample(frame):
                    piece = part.to_ndarray()[0]
                    count += len(piece)
                    yield piece
                if count > most_sec * RATE:
                    return
    except (av.FFmpegError, OSError) as error:
        raise ValueError(f"{path.name} cannot be read as a sound ({type(error).__name__}).") from None
