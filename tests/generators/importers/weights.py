"""Random weights that both sides of a comparison draw alike: the original code, elsewhere, and an importer's test, here."""

import math
import zlib

import numpy as np
import torch


def draw(shapes: dict[str, list[int]], seed: int) -> dict[str, torch.Tensor]:
    """A tensor for each key of a state dict, a function of key, shape and seed alone; float32, counters int64.

    Variances and the gains of norms lie in 0.5 to 1.5, weights are normal with 0.5 / √fan_in, biases and the like with 0.1;
    the vectors of spectral norm have length 1.
    """
    drawn = {}
    for key in sorted(shapes):
        shape, last = shapes[key], key.rpartition(".")[2]
        random = np.random.RandomState(zlib.crc32(key.encode()) ^ seed)
        if last == "num_batches_tracked":
            drawn[key] = torch.zeros(shape, dtype=torch.int64)
            continue
        if last in ("running_var", "running_vars") or (last == "weight" and len(shape) == 1):
            values = random.uniform(0.5, 1.5, shape)
        elif len(shape) >= 2:
            values = random.randn(*shape) * 0.5 / math.sqrt(math.prod(shape[1:]))
        else:
            values = random.randn(*shape) * 0.1
        if last.endswith(("_u", "_v")):
            values = values / np.linalg.norm(values)
        drawn[key] = torch.from_numpy(np.asarray(values, np.float32))
    return drawn
