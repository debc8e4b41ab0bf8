"""mimicry (kwotsin/mimicry): netG_N_steps.pth = {model_state_dict, …} -> networks/imported/mimicry.py.

DCGAN, SNGAN, WGAN-GP, SSGAN and InfoMax-GAN share one generator; cGAN-PD adds conditional norms, SAGAN
attention. DCGANGeneratorCIFAR ends in a sigmoid instead of tanh, which no key tells: the option `output`
does. Layout from torch_mimicry/nets and modules/{resblocks,layers}.py.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec

from ..layout import Imported, Layout
from ..options import as_tanh, assumed

if TYPE_CHECKING:
    from torch import Tensor

LAYERS = {"b1": "norm1", "c1": "conv1", "b2": "norm2", "c2": "conv2", "c_sc": "shortcut"}
ATTENTION = {"theta": "query", "phi": "key", "g": "value", "o": "out", "gamma": "gamma"}
# Number of blocks -> the block that attention follows, of SAGAN 32 and 128. No key tells it.
ATTENDED = {3: 2, 5: 3}


def convert(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    from ..folding import fold_spectral_norm

    if (
        not any(f"l1.{name}" in tensors for name in ("weight", "weight_orig"))
        or "block2.c1.bias" not in tensors
    ):
        return None
    tensors = fold_spectral_norm(tensors)
    count = sum(f"block{i + 2}.c1.weight" in tensors for i in range(len(tensors)))
    last = count + 2  # block2, block3 …, then b5 and c5
    if f"c{last}.weight" not in tensors or f"b{last}.running_mean" not in tensors:
        return None
    convs = [tensors[f"block{i + 2}.c1.weight"] for i in range(count)]
    widths = [convs[0].shape[1], *(conv.shape[0] for conv in convs)]
    bottom = math.isqrt(tensors["l1.weight"].shape[0] // widths[0])
    table = tensors.get("block2.b1.embed.weight")
    args: dict[str, Any] = {"widths": widths}
    if any(name.startswith("attn_block.") for name in tensors):
        if count not in ATTENDED:
            raise ValueError(
                f"This SAGAN of mimicry has {count} blocks; which one attention follows is known for 3 and 5."
            )
        args["attention"] = ATTENDED[count]
    spec = ModelSpec(
        "mimicry",
        resolution=bottom << count,
        channels=tensors[f"c{last}.weight"].shape[0],
        num_classes=0 if table is None else table.shape[0],
        z_dim=tensors["l1.weight"].shape[1],
        args=args,
    )
    # The one with a sigmoid has the sizes of the others of 32 pixels.
    unknown = spec.resolution == 32 and not spec.num_classes and "attention" not in args
    notes = assumed(extra, "output", "it ends in tanh", "sigmoid, for DCGANGeneratorCIFAR") if unknown else ()
    renamed = as_tanh(_renamed(tensors, last), "to_image", extra.get("output"))
    return Imported(spec, renamed, notes=notes)


def _renamed(tensors: dict[str, Tensor], last: int) -> dict[str, Tensor]:
    heads = {"l1": "linear", f"b{last}": "norm", f"c{last}": "to_image"}
    renamed = {}
    for name, tensor in tensors.items():
        first, _, rest = name.partition(".")
        if first.startswith("block"):
            layer, _, rest = rest.partition(".")
            name = f"blocks.{int(first.removeprefix('block')) - 2}.{LAYERS.get(layer, layer)}"
            if rest == "embed.weight":  # (classes, 2 · channels): gains, then biases
                gain, bias = tensor.chunk(2, dim=1)
                renamed |= {f"{name}.gain.weight": gain.t() - 1, f"{name}.bias.weight": bias.t()}
                continue
            in_norm = "norm." if layer in ("b1", "b2") else ""
            name += f".{in_norm}{rest.removeprefix('bn.')}"
        elif first == "attn_block":
            layer, _, rest = rest.partition(".")
            name = ".".join(filter(None, ("attention", ATTENTION.get(layer, layer), rest)))
        elif first in heads:
            name = f"{heads[first]}.{rest}"
        renamed[name] = tensor
    return renamed


LAYOUTS = (Layout("mimicry (SNGAN, SAGAN, cGAN-PD …)", "kwotsin/mimicry", convert, ("output",)),)
