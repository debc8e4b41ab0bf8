"""StyleGAN2 with NVIDIA's keys (stylegan2-ada-pytorch, stylegan3, StudioGAN) or rosinality's.

It becomes our stylegan2 family, or networks/imported/nvidia_stylegan2.py if its channels or its size are not
possible in our family or its activations are clamped. Layouts from NVlabs/stylegan2-ada-pytorch
training/networks.py and rosinality/stylegan2-pytorch model.py.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec
from ganapp.config.fields import RESOLUTIONS

from ..layout import Imported, Layout
from ..options import assumed

if TYPE_CHECKING:
    from torch import Tensor

MEAN_OF = 4096  # latents whose mean w replaces a missing w_avg, as in rosinality's generate.py

RATE = 0.01  # usual learning rate of the mapping, relative to the rest of G
# Attributes of a pickle's modules that must have these values.
EXPECTED = {
    "mapping.fc0.activation": "lrelu",
    "synthesis.b4.conv1.activation": "lrelu",
}


def nvidia(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    if not {"mapping.fc0.weight", "synthesis.b4.const", "synthesis.b4.conv1.weight"} <= set(tensors):
        return None
    count = len([name for name in tensors if re.fullmatch(r"synthesis\.b\d+\.conv1\.weight", name)])
    blocks = [f"synthesis.b{4 << i}" for i in range(count)]
    if any(f"{block}.skip.weight" in tensors or f"{block}.torgb.weight" not in tensors for block in blocks):
        raise ValueError(
            "This StyleGAN2 generator does not sum up images (architecture skip); others cannot be imported."
        )
    embedding = tensors.get("mapping.embed.weight")
    renamed = {}
    for name, tensor in tensors.items():
        if name.endswith("resample_filter"):
            _check_filter(tensor)
        else:
            renamed[_nvidia_name(name)] = tensor
    for name, wanted in EXPECTED.items():
        if extra.get(name, wanted) != wanted:
            raise ValueError(
                f"This StyleGAN2 generator has {name} {extra[name]!r}; only {wanted!r} can be imported."
            )
    # A pickle has both numbers, a state dict neither.
    known = {"clamp": "synthesis.b4.conv1.conv_clamp", "mapping_rate": "mapping.fc0.bias_gain"}
    values = {name: extra[key] for name, key in known.items() if key in extra}
    values = ({"clamp": 0} if "mapping_rate" in values else {}) | values  # of a pickle without clamp: None
    values |= {name: extra[name] for name in known if name in extra}
    notes = assumed(
        values, "clamp", "its activations are not clamped", "256, as after training in half precision"
    )
    notes += assumed(values, "mapping_rate", f"its mapping has lr_multiplier {RATE}", "NUMBER")
    renamed = at_usual_rate(renamed, values.get("mapping_rate", RATE))
    classes = 0 if embedding is None else embedding.shape[1]
    return _assembled(renamed, count, classes, values.get("clamp", 0))._replace(notes=notes)


def at_usual_rate(tensors: dict[str, Tensor], rate: float) -> dict[str, Tensor]:
    """The mapping's layers, which multiply weights and biases by `rate`, for ours, which do by RATE."""
    if rate == RATE:
        return tensors
    return {k: t * (rate / RATE) if k.startswith("mapping.layers.") else t for k, t in tensors.items()}


def _nvidia_name(name: str) -> str:
    name = re.sub(r"^mapping\.fc(\d+)\.", r"mapping.layers.\1.", name).replace(
        "mapping.embed.", "mapping.embedding."
    )
    name = name.replace("mapping.w_avg", "w_avg").replace("synthesis.b4.const", "synthesis.const")
    name = re.sub(r"^synthesis\.b(\d+)\.", lambda m: f"synthesis.blocks.{int(m[1]).bit_length() - 3}.", name)
    return name.replace(".torgb.", ".to_rgb.").replace(".noise_const", ".noise")


