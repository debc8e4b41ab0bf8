"""Training from a file larger than memory allows: does memory stay flat, what does reading cost?

    python benchmarks/bigmap.py [--quick] [--folder FOLDER_WITH_5_GB]

Two files of uint8 images, 3×64×64, of 4 GiB and 64 MiB are written with the app's MapWriter into a temporary
folder, which is removed afterwards. train() trains a tiny dcgan from each, on one thread, with batch 64 and
some hundred steps, in random order through Images and Batches. Each training is a process of its own; the
order small, large, large, small cancels a drift. Batches would hold the small file in memory, so its limit is
set to 0: both read every batch from the file. Resident memory is noted after ten steps and at each quarter;
"grown" is the last value minus the first. The kernel is asked to drop the files from its cache (which is not
the process's memory) before each run, so that the large one is read from the disk. Flat means: the peak with
4 GiB exceeds the peak with 64 MiB by less than 64 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from common import percentile, write_result
from serving import load

GOAL_MB = 64
RESOLUTION, BATCH = 64, 64
IMAGE_BYTES = 3 * RESOLUTION**2
SIZES = {"small": 64 << 20, "large": 4 << 30}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="512 MiB in place of 4 GiB, and 60 steps")
    parser.add_argument(
        "--folder", type=Path, help="where the temporary folder is made (default: the system's)"
    )
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--steps", type=int, help="training steps of each process")
    args = parser.parse_args()
    steps = args.steps or (60 if args.quick else 300)
    if args.child:
        print(json.dumps(child(args.child, steps)))
        return

    before = load()
    sizes = SIZES | ({"large": 512 << 20} if args.quick else {})
    runs: dict[str, list[dict]] = {"small": [], "large": []}
    with tempfile.TemporaryDirectory(prefix="ganapp-bench-", dir=args.folder) as name:
        folder = Path(name)
        free = shutil.disk_usage(folder).free
        if free < sum(sizes.values()) + (1 << 30):
            raise SystemExit(
                f"{folder} has {free / 1e9:.1f} GB left; this needs 6 GB. Name another place with --folder."
            )
        write_sec = {
            size: write(folder / f"{size}.npy", count_of(size_bytes)) for size, size_bytes in sizes.items()
        }
        for size in ("small", "large", "large", "small"):
            path = folder / f"{size}.npy"
            forget(path)
            command = [sys.executable, __file__, "--child", str(path), "--steps", str(steps)]
            done = subprocess.run(
                command, capture_output=True, text=True, check=True, env=os.environ | {"GANAPP_CACHE": name}
            )
            runs[size].append(json.loads(done.stdout.splitlines()[-1]))
    rows = {size: row(runs[size], sizes[size]) for size in runs}
    more = rows["large"]["peak_mb"] - rows["small"]["peak_mb"]
    print(
        f"{'':8}{'file MB':>9}{'peak MB':>9}{'grown MB':>10}{'images/s':>10}"
        f"{'read ms a batch: p50':>22}{'p95':>7}"
    )
    for size, r in rows.items():
        print(
            f"{size:8}{r['file_mb']:9.0f}{r['peak_mb']:9.0f}{r['grown_mb']:10.1f}{r['images_per_sec']:10.0f}"
            f"{r['read_ms_p50']:22.2f}{r['read_ms_p95']:7.2f}"
        )
    print(f"the large one's peak is {more:+.0f} MB of the small one's; flat is less than {GOAL_MB} MB more")
    result = {
        "what": f"peak resident memory of training from a file of {sizes['large'] >> 20} MiB "
        "and of one of 64 MiB",
        "protocol": f"3x64x64, tiny dcgan, batch {BATCH}, {steps} steps at random places, "
        "2 processes each, interleaved",
        **rows,
        "peak_more_mb": round(more, 1),
        "goal_mb": GOAL_MB,
        "goal_met": more < GOAL_MB,
        "images_per_sec_ratio": round(rows["large"]["images_per_sec"] / rows["small"]["images_per_sec"], 3),
        "write_mb_per_sec": round(sizes["large"] / 1e6 / write_sec["large"], 1),
        "load_average": before,
    }
    write_result("bigmap", result)


def child(path: Path, steps: int) -> dict:
    """Train from the file in this process; return memory in MB, images/s and milliseconds of each read."""
    import torch

    from ganapp.config import TrainConfig
    from ganapp.data import ImageDataset, Images, batches
    from ganapp.training.batch_source import LatentSource
    from ganapp.training.loop import train
    from ganapp.training.state import TrainState

    batches.IN_MEMORY_BYTES = 0
    torch.set_num_threads(1)  # such small layers gain nothing from a second thread
    count = (path.stat().st_size - 128) // IMAGE_BYTES
    images = Images.open(path, (count, 3, RESOLUTION, RESOLUTION), fingerprint="bench")
    dataset = ImageDataset("bench", images, None, ())
    config = TrainConfig(
        family="dcgan",
        resolution=RESOLUTION,
        channels=3,
        z_dim=16,
        batch=BATCH,
        g_args={"width": 4},
        d_args={"width": 4},
    )
    device = torch.device("cpu")
    draw = batches.Batches(dataset, device, seed=0, mirror=False, conditional=False)
    assert not draw.in_memory
    reads: list[float] = []
    take = images.take

    def timed_take(indices: np.ndarray) -> np.ndarray:
        began = time.perf_counter()
        out = take(indices)
        reads.append(1000 * (time.perf_counter() - began))
        return out

    images.take = timed_take
    source = LatentSource(draw, config.z_dim, device)
    ticks = train(TrainState.create(config, device), config, source)
    for _ in range(10):
        next(ticks)
    resident, began = [resident_mb()], time.perf_counter()
    for step in range(1, steps + 1):
        next(ticks)
        if step % (steps // 4) == 0:
            resident.append(resident_mb())
    sec = time.perf_counter() - began
    return {
        "peak_mb": peak_mb(),
        "resident_mb": resident,
        "images_per_sec": steps * BATCH / sec,
        "read_ms": reads[10:],
    }


def write(path: Path, count: int) -> float:
    """Write `count` different images of noise; return the seconds."""
    from ganapp.data import MapWriter

    began = time.perf_counter()
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, 64 * IMAGE_BYTES, np.uint8)
    writer = MapWriter(path, RESOLUTION, 3)
    for start in rng.integers(0, 63 * IMAGE_BYTES, count).tolist():
        writer.add(noise[start : start + IMAGE_BYTES].reshape(3, RESOLUTION, RESOLUTION))
    writer.finish()
    return time.perf_counter() - began


def count_of(size: int) -> int:
    return -(-size // IMAGE_BYTES)


def forget(path: Path) -> None:
    """Ask the kernel to drop the file from its cache, if it can."""
    if hasattr(os, "posix_fadvise"):
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def resident_mb() -> float:
    """Resident memory in MB; the peak if the system does not say more."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return peak_mb()


def peak_mb() -> float:
    import resource

    return (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    )


def row(runs: list[dict], size: int) -> dict:
    reads = [ms for run in runs for ms in run["read_ms"]]
    return {
        "file_mb": round(size / 1e6),
        "peak_mb": round(max(run["peak_mb"] for run in runs), 1),
        "resident_mb": [[round(mb, 1) for mb in run["resident_mb"]] for run in runs],
        "grown_mb": round(max(run["resident_mb"][-1] - run["resident_mb"][0] for run in runs), 1),
        "images_per_sec": round(statistics.mean(run["images_per_sec"] for run in runs), 1),
        "read_ms_p50": round(percentile(reads, 0.5), 2),
        "read_ms_p95": round(percentile(reads, 0.95), 2),
    }


if __name__ == "__main__":
    main()
