"""Films of frames (MP4, GIF, WebP) and the time-lapse of a run's grids. Written whole or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ganapp.alpha import on_background
from ganapp.files import replacing

from .marks import Mark, into_gif, mark_of, onto_mp4, policy
from .stamp import stamped
from .stills import WEBP_LIMIT, as_pillow, enlarge, scale_for

VIDEO_FORMATS = (".mp4", ".gif", ".webp")
MAX_FPS = 240
SOUND_RATE = 44_100  # samples a second


def write_video(
    path: str | Path,
    frames: Iterable[np.ndarray],
    fps: float = 30,
    min_size: int = 256,
    background: int | Sequence[int] = 255,
    sound: str | Path | None = None,
    about: Mapping[str, Any] | None = None,
    generated: bool = True,
) -> int:
    """Write a film of frames uint8 (H, W, C), all of one size, and return their number.

    path: its ending decides: .mp4 (H.264, can be played while it loads), .gif or .webp (both repeat for
    ever). fps: up to 240. min_size: frames are enlarged by a whole number until their shorter side has this
    many pixels. background: 0 to 255 or (red, green, blue), behind frames with alpha: a film is opaque.
    sound: a file whose sound goes into an MP4, as far as the frames go. An MP4 is written frame by frame; GIF
    and WebP need all frames in memory. generated: a generator made it, and the file says so
    (marks.py); about: which one, in the settings of metadata.recipe. Raises ValueError (message fit for the
    user) if the ending, the rate, a frame or the sound is not allowed. An error of any kind leaves no file.
    """
    suffix = check_video_path(path)
    if not 0 < fps <= MAX_FPS:
        raise ValueError(f"fps is {fps}: it must be more than 0 and at most {MAX_FPS}.")
    if sound is not None and suffix != ".mp4":
        raise ValueError(f"Only an MP4 has sound, not {suffix}.")
    write = {".mp4": partial(_write_mp4, sound=sound), ".gif": _write_gif, ".webp": _write_webp}[suffix]
    visible = generated and policy() == "visible"
    mark = mark_of(about, None, visible) if generated else None
    with replacing(path) as temporary:
        opaque = (on_background(frame, background) for frame in frames)
        pictures = _enlarged_frames(opaque, min_size, palette=suffix == ".gif", visible=visible)
        return write(temporary, pictures, Fraction(fps).limit_denominator(1001), mark)


def check_video_path(path: str | Path) -> str:
    """The ending of a film's path, in lower case. Raises ValueError if it is not in VIDEO_FORMATS."""
    suffix = Path(path).suffix.lower()
    if suffix not in VIDEO_FORMATS:
        raise ValueError(
            f"{Path(path).name!r} cannot be a film: the name must end in {', '.join(VIDEO_FORMATS)}."
        )
    return suffix


def timelapse(
    grid_paths: Sequence[str | Path],
    out: str | Path,
    fps: float = 12,
    seconds_last: float = 2,
    min_size: int = 256,
) -> int:
    """Write a film of saved grids in the given order, and return the number of frames.

    The last grid is held for seconds_last more. Grids of another size are fitted into the size of the last
    one, on white. They are read one by one. Raises ValueError (message fit for the user) if there is no grid
    or one cannot be read; otherwise as `write_video`.
    """
    check_video_path(out)
    if not grid_paths:
        raise ValueError("There are no sample grids yet to make a time-lapse of.")
    last = _read_rgb(grid_paths[-1])

    def frames() -> Iterator[np.ndarray]:
        for path in grid_paths[:-1]:
            yield _fit(_read_rgb(path), last.shape[:2])
        yield from itertools.repeat(last, 1 + round(fps * seconds_last))

    return write_video(out, frames(), fps, min_size)


def _read_rgb(path: str | Path) -> np.ndarray:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"The grid {Path(path).name} cannot be read: {error}.") from error


