"""What the original code gave for weights that both sides draw alike, and an imported generator's pictures held against it."""

import json
from pathlib import Path

import numpy as np
import torch

from ganapp.generators import load_generator
from ganapp.generators.importers import import_checkpoint

# Processors differ in how they add up a convolution: 8e-6 on one, 1.5e-5 on another.
ATOL = 3e-5


def imported(path: Path, content: dict):
    """The generator that a checkpoint of this content becomes; `path`: what its project calls such a file."""
    torch.save(content, path)
    return load_generator(import_checkpoint(path, path.parent / "out"))


class Original:
    """One project's NAME.json and NAME.npz. `cases`: name -> seed, shapes, sizes, and the stride between the pixels that are kept."""

    def __init__(self, project: str):
        self._path = Path(__file__).parent / project
        self.cases = json.loads(self._path.with_suffix(".json").read_text())

    def read(self, case: str, *parts: str) -> list[torch.Tensor]:
        """z (N, z_dim) or small (N, C, H, W), y (N,), images (N, C, H, W) and the like."""
        stored = np.load(self._path.with_suffix(".npz"))
        return [torch.from_numpy(stored[f"{case}.{part}"]) for part in parts]

    def given(self, case: str) -> torch.Tensor:
        """What the case's network takes: latents (N, z_dim), or pictures (N, C, side, side), stored small."""
        if "side" not in self.cases[case]:
            return self.read(case, "z")[0]
        side = self.cases[case]["side"]
        return torch.nn.functional.interpolate(
            self.read(case, "small")[0], size=(side, side), mode="bilinear"
        )

    def pictures(self, G, case: str, of: slice = slice(None)) -> torch.Tensor:
        """The kept pixels of G's own pictures, of all that the case gives or of some."""
        stride, given = self.cases[case].get("stride", 1), self.given(case)[of]
        with torch.no_grad():
            if G.spec.takes == "picture":
                return G(given)[:, :, ::stride, ::stride]
            y = self.read(case, "y")[0][of] if G.spec.num_classes else None
            return G(given, y)[:, :, ::stride, ::stride]

    def difference(self, G, case: str) -> float:
        """The largest one of a pixel; the original is clamped to [-1, 1], as G's pictures are."""
        (wanted,) = self.read(case, "images")
        return float((self.pictures(G, case) - wanted.clamp(-1, 1)).abs().max())

    def check(self, G, case: str, atol: float, *, contrast: float, variety: float) -> None:
        """Sizes and pictures are the original's; `contrast` and `variety`: what there is at least to compare."""
        sizes = self.cases[case]
        for name in {"resolution", "channels", "num_classes"} & sizes.keys():
            assert getattr(G.spec, name) == sizes[name], f"{name}: {getattr(G.spec, name)}, not {sizes[name]}"
        (wanted,) = self.read(case, "images")
        assert wanted.std() > contrast and (wanted[0] - wanted[1]).abs().mean() > variety
        difference = self.difference(G, case)
        assert difference < atol, f"a pixel of {case} differs by {difference}"

    def check_batches(self, G, case: str, atol: float) -> None:
        """Little of the original is clamped, and a picture does not depend on the others of its batch."""
        (wanted,) = self.read(case, "images")
        assert (wanted.abs() > 0.999).float().mean() < 0.1
        apart = self.pictures(G, case, slice(1, None)) - self.pictures(G, case)[1:]
        assert apart.abs().max() < atol, (
            f"a picture of {case} differs by {apart.abs().max()} without the others"
        )
