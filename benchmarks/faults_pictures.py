"""Damaged and odd pictures, and hostile ZIPs, opened as data: crashes, unnamed files, time, memory.

Every file must be used or named with its reason; nothing may raise anything but a ValueError with a sentence.
All is made from one seed:

    python benchmarks/faults_pictures.py --count 2000 --zips 50
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import struct
import sys
import tempfile
import threading
import time
import warnings
import zipfile
import zlib
from collections import Counter
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from PIL import Image

RESOLUTION = 32
IN_A_SET = 250  # damaged pictures that are opened together
MOST_MB = 500  # beyond the process's own
FORMATS = {
    "png": "PNG", "jpg": "JPEG", "webp": "WEBP", "gif": "GIF", "bmp": "BMP", "tif": "TIFF", "ppm": "PPM",
    "tga": "TGA", "ico": "ICO", "jp2": "JPEG2000", "avif": "AVIF",
}  # fmt: skip
MODES = ("RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16", "I", "F", "YCbCr", "LAB")


# -- making them ---------------------------------------------------------------------------------------------


def picture(rng: random.Random) -> tuple[str, bytes]:
    """(ending, bytes) of an undamaged picture of a random format, mode and size."""
    while True:
        ending, mode = rng.choice(list(FORMATS)), rng.choice(MODES)
        size = (rng.choice((1, 7, 40, 64, 300)), rng.choice((1, 7, 40, 64, 300)))
        values = np.random.default_rng(rng.getrandbits(32)).integers(
            0, 256, (size[1], size[0], 4), dtype=np.uint8
        )
        image = Image.fromarray(values, "RGBA")
        if mode == "I;16":
            image = Image.fromarray(values[..., 0].astype(np.uint16) * rng.choice((1, 4, 16, 257)))
        elif mode == "LAB":
            image = image.convert("RGB").convert("LAB") if rng.random() < 0.1 else image.convert("RGB")
        else:
            image = image.convert("RGB").convert(mode) if mode != "RGBA" else image
        options = {"progressive": rng.random() < 0.5} if ending == "jpg" else {}
        if ending in ("gif", "webp", "png", "tif") and rng.random() < 0.2:
            options |= {"save_all": True, "append_images": [image.copy()]}
        file = io.BytesIO()
        try:
            image.save(file, FORMATS[ending], **options)
        except (OSError, ValueError, KeyError, SystemError):  # this format has no such mode or size
            continue
        return ending, file.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_metadata(data: bytes, rng: random.Random) -> bytes:
    """A PNG with a large or damaged text, profile or EXIF chunk; other files with bytes in the middle."""
    at = data.find(b"IDAT") - 4
    if at < 0:
        at = rng.randrange(len(data))
        return data[:at] + rng.randbytes(rng.choice((1, 30, 5000))) + data[at:]
    big = b"a" * rng.choice((10, 3_000_000))
    made = rng.choice(
        [
            chunk(b"tEXt", b"workflow\0" + big),
            chunk(b"zTXt", b"parameters\0\0" + zlib.compress(big)),
            chunk(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0" + zlib.compress(big)),
            chunk(b"iCCP", b"icc\0\0" + rng.randbytes(40)),
            chunk(b"eXIf", rng.randbytes(30)),
            chunk(rng.choice((b"sRGB", b"pHYs", b"acTL", b"fcTL", b"gAMA")), rng.randbytes(rng.randrange(9))),
        ]
    )
    if rng.random() < 0.3:
        made = made[:-1] + b"!"
    return data[:at] + made + data[at:]


def damaged(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """(kind of damage, bytes)."""
    kind = rng.choice(("bytes", "cut", "gone", "ending", "metadata", "none"))
    changed = bytearray(data)
    if kind == "bytes":
        for _ in range(rng.choice((1, 1, 3, 20))):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    elif kind == "cut":
        del changed[rng.randrange(len(changed)) :]
    elif kind == "gone":
        start = rng.randrange(len(changed))
        del changed[start : start + rng.choice((1, 4, 100))]
    return kind, with_metadata(data, rng) if kind == "metadata" else bytes(changed)


def write_pictures(folder: Path, count: int, rng: random.Random) -> Counter:
    """Write damaged and odd pictures; returns how many there are of each kind."""
    kinds = Counter()
    for i in range(count):
        ending, data = picture(rng)
        kind, data = damaged(data, rng)
        if kind == "ending":
            ending = rng.choice((*FORMATS, "heic", "JPG", "jfif"))
        (folder / f"{i:05}.{ending}").write_bytes(data)
        kinds[kind] += 1
    return kinds


def blank_png(width: int, height: int, colour: int = 2) -> bytes:
    """A PNG of one colour, however large, made in little memory."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + width * (3 if colour == 2 else 1))
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def hostile_zip(path: Path, rng: random.Random) -> str:
    """Write a ZIP that attacks in one of eight ways, beside good pictures; returns the way."""
    way = rng.choice(
        ("large pictures", "climbs out", "bomb", "names", "flipped", "cut", "password", "labels")
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for i in range(3):
            ending, data = picture(rng)
            file.writestr(f"good/{i}.{ending}", data)
        if way == "large pictures":
            data = blank_png(rng.choice((6000, 9000, 12_000)), rng.choice((6000, 12_000)), rng.choice((0, 2)))
            for i in range(6):
                file.writestr(f"large/{i}.png", data)
        elif way == "climbs out":
            file.writestr(rng.choice(("../out.png", "/etc/out.png", "a/../../out.png", "C:\\out.png")), b"x")
        elif way == "bomb":
            with file.open("zeros.png", "w", force_zip64=True) as entry:
                for _ in range(rng.choice((50, 250, 300))):
                    entry.write(bytes(1_000_000))
        elif way == "names":
            for _ in range(200):
                file.writestr(
                    "".join(chr(rng.randrange(1, 0x2FFF)) for _ in range(60)).replace("..", "") + ".png", b"x"
                )
        elif way == "labels":
            text = rng.choice(
                ("[" * 100_000, '{"labels": [["x", 1e400]]}', '{"labels": {"a": {}}}', "{", "\0" * 1000)
            )
            file.writestr(rng.choice(("dataset.json", "labels.csv", "metadata.jsonl")), text)
    data = bytearray(path.read_bytes())
    if way == "flipped":
        for _ in range(20):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif way == "cut":
        del data[rng.randrange(len(data)) :]
    elif way == "password":
        at = data.find(b"PK\x01\x02")
        data[at + 8] |= 1
    path.write_bytes(data)
    return way


# -- opening them --------------------------------------------------------------------------------------------


class Peak:
    """The most memory of this process while data is opened, beyond what it had at the start, in MB."""

    def __init__(self):
        self.own, self.most = resident(), 0.0

    def __enter__(self):
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def _watch(self):
        while not self.over.wait(0.002):
            self.most = max(self.most, resident() - self.own)

    def __exit__(self, *error):
        self.over.set()
        self.thread.join()


def resident() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_one(source: Path, names: list[str] | None) -> dict:
    """What became of a source.

    names: files that must all be used or named; None: of a ZIP that may be refused.
    """
    from ganapp.data import open_dataset

    start = time.monotonic()
    result = {"used": 0, "named": 0, "crashes": [], "unnamed": [], "refused": ""}
    try:
        dataset = open_dataset(source, RESOLUTION)
        count = dataset.count
        with suppress(ValueError):  # none are held out of a small set
            count += open_dataset(source, RESOLUTION, split="heldout").count
        report = dict(dataset.report)
        result |= {"used": count, "named": len(report)}
        if names is not None and count + len(report) != len(names):
            result["unnamed"] = [f"{len(names) - count - len(report)} files of {source.name}"]
        result["unnamed"] += [name for name, reason in report.items() if not reason.strip()]
    except ValueError as error:
        result["refused"] = str(error)
        if names is not None:
            result["unnamed"] = [f"all of {source.name}: {error}"]
    except Exception as error:  # noqa: BLE001 - any other type is what is looked for
        result["crashes"] = [f"{source.name}: {type(error).__name__}: {error}"]
    return result | {"sec": time.monotonic() - start}


def measure(count: int, zips: int, seed: int) -> dict:
    rng, results, kinds, ways = random.Random(seed), [], Counter(), Counter()
    import ganapp.data.own.opening  # noqa: F401 - its memory is the process's own

    with tempfile.TemporaryDirectory() as home:
        peak = Peak()
        os.environ["GANAPP_CACHE"] = str(Path(home) / "cache")
        for part, first in enumerate(range(0, count, IN_A_SET)):
            folder = Path(home) / f"part{part}"
            folder.mkdir()
            kinds += write_pictures(folder, min(IN_A_SET, count - first), rng)
            with peak:
                results.append(open_one(folder, sorted(p.name for p in folder.iterdir())))
            print(f"{first + IN_A_SET:,} pictures: {peak.most:.0f} MB", file=sys.stderr, flush=True)
        pictures, pictures_mb = list(results), peak.most
        for i in range(zips):
            path = Path(home) / f"{i}.zip"
            ways[hostile_zip(path, rng)] += 1
            with peak:
                results.append(open_one(path, None))
            path.unlink()
        outside = [str(p) for p in (Path(home).parent / "out.png", Path("/etc/out.png")) if p.exists()]
    return {
        "seed": seed,
        "pictures": count,
        "kinds": dict(kinds),
        "zips": zips,
        "ways": dict(ways),
        "used": sum(r["used"] for r in results),
        "named": sum(r["named"] for r in results),
        "refused_zips": sum(bool(r["refused"]) for r in results[len(pictures) :]),
        "written_outside": outside,
        "crashes": [crash for r in results for crash in r["crashes"]],
        "unnamed": [name for r in results for name in r["unnamed"]],
        "sec_pictures": round(sum(r["sec"] for r in pictures), 1),
        "sec_zips": round(sum(r["sec"] for r in results[len(pictures) :]), 1),
        "slowest_sec": round(max((r["sec"] for r in results), default=0), 1),
        "peak_mb_pictures": round(pictures_mb),
        "peak_mb": round(peak.most),
    }


def faults_in(result: dict) -> list[str]:
    """What a measurement found wrong, as sentences; [] if nothing."""
    outside = [f"written outside: {path}" for path in result["written_outside"]]
    unnamed = [f"not named: {name}" for name in result["unnamed"]]
    large = [f"{result['peak_mb']} MB of memory"] if result["peak_mb"] > MOST_MB else []
    return result["crashes"] + unnamed + outside + large


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000, help="damaged and odd pictures")
    parser.add_argument("--zips", type=int, default=50, help="hostile ZIPs")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # of Pillow, about damaged files
    result = measure(arguments.count, arguments.zips, arguments.seed)
    print(json.dumps(result, indent=2))
    return int(bool(faults_in(result)))


if __name__ == "__main__":
    sys.exit(main())
