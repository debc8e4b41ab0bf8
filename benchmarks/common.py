"""What every benchmark shares: where results go, and what machine and versions made them."""

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


def begin(config, data):
    """(config with what only the data says, a new TrainState, Batches): on one thread in bf16, as all comparisons are."""
    import torch

    from ganapp.data.batches import Batches
    from ganapp.training.state import TrainState

    torch.set_num_threads(1)
    config = config.replace(
        resolution=data.resolution, channels=data.channels, precision="bf16", threads=1,
        num_classes=data.num_classes if config.conditional else 0,
    )  # fmt: skip
    device = torch.device("cpu")
    draw = Batches(data, device, seed=config.seed, mirror=config.mirror, conditional=config.num_classes > 0)
    return config, TrainState.create(config, device), draw


def train_until(state, config, draw, seconds: float, spent: float = 0.0) -> float:
    """Train until so many processor seconds of training steps are spent, `spent` of them before; how many it came to.

    This process's own time: what neighbours on the machine take does not count. Ends sooner where a loss is not finite.
    """
    from ganapp.training.loop import train

    began = time.process_time() - spent
    for tick in train(state, config, draw):
        if time.process_time() - began >= seconds or not all(value.isfinite() for value in tick.stats.values()):
            break
    return time.process_time() - began


def averaged(state, config, labels):
    """The averaged generator, with its spec, as `ganapp.sample.generate` takes it; labels of the data or None."""
    from ganapp.training.averaging import averaged_generator

    G = averaged_generator(state, config, labels, batches=8)
    G.spec = config.spec()
    return G


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
