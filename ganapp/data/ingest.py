"""A person's own pictures: a folder, a ZIP or uploaded files -> one prepared file, labels and a report of failures.

Nothing is ever extracted to disk: entries of a ZIP are read in memory. One in ten, by the hash of a file's bytes, is
held out (at most 2,000; none below 100), so that adding a picture does not move the others.
"""

import hashlib
import io
import json
import os
import posixpath
import re
import shutil
import threading
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageColor, ImageOps, UnidentifiedImageError

from ganapp.data.dataset import Cancelled, ImageDataset, MapWriter, Progress, cache_folder, make_folder, paced, prepared

# Formats that Pillow decodes by itself (EPS would start Ghostscript), less those that this Pillow is built without.
Image.init()
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "TGA", "ICO", "JPEG2000", "AVIF")
FORMATS = tuple(f for f in FORMATS if f in Image.OPEN)
PICTURES = {
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".ppm",
    ".pgm", ".pbm", ".pnm", ".tga", ".ico", ".jp2", ".avif",
}  # fmt: skip
UNSUPPORTED = {
    ".heic", ".heif", ".svg", ".psd", ".eps", ".ai", ".xcf", ".jxl", ".exr", ".hdr", ".raw", ".dng", ".cr2", ".cr3",
    ".nef", ".arw", ".orf", ".rw2",
}  # fmt: skip
MAX_FILE = 256_000_000  # bytes of one picture file, unpacked
MAX_ZIP = 64_000_000_000  # bytes of a ZIP
MAX_PIXELS = 178_956_970  # where Pillow itself speaks of a decompression bomb
MAX_CLASSES = 10_000
ONE_LARGE = threading.Lock()  # decoding one very large picture may take 2 GB of memory: one at a time
NO_LABELS: dict[str, int] = {}  # stands for a dataset.json that is not StyleGAN's
HELD_OUT, MIN_COUNT = 2_000, 100
REDUCING_GAP = 3.0  # Pillow: a box filter down to three times the size first; hardly to be told from none, and faster
BATCH = 16  # pictures a task of the decoding threads
SPLIT_FOLDERS = {"train", "training", "test", "testing", "val", "valid", "validation"}


class Unusable(Exception):
    """Why one file cannot be used; goes into the report."""


@dataclass(frozen=True)
class Entry:
    """One picture file of a source: its place in it, its size, and how to get its bytes."""

    name: str  # "cats/001.jpg", always with forward slashes
    size: int
    read: Callable[[], bytes]


