"""A StyleGAN2 of real size through all that the editor does: processor seconds and memory, on one thread.

    python benchmarks/edit_real_size.py [--resolution 256 1024] [--few]

The weights are random, with the keys and shapes of configuration F of stylegan2-ada-pytorch, 25 and 30
million of them, so that what is drawn is no face; nothing here is a figure of quality. Each size runs in a
process of its own: import of the file, a picture, directions by the weights and by 200 samples, an edited
picture, styles of another one, what the pace says of a fit, then a fit, a repair and a drag of few steps each
(--few: one or two), and what they would take in all. Peaks are of the whole process, PyTorch with it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import ROOT, write_result
from import_memory import peak_mb, weights


def equalized(tensors: dict[str, Any]) -> dict[str, Any]:
    """Styles of about 1, as trained ones have, and little noise, so that pictures depend on the latent."""
    return {
        name: tensor + 1 if name.endswith("affine.bias") else tensor * (0.1 if "noise_str" in name else 1)
        for name, tensor in tensors.items()
    }


def one(resolution: int, few: bool) -> dict[str, Any]:
    """All steps in this process: {step: {"cpu_sec", "peak_mb"}}."""
    import torch

    torch.set_num_threads(1)
    found: dict[str, Any] = {}

    def timed(name: str, act: Callable[[], Any]) -> Any:
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        began = time.process_time()
        made = act()
        found[name] = {"cpu_sec": round(time.process_time() - began, 2), "peak_mb": round(peak_mb())}
        print(name, found[name], file=sys.stderr, flush=True)
        return made

    with tempfile.TemporaryDirectory(prefix="ganapp-real-") as folder:
        steps(Path(folder), resolution, few, timed, found)
    return found


def steps(folder: Path, resolution: int, few: bool, timed: Callable, found: dict[str, Any]) -> None:
    import torch

    from ganapp.generators import load_generator
    from ganapp.generators.importers import import_checkpoint

    file = folder / "G_ema.pt"
    torch.save(equalized(weights(resolution)), file)
    found["file_mb"] = round(file.stat().st_size / 1024**2)
    timed("import", lambda: import_checkpoint(file, folder / "model"))
    G = timed("load", lambda: load_generator(folder / "model"))
    edited(G, timed)
    fitted(G, 1 if few else 5, timed, found)


def edited(G: Any, timed: Callable) -> None:
    """Pictures, directions, mixing."""
    from ganapp import latents

    plain = timed("picture", lambda: latents.draw_edit(G, latents.Edit(7)))
    assert plain.std() > 2 and plain.shape == (G.spec.resolution, G.spec.resolution, 3)
    ways = timed("directions by the weights", lambda: latents.weight_directions(G, 8))
    timed("directions by 200 samples", lambda: latents.principal_directions(G, 8, samples=200))
    edit = latents.Edit(7).then(latents.Move(ways[0].name, 2.0))
    moved = timed("edited picture", lambda: latents.draw_edit(G, edit, latents.Directions(tuple(ways))))
    assert (moved != plain).any()
    mix = latents.mix_of(G, latents.Edit(7), latents.Edit(9), layers=latents.parse_layers(G, "coarse"))
    mixed = timed("styles of another", lambda: latents.draw_edit(G, mix))
    assert (mixed != plain).any()
    same = latents.mix_of(G, latents.Edit(7), latents.Edit(7), layers=latents.parse_layers(G, "coarse"))
    assert (latents.draw_edit(G, same) == plain).all()


def fitted(G: Any, count: int, timed: Callable, found: dict[str, Any]) -> None:
    """A fit, a repair and a drag of few steps, and what the whole of them would take."""
    from dataclasses import replace

    from ganapp import latents
    from ganapp.degradations import damage_of
    from ganapp.latents.drag import drag
    from ganapp.latents.fitting import effort_for
    from ganapp.latents.invert import invert
    from ganapp.latents.pace import pace_of, searched
    from ganapp.latents.restore import restore

    whole = effort_for(G)
    pace = timed("measuring the pace", lambda: pace_of(G))
    found["whole fit, seconds said"] = round(pace.fit(whole, searched(G, whole)))
    found["whole drag of 150 steps, seconds said"] = round(pace.drag(150))
    effort = replace(whole, seeds=2 * count, steps=2 * count, tuning_steps=count, samples=count)
    found["few, seconds said"] = round(pace.fit(effort, searched(G, effort)), 1)
    picture = latents.draw_edit(G, latents.Edit(70))
    fit = timed("a fit of few steps", lambda: list(invert(G, picture, effort=effort))[-1])
    assert fit.tuned and fit.latent.shape == (G.num_ws, 512) and max(fit.preview.shape) == 128
    small = picture[::4, ::4].copy()
    best = timed(
        "a repair of few steps", lambda: list(restore(G, small, damage_of("small:4"), effort=effort))[-1]
    )
    assert best.images.shape[1:] == picture.shape
    middle = G.spec.resolution / 2
    points, targets = [[middle, middle]], [[middle + 10, middle]]
    dragged = timed(
        "a drag of few steps", lambda: list(drag(G, latents.Edit(7), points, targets, steps=count))
    )
    assert dragged[-1].done


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--resolution", type=int, nargs="+", default=[256, 1024])
    parser.add_argument("--few", action="store_true", help="one step of each, and nothing is written")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(one(args.one, args.few)))
        return
    found: dict[str, Any] = {}
    for resolution in args.resolution:
        command = [sys.executable, __file__, "--one", str(resolution), *(["--few"] if args.few else [])]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        found[str(resolution)] = json.loads(done.stdout.splitlines()[-1])
    if not args.few:
        write_result("edit_real_size", {"what": __doc__.splitlines()[0], "load": os.getloadavg()[0], **found})


if __name__ == "__main__":
    main()
