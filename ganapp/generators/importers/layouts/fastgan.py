"""FastGAN, in its author's names or huggan's, and Projected GAN -> networks/imported/fastgan.py.

FastGAN has to_128 and no bias in its last layer; Projected GAN has no to_128, and normalizes z to the sphere.
Layouts from models.py of FastGAN as its author wrote it (2021), models.py and layers.py of
huggan/fastgan-few-shot-anime-face, and autonomousvision/projected-gan
pg_modules/{networks_fastgan,blocks}.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec

from ..layout import Imported, Layout

if TYPE_CHECKING:
    from torch import Tensor

STEM = "init.init.0.weight_orig"
HUGGAN = (  # huggan's names -> the author's; the network is the author's of 1024 pixels
    (r"^_init\._layers\.", "init.init."), (r"^_upsample_(\d+)\._layers\.", r"feat_\1."),
    (r"^_sle_(\d+)\._layers\.", r"se_\1.main."), (r"^_out_128\.0\.", "to_128."),
    (r"^_out_1024\.0\.", "to_big."), (r"\._conv\.", "."), (r"\._weight$", ".weight"),
)  # fmt: skip


def convert(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    from ..folding import fold_spectral_norm

    if "_init._layers.0._conv.weight_orig" in tensors:
        tensors = {_from_huggan(k): t for k, t in tensors.items()}
    tensors = {k.removeprefix("synthesis."): t for k, t in tensors.items()}
    if not {STEM, "se_64.main.1.weight_orig", "to_big.weight_orig"} <= set(tensors):
        return None
    if "embed.weight" in tensors:
        raise ValueError(
            "This is a class-conditional Projected GAN; only unconditional ones can be imported."
        )
    projected = "to_128.weight_orig" not in tensors
    tensors = fold_spectral_norm(tensors, transposed=("init.init.0.",))
    sizes = [size for size in (8, 16, 32, 64, 128, 256, 512, 1024) if f"feat_{size}.1.weight" in tensors]
    stem, to_image = tensors["init.init.0.weight"], tensors["to_big.weight"]
    if to_image.shape[0] not in (1, 3):
        raise ValueError(
            f"This FastGAN makes pictures of {to_image.shape[0]} channels; only 1 and 3 can be imported."
        )
    outs = {size: tensors[f"feat_{size}.1.weight"].shape[0] // 2 for size in sizes}
    if projected:  # the file also has blocks beyond the image's size, with fewer channels than to_big takes
        sizes = [size for size in sizes if outs[size] >= to_image.shape[1]]
    widths = [stem.shape[1] // 2, *(outs[size] for size in sizes)]
    args = {
        "widths": widths, "double": [int(f"feat_{size}.5.weight" in tensors) for size in sizes],
        "sphere": projected, "bias": "to_big.bias" in tensors, "tanh": not projected and sizes[-1] == 1024,
    }  # fmt: skip
    spec = ModelSpec("fastgan", sizes[-1], to_image.shape[0], 0, stem.shape[0], args)
    return Imported(spec, _renamed(tensors, sizes))


def _from_huggan(name: str) -> str:
    for pattern, replacement in HUGGAN:
        name = re.sub(pattern, replacement, name)
    return name


def _renamed(tensors: dict[str, Tensor], sizes: list[int]) -> dict[str, Tensor]:
    """The tensors under our names, without to_128 and blocks that the image does not use."""
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
    return found


LAYOUTS = (Layout("FastGAN, Projected GAN", "autonomousvision/projected-gan", convert),)
