"""BigGAN-PyTorch (ajbrock): G_*.pth, G_ema_*.pth.

BigGAN, SAGAN and SNGAN become our resnet, BigGAN-deep becomes networks/imported/biggan_deep.py. Its spectral
norm keeps u alone and takes one step of power iteration at each use, and its conditional batch norm has names
of its own. The number that no key tells (BN_eps) stands in `config`, if the file has it. Layout from
BigGAN.py, BigGANdeep.py and layers.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec

from ..layout import Imported, Layout
from ..options import assumed

if TYPE_CHECKING:
    from torch import Tensor

ATTENTION = {"theta": "query", "phi": "key", "g": "value", "o": "out"}
RESIDUAL = {"bn1": "norm1", "bn2": "norm2", "conv_sc": "shortcut"}
OUR_EPS, HUB_EPS = 1e-5, 1e-4  # of our batch norms, and its own default; of generators converted from TF Hub
STATISTICS = {"stored_mean": "running_mean", "stored_var": "running_var"}


def convert(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    from ..folding import fold_power_iteration

    if not {"linear.bias", "blocks.0.0.conv1.bias", "output_layer.2.bias"} <= set(tensors):
        return None
    _check_norms(tensors)
    eps, notes = _eps(tensors, extra)
    tensors = _averaged(fold_power_iteration(tensors))
    count = len({name.split(".")[1] for name in tensors if name.startswith("blocks.")})
    attended = [i for i in range(count) if f"blocks.{i}.1.gamma" in tensors]
    if len(attended) > 1:
        raise ValueError(f"This BigGAN has attention in {len(attended)} places; one is allowed.")
    deep = "blocks.0.0.conv4.bias" in tensors
    spec = (_deep_spec if deep else _spec)(tensors, count, attended[0] if attended else -1)
    for name in [name for name in tensors if name.startswith("blocks.") and name.endswith("stored_var")]:
        tensors[name] = tensors[name] + (eps - OUR_EPS)  # theirs divides by √(var + eps)
    found = _deep_tensors(tensors, spec) if deep else _tensors(tensors)
    return Imported(spec, _with_counters(found), notes=notes)


def _check_norms(tensors: dict[str, Tensor]) -> None:
    if "blocks.0.0.bn1.bn.running_mean" in tensors:
        raise ValueError(
            "This BigGAN was trained with --cross_replica, whose norm is another one on a single GPU than on "
            "several; it cannot be imported."
        )
    if "output_layer.0.gain" not in tensors or not (
        {"blocks.0.0.bn1.stored_var", "blocks.0.0.bn1.bn.stored_var"} & set(tensors)
    ):
        raise ValueError("This BigGAN has no batch norms (--norm_style); it cannot be imported.")


def _eps(tensors: dict[str, Tensor], extra: dict[str, Any]) -> tuple[float, tuple[str, ...]]:
    """eps of the conditional batch norms, and a note if neither the file nor the user tells it."""
    said = extra.get("norm_eps", extra.get("config", {}).get("BN_eps"))
    if isinstance(said, float) and 0 <= said <= 1:
        return said, ()
    values = [t for name, t in tensors.items() if re.search(r"\.sv\d+$", name)]
    converted = bool(values) and all(bool((t == 1).all()) for t in values)  # a step of training changes them
    eps = HUB_EPS if converted else OUR_EPS
    what = f"the eps of its batch norms (BN_eps) is {eps:g}"
    return eps, assumed(extra, "norm_eps", what, "NUMBER")


def _averaged(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Statistics of its own batch norm (--mybn) under the plain names, divided by how many were summed up."""
    found = {}
    for name, tensor in tensors.items():
        stem, _, last = name.rpartition(".bn.")
        if not stem:
            found[name] = tensor
        elif last in STATISTICS:
            found[f"{stem}.{last}"] = tensor / tensors[f"{stem}.bn.accumulation_counter"].clamp(min=1)
    return found


def _spec(tensors: dict[str, Tensor], count: int, attended: int) -> ModelSpec:
    """The spec of our resnet. A norm sees the class alone or, if z is hierarchical, a chunk of z too."""
    convs = [tensors[f"blocks.{i}.0.conv1.weight"] for i in range(count)]
    first = tensors["linear.weight"].shape[1]
    shared, gain = tensors.get("shared.weight"), tensors["blocks.0.0.bn1.gain.weight"]
    embed_dim = 0 if shared is None else shared.shape[1]
    hierarchical = shared is not None and gain.shape[1] > embed_dim
    args = {
        "widths": [convs[0].shape[1], *(conv.shape[0] for conv in convs)],
        "attention": 8 << attended if attended >= 0 else 0,
        "embed_dim": embed_dim,
        "hierarchical": hierarchical,
    }
    classes = (gain if shared is None else shared).shape[0]
    z_dim = first * (count + 1) if hierarchical else first
    return ModelSpec("resnet", 4 << count, tensors["output_layer.2.bias"].numel(), classes, z_dim, args)


