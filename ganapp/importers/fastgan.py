"""FastGAN (huggan/fastgan-…) and Projected GAN's generator -> models/imported/fastgan.py.

Read in autonomousvision/projected-gan pg_modules/{networks_fastgan,blocks}.py. The keys tell the two apart: FastGAN has to_128, and its
last layer no bias; Projected GAN brings z to the sphere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..config import ModelSpec
from .layout import Imported, Layout

if TYPE_CHECKING:
    from torch import Tensor


def convert(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    from .folding import fold_spectral_norm

    tensors = {k.removeprefix("synthesis."): t for k, t in tensors.items()}
    if not {"init.init.0.weight_orig", "se_64.main.1.weight_orig", "to_big.weight_orig"} <= set(tensors):
        return None
    if "embed.weight" in tensors:
        raise ValueError("This is a class-conditional Projected GAN; only unconditional ones can be imported.")
    projected = "to_128.weight_orig" not in tensors
    tensors = fold_spectral_norm(tensors)
    sizes = [size for size in (8, 16, 32, 64, 128, 256, 512, 1024) if f"feat_{size}.1.weight" in tensors]
    stem, to_image = tensors["init.init.0.weight"], tensors["to_big.weight"]
    outs = {size: tensors[f"feat_{size}.1.weight"].shape[0] // 2 for size in sizes}
    if projected:  # it keeps blocks that a small picture does not use: the picture is made of the map that fits
        sizes = [size for size in sizes if outs[size] >= to_image.shape[1]]
    widths = [stem.shape[1] // 2, *(outs[size] for size in sizes)]
    args = {
        "widths": widths, "double": [int(f"feat_{size}.5.weight" in tensors) for size in sizes], "sphere": projected,
        "bias": "to_big.bias" in tensors, "tanh": not projected and sizes[-1] == 1024,
    }  # fmt: skip
    spec = ModelSpec("fastgan", sizes[-1], to_image.shape[0], 0, stem.shape[0], args)
    found = {}
    for name, tensor in tensors.items():
        head, _, rest = name.partition(".")
        kind, _, size = head.partition("_")
        if head == "init":
            found[f"stem.{rest.removeprefix('init.')}"] = tensor
        elif kind == "feat" and int(size) in sizes:
            found[f"blocks.{sizes.index(int(size))}.{rest}"] = tensor
        elif kind == "se" and int(size) in sizes:
            found[f"excite.{size}.{rest.removeprefix('main.')}"] = tensor
        elif head == "to_big":
            found[f"to_image.{rest}"] = tensor
    return Imported(spec, found)


LAYOUTS = (Layout("FastGAN, Projected GAN", "autonomousvision/projected-gan", convert),)
