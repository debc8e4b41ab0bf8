"""Reads a film or an animated picture frame by frame, upright, in bounded memory and length.

Which frames are used as data is decided in data/own/films.py; films are written in film.py. A file of any
origin may be given: it can name no other file, and only usual containers are opened.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np

# FFmpeg's names of containers. Playlists and lists of files, which open other files, are not among them.
CONTAINERS = ("mov", "matroska", "avi", "mpeg", "mpegts", "mpegvideo", "asf", "flv", "ogg", "dv")
ANIMATIONS = ("GIF", "WEBP", "PNG", "AVIF")  # Pillow's names of pictures that may be animated
MOST_PIXELS = 9_500_000  # of a frame: 4096 × 2304 in any proportion. A decoder keeps about twenty of them
MOST_FRAMES = 500_000  # that are read of a film
WHOLE = 0.9  # share of the frames of a film that has not been cut off
THREADS = 2  # of a decoder
USUAL_FPS = 25.0  # where a file does not say its rate


class Unreadable(Exception):
    """A film cannot be read. The message is the reason, without the film's name."""


@dataclass
class Frames:
    """An open film. Its frames can be read once."""

    fps: float
    total: int  # number of frames by what the file says, 0 if it does not
    counted: bool  # whether the file names that number; otherwise it follows from the duration
    read: Iterator[tuple[int, np.ndarray]]  # (number, uint8 (H, W, 3 or 4) with straight alpha) of every n-th
    step: int = 1  # n; set before the first frame is read
    problem: str = field(default="", init=False)  # why reading ended before the film did


def is_animated(path: str | Path | BinaryIO) -> bool:
    """Whether a file is a picture of several frames, by its content; False for any other file."""
    from PIL import Image

    try:
        with Image.open(path, formats=_animations()) as picture:
            return bool(getattr(picture, "is_animated", False))
    except Exception:  # noqa: BLE001 - Pillow raises many types on damaged files, which are named where they are decoded
        return False


@contextmanager
def open_film(path: str | Path, least: int) -> Iterator[Frames]:
    """Open a film or an animated picture.

    Frames are upright with square pixels, and reduced until their shorter side has about `least` pixels, if
    that is smaller. Raises Unreadable if there is nothing that can be read; a film that is damaged further on
    ends there, and `problem` says why.
    """
    if is_animated(path):
        from PIL import Image

        with Image.open(path, formats=_animations()) as picture:
            _check_size(*picture.size)
            picture.load()
            duration = picture.info.get("duration") or 0
            fps = 1000 / duration if duration else USUAL_FPS
            frames = Frames(fps, picture.n_frames, True, iter(()))
            frames.read = _ending(frames, _of_animation(frames, picture))
            yield frames
        return
    import av

    options = {"format_whitelist": ",".join(CONTAINERS), "protocol_whitelist": "file"}
    try:
        container = av.open(str(path), options=options)
    except (av.FFmpegError, ValueError, OSError):
        raise Unreadable("damaged, or not a film that can be read") from None
    with container:
        stream = _moving_pictures(container)
        fps = float(stream.average_rate or stream.guessed_rate or USUAL_FPS)
        total = stream.frames or _estimate(container, stream, fps)
        frames = Frames(fps, total, stream.frames > 0, iter(()))
        frames.read = _ending(frames, _of_film(frames, container, stream, least))
        yield frames


def _animations() -> tuple[str, ...]:
    from PIL import Image

    Image.init()
    return tuple(name for name in ANIMATIONS if name in Image.OPEN)


def _ending(frames: Frames, read: Iterator[tuple[int, np.ndarray]]) -> Iterator[tuple[int, np.ndarray]]:
    """Pass frames on; damage after the first one ends the film instead of losing it."""
    number = -1
    try:
        for number, picture in read:
            if number >= MOST_FRAMES:
                frames.problem = f"at most {MOST_FRAMES:,} frames of a film are read"
                return
            yield number, picture
    except Unreadable:
        raise
    except Exception as error:  # noqa: BLE001 - decoders raise a dozen types on damaged files
        if number < 0:
            raise Unreadable(_reason(error)) from None
        frames.problem = _reason(error)
    if number < 0:
        raise Unreadable("it has no frames that can be decoded")
    if frames.counted and not frames.problem and number + frames.step < WHOLE * frames.total:
        frames.problem = f"{number + 1:,} of {frames.total:,} frames are there"


def _of_animation(frames: Frames, picture) -> Iterator[tuple[int, np.ndarray]]:
    for number in range(picture.n_frames):
        picture.seek(number)  # decodes what a frame is drawn upon, so none is passed over
        picture.load()
        if number % frames.step == 0:
            yield number, np.asarray(picture.convert("RGBA"))


def _of_film(frames: Frames, container, stream, least: int) -> Iterator[tuple[int, np.ndarray]]:
    for number, frame in enumerate(_decoded(container, stream)):
        _check_size(frame.width, frame.height)
        if number % frames.step == 0:
            yield number, _upright(frame, stream.sample_aspect_ratio, least)


def _decoded(container, stream) -> Iterator:
    """The frames of a stream; those that are damaged are left out."""
    import av

    for packet in container.demux(stream):
        with suppress(av.InvalidDataError):
            yield from packet.decode()


def _moving_pictures(container):
    """The video stream of a container. Raises Unreadable if there is none, or its frames are too large."""
    streams = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
    if not streams:
        raise Unreadable("it has no moving pictures")
    stream = streams[0]
    if stream.codec_context is None:
        raise Unreadable("its pictures are coded in a way that cannot be read")
    _check_size(stream.codec_context.width, stream.codec_context.height)
    stream.codec_context.thread_count, stream.thread_type = THREADS, "AUTO"
    return stream


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        most = f"at most {MOST_PIXELS / 1e6:.1f} million pixels are read"
        raise Unreadable(f"its frames are too large ({width}×{height}); {most}")


def _estimate(container, stream, fps: float) -> int:
    """The number of frames by the duration, 0 if that is not known."""
    if stream.duration and stream.time_base:
        return round(stream.duration * stream.time_base * Fraction(fps).limit_denominator(1001))
    return round(container.duration / 1_000_000 * fps) if container.duration else 0


def _upright(frame, aspect: Fraction | None, least: int) -> np.ndarray:
    """A decoded frame as uint8 (H, W, 3 or 4): reduced, with square pixels, and turned as the file says."""
    width, height = frame.width * float(aspect or 1), float(frame.height)
    scale = min(1.0, least / min(width, height))
    size = {"width": max(1, math.ceil(width * scale)), "height": max(1, math.ceil(height * scale))}
    name = "rgba" if any(part.is_alpha for part in frame.format.components) else "rgb24"
    pixels = frame.reformat(format=name, interpolation=_averaging(), **size).to_ndarray()
    return np.rot90(pixels, round(frame.rotation / 90))


def _averaging():
    """How swscale reduces: by averaging, with every pixel's own colour, rounded where it can be asked for."""
    from av.video.reformatter import Interpolation

    flags = Interpolation.AREA
    for name in ("FULL_CHR_H_INT", "ACCURATE_RND"):  # PyAV 15 does not have them
        flags |= getattr(Interpolation, name, 0)
    return flags


def _reason(error: Exception) -> str:
    return f"damaged ({getattr(error, 'strerror', '') or str(error) or type(error).__name__})"
