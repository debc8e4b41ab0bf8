"""pix2pix and CycleGAN (junyanz/pytorch-CycleGAN-and-pix2pix): latest_net_G.pth -> our unet and translator.

The U-Net's keys are nested, a level in the other; those of the residual generator are numbers in one list.
Batch norms have averaged statistics in the file, but that project's test.py uses those of the picture unless
told --eval: the option `statistics`. Instance norms have no weights; old files hold averaged statistics of
them, too, which that project drops when it loads them. Layout from models/networks.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec
from ganapp.config.fields import RESOLUTIONS
from ganapp.config.model_spec import CHANNELS

from ..layout import Imported, Layout
from ..options import assumed

if TYPE_CHECKING:
    from torch import Tensor

RUNNING = ("running_mean", "running_var", "num_batches_tracked")
RESOLUTION = 256  # of a residual generator: no key tells it, and that project trains on 256 pixels by default
DEEPEST = 10  # levels of a U-Net


def unet(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    """UnetGenerator. A level is [down, (norm), next level, up, (norm)] with activations between."""
    prefixes = ["model.model.", "model.model.1.model."]
    while len(prefixes) <= DEEPEST and f"{prefixes[-1]}3.model.1.weight" in tensors:
        prefixes.append(f"{prefixes[-1]}3.model.")
    depth = len(prefixes)
    names = {f"{prefixes[0]}0": "downs.0", f"{prefixes[0]}3": "ups.0"}
    for i, prefix in enumerate(prefixes[1:-1], 1):
        names |= {f"{prefix}1": f"downs.{i}", f"{prefix}2": f"down_norms.{i}"}
        names |= {f"{prefix}5": f"ups.{i}", f"{prefix}6": f"up_norms.{i}"}
    last = depth - 1
    names |= {f"{prefixes[-1]}1": f"downs.{last}", f"{prefixes[-1]}3": f"ups.{last}"}
    names[f"{prefixes[-1]}4"] = f"up_norms.{last}"
    args = {"depth": depth}
    return _converted("unet", 2**depth, tensors, names, ("downs.0", "ups.0"), args, extra)


def resnet(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    """ResnetGenerator: pad, convolution, norm, ReLU; downs; blocks; ups; pad, convolution."""
    blocks = {int(m[1]) for key in tensors if (m := re.match(r"model\.(\d+)\.conv_block\.", key))}
    if not blocks or (min(blocks) - 4) % 3 or blocks != set(range(min(blocks), max(blocks) + 1)):
        return None
    downs, first = (min(blocks) - 4) // 3, min(blocks)
    names = {"model.1": "first.0", "model.2": "first.1"}
    for i in range(downs):
        names |= {f"model.{4 + 3 * i}": f"downs.{i}.0", f"model.{5 + 3 * i}": f"downs.{i}.1"}
        up = first + len(blocks) + 3 * i
        names |= {f"model.{up}": f"ups.{i}.0", f"model.{up + 1}": f"ups.{i}.1"}
    dropped = int(f"model.{first}.conv_block.6.weight" in tensors and _is_conv(tensors, first, 6))
    for i, at in enumerate(sorted(blocks)):
        block = f"model.{at}.conv_block"
        names |= {f"{block}.1": f"blocks.{i}.first", f"{block}.2": f"blocks.{i}.first_norm"}
        names |= {f"{block}.{5 + dropped}": f"blocks.{i}.second"}
        names |= {f"{block}.{6 + dropped}": f"blocks.{i}.second_norm"}
    names[f"model.{first + len(blocks) + 3 * downs + 1}"] = "last"
    args = {"blocks": len(blocks), "downs": downs} | ({"dropout": 0.5} if dropped else {})
    return _converted("translator", RESOLUTION, tensors, names, ("first.0", "last"), args, extra)


def _is_conv(tensors: dict[str, Tensor], block: int, layer: int) -> bool:
    return tensors[f"model.{block}.conv_block.{layer}.weight"].ndim == 4


def _converted(
    family: str,
    resolution: int,
    tensors: dict[str, Tensor],
    names: dict[str, str],
    ends: tuple[str, str],
    args: dict[str, Any],
    extra: dict[str, Any],
) -> Imported | None:
    """The tensors under our names; None if some have other keys, or the ends are no convolutions.

    names: their layers and ours. ends: our names of the first layer and of the last.
    """
    renamed = {}
    for key, tensor in tensors.items():
        layer, _, part = key.rpartition(".")
        if layer not in names:
            return None
        renamed[f"{names[layer]}.{part}"] = tensor
    first, last = (renamed.get(f"{end}.weight") for end in ends)
    if first is None or last is None or first.ndim != 4 or last.ndim != 4:
        return None
    channels = last.shape[1] if family == "unet" else last.shape[0]  # a transposed convolution has them last
    if first.shape[1] not in CHANNELS or channels not in CHANNELS:
        raise ValueError(
            f"This generator makes {channels} channels of {first.shape[1]}; only 1, 3 and 4 can be imported."
        )
    renamed, norm, notes = _normed(renamed, ends[1], extra)
    args |= {"width": first.shape[0], "up": "transposed", "residual": False} | norm
    args |= {"kernel": first.shape[2]} if family == "translator" else {}
    size = min(max(resolution, RESOLUTIONS[1]), RESOLUTIONS[-1])
    spec = ModelSpec(family, size, channels, 0, 0, args, takes="picture", in_channels=first.shape[1])
    return Imported(spec, renamed, notes=notes)


def _normed(
    tensors: dict[str, Tensor], last: str, extra: dict[str, Any]
) -> tuple[dict[str, Tensor], dict[str, Any], tuple[str, ...]]:
    """The tensors, the arguments of the norm, and notes.

    Batch norms have scales. Without, convolutions have a bias beside instance norms, and none beside no norm.
    The last layer always has one.
    """
    has_scales = any(t.ndim == 1 for key, t in tensors.items() if key.endswith(".weight"))
    averaged = any(key.endswith(RUNNING) for key in tensors)
    if has_scales and averaged and extra.get("statistics") == "running":
        return tensors, {"norm": "batch"}, ()
    bare = {key: t for key, t in tensors.items() if not key.endswith(RUNNING)}
    if has_scales:
        what = "it normalizes by each picture's own statistics, as its test.py does without --eval"
        notes = assumed(extra, "statistics", what, "running, for those of training") if averaged else ()
        return bare, {"norm": "instance", "affine": True}, notes
    if any(key.endswith(".bias") and key != f"{last}.bias" for key in bare):
        notes = ("Averaged statistics of instance norms in the file are not used.",) if averaged else ()
        return bare, {"norm": "instance"}, notes
    for key in [key for key in bare if key.endswith(".weight") and key != f"{last}.weight"]:
        weight, bias = bare[key], key.removesuffix("weight") + "bias"
        is_transposed = key.startswith("ups.")
        bare.setdefault(bias, weight.new_zeros(weight.shape[int(is_transposed)]))
    return bare, {"norm": "none"}, ()


LAYOUTS = (
    Layout("pix2pix U-Net", "junyanz/pytorch-CycleGAN-and-pix2pix", unet, ("statistics",)),
    Layout("CycleGAN ResNet generator", "junyanz/pytorch-CycleGAN-and-pix2pix", resnet, ("statistics",)),
)
