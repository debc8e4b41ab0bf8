"""BigGAN-deep (huggingface/pytorch-pretrained-BigGAN) -> networks/imported/biggan_deep.py.

Its norms have statistics for 51 truncations from 0 to 1; those of truncation 1 are imported. Our psi
truncates z, as
for any family without a w space, and differs from its truncation in two ways: it keeps the statistics of
truncation 1, and it redraws values beyond 2·psi instead of scaling a normal cut off at ±2. Layout from
pytorch_pretrained_biggan/model.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec

from ..layout import Imported, Layout

if TYPE_CHECKING:
    from torch import Tensor

ATTENTION = {
    "snconv1x1_theta": "query",
    "snconv1x1_phi": "key",
    "snconv1x1_g": "value",
    "snconv1x1_o_conv": "out",
}
HEADS = {"gen_z": "stem", "bn": "norm", "conv_to_rgb": "to_image"}


def convert(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    from ..folding import fold_spectral_norm

    if "embeddings.weight" not in tensors or "generator.layers.0.bn_0.running_means" not in tensors:
        return None
    tensors = fold_spectral_norm(tensors)
    entries = sorted({int(m[1]) for k in tensors if (m := re.match(r"generator\.layers\.(\d+)\.", k))})
    attention = [i for i in entries if f"generator.layers.{i}.gamma" in tensors]
    blocks = [i for i in entries if i not in attention]
    convs = [tensors[f"generator.layers.{i}.conv_3.weight"] for i in blocks]
    widths = [tensors["generator.layers.0.conv_0.weight"].shape[1], *(conv.shape[0] for conv in convs)]
    z_dim, num_classes = tensors["embeddings.weight"].shape
    args = {"widths": widths, "attended": blocks.index(attention[0] + 1) if attention else -1}
    spec = ModelSpec("biggan_deep", 4 * 2 ** (len(blocks) // 2), 3, num_classes, z_dim, args)
    found = {"embedding.weight": tensors.pop("embeddings.weight").t().contiguous()}
    for name, tensor in tensors.items():
        name = _rename(name.removeprefix("generator."), blocks)
        if name.startswith("to_image."):
            tensor = tensor[:3]  # it has as many outputs as channels; the first three are the image
        found[name] = tensor[-1] if name.endswith(("running_mean", "running_var")) else tensor
    return Imported(spec, found)


def _rename(name: str, blocks: list[int]) -> str:
    name = name.replace("running_means", "running_mean").replace("running_vars", "running_var")
    head, _, rest = name.partition(".")
    if head != "layers":
        return f"{HEADS.get(head, head)}.{rest}"
    entry, layer, *rest = rest.split(".")
    if int(entry) not in blocks:
        return ".".join(["attention", ATTENTION.get(layer, layer), *rest])
    kind, _, number = layer.partition("_")
    parts = ["norm", *rest] if kind == "bn" and rest[0].startswith("running") else rest
    return ".".join(
        ["blocks", str(blocks.index(int(entry))), {"bn": "norms", "conv": "convs"}[kind], number, *parts]
    )


LAYOUTS = (Layout("BigGAN-deep", "huggingface/pytorch-pretrained-BigGAN", convert),)
