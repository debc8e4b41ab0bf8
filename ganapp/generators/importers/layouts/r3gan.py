"""R3GAN (brownvc/R3GAN) -> networks/imported/paper_r3gan.py.

Its snapshots are pickles of whole modules, read by reading/unpickle.py. Layout from R3GAN/Networks.py,
R3GAN/Resamplers.py and training/networks.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec

from ..layout import Imported, Layout

if TYPE_CHECKING:
    from torch import Tensor

# The bias of a convolution belongs to the activation that follows it.
BLOCK = {
    "LinearLayer1.Layer.weight": "body.0.weight",
    "NonLinearity1.Bias": "body.0.bias",
    "LinearLayer2.Layer.weight": "body.2.weight",
    "NonLinearity2.Bias": "body.2.bias",
    "LinearLayer3.Layer.weight": "body.4.weight",
}


def convert(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    from ganapp.networks.parts.fir import upsample

    tensors = {name.removeprefix("Model."): tensor for name, tensor in tensors.items()}
    if not {"MainLayers.0.Layers.0.Basis", "AggregationLayer.Layer.weight"} <= set(tensors):
        return None
    filters = [tensor for name, tensor in tensors.items() if name.endswith("Resampler.Kernel")]
    up = upsample().kernel
    if any(f.shape != up.shape[2:] or (4 * f.float() - up[0, 0]).abs().max() > 4e-3 for f in filters):
        raise ValueError(
            "This R3GAN generator enlarges with another filter than [1, 2, 1], which cannot be imported."
        )
    spec = _spec(tensors)
    renamed = {_rename(name): t for name, t in tensors.items() if not name.endswith("Resampler.Kernel")}
    if "input.embedding.weight" in renamed:  # theirs is a linear layer on one-hot labels, ours a table
        renamed["input.embedding.weight"] = renamed["input.embedding.weight"].t()
    return Imported(spec, renamed | {"up.kernel": up})


def _spec(tensors: dict[str, Tensor]) -> ModelSpec:
    names = [
        m
        for name in tensors
        if (m := re.fullmatch(r"MainLayers\.(\d+)\.Layers\.\d+\.LinearLayer2\.Layer\.weight", name))
    ]
    stages = 1 + max((int(m[1]) for m in names), default=0)
    blocks = [sum(int(m[1]) == stage for m in names) for stage in range(stages)]
    if 0 in blocks:
        raise ValueError(
            "This R3GAN generator has a stage without residual blocks, which cannot be imported."
        )
    first = [f"MainLayers.{stage}.Layers.1" for stage in range(stages)]
    widths = [tensors[f"{block}.LinearLayer1.Layer.weight"].shape[1] for block in first]
    grouped = [tensors[f"{block}.LinearLayer2.Layer.weight"] for block in first]
    embedding = tensors.get("EmbeddingLayer.weight")
    embed_dim, classes = (0, 0) if embedding is None else embedding.shape
    args = {
        "widths": widths,
        "blocks": blocks,
        "group_sizes": [weight.shape[1] for weight in grouped],
        "expansion": grouped[0].shape[0] // widths[0],
        "embed_dim": embed_dim,
    }
    channels = tensors["AggregationLayer.Layer.weight"].shape[0]
    z_dim = tensors["MainLayers.0.Layers.0.LinearLayer.weight"].shape[1] - embed_dim
    return ModelSpec("paper_r3gan", 4 << (stages - 1), channels, classes, z_dim, args)


def _rename(name: str) -> str:
    whole = {
        "MainLayers.0.Layers.0.Basis": "basis",
        "MainLayers.0.Layers.0.LinearLayer.weight": "linear.weight",
        "AggregationLayer.Layer.weight": "to_image.weight",
        "EmbeddingLayer.weight": "input.embedding.weight",
    }
    match = re.fullmatch(r"MainLayers\.(\d+)\.Layers\.(\d+)\.(.+)", name)
    if name in whole or match is None:
        return whole.get(name, name)
    stage, layer, rest = int(match[1]), int(match[2]), match[3]
    if layer == 0 and rest == "LinearLayer.Layer.weight":
        return f"transitions.{stage - 1}.weight"
    return f"stages.{stage}.{layer - 1}.{BLOCK.get(rest, rest)}"


LAYOUTS = (Layout("R3GAN", "brownvc/R3GAN", convert),)