def open_pictures(
    source: str | Path | Sequence[str | Path],
    resolution: int,
    channels: int | None,
    split: str,
    crop: str,
    background: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImageDataset:
    """A folder, a ZIP or a list of files as an ImageDataset; see ganapp.data.open_dataset."""
    try:
        colour = ImageColor.getrgb(background)[:3]
    except ValueError:
        raise ValueError(
            f"The background is {background!r}; it must be a colour such as white, black or #8090a0."
        ) from None
    if not isinstance(source, (str, os.PathLike)):
        source = keep_uploads(source)
    path = Path(os.path.expanduser(source))
    if not str(source).strip() or not os.path.exists(path):
        from ganapp.data import NAMED

        raise ValueError(
            f"There is no folder or ZIP at {str(source)!r}, and no data set of that name ({', '.join(NAMED)})."
        )
    path = path.resolve()
    what = {"resolution": resolution, "channels": channels, "crop": crop, "background": list(colour)}
    tell = paced(progress)
    is_folder = path.is_dir()
    if is_folder:
        tell(0, None, "Listing the folder")
        listing = _list_folder(path, cancelled)
        identity = {"folder": str(path), "files": _hash_listing(listing), **what}
    else:
        stat = path.stat()
        identity = {"zip": str(path), "size": stat.st_size, "mtime": stat.st_mtime_ns, **what}

    def build(folder: Path) -> dict:
        arguments = folder, path.name, resolution, channels, crop, colour, tell, cancelled
        if is_folder:
            return _build([Entry(name, size, _file_reader(path / name)) for name, size, _ in listing], *arguments)
        with _open_zip(path) as file:
            return _build(list(_zip_entries(file, path)), *arguments)

    name = path.name if is_folder else path.stem
    meta, images, tables = prepared(f"{name}-{resolution}", identity, build, progress, cancelled)
    rows = np.flatnonzero(tables["heldout"] == (split == "heldout"))
    if not len(rows):
        raise ValueError(
            f"No pictures of {path.name} are held out: there are {len(images)}, and one in ten is held out from "
            f"{MIN_COUNT} on."
        )
    labels = tables["labels"][rows].astype(np.int64) if "labels" in tables else None
    return ImageDataset(name, images.pick(rows), labels, tuple(meta["class_names"]), tuple(map(tuple, meta["report"])))


def keep_uploads(files: Sequence[str | Path]) -> Path:
    """Copy uploaded files into the cache, where a later start finds them; the folder (or the one ZIP) to open.

    The same files give the same folder. clear_cache does not delete them: nothing could bring them back.
    """
    paths = [Path(f) for f in files]
    if not paths:
        raise ValueError("No files were given: choose pictures or one ZIP.")
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0]
    if len(paths) > 1 and any(_suffix(p.name) == ".zip" for p in paths):
        raise ValueError("Choose either pictures or one ZIP: a ZIP among other files cannot be used.")
    hashed = []
    for path in paths:
        if not path.is_file():
            raise ValueError(f"The uploaded file {path.name} is not there any more: choose it again.")
        with open(path, "rb") as file:
            hashed.append((path.name, hashlib.file_digest(file, "sha256").hexdigest(), path))
    hashed.sort()
    key = hashlib.sha256(json.dumps([h[:2] for h in hashed]).encode()).hexdigest()[:16]
    names: list[str] = []
    for name, _, path in hashed:
        n = 1
        while name.lower() in {other.lower() for other in names}:  # two folders may hold a file of the same name
            n += 1
            name = f"{path.stem}-{n}{path.suffix}"
        names.append(name)
    uploads = make_folder(cache_folder() / "uploads")
    single = len(paths) == 1 and zipfile.is_zipfile(paths[0])
    folder = uploads / f"{paths[0].stem if single else 'pictures'}-{key}"
    if not folder.is_dir():
        partial = folder.with_name(f"{folder.name}.{os.getpid()}-{threading.get_ident()}.partial")
        partial.mkdir()
        try:
            for (_, _, path), name in zip(hashed, names, strict=True):
                shutil.copyfile(path, partial / name)
            os.replace(partial, folder)
        except OSError as error:
            if not folder.is_dir():  # else another process copied the same files meanwhile
                raise ValueError(
                    f"The uploaded files cannot be kept in {uploads} ({error.strerror}): free some room, or set "
                    f"GANAPP_CACHE to a folder elsewhere."
                ) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return folder / names[0] if single else folder


def decode(
    data: bytes, resolution: int, channels: int | None, crop: str, background: tuple[int, int, int]
) -> np.ndarray:
    """The bytes of a picture file -> uint8 (C, R, R); C = channels, else 1 for grey files and 3 for others."""
    if not data:
        raise Unusable("the file is empty")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        count = image.width * image.height
        if count > (MAX_PIXELS // 4 if image.mode in ("I", "F") else MAX_PIXELS):
            raise Unusable(f"too many pixels ({image.width}×{image.height})")
        image.draft(
            None, (2 * resolution, 2 * resolution)
        )  # JPEG: decodes large ones at 1/2, 1/4 or 1/8, still twice too large
        with ONE_LARGE if count > 30_000_000 else nullcontext():
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            image = _to_8_bit(image)
    except Unusable:
        raise
    except UnidentifiedImageError:
        raise Unusable("not a picture, or of a format that cannot be read") from None
    except Image.DecompressionBombError:
        raise Unusable("too many pixels") from None
    except Exception as error:  # the border of the file reader: Pillow's decoders raise a dozen types on damaged files
        cut_off = "truncated" in str(error).lower()
        raise Unusable("the file is cut off" if cut_off else f"damaged ({error or type(error).__name__})") from error
    if image.mode == "L" and crop == "fit" and channels != 1:
        image = image.convert("RGB")  # the background may have a colour
    image = square(image, resolution, crop, background)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, (*background, 255)), image).convert("RGB")
    if channels is not None:
        image = image.convert("L" if channels == 1 else "RGB")
    pixels = np.asarray(image)  # (R, R) or (R, R, 3)
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


