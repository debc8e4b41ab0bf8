"""How far pictures of one seed differ between instruction sets, threads and batches.

It is what the tolerance of the seed proof comes from (publishing/verifying.py). Draws seeds of every shipped
generator in processes of other kinds, one by one and in batches, and compares all pixels with those of a
process without settings:

    python benchmarks/proof.py --seeds 64

It also says how near another seed comes, which the tolerance must stay far below.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from common import ROOT, write_result

WAYS: dict[str, dict[str, str]] = {
    "without settings": {},
    "AVX2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"},
    "no vectors": {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41"},
    "one thread": {"OMP_NUM_THREADS": "1"},
    "one by one": {"GANAPP_ONE_BY_ONE": "1"},
}


def draw(seeds: int, out: Path) -> None:
    from ganapp.generators import load_generator
    from ganapp.latents import generate

    size = 1 if os.environ.get("GANAPP_ONE_BY_ONE") else 16
    arrays = {}
    for folder in sorted(path for path in (ROOT / "checkpoints").iterdir() if path.is_dir()):
        G = load_generator(folder)
        parts = [generate(G, list(range(i, min(i + size, seeds)))) for i in range(0, seeds, size)]
        arrays[folder.name] = np.concatenate(parts)
    np.savez(out, **arrays)


def difference(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(int) - b).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=64)
    parser.add_argument("--draw", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.draw:
        return draw(arguments.seeds, arguments.draw)
    found: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        drawn = {}
        for way, settings in WAYS.items():
            out = Path(folder) / f"{way}.npz"
            command = [sys.executable, __file__, "--seeds", str(arguments.seeds), "--draw", str(out)]
            subprocess.run(command, env=os.environ | settings, check=True)
            drawn[way] = dict(np.load(out))
        first = drawn.pop("without settings")
    for name, images in first.items():
        ways = {way: difference(images, arrays[name]) for way, arrays in drawn.items()}
        nearest = min(difference(a, b) for a, b in itertools.combinations(images, 2))
        found[name] = ways | {"nearest other seed": nearest}
        print(name, found[name])
    write_result("proof", {"seeds": arguments.seeds, "largest difference of 255": found})


if __name__ == "__main__":
    main()
