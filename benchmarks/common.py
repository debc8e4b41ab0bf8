"""Shared by the benchmarks: result files, the description of the machine, training on one thread."""

from __future__ import annotations

import datetime
import json
import os
import platform
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
sys.path.insert(0, str(ROOT))


def environment() -> dict:
    import numpy
    import torch

    from ganapp import __version__

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else processor()
    versions = {"ganapp": __version__, "python": platform.python_version(), "torch": torch.__version__}
    return {
        "date": datetime.date.today().isoformat(),
        "device": device,
        "cores": os.cpu_count(),
        "versions": versions | {"numpy": numpy.__version__},
    }


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write_result(name: str, result: dict) -> Path:
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({**environment(), **result}, indent=2) + "\n")
    print(f"written: {path.relative_to(ROOT)}")
    return path


def add_row(path: Path, row: dict, doc: str) -> None:
    """Add a row of a training to a result file; it replaces an older row of the same cell and mark.

    Several programs may add to one file. doc: of the benchmark; its last paragraph is the protocol.
    """
    from filelock import FileLock

    def key(r: dict) -> tuple:
        return r["data"], r["preset"], r["seed"], r["minutes"]

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        rows = json.loads(path.read_text())["rows"] if path.exists() else []
        rows = sorted([r for r in rows if key(r) != key(row)] + [row], key=key)
        text = ",\n  ".join(json.dumps(r) for r in rows)
        protocol = {"protocol": " ".join(doc.split("\n\n")[-1].split())}
        head = json.dumps(environment() | protocol, ensure_ascii=False)
        path.write_text(f'{head[:-1]},\n"rows": [\n  {text}\n]}}\n')


def begin(config, data, heldout=None, precision="bf16"):
    """(config completed from the data, a new TrainState, its batch source), on one thread.

    heldout: the held-out pictures, for the fixed inputs of picture to picture.
    """
    import torch

    from ganapp.data.batches import Batches
    from ganapp.training.algorithm import algorithm_of, new_state
    from ganapp.training.batch_source import Real

    torch.set_num_threads(1)
    config = config.replace(
        resolution=data.resolution, channels=data.channels, precision=precision, threads=1,
        num_classes=data.num_classes if config.learns_classes else 0,
        in_channels=0 if config.task == "noise" else data.in_channels or data.channels,
    )  # fmt: skip
    device = torch.device("cpu")
    draw = Batches(data, device, seed=config.seed, mirror=config.mirror, conditional=config.num_classes > 0)
    source = algorithm_of(config).source(config, Real(draw, draw.labels, heldout), device)
    return config, new_state(config, device), source


def train_until(state, config, source, seconds: float, spent: float = 0.0) -> float:
    """Train until `seconds` of processor time are spent, `spent` of them before; return how many it was.

    Processor time of this process, so that other work on the machine does not count. Ends early if a loss is
    not finite.
    """
    from ganapp.training.algorithm import algorithm_of
    from ganapp.training.loop import train

    began = time.process_time() - spent
    for tick in train(state, config, source, algorithm_of(config).turns(config)):
        if time.process_time() - began >= seconds or not all(
            value.isfinite() for value in tick.stats.values()
        ):
            break
    return time.process_time() - began


def averaged(state, config, source):
    """The averaged generator, with its spec, as `ganapp.latents.generate` takes it."""
    from ganapp.training.averaging import averaged_generator

    G = averaged_generator(state, config, source, batches=8)
    G.spec = config.spec()
    return G


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
