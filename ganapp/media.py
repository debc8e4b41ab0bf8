"""Pictures to files and back: grids, PNG with its recipe inside, ZIP, WebP, and MP4 / GIF / WebP films.

Not networks: it takes uint8 arrays (H, W, C), C = 1 or 3, and never imports torch. Every file appears whole or not at
all. Pixels are enlarged by repetition only, so that a 32-pixel face stays crisp on a page.
"""

from __future__ import annotations

import io
import itertools
import json
import math
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ganapp import __version__
from ganapp.files import replacing

VIDEO_FORMATS = (".mp4", ".gif", ".webp")
METADATA_KEY = "ganapp"
METADATA_LIMIT = 65_536  # bytes; also the most that is read of a stranger's file
WEBP_LIMIT = 16_383  # pixels a side, of the format
MAX_FPS = 240


def grid(
    images: np.ndarray,
    columns: int | None = None,
    pad: int = 2,
    background: int | Sequence[int] = 255,
    scale: int | None = None,
) -> np.ndarray:
    """Pictures uint8 (N, H, W, C) side by side, row by row, as one (H', W', C); near-square unless columns is given.

    `pad` pixels of `background` (0-255, or one a channel) lie between and around them; `scale` enlarges the whole.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.dtype != np.uint8 or not len(images):
        raise ValueError(f"A grid needs uint8 pictures (N, H, W, C), not {images.dtype} {images.shape}.")
    count, height, width, channels = images.shape
    columns = min(count, columns or math.ceil(math.sqrt(count)))
    if columns < 1 or pad < 0:
        raise ValueError(f"columns is {columns} and pad is {pad}: they must be at least 1 and 0.")
    rows = math.ceil(count / columns)
    out = np.empty((pad + rows * (height + pad), pad + columns * (width + pad), channels), np.uint8)
    out[:] = background
    for i, image in enumerate(images):
        top, left = pad + i // columns * (height + pad), pad + i % columns * (width + pad)
        out[top : top + height, left : left + width] = image
    return enlarge(out, scale or 1)


def enlarge(image: np.ndarray, scale: int) -> np.ndarray:
    """Each pixel of (H, W, C) as scale × scale equal ones."""
    if scale < 1:
        raise ValueError(f"scale is {scale}: it must be a whole number from 1 up.")
    return image if scale == 1 else image.repeat(scale, axis=0).repeat(scale, axis=1)


def scale_for(image: np.ndarray, minimum: int, maximum: int = 4096) -> int:
    """The smallest enlargement that makes the shorter side of (H, W, C) `minimum`, the longer one within `maximum`."""
    height, width = image.shape[:2]
    return max(1, min(math.ceil(minimum / min(height, width)), maximum // max(height, width)))


def save_png(target: str | Path | BinaryIO, image: np.ndarray, metadata: Mapping | None = None) -> None:
    """A PNG of uint8 (H, W, C), into a file or an open binary buffer, with `metadata` as JSON in its text chunk.

    Known keys: seed, seeds, label, class_name, psi, model, version (see `read_png_metadata`); others travel along.
    """
    from PIL.PngImagePlugin import PngInfo

    picture, info = _pillow(image), PngInfo()
    if metadata is not None:
        # ASCII JSON, so that the plain text chunk, which is Latin-1, holds any name.
        text = json.dumps(dict(metadata), allow_nan=False)
        if len(text) > METADATA_LIMIT:
            raise ValueError(f"The metadata has {len(text)} bytes: at most {METADATA_LIMIT} fit into a picture.")
        if not _well_typed(json.loads(text)):
            raise ValueError(f"The metadata {text[:200]} has a value of the wrong type or range.")
        info.add_text(METADATA_KEY, text)
    if not isinstance(target, str | Path):
        picture.save(target, format="PNG", pnginfo=info)
        return
    with replacing(target) as temporary:
        picture.save(temporary, format="PNG", pnginfo=info)


def recipe(label: int, class_name: str | None, psi: float, model: str, **seeds) -> dict:
    """The metadata of a picture of this app: seed=… or seeds=…; label -1: no class, or not one for all."""
    label_or_none = None if label < 0 else int(label)
    about = {"label": label_or_none, "class_name": class_name, "psi": psi, "model": model, "version": __version__}
    return {**seeds, **about}


def read_png_metadata(source: str | Path | BinaryIO) -> dict | None:
    """What save_png put into a PNG, or None where there is nothing that can be used. Safe on any file of any origin.

    Pixels are not decoded, nothing is decompressed and at most 64 KB is read as text. Checked where present: seed int,
    seeds text or ints, label int, class_name text, psi in (0, 1], model and version text; each may be null.
    """
    try:
        if not isinstance(source, str | Path):
            return _metadata_of(source)
        with open(source, "rb") as file:
            return _metadata_of(file)
    except (OSError, ValueError, RecursionError):  # RecursionError: a thousand opening brackets
        return None


def _metadata_of(file: BinaryIO) -> dict | None:
    if file.read(8) != b"\x89PNG\r\n\x1a\n":
        return None
    for _ in range(100_000):
        header = file.read(8)
        if len(header) < 8:
            return None
        length, kind = struct.unpack(">I4s", header)
        if kind == b"IEND":
            return None
        if kind in (b"tEXt", b"iTXt") and length <= METADATA_LIMIT + 100:
            key, _, text = file.read(length).partition(b"\0")
            file.seek(4, io.SEEK_CUR)
            if key != METADATA_KEY.encode():
                continue
            if kind == b"iTXt":
                if text[:1] != b"\0":  # compressed: not ours
                    return None
                text = text[2:].split(b"\0", 2)[-1]  # flag, method, language \0 translated key \0 text
            metadata = json.loads(text.decode("utf-8"), parse_constant=_no_constant)
            return metadata if isinstance(metadata, dict) and _well_typed(metadata) else None
        file.seek(length + 4, io.SEEK_CUR)
    return None


def _no_constant(name: str):
    raise ValueError(f"{name} is not JSON.")


def _is_seed(value) -> bool:
    return type(value) is int and 0 <= value < 2**32


_CHECKS = {
    "seed": _is_seed,
    "seeds": lambda v: isinstance(v, str) or (isinstance(v, list) and all(map(_is_seed, v))),
    "label": lambda v: type(v) is int and -1 <= v < 2**31,
    "class_name": lambda v: isinstance(v, str),
    "psi": lambda v: type(v) in (int, float) and 0 < v <= 1,
    "model": lambda v: isinstance(v, str),
    "version": lambda v: isinstance(v, str),
}


def _well_typed(metadata: dict) -> bool:
    return all(metadata.get(key) is None or check(metadata[key]) for key, check in _CHECKS.items())


def save_zip(path: str | Path, images: Iterable[np.ndarray], metadatas: Iterable[Mapping]) -> None:
    """One PNG a picture, each with its metadata, named by its seed: seed000042.png (a repeat: seed000042-2.png)."""
    times: dict[int, int] = {}

    def named() -> Iterator[tuple[str, np.ndarray, Mapping]]:
        for image, metadata in zip(images, metadatas, strict=True):
            seed = int(metadata["seed"])
            times[seed] = times.get(seed, 0) + 1
            again = f"-{times[seed]}" if times[seed] > 1 else ""
            yield f"seed{seed:06d}{again}.png", image, metadata

    write_zip(path, named())


def write_zip(path: str | Path, pictures: Iterable[tuple[str, np.ndarray, Mapping]]) -> None:
    """A ZIP of PNGs from (name in it, uint8 (H, W, C), metadata) of each, written as they come. The same make the same bytes."""
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for name, image, metadata in pictures:
            buffer = io.BytesIO()
            save_png(buffer, image, metadata)
            archive.writestr(zipfile.ZipInfo(name), buffer.getvalue())  # a ZipInfo has no date of today


def save_webp(path: str | Path, image: np.ndarray, quality: int = 90) -> None:
    """A WebP of uint8 (H, W, C), at most 16,383 pixels a side; quality 0 to 99 is lossy, 100 is lossless."""
    if max(image.shape[:2]) > WEBP_LIMIT:
        raise ValueError(f"The picture is {image.shape[1]} × {image.shape[0]}: WebP takes at most {WEBP_LIMIT} a side.")
    with replacing(path) as temporary:
        _pillow(image).convert("RGB").save(temporary, format="WEBP", quality=quality, lossless=quality == 100)


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


def _pillow(image: np.ndarray):
    """uint8 (H, W), (H, W, 1) or (H, W, 3) as a Pillow image."""
    from PIL import Image

    image = np.asarray(image)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.dtype != np.uint8 or image.size == 0 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)):
        raise ValueError(f"A picture is uint8 (H, W, 1) or (H, W, 3), not {image.dtype} {image.shape}.")
    return Image.fromarray(np.ascontiguousarray(image))


def _prepared(frames: Iterable[np.ndarray], min_size: int, palette: bool) -> Iterator:
    """Frames as Pillow images, enlarged; checks that there is one and that all have one size."""
    from PIL import Image

    shape = None
    for frame in frames:
        if shape is None:
            shape = frame.shape
        if frame.shape != shape:
            raise ValueError(f"All frames of a film have one size: here {shape} and then {frame.shape}.")
        picture, scale = _pillow(frame), scale_for(frame, min_size)
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
