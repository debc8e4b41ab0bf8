"""stylegan2-pytorch (lucidrains), from 0.20: model_N.pt -> networks/imported/lucidrains_stylegan2.py.

A file has one state dict, GAN, with the averaged generator and its mapping network as GE and SE, the current
ones as G and S. The rate of the mapping stands in .config.json beside it. Layout from
stylegan2_pytorch/stylegan2_pytorch.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec

from ..layout import Imported, Layout
from ..options import assumed

if TYPE_CHECKING:
    from torch import Tensor

RATE = 0.1  # its usual lr_mlp
MEAN_OF = 2000  # latents whose mean w truncation goes to, as in truncate_style
PAIRS = (("GE.", "SE."), ("G.", "S."))  # generator and mapping, the averaged ones first
NAMES = (
    (r"^initial_block$", "const"), (r"^to_initial_block\.", "stem."), (r"^initial_conv\.", "conv."),
    (r"\.to_rgb\.to_style\.", ".style."), (r"\.to_rgb\.conv\.", "."),
    (r"\.to_style(\d)\.", r".conv\1.style."),
    (r"\.to_noise(\d)\.weight", r".conv\1.gain"), (r"\.to_noise(\d)\.bias", r".conv\1.bias"),
    (r"^attns\.(\d+)\.0\.fn\.norm\.", r"attention.\1.norm1."),
    (r"^attns\.(\d+)\.1\.fn\.norm\.", r"attention.\1.norm2."),
    (r"\.g$", ".gain"), (r"\.b$", ".bias"), (r"^attns\.(\d+)\.\d\.fn\.fn\.", r"attention.\1."),
    (r"\.to_q\.", ".query."), (r"\.to_kv\.net\.0\.", ".depth."), (r"\.to_kv\.net\.1\.", ".point."),
    (r"\.to_out\.", ".out."), (r"^(attention\.\d+)\.0\.", r"\1.wide."),
    (r"^(attention\.\d+)\.2\.", r"\1.narrow."),
)  # fmt: skip


def convert(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    pairs = [pair for pair in PAIRS if f"{pair[0]}blocks.0.to_style1.weight" in tensors]
    pairs = [pair for pair in pairs if f"{pair[1]}net.0.weight" in tensors]
    if not pairs:
        return None
    generator, mapping = ({_strip(k, p): t for k, t in tensors.items() if k.startswith(p)} for p in pairs[0])
    _check_version(generator)
    count = sum(re.fullmatch(r"blocks\.\d+\.to_style1\.weight", name) is not None for name in generator)
    attended = sorted({int(name.split(".")[1]) for name in generator if name.startswith("attns.")})
    layers = [mapping[f"net.{2 * i}.weight"] for i in range((len(mapping) + 1) // 2)]
    blurred = {f"blocks.{i}.to_rgb.upsample.1.f" in generator for i in range(count - 1)}
    if len(blurred) > 1:
        raise ValueError(
            "This generator blurs some of its enlarged images only, so something is missing in it."
        )
    args = {
        "widths": [generator[f"blocks.{i}.conv1.weight"].shape[0] for i in range(count)],
        "mapping_layers": len(layers),
        "attention": attended,
        "constant": "initial_block" in generator,
        "blur": True in blurred,
    }
    channels, z_dim = generator["blocks.0.to_rgb.conv.weight"].shape[0], layers[0].shape[1]
    spec = ModelSpec("lucidrains_stylegan2", 4 << (count - 1), channels, 0, z_dim, args)
    found = _generator(generator) | _mapping(mapping, extra.get("mapping_rate", RATE))
    notes = assumed(extra, "mapping_rate", f"its mapping has lr_mlp {RATE}", "NUMBER")
    if len(pairs) > 1:
        averaged = "GE and SE, the averaged weights, were taken; G and S hold networks of the same layers."
        notes = (averaged, *notes)
    return Imported(spec, found, notes=notes)


def _strip(name: str, prefix: str) -> str:
    return name.removeprefix(prefix)


def _check_version(generator: dict[str, Tensor]) -> None:
    if "initial_conv.weight" not in generator:
        raise ValueError("This file is of stylegan2-pytorch before version 0.20, which cannot be imported.")
    for name in generator:
        if name.startswith("attns.") and f"attns.{name.split('.')[1]}.0.fn.norm.g" not in generator:
            raise ValueError(
                "This generator has the attention of stylegan2-pytorch before version 1.6, which cannot be "
                "imported."
            )


def _generator(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    found = {}
    for name, tensor in tensors.items():
        if name.endswith(".upsample.1.f"):  # the kernel of the blur is not a weight
            continue
        if re.search(r"\.to_style\d?\.bias$", name):
            tensor = tensor + 1  # theirs scales the weights by 1 + style
        elif re.search(r"\.to_noise\d\.weight$", name):
            tensor = tensor.flatten()
        for pattern, replacement in NAMES:
            name = re.sub(pattern, replacement, name)
        found[name] = tensor
    return found


def _mapping(tensors: dict[str, Tensor], rate: float) -> dict[str, Tensor]:
    """The mapping's layers, which multiply weights and biases by `rate`, and the mean w of fixed latents."""
    import numpy as np
    import torch
    import torch.nn.functional as F

    found = {}
    z = np.random.RandomState(0).randn(MEAN_OF, len(tensors["net.0.bias"]))
    w = F.normalize(torch.from_numpy(z).float())
    for i in range((len(tensors) + 1) // 2):
        weight, bias = (tensors[f"net.{2 * i}.{part}"].float() * rate for part in ("weight", "bias"))
        found |= {f"layers.{i}.weight": weight, f"layers.{i}.bias": bias}
        w = F.leaky_relu(F.linear(w, weight, bias), 0.2)
    return found | {"w_avg": w.mean(0)}


LAYOUTS = (Layout("StyleGAN2 (lucidrains)", "lucidrains/stylegan2-pytorch", convert, ("mapping_rate",)),)
