"""lightweight-gan (lucidrains) -> networks/imported/lightweight.py.

A file model_N.pt has one state dict, GAN, in which GE is the averaged generator. With four channels the last
one is alpha, beside straight colours. Layout from lightweight_gan/lightweight_gan.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec
from ganapp.config.model_spec import CHANNELS

from ..layout import Imported, Layout

if TYPE_CHECKING:
    from torch import Tensor

BLOCK = {"0.net.0": "0", "2.1": "5", "3": "6", "4": "7"}  # number of a layer in their block -> in ours
EXCITE = {"to_k": "to_key", "net": "gate", "dct_weights": "cosines"}
ATTENTION = {
    "norm.g": "gain", "norm.b": "bias", "fn.to_lin_q": "linear_query", "fn.to_lin_kv.net.0": "linear_depth",
    "fn.to_lin_kv.net.1": "linear_point", "fn.to_q": "query", "fn.to_kv": "key_value", "fn.to_out": "out",
}  # fmt: skip


def convert(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    if not {"initial_conv.0.weight", "out_conv.weight", "layers.0.0.0.net.0.weight"} <= set(tensors):
        return None
    count = sum(f"layers.{i}.0.0.net.0.weight" in tensors for i in range(len(tensors)))
    widths = [tensors[f"layers.{i}.0.2.1.weight"].shape[0] // 2 for i in range(count)]
    z_dim, channels = tensors["initial_conv.0.weight"].shape[0], tensors["out_conv.weight"].shape[0]
    if channels not in CHANNELS:
        raise ValueError(
            f"This lightweight-gan makes pictures of {channels} channels; only 1, 3 and 4 can be imported."
        )
    attended = [4 * 2**i for i in range(count) if f"layers.{i}.2.norm.g" in tensors]
    args = {
        "widths": widths,
        "attention": attended,
        "frequency": any(k.endswith("dct_weights") for k in tensors),
    }
    spec = ModelSpec("lightweight", 4 * 2**count, channels, 0, z_dim, args)
    # The kernel of the blur (f) is not a weight.
    return Imported(spec, {_rename(k): t for k, t in tensors.items() if not k.endswith(".0.1.f")})


def _rename(name: str) -> str:
    match = re.fullmatch(r"layers\.(\d+)\.(\d)\.(.+)", name)
    if match is None:
        return name.replace("initial_conv", "stem").replace("out_conv", "to_image")
    level, part, rest = int(match[1]), int(match[2]), match[3]
    table = (BLOCK, EXCITE, ATTENTION)[part]
    old = max((key for key in table if rest == key or rest.startswith(key + ".")), key=len, default="")
    new = rest.replace(old, table.get(old, ""), 1)
    where = (f"blocks.{level}", f"excite.{8 * 2**level}", f"attention.{4 * 2**level}")[part]
    return f"{where}.{new}"


LAYOUTS = (Layout("lightweight-gan", "lucidrains/lightweight-gan", convert),)
