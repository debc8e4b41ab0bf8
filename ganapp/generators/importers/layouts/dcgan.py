"""Small generators of tutorials: DCGANs of PyTorch, huggan and csinva, and csinva's MLP.

A DCGAN may have biases. No key tells whether it ends in tanh, as all of these do, or in a sigmoid (option
`output`), nor whether an MLP has ReLU, as csinva's has, or leaky ReLU (option `activation`).

csinva's grey CIFAR-100 network has the same keys and shapes as the MNIST one and differs only in the padding
of its last layer. It is imported as the MNIST one, so its images lose two pixels on each side. Layouts from
pytorch/examples dcgan/main.py, huggingface/community-events huggan/pytorch/dcgan
and csinva/gan-vae-pretrained-pytorch.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec
from ganapp.config.model_spec import CHANNELS

from ..layout import Imported, Layout
from ..options import as_tanh, assumed

if TYPE_CHECKING:
    from torch import Tensor

MOST_LINEAR = 16  # largest number of layers of an MLP
LEAKY_SLOPE = 0.2
MNIST_CROP = 2  # the last layer of csinva's MNIST network, 1×1, has padding 2, so 32 pixels become 28


def stack(tensors: dict[str, Tensor], prefix: str, last: int, extra: dict[str, Any]) -> Imported | None:
    """A ConvStack whose layers are prefix.0, prefix.1, … last: kernel size of the last convolution."""
    found = {
        int(m[1]): t
        for k, t in tensors.items()
        if (m := re.fullmatch(rf"{prefix}\.(\d+)\.weight", k)) and t.ndim == 4
    }
    if (
        len(found) < 2
        or set(found) != set(range(0, 3 * len(found), 3))
        or any(not k.startswith(prefix + ".") for k in tensors)
    ):
        return None
    convs = [found[i] for i in sorted(found)]
    if [tuple(c.shape[2:]) for c in convs] != [(4, 4)] * (len(convs) - 1) + [(last, last)]:
        return None
    if f"{prefix}.1.running_mean" not in tensors:
        return None
    channels, widths = convs[-1].shape[1], [c.shape[1] for c in convs[:-1]]
    crop = MNIST_CROP if last == 1 and channels == 1 else 0
    size = 4 * 2 ** (len(widths) - (last == 1)) - 2 * crop
    if channels not in CHANNELS:
        raise ValueError(
            f"This DCGAN makes pictures of {channels} channels; only 1, 3 and 4 can be imported."
        )
    args: dict[str, Any] = {"widths": widths, "last": last, "crop": crop}
    biased = [int(f"{prefix}.{i}.bias" in tensors) for i in sorted(found)]
    args |= {"biased": biased} if any(biased) else {}
    spec = ModelSpec("conv_stack", size, channels, 0, convs[0].shape[0], args)
    renamed = {k.replace(prefix, "layers", 1): t for k, t in tensors.items()}
    return Imported(spec, as_tanh(renamed, f"layers.{max(found)}", extra.get("output")))


def tutorial(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    return stack(tensors, "main", 4, extra)


def huggan(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    return stack(tensors, "model", 4, extra)


def csinva(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    return stack(tensors, "main", 1, extra)


def csinva_mlp(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    """Linear layers 0, 2, 4 … of an nn.Sequential whose output is a square grey image."""
    layers = sorted(int(k.split(".")[0]) for k in tensors if re.fullmatch(r"\d+\.weight", k))
    names = {f"{i}.{part}" for i in layers for part in ("weight", "bias")}
    if (
        not 2 <= len(layers) <= MOST_LINEAR
        or layers != list(range(0, 2 * len(layers), 2))
        or names != set(tensors)
    ):
        return None
    weights = [tensors[f"{i}.weight"] for i in layers]
    if any(w.ndim != 2 for w in weights):
        return None
    side = math.isqrt(weights[-1].shape[0])
    if side**2 != weights[-1].shape[0] or side < 8:
        return None
    hidden = [w.shape[0] for w in weights[:-1]]
    slope = {"slope": LEAKY_SLOPE} if extra.get("activation") == "leaky_relu" else {}
    spec = ModelSpec("relu_mlp", side, 1, 0, weights[0].shape[1], {"hidden": hidden} | slope)
    notes = assumed(
        extra, "activation", "it has ReLU between its layers", f"leaky_relu (slope {LEAKY_SLOPE})"
    )
    notes += assumed(extra, "output", "it ends in tanh", "sigmoid")
    renamed = as_tanh(
        {f"layers.{k}": t for k, t in tensors.items()}, f"layers.{layers[-1]}", extra.get("output")
    )
    return Imported(spec, renamed, notes=notes)


LAYOUTS = (
    Layout("PyTorch DCGAN tutorial", "pytorch/examples", tutorial, ("output",)),
    Layout("huggan DCGAN", "huggingface/community-events", huggan, ("output",)),
    Layout("csinva DCGAN", "csinva/gan-vae-pretrained-pytorch", csinva, ("output",)),
    Layout("csinva MLP", "csinva/gan-vae-pretrained-pytorch", csinva_mlp, ("activation", "output")),
)
