"""Films of frames (MP4, GIF, WebP) and the time-lapse of a run's grids. Written whole or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from ganapp.files import replacing

from .stills import WEBP_LIMIT, as_pillow, scale_for

VIDEO_FORMATS = (".mp4", ".gif", ".webp")
MAX_FPS = 240


def write_video(path: str | Path, frames: Iterable[np.ndarray], fps: float = 30, min_size: int = 256) -> int:
    """A film of uint8 (H, W, C) frames, all of one size, in the format of the path's ending; returns their number.

    .mp4 (H.264, starts while it loads), .gif and .webp (both repeat for ever). Small frames are enlarged by a whole
    number until the shorter side has `min_size`. An MP4 is written as the frames come; GIF and WebP keep them all. A
    wrong ending, rate or frame is a ValueError, and an error of any kind leaves no file.
    """
    suffix = check_video_path(path)
    if not 0 < fps <= MAX_FPS:
        raise ValueError(f"fps is {fps}: it must be more than 0 and at most {MAX_FPS}.")
    write = {".mp4": _write_mp4, ".gif": _write_gif, ".webp": _write_webp}[suffix]
    with replacing(path) as temporary:
        pictures = _prepared(frames, min_size, palette=suffix == ".gif")
        return write(temporary, pictures, Fraction(fps).limit_denominator(1001))


def check_video_path(path: str | Path) -> str:
    """The ending of a film's path, one of VIDEO_FORMATS; ValueError otherwise (before any work is done)."""
    suffix = Path(path).suffix.lower()
    if suffix not in VIDEO_FORMATS:
        raise ValueError(f"{Path(path).name!r} cannot be a film: the name must end in {', '.join(VIDEO_FORMATS)}.")
    return suffix


def timelapse(
    grid_paths: Sequence[str | Path], out: str | Path, fps: float = 12, seconds_last: float = 2, min_size: int = 256
) -> int:
    """A film of saved grids in the order given, the last one held for `seconds_last` more; returns the frame count.

    Older grids of another size are enlarged or reduced to fit the last one's, on white. Grids are read one by one.
    """
    check_video_path(out)
    if not grid_paths:
        raise ValueError("There are no sample grids yet to make a time-lapse of.")
    last = _read_rgb(grid_paths[-1])

    def frames() -> Iterator[np.ndarray]:
        for path in grid_paths[:-1]:
            yield _fitted(_read_rgb(path), last.shape[:2])
        yield from itertools.repeat(last, 1 + round(fps * seconds_last))

    return write_video(out, frames(), fps, min_size)


def _read_rgb(path: str | Path) -> np.ndarray:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"The grid {Path(path).name} cannot be read: {error}.") from error


def _fitted(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    if image.shape[:2] == size:
        return image
    height, width = size
    ratio = min(height / image.shape[0], width / image.shape[1])
    small = max(1, round(image.shape[1] * ratio)), max(1, round(image.shape[0] * ratio))
    out = Image.new("RGB", (width, height), "white")
    resample = Image.Resampling.NEAREST if ratio >= 1 else Image.Resampling.BOX
    out.paste(Image.fromarray(image).resize(small, resample), ((width - small[0]) // 2, (height - small[1]) // 2))
    return np.asarray(out)


def _prepared(frames: Iterable[np.ndarray], min_size: int, palette: bool) -> Iterator:
    """Frames as Pillow images, enlarged; checks that there is one and that all have one size."""
    from PIL import Image

    shape = None
    for frame in frames:
        if shape is None:
            shape = frame.shape
        if frame.shape != shape:
            raise ValueError(f"All frames of a film have one size: here {shape} and then {frame.shape}.")
        picture, scale = as_pillow(frame), scale_for(frame, min_size)
        if palette and picture.mode == "RGB":
            # A palette for every frame, chosen before enlarging (less work), and no dither: noise that moves from
            # frame to frame looks like a fault.
            picture = picture.quantize(256, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
        yield picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)
    if shape is None:
        raise ValueError("A film needs at least one frame.")


def _write_mp4(path: Path, pictures: Iterator, fps: Fraction) -> int:
    import av

    count = 0
    first = next(pictures)  # before the file is opened: the size must be known, and an empty walk raises here
    width, height = first.width + first.width % 2, first.height + first.height % 2  # 4:2:0 needs even sides
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        # Browsers guess the matrix of an untagged film from its size; BT.709, limited range, is said instead.
        context = stream.codec_context
        context.thread_count = 2  # all cores would take them from a running training
        context.colorspace, context.color_range, context.color_primaries, context.color_trc = 1, 1, 1, 1
        for picture in itertools.chain([first], pictures):
            pixels = np.asarray(picture.convert("RGB"))
            pixels = np.pad(pixels, ((0, height - picture.height), (0, width - picture.width), (0, 0)), mode="edge")
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            frame.pts, frame.time_base = count, 1 / fps
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
    return count


def _durations(count: int, fps: Fraction, unit: int) -> list[int]:
    """Milliseconds of each frame in whole units, rounded on the running sum, so that a film keeps its total time."""
    ends = [round(1000 * i / fps / unit) for i in range(count + 1)]
    # Two units of GIF are the least that browsers obey; a shorter time is played as a tenth of a second.
    return [max(b - a, 2 if unit == 10 else 1) * unit for a, b in itertools.pairwise(ends)]


def _write_gif(path: Path, pictures: Iterator, fps: Fraction) -> int:
    frames = list(pictures)
    times = _durations(len(frames), fps, 10)
    _save_animation(frames, path, format="GIF", duration=times, loop=0, optimize=False)
    return len(frames)


def _write_webp(path: Path, pictures: Iterator, fps: Fraction) -> int:
    frames = [p.convert("RGB") for p in pictures]
    if max(frames[0].size) > WEBP_LIMIT:
        raise ValueError(
            f"The frames are {frames[0].width} × {frames[0].height}: WebP takes at most {WEBP_LIMIT} a side."
        )
    times = _durations(len(frames), fps, 1)
    _save_animation(frames, path, format="WEBP", duration=times, loop=0, quality=90, method=4)
    return len(frames)


def _save_animation(frames: list, path: Path, duration: list[int], **options) -> None:
    if len(frames) == 1:
        frames[0].save(path, **options)
    else:
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=duration, **options)