def _deep_spec(tensors: dict[str, Tensor], count: int, attended: int) -> ModelSpec:
    widths = [tensors["blocks.0.0.conv1.weight"].shape[1]]
    widths += [tensors[f"blocks.{i}.0.conv4.weight"].shape[0] for i in range(count)]
    classes, embed_dim = tensors["shared.weight"].shape
    z_dim = tensors["linear.weight"].shape[1] - embed_dim
    args = {"widths": widths, "attended": attended + 1 if attended >= 0 else -1, "eps": OUR_EPS}
    args |= {"embed_dim": embed_dim}
    channels = tensors["output_layer.2.bias"].numel()
    return ModelSpec("biggan_deep", 4 << (count // 2), channels, classes, z_dim, args)


def _tensors(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    tables = "shared.weight" not in tensors  # then gains and biases are embeddings of the class
    found = {}
    for name, tensor in tensors.items():
        block = re.fullmatch(r"blocks\.(\d+)\.(\d)\.(\w+)\.?(.*)", name)
        if block is None:
            found[_head(name)] = tensor
        elif block[2] == "1":
            found[_attention(block[3], block[4])] = tensor
        else:
            layer, rest = RESIDUAL.get(block[3], block[3]), block[4]
            if tables and rest in ("gain.weight", "bias.weight"):
                tensor = tensor.t()
            rest = f"norm.{STATISTICS[rest]}" if rest in STATISTICS else rest
            found[f"blocks.{block[1]}.{layer}.{rest}"] = tensor
    return found


def _deep_tensors(tensors: dict[str, Tensor], spec: ModelSpec) -> dict[str, Tensor]:
    """BigGAN-deep's, for a network that takes z before the class, and its first map with channels last."""
    embed_dim, width = spec.args["embed_dim"], spec.args["widths"][0]
    found = {}
    for name, tensor in tensors.items():
        block = re.fullmatch(r"blocks\.(\d+)\.(\d)\.(\w+?)(\d?)(?:\.(.*))?", name)
        if block is None:
            name = _head(name).replace("linear.", "stem.")
        elif block[2] == "1":
            name = _attention(block[3], block[5] or "")
            tensor = tensor.reshape(1) if name == "attention.gamma" else tensor
        else:
            rest = block[5].replace("gain.", "scale.").replace("bias.weight", "offset.weight")
            kind = {"bn": "norms", "conv": "convs"}[block[3]]
            rest = f"norm.{STATISTICS[rest]}" if rest in STATISTICS else rest
            name = f"blocks.{block[1]}.{kind}.{int(block[4]) - 1}.{rest}"
        if name == "stem.weight" or name.endswith(("scale.weight", "offset.weight")):
            tensor = tensor.roll(-embed_dim, 1)
        if name.startswith("stem."):
            tensor = tensor.unflatten(0, (width, 16)).transpose(0, 1).flatten(0, 1)
        found[name] = tensor
    return found


def _head(name: str) -> str:
    name = name.replace("output_layer.0.gain", "norm.weight").replace("output_layer.2.", "to_image.")
    for theirs, ours in STATISTICS.items():
        name = name.replace(f"output_layer.0.{theirs}", f"norm.{ours}")
    return name.replace("output_layer.0.", "norm.").replace("shared.", "embedding.")


def _attention(layer: str, rest: str) -> str:
    return "attention.gamma" if layer == "gamma" else f"attention.{ATTENTION.get(layer, layer)}.{rest}"


def _with_counters(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """With the counters of batches that torch's batch norms have."""
    import torch

    norms = [name.removesuffix("running_mean") for name in tensors if name.endswith("running_mean")]
    zero = torch.zeros((), dtype=torch.int64)
    return tensors | {f"{norm}num_batches_tracked": zero for norm in norms}


NAME = "BigGAN-PyTorch (BigGAN, BigGAN-deep, SAGAN)"
LAYOUTS = (Layout(NAME, "ajbrock/BigGAN-PyTorch", convert, ("norm_eps",)),)