def rosinality(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    import torch

    if not {"style.1.weight", "input.input", "conv1.conv.modulation.weight", "to_rgb1.conv.weight"} <= set(
        tensors
    ):
        return None
    renamed = {}
    for name, tensor in tensors.items():
        if name.endswith(".kernel"):
            _check_filter(tensor / 4)  # the sum of an enlarging filter is 4
        else:
            renamed[_rosinality_name(name)] = _rosinality_value(name, tensor)
    if "latent_avg" in extra:
        renamed["w_avg"] = torch.tensor(extra["latent_avg"]).flatten()
    return _assembled(
        renamed, 1 + sum(name.startswith("to_rgbs.") and name.endswith("conv.weight") for name in tensors)
    )


def _rosinality_name(name: str) -> str:
    if name == "input.input":
        return "synthesis.const"
    name = re.sub(r"^style\.(\d+)\.", lambda m: f"mapping.layers.{int(m[1]) - 1}.", name)
    name = re.sub(r"^(conv1|to_rgb1)\.", lambda m: f"synthesis.blocks.0.{m[1].replace('rgb1', 'rgb')}.", name)
    name = re.sub(r"^convs\.(\d+)\.", lambda m: f"synthesis.{_place(int(m[1]) + 1)}.", name)
    name = re.sub(r"^to_rgbs\.(\d+)\.", lambda m: f"synthesis.blocks.{int(m[1]) + 1}.to_rgb.", name)
    name = re.sub(r"^noises\.noise_(\d+)$", lambda m: f"synthesis.{_place(int(m[1]))}.noise", name)
    for theirs, ours in (("conv.modulation", "affine"), ("conv.weight", "weight"), ("activate.bias", "bias")):
        name = name.replace(f".{theirs}", f".{ours}")
    return name.replace(".noise.weight", ".noise_strength")


def _place(number: int) -> str:
    """Our name of the n-th 3×3 convolution: number 0 is in the first block, then two in each block."""
    return f"blocks.{(number + 1) // 2}.conv{(number + 1) % 2}"


def _rosinality_value(name: str, tensor: Tensor) -> Tensor:
    if name.endswith("conv.weight"):  # (1, O, I, k, k)
        # Their code scales by 1/√(fan-in) before demodulation, which matters for demodulation's epsilon.
        return tensor[0] if name.startswith("to_rgb") else tensor[0] / math.sqrt(tensor[0, 0].numel())
    if name.endswith("noise.weight"):
        return tensor.reshape(())
    if name.startswith("noises."):
        return tensor[0, 0]
    return tensor[0] if name == "input.input" else tensor.flatten() if name.endswith("bias") else tensor


def _assembled(tensors: dict[str, Tensor], count: int, classes: int = 0, clamp: float = 0) -> Imported:
    """Derive the spec from tensors under our names, and add fixed filters and a missing w_avg or noise.

    count: number of blocks. classes: 0 without. clamp: bound of the activations, 0 without.
    """
    from ganapp.networks.parts.fir import FIR

    widths = [tensors[f"synthesis.blocks.{i}.conv1.weight"].shape[0] for i in range(count)]
    w_dim, first = tensors["mapping.layers.0.weight"].shape
    layers = sum(re.fullmatch(r"mapping\.layers\.\d+\.weight", name) is not None for name in tensors)
    noise = "synthesis.blocks.0.conv1.noise_strength" in tensors
    z_dim, size = first - (w_dim if classes else 0), 4 << (count - 1)
    args: dict[str, Any] = {"w_dim": w_dim, "mapping_layers": layers, "noise": noise}
    base, most = widths[-1] * size, max(widths)
    if (
        not clamp
        and size in RESOLUTIONS
        and widths == [min(most, max(8, base // (4 << i))) for i in range(count)]
    ):
        family, args = "stylegan2", args | {"channel_base": base, "channel_max": most}
    else:
        family, args = "nvidia_stylegan2", args | {"widths": widths, "clamp": clamp}
    for i in range(1, count):
        for layer in ("conv0.blur", "up"):
            tensors[f"synthesis.blocks.{i}.{layer}.kernel"] = FIR(gain=4.0).kernel
    if noise and "synthesis.blocks.0.conv1.noise" not in tensors:
        tensors |= _drawn_noise(count)
    if "w_avg" not in tensors:
        tensors["w_avg"] = _mean_w(tensors, z_dim, classes, w_dim, layers)
    channels = tensors["synthesis.blocks.0.to_rgb.bias"].numel()
    return Imported(ModelSpec(family, size, channels, classes, z_dim, args), tensors)


def _drawn_noise(count: int) -> dict[str, Tensor]:
    """Constant noise, for rosinality's early files, which lack it. It is the same at every import."""
    import numpy as np
    import torch

    random, drawn = np.random.RandomState(0), {}
    for number in range(2 * count - 1):
        size = 4 << ((number + 1) // 2)
        drawn[f"synthesis.{_place(number)}.noise"] = torch.from_numpy(random.randn(size, size)).float()
    return drawn


def _mean_w(tensors: dict[str, Tensor], z_dim: int, classes: int, w_dim: int, layers: int) -> Tensor:
    """The mean w (w_dim,) of MEAN_OF latents, for files that lack w_avg."""
    import numpy as np
    import torch

    from ganapp.networks import blank_weights
    from ganapp.networks.families.stylegan2 import Mapping

    with blank_weights():
        mapping = Mapping(z_dim, classes, w_dim, layers)
    prefix = "mapping."
    state = {k.removeprefix(prefix): v.float() for k, v in tensors.items() if k.startswith(prefix)}
    mapping.load_state_dict(state, assign=True)
    z = torch.from_numpy(np.random.RandomState(0).randn(MEAN_OF, z_dim)).float()
    with torch.inference_mode():
        return mapping(z, torch.arange(MEAN_OF) % classes if classes else None).mean(0).clone()


def _check_filter(kernel: Tensor) -> None:
    import torch

    from ganapp.networks.parts.fir import FIR

    wanted = FIR().kernel[0, 0]
    if kernel.shape != wanted.shape or not torch.allclose(kernel.float(), wanted, atol=1e-3):
        raise ValueError(
            "This StyleGAN2 generator resamples with another filter than [1, 3, 3, 1], which cannot be "
            "imported."
        )


LAYOUTS = (
    Layout(
        "StyleGAN2 (NVIDIA, StudioGAN)", "NVlabs/stylegan2-ada-pytorch", nvidia, ("clamp", "mapping_rate")
    ),
    Layout("StyleGAN2 (rosinality)", "rosinality/stylegan2-pytorch", rosinality),
)
