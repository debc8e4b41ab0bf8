"""Seconds and memory of importing a pickle of 115 MB, a StyleGAN2 of 256 pixels as NVIDIA's code writes it.

Each import runs in a process of its own, on one thread, which has imported PyTorch and the importers before:
memory is the peak of its resident memory beyond that, in sizes of the file. The reading process that it
starts has its own peak. Goal: at most 4 s and 3 times the file. Linux only:

    python benchmarks/import_memory.py [--rounds 7] [--save]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import ROOT, write_result

RESOLUTION, BASE, MOST, WIDTH = 256, 32_768, 512, 512  # of configuration F, Karras 2020
GOAL_SEC, GOAL_TIMES = 4.0, 3.0


def weights(resolution: int = RESOLUTION) -> dict[str, Any]:
    """Random tensors with the keys and shapes of stylegan2-ada-pytorch."""
    import torch

    generator = torch.Generator().manual_seed(0)

    def normal(*size: int, scale: float = 1.0) -> torch.Tensor:
        return torch.randn(*size, generator=generator) * scale

    found = {"mapping.w_avg": normal(WIDTH)}
    for i in range(8):
        layer = f"mapping.fc{i}"
        found |= {f"{layer}.weight": normal(WIDTH, WIDTH, scale=100), f"{layer}.bias": normal(WIDTH)}
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
    before = 0
    for size in (4 << i for i in range(resolution.bit_length() - 2)):
        block, channels = f"synthesis.b{size}", min(MOST, BASE // size)
        layers = {"conv1": (channels, 3)} if size == 4 else {"conv0": (before, 3), "conv1": (channels, 3)}
        for name, (taken, kernel) in (layers | {"torgb": (channels, 1)}).items():
            made = 3 if name == "torgb" else channels
            layer = f"{block}.{name}"
            found |= {
                f"{layer}.weight": normal(made, taken, kernel, kernel),
                f"{layer}.bias": normal(made),
                f"{layer}.affine.weight": normal(taken, WIDTH),
                f"{layer}.affine.bias": normal(taken),
            }
            if name != "torgb":
                found |= {
                    f"{layer}.noise_const": normal(size, size),
                    f"{layer}.noise_strength": normal(1).reshape(()),
                    f"{layer}.resample_filter": taps.outer(taps),
                }
        if size == 4:
            found[f"{block}.const"] = normal(channels, 4, 4)
        else:
            found[f"{block}.resample_filter"] = found[f"{block}.conv0.resample_filter"]
        before = channels
    return found


def write_pickle(folder: Path) -> Path:
    import pickle

    from faults_forms import _fake_modules
    from test_unpickle import persistent_class, tree

    with _fake_modules() as module:
        G = tree(persistent_class(module, folder / "ran"), weights())
        path = folder / "network-snapshot.pkl"
        path.write_bytes(pickle.dumps({"G_ema": G}))
    return path


def peak_mb(process: int | str = "self") -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def watch_reader(ended: threading.Event, seen: list[float]) -> None:
    """Add the memory of the process that reads the pickle to `seen`, every few milliseconds."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while not ended.wait(0.005):
        for child in children.read_text().split():
            with suppress(OSError, StopIteration):  # it has just ended
                if b"\0-I\0" in Path(f"/proc/{child}/cmdline").read_bytes():
                    seen.append(peak_mb(child))


def one(path: Path, out: Path) -> dict[str, float]:
    """Import once, in this process. {"sec", "cpu_sec", "mb" beyond its own, "reader_mb"}."""
    import resource

    import torch

    from ganapp.generators import save_generator
    from ganapp.generators.importers import import_checkpoint, known_layouts
    from ganapp.networks import build_generator

    assert save_generator and build_generator
    torch.set_num_threads(1)
    known_layouts()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    ended, seen = threading.Event(), [0.0]
    watch = threading.Thread(target=watch_reader, args=(ended, seen))
    watch.start()
    own, began, used = peak_mb(), time.perf_counter(), time.process_time()
    import_checkpoint(path, out)
    sec, cpu = time.perf_counter() - began, time.process_time() - used
    ended.set()
    watch.join()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "sec": sec,
        "cpu_sec": cpu + children.ru_utime + children.ru_stime,
        "mb": peak_mb() - own,
        "reader_mb": max(seen),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/import_memory.json")
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(one(*arguments.one)))
        return 0
    with tempfile.TemporaryDirectory(prefix="ganapp-import-") as folder:
        path = write_pickle(Path(folder))
        size, rounds = path.stat().st_size / 1024**2, []
        for i in range(arguments.rounds):
            command = [sys.executable, __file__, "--one", str(path), f"{folder}/out{i}"]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            rounds.append(json.loads(done.stdout.splitlines()[-1]) | {"load": os.getloadavg()[0]})
            rounds[-1]["times_the_file"] = rounds[-1]["mb"] / size
            print({key: round(value, 2) for key, value in rounds[-1].items()}, flush=True)
    median = {key: round(statistics.median(r[key] for r in rounds), 3) for key in rounds[0]}
    most = {key: round(max(r[key] for r in rounds), 3) for key in rounds[0]}
    found = {"file_mb": round(size, 1), "rounds": len(rounds), "median": median, "most": most}
    met = median["sec"] <= GOAL_SEC and median["times_the_file"] <= GOAL_TIMES
    found |= {"goal_sec": GOAL_SEC, "goal_times_the_file": GOAL_TIMES, "goal_met": met}
    print(json.dumps(found, indent=2))
    if arguments.save:
        write_result("import_memory", found)
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
