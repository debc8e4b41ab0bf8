"""Probe: times a few real training steps to choose precision and number of threads for a machine."""

from __future__ import annotations

import math
import os
import time

from ganapp.config import TrainConfig

BF16_GAIN = 1.15  # bf16 must be this many times faster than fp32 to be chosen
PROBE_BATCH = 16
LAZY_PENALTIES = ("r1", "r2", "gp", "path_length")  # each has an interval in steps


def probe(config: TrainConfig, device) -> tuple[str, int]:
    """The fastest (precision, threads) for a configuration on this machine.

    Precision is "fp32" or "bf16". A value that the configuration sets is returned as it is and not measured.
    """
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if device.type in ("cuda", "mps"):
        fastest = "bf16" if device.type == "cuda" and torch.cuda.is_bf16_supported() else "fp32"
        return (fastest if config.precision == "auto" else config.precision), config.threads or cores
    before = torch.get_num_threads()
    try:
        threads = config.threads or _fastest_threads(config, device, cores)
        torch.set_num_threads(threads)
        if config.precision != "auto":
            return config.precision, threads
        fp32 = step_sec(config.replace(precision="fp32"), device)
        bf16 = step_sec(config.replace(precision="bf16"), device, hopeless=2 * fp32)
        return ("bf16" if fp32 > BF16_GAIN * bf16 else "fp32"), threads
    finally:
        torch.set_num_threads(before)


def measure(config: TrainConfig, device) -> float:
    """Images/s of a configuration on this machine, with the precision and threads that a run would choose."""
    import torch

    precision, threads = probe(config, device)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        config = config.replace(precision=precision)
        plain = step_sec(config.replace(**dict.fromkeys(LAZY_PENALTIES, 0)), device)
        full = step_sec(config, device)
        used = [name for name in LAZY_PENALTIES if getattr(config, name)]
        interval = min([getattr(config, f"{name}_interval") for name in used] or [1])
        return min(config.batch, PROBE_BATCH) * config.d_steps / (plain + max(full - plain, 0) / interval)
    finally:
        torch.set_num_threads(before)


def _fastest_threads(config: TrainConfig, device, cores: int) -> int:
    """All cores or half of them: on a shared machine two threads can be slower than one."""
    import torch

    config = config.replace(precision="fp32")
    times = {}
    for threads in dict.fromkeys((cores, max(cores // 2, 1))):
        torch.set_num_threads(threads)
        times[threads] = step_sec(config, device)
    return min(times, key=times.get)


def step_sec(config: TrainConfig, device, steps: int = 3, hopeless: float = math.inf) -> float:
    """Seconds of the fastest of `steps` training steps on random images, after one warm-up step.

    Every penalty is applied at every step. The batch is at most PROBE_BATCH. A growing network is measured at
    its full resolution, where it spends most of its time. After a step that takes `hopeless` seconds or more
    no further one is tried: some processors compute bf16 ten times slower than fp32.
    """
    import torch

    from .algorithm import algorithm_of, new_state
    from .batch_source import Real
    from .loop import train

    config = config.replace(
        batch=min(config.batch, PROBE_BATCH),
        grow_kimg=0,
        **{f"{name}_interval": 1 for name in LAZY_PENALTIES},
    )
    algorithm, state = algorithm_of(config), new_state(config, device)
    stacked = config.in_channels if config.task == "pairs" else 0
    shape = (config.batch, stacked + config.channels, config.resolution, config.resolution)
    images = torch.rand(shape, generator=torch.Generator().manual_seed(0)).to(device) * 2 - 1
    images = images.contiguous(memory_format=torch.channels_last)
    y = torch.arange(config.batch, device=device) % config.num_classes if config.num_classes else None
    real = Real(lambda nimg, size: (images, y), inputs=lambda nimg, size: (images.flip(0), None))
    source = algorithm.source(config, real, device)
    ticks = train(state, config, source, algorithm.turns(config))
    next(ticks)
    times = []
    for _ in range(steps):
        began = time.perf_counter()
        next(ticks)
        times.append(time.perf_counter() - began)
        if times[-1] >= hopeless:
            break
    return min(times)
