"""A small convolutional classifier with one head per question: built, trained and run.

classifier.py and distances/twosample.py say what the heads are asked. Random numbers come from its own
generators: equal data, seed and number of threads give equal weights, and a training run in the same process
is not disturbed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ganapp.data import Cancelled
from ganapp.pixels import to_unit

if TYPE_CHECKING:
    import torch

LARGEST = 64  # pixels; larger images are averaged down to this first
FINEST = 32  # pixels; for larger images the first layer has stride 2, a quarter of the work
WIDTH = 32  # channels of the first layer
BATCH = 128
RATE, DECAY = 3e-3, 1e-2  # of AdamW: highest learning rate, weight decay
WARM_UP = 0.1  # share of the steps until the highest learning rate

OnProgress = Callable[[int, int], None]  # (done, total)


def build(channels: int, resolution: int, heads: Mapping[str, int], seed: int) -> torch.nn.ModuleDict:
    """A network with new weights; heads: {name: number of answers K}.

    Its modules are "trunk": images (N, C, R, R) in [-1, 1] -> features (N, F), and "heads": {name: features
    -> logits (N, K)}.
    """
    import torch
    from torch import nn

    size, blocks = min(resolution, LARGEST), []
    if resolution > LARGEST:
        blocks.append(nn.AdaptiveAvgPool2d(LARGEST))
    wide, narrow = WIDTH, channels
    with torch.device("meta"):  # weights are drawn below, with our own generator
        while True:
            stride = 1 if narrow == channels and size <= FINEST else 2
            conv = nn.Conv2d(narrow, wide, 3, stride, 1, bias=False)
            blocks += [conv, nn.BatchNorm2d(wide), nn.ReLU()]
            size = math.ceil(size / stride)
            if size <= 4:
                break
            narrow, wide = wide, min(2 * wide, 4 * WIDTH)
        blocks += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        parts = {
            "trunk": nn.Sequential(*blocks),
            "heads": nn.ModuleDict({k: nn.Linear(wide, n) for k, n in heads.items()}),
        }
        network = nn.ModuleDict(parts)
    network.to_empty(device="cpu")
    random = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=random)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
    return network


def train(
    network: torch.nn.ModuleDict,
    take: Callable[[np.ndarray], np.ndarray],
    targets: Mapping[str, np.ndarray],
    seen: int,
    seed: int,
    device: str | torch.device = "cpu",
    shift: bool = True,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Train on about `seen` images (with repetition) in random order, then switch to eval mode.

    take(indices (B,)) -> uint8 (B, C, R, R). targets: {head: int64 (N,)}, -1 for images without an answer.
    The loss is the sum of the heads' cross entropies. shift: each batch is shifted by up to a sixteenth of
    its size. Raises Cancelled if `cancelled` returns True.
    """
    import torch
    import torch.nn.functional as F

    count = len(next(iter(targets.values())))
    batch = min(BATCH, max(8, count // 8))
    steps = max(1, round(seen / batch))
    random = np.random.default_rng(seed)
    answers = {name: torch.as_tensor(values, device=device) for name, values in targets.items()}
    network.to(device).train().requires_grad_(True)
    adam = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    order = np.empty(0, np.int64)
    with torch.enable_grad(), torch.autocast(torch.device(device).type, enabled=False):
        for step in range(steps):
            if cancelled is not None and cancelled():
                raise Cancelled("training the classifier was cancelled")
            if on_progress:
                on_progress(step * batch, steps * batch)
            if len(order) < batch:
                order = np.concatenate([order, random.permutation(count)])
            rows, order = np.sort(order[:batch]), order[batch:]
            x = as_input(take(rows), device)
            x = shifted(x, random) if shift else x
            features = network["trunk"](x)
            loss = sum(
                F.cross_entropy(head(features), answers[name][rows], ignore_index=-1)
                for name, head in network["heads"].items()
            )
            part = (step + 1) / steps
            for group in adam.param_groups:
                group["lr"] = RATE * min(part / WARM_UP, (1 + math.cos(math.pi * part)) / 2)
            adam.zero_grad(set_to_none=True)
            loss.backward()
            adam.step()
    network.eval().requires_grad_(False)


def shifted(x: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """x (N, C, H, W) with all images shifted by the same few pixels, mirrored at the border. Same shape."""
    import torch.nn.functional as F

    most = max(1, min(x.shape[2], LARGEST) // 16)
    top, left = (int(k) for k in random.integers(0, 2 * most + 1, 2))
    h, w = x.shape[2:]
    return F.pad(x, (most,) * 4, mode="reflect")[:, :, top : top + h, left : left + w]


def as_input(images: np.ndarray, device: str | torch.device) -> torch.Tensor:
    """uint8 (N, C, H, W) -> float32 in [-1, 1]."""
    import torch

    return to_unit(torch.from_numpy(np.ascontiguousarray(images)).to(device))


def run(
    network: torch.nn.ModuleDict, images: np.ndarray, device: str | torch.device = "cpu", batch: int = 256
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Outputs for uint8 images (N, C, R, R): (features float32 (N, F), {head: probabilities (N, K)})."""
    import torch

    features, answers = [], {name: [] for name in network["heads"]}
    with torch.inference_mode(), torch.autocast(torch.device(device).type, enabled=False):
        for start in range(0, len(images), batch):
            found = network["trunk"](as_input(images[start : start + batch], device))
            features.append(found.cpu().numpy())
            for name, head in network["heads"].items():
                answers[name].append(head(found).softmax(1).cpu().numpy())
    return np.concatenate(features), {name: np.concatenate(parts) for name, parts in answers.items()}


def parts_of(images, size: int = 2048) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (start, uint8 (B, C, R, R)) of data.Images, which need not fit in memory."""
    for start in range(0, len(images), size):
        yield start, images.take(np.arange(start, min(start + size, len(images))))