def square(
    image: Image.Image, resolution: int, crop: str, background: tuple[int, int, int] = (255, 255, 255)
) -> Image.Image:
    """An L, RGB or RGBA picture -> resolution × resolution; "center" cuts the middle, "fit" pads with the background.

    RGBA is padded with transparency; Pillow weights its colours by alpha.
    """
    width, height = image.size
    if crop == "center" or width == height:
        side = min(width, height)
        if side == resolution:
            left, top = (width - side) // 2, (height - side) // 2
            return image.crop((left, top, left + side, top + side))
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
        return image.resize((resolution, resolution), _filter(side, resolution), box, REDUCING_GAP)
    scale = resolution / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    colour = (
        (0, 0, 0, 0)
        if image.mode == "RGBA"
        else Image.new("RGB", (1, 1), background).convert(image.mode).getpixel((0, 0))
    )
    out = Image.new(image.mode, (resolution, resolution), colour)
    small = image.resize(size, _filter(max(width, height), resolution), reducing_gap=REDUCING_GAP)
    out.paste(small, ((resolution - size[0]) // 2, (resolution - size[1]) // 2))
    return out


def _filter(side: int, resolution: int) -> Image.Resampling:
    """Lanczos to make smaller; bicubic to make larger, because Lanczos rings more around strokes."""
    return Image.Resampling.LANCZOS if side > resolution else Image.Resampling.BICUBIC


def _to_8_bit(image: Image.Image) -> Image.Image:
    """Any mode -> L (grey), RGB, or RGBA where something is transparent."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _scale(np.asarray(image), image.mode, image.format)
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("L", "1") else "RGB")  # P, CMYK, YCbCr, ... become RGB


def _scale(values: np.ndarray, mode: str, format: str | None) -> Image.Image:
    """Grey values of more than 8 bits (H, W) -> L; in the range of the type where that is known, else of the picture."""
    if not np.isfinite(values).all():
        raise Unusable("values that are not numbers")
    low, high = float(values.min()), float(values.max())
    if mode.startswith("I;16") or (mode == "I" and format in ("PNG", "PPM")):
        low, high = 0.0, 65535.0
    elif low >= 0:  # 32-bit numbers say nothing of their range: the smallest usual one that holds all values
        tops = (1.0, 255.0, 65535.0) if mode == "F" else (255.0, 65535.0)
        low, high = 0.0, next((top for top in tops if high <= top), high)
    scaled = (values.astype(np.float32) - low) * (255.0 / max(high - low, 1e-30))
    return Image.fromarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8))


def _build(entries, folder, source, resolution, channels, crop, background, tell, cancelled) -> dict:
    """The one pass: decode every picture, write images.npy and tables.npz, return the meta data."""
    pictures, report = _label(entries)
    need, free = len(pictures) * resolution**2 * (channels or 1), shutil.disk_usage(folder).free
    if need > free:
        raise ValueError(
            f"Preparing {len(pictures):,} pictures of {source} needs {need / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free "
            f"in {cache_folder()}: free some, or set GANAPP_CACHE to a folder on another disk."
        )
    writer, hashes, labels = MapWriter(folder / "images.npy", resolution, channels), [], []
    results = _decode_all(
        [e for e, _ in pictures], lambda data: decode(data, resolution, channels, crop, background), cancelled
    )
    try:
        for i, ((entry, label), (pixels, digest, reason)) in enumerate(zip(pictures, results, strict=True)):
            if reason is not None:
                report.append((_shown(entry.name), reason))
            else:
                writer.add(pixels)
                hashes.append(digest)
                labels.append(label)
            tell(i + 1, len(pictures), "Reading pictures")
        if not hashes:
            raise ValueError(_nothing_usable(source, report))
        tables, class_names = {"heldout": _hold_out(np.array(hashes, np.uint64))}, []
        if isinstance(labels[0], int):  # numbers of dataset.json are kept as they are
            tables["labels"], class_names = np.array(labels, np.int64), [str(i) for i in range(max(labels) + 1)]
        elif isinstance(labels[0], str):  # folders: those of which nothing could be used are no classes
            used, tables["labels"] = np.unique(labels, return_inverse=True)
            class_names = used.tolist()
        np.savez(folder / "tables.npz", **tables)
        return {"name": source, "class_names": class_names, "report": report, **writer.finish()}
    finally:
        results.close()
        writer.close()


def _decode_all(entries: list[Entry], decode: Callable[[bytes], np.ndarray], cancelled) -> Iterator[tuple]:
    """(pixels, hash, None) or (None, None, reason) of every entry, in order, by threads that stay a little ahead."""
    stop = threading.Event()

    def one(entry: Entry) -> tuple:
        try:
            if entry.size > MAX_FILE:
                raise Unusable(f"too large ({entry.size / 1e6:,.0f} MB; at most {MAX_FILE / 1e6:.0f} MB)")
            data = entry.read()
            digest = int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
            return decode(data), digest, None
        except Unusable as error:
            return None, None, str(error)

    def task(batch: list[Entry]) -> list[tuple]:
        return [one(entry) for entry in batch if not stop.is_set()]

    threads = min(4, os.cpu_count() or 1)
    batches = (entries[i : i + BATCH] for i in range(0, len(entries), BATCH))
    with ThreadPoolExecutor(threads, "pictures") as pool:
        try:
            ahead: deque = deque()
            for batch in batches:
                ahead.append(pool.submit(task, batch))
                if len(ahead) > 2 * threads:
                    yield from _result(ahead.popleft(), cancelled)
            while ahead:
                yield from _result(ahead.popleft(), cancelled)
        finally:
            stop.set()


def _result(future, cancelled) -> list[tuple]:
    """The result of a future; asks every 0.1 s whether to go on, because one batch of large pictures takes seconds."""
    while True:
        if cancelled is not None and cancelled():
            raise Cancelled("preparing was cancelled")
        try:
            return future.result(timeout=0.1)
        except NotYet:
            continue


def _hold_out(hashes: np.ndarray) -> np.ndarray:
    """Which pictures training never sees, bool (N,), from the uint64 hash of each file; copies go together."""
    chosen = (hashes % 10 == 0) & (len(hashes) >= MIN_COUNT)
    if chosen.sum() > HELD_OUT:
        chosen &= hashes < np.sort(hashes[chosen])[HELD_OUT]
    return chosen & ~chosen.all()


def _label(entries: list[Entry]) -> tuple[list[tuple[Entry, str | int | None]], list[tuple[str, str]]]:
    """Pictures with their label (a number of dataset.json, a class folder, or None for all), and the report so far."""
    report = [
        (e.name, f"{_suffix(e.name)} files cannot be read: save it as PNG or JPEG")
        for e in entries
        if _suffix(e.name) in UNSUPPORTED
    ]
    pictures = [e for e in entries if _suffix(e.name) in PICTURES]
    parts = [e.name.split("/") for e in pictures]
    depth = 0  # folders around everything: the ZIP's own name, "train/"
    while parts and all(len(p) > depth + 1 for p in parts) and len({p[depth] for p in parts}) == 1:
        depth += 1
    by_name = {e.name: e for e in entries}
    for k in range(depth + 1 if parts else 0):
        found = by_name.get("/".join([*parts[0][:k], "dataset.json"]))
        labels = _read_labels(found) if found is not None else NO_LABELS
        if labels is None:
            return [(e, None) for e in pictures], report
        if labels is not NO_LABELS:
            names = ["/".join(p[k:]) for p in parts]
            report += [
                (e.name, "no label in dataset.json") for e, n in zip(pictures, names, strict=True) if n not in labels
            ]
            return [(e, labels[n]) for e, n in zip(pictures, names, strict=True) if n in labels], report
    if parts and all(len(p) > depth + 1 and p[depth].lower() in SPLIT_FOLDERS for p in parts):
        depth += 1  # train/cats, test/cats: the classes are inside
    if not parts or not all(len(p) > depth + 1 for p in parts):
        return [(e, None) for e in pictures], report
    classes = {p[depth] for p in parts}
    if len(classes) < 2 or all(
        re.fullmatch(r"\d{5}", c) for c in classes
    ):  # 00000/, 00001/: shards of StyleGAN and FFHQ
        return [(e, None) for e in pictures], report
    return [(e, _shown(p[depth])) for e, p in zip(pictures, parts, strict=True)], report


def _read_labels(entry: Entry) -> dict[str, int] | None:
    """{file: label} of a StyleGAN dataset.json; None where it says there are none; NO_LABELS where it is another file."""
    try:
        content = json.loads(entry.read())
    except (Unusable, ValueError, RecursionError) as error:
        raise ValueError(
            f"{entry.name} cannot be read ({error}): correct it, or remove it to use folders as classes."
        ) from error
    if not isinstance(content, dict) or "labels" not in content:
        return NO_LABELS
    if not content["labels"]:
        return None
    labels = {}
    for pair in content["labels"] if isinstance(content["labels"], list) else [content["labels"]]:
        match pair:
            case [str(name), int(label)] if not isinstance(label, bool) and 0 <= label < MAX_CLASSES:
                labels[name.replace("\\", "/")] = label
            case _:
                raise ValueError(
                    f'{entry.name} has the label {str(pair)[:60]}; each must be ["file.png", number] with a whole number '
                    f"from 0 to {MAX_CLASSES - 1}."
                )
    return labels


def _nothing_usable(source: str, report: list[tuple[str, str]]) -> str:
    if not report:
        return (
            f"No pictures were found in {source}: files ending in .png, .jpg, .webp, .gif, .bmp, .tif are looked for."
        )
    first = "; ".join(f"{name} ({reason})" for name, reason in report[:3])
    more = f"; and {len(report) - 3:,} more" if len(report) > 3 else ""
    return f"None of the {len(report):,} pictures in {source} can be used: {first}{more}."


def _suffix(name: str) -> str:
    return posixpath.splitext(name)[1].lower()


def _shown(name: str) -> str:
    """A file name that can be written as UTF-8; on Linux a name may hold any bytes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _wanted(name: str, folder: bool = False) -> bool:
    """Whether a file or folder of this name, without its path, is looked at: pictures by their ending, nothing hidden."""
    if name.startswith(".") or name == "__MACOSX":
        return False
    return folder or _suffix(name) in PICTURES or _suffix(name) in UNSUPPORTED or name == "dataset.json"


def _list_folder(root: Path, cancelled) -> list[tuple[str, int, int]]:
    """(name, bytes, time) of every wanted file below root, sorted; links are followed, each folder is entered once."""
    listing, seen, folders = [], set(), [(str(root), "")]
    while folders:
        if cancelled is not None and cancelled():
            raise Cancelled("listing the folder was cancelled")
        folder, prefix = folders.pop()
        try:
            stat = os.stat(folder)
            if (stat.st_dev, stat.st_ino) in seen:
                continue
            seen.add((stat.st_dev, stat.st_ino))
            with os.scandir(folder) as scan:
                found = sorted(scan, key=lambda e: e.name, reverse=True)  # the last is popped first: always one order
        except OSError as error:
            raise ValueError(f"The folder {folder} cannot be listed ({error.strerror}).") from error
        for item in found:
            if not _wanted(item.name, item.is_dir()):
                continue
            if item.is_dir():
                folders.append((item.path, f"{prefix}{item.name}/"))
                continue
            try:
                stat = item.stat()
                listing.append((prefix + item.name, stat.st_size, stat.st_mtime_ns))
            except OSError:  # a link to nothing, or gone since it was listed: reading it will say so
                listing.append((prefix + item.name, 0, 0))
    return sorted(listing)


def _hash_listing(listing: list[tuple[str, int, int]]) -> str:
    return hashlib.blake2b(json.dumps(listing).encode(), digest_size=16).hexdigest()


def _file_reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            if not path.is_file():  # a pipe of that name would wait for ever
                raise Unusable("the file is gone" if not path.exists() else "not a regular file")
            return path.read_bytes()
        except OSError as error:
            raise Unusable(f"cannot be read ({error.strerror})") from error

    return read


def _open_zip(path: Path) -> zipfile.ZipFile:
    """An archive whose entries all stay inside it. ValueError with a sentence for anything else."""
    if path.stat().st_size > MAX_ZIP:
        raise ValueError(
            f"{path.name} has {path.stat().st_size / 1e9:,.0f} GB; a ZIP of at most {MAX_ZIP / 1e9:.0f} GB is read: "
            f"unpack it and give the folder."
        )
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError(f"{path.name} is neither a folder nor a ZIP: give a folder or ZIP of pictures.")
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise ValueError(f"{path.name} cannot be opened as a ZIP ({error}): it may be cut off.") from error


def _zip_entries(file: zipfile.ZipFile, path: Path) -> Iterator[Entry]:
    """The wanted files of a ZIP, sorted by name. ValueError where it climbs out, is a bomb or needs a password."""
    names, infos = _zip_names(file), []
    for name, info in zip(names, file.infolist(), strict=True):
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
            raise ValueError(f"{path.name} is refused: its entry {name[:100]!r} would be placed outside of its folder.")
        *folders, last = name.split("/")
        if not info.is_dir() and _wanted(last) and all(_wanted(f, True) for f in folders):
            infos.append((name, info))
    total, size = sum(info.file_size for _, info in infos), path.stat().st_size
    if total > 1 << 30 and total > 200 * size:
        raise ValueError(
            f"{path.name} is refused: it would unpack to {total / size:,.0f} times its size, like a decompression bomb."
        )
    if infos and all(info.flag_bits & 1 for _, info in infos):
        raise ValueError(f"{path.name} is protected by a password: make it again without one.")
    lock = threading.Lock()  # one file position, one reference count
    for name, info in sorted(infos, key=lambda pair: pair[0]):
        yield Entry(name, info.file_size, _zip_reader(file, info, lock))


def _zip_names(file: zipfile.ZipFile) -> list[str]:
    """The entries' names with forward slashes; undoes cp437 where the writer meant UTF-8 or GB 2312 without saying so."""
    unsaid = [i.filename for i in file.infolist() if not i.flag_bits & 0x800 and not i.filename.isascii()]
    meant = "cp437"
    for encoding in ("utf-8", "gb2312"):  # one for all of them: a short name alone may be valid in both
        try:
            for name in unsaid:
                name.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
        meant = encoding
        break
    unsaid = set(unsaid) if meant != "cp437" else ()
    names = (i.filename.encode("cp437").decode(meant) if i.filename in unsaid else i.filename for i in file.infolist())
    return [name.replace("\\", "/") for name in names]


def _zip_reader(file: zipfile.ZipFile, info: zipfile.ZipInfo, lock: threading.Lock) -> Callable[[], bytes]:
    def read() -> bytes:
        if info.flag_bits & 1:
            raise Unusable("protected by a password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others unpack without a bound
            raise Unusable("packed by a method that is not read (only stored and deflated are)")
        if info.file_size > MAX_FILE:
            raise Unusable(f"too large ({info.file_size / 1e6:,.0f} MB)")
        try:
            with lock:
                return file.read(info)  # never more than info.file_size bytes, whatever the entry really holds
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise Unusable(f"damaged in the ZIP ({error})") from error

    return read