def _fit(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    if image.shape[:2] == size:
        return image
    height, width = size
    ratio = min(height / image.shape[0], width / image.shape[1])
    small = max(1, round(image.shape[1] * ratio)), max(1, round(image.shape[0] * ratio))
    out = Image.new("RGB", (width, height), "white")
    resample = Image.Resampling.NEAREST if ratio >= 1 else Image.Resampling.BOX
    out.paste(
        Image.fromarray(image).resize(small, resample), ((width - small[0]) // 2, (height - small[1]) // 2)
    )
    return np.asarray(out)


def _enlarged_frames(frames: Iterable[np.ndarray], min_size: int, palette: bool, visible: bool) -> Iterator:
    """Yield frames as enlarged Pillow images. Raises ValueError if there is none or their sizes differ."""
    from PIL import Image

    shape = None
    for frame in frames:
        if shape is None:
            shape = frame.shape
        if frame.shape != shape:
            raise ValueError(f"All frames of a film have one size: here {shape} and then {frame.shape}.")
        scale = scale_for(frame, min_size)
        if visible:
            frame, scale = stamped(enlarge(frame, scale)), 1
        picture = as_pillow(frame)
        if palette and picture.mode == "RGB":
            # Each frame has its own palette, chosen before enlarging because that is less work. No dithering:
            # its noise would flicker from frame to frame.
            picture = picture.quantize(256, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
        yield picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)
    if shape is None:
        raise ValueError("A film needs at least one frame.")


def _write_mp4(
    path: Path, pictures: Iterator, fps: Fraction, mark: Mark | None, sound: str | Path | None = None
) -> int:
    import av

    count = 0
    first = next(pictures)  # gives the size that the stream needs; raises here if there is no frame
    width, height = first.width + first.width % 2, first.height + first.height % 2  # 4:2:0 needs even sides
    options = {"movflags": "+faststart+use_metadata_tags"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        if mark is not None:
            container.metadata["AIGC"] = mark.aigc()
        stream = container.add_stream("libx264", rate=fps, options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        heard = container.add_stream("aac", rate=SOUND_RATE) if sound is not None else None
        # Tag the film as BT.709, limited range: browsers guess the matrix of an untagged one from its size.
        context = stream.codec_context
        context.thread_count = 2  # leaves cores to a training run
        context.colorspace, context.color_range, context.color_primaries, context.color_trc = 1, 1, 1, 1
        for picture in itertools.chain([first], pictures):
            pixels = np.asarray(picture.convert("RGB"))
            pixels = np.pad(
                pixels, ((0, height - picture.height), (0, width - picture.width), (0, 0)), mode="edge"
            )
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            frame.pts, frame.time_base = count, 1 / fps
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
        if heard is not None:
            _add_sound(container, heard, Path(sound), float(count / fps))
    onto_mp4(path, mark.packet() if mark is not None else b"")
    return count


def _add_sound(container, stream, path: Path, seconds: float) -> None:
    """Write the first `seconds` of a sound file into an open MP4."""
    import av

    try:
        with av.open(str(path)) as source:
            resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SOUND_RATE)
            written = 0
            for frame in source.decode(audio=0):
                for part in resampler.resample(frame):
                    if written >= seconds * SOUND_RATE:
                        break
                    part.pts, part.time_base = written, Fraction(1, SOUND_RATE)
                    written += part.samples
                    container.mux(stream.encode(part))
            container.mux(stream.encode(None))
    except (av.FFmpegError, IndexError) as error:
        raise ValueError(f"The sound {path.name} cannot be read ({type(error).__name__}).") from None


def _durations(count: int, fps: Fraction, unit: int) -> list[int]:
    """Duration of each frame in ms, a multiple of `unit`.

    The running sum is rounded, so that the film keeps its total time.
    """
    ends = [round(1000 * i / fps / unit) for i in range(count + 1)]
    # Browsers play a GIF frame of less than 20 ms for 100 ms.
    return [max(b - a, 2 if unit == 10 else 1) * unit for a, b in itertools.pairwise(ends)]


def _write_gif(path: Path, pictures: Iterator, fps: Fraction, mark: Mark | None) -> int:
    frames = list(pictures)
    times = _durations(len(frames), fps, 10)
    _save_animation(frames, path, format="GIF", duration=times, loop=0, optimize=False)
    if mark is not None:
        path.write_bytes(into_gif(path.read_bytes(), mark.packet()))
    return len(frames)


def _write_webp(path: Path, pictures: Iterator, fps: Fraction, mark: Mark | None) -> int:
    frames = [p.convert("RGB") for p in pictures]
    if max(frames[0].size) > WEBP_LIMIT:
        raise ValueError(
            f"The frames are {frames[0].width} × {frames[0].height}: WebP takes at most {WEBP_LIMIT} a side."
        )
    times = _durations(len(frames), fps, 1)
    xmp = mark.packet() if mark is not None else b""
    _save_animation(frames, path, format="WEBP", duration=times, loop=0, quality=90, method=4, xmp=xmp)
    return len(frames)


def _save_animation(frames: list, path: Path, duration: list[int], **options) -> None:
    if len(frames) == 1:
        frames[0].save(path, **options)
    else:
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=duration, **options)
