"""StyleGAN3 (NVIDIA), t and r: pickles and state dicts -> networks/imported/stylegan3.py.

Names of layers hold their size and channels, L3_52_512; sampling rates follow from the sizes, which exceed
the image by a margin. Layout from NVlabs/stylegan3 training/networks_stylegan3.py; filters are read, not
designed.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from ganapp.config import ModelSpec

from ..layout import Imported, Layout
from ..options import assumed
from .stylegan2 import RATE, at_usual_rate

if TYPE_CHECKING:
    from torch import Tensor

MARGIN, CLAMP, SCALE = 10, 256, 0.25  # usual ones; a pickle has its own
INPUT = {"freqs": "frequencies", "phases": "phases", "weight": "weight"}
LAYER = re.compile(r"synthesis\.(L(\d+)_(\d+)_(\d+))\.weight")


class Named(NamedTuple):
    """A layer's name in the file, and the side and channels of its output."""

    name: str
    size: int
    width: int


def convert(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    if not {"mapping.fc0.weight", "synthesis.input.freqs", "synthesis.input.affine.weight"} <= set(tensors):
        return None
    found = sorted(
        (int(m[2]), m[1], int(m[3]), int(m[4])) for name in tensors if (m := LAYER.fullmatch(name))
    )
    layers = [Named(*values[1:]) for values in found]
    if len(layers) < 3:
        raise ValueError("This StyleGAN3 generator has no layers under their usual names (L0_36_512 …).")
    if extra.get("mapping.fc0.activation", "lrelu") != "lrelu":
        raise ValueError("This StyleGAN3 generator has another activation in its mapping than lrelu.")
    _check_transform(tensors["synthesis.input.transform"])
    values, notes = _values(layers[0].name, extra)
    args = _args(tensors, layers, extra) | {"clamp": values["clamp"]}
    z_dim, classes = tensors["mapping.fc0.weight"].shape[1], 0
    if (embedding := tensors.get("mapping.embed.weight")) is not None:
        z_dim, classes = z_dim - embedding.shape[0], embedding.shape[1]
    spec = ModelSpec("stylegan3", layers[-1].size, layers[-1].width, classes, z_dim, args)
    return Imported(spec, _renamed(tensors, layers, values["mapping_rate"]), notes=notes)


def _check_transform(transform: Tensor) -> None:
    import torch

    if not torch.equal(transform, torch.eye(3)):
        raise ValueError(
            "This StyleGAN3 generator was saved with a rotation or translation of its own (input.transform), "
            "which cannot be imported."
        )


def _values(first: str, extra: dict[str, Any]) -> tuple[dict[str, float], tuple[str, ...]]:
    """Clamp and rate of the mapping, and notes on those that neither the file nor the user tells."""
    known = {"clamp": f"synthesis.{first}.conv_clamp", "mapping_rate": "mapping.fc0.bias_gain"}
    told = {name: extra[key] for name, key in known.items() if key in extra}
    told = ({"clamp": 0} if "mapping_rate" in told else {}) | told  # of a pickle without clamp: None
    told |= {name: extra[name] for name in known if name in extra}
    notes = assumed(
        told, "clamp", f"its activations are clamped to {CLAMP}", "0, as after training in float32"
    )
    notes += assumed(told, "mapping_rate", f"its mapping has lr_multiplier {RATE}", "NUMBER")
    return {"clamp": CLAMP, "mapping_rate": RATE} | told, notes


def _args(tensors: dict[str, Tensor], layers: list[Named], extra: dict[str, Any]) -> dict[str, Any]:
    """Sizes of the network. Raises ValueError if they are not those of one that can be built."""
    inner, resolution = layers[:-1], layers[-1].size
    margin = extra.get("synthesis.margin_size", MARGIN)
    rates = [layer.size - 2 * margin for layer in inner[:-1]] + [resolution]
    rates, sizes = [rates[0], *rates], [inner[0].size, *(layer.size for layer in inner)]
    kernel, taps, radial = tensors[f"synthesis.{inner[0].name}.weight"].shape[2], set(), 0
    for layer, (before, after) in zip(inner, pairwise(rates), strict=True):
        fine = 2 * max(before, after)
        prefix = f"synthesis.{layer.name}"
        up, down = tensors[f"{prefix}.up_filter"], tensors[f"{prefix}.down_filter"]
        taps |= {len(up) * before / fine, len(down) * after / fine}
        radial += down.ndim == 2
        if extra.get(f"{prefix}.up_factor", fine / before) != fine / before:
            taps = set()
            break
    if len(taps) != 1 or not min(taps).is_integer():
        raise ValueError(
            f"The filters of this StyleGAN3 generator do not fit to maps with a margin of {margin}, so "
            "it cannot be imported."
        )
    return {
        "widths": [tensors["synthesis.input.weight"].shape[0], *(layer.width for layer in inner)],
        "sizes": sizes,
        "rates": rates,
        "w_dim": tensors["mapping.w_avg"].shape[0],
        "mapping_layers": sum(re.fullmatch(r"mapping\.fc\d+\.weight", name) is not None for name in tensors),
        "kernel": kernel,
        "taps": int(min(taps)),
        "radial": radial,
        "scale": float(extra.get("synthesis.output_scale", SCALE)),
    }


def _renamed(tensors: dict[str, Tensor], layers: list[Named], rate: float) -> dict[str, Tensor]:
    places = {layer.name: f"layers.{i}" for i, layer in enumerate(layers)} | {layers[-1].name: "to_rgb"}
    found = {}
    for name, tensor in tensors.items():
        head, _, rest = name.removeprefix("synthesis.").partition(".")
        if head == "input":
            if rest != "transform":
                found[f"input.{INPUT.get(rest, rest)}"] = tensor
        elif head in places:
            if rest == "weight" and places[head] != "to_rgb":
                tensor = tensor * tensor.square().mean((1, 2, 3), keepdim=True).rsqrt()
            found[f"{places[head]}.{rest.replace('magnitude_ema', 'magnitude')}"] = tensor
        else:
            found[_mapping_name(name)] = tensor
    return at_usual_rate(found, rate)


def _mapping_name(name: str) -> str:
    name = re.sub(r"^mapping\.fc(\d+)\.", r"mapping.layers.\1.", name).replace("mapping.w_avg", "w_avg")
    return name.replace("mapping.embed.", "mapping.embedding.")


LAYOUTS = (Layout("StyleGAN3", "NVlabs/stylegan3", convert, ("clamp", "mapping_rate")),)
